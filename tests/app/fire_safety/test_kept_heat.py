"""What is shown of heat is what a state found anew would say, though the watch keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.clock import now
from app.database.engine import db
from app.fire_safety.heat.kept import HeatSummary, summary_of, yard_heat_now
from app.fire_safety.heat.queries import yard_heat
from app.fire_safety.watching import look_at_all
from app.registry.models import TransferYard
from tests.app.gate import GateTablet, gate_tablet


@pytest.fixture
def tablet(county_app: Flask) -> GateTablet:
    with county_app.app_context():
        yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
    tablet = gate_tablet(county_app, ("yard", yard_id))
    tablet.send(*tablet.whole_ticket())
    return tablet


def measure(tablet: GateTablet, temperature_dc: int, place: str = "north") -> None:
    readings = [{"place": place, "temperature_dc": temperature_dc}]
    tablet.send(tablet.record("heat_reading", {"stack_id": f"{tablet.place[1]}-01", "readings": readings}))


def shown(tablet: GateTablet, moment: datetime | None = None) -> HeatSummary:
    """The one stack's summary, which is the one that its readings would give."""
    with tablet.app.app_context():
        moment = moment or now()
        (found,) = yard_heat_now(db.session, tablet.place[1], moment)
        assert [found.summary] == [summary_of(it) for it in yard_heat(db.session, tablet.place[1], moment)]
        assert HeatSummary.from_json(found.summary.as_json()) == found.summary
        return found.summary


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def test_what_came_in_is_shown_at_once_whether_the_watch_has_looked_or_not(tablet: GateTablet) -> None:
    measure(tablet, 401)
    assert shown(tablet).level == 0
    with tablet.app.app_context():
        look_at_all(db.session, [], now())
    assert shown(tablet).hottest_dc == 401
    measure(tablet, 662, "top")
    assert (shown(tablet).level, shown(tablet).hottest_dc) == (3, 662)
    tablet.send(tablet.record("smoke", {"stack_id": f"{tablet.place[1]}-01"}))
    assert shown(tablet).level == 4


def test_silence_is_shown_though_nothing_came_in(tablet: GateTablet) -> None:
    measure(tablet, 301)
    with tablet.app.app_context():
        look_at_all(db.session, [], now())
    assert shown(tablet).level == 0
    assert shown(tablet, now() + timedelta(days=9)).level > 0


def test_after_a_look_no_reading_is_read_again(tablet: GateTablet) -> None:
    measure(tablet, 401)
    with tablet.app.app_context():
        for _look in range(2):  # the first one also notes that straw has come, which is new to the second
            look_at_all(db.session, [], now())
        with statements() as said:
            yard_heat_now(db.session, tablet.place[1], now())
        assert said
        assert not [it for it in said if "temperature_dc" in it]
