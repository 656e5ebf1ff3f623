"""Results of units in a folder: each is written once and whole, so that who is stopped goes on where he was."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

KEY_FILE = "key"


class KeptResults:
    """The folder belongs to one piece of work, known by `key`; with another key it begins empty."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        if folder.is_dir() and self.read(KEY_FILE) != key.encode():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.write(KEY_FILE, key.encode())

    def read(self, name: str) -> bytes | None:
        """What was written under the name; None where nothing was."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Write it whole or not at all; what is there already stays."""
        handle, path = tempfile.mkstemp(dir=self._folder, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(path, self._folder / name)
            except FileExistsError:
                return
        finally:
            Path(path).unlink()

    def remove(self) -> None:
        """Nothing is needed any more."""
        shutil.rmtree(self._folder, ignore_errors=True)
