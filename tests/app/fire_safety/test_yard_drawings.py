"""Drawings of yards in the app: handed in, judged, put in force, moved, printed."""

from __future__ import annotations

import io
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.accounts.audit import AuditEntry
from app.clock import business_day, now
from app.database.engine import db
from app.dispatch.register_scenario import scenario_from_register
from app.fire_safety.drawings.demo_drawings import DEMO_YARDS, ensure_demo_drawings
from app.fire_safety.drawings.fault_texts import FAULT_TEXTS
from app.fire_safety.drawings.models import YardDrawingVersion
from app.fire_safety.drawings.rule_texts import RULE_TEXTS
from app.fire_safety.source_texts import SOURCE_TEXTS, msgid_of
from app.registry.legal_capacity import DrawnCapacity
from app.registry.models import TransferYard
from app.storage.models import BaleStack
from tests.app.day_plan import PlannedTown
from tests.app.members import member
from tests.app.storage.yard_book import yard_book
from yard_rules.fire import FireRules, rule_entries

DRAWN = Path(__file__).resolve().parents[3] / "data" / "yards" / "Y01.geojson"


@pytest.fixture
def yard_id(town: PlannedTown) -> str:
    return town.scenario.yards[0].yard_id


def drawing(yard_id: str) -> dict[str, Any]:
    """A yard of four stacks that breaks no rule."""
    content = json.loads(DRAWN.read_text(encoding="utf-8"))
    content["strawline"]["yard_id"] = yard_id
    return content


def shifted(content: dict[str, Any], feature_id: str, dx_m: float) -> dict[str, Any]:
    for feature in content["features"]:
        if feature["id"] == feature_id:
            ring = feature["geometry"]["coordinates"][0]
            feature["geometry"]["coordinates"] = [[[x + dx_m, y] for x, y in ring]]
    return content


def hand_in(browser: FlaskClient, yard_id: str, content: object, note: str = "") -> Any:
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    form = {"file": (io.BytesIO(sent), "yard.geojson"), "note": note}
    return browser.post(f"/yards/{yard_id}/drawing", data=form, content_type="multipart/form-data")


def put_in_force(browser: FlaskClient, yard_id: str, version: int) -> Any:
    form = {"version": version}
    return browser.post(f"/yards/{yard_id}/drawing/in-force", data=form, follow_redirects=True)


def at_work(app: Flask, role: str = "dispatcher") -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return member(app, role)


def test_a_drawing_is_kept_as_it_came_shown_and_downloaded(county_app: Flask, yard_id: str) -> None:
    browser, content = at_work(county_app), drawing(yard_id)
    assert hand_in(browser, yard_id, content, "as measured in May").status_code == 302
    page = browser.get(f"/yards/{yard_id}/drawing").text
    assert "as measured in May" in page
    assert page.count('class="thing kind-stack"') == 4
    assert json.loads(browser.get(f"/yards/{yard_id}/drawing.geojson?version=1").data) == content
    assert browser.get(f"/yards/{yard_id}/drawing/print?paper=a3").status_code == 200
    # the same file again is no other version
    hand_in(browser, yard_id, content)
    with county_app.app_context():
        assert [row.version for row in db.session.scalars(select(YardDrawingVersion))] == [1]
        with pytest.raises(DatabaseError, match="only added"):
            db.session.execute(text("UPDATE yard_drawing SET note = 'x'"))


def test_all_faults_of_a_file_are_told_at_once_and_nothing_is_kept(county_app: Flask, yard_id: str) -> None:
    browser, content = at_work(county_app), drawing("Y99")
    content["features"][0]["geometry"]["coordinates"] = [[[0, 0], [1, 1], [0, 0]]]
    content["features"][1]["properties"]["colour"] = "red"
    answer = hand_in(browser, yard_id, content)
    assert answer.status_code == 422
    said = re.findall(r"<li>(.*?)</li>", answer.text.partition("fault-list")[2].partition("</div>")[0])
    assert len(said) >= 3
    assert hand_in(browser, yard_id, b"\xff\xfe").status_code == 422
    with county_app.app_context():
        assert db.session.scalars(select(YardDrawingVersion)).all() == []


