"""A day of many yards over lines that fail: every load once, every kilogram where the yards' own books have it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.clock import business_day, now
from app.intake.device_numbers import device_numbers
from app.intake.models import TicketVoid, WeighTicket
from app.intake.record_models import GateRecord, RefusedRecord
from app.storage.balances import stack_contents
from app.storage.models import DayClosing
from tests.chaos.conftest import IN_EARNEST, Report, size
from tests.chaos.day_books import YardDay, yesterday
from tests.chaos.flapping_line import FlappingLine, agree_to_void
from tests.chaos.gate_laws import check_ledger, looked_at
from tests.chaos.gate_load import PIN, prepared
from tests.chaos.gate_servers import WarmServers
from tests.conftest import Template

pytestmark = pytest.mark.slow
YARDS = 15
CLOCKS_OFF_MIN = (-37, -6, -1, 0, 0, 0, 1, 4, 95)
MOST_SENDINGS = 5_000


def test_day_replayed_every_load_once_and_sums_exact_to_the_kilogram(
    hashing_app: Flask, database_copy: Template, warm: WarmServers, tmp_path: Path, report: Report
) -> None:
    url = database_copy("empty")
    tablets = prepared(hashing_app, url, yards=YARDS, tablets=2 * YARDS)
    chance = random.Random(20261112)
    for tablet in tablets:
        tablet.clock_off = timedelta(minutes=chance.choice(CLOCKS_OFF_MIN))
    day = yesterday(now())
    yards = [
        YardDay(day, (tablets[n], tablets[n + YARDS]), random.Random(n), 0.01 if IN_EARNEST else 0.1)
        for n in range(YARDS)
    ]
    started = time.perf_counter()
    with warm.served(url, tmp_path) as server, ThreadPoolExecutor(max_workers=YARDS) as at_once:
        lines = [FlappingLine(server.port, random.Random(1_000 + n)) for n in range(YARDS)]
        trucks = size(8 if url.startswith("sqlite") else 4, 120, 120)

        def live(yard: YardDay, line: FlappingLine) -> None:
            yard.make_day(trucks)
            yard.make_evening()
            _send_all(yard, line)
            for ticket_id in yard.voids:
                agree_to_void(server.port, yard.tablets[0], ticket_id, PIN)
            yard.release()
            _send_all(yard, line)
            yard.close(day, now(), dict(yard.sums.bales))
            _send_all(yard, line)
            yard.close(business_day(now()), now(), _after_voids(yard))
            _send_all(yard, line)

        list(at_once.map(live, yards, lines))
    took = time.perf_counter() - started
    seen = sum((line.seen for line in lines), Counter[str]())
    _check(url, yards, day)
    report(
        yards=YARDS,
        tickets=sum(yard.tickets for yard in yards),
        records=sum(len(yard.made) for yard in yards),
        void=sum(len(yard.voids) for yard in yards),
        seconds=round(took),
        **dict(sorted(seen.items())),
    )


def _send_all(yard: YardDay, line: FlappingLine) -> None:
    """Both tablets send in any order until nothing waits."""
    for _sending in range(MOST_SENDINGS):
        full = [which for which in (0, 1) if yard.outbox[which]]
        if not full:
            return
        which = line.chance.choice(full)
        line.send_some(yard.tablets[which], yard.outbox[which])
    raise AssertionError(f"{yard.yard_id} never got rid of {yard.outbox}")


def _after_voids(yard: YardDay) -> dict[str, int]:
    return {stack_id: bales - yard.void.bales[stack_id] for stack_id, bales in yard.sums.bales.items()}


def _check(url: str, yards: Sequence[YardDay], day: date) -> None:
    with looked_at(url) as session:
        made = {id_: text for yard in yards for id_, text in yard.made.items()}
        from_devices = select(GateRecord.id, GateRecord.text).where(GateRecord.device_id.is_not(None))
        assert dict(session.execute(from_devices).all()) == made
        assert session.scalar(select(func.count()).select_from(RefusedRecord)) == 0
        assert session.scalar(select(func.count()).select_from(WeighTicket)) == sum(yard.tickets for yard in yards)
        assert set(session.scalars(select(TicketVoid.ticket_id))) == {id_ for yard in yards for id_ in yard.voids}
        check_ledger(session)
        for yard in yards:
            for tablet in yard.tablets:
                numbers = device_numbers(session.connection(), tablet.device_id)
                assert (numbers.last, numbers.missing) == (tablet.number, [])
            contents = stack_contents(session, yard.yard_id)
            for stack_id, bales in yard.sums.bales.items():
                held = contents[stack_id]
                assert (held.bales, held.kg, held.dry_kg) == (
                    bales - yard.void.bales[stack_id],
                    yard.sums.kg[stack_id] - yard.void.kg[stack_id],
                    yard.sums.dry_kg[stack_id] - yard.void.dry_kg[stack_id],
                ), (yard.yard_id, stack_id)
            closing = session.scalars(
                select(DayClosing).where(DayClosing.yard_id == yard.yard_id, DayClosing.day == day)
            ).one()
            assert (closing.is_closed, closing.questions, closing.explanation) == (True, [], None)
            figures = (closing.closing_bales, closing.closing_kg, closing.closing_dry_kg)
            assert figures == tuple(
                sum(column.values()) for column in (yard.sums.bales, yard.sums.kg, yard.sums.dry_kg)
            ), yard.yard_id
            assert (
                session.scalar(select(func.count()).where(DayClosing.yard_id == yard.yard_id, ~DayClosing.is_closed))
                == 0
            )
