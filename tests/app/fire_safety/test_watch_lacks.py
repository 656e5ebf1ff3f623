"""A yard with straw but no points, or a hole in its roster, is an open danger and an alarm until it is mended."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.queries import is_over
from app.fire_safety.alarms.texts import alarm_text
from app.fire_safety.overview.dangers import DangerKind, open_dangers
from app.fire_safety.overview.texts import danger_text
from app.fire_safety.patrols.lacks import NO_POINTS, NO_WEATHER, WATCH_GAP, WatchLack
from app.fire_safety.patrols.operations import add_point, add_shift
from app.fire_safety.watching import look_at_all
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet

HOUR = timedelta(hours=1)


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    """Of a yard that holds straw."""
    tablet = gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))
    assert {it["status"] for it in tablet.send(*tablet.whole_ticket())["results"]} == {201}
    return tablet


def look(moment: datetime) -> tuple[list[str], list[str]]:
    """The kinds of dangers of the watch at the moment, and of its alarms that are not over."""
    assert look_at_all(db.session, [], moment) == 0
    yard_ids = list(db.session.scalars(select(Alarm.yard_id).distinct()))
    dangers = [
        it
        for it in open_dangers(db.session, yard_ids, moment)
        if it.kind is DangerKind.WATCH and isinstance(it.what, WatchLack) and it.what.kind != NO_WEATHER
    ]
    alarms = db.session.scalars(select(Alarm).where(Alarm.kind.in_((NO_POINTS, WATCH_GAP)), ~is_over())).all()
    assert {it.severity for it in alarms} <= {"advice"}
    texts = [danger_text(it) for it in dangers] + [alarm_text(it) for it in alarms]
    assert all("%" not in text and text for text in texts)
    return sorted(it.what.kind for it in dangers), sorted(it.kind for it in alarms)  # type: ignore[attr-defined]


def test_straw_without_points_and_roster_is_told_once_until_both_are_there(tablet: GateTablet) -> None:
    yard_id, moment = tablet.place[1], now()
    with tablet.app.test_request_context():
        assert look(moment) == ([NO_POINTS, WATCH_GAP], [NO_POINTS, WATCH_GAP])
        assert look(moment + HOUR) == ([NO_POINTS, WATCH_GAP], [NO_POINTS, WATCH_GAP])
        add_point(db.session, yard_id, "gate", moment)
        add_shift(db.session, yard_id, "Li (demo)", moment - HOUR, moment + 40 * HOUR, moment)
        db.session.commit()
        assert look(moment + 2 * HOUR) == ([], [])
        # The roster is told a day before it ends.
        assert look(moment + 15 * HOUR) == ([], [])
        assert look(moment + 17 * HOUR) == ([WATCH_GAP], [WATCH_GAP])
        add_shift(db.session, yard_id, "Wang (demo)", moment + 40 * HOUR, moment + 60 * HOUR, moment)
        db.session.commit()
        assert look(moment + 18 * HOUR) == ([], [])


def test_a_yard_without_straw_lacks_nothing(county_app: Flask) -> None:
    with county_app.test_request_context():
        assert look(now()) == ([], [])
