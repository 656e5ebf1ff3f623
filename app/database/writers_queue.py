"""Writers of one SQLite file wait in line.

SQLite lets one write at a time, and whoever waits asks again after a while: with many writers some wait for seconds
while others pass them by, and nobody writes while all of them sleep. In line they are woken one after the other: the
threads of a process by a lock, processes by the lock of a file beside the database, which the system gives up when one
dies.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, event

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows: its one server process has one line
    fcntl = None

_HELD = "writers_queue.held"
_ENDING = "-writers"
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.0002, 0.001


class WritersQueue:
    """The line of one database, for all connections of one engine. `longest_s`: whoever has waited so long tries
    without, and SQLite says whether it can: the one in front may be another engine of the same thread."""

    def __init__(self, path: str, *, longest_s: float) -> None:
        self._path = path + _ENDING
        self._longest_s = longest_s
        self._threads = threading.Lock()
        self._file: int | None = None
        self._owner = 0

    def enter(self, connection: Connection) -> None:
        """Wait until this connection may write; it stays in front until `leave`."""
        if connection.info.get(_HELD) or not self._threads.acquire(timeout=self._longest_s):
            return
        connection.info[_HELD] = True
        if fcntl is not None:
            with suppress(OSError):  # a file system without such locks
                self._wait_for_processes(fcntl)

    def leave(self, info: dict[Any, Any]) -> None:
        """Let the next one write."""
        if info.pop(_HELD, False):
            if fcntl is not None and self._file is not None:
                with suppress(OSError):
                    fcntl.flock(self._file, fcntl.LOCK_UN)
            self._threads.release()

    def close(self) -> None:
        """Give up the file; it is opened again when it is needed."""
        if self._file is not None and self._owner == os.getpid():
            os.close(self._file)
        self._file = None

    def __del__(self) -> None:
        self.close()

    def _wait_for_processes(self, locks: ModuleType) -> None:
        """Asks often, for a wait that the system itself keeps has no end."""
        file, until_s, pause_s = self._opened(), time.monotonic() + self._longest_s, _FIRST_PAUSE_S
        while True:
            try:
                return locks.flock(file, locks.LOCK_EX | locks.LOCK_NB)  # type: ignore[no-any-return]
            except BlockingIOError:
                if time.monotonic() >= until_s:
                    return None
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _opened(self) -> int:
        # A file that was open before a fork is one and the same for both processes: its lock would keep neither out.
        if self._file is None or self._owner != os.getpid():
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._owner = os.getpid()
        return self._file


def queue_of(engine: Engine, *, longest_s: float) -> WritersQueue | None:
    """Return the line of the engine's database; None where it lies in no file."""
    path = engine.url.database
    if not path or path == ":memory:" or path.startswith("file:"):
        return None
    queue = WritersQueue(os.path.realpath(path), longest_s=longest_s)
    for name in ("checkin", "close", "close_detached", "invalidate"):
        event.listen(engine, name, _leaving(queue, name))
    event.listen(engine, "engine_disposed", lambda _engine: queue.close())
    return queue


def _leaving(queue: WritersQueue, name: str) -> Any:
    """The session gives a connection back when its transaction is over."""
    if name == "close_detached":
        return lambda _dbapi_connection: None
    if name == "invalidate":
        return lambda _dbapi_connection, record, _error: queue.leave(record.info)
    return lambda _dbapi_connection, record: queue.leave(record.info)
