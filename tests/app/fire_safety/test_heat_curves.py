"""Curves of heat show readings at their own moments."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from app.clock import COUNTY_ZONE, now
from app.database.engine import db
from app.fire_safety.heat.curves import MOST_POINTS, heat_curves
from app.registry.models import TransferYard
from tests.app.gate import gate_tablet
from tests.conftest import log_in
from yard_rules.heat.readings import HeatReading

BEGINS = datetime(2026, 11, 2, tzinfo=UTC)
UNTIL = BEGINS + timedelta(days=21)


def reading(at: datetime, temperature_dc: int | None, probe: str = "A") -> HeatReading:
    return HeatReading(probe=probe, measured_at=at, received_at=at, temperature_dc=temperature_dc)


def test_a_reading_stands_at_its_own_moment() -> None:
    at = BEGINS + timedelta(days=3, hours=12, minutes=13)
    told = [reading(at + timedelta(seconds=40), 312), reading(at + timedelta(seconds=5), 305), reading(at, None)]
    (curve,) = heat_curves(told, BEGINS, UNTIL)
    assert curve.points == [(at, 312)]
    assert heat_curves(told, BEGINS, at - timedelta(hours=1)) == []


def test_the_hottest_probes_come_first_and_no_more_than_six() -> None:
    told = [reading(BEGINS, 200 + number, f"P{number}") for number in range(9)]
    assert [curve.probe for curve in heat_curves(told, BEGINS, UNTIL)] == ["P8", "P7", "P6", "P5", "P4", "P3"]


def test_of_many_readings_the_extremes_and_the_last_one_are_kept() -> None:
    chance = random.Random(5)
    told = [reading(BEGINS + timedelta(minutes=20 * number), chance.randint(200, 400)) for number in range(21 * 72 + 1)]
    (curve,) = heat_curves(told, BEGINS, UNTIL)
    values = [value for _at, value in curve.points]
    assert MOST_POINTS // 2 < len(values) <= MOST_POINTS
    assert max(values) == max(it.temperature_dc or 0 for it in told)
    assert min(values) == min(it.temperature_dc or 0 for it in told)
    assert curve.points[-1] == (told[-1].measured_at, told[-1].temperature_dc)
    assert list(curve.points) == sorted(curve.points)
    assert set(curve.points) <= {(it.measured_at, it.temperature_dc) for it in told}


def test_the_page_labels_a_reading_with_the_countys_clock(county_app: Flask) -> None:
    with county_app.app_context():
        yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
    tablet = gate_tablet(county_app, ("yard", yard_id))
    tablet.send(*tablet.whole_ticket())
    readings = [{"place": "north", "temperature_dc": 401}]
    before = now().astimezone(COUNTY_ZONE)
    tablet.send(tablet.record("heat_reading", {"stack_id": f"{yard_id}-01", "readings": readings}))
    page = log_in(county_app).get(f"/heat/{yard_id}").text
    assert any(f'"{at:%Y-%m-%dT%H:%M}"' in page for at in (before, now().astimezone(COUNTY_ZONE)))
