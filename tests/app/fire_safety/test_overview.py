"""The overview of the county and of a yard, its workbook, and whose yards it shows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clock import business_day, now
from app.database.engine import db
from app.fire_safety.inspections.models import Inspection
from app.fire_safety.inspections.queries import OverdueList
from app.fire_safety.overview.dangers import DangerKind, age_class, open_dangers
from app.fire_safety.overview.month import month_of, yard_month
from app.fire_safety.overview.texts import danger_text
from app.fire_safety.overview.weeks import weeks_of
from app.fire_safety.watching import look_at_all
from app.intake.record_models import GateRecord
from app.registry.models import TransferYard
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet
from tests.app.members import member
from tests.conftest import csrf_token, log_in
from yard_rules.checklists import ListKind
from yard_rules.finding import Severity
from yard_rules.heat.ladder import HeatLevel


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    """A yard with a hot, smoking stack and something to be mended."""
    tablet = gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))
    stack_id = f"{tablet.place[1]}-01"
    answers = [{"item_id": "gate_kept", "outcome": "failed", "note": "left open", "photos": []}]
    inspection = {
        "list_kind": "daily",
        "list_day": tablet.clock().date().isoformat(),
        "digest": "0" * 64,
        "answers": answers,
    }
    readings = [{"place": "middle", "temperature_dc": 612}]
    sent = tablet.send(
        *tablet.whole_ticket(),
        tablet.record("heat_reading", {"stack_id": stack_id, "readings": readings}),
        tablet.record("inspection", inspection),
    )
    assert {it["status"] for it in sent["results"]} == {201}
    with county_app.app_context():
        assert look_at_all(db.session, [], now()) == 0
    return tablet


def test_what_is_open_is_told_once_by_severity_and_age(tablet: GateTablet) -> None:
    yard_id = tablet.place[1]
    with tablet.app.test_request_context():
        dangers = open_dangers(db.session, [yard_id], now())
        kinds = [it.kind for it in dangers]
        assert kinds.count(DangerKind.ACTION) == 1
        assert DangerKind.ALARM not in kinds
        (closed,) = (it for it in dangers if it.kind is DangerKind.SUSPENSION)
        assert closed.because is not None
        assert "61.2" in danger_text(closed)
        assert open_dangers(db.session, [yard_id], now() - timedelta(days=1)) == []
        assert open_dangers(db.session, ["other"], now()) == []
        week = weeks_of(db.session, [yard_id], now(), 2)[-1]
        assert week.opened >= 2
        assert week.hot_days == 1
    assert [age_class(timedelta(days=days)) for days in (0, 1, 7, 30)] == [1, 7, 30, None]


def test_an_inspection_nobody_made_is_open_from_the_day_after_and_graver_with_age(tablet: GateTablet) -> None:
    yard_id, moment = tablet.place[1], now()
    with tablet.app.test_request_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()

        def overdue(days: int) -> dict[str, tuple[Severity, int]]:
            at = moment + timedelta(days=days)
            found = [it for it in open_dangers(db.session, [yard_id], at) if it.kind is DangerKind.INSPECTION]
            assert all(it.is_overdue and "%" not in danger_text(it) for it in found)
            return {
                it.what.held.kind: (it.severity, (at - it.since).days)
                for it in found
                if isinstance(it.what, OverdueList) and it.what.held.kind is not ListKind.BEFORE_SEASON
            }

        assert overdue(0) == {}
        first = overdue(1)
        assert first["daily"] == (Severity.MEND, 0)
        assert first["brigade_visit"] == (Severity.ADVICE, 0)
        assert overdue(95)["brigade_visit"] == (Severity.MEND, 94)
        # The month that ends with it counts it; a list that was gone through to its end is not open.
        month = month_of(business_day(moment + timedelta(days=1)).replace(day=1), moment + timedelta(days=1))
        kinds = {it.kind for it in yard_month(db.session, yard, month).open}
        assert DangerKind.INSPECTION in kinds
        db.session.add(done_inspection(yard_id, moment))
        db.session.flush()
        assert "daily" not in overdue(1)
        assert overdue(2)["daily"][0] is Severity.MEND


def done_inspection(yard_id: str, moment: datetime) -> Inspection:
    """Today's list without anything lacking, of whatever record there is."""
    record = db.session.scalars(select(GateRecord).where(GateRecord.kind == "heat_reading")).one()
    return Inspection(
        record_id=record.id,
        yard_id=yard_id,
        list_kind="daily",
        list_day=business_day(moment),
        digest="0" * 64,
        is_known_list=False,
        answers=[],
        findings=0,
        lacking=0,
        inspector_name="Li (demo)",
        inspected_at=moment,
    )


def test_the_pages_show_it_and_the_workbook_holds_it(tablet: GateTablet) -> None:
    yard_id, browser = tablet.place[1], log_in(tablet.app)
    for address in ("/safety", f"/yards/{yard_id}/safety"):
        page = browser.get(address)
        assert page.status_code == 200
        assert "level-2" in page.text
        assert "/safety/actions/" in page.text
    assert browser.get("/safety/dangers.xlsx").data[:2] == b"PK"


def test_the_first_page_tells_whoever_inspects_of_yards_with_straw_that_wait(tablet: GateTablet) -> None:
    waits = {
        role: "waits for your inspection" in english(member(tablet.app, role, *places)).get("/").text
        for role, places in (
            ("fire_brigade", ()),
            ("yard_manager", (("yard", tablet.place[1]),)),
            ("city_official", ()),
        )
    }
    assert waits == {"fire_brigade": True, "yard_manager": True, "city_official": False}


def english(browser: FlaskClient) -> FlaskClient:
    browser.post("/language/en", data={"csrf_token": csrf_token(browser, "/")})
    return browser


def test_everybody_sees_their_own_yards_only(tablet: GateTablet) -> None:
    yard_id = tablet.place[1]
    with tablet.app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        own_town = yard.town_id
    here = f"/yards/{yard_id}/safety"
    at_home = member(tablet.app, "town_official", ("town", own_town))
    assert here in at_home.get("/safety").text
    stranger = member(tablet.app, "yard_manager", ("yard", "of-others"))
    assert here not in stranger.get("/safety").text
    assert stranger.get(here).status_code == 404


def test_the_monthly_report_holds_a_month_as_it_ended(tablet: GateTablet) -> None:
    yard_id, browser = tablet.place[1], log_in(tablet.app)
    with tablet.app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        this = business_day().replace(day=1)
        found = yard_month(db.session, yard, month_of(this, now()))
        assert (found.inspections_done, found.actions_opened, found.actions_closed) == (0, 1, 0)  # it lacks nearly all
        assert found.alarms == found.alarms_unanswered >= 1
        assert found.heat_days[HeatLevel.WARNING] == 1
        assert found.stock_bales > 0
        assert {DangerKind.ACTION, DangerKind.SUSPENSION} <= {it.kind for it in found.open}
        last = month_of((this - timedelta(days=1)).replace(day=1), now())
        assert last.is_over
        before = yard_month(db.session, yard, last)
        assert (before.alarms, before.actions_opened, before.stock_bales, list(before.open)) == (0, 0, 0, [])
        assert before.inspections_due == 0 < found.inspections_due
        month = last.first.strftime("%Y-%m")
    page = browser.get("/safety/report")
    assert page.status_code == 200
    assert f'id="{yard_id}"' in page.text
    assert browser.get(f"/safety/report?month={month}").status_code == 200
    assert browser.get("/safety/report?month=never&town=nowhere").status_code == 200
    assert browser.get(f"/safety/report.xlsx?month={month}").data[:2] == b"PK"
