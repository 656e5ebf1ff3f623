"""R5: the power fails and the write-ahead log of SQLite is cut off, has flipped bits or lost sectors, or a checkpoint
has written half of its pages. What opens is what some transaction left, and none from before the damage is lost."""

from __future__ import annotations

import random
import shutil
import struct
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.accounts.device_models import Device
from app.clock import now
from app.database.engine import make_engine
from app.intake.records import Sending, read_records, sender_of, store_records
from app.tablet.record_kinds import RECORD_KINDS
from tests.chaos.conftest import Report, size
from tests.chaos.gate_laws import check_ledger, looked_at
from tests.chaos.gate_load import LoadTablet, prepared
from tests.conftest import Template
from yard_rules.dry_straw import DryStrawMethod

pytestmark = pytest.mark.slow
HEADER, FRAME_HEADER = 32, 24
SECTOR = 512
# Of all openings so many are looked at thoroughly; of the others the heads and the sums are compared.
THOROUGH_SHARE = 0.005
FIGURES = """
    SELECT (SELECT count(*) FROM gate_record), (SELECT count(*) FROM weigh_ticket), (SELECT count(*) FROM weighing),
           (SELECT count(*) FROM moisture_sample), (SELECT count(*) FROM ticket_closing),
           (SELECT count(*) || ' ' || sum(bales) || ' ' || sum(kg) || ' ' || sum(dry_kg) FROM stock_transfer),
           (SELECT group_concat(place_id || last_position || last_hash, ';')
            FROM (SELECT * FROM place_chain ORDER BY place_kind, place_id))
"""
State = tuple[Any, ...]


@dataclass
class Log:
    """A database file, the log beside it, what each of its transactions left, and where each ended in it. `later`: the
    database file after a checkpoint of the whole log."""

    before: bytes
    wal: bytes = b""
    states: list[State] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    later: bytes = b""
    texts: list[list[str]] = field(default_factory=list)

    @property
    def page_bytes(self) -> int:
        return int.from_bytes(self.wal[8:12], "big")

    def whole_until(self, byte: int) -> int:
        """How many transactions have nothing to do with this byte or those after it."""
        frame_bytes = FRAME_HEADER + self.page_bytes
        start = HEADER + max(0, byte - HEADER) // frame_bytes * frame_bytes if byte >= HEADER else 0
        return bisect_right(self.ends, start)


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory, where there is some: nothing here is synced in earnest."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="strawline-chaos-", dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made)


def test_r5_what_opens_after_a_power_loss_is_what_a_transaction_left(
    hashing_app: Flask, sqlite_copy: Template, folder: Path, report: Report
) -> None:
    chance = random.Random(20261112)
    url = sqlite_copy("empty")
    tablets = prepared(hashing_app, url, yards=2, tablets=2)
    # the second log begins anew in the file of the first, whose frames still stand behind its own
    logs = _logs(Path(url.removeprefix("sqlite:///")), tablets, (7, 4))
    openings, thorough, found = size(1_200, 5_000, 200_000), 0, dict.fromkeys(DAMAGES, 0)
    path = folder / "cut.sqlite"
    for _opening in range(openings):
        log = chance.choice(logs)
        damage = chance.choice(sorted(DAMAGES))
        database, wal, safe = DAMAGES[damage](log, chance)
        _put(path, database, wal)
        state = _state(path)
        assert state in log.states, f"{damage}: not what any transaction left"
        assert log.states.index(state) >= safe, f"{damage}: lost a transaction that was whole"
        found[damage] += 1
        if chance.random() < THOROUGH_SHARE:
            _look_thoroughly(path, log, log.states.index(state), tablets)
            thorough += 1
    report(openings=openings, thorough=thorough, transactions=sum(len(log.ends) for log in logs), **found)


def _logs(path: Path, tablets: list[LoadTablet], sizes: tuple[int, ...]) -> list[Log]:
    """Store tickets, each in one transaction or two, and keep what the files were."""
    engine = make_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA wal_autocheckpoint=0"))
    logs = []
    for tickets in sizes:
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(RESTART)")
            connection.exec_driver_sql("BEGIN")
        log = Log(path.read_bytes())
        log.states.append(_state(path))
        for number in range(tickets):
            tablet = tablets[number % len(tablets)]
            texts = tablet.ticket().texts
            for part in [texts] if number % 3 else [texts[:2], texts[2:]]:
                with Session(engine) as session:
                    _store(session, tablet, part)
                log.states.append(_state(path))
                log.texts.append(part)
        log.wal = Path(f"{path}-wal").read_bytes()
        log.ends = list(_ends(log.wal))
        assert len(log.ends) == len(log.states) - 1 == len(set(log.states)) - 1
        logs.append(log)
    engine.dispose()
    for log in logs:
        log.later = _after_checkpoint(path, log)
    return logs


