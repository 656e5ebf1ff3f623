"""Inspections, what is to be mended and what is closed, on the pages of the office."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from PIL import Image
from sqlalchemy import select

from app.clock import business_day
from app.database.engine import db
from app.fire_safety.inspections.models import CorrectiveAction
from app.fire_safety.source_texts import SOURCE_TEXTS, msgid_of, source_text
from app.registry.suspensions import suspensions_in_force
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet
from tests.app.members import member
from tests.conftest import csrf_token
from yard_rules.checklists import ListKind, checklist, checklist_book


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def photo(colour: str = "red") -> tuple[io.BytesIO, str]:
    """As a phone's camera writes it: large, with EXIF."""
    content = io.BytesIO()
    picture = Image.new("RGB", (2000, 1500), colour)
    exif = picture.getexif()
    exif[271] = "maker"
    picture.save(content, "JPEG", exif=exif)
    content.seek(0)
    return content, "photo.jpg"


def sent(client: FlaskClient, page: str, address: str, **values: object) -> str:
    """What the page says after the form was sent."""
    data = {"csrf_token": csrf_token(client, page), **values}
    answer = client.post(address, data=data, content_type="multipart/form-data", follow_redirects=True)
    assert answer.status_code < 500, answer.text
    return answer.text


def closed(app: Flask) -> list[tuple[str | None, str]]:
    with app.app_context():
        return [(it.stack_id, it.reason) for it in suspensions_in_force(db.session)]


def test_the_brigade_inspects_and_what_fails_is_mended_and_checked_by_two(tablet: GateTablet) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    brigade, manager = member(app, "fire_brigade"), member(app, "yard_manager", ("yard", yard_id))
    page = f"/yards/{yard_id}/inspections"
    form = f"{page}/brigade_visit"
    item = next(it for it in checklist(ListKind.BRIGADE_VISIT, business_day()).items if it.item_id == "strip_clear")
    answers = {
        f"outcome-{item.item_id}:": "failed",
        f"note-{item.item_id}:": "a cart stands there",
        f"photo-{item.item_id}:": photo(),
    }
    sent(brigade, form, form, **answers)
    assert closed(app) == [(None, "a cart stands there")]
    with app.app_context():
        action = db.session.scalars(select(CorrectiveAction)).one()
        here, before = f"/safety/actions/{action.id}", action.photos[0]
    picture = brigade.get(f"{here}/photos/{before}")
    with Image.open(io.BytesIO(picture.data)) as kept:
        assert max(kept.size) == 1280
        assert not kept.getexif()
    assert manager.get(f"{here}/photos/{'0' * 64}").status_code == 404
    sent(manager, here, f"{here}/mended", note="towed away")
    assert closed(app) != []
    sent(manager, here, f"{here}/mended", note="towed away", photo=photo("green"))
    sent(manager, here, f"{here}/checked", outcome="good")
    assert closed(app) != []
    shown = brigade.get(here).text
    assert len(re.findall('side-picture"', shown)) == 2
    sent(brigade, here, f"{here}/checked", outcome="good")
    assert closed(app) == []
    assert "towed away" in brigade.get(page).text
    assert manager.get("/safety/actions.xlsx?state=all").data[:2] == b"PK"
    assert "/safety/actions/" not in brigade.get("/safety/actions").text
    assert here in brigade.get("/safety/actions?state=done").text


def test_what_was_closed_by_hand_is_opened_by_two_people_with_evidence(tablet: GateTablet) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    brigade, dispatcher = member(app, "fire_brigade"), member(app, "dispatcher")
    page = f"/yards/{yard_id}/inspections"
    stack_id = f"{yard_id}-01"
    plant = member(app, "plant")
    refused = plant.post(f"/yards/{yard_id}/suspensions", data={"csrf_token": csrf_token(plant, "/"), "reason": "x"})
    assert refused.status_code == 403
    sent(dispatcher, page, f"/yards/{yard_id}/suspensions", stack_id=stack_id, reason="smells of smoke")
    sent(dispatcher, page, f"/yards/{yard_id}/suspensions", stack_id="elsewhere-1", reason="no such stack")
    assert closed(app) == [(stack_id, "smells of smoke")]
    with app.app_context():
        here = f"/suspensions/{suspensions_in_force(db.session)[0].id}"
    sent(dispatcher, page, f"{here}/ask", evidence="probed, cool for a day", photo=photo())
    sent(dispatcher, page, f"{here}/answer", answer="open")
    assert closed(app) != []
    sent(brigade, page, f"{here}/answer", answer="closed", reason="probe it once more")
    assert closed(app) != []
    sent(dispatcher, page, f"{here}/ask", evidence="probed once more")
    sent(brigade, page, f"{here}/answer", answer="open")
    assert closed(app) == []


def test_a_yard_manager_closes_the_yard_and_its_stacks_by_hand_and_others_agree_to_open_them(
    tablet: GateTablet, town: PlannedTown
) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    manager = member(app, "yard_manager", ("yard", yard_id))
    other = member(app, "yard_manager", ("yard", yard_id), email="other@tests.example")
    brigade = member(app, "fire_brigade")
    page = f"/yards/{yard_id}/inspections"
    assert f"/yards/{yard_id}/suspensions" in manager.get(page).text
    sent(manager, page, f"/yards/{yard_id}/suspensions", stack_id="", reason="sparks from the road")
    elsewhere = town.scenario.yards[1].yard_id
    sent(manager, page, f"/yards/{elsewhere}/suspensions", stack_id="", reason="not mine")
    assert closed(app) == [(None, "sparks from the road")]
    with app.app_context():
        here = f"/suspensions/{suspensions_in_force(db.session)[0].id}"
    sent(manager, page, f"{here}/ask", evidence="the road is quiet")
    for browser in (manager, other):
        data = {"csrf_token": csrf_token(browser, page), "answer": "open"}
        assert browser.post(f"{here}/answer", data=data).status_code == 403
    assert closed(app) != []
    sent(brigade, page, f"{here}/answer", answer="open")
    assert closed(app) == []


def test_a_yard_of_others_is_not_seen(tablet: GateTablet, town: PlannedTown) -> None:
    other = member(tablet.app, "yard_manager", ("yard", town.scenario.yards[1].yard_id))
    assert other.get(f"/yards/{tablet.place[1]}/inspections").status_code == 404
    assert other.get(f"/yards/{tablet.place[1]}/inspections/daily").status_code == 404
    assert other.get(f"/yards/{town.scenario.yards[1].yard_id}/inspections/no_such_list").status_code == 404


def test_where_an_item_stands_is_told_in_the_readers_language(tablet: GateTablet) -> None:
    sources = {it.source for held in checklist_book().items.values() for item in held for it in item.sources}
    in_words = {it for it in sources if re.search("[a-z]{3}", msgid_of(it)) and "annex" not in msgid_of(it)}
    assert in_words
    assert {it for it in in_words if msgid_of(it) not in SOURCE_TEXTS} == set()
    inspector = member(tablet.app, "fire_brigade")
    page = inspector.get(f"/yards/{tablet.place[1]}/inspections/daily").text
    assert "estimate" not in page
    assert "附件2第2条" in page
    with tablet.app.test_request_context(), force_locale("en"):
        assert source_text("H38, 附件2 第8条") == "H38, annex 2 item 8"
        assert source_text("GB 50974-2014 14.0.4") == "GB 50974-2014 14.0.4"
