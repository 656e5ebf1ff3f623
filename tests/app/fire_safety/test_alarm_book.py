"""The book of alarms: seen, answered and over are three things; a graver alarm ends the one before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.accounts.device_models import Device
from app.clock import now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm, AlarmEnd, AlarmNotice
from app.fire_safety.alarms.operations import raise_alarm
from app.fire_safety.alarms.queries import AlarmState, alarm_book, unanswered_count
from app.fire_safety.alarms.readers import robot_names
from app.fire_safety.overview.dangers import DangerKind, open_dangers
from app.fire_safety.overview.weeks import weeks_of
from app.fire_safety.patrols.models import PatrolPoint
from app.fire_safety.patrols.queries import round_after
from app.fire_safety.watching import look_at_all
from app.group_robots import Robot
from app.intake.bodies import moment_text
from app.registry.models import TransferYard
from tests.app.day_plan import PlannedTown
from tests.app.fire_safety.watched import keep_watched
from tests.app.gate import GateTablet, gate_tablet
from tests.app.members import member
from tests.conftest import csrf_token, log_in
from yard_rules.finding import Severity


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    """Of a yard that is watched, with straw on its first stack."""
    tablet = gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))
    assert {it["status"] for it in tablet.send(*tablet.whole_ticket())["results"]} == {201}
    with county_app.app_context():
        keep_watched(tablet.place[1])
    return tablet


def stored(tablet: GateTablet, *records: dict[str, object]) -> None:
    assert {it["status"] for it in tablet.send(*records)["results"]} == {201}


def measured(tablet: GateTablet, celsius: float) -> None:
    readings = [{"place": "middle", "temperature_dc": round(celsius * 10)}]
    stored(tablet, tablet.record("heat_reading", {"stack_id": f"{tablet.place[1]}-01", "readings": readings}))


def look(moment: datetime | None = None) -> None:
    assert look_at_all(db.session, [], moment or now()) == 0


def book(tablet: GateTablet) -> list[tuple[str, AlarmState]]:
    """What is not over, as the book has it."""
    entries = alarm_book(db.session, [tablet.place[1]], limit=99, open_only=True)
    return [(it.alarm.kind, it.state) for it in entries]


def test_a_higher_level_ends_the_alarm_of_the_lower_one_and_cooling_down_ends_the_last(tablet: GateTablet) -> None:
    yard_id = tablet.place[1]
    for celsius in (53, 56):
        measured(tablet, celsius)
        with tablet.app.app_context():
            look()
            look()
    with tablet.app.app_context():
        lower, higher = db.session.scalars(select(Alarm).order_by(Alarm.id)).all()
        assert (lower.said["level"], higher.said["level"]) == (1, 2)
        assert list(db.session.scalars(select(AlarmEnd.alarm_id))) == [lower.id]
        dangers = [it for it in open_dangers(db.session, [yard_id], now()) if it.kind is not DangerKind.LAYOUT]
        assert [(it.kind, it.because and it.because.id) for it in dangers if it.kind is not DangerKind.WATCH] == [
            (DangerKind.SUSPENSION, higher.id)
        ]
    gone = {"stack_id": f"{yard_id}-01", "bales": 0, "reason": "gone"}
    stored(tablet, tablet.record("stack_count", {"counts": [gone]}))
    with tablet.app.app_context():
        look()
        assert book(tablet) == []
        assert weeks_of(db.session, [yard_id], now(), 1)[0].closed >= 2


def test_who_has_seen_an_alarm_leaves_it_open_for_all_others(tablet: GateTablet) -> None:
    yard_id = tablet.place[1]
    measured(tablet, 60)
    with tablet.app.app_context():
        look()
        alarm_id = db.session.scalars(select(Alarm.id)).one()
        assert book(tablet) == [("heat_level", AlarmState.NEW)]
    stored(tablet, tablet.record("alarm_answer", {"alarm_id": alarm_id}))
    with tablet.app.app_context():
        assert book(tablet) == [("heat_level", AlarmState.SEEN)]
        assert unanswered_count(db.session, [yard_id]) == 1
    stored(tablet, tablet.record("alarm_answer", {"alarm_id": alarm_id, "what": "hose charged, brigade told"}))
    with tablet.app.app_context():
        look()
        assert book(tablet) == [("heat_level", AlarmState.ANSWERED)]
        assert unanswered_count(db.session, [yard_id]) == 0
        # The stack is as hot as before.
        (danger,) = (it for it in open_dangers(db.session, [yard_id], now()) if it.kind is DangerKind.SUSPENSION)
        assert danger.because is None


def test_a_round_that_came_ends_its_alarm_and_none_is_asked_for_while_everybody_is_out(tablet: GateTablet) -> None:
    yard_id = tablet.place[1]
    with tablet.app.app_context():
        code = db.session.scalars(select(PatrolPoint.code)).one()
        look()
        look(now() + timedelta(hours=3))
        assert book(tablet) == [("round_overdue", AlarmState.NEW)]
    scans = [{"code": code, "at": moment_text(tablet.clock())}]
    stored(tablet, tablet.record("patrol_round", {"scans": scans}))
    with tablet.app.app_context():
        look()
        assert book(tablet) == []
        look(now() + timedelta(hours=6))
        assert [kind for kind, _state in book(tablet)] == ["round_overdue"]
    measured(tablet, 80)
    with tablet.app.app_context():
        look(now() + timedelta(hours=6, minutes=1))
        look(now() + timedelta(hours=7))
        assert [kind for kind, _state in book(tablet)] == ["heat_level"]
        following = round_after(db.session, yard_id, now() + timedelta(hours=7))
        assert following is not None
        assert (following.due_at, following.is_overdue) == (None, False)


def test_what_is_open_comes_gravest_first_then_oldest(tablet: GateTablet) -> None:
    yard_id, moment = tablet.place[1], now()

    def raised(kind: str, severity: Severity, minutes: int) -> None:
        at = moment + timedelta(minutes=minutes)
        said = {"level": 4} if kind == "hottest" else {}
        raise_alarm(
            db.session, yard_id=yard_id, kind=kind, subject="x", said=said, key=kind, moment=at, severity=severity
        )

    with tablet.app.app_context():
        raised("late advice", Severity.ADVICE, 3)
        raised("old mending", Severity.MEND, 0)
        raised("emergency", Severity.BLOCKS, 2)
        raised("mending", Severity.MEND, 1)
        raised("hottest", Severity.BLOCKS, 4)
        kinds = [kind for kind, _state in book(tablet)]
        assert kinds == ["hottest", "emergency", "old mending", "mending", "late advice"]


@pytest.mark.parametrize("change", ["UPDATE alarm_end SET alarm_id = 0", "DELETE FROM alarm_end"])
def test_the_end_of_an_alarm_stays_as_it_was_kept(tablet: GateTablet, change: str) -> None:
    measured(tablet, 47)
    with tablet.app.app_context():
        look()
    measured(tablet, 60)
    with tablet.app.app_context():
        look()
        assert db.session.scalars(select(AlarmEnd)).all()
        with pytest.raises(DBAPIError):
            db.session.execute(text(change))


def test_a_page_has_told_somebody_once_one_of_them_has_opened_it(tablet: GateTablet) -> None:
    measured(tablet, 80)
    with tablet.app.app_context():
        look()

    def shown() -> dict[str, bool]:
        with tablet.app.app_context():
            rows = db.session.scalars(select(AlarmNotice).where(AlarmNotice.channel == "page"))
            return {row.recipient: row.sent_at is not None for row in rows}

    assert set(shown().values()) == {False}
    brigade = member(tablet.app, "fire_brigade")
    page = brigade.get("/alarms")
    assert "尚无人看到" in page.text
    assert {who for who, is_shown in shown().items() if is_shown} == {"brigade"}
    assert brigade.get("/alarms").status_code == 200
    finance = member(tablet.app, "finance")
    assert finance.get("/").status_code == 200
    assert {who for who, is_shown in shown().items() if is_shown} == {"brigade"}


def test_the_book_has_names_of_tablets_and_robots_and_the_navigation_counts(tablet: GateTablet) -> None:
    measured(tablet, 60)
    robot = Robot(kind="wecom", name="wecom 12ab", address="http://127.0.0.1:9/x", title="Night watch")
    config = tablet.app.extensions["strawline.config"]
    tablet.app.extensions["strawline.config"] = replace(config, robots_on_loopback=(robot,))
    with tablet.app.app_context():
        look_at_all(db.session, [robot], now())
        device = db.session.get_one(Device, tablet.id).name
        alarm_id = db.session.scalars(select(Alarm.id)).one()
    browser = log_in(tablet.app)
    page = browser.get("/alarms").text
    assert f"{device} " in page
    assert "Night watch" in page
    assert "wecom 12ab" not in page
    assert '<b class="nav-count" title="未处置">1</b>' in page
    data = {"csrf_token": csrf_token(browser, "/alarms"), "what": "hose charged"}
    assert browser.post(f"/alarms/{alarm_id}/answer", data=data).status_code == 302
    assert "nav-count" not in browser.get("/alarms").text
    assert "Night watch" in member(tablet.app, "administrator").get("/alarms/robots").text


def test_robots_without_a_name_are_called_by_their_service_and_number(county_app: Flask) -> None:
    robots = [Robot(kind=kind, name=f"{kind} {kind}", address="") for kind in ("wecom", "dingtalk")]
    robots.append(Robot(kind="wecom", name="wecom 2", address=""))
    with county_app.test_request_context(), force_locale("en"):
        assert list(robot_names(robots).values()) == ["WeCom robot 1", "DingTalk robot 1", "WeCom robot 2"]


LOOKS_AFTER_YARDS = ("fire_brigade", "yard_manager", "plant", "town_official", "city_official", "dispatcher")


@pytest.mark.parametrize("role", LOOKS_AFTER_YARDS)
def test_the_first_page_of_whoever_looks_after_yards_says_what_is_dangerous_now(tablet: GateTablet, role: str) -> None:
    yard_id = tablet.place[1]
    with tablet.app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        yard.adjacent_plant_id = yard.adjacent_plant_id or "P1"
        places = {"yard_manager": ("yard", yard_id), "plant": ("plant", yard.adjacent_plant_id)}
        place = places.get(role, ("town", yard.town_id) if role == "town_official" else None)
        db.session.commit()
        look()
    browser = member(tablet.app, role, *([place] if place else []))
    quiet = browser.get("/").text
    assert "没有停用的堆场或草垛" in quiet
    assert "尚未提供" not in quiet
    with tablet.app.app_context():
        look(now() + timedelta(hours=3))
    late = browser.get("/").text
    assert f"/patrols/{yard_id}" in late
    measured(tablet, 80)
    with tablet.app.app_context():
        look()
        alarm_id = db.session.scalars(select(Alarm.id).where(Alarm.kind == "heat_level")).one()
    burning = browser.get("/").text
    assert "停止收料" in burning
    assert f"/alarms#alarm-{alarm_id}" in burning
    assert f"/yards/{yard_id}/safety" in burning
    assert "没有停用的堆场或草垛" not in burning
    assert 'class="nav-count"' in burning
    assert "停用" in browser.get("/stock").text
    assert "本堆场停止收料" in browser.get(f"/stock/{yard_id}").text


def test_a_first_page_tells_of_ones_own_yards_only(tablet: GateTablet) -> None:
    measured(tablet, 80)
    with tablet.app.app_context():
        look()
    stranger = member(tablet.app, "yard_manager", ("yard", "of-others")).get("/").text
    assert "没有您可查看的中转场" in stranger
    assert "nav-count" not in stranger
    assert "home-safety" not in member(tablet.app, "finance").get("/").text
