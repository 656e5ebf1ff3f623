"""What a ticket shows of how it came about: where its records were made, under which certificate and with which meter
it was measured, whether there are photos, and how often it was printed."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clock import business_day, now
from app.database.engine import db
from app.intake.ledger_check import first_ledger_fault
from app.intake.models import TicketClosing, TicketRemark, TicketReprint, Weighing, WeighTicket
from app.intake.positions import positions_of
from app.intake.record_models import GateRecord
from app.intake.remark_texts import severity_of
from app.registry.kinds import KINDS
from app.registry.lists import record_of
from app.registry.models import MoistureMeter
from app.registry.records import save_record
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet, id_of
from tests.conftest import csrf_token, log_in

TODAY = business_day()


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def page_of(tablet: GateTablet, opening: str) -> str:
    """The ticket's page in English."""
    browser = in_english(tablet.app)
    with tablet.app.app_context():
        number = db.session.scalars(select(WeighTicket.number).where(WeighTicket.id == id_of(opening))).one()
    return browser.get(f"/tickets/{number}").text


def in_english(app: Flask) -> FlaskClient:
    browser = log_in(app)
    browser.post("/language/en", data={"csrf_token": csrf_token(browser, "/tickets")})
    return browser


def renewed(tablet: GateTablet, number: str, since: date, until: date) -> None:
    """Somebody writes the scale's new certificate into the register."""
    with tablet.app.app_context():
        kind = KINDS["scales"]
        scale = record_of(db.session, "scales", tablet.scale_id, scope=None)
        assert scale is not None
        values = {column.key: getattr(scale, column.key) for column in kind.columns}
        values |= {"certificate_number": number, "certified_from": since, "certified_until": until}
        save_record(db.session, kind, scale.scale_id, values, seen_version=scale.version)
        db.session.commit()


def weighed_under(tablet: GateTablet, opening: str) -> list[tuple[str | None, bool]]:
    """The certificate of each weight of the ticket, and whether it is for trade."""
    with tablet.app.app_context():
        rows = db.session.execute(
            select(Weighing.certificate_number, Weighing.is_trade)
            .where(Weighing.ticket_id == id_of(opening))
            .order_by(Weighing.weighed_at)
        )
        return [(row.certificate_number, row.is_trade) for row in rows]


def test_a_ticket_says_where_its_records_were_made_and_whether_that_is_far(
    tablet: GateTablet, town: PlannedTown
) -> None:
    yard = town.scenario.yards[0]
    body = {"ticket_id": "", "readings": [[1, 180]]}
    first = tablet.opening()
    tablet.send(first)
    assert "Where it was" not in page_of(tablet, first)
    beside = {"lon": yard.lon + 0.001, "lat": yard.lat, "accuracy_m": 12}
    tablet.send(tablet.record("sample", {**body, "ticket_id": id_of(first)}, where=beside))
    shown = page_of(tablet, first)
    assert f"{yard.lat:.5f}, {yard.lon + 0.001:.5f}" in shown
    assert "far away" not in shown
    tablet.send(tablet.record("sample", {**body, "ticket_id": id_of(first)}, where={**beside, "lat": yard.lat + 0.05}))
    shown = page_of(tablet, first)
    assert "recorded 5.6 km away from the place" in shown
    assert shown.count("far away") == 1
    blurred = {**beside, "lat": yard.lat + 0.05, "accuracy_m": 9_000}
    with tablet.app.app_context():
        record = GateRecord(id="1", text=json.dumps({"where": blurred}), business_day=business_day())
        record.place_kind, record.place_id = tablet.place
        assert not positions_of(db.session, [record])["1"].is_far
        record.place_kind = "body"
        assert positions_of(db.session, [record])["1"].distance_m is None


def test_a_weight_keeps_the_certificate_of_its_scale(tablet: GateTablet) -> None:
    first = tablet.opening()
    tablet.send(first, tablet.sample(id_of(first)), tablet.closing(id_of(first)))
    assert weighed_under(tablet, first) == [("T-1", True), ("T-1", True)]
    renewed(tablet, "T-2", TODAY - timedelta(days=1), TODAY + timedelta(days=300))
    second = tablet.opening("浙F22222")
    tablet.send(second)
    assert weighed_under(tablet, second) == [("T-2", True)]
    shown = page_of(tablet, first)
    assert f"Scale {tablet.scale_id} ({tablet.scale_id})" in shown
    assert "T-1" in shown
    assert "T-2" not in shown
    (scale,) = [it for it in tablet.notebook()["scales"] if it["id"] == tablet.scale_id]
    assert (scale["certificate_number"], scale["certified_from"]) == (
        "T-2",
        (TODAY - timedelta(days=1)).isoformat(),
    )


