"""How long a whole year of money takes: 60,000 tickets, about 85,000 t to five plants, closed month by month, on SQLite
and on PostgreSQL where the wheel with it is installed. Sums are held against pandas to the fen; seconds are printed.

`make bench-money`, or `python -m tests.app.billing.bench [--deliveries 12120] [--intakes 39900] [--purchases 3000]
[--only sqlite]`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.billing.ledger.models import LedgerEntry
from app.billing.statements.models import Statement
from app.billing.statements.operations import made_again
from app.config import Config
from app.database.engine import db
from app.database.migrate import upgrade
from tests.app.billing.year.book import YearBook, year_book
from tests.app.billing.year.closing import YearOfMoney
from tests.chaos.gate_servers import SECRET, environment_of, own_postgres
from tests.conftest import PASSWORD, csrf_token

ROOT = Path(__file__).resolve().parents[3]
SEED = 20241112


def run(arguments: argparse.Namespace) -> None:
    """Print some lines for each database."""
    folder = Path(tempfile.mkdtemp(prefix="strawline-bench-", dir="/var/tmp" if Path("/var/tmp").is_dir() else None))
    folder.chmod(0o755)
    try:
        if arguments.only in (None, "sqlite"):
            _measure("SQLite", f"sqlite:///{folder / 'money.sqlite'}", folder, arguments)
        if arguments.only in (None, "postgresql"):
            runtime = folder / "run"
            runtime.mkdir(mode=0o700)
            os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
            try:
                with own_postgres(folder / "pg") as server:
                    _measure("PostgreSQL", server.url(), folder, arguments)
            except ImportError:
                print("PostgreSQL  not measured: the packages for development are not installed")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(name: str, url: str, folder: Path, arguments: argparse.Namespace) -> None:
    book = year_book(
        deliveries=arguments.deliveries, intakes=arguments.intakes, purchases=arguments.purchases, seed=SEED
    )
    with _made(url, folder) as app, app.app_context():
        upgrade(db.engine)
        year = _lived(name, book)
        last, worst = list(year.seconds.values())[-1], max(year.seconds.values())
        told = [
            f"{what} {took:.1f} s ({work:.1f} s of work)" for what, (took, work) in (("worst", worst), ("last", last))
        ]
        _say(name, "month close", ", ".join(told))
        _measure_statement(name, app, db.session)
        db.session.rollback()
    started, worked = time.perf_counter(), _work_of_children_s()
    verified = subprocess.run(
        [sys.executable, "-m", "app.cli", "ledger", "verify"],
        env={**os.environ, **environment_of(url, folder)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    took, work = time.perf_counter() - started, _work_of_children_s() - worked
    assert verified.returncode == 0, verified.stderr
    _say(name, "ledger verify", f"{took:.1f} s ({work:.1f} s of work); {verified.stdout.splitlines()[0]}")


def _lived(name: str, book: YearBook) -> YearOfMoney:
    year = YearOfMoney(db.session, book)
    started = time.perf_counter()
    year.live()
    took = time.perf_counter() - started
    year.check()
    entries = db.session.scalar(select(func.count()).select_from(LedgerEntry))
    _say(
        name,
        "year",
        f"{year.tickets} tickets, {len(book.trips)} loads to plants, {len(book.purchases)} purchases, "
        f"{year.delivered_kg() / 1000:.0f} t, {entries} "
        f"entries: every sum as reckoned; all of it took {took:.0f} s",
    )
    return year


def _measure_statement(name: str, app: Flask, session: Session) -> None:
    """The longest one: made, as a page and as a workbook."""
    lengths = {it.number: len(json.loads(it.text)["lines"]) for it in session.scalars(select(Statement))}
    number = max(lengths, key=lambda each: lengths[each])
    statement = session.get_one(Statement, number)
    seconds, text = _timed(lambda: made_again(session, statement))
    assert text == statement.text
    browser = app.test_client()
    token = csrf_token(browser, "/login")
    said = {"email": "office-1@tests.example", "password": PASSWORD, "csrf_token": token}
    assert browser.post("/login", data=said).status_code == 302
    times = [f"made {seconds:.1f} s"]
    for what, address in (("page", ""), ("workbook", "/excel")):
        seconds, answer = _timed(lambda: browser.get(f"/money/statements/{number}{address}"))  # noqa: B023
        assert answer.status_code == 200, answer.text[:500]
        times.append(f"{what} {seconds:.1f} s")
    _say(name, "statement", f"{lengths[number]} lines: {', '.join(times)}")


def _work_of_children_s() -> float:
    """How long processes that have ended were at work, which says the same on a busy machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timed(work: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done


@contextmanager
def _made(url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(Config(instance=folder, database_url=url, secret_key=SECRET))
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def _say(name: str, what: str, found: str) -> None:
    print(f"{name:10} {what:14} {found}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=12_120)
    parser.add_argument("--intakes", type=int, default=39_900)
    parser.add_argument("--purchases", type=int, default=3_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    run(parser.parse_args())
