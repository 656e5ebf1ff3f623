"""Whatever the clock of a device says, its records go in, and the chain that they make can be computed again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask

from app.clock import now
from app.database.engine import db
from app.intake.ids import new_record_id
from app.intake.ledger_check import first_ledger_fault
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def test_a_moment_in_another_zone_is_the_same_moment(tablet: GateTablet) -> None:
    shifted = tablet.record("watch", {"event": "round"}, made_at=now().astimezone(timezone(timedelta(hours=8))))
    assert [result["status"] for result in tablet.send(tablet.opening(), shifted)["results"]] == [201, 201]
    with tablet.app.app_context():
        assert first_ledger_fault(db.session) is None


@pytest.mark.parametrize("year", [1970, 2022, 2099])
def test_a_clock_that_was_years_off_and_then_set_right_keeps_no_record_out(tablet: GateTablet, year: int) -> None:
    odd = tablet.opening(made_at=datetime(year, 1, 1, tzinfo=UTC))
    said = tablet.send(odd, tablet.opening("浙F54321"))
    assert [result["status"] for result in said["results"]] == [201, 201]
    receipt, other = (result["receipt"] for result in said["results"])
    assert receipt["business_day"] == other["business_day"]
    assert ("clock_off" in [remark["kind"] for remark in receipt["remarks"]]) == (year < 2099)
    with tablet.app.app_context():
        assert first_ledger_fault(db.session) is None


def test_a_moment_that_no_clock_says_needs_a_person(tablet: GateTablet) -> None:
    odd = tablet.record("watch", {"event": "round"}, id=new_record_id(now()), made_at=datetime(1, 1, 1, tzinfo=UTC))
    assert [result["status"] for result in tablet.send(odd)["results"]] == [422]
