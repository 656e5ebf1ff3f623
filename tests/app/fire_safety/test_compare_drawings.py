"""Drawings of a yard side by side, and proposals of a design handed in as drafts."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.database.engine import db
from app.fire_safety.drawings.comparing import columns_of, things_changed
from app.fire_safety.drawings.queries import drawing_of_yard, versions_of
from app.registry.legal_capacity import drawn_capacity
from tests.app.day_plan import PlannedTown
from tests.app.fire_safety.test_yard_drawings import at_work, drawing, hand_in, put_in_force, shifted
from tests.app.members import member


@pytest.fixture
def yard_id(town: PlannedTown) -> str:
    return town.scenario.yards[0].yard_id


def proposals(browser: FlaskClient, yard_id: str, files: dict[str, Any]) -> Any:
    sent = [(io.BytesIO(json.dumps(content).encode()), name) for name, content in files.items()]
    address = f"/yards/{yard_id}/drawing/proposals"
    return browser.post(address, data={"file": sent}, content_type="multipart/form-data")


def figures(yard_id: str) -> dict[str, Any]:
    return {
        "site": yard_id,
        "proposals": [
            {"goal": "room", "bales": 1344, "bound_bales": 2000, "strange": "text"},
            {"goal": "cost", "bales": 1008, "bound_bales": 2000},
        ],
    }


def without(content: dict[str, Any], *ids: str) -> dict[str, Any]:
    return content | {"features": [it for it in content["features"] if it["id"] not in ids]}


def test_proposals_are_kept_as_drafts_with_their_figures_and_put_in_force_from_the_comparison(
    county_app: Flask, yard_id: str
) -> None:
    browser = at_work(county_app)
    hand_in(browser, yard_id, drawing(yard_id))
    put_in_force(browser, yard_id, 1)
    answer = proposals(
        browser,
        yard_id,
        {
            "room.geojson": shifted(drawing(yard_id), "stack-1", -0.5),
            "cost.geojson": without(drawing(yard_id), "stack-4", "light-1"),
            "proposals.json": figures(yard_id),
        },
    )
    assert answer.headers["Location"].endswith("/drawing/compare?v=2&v=3")
    page = f"/yards/{yard_id}/drawing/compare"
    text = browser.get(f"{page}?v=1&v=2&v=3").text
    assert text.count('class="yard-drawing"') == 3
    assert text.count(f'action="/yards/{yard_id}/drawing/in-force"') == 2
    with county_app.app_context():
        first, room, cost = columns_of(db.session, list(reversed(versions_of(db.session, yard_id))))
        assert (first.goals, room.goals, cost.goals) == ([], ["room"], ["cost"])
        assert room.bound_share == room.found.capacity.bales / 2000
        assert first.bound_share is not None
        assert 0 < first.bound_share < 1
        assert [(it.kind, it.added, it.gone, it.moved) for it in room.changed] == [("stack", 0, 0, 1)]
        assert {(it.kind, it.gone) for it in cost.changed} == {("stack", 1), ("light", 1)}
        assert cost.figures.cost_yuan < first.figures.cost_yuan
        held = drawn_capacity(db.session, yard_id)
        assert held is not None
        assert held.drawing_version == 1
    # what is in force comes first where nothing is chosen, with the newest others
    assert re.findall(r'id="version-(\d+)"', browser.get(page).text) == ["1", "3", "2"]
    assert re.findall(r'id="version-(\d+)"', browser.get(f"{page}?v=3&v=77&v=x").text) == ["3"]


def test_a_lane_that_is_not_drawn_makes_no_layout_the_cheapest(county_app: Flask, yard_id: str) -> None:
    browser = at_work(county_app)
    bare = drawing(yard_id)
    ground = next(it["geometry"] for it in bare["features"] if it["properties"]["kind"] == "stack_area")
    lane = {"type": "Feature", "id": "lane-1", "properties": {"kind": "lane"}, "geometry": ground}
    with_lane = bare | {"features": [*bare["features"], lane]}
    for content in (with_lane, without(with_lane, "light-1"), bare):
        hand_in(browser, yard_id, content)
    page = f"/yards/{yard_id}/drawing/compare"

    def cheapest(*versions: int) -> bool:
        text = browser.get(page + "?" + "&".join(f"v={version}" for version in versions)).text
        row = next(it for it in text.split("<tr ") if "新建费用（估算）" in it)
        return "is-best" in row

    assert cheapest(1, 2)
    assert not cheapest(1, 3)


def test_one_layout_that_is_the_best_for_several_goals_is_one_version(county_app: Flask, yard_id: str) -> None:
    browser, same = at_work(county_app), drawing(yard_id)
    files = {"room.geojson": same, "flow.geojson": same, "proposals.json": {"proposals": "none"}}
    assert proposals(browser, yard_id, {**files, "proposals.json": figures(yard_id)}).status_code == 302
    with county_app.app_context():
        (column,) = columns_of(db.session, versions_of(db.session, yard_id))
        assert column.goals == ["room", "flow"]


def test_of_proposals_with_faults_nothing_is_kept(county_app: Flask, yard_id: str) -> None:
    browser = at_work(county_app)
    answer = proposals(browser, yard_id, {"room.geojson": drawing(yard_id), "cost.geojson": drawing("Y99")})
    assert answer.status_code == 422
    assert "cost.geojson" in answer.text
    assert proposals(browser, yard_id, {}).status_code == 422
    assert proposals(browser, yard_id, {"x.geojson": {"a": 1}, "y.geojson": [1]}).status_code == 422
    with county_app.app_context():
        assert versions_of(db.session, yard_id) == []
    assert browser.get(f"/yards/{yard_id}/drawing/compare").status_code == 200
    stranger = member(county_app, "yard_manager", ("yard", "elsewhere"))
    assert stranger.get(f"/yards/{yard_id}/drawing/compare").status_code == 404


def test_what_was_added_moved_and_taken_away_is_told_by_kind(yard_id: str) -> None:
    before = drawing_of_yard(json.dumps(drawing(yard_id)), yard_id)
    after = drawing_of_yard(json.dumps(without(shifted(drawing(yard_id), "stack-2", 1), "camera-1")), yard_id)
    told = [(it.kind, it.added, it.gone, it.moved) for it in things_changed(before, after)]
    assert told == [("stack", 0, 0, 1), ("camera", 0, 1, 0)]
    assert things_changed(before, before) == []
