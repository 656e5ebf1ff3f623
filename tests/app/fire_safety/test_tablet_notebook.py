"""What a tablet is told of heat, rounds and alarms, so that it goes on without a network."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from app.clock import business_day, now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.operations import raise_alarm
from app.fire_safety.alarms.texts import message_of
from app.fire_safety.heat.texts import level_bans, level_tasks
from app.fire_safety.patrols.operations import add_point, note_conditions
from app.fire_safety.watching import look_at_all
from app.intake.bodies import moment_text
from app.registry.models import TransferYard
from tests.app.gate import GateTablet, gate_tablet
from tests.app.members import member
from yard_rules.heat.ladder import HeatLevel
from yard_rules.patrols.interval import Danger, Weather

ADDRESS = "/data/tablet/notebook"


@pytest.fixture
def tablet(county_app: Flask) -> GateTablet:
    with county_app.app_context():
        yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
        add_point(db.session, yard_id, "Pond", now())
        db.session.commit()
    return gate_tablet(county_app, ("yard", yard_id))


def told(tablet: GateTablet) -> dict[str, Any]:
    pages: dict[str, Any] = tablet.browser.get(ADDRESS, headers=tablet.header).get_json()
    return pages


def looked(app: Flask) -> None:
    with app.app_context():
        look_at_all(db.session, [], now())


@pytest.mark.parametrize("is_watched", [False, True])
def test_a_stack_is_told_with_its_level_and_where_it_was_measured(
    county_app: Flask, tablet: GateTablet, *, is_watched: bool
) -> None:
    assert told(tablet)["heat"] == []
    stack_id = f"{tablet.place[1]}-01"
    tablet.send(*tablet.whole_ticket())
    readings = [{"place": "north", "temperature_dc": 401}, {"place": "top", "temperature_dc": 662}]
    tablet.send(tablet.record("heat_reading", {"stack_id": stack_id, "readings": readings}))
    if is_watched:
        looked(county_app)
    for _time in range(2):  # the second from what is kept, where the watching has looked
        (heat,) = told(tablet)["heat"]
        assert (heat["stack_id"], heat["level"], heat["hottest_dc"]) == (stack_id, 3, 662)
        assert sorted(heat["places"]) == ["north", "top"]
        assert heat["why"][0]["place"] == "top"
        assert heat["measured_at"] < heat["due_at"]
        assert heat["due_at"].endswith("Z")
    tablet.send(tablet.record("smoke", {"stack_id": stack_id}))
    if is_watched:
        looked(county_app)
    assert told(tablet)["heat"][0]["level"] == 4


def test_a_round_is_told_with_its_points_and_when_it_is_due(county_app: Flask, tablet: GateTablet) -> None:
    assert [point["name"] for point in told(tablet)["patrol"]["points"]] == ["Pond"]
    assert told(tablet)["patrol"]["due_at"] is None  # nothing lies there
    tablet.send(*tablet.whole_ticket())
    looked(county_app)
    before = told(tablet)["patrol"]
    assert before["due_at"].endswith("Z")
    assert before["why"]
    assert before["intervals"][0] == {"from": None, "every_min": before["every_min"]}
    assert all(each["from"].endswith("Z") for each in before["intervals"][1:])
    scans = [{"code": before["points"][0]["code"], "at": moment_text(tablet.clock())}]
    tablet.send(tablet.record("patrol_round", {"scans": scans}))
    after = told(tablet)["patrol"]
    assert after["last_at"] is not None
    assert after["due_at"] >= before["due_at"]


def test_a_round_s_interval_is_told_with_the_stock_weather_and_heat_that_set_it(
    county_app: Flask, tablet: GateTablet
) -> None:
    assert told(tablet)["patrol"]["holds"] == []
    tablet.send(*tablet.whole_ticket())
    looked(county_app)
    stock, weather, hottest = told(tablet)["patrol"]["holds"]
    assert (stock[:4], weather, hottest) == ("存有秸秆", "天气未知", "最热垛：正常")
    with county_app.app_context():
        dry = Weather(humidity_permille=310, wind_force=6)
        note_conditions(
            db.session, tablet.place[1], now(), weather=dry, rains=False, dangers=[Danger.HOT_WORK], is_whole=True
        )
        db.session.commit()
    book = told(tablet)["patrol"]
    assert book["holds"] == [stock, "湿度 31 %，风力 6 级", hottest, "动火作业"]
    assert book["why"]


def test_an_alarm_is_told_in_words_until_somebody_says_what_they_do_about_it(
    county_app: Flask, tablet: GateTablet
) -> None:
    with county_app.app_context():
        values = {"yard_id": tablet.place[1], "subject": "gate", "said": {"what": "demo"}, "moment": now()}
        alarm_id = raise_alarm(db.session, kind="smell", key="smell/1", **values)
        db.session.commit()
    (alarm,) = told(tablet)["alarms"]
    assert (alarm["id"], alarm["words"]) == (alarm_id, "smell: demo")
    tablet.send(tablet.record("alarm_answer", {"alarm_id": alarm_id}))
    assert [it["id"] for it in told(tablet)["alarms"]] == [alarm_id]
    tablet.send(tablet.record("alarm_answer", {"alarm_id": alarm_id, "what": "put out"}))
    assert told(tablet)["alarms"] == []


def test_what_has_not_changed_is_not_told_again(county_app: Flask, tablet: GateTablet) -> None:
    tablet.send(*tablet.whole_ticket())
    looked(county_app)
    first = tablet.browser.get(ADDRESS, headers=tablet.header)
    known = {"If-None-Match": first.headers["ETag"], **tablet.header}
    assert tablet.browser.get(ADDRESS, headers=known).status_code == 304
    looked(county_app)
    assert tablet.browser.get(ADDRESS, headers=known).status_code == 304


def test_what_a_level_asks_for_is_told_where_the_level_is(county_app: Flask, tablet: GateTablet) -> None:
    stack_id, yard_id = f"{tablet.place[1]}-01", tablet.place[1]
    tablet.send(*tablet.whole_ticket())
    readings = [{"place": "top", "temperature_dc": 662}]
    tablet.send(tablet.record("heat_reading", {"stack_id": stack_id, "readings": readings}))
    looked(county_app)
    with county_app.test_request_context():
        tasks, bans = level_tasks(HeatLevel.ALARM, business_day()), level_bans(HeatLevel.ALARM, business_day())
        [alarm] = db.session.scalars(select(Alarm).where(Alarm.kind == "heat_level"))
        message = message_of(db.session, alarm, None)
    assert len(tasks) > 3
    assert [f"{number}. {task}" for number, task in enumerate(tasks[:3], 1)] == message.splitlines()[2:]
    book = told(tablet)
    assert book["heat"][0]["tasks"] == book["alarms"][0]["tasks"] == tasks
    assert book["heat"][0]["forbidden"] == bans
    assert [(it["stack_id"], it["tasks"], it["everybody_leaves"]) for it in book["inspections"]["closed"]] == [
        (stack_id, tasks, False)
    ]
    browser = member(county_app, "fire_brigade")
    for page in (browser.get("/alarms").text, browser.get(f"/heat/{yard_id}").text):
        assert all(f"<li>{words}</li>" in page for words in [*tasks, *bans])
        # what is to be done is numbered, what is forbidden is not
        numbered = "".join(re.findall(r"<ol class=\"(?:alarm|level)-tasks\">.*?</ol>", page))
        assert all(f"<li>{words}</li>" in numbered for words in tasks)
        assert not any(words in numbered for words in bans)
    with county_app.test_request_context(), force_locale("zh_Hans_CN"):
        assert all(words.startswith("禁止") for words in level_bans(HeatLevel.EMERGENCY, business_day()))


def test_in_an_emergency_the_closed_yard_says_first_to_call_119_and_that_everybody_leaves(
    county_app: Flask, tablet: GateTablet
) -> None:
    tablet.send(*tablet.whole_ticket())
    tablet.send(tablet.record("smoke", {"stack_id": f"{tablet.place[1]}-01"}))
    looked(county_app)
    [yard] = [it for it in told(tablet)["inspections"]["closed"] if it["stack_id"] is None]
    assert "119" in yard["tasks"][0]
    assert yard["everybody_leaves"] is True
    assert yard["bans"] == ["loading", "more_bales", "opening"]


def test_a_probe_that_is_silent_asks_for_measuring_and_not_for_the_tasks_of_heat(
    county_app: Flask, tablet: GateTablet
) -> None:
    with county_app.app_context():
        said = {"stack": "A1", "level": 2, "probe": "7"}
        raise_alarm(
            db.session, yard_id=tablet.place[1], kind="lost_probe", subject="7", said=said, key="7", moment=now()
        )
        db.session.commit()
    assert told(tablet)["alarms"][0]["tasks"] == []
