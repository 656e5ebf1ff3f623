"""What somebody says of a yard's weather holds for some hours; then people are reminded of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import business_day, now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.queries import is_over
from app.fire_safety.alarms.texts import alarm_text
from app.fire_safety.heat.queries import rain_days
from app.fire_safety.overview.dangers import open_dangers
from app.fire_safety.overview.texts import danger_text
from app.fire_safety.patrols.lacks import NO_WEATHER, WatchLack
from app.fire_safety.patrols.models import YardCondition
from app.fire_safety.patrols.operations import note_conditions
from app.fire_safety.patrols.queries import last_condition, weather_now, yard_conditions
from app.fire_safety.watching import look_at_all
from tests.app.day_plan import PlannedTown
from tests.app.gate import gate_tablet
from tests.conftest import csrf_token, log_in
from yard_rules.patrols.interval import Weather, is_red_flag

HOUR = timedelta(hours=1)


@pytest.fixture
def yard_id(county_app: Flask, town: PlannedTown) -> str:
    """Of a yard that holds straw."""
    tablet = gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))
    assert {it["status"] for it in tablet.send(*tablet.whole_ticket())["results"]} == {201}
    return tablet.place[1]


def reminders(yard_id: str, moment: datetime) -> list[WatchLack]:
    found = [it for it in open_dangers(db.session, [yard_id], moment) if isinstance(it.what, WatchLack)]
    assert all("%" not in danger_text(it) for it in found)
    return [it.what for it in found if isinstance(it.what, WatchLack) and it.what.kind == NO_WEATHER]


def test_weather_holds_for_hours_and_whoever_watches_is_reminded(county_app: Flask, yard_id: str) -> None:
    moment = now()
    with county_app.test_request_context():
        note_conditions(db.session, yard_id, moment)
        assert len(reminders(yard_id, moment + HOUR)) == 1
        damp, dry = Weather(humidity_permille=700, wind_force=2), Weather(humidity_permille=300, wind_force=2)
        note_conditions(db.session, yard_id, moment + 2 * HOUR, weather=damp, rains=True, dangers=(), is_whole=True)
        assert weather_now(db.session, yard_id, moment + 13 * HOUR).holds
        assert reminders(yard_id, moment + 13 * HOUR) == []
        known = weather_now(db.session, yard_id, moment + 15 * HOUR)
        assert (known.holds, known.unknown_since, known.is_red_flag_kept) == (False, moment + 14 * HOUR, False)
        assert [it.begins for it in reminders(yard_id, moment + 15 * HOUR)] == [moment + 14 * HOUR]
        # A danger that was said last is not over because nobody looked.
        note_conditions(db.session, yard_id, moment + 16 * HOUR, weather=dry, rains=False, dangers=(), is_whole=True)
        assert weather_now(db.session, yard_id, moment + 40 * HOUR).is_red_flag_kept
        assert is_red_flag(yard_conditions(db.session, yard_id)[-1].weather, moment)
        # Taken away, it is not known from then on.
        note_conditions(db.session, yard_id, moment + 41 * HOUR, rains=False, dangers=(), is_whole=True)
        known = weather_now(db.session, yard_id, moment + 42 * HOUR)
        assert (known.unknown_since, known.is_red_flag_kept) == (moment + 41 * HOUR, False)


def test_weather_that_stays_unknown_is_one_alarm_until_somebody_says_it(county_app: Flask, yard_id: str) -> None:
    moment = now()

    def waiting(at: datetime) -> list[str]:
        assert look_at_all(db.session, [], at) == 0
        alarms = db.session.scalars(select(Alarm).where(Alarm.kind == NO_WEATHER, ~is_over())).all()
        assert {it.severity for it in alarms} <= {"advice"}
        return [alarm_text(it) for it in alarms]

    with county_app.test_request_context():
        assert waiting(moment) == []
        assert waiting(moment + 11 * HOUR) == []
        (told,) = waiting(moment + 13 * HOUR)
        assert waiting(moment + 40 * HOUR) == [told]
        calm = Weather(humidity_permille=700, wind_force=2)
        note_conditions(db.session, yard_id, moment + 41 * HOUR, weather=calm, rains=False, dangers=(), is_whole=True)
        db.session.commit()
        assert waiting(moment + 42 * HOUR) == []
        # it holds for twelve hours, and is asked for on the pages for twelve more
        assert waiting(moment + 64 * HOUR) == []
        assert len(waiting(moment + 66 * HOUR)) == 1


def test_rain_that_only_stayed_in_the_notes_is_no_day_of_rain(county_app: Flask, yard_id: str) -> None:
    moment = now()
    with county_app.test_request_context():
        note_conditions(db.session, yard_id, moment, rains=True)
        last = last_condition(db.session, yard_id)
        assert last is not None
        later = {"since": moment + 48 * HOUR, "number": last.number + 1, "heat": 2, "rains": True}
        held = {"yard_id": yard_id, "stock_kg": 1, "dangers": [], "told_at": last.told_at}
        db.session.add(YardCondition(**held, **later))
        db.session.flush()
        assert rain_days(db.session, yard_id, moment - HOUR) == {business_day(moment)}


def test_the_form_holds_what_is_known_and_can_take_it_away(county_app: Flask, yard_id: str) -> None:
    browser, address = log_in(county_app), f"/patrols/{yard_id}"

    def post(**fields: str) -> str:
        token = csrf_token(browser, address)
        data = {"csrf_token": token, **fields}
        return str(browser.post(f"{address}/conditions", data=data, follow_redirects=True).text)

    browser.post("/language/en", data={"csrf_token": csrf_token(browser, address)})
    assert "Nobody has said humidity" in browser.get(address).text
    page = post(humidity="55", wind="3", rains="yes")
    assert all(it in page for it in ('value="55"', 'value="3"', 'name="rains" value="yes" checked'))
    assert "Nothing was saved" in post(humidity="55", wind="", rains="yes")
    assert "Nothing was saved" in post(humidity="dry", wind="3")
    assert 'value="55"' in browser.get(address).text
    page = post(humidity="", wind="")
    assert "are not known since" in page
    assert 'value="55"' not in page
    with county_app.app_context():
        row = db.session.scalar(select(YardCondition).order_by(YardCondition.id.desc()).limit(1))
        assert row is not None
        assert (row.humidity_permille, row.rains, row.told_at) == (None, False, None)