def test_stacks_that_stand_too_near_are_found_with_measure_and_place(county_app: Flask, yard_id: str) -> None:
    browser = at_work(county_app)
    near = shifted(drawing(yard_id), "stack-1", 1.5)
    answer = browser.post(f"/data/yards/{yard_id}/drawing/check", json=near)
    found = next(it for it in answer.json["findings"] if it["rule"] == "stack_gap")
    assert (found["measured"], found["required"]) == (2.5, 4)
    assert "mark-line" in answer.json["marks"]
    assert hand_in(browser, yard_id, near).status_code == 302
    assert "mark-line" in browser.get(f"/yards/{yard_id}/drawing").text
    assert browser.post(f"/data/yards/{yard_id}/drawing/check", json={"type": "x"}).status_code == 422


def test_a_finding_says_by_which_day_it_is_to_be_mended(county_app: Flask, yard_id: str) -> None:
    browser = at_work(county_app)
    near = shifted(drawing(yard_id), "stack-1", 1.5)
    answer = browser.post(f"/data/yards/{yard_id}/drawing/check", json=near).json
    found = next(it for it in answer["findings"] if it["rule"] == "stack_gap")
    today = business_day()
    assert found["mend_by"] == (today + timedelta(days=found["mend_days"])).isoformat()
    by = today + timedelta(days=found["mend_days"])
    assert f"{found['mend_days']}天内 · 截止{by.year}年{by.month}月{by.day}日" in answer["list"]
    hand_in(browser, yard_id, near)
    with county_app.app_context():
        # In force since three days: the days count from then, as on the overview, so that the day stays the same.
        since = now() - timedelta(days=3)
        db.session.add(
            DrawnCapacity(
                yard_id=yard_id, drawing_version=1, bales=300, kg=33_000, set_by=None, set_name="Li", since=since
            )
        )
        db.session.commit()
    by -= timedelta(days=3)
    assert f"{by.year}年{by.month}月{by.day}日" in browser.get(f"/yards/{yard_id}/drawing").text


def test_a_drawing_in_force_makes_stacks_and_limits_and_stacks_keep_their_ids(
    county_app: Flask, town: PlannedTown, yard_id: str
) -> None:
    browser = at_work(county_app)
    content = drawing(yard_id)
    hand_in(browser, yard_id, content)
    assert put_in_force(browser, yard_id, 1).status_code == 200
    with county_app.app_context():
        first = {row.drawing_id: row.stack_id for row in db.session.scalars(select(BaleStack))}
        assert sorted(first) == ["stack-1", "stack-2", "stack-3", "stack-4"]
        held = db.session.scalars(select(DrawnCapacity)).one()
        assert held.bales == sum(row.most_bales for row in db.session.scalars(select(BaleStack)))
    # one stack less, another moved: the others stay who they are
    fewer = shifted(content, "stack-1", 0.2)
    fewer["features"] = [it for it in fewer["features"] if it["id"] != "stack-4"]
    for feature in fewer["features"]:
        if feature["id"] == "stack-2":
            feature["properties"]["height_m"], feature["properties"]["layers"] = 1, 1
    hand_in(browser, yard_id, fewer)
    put_in_force(browser, yard_id, 2)
    with county_app.app_context():
        rows = {row.drawing_id: row for row in db.session.scalars(select(BaleStack))}
        assert {key: row.stack_id for key, row in rows.items()} == first
        assert [key for key, row in rows.items() if row.withdrawn_at] == ["stack-4"]
        assert rows["stack-2"].most_bales < rows["stack-1"].most_bales
        held = db.session.scalars(select(DrawnCapacity).order_by(DrawnCapacity.id.desc())).first()
        assert (held.drawing_version, held.bales) == (2, sum(r.most_bales for r in rows.values() if not r.withdrawn_at))
        registered_t = town.scenario.yards[0].capacity_t
        planned = next(it for it in scenario_from_register(db.session).yards if it.yard_id == yard_id)
        assert planned.capacity_t == min(registered_t, max(held.kg / 1000, planned.opening_stock_t))
        assert planned.capacity_t < registered_t
        words = [row.what for row in db.session.scalars(select(AuditEntry))]
        assert words.count("yard_drawing.put_in_force") == 2
    assert f"{held.kg / 1000:.1f}" in browser.get(f"/stock/{yard_id}").text


