"""What is confirmed of vehicles at a yard's gate, and the visitors' line of the watch ledger."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.clock import business_day, now
from app.database.engine import db
from app.fire_safety.alarm_ends import watch_ends
from app.fire_safety.alarms.models import PAGE, Alarm, AlarmEnd, AlarmNotice
from app.fire_safety.alarms.texts import alarm_text
from app.fire_safety.vehicles.double_weighings import watch_double_weighings
from app.fire_safety.vehicles.models import VehicleCheck
from app.fire_safety.vehicles.operations import watch_vehicles
from app.intake.remark_texts import remark_text, severity_of
from app.intake.remarks import RemarkKind
from app.registry.models import TransferYard
from app.storage.visitors import VisitorEntry, visits
from tests.app.gate import GateTablet, gate_tablet, id_of
from tests.app.members import member
from yard_rules.vehicle_checks import not_confirmed, vehicle_checks

ALL = {"spark_arrester": True, "static_discharged": True, "no_smoking_told": True}
NAME = "Demo electrician A"


@pytest.fixture
def tablet(county_app: Flask) -> GateTablet:
    with county_app.app_context():
        yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
    return gate_tablet(county_app, ("yard", yard_id))


def opened(tablet: GateTablet, checks: dict[str, bool] | None) -> dict[str, Any]:
    """The remarks of a truck that came."""
    [result] = tablet.send(tablet.opening(f"浙FT{tablet.number:04d}", vehicle_checks=checks))["results"]
    assert result["status"] == 201, result
    return {one["kind"]: one["values"] for one in result["receipt"]["remarks"]}


def inside(tablet: GateTablet) -> list[str]:
    told = tablet.browser.get("/data/tablet/notebook", headers=tablet.header).get_json()
    assert [check["id"] for check in told["rules"]["vehicle_checks"]] == list(ALL)
    return [visitor["name"] for visitor in told["visitors"]]


def test_three_things_are_asked_of_every_vehicle() -> None:
    day = date(2026, 11, 12)
    asked = vehicle_checks(day)
    assert [check.check_id for check in asked] == list(ALL)
    assert all(check.source.source.startswith("H38") for check in asked)
    assert vehicle_checks(date(2022, 12, 31)) == ()
    assert [it.check_id for it in not_confirmed(ALL | {"static_discharged": False}, day)] == ["static_discharged"]


def test_what_a_vehicle_lacks_is_remarked_and_kept(county_app: Flask, tablet: GateTablet) -> None:
    assert RemarkKind.VEHICLE_UNSAFE not in opened(tablet, ALL)
    assert RemarkKind.VEHICLE_UNSAFE not in opened(tablet, None)
    said = opened(tablet, {"spark_arrester": False, "static_discharged": True})
    missing = ["spark_arrester", "no_smoking_told"]
    assert said[RemarkKind.VEHICLE_UNSAFE] == {"missing": missing}
    with county_app.test_request_context(headers={"Accept-Language": "zh"}):
        kept = db.session.scalars(select(VehicleCheck).order_by(VehicleCheck.checked_at)).all()
        assert sorted(row.missing for row in kept) == [[], missing]
        assert "spark_arrester" not in remark_text(RemarkKind.VEHICLE_UNSAFE, said[RemarkKind.VEHICLE_UNSAFE])
    assert severity_of(RemarkKind.VEHICLE_UNSAFE) == "mend"


def test_a_vehicle_inside_of_which_not_all_was_confirmed_raises_one_alarm(
    county_app: Flask, tablet: GateTablet
) -> None:
    def alarms(moment: datetime) -> list[Alarm]:
        """All that there are after two looks."""
        for _look in range(2):
            watch_vehicles(db.session, tablet.place[1], moment)
        db.session.commit()
        return list(db.session.scalars(select(Alarm).order_by(Alarm.id)))

    opened(tablet, ALL)
    opened(tablet, None)
    with county_app.app_context():
        assert alarms(now()) == []
    opened(tablet, ALL | {"static_discharged": False})
    with county_app.test_request_context(), force_locale("en"):
        assert alarms(now() + timedelta(hours=13)) == []  # whoever stays so long has left
        (alarm,) = alarms(now())
        assert (alarm.kind, alarm.severity) == ("vehicle_unsafe", "advice")
        assert "came in without: Static discharged" in alarm_text(alarm)
        assert {it.recipient for it in db.session.scalars(select(AlarmNotice).where(AlarmNotice.channel == PAGE))} == {
            "attendant",
            "manager",
        }


def test_one_plate_weighed_twice_within_minutes_raises_one_alarm_and_a_void_ticket_none(
    county_app: Flask, tablet: GateTablet
) -> None:
    def alarms(moment: datetime) -> list[Alarm]:
        """All that there are after two looks."""
        for _look in range(2):
            watch_double_weighings(db.session, tablet.place[1], moment)
        db.session.commit()
        return list(db.session.scalars(select(Alarm).order_by(Alarm.id)))

    wrong = [tablet.opening("浙FT0008") for _time in range(2)]
    tablet.send(*wrong)
    tablet.void(id_of(wrong[1]))
    with county_app.app_context():
        assert alarms(now()) == []
    answer = tablet.send(tablet.opening("浙FT0009"), tablet.opening("浙FT0009"), tablet.opening("浙FT0010"))
    first, second, _other = [it["receipt"]["ticket_number"] for it in answer["results"]]
    with county_app.test_request_context(), force_locale("en"):
        assert alarms(now() + timedelta(hours=13)) == []  # told too late to be seen to
        (alarm,) = alarms(now())
        assert (alarm.kind, alarm.subject, alarm.severity) == ("double_weighing", "浙FT0009", "mend")
        assert f"浙FT0009 opened {second} and {first} within minutes" in alarm_text(alarm)
        watch_ends(db.session, tablet.place[1], now())
        assert db.session.scalars(select(AlarmEnd)).all() == []
        db.session.commit()
    tablet.void(answer["results"][1]["id"])
    with county_app.app_context():
        watch_ends(db.session, tablet.place[1], now())
        assert [it.alarm_id for it in db.session.scalars(select(AlarmEnd))] == [1]


def test_a_vehicle_that_has_left_raises_none(county_app: Flask, tablet: GateTablet) -> None:
    first = tablet.opening("浙FT0003", vehicle_checks={"spark_arrester": False})
    tablet.send(first, tablet.sample(id_of(first)), tablet.closing(id_of(first)))
    with county_app.app_context():
        assert db.session.scalars(select(VehicleCheck)).one().missing
        watch_vehicles(db.session, tablet.place[1], now())
        assert db.session.scalars(select(Alarm)).all() == []


def test_a_visitor_is_on_the_tablet_until_they_leave_and_in_the_ledger_for_good(
    county_app: Flask, tablet: GateTablet
) -> None:
    came = tablet.record("visitor", {"name": NAME, "plate": "浙FT0002", "people": 2, "why": "repair"})
    assert [it["status"] for it in tablet.send(came, came)["results"]] == [201, 200]
    assert inside(tablet) == [NAME]
    tablet.send(tablet.record("visitor_left", {"visit_id": json.loads(came)["id"]}))
    assert inside(tablet) == []
    with county_app.app_context():
        (row,) = db.session.scalars(select(VisitorEntry))
        day, yard_id = row.business_day, row.yard_id
        (visit,) = visits(db.session, yard_id, day, day, today=day, with_names=True)
        assert (visit.name, visit.people, visit.left_at is not None) == (NAME, 2, True)
        (later,) = visits(db.session, yard_id, day, day, today=day + timedelta(days=181), with_names=True)
        assert (later.name, later.plate, later.people) == (None, None, 2)


def test_an_end_that_comes_before_its_beginning_holds(tablet: GateTablet) -> None:
    came = tablet.record("visitor", {"name": NAME, "why": "repair"})
    left = tablet.record("visitor_left", {"visit_id": json.loads(came)["id"]})
    for text in (left, came):
        assert tablet.send(text)["results"][0]["status"] == 201
    assert inside(tablet) == []


def test_names_are_for_the_gate_and_dispatchers_not_for_towns(county_app: Flask, tablet: GateTablet) -> None:
    tablet.send(tablet.record("visitor", {"name": NAME, "why": "repairs a pump"}))
    with county_app.app_context():
        yard = db.session.scalars(select(TransferYard).filter_by(yard_id=tablet.place[1])).one()
        town_id = yard.town_id
    page = f"/stock/{tablet.place[1]}/visitors"
    day = f"/stock/{tablet.place[1]}/days/{business_day()}"
    for role, places, sees in (
        ("dispatcher", [], True),
        ("town_official", [("town", town_id)], False),
        ("fire_brigade", [], False),
    ):
        browser = member(county_app, role, *places)
        for address in (page, f"{page}?days=366", day):
            answer = browser.get(address)
            assert answer.status_code == 200, (role, address)
            assert (NAME in answer.text, "repairs a pump" in answer.text) == (sees, True), (role, address)
        with browser.get(f"{day}.xlsx") as book:
            sheets = CalamineWorkbook.from_filelike(io.BytesIO(book.data))
            cells = {
                cell
                for name in sheets.sheet_names
                for row in sheets.get_sheet_by_name(name).to_python()
                for cell in row
            }
            assert (NAME in cells, "repairs a pump" in cells) == (sees, True)
