"""Where the server processes keep the figures that are added up: a folder of this server, gone when it ends."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# prometheus_client looks at it once, when it is first imported.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def figures_shared() -> Iterator[None]:
    """Within, the processes of a server count together. Enter before the app is made."""
    owner = os.getpid()
    folder = tempfile.TemporaryDirectory(prefix="strawline-figures-")
    os.environ[SHARED_FOLDER] = folder.name
    try:
        yield
    finally:
        # A worker that ends leaves the folder to the others.
        if os.getpid() == owner:
            del os.environ[SHARED_FOLDER]
            folder.cleanup()
