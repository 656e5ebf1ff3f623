"""A whole season of heat and rounds through the app: ten weeks, looked at every three quarters of an hour by a watch
that is killed in the middle of its work again and again."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.database.engine import db
from app.fire_safety import watching
from app.intake.ledger_check import first_ledger_fault
from tests.app.fire_safety.season_replay import TICK, Replay, check_alarms
from tests.chaos.conftest import IN_EARNEST, Report, size
from tests.yard_rules.season_of_heat import season_of_heat

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not IN_EARNEST, reason="long; its first week is in tests/app/fire_safety/test_watching.py"),
]
KILLED_PERMILLE = 100


class Killed(BaseException):
    """Nobody catches it, as nobody catches the end of a process."""


def test_season_replayed_every_alarm_in_time_once_through_restarts(county_app: Flask, report: Report) -> None:
    season, chance = season_of_heat(5, days=size(7, 7, 70)), random.Random(70)
    looks = killed = 0
    slowest_s, started = 0.0, time.perf_counter()
    with county_app.app_context():
        replay = Replay(season)
        for moment in replay.ticks():
            db.session.rollback()
            if chance.randrange(1000) < KILLED_PERMILLE:
                killed += _killed_look(moment, chance)
            began = time.perf_counter()
            for _process in range(2 if looks % 7 == 0 else 1):
                with Session(db.engine) as fresh:
                    assert watching.look_at_all(fresh, [], moment) == 0
            slowest_s = max(slowest_s, time.perf_counter() - began)
            looks += 1
        kinds = check_alarms(replay)
        assert first_ledger_fault(db.session) is None
        report(
            days=(season.ends - season.begins).days,
            events=len(season.events),
            looks=looks,
            minutes_between_looks=round(TICK.total_seconds() / 60),
            killed_looks=killed,
            **{f"alarms {kind}": count for kind, count in sorted(kinds.items())},
            lost=0,
            doubled=0,
            seconds=round(time.perf_counter() - started),
            slowest_look_ms=round(1000 * slowest_s),
        )


def _killed_look(moment: datetime, chance: random.Random) -> int:
    """A look that ends within one of its parts, before what that part did was committed; returns 1 where it did."""
    with _killer(chance.randrange(len(watching.WATCHES)), chance), Session(db.engine) as fresh:
        try:
            watching.look_at_all(fresh, [], moment)
        except Killed:
            fresh.rollback()
            return 1
    return 0


@contextmanager
def _killer(number: int, chance: random.Random) -> Iterator[None]:
    part = watching.WATCHES[number]
    before = chance.random() < 0.3

    def dies(session: Session, yard_id: str, moment: datetime) -> None:
        if not before:
            part(session, yard_id, moment)
            session.flush()
        raise Killed

    parts = [*watching.WATCHES[:number], dies, *watching.WATCHES[number + 1 :]]
    with patch.object(watching, "WATCHES", parts):
        yield
