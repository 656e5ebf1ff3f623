"""The first days of a season of heat and rounds replayed through the app, with watching that begins anew each time.

The whole season takes long: against the rules alone it is in tests/yard_rules/test_heat_season.py, through the app in
tests/chaos/test_season_replayed.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.database.engine import db
from app.fire_safety.alarms.queries import last_tick
from app.fire_safety.watching import look_at_all
from tests.app.fire_safety.season_replay import Replay, check_alarms
from tests.yard_rules.season_of_heat import season_of_heat

# The looks are the same on both; what a database does otherwise shows in days.
DAYS = {"sqlite": 7, "postgresql": 4}


@pytest.fixture
def replayed(county_app: Flask) -> Iterator[Replay]:
    """The days over. Every look knows only what the database holds, as after a restart; every seventh is done twice, as
    by two processes."""
    with county_app.app_context():
        replay = Replay(season_of_heat(5, days=DAYS[db.engine.dialect.name]))
        for number, moment in enumerate(replay.ticks(), start=1):
            for _look in range(2 if number % 7 == 0 else 1):
                # What a process had in mind is gone when it begins again.
                with Session(db.engine) as fresh:
                    assert look_at_all(fresh, [], moment) == 0
            db.session.rollback()
        yield replay


def test_every_alarm_is_raised_in_time_none_twice_none_lost(replayed: Replay) -> None:
    kinds = check_alarms(replayed)
    assert kinds["round_overdue"] > 0
    assert last_tick(db.session) is not None
