"""How many whole tickets a server stores (R1 on SQLite, R2 on PostgreSQL where the wheel with it is installed): sixteen
tablets on this same machine, every transaction synced to its disk."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from flask import Flask

from app import create_app
from app.config import Config
from app.database.engine import make_engine
from tests.chaos.gate_laws import check_all_came
from tests.chaos.gate_load import LoadTablet, Manner, prepared, send_until
from tests.chaos.gate_servers import SECRET, own_postgres, served

TABLETS, YARDS = 16, 15
SECONDS = float(os.environ.get("STRAWLINE_BENCH_SECONDS", "20"))
# The watch that is started beside the server has begun its rounds by then, and every connection holds the pages that it
# may: neither their work nor their memory is that of tickets.
WARM_UP_S = 30
# More than a server takes; made before the clock runs, as tablets make theirs hours before.
MOST_PER_S = 600


def run() -> None:
    """Print one line for each database."""
    folder = Path(tempfile.mkdtemp(prefix="strawline-bench-", dir="/var/tmp" if Path("/var/tmp").is_dir() else None))
    folder.chmod(0o755)
    try:
        app = create_app(Config(instance=folder, database_url=f"sqlite:///{folder / 'none'}", secret_key=SECRET))
        _measure("R1 SQLite", app, f"sqlite:///{folder / 'gate.sqlite'}", folder)
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        try:
            with own_postgres(folder / "pg") as server:
                _measure("R2 PostgreSQL", app, server.url(), folder)
        except ImportError:
            print("R2 PostgreSQL  not measured: the packages for development are not installed")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(name: str, app: Flask, url: str, folder: Path) -> None:
    tablets = prepared(app, url, yards=YARDS, tablets=TABLETS)
    for tablet in tablets:
        tablet.manner = Manner.AT_ONCE
    with served(url, folder) as server:
        send_until(tablets, server.port, threading.Event(), seconds=WARM_UP_S)
        _analyse(url)
        memory_before, tickets_before = server.memory_bytes(), _acknowledged(tablets)
        for tablet in tablets:
            tablet.seconds.clear()
            tablet.waiting = [tablet.ticket() for _ticket in range(int(SECONDS * MOST_PER_S / TABLETS))]
        started, worked = time.perf_counter(), server.work_s()
        send_until(tablets, server.port, threading.Event(), seconds=SECONDS)
        took, tickets = time.perf_counter() - started, _acknowledged(tablets) - tickets_before
        work_ms = 1_000 * (server.work_s() - worked) / max(tickets, 1)
        growth = server.memory_bytes() / memory_before - 1
    for tablet in tablets:
        tablet.forget_waiting()
    check_all_came(url, tablets)
    seconds = sorted(second for tablet in tablets for second in tablet.seconds)
    p50_ms, p99_ms = (1_000 * seconds[int(len(seconds) * share)] for share in (0.5, 0.99))
    print(
        f"{name:14} {tickets / took:6.0f} tickets/s, p50 {p50_ms:4.0f} ms, p99 {p99_ms:4.0f} ms, "
        f"{work_ms:.1f} ms of the server's work for each, memory {100 * growth:+.0f} %; "
        f"{tickets} tickets in {took:.0f} s, nothing lost or doubled",
        flush=True,
    )


def _analyse(url: str) -> None:
    """What PostgreSQL does by itself within a minute: tables that were empty when plans were made are so no more."""
    engine = make_engine(url)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _acknowledged(tablets: list[LoadTablet]) -> int:
    return sum(len(tablet.acknowledged) for tablet in tablets) // 3


if __name__ == "__main__":
    run()
