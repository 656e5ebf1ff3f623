"""Who answers for an action, what an inspection asks one by one, when the list before the season is due, and robots."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select, update

from app.clock import business_day
from app.database.engine import db
from app.dispatch.season_models import Season
from app.fire_safety.alarms import robot_views
from app.fire_safety.drawings.operations import add_version, put_in_force
from app.fire_safety.drawings.queries import drawing_of_yard, judged
from app.fire_safety.inspections.models import CorrectiveAction
from app.fire_safety.inspections.queries import due_lists
from app.fire_safety.inspections.things import thing_names, things_of
from app.group_robots import Robot
from app.registry.models import TransferYard
from tests.app.day_plan import PlannedTown
from tests.app.fire_safety.test_inspection_pages import sent
from tests.app.gate import GateTablet, gate_tablet
from tests.app.members import member
from tests.conftest import csrf_token
from yard_rules.checklists import ListKind, Per, checklist

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def test_somebody_of_the_yard_answers_for_what_is_to_be_mended(tablet: GateTablet) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    brigade, manager = member(app, "fire_brigade"), member(app, "yard_manager", ("yard", yard_id))
    held = checklist(ListKind.DAILY, business_day())
    answer = {"item_id": "gate_kept", "outcome": "failed", "note": "open", "photos": []}
    body = {"list_kind": "daily", "list_day": held.day.isoformat(), "digest": held.digest, "answers": [answer]}
    assert tablet.send(tablet.record("inspection", body))["results"][0]["status"] == 201
    with app.app_context():
        here = f"/safety/actions/{db.session.scalars(select(CorrectiveAction.id)).one()}"
    page = brigade.get(here).text
    assert ">yard_manager</option>" in page
    assert ">fire_brigade</option>" not in page
    number = page.split(">yard_manager</option>")[0].rpartition('value="')[2].partition('"')[0]
    sent(brigade, here, f"{here}/owner", owner="1")  # not of this yard
    assert "yard_manager" not in brigade.get("/safety/actions").text
    sent(brigade, here, f"{here}/owner", owner=number)
    assert "yard_manager" in brigade.get("/safety/actions").text
    # It is still to be mended, and who answers for it may do so.
    assert f"{here}/mended" in manager.get(here).text
    assert manager.get("/safety/actions.xlsx").data[:2] == b"PK"


def test_items_are_asked_for_each_thing_of_the_drawing_in_force(tablet: GateTablet) -> None:
    yard_id = tablet.place[1]
    with tablet.app.app_context():
        assert set(things_of(db.session, yard_id)) == {Per.STACK}
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        text = (ROOT / "data/yards/Y01.geojson").read_text(encoding="utf-8").replace('"Y01"', f'"{yard_id}"')
        drawing = drawing_of_yard(text, yard_id)
        put_in_force(db.session, yard, add_version(db.session, yard, text, note=None), judged(drawing))
        db.session.commit()
        things = things_of(db.session, yard_id)
        assert things[Per.CAMERA] == [it.id for it in drawing.cameras] != []
        assert things[Per.HYDRANT] == [it.id for it in drawing.hydrants]
        with tablet.app.test_request_context(), force_locale("zh_Hans_CN"):
            names = thing_names(db.session, yard_id)
        assert set(names) >= {*things[Per.CAMERA], *things[Per.HYDRANT]}
        assert names[things[Per.HYDRANT][0]] == "消火栓 1"
    lists = tablet.notebook()["inspections"]
    asked = {it["subject_id"] for one in lists["lists"] for it in one["questions"] if it["item_id"] == "cameras_see"}
    assert asked == set(things[Per.CAMERA])
    assert set(lists["things"]) >= asked


def test_the_list_before_the_season_is_due_ahead_of_the_newest_scenarios_first_day(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == tablet.place[1])).one()

        def due() -> date | None:
            return next(it.due for it in due_lists(db.session, yard) if it.held.kind is ListKind.BEFORE_SEASON)

        begins = date(business_day().year + 1, 10, 25)
        db.session.execute(update(Season).values(season_start=begins, season_end=begins.replace(month=12)))
        assert due() == begins.replace(day=11)
        db.session.execute(update(Season).values(season_start=date(2020, 10, 25), season_end=date(2020, 12, 10)))
        assert due() is None


def test_the_administrator_sees_which_robots_are_set_and_tries_one(county_app: Flask) -> None:
    administrator = member(county_app, "administrator")
    assert administrator.get("/alarms/robots").status_code == 200
    told: list[str] = []
    robot = Robot(kind="wecom", name="wecom 0123abcd", address="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k")

    def take(_robot: Robot, text: str, _moment: object) -> str | None:
        told.append(text)
        return "errcode 93000"

    with patch.object(robot_views, "_robots", lambda: [robot]), patch.object(robot_views, "tell_robot", take):
        page = administrator.get("/alarms/robots").text
        assert robot.name in page
        assert "key=k" not in page
        data = {"csrf_token": csrf_token(administrator, "/alarms/robots"), "name": robot.name}
        assert "93000" in administrator.post("/alarms/robots/test", data=data, follow_redirects=True).text
        assert administrator.post("/alarms/robots/test", data=data | {"name": "none"}).status_code == 404
    assert len(told) == 1
    assert member(county_app, "dispatcher").get("/alarms/robots").status_code == 403
