"""A design that a child process searches for, one at a time: what it knows stands in a folder of its own, so that any
process of the server can say how far it is, and a server that begins anew finds it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from app.clock import now
from app.fire_safety.drawings.proposals import HandedIn
from yard_rules.stack_design import Goal

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows: its one server process has threads only
    fcntl = None

_ROOT: Final = Path(__file__).resolve().parents[3]
# Beside the time for searching: the bound, the check of each proposal, the start of the process.
_LONGEST_MORE: Final = timedelta(seconds=90)
_LONGEST_LOG: Final = 2000
_RUN, _ENDED, _LOG = "run.json", "ended", "log.txt"
_LOCK: Final = ".lock"
_threads: Final = threading.Lock()


class RunState(StrEnum):
    RUNS = "runs"
    DONE = "done"
    FAILED = "failed"  # the search ended without a proposal
    LOST = "lost"  # cancelled, or the machine was switched off


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRun:
    """`said`: why it failed, as the command said it."""

    yard_id: str
    version: int
    seconds: int
    begun_at: datetime
    elapsed_s: int
    state: RunState
    said: str


def begin_run(folder: Path, yard_id: str, version: int, geojson: str, seconds: int) -> bool:
    """Begin to search for layouts of the site of a drawing, in place of the yard's last run; False where a search goes
    on already, of any yard: it takes all of a processor."""
    with _one_at_a_time(folder):
        if any((found := _read(run)) is not None and found.state is RunState.RUNS for run in _runs(folder)):
            return False
        _begin(_folder(folder, yard_id), yard_id, version, geojson, seconds)
    return True


def run_of(folder: Path, yard_id: str) -> DesignRun | None:
    """Return the yard's last run; None where there is none."""
    return _read(_folder(folder, yard_id))


def cancel_run(folder: Path, yard_id: str) -> None:
    """Stop the yard's run and forget it."""
    with _one_at_a_time(folder):
        here, found = _folder(folder, yard_id), run_of(folder, yard_id)
        if found is not None and found.state is RunState.RUNS:
            said = _said(here)
            if _goes_on(said):
                os.killpg(said["pid"], signal.SIGTERM)
        shutil.rmtree(here, ignore_errors=True)


def proposals_of(folder: Path, yard_id: str) -> list[HandedIn]:
    """Return the files that a run wrote; nothing where none is done."""
    found = run_of(folder, yard_id)
    if found is None or found.state is not RunState.DONE:
        return []
    here = _folder(folder, yard_id)
    names = [*(f"{goal.value}.geojson" for goal in Goal), "proposals.json"]
    return [HandedIn(name, (here / name).read_bytes()) for name in names if (here / name).is_file()]


def _begin(here: Path, yard_id: str, version: int, geojson: str, seconds: int) -> None:
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir(parents=True)
    (here / "site.geojson").write_text(geojson, encoding="utf-8")
    command = [sys.executable, "-m", "app.cli", "yard", "design", str(here / "site.geojson"), "--out", str(here)]
    command += ["--seconds", str(seconds), "--no-pictures"]
    # The status stands there before the process is gone: whoever finds neither knows that it was stopped.
    command = ["sh", "-c", '"$@"; echo $? >"$0"', str(here / _ENDED), *command]
    with (here / _LOG).open("wb") as log:
        # a group of its own: whoever stops the server does not stop it, and whoever cancels it stops all of it
        child = subprocess.Popen(command, cwd=_ROOT, stdout=log, stderr=log, start_new_session=True)
    said = {"yard_id": yard_id, "version": version, "seconds": seconds, "begun_at": now().isoformat()}
    said |= {"pid": child.pid, "began": _began(child.pid)}
    (here / _RUN).write_text(json.dumps(said), encoding="utf-8")
    threading.Thread(target=child.wait, daemon=True).start()


def _read(here: Path) -> DesignRun | None:
    said = _said(here)
    if not said:
        return None
    begun_at = datetime.fromisoformat(said["begun_at"])
    elapsed = now() - begun_at
    ended, state = here / _ENDED, RunState.RUNS
    # first the process, then its status: one that ends between the two looks has left it
    goes_on = _goes_on(said)
    if ended.is_file():
        state = RunState.DONE if (here / "proposals.json").is_file() else RunState.FAILED
    elif elapsed > timedelta(seconds=said["seconds"]) + _LONGEST_MORE or not goes_on:
        state = RunState.DONE if (here / "proposals.json").is_file() else RunState.LOST
    log = here / _LOG
    told = log.read_text(encoding="utf-8", errors="replace")[-_LONGEST_LOG:].strip() if log.is_file() else ""
    return DesignRun(
        yard_id=said["yard_id"],
        version=said["version"],
        seconds=said["seconds"],
        begun_at=begun_at,
        elapsed_s=max(0, int(elapsed.total_seconds())),
        state=state,
        said=told if state is RunState.FAILED else "",
    )


def _goes_on(said: dict[str, Any]) -> bool:
    """Whether the process that was begun is there: numbers are given again, at another moment. Its command would not
    tell: for an instant after it was begun a process has none."""
    if not Path("/proc/self/stat").is_file():
        return _is_alive(said["pid"])
    began = _began(said["pid"])
    return began != "" and began == said.get("began")


def _began(pid: int) -> str:
    """When the process with this number began, in ticks since the system did; nothing where it has ended."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if told[0] == "Z" else told[19]


def _is_alive(pid: int) -> bool:
    """Where the system has no /proc."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _said(here: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads((here / _RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said


def _runs(folder: Path) -> Sequence[Path]:
    return sorted(it for it in folder.iterdir() if it.is_dir())


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Between looking for a run and having begun or ended one nobody else does, in no process of the server. The system
    gives up the lock of a process that dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with _threads, (folder / _LOCK).open("ab") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _folder(folder: Path, yard_id: str) -> Path:
    """By the id's bytes: it may hold what no name of a folder may."""
    return folder / yard_id.encode().hex()
