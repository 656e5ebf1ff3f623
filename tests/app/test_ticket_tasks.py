"""Tickets that wait for somebody: a truck that never left, a wish that a second person declines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.scope import Scope
from app.clock import now
from app.database.engine import db
from app.intake.queries import open_loads
from app.intake.record_models import GateRecord
from app.intake.ticket_lists import Mark, TicketFilters, marks_of, ticket_rows, ticket_sums
from app.pages.home_tasks import gate_tasks
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet, id_of
from tests.app.test_ticket_pages import closed_ticket, post, somebody
from tests.conftest import log_in


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def test_a_truck_that_was_weighed_in_and_never_out_is_found(tablet: GateTablet, town: PlannedTown) -> None:
    day_ago = now() - timedelta(hours=25)
    forgotten, closed = (tablet.opening(plate, made_at=day_ago) for plate in ("浙F11111", "浙F22222"))
    tablet.send(forgotten, closed, tablet.sample(id_of(closed)), tablet.closing(id_of(closed)))
    tablet.send(tablet.opening("浙F33333"))
    phone = gate_tablet(tablet.app, ("body", "B1"), "Phone 1")
    counted = {
        "plant_id": town.scenario.plants[0].plant_id, "vehicle": {"plate": "浙F44444"}, "town_id": "T", "body_id": "B1",
        "material_id": "rice_straw", "bale_kind": "round_1m", "bales": 30,
    }  # fmt: skip
    assert phone.send(phone.record("field_count", counted, made_at=day_ago))["results"][0]["status"] == 201
    browser = log_in(tablet.app)
    assert 'href="/tickets?mark=forgotten"' in browser.get("/").text
    assert 'href="/tickets?mark=forgotten"' in browser.get("/data/gate/queue").text
    listed = browser.get("/tickets?mark=forgotten").text
    assert [f"浙F{five * 5}" in listed for five in "1234"] == [True, False, False, False]
    with tablet.app.app_context():
        rows = ticket_rows(db.session, None, TicketFilters())
        marks = marks_of(db.session, rows)
        assert {row.plate for row in rows if Mark.FORGOTTEN in marks[row.id]} == {"浙F11111"}
        tasks = gate_tasks(db.session, None)
        assert (tasks.forgotten, tasks.void_asked) == (1, 0)
        assert gate_tasks(db.session, Scope()).forgotten == 0
    assert 'id="home-gate"' not in somebody(tablet.app, "finance").get("/").text
    assert browser.get(f"/v/{id_of(forgotten)}").text.count("forgotten") == 0


def test_a_wish_that_is_declined_leaves_the_lists_and_stays_on_the_ticket(tablet: GateTablet) -> None:
    number = closed_ticket(tablet)
    page = f"/tickets/{number}"
    asker = somebody(tablet.app, "yard_manager", tablet.place, name="Asker")
    decliner = log_in(tablet.app)
    assert post(decliner, f"{page}/void/decline", page, reason="no wish").status_code == 404
    post(asker, f"{page}/void", page, reason="wrong truck")
    assert number in decliner.get("/tickets?mark=void_asked").text
    assert post(asker, f"{page}/void/agree", page).status_code == 409
    assert post(decliner, f"{page}/void/decline", page, reason=" ").status_code == 422
    assert post(somebody(tablet.app, "finance"), f"{page}/void/decline", page, reason="no").status_code == 403
    assert post(decliner, f"{page}/void/decline", page, reason="the truck is right").status_code == 302
    assert "wrong truck" not in decliner.get("/gate").text
    assert number not in decliner.get("/tickets?mark=void_asked").text
    shown = decliner.get(page).text
    for words in ("wrong truck", "the truck is right", "Tester"):
        assert words in shown
    with tablet.app.app_context():
        assert open_loads(db.session, None, now()) == []
        kinds = db.session.scalars(select(GateRecord.kind).order_by(GateRecord.position)).all()
        assert kinds[-2:] == ["void_request", "void_decline"]
        assert ticket_sums(db.session, None, TicketFilters()).net_kg == 3_500
    assert post(asker, f"{page}/void", page, reason="look again").status_code == 302
    assert "look again" in decliner.get("/gate").text
    assert post(decliner, f"{page}/void/agree", page).status_code == 302
    assert "look again" in decliner.get(page).text


def test_whoever_asked_takes_it_back_and_may_ask_anew(tablet: GateTablet) -> None:
    number = closed_ticket(tablet)
    page = f"/tickets/{number}"
    asker, other = somebody(tablet.app, "yard_manager", tablet.place, name="Asker"), log_in(tablet.app)
    post(asker, f"{page}/void", page, reason="wrong truck")
    assert "撤回" in asker.get(page).text
    assert post(asker, f"{page}/void/decline", page, reason="it was the right one").status_code == 302
    shown = other.get(page).text
    assert "本人已撤回" in shown
    assert "it was the right one" in shown
    assert post(other, f"{page}/void/agree", page).status_code == 404
    assert post(asker, f"{page}/void", page, reason="it was not").status_code == 302
