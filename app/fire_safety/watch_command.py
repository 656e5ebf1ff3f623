"""`strawline watch`: rounds that are due, stacks that get hot, silent probes, alarms that nobody was told of."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask

from app.cli_context import app_or_refusal
from app.clock import now
from app.config import Config
from app.database.engine import db
from app.fire_safety.watching import look_at_all

EVERY_S = 15
_ROOT = Path(__file__).resolve().parents[2]
_log = logging.getLogger(__name__)


@click.command()
@click.option("--once", is_flag=True, help="Look once and end; with status 1 where something could not be looked at.")
@click.option("--every", default=EVERY_S, show_default=True, type=click.IntRange(1, 600), help="Seconds between looks.")
@click.option("--beside", type=int, hidden=True, help="End when the process with this number has ended.")
def watch(once: bool, every: int, beside: int | None) -> None:
    """Watch the yards and raise alarms until Ctrl-C. `strawline serve` does the same beside the pages."""
    with app_or_refusal() as app:
        if once:
            raise SystemExit(1 if _look(app) else 0)
        click.echo(f"Watching, every {every} s  (Ctrl-C stops)")
        try:
            _keep_looking(app, every, beside)
        except KeyboardInterrupt:
            return


@contextmanager
def watched_beside() -> Iterator[None]:
    """Watch the yards in a process of its own beside what happens within; it ends with this one, however that ends."""
    beside = subprocess.Popen([sys.executable, "-m", "app.cli", "watch", "--beside", str(os.getpid())], cwd=_ROOT)
    try:
        yield
    finally:
        beside.terminate()
        beside.wait()


def _keep_looking(app: Flask, every_s: int, beside: int | None) -> None:
    looked_at = -float(every_s)
    while beside is None or os.getppid() == beside:
        if time.monotonic() - looked_at >= every_s:
            looked_at = time.monotonic()
            try:
                _look(app)
            except Exception:
                _log.exception("watching failed; it is tried again")
        time.sleep(1)


def _look(app: Flask) -> int:
    config: Config = app.extensions["strawline.config"]
    with app.app_context():
        return look_at_all(db.session, config.all_robots, now(), address=config.address)
