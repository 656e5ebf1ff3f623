"""A drawing that shows what blocks: two put it in force, it closes what it is about, and only two open that again."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clock import now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.queries import is_over
from app.fire_safety.alarms.texts import alarm_text
from app.fire_safety.drawings.models import DrawingWishAnswer
from app.fire_safety.drawings.rule_texts import RULE_TEXTS
from app.fire_safety.inspections.queries import actions_now
from app.fire_safety.overview.dangers import DangerKind, open_dangers
from app.fire_safety.watching import look_at_all
from app.intake.ledger_check import first_ledger_fault
from app.registry.legal_capacity import drawn_capacity
from app.registry.suspensions import suspensions_in_force
from app.storage.layouts import stacks_of
from tests.app.day_plan import PlannedTown
from tests.app.fire_safety.test_inspection_pages import photo
from tests.app.fire_safety.test_yard_drawings import at_work, drawing, hand_in, put_in_force
from tests.app.members import member


@pytest.fixture
def yard_id(town: PlannedTown) -> str:
    return town.scenario.yards[0].yard_id


def dry(yard_id: str) -> dict[str, Any]:
    """A yard without water."""
    content = drawing(yard_id)
    content["features"] = [it for it in content["features"] if it["properties"]["kind"] not in ("hydrant", "pond")]
    return content


def post(browser: FlaskClient, address: str, **data: object) -> Any:
    return browser.post(address, data=data, content_type="multipart/form-data", follow_redirects=True)


def agreed_in_force(manager: FlaskClient, brigade: FlaskClient, yard_id: str, version: int) -> None:
    page = f"/yards/{yard_id}/drawing"
    assert post(manager, f"{page}/wish", version=version, reason="the pump is on its way").status_code == 200
    assert post(brigade, f"{page}/wish/answer", version=version, answer="agree").status_code == 200


def in_force(yard_id: str) -> int | None:
    held = drawn_capacity(db.session, yard_id)
    return None if held is None else held.drawing_version


def closed(yard_id: str) -> set[tuple[str | None, str]]:
    return {(it.stack_id, it.reason) for it in suspensions_in_force(db.session, yard_id)}


def test_a_drawing_with_blocking_findings_needs_the_brigade_or_the_town_to_agree(
    county_app: Flask, yard_id: str
) -> None:
    manager, brigade = at_work(county_app), member(county_app, "fire_brigade")
    page = f"/yards/{yard_id}/drawing"
    hand_in(manager, yard_id, dry(yard_id))
    asked = put_in_force(manager, yard_id, 1)
    with county_app.app_context():
        assert in_force(yard_id) is None
    assert asked.text.count("finding-blocks") >= 1
    assert f'action="{page}/wish"' in asked.text
    assert post(brigade, f"{page}/wish", version=1, reason="x").status_code == 403
    assert post(manager, f"{page}/wish", version=1, reason="the pump is on its way").status_code == 200
    assert post(manager, f"{page}/wish", version=1, reason="again").status_code == 409
    assert post(manager, f"{page}/wish/answer", version=1, answer="agree").status_code == 403
    assert post(brigade, f"{page}/wish/answer", version=1, answer="decline").status_code == 422
    assert post(brigade, f"{page}/wish/answer", version=1, answer="decline", reason="no water").status_code == 200
    assert "no water" in manager.get(f"{page}/in-force?version=1").text
    with county_app.app_context():
        assert in_force(yard_id) is None
        assert closed(yard_id) == set()
    agreed_in_force(manager, brigade, yard_id, 1)
    with county_app.test_request_context():
        assert in_force(yard_id) == 1
        assert drawn_capacity(db.session, yard_id).bales == 0  # type: ignore[union-attr]
        assert look_at_all(db.session, [], now()) == 0
        wished = db.session.scalars(select(Alarm).where(Alarm.kind == "drawing_wished")).all()
        assert len(wished) == 2
        assert "%" not in alarm_text(wished[0])
        assert db.session.scalars(select(Alarm).where(Alarm.kind == "drawing_wished", ~is_over())).all() == []
        assert len(db.session.scalars(select(DrawingWishAnswer)).all()) == 2


def test_what_a_drawing_in_force_shows_closes_the_yard_until_two_have_seen_it_mended(
    county_app: Flask, yard_id: str
) -> None:
    manager, brigade = at_work(county_app), member(county_app, "fire_brigade")
    hand_in(manager, yard_id, drawing(yard_id))
    put_in_force(manager, yard_id, 1)
    hand_in(manager, yard_id, dry(yard_id))
    agreed_in_force(manager, brigade, yard_id, 2)
    with county_app.app_context():
        assert (None, RULE_TEXTS["hydrants_at_ends"][0]) in closed(yard_id)
        actions = {it.action.item_id: it.action.id for it in actions_now(db.session, [yard_id], now())}
        assert look_at_all(db.session, [], now()) == 0
        assert look_at_all(db.session, [], now()) == 0
        assert {it.action.item_id: it.action.id for it in actions_now(db.session, [yard_id], now())} == actions
        [alarm] = db.session.scalars(select(Alarm).where(Alarm.kind == "action_found")).all()
        assert set(alarm.said["items"]) == set(actions)
        told = [it.kind for it in open_dangers(db.session, [yard_id], now()) if it.severity == "blocks"]
        assert told == [DangerKind.ACTION] * len(actions_now(db.session, [yard_id], now()))
        assert first_ledger_fault(db.session) is None
    address = f"/safety/actions/{actions['hydrants_at_ends']}"
    post(manager, f"{address}/mended", note="a hydrant", photo=photo())
    # The drawing in force shows none still.
    assert post(brigade, f"{address}/checked", outcome="good").status_code == 409
    put_in_force(manager, yard_id, 1)
    with county_app.app_context():
        assert in_force(yard_id) == 1
        assert (None, RULE_TEXTS["hydrants_at_ends"][0]) in closed(yard_id)
    assert post(manager, f"{address}/checked", outcome="good").status_code == 409
    assert post(brigade, f"{address}/checked", outcome="good").status_code == 200
    with county_app.app_context():
        assert (None, RULE_TEXTS["hydrants_at_ends"][0]) not in closed(yard_id)


def test_a_finding_about_stacks_closes_these_stacks(county_app: Flask, yard_id: str) -> None:
    manager, content = at_work(county_app), drawing(yard_id)
    line = {"type": "LineString", "coordinates": [[-20, 42.8], [90, 42.8]]}
    content["features"].append(
        {"type": "Feature", "id": "line", "properties": {"kind": "power_line", "pole_height_m": 10}, "geometry": line}
    )
    hand_in(manager, yard_id, content)
    found = manager.post(f"/data/yards/{yard_id}/drawing/check", json=content).json["findings"]
    blocking = [it for it in found if it["severity"] == "blocks"]
    assert blocking
    named = {it for finding in blocking for it in finding["subject"] if it.startswith("stack-")}
    agreed_in_force(manager, member(county_app, "fire_brigade"), yard_id, 1)
    with county_app.app_context():
        ids = {it.stack_id for it in stacks_of(db.session, yard_id) if it.drawing_id in named}
        assert {stack_id for stack_id, _reason in closed(yard_id)} == ids