def _store(session: Session, tablet: LoadTablet, texts: list[str]) -> None:
    moment = now()
    incoming = read_records(texts, RECORD_KINDS)
    sender = sender_of(session.get_one(Device, tablet.device_id))
    sending = Sending(sender=sender, sent_at=moment, received_at=moment, dry_method=DryStrawMethod.CAP)
    results = store_records(session, sending, incoming)
    assert {int(result.status) for result in results} <= {200, 201}, results
    session.commit()


def _ends(wal: bytes) -> Iterator[int]:
    """Where each transaction of the log's last life ends: the frames with the salts of its header."""
    page_bytes = int.from_bytes(wal[8:12], "big")
    salts = wal[16:24]
    for start in range(HEADER, len(wal), FRAME_HEADER + page_bytes):
        _page, pages_after = struct.unpack(">II", wal[start : start + 8])
        if wal[start + 8 : start + 16] != salts:
            return
        if pages_after:
            yield start + FRAME_HEADER + page_bytes


def _after_checkpoint(path: Path, log: Log) -> bytes:
    copy = path.with_name(f"{path.name}-later")
    _put(copy, log.before, log.wal)
    connection = sqlite.connect(str(copy), isolation_level=None)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    later = copy.read_bytes()
    copy.unlink()
    return later


def _cut(log: Log, chance: random.Random) -> tuple[bytes, bytes, int]:
    at = chance.randrange(len(log.wal))
    return log.before, log.wal[:at], bisect_right(log.ends, at)


def _flipped(log: Log, chance: random.Random) -> tuple[bytes, bytes, int]:
    at = chance.randrange(len(log.wal))
    wal = bytearray(log.wal)
    wal[at] ^= 1 << chance.randrange(8)
    return log.before, bytes(wal), log.whole_until(at)


def _lost_sectors(log: Log, chance: random.Random) -> tuple[bytes, bytes, int]:
    """The disk has written what came later, and these not: they hold zeros, or what they held before."""
    wal = bytearray(log.wal)
    first = len(wal)
    for _sector in range(chance.randint(1, 8)):
        at = chance.randrange(len(wal)) // SECTOR * SECTOR
        wal[at : at + SECTOR] = chance.choice([bytes(SECTOR), chance.randbytes(SECTOR)])[: len(wal) - at]
        first = min(first, at)
    return log.before, bytes(wal), log.whole_until(first)


def _half_checkpoint(log: Log, chance: random.Random) -> tuple[bytes, bytes, int]:
    """Some pages have reached the database file; the log was whole before they were begun."""
    page, database = log.page_bytes, bytearray(log.before.ljust(len(log.later), b"\0"))
    for start in range(0, len(log.later), page):
        if chance.random() < 0.5:
            database[start : start + page] = log.later[start : start + page]
    return bytes(database), log.wal, len(log.ends)


DAMAGES = {
    "cut_off": _cut,
    "bit_flipped": _flipped,
    "sectors_lost": _lost_sectors,
    "half_a_checkpoint": _half_checkpoint,
}


def _put(path: Path, database: bytes, wal: bytes) -> None:
    Path(f"{path}-shm").unlink(missing_ok=True)
    path.write_bytes(database)
    Path(f"{path}-wal").write_bytes(wal)


def _state(path: Path) -> State:
    """What the database says of itself. Read only: closing it writes nothing back."""
    connection = sqlite.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return tuple(connection.execute(FIGURES).fetchone())
    finally:
        connection.close()


def _look_thoroughly(path: Path, log: Log, transactions: int, tablets: list[LoadTablet]) -> None:
    """The file is sound, the ledger adds up, and what tablets send again completes it."""
    url = f"sqlite:///{path}"
    with looked_at(url) as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        check_ledger(session)
    engine = make_engine(url)
    with Session(engine) as session:
        for texts in log.texts[max(0, transactions - 1) :]:
            tablet = next(it for it in tablets if any(texts[0] in made.texts for made in it.made))
            _store(session, tablet, texts)
    with looked_at(url) as session:
        check_ledger(session)
    engine.dispose()
    assert _state(path)[:-1] == log.states[-1][:-1]