def test_what_comes_after_a_renewal_was_weighed_under_the_certificate_before(tablet: GateTablet) -> None:
    days_ago = now() - timedelta(days=3)
    late = tablet.opening(made_at=days_ago, weighing=tablet.weight(12_460, taken_at=days_ago))
    renewed(tablet, "T-2", TODAY, TODAY + timedelta(days=300))
    renewed(tablet, "T-2b", TODAY, TODAY + timedelta(days=300))
    tablet.send(late)
    assert weighed_under(tablet, late) == [("T-1", True)]


def test_before_its_first_day_no_certificate_is_good(tablet: GateTablet) -> None:
    renewed(tablet, "T-0", TODAY - timedelta(days=400), TODAY - timedelta(days=35))
    renewed(tablet, "T-2", TODAY + timedelta(days=1), TODAY + timedelta(days=300))
    first = tablet.opening()
    (answer,) = tablet.send(first)["results"]
    assert "scale_lapsed" in {remark["kind"] for remark in answer["receipt"]["remarks"]}
    assert weighed_under(tablet, first) == [(None, False)]
    assert f"verification of scale {tablet.scale_id} ended: {TODAY - timedelta(days=35)}" in page_of(tablet, first)
    assert {it["id"]: it["state"] for it in tablet.notebook()["scales"]}[tablet.scale_id] == "none"


def test_a_ticket_names_the_moisture_meter(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        db.session.add(MoistureMeter(meter_id="M-7", name="Meter 7", yard_id=tablet.place[1], calibrated_until=TODAY))
        db.session.commit()
    first = tablet.opening()
    tablet.send(first, tablet.record("sample", {"ticket_id": id_of(first), "meter_id": "M-7", "readings": [[1, 180]]}))
    assert "Meter 7 (M-7)" in page_of(tablet, first)
    assert tablet.notebook()["tickets"][0]["sample"]["meter_id"] == "M-7"


def test_a_missing_photo_is_remarked_mildly(tablet: GateTablet) -> None:
    with_photos = tablet.opening("浙F11111")
    without = tablet.opening("浙F22222", weighing=tablet.weight(12_460) | {"photos": []})
    tablet.send(with_photos, without)
    answer = tablet.send(
        tablet.closing(id_of(with_photos)),
        tablet.closing(id_of(without), weighing=tablet.weight(8_960) | {"photos": []}),
    )
    kinds = [{it["kind"]: it["values"] for it in result["receipt"]["remarks"]} for result in answer["results"]]
    assert "no_photo" not in kinds[0]
    assert kinds[1]["no_photo"] == {"weighings": 2}
    assert severity_of("no_photo") == "advice"
    assert "2 of its weighings without a photo" in page_of(tablet, without)
    with tablet.app.app_context():
        assert set(db.session.scalars(select(TicketRemark.ticket_id).where(TicketRemark.kind == "no_photo"))) == {
            id_of(without)
        }
        assert db.session.get_one(TicketClosing, id_of(with_photos)).net_kg == 3_500


def test_a_ticket_that_is_printed_again_says_when_by_whom_and_why(tablet: GateTablet, town: PlannedTown) -> None:
    first = tablet.opening()
    again = tablet.record("reprint", {"ticket_id": id_of(first), "reason": "the driver lost it"})
    assert [it["status"] for it in tablet.send(again)["results"]] == [424]
    tablet.send(first)
    assert tablet.notebook()["tickets"][0]["reprints"] == 0
    assert "Printed again" not in page_of(tablet, first)
    statuses = [
        it["status"] for it in tablet.send(again, tablet.record("reprint", {"ticket_id": id_of(first)}))["results"]
    ]
    assert statuses == [201, 201]
    shown = page_of(tablet, first)
    assert "the driver lost it" in shown
    assert "ticket printed again" in shown
    assert tablet.notebook()["tickets"][0]["reprints"] == 2
    elsewhere = gate_tablet(tablet.app, ("plant", town.scenario.plants[0].plant_id), "Plant 1")
    assert elsewhere.send(elsewhere.record("reprint", {"ticket_id": id_of(first)}))["results"][0]["status"] == 422
    tablet.void(id_of(first))
    assert tablet.send(tablet.record("reprint", {"ticket_id": id_of(first)}))["results"][0]["status"] == 201
    with tablet.app.app_context():
        reprints = db.session.scalars(select(TicketReprint).order_by(TicketReprint.record_id)).all()
        assert [it.printed_name for it in reprints] == ["Attendant"] * 3
        assert first_ledger_fault(db.session) is None
