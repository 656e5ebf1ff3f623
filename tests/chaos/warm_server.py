"""A process that has read the whole program and forks a `strawline` command for each line that it reads: JSON with
`environment`, `arguments` and the file `log` to write to. It answers with the number of the new process, which leads a
group of its own."""

from __future__ import annotations

import json
import os
import signal
import sys

import gunicorn.app.base
import gunicorn.workers.gthread  # noqa: F401

import app.assembly
import app.server  # noqa: F401
from app.cli import main


def run() -> None:
    """Fork until nobody asks any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever has ended is forgotten
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(wanted)
        print(pid, flush=True)


def _become(wanted: dict[str, object]) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(str(wanted["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for there, here in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(there, here)
    os.environ.update(wanted["environment"])  # type: ignore[call-overload]
    main(wanted["arguments"], standalone_mode=True)
    os._exit(0)


if __name__ == "__main__":
    run()
