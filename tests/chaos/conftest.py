"""Three sizes of every test here: a short one for each run of the tests, the one that a release must pass
(`make chaos SIZE=release`), and a long one (`make chaos`). The last two sync their disks in earnest and write what they
measured to build/chaos/REPORT.md.

Only what must never happen fails a test; how fast something was stands in the report.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask import Flask

from app import create_app
from app.config import Config
from tests.browser.conftest import browser, guarded_context  # noqa: F401
from tests.chaos.gate_load import LoadTablet, prepared
from tests.chaos.gate_servers import ROOT, SECRET, OwnPostgres, WarmServers, own_postgres

_SIZE = os.environ.get("STRAWLINE_CHAOS", "short")
IN_EARNEST = _SIZE != "short"
# Of the larger sizes only so much, to try whether it would run.
PART = float(os.environ.get("STRAWLINE_CHAOS_PART", "1"))
REPORTS = ROOT / "build" / "chaos"


def size(short: int, release: int, long: int) -> int:
    """How often, or for how long."""
    chosen = {"short": short, "release": release, "long": long}[_SIZE]
    return max(1, round(chosen * PART)) if IN_EARNEST else chosen


@dataclass
class Gate:
    """A database with tablets that may send to whoever serves it."""

    url: str
    instance: Path
    tablets: list[LoadTablet]


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmServers]:
    """Starts servers."""
    servers = WarmServers(tmp_path_factory.mktemp("warm"))
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def hashing_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app that serves nothing: passwords are hashed by its rules."""
    folder = tmp_path_factory.mktemp("hashing")
    return create_app(Config(instance=folder, database_url=f"sqlite:///{folder / 'none'}", secret_key=SECRET))


@pytest.fixture(params=["sqlite", "postgresql"])
def gate(request: pytest.FixtureRequest, hashing_app: Flask, tmp_path: Path) -> Gate:
    """Three yards with sixteen tablets, on a database of each kind in turn; in earnest one that syncs."""
    is_sqlite = request.param == "sqlite"
    if IN_EARNEST and is_sqlite:
        url = f"sqlite:///{request.getfixturevalue('disk') / 'gate.sqlite'}"
    elif IN_EARNEST:
        url = request.getfixturevalue("syncing_postgres").url()
    else:
        url = request.getfixturevalue("sqlite_copy" if is_sqlite else "postgres_copy")("empty")
    return Gate(url, tmp_path, prepared(hashing_app, url, yards=3, tablets=16))


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder on a disk: what is synced there is synced in earnest."""
    folder = Path(tempfile.mkdtemp(prefix="strawline-chaos-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def syncing_postgres(disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnPostgres]:
    """A PostgreSQL of the test's own."""
    # The package asks for this folder when it is imported, and not every machine has one.
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with own_postgres(disk / "pg") as server:
        yield server


Report = Callable[..., None]


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Keeps figures of this test: on the screen, and of a run in earnest in the report."""

    def keep(**figures: Any) -> None:
        name = request.node.name
        print(name, figures)
        if not IN_EARNEST:
            return
        REPORTS.mkdir(parents=True, exist_ok=True)
        known = {
            "test": name,
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": _machine(),
            "figures": figures,
        }
        (REPORTS / f"{name}.json").write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
        _write_report()

    return keep


def _machine() -> str:
    gigabytes = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()} {platform.release()}, {_processor()}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _write_report() -> None:
    """One section for each test that ran, now or before."""
    parts = ["# What held when things broke\n\nWritten by `make chaos`; what each test breaks stands in tests/chaos.\n"]
    for path in sorted(REPORTS.glob("*.json")):
        known = json.loads(path.read_text(encoding="utf-8"))
        rows = "\n".join(f"| {name.replace('_', ' ')} | {value} |" for name, value in known["figures"].items())
        parts.append(f"## {known['test']}\n\n{known['ended']}, {known['machine']}\n\n| what | |\n|---|---|\n{rows}\n")
    (REPORTS / "REPORT.md").write_text("\n".join(parts), encoding="utf-8")