def test_the_page_of_the_stock_says_that_its_picture_is_made_up_until_a_drawing_is_in_force(
    county_app: Flask, yard_id: str
) -> None:
    browser, made_up = at_work(county_app), "场地绘图之前"
    hand_in(browser, yard_id, drawing(yard_id))
    assert made_up in browser.get(f"/stock/{yard_id}").text
    put_in_force(browser, yard_id, 1)
    assert made_up not in browser.get(f"/stock/{yard_id}").text


def test_a_drawing_without_a_stack_that_holds_straw_is_not_put_in_force(county_app: Flask, yard_id: str) -> None:
    with county_app.app_context():
        book = yard_book(yard_id)
        book.came(30, 3_400, [(book.stacks[0], 30)])
        db.session.commit()
        before = {row.stack_id: row.withdrawn_at for row in db.session.scalars(select(BaleStack))}
        full = db.session.scalars(select(BaleStack).where(BaleStack.stack_id == book.stacks[0])).one().name
    browser = at_work(county_app)
    hand_in(browser, yard_id, drawing(yard_id))
    assert full in put_in_force(browser, yard_id, 1).text
    with county_app.app_context():
        assert {row.stack_id: row.withdrawn_at for row in db.session.scalars(select(BaleStack))} == before
        assert db.session.scalars(select(DrawnCapacity)).all() == []
    # a drawing that calls one of its stacks by that name keeps it
    content = drawing(yard_id)
    next(it for it in content["features"] if it["id"] == "stack-1")["properties"]["name"] = full
    hand_in(browser, yard_id, content)
    put_in_force(browser, yard_id, 2)
    with county_app.app_context():
        kept = db.session.scalars(select(BaleStack).where(BaleStack.stack_id == book.stacks[0])).one()
        assert (kept.drawing_id, kept.withdrawn_at) == ("stack-1", None)


def test_what_the_editor_sends_is_a_new_version(county_app: Flask, yard_id: str) -> None:
    browser, content = at_work(county_app), drawing(yard_id)
    hand_in(browser, yard_id, content)
    page = browser.get(f"/yards/{yard_id}/drawing/edit").text
    assert 'id="undo"' in page
    moved = shifted(content, "stack-1", 0.5)
    answer = browser.post(f"/data/yards/{yard_id}/drawing", json={"drawing": moved, "note": "a little"})
    assert answer.json["version"] == 2
    assert json.loads(browser.get(f"/yards/{yard_id}/drawing.geojson?version=2").data) == moved
    assert browser.post(f"/data/yards/{yard_id}/drawing", json={"drawing": None}).status_code == 422


def test_those_who_only_read_hand_in_nothing_and_strangers_see_nothing(county_app: Flask, yard_id: str) -> None:
    reader = at_work(county_app, "fire_brigade")
    assert reader.get(f"/yards/{yard_id}/drawing").status_code == 200
    assert hand_in(reader, yard_id, drawing(yard_id)).status_code == 403
    assert member(county_app, "yard_manager", ("yard", "Y2")).get(f"/yards/{yard_id}/drawing").status_code == 404


def test_the_demonstration_draws_the_yards_that_are_the_demo_countys(
    county_app: Flask, yard_id: str, tmp_path: Path
) -> None:
    with county_app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        content = drawing(yard_id)
        file = tmp_path / f"{yard_id}.geojson"
        file.write_text(json.dumps(content), encoding="utf-8")
        assert ensure_demo_drawings(db.session, tmp_path) == 0, "of another county's yard"
        content["strawline"]["name"] = yard.name
        file.write_text(json.dumps(content), encoding="utf-8")
        assert ensure_demo_drawings(db.session, tmp_path) == 1
        assert ensure_demo_drawings(db.session, tmp_path) == 0
        assert db.session.scalars(select(DrawnCapacity)).one().yard_id == yard_id
        assert len(list(DEMO_YARDS.glob("*.geojson"))) >= 6


def test_every_rule_source_and_fault_has_its_words(county_app: Flask) -> None:
    entries = rule_entries()
    assert {rule: (entry.title, entry.remedy) for rule, entry in entries.items()} == dict(RULE_TEXTS)
    figures = FireRules(date(2026, 11, 22)).figures.values()
    told = {it.source for it in figures} | {it.demand for it in entries.values() if it.demand}
    assert {it for it in told if msgid_of(it) not in SOURCE_TEXTS and not it.startswith(("Farmers", "Purdue"))} == set()
    assert len(FAULT_TEXTS) == len(set(FAULT_TEXTS))
