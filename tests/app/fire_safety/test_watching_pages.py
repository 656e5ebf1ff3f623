"""The office's pages of heat, rounds and alarms."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from app.clock import COUNTY_ZONE, now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.patrols.queries import points_of
from app.fire_safety.watching import look_at_all
from app.intake.bodies import moment_text
from app.registry.models import TransferYard
from tests.app.gate import gate_tablet
from tests.conftest import csrf_token, log_in


def test_a_yard_is_set_up_measured_and_walked_round(county_app: Flask) -> None:
    with county_app.app_context():
        yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
    tablet, browser = gate_tablet(county_app, ("yard", yard_id)), log_in(county_app)
    stack_id = f"{yard_id}-01"
    assert [it["status"] for it in tablet.send(*tablet.whole_ticket())["results"]] == [201] * 3
    readings = [{"place": "north, middle", "temperature_dc": 662, "depth_cm": 150}]
    sent = tablet.send(tablet.record("heat_reading", {"stack_id": stack_id, "readings": readings}))
    assert [it["status"] for it in sent["results"]] == [201]

    def post(address: str, **fields: str) -> None:
        token = csrf_token(browser, f"/patrols/{yard_id}")
        answer = browser.post(address, data={"csrf_token": token, **fields})
        assert answer.status_code in (200, 302), answer.text

    post(f"/patrols/{yard_id}/points/new", name="Pond")
    post(f"/patrols/{yard_id}/points/new", name="Gate")
    post(f"/patrols/{yard_id}/conditions", humidity="30", wind="6", danger="lightning", rains="yes")
    begins = now().astimezone(COUNTY_ZONE).replace(tzinfo=None, microsecond=0) + timedelta(hours=1)
    ends = begins + timedelta(hours=8)
    post(f"/patrols/{yard_id}/shifts/new", watcher="Demo guard", begins=begins.isoformat(), ends=ends.isoformat())
    post(f"/heat/{yard_id}/gateways/new", name="Sensors")
    post(f"/heat/{yard_id}/probes/new", probe="P1", stack_id=stack_id, every_min="60")

    later = now() + timedelta(hours=4)
    with county_app.app_context():
        codes = [point.code for point in points_of(db.session, yard_id)]
        assert look_at_all(db.session, [], later) == 0
        kinds = set(db.session.scalars(select(Alarm.kind).where(Alarm.yard_id == yard_id)))
        assert kinds >= {"heat_level", "lost_probe", "round_overdue"}
    scans = [{"code": code, "at": moment_text(tablet.clock())} for code in codes]
    sent = tablet.send(
        tablet.record("patrol_round", {"scans": scans}),
        tablet.record("smoke", {"stack_id": stack_id}),
        tablet.record("smoke", {"stack_id": "of-another-yard"}),
    )
    assert [it["status"] for it in sent["results"]] == [201, 201, 422]
    with county_app.app_context():
        look_at_all(db.session, [], later + timedelta(minutes=1))
    browser.post("/language/en", data={"csrf_token": csrf_token(browser, "/alarms")})
    for address, words in {
        "/alarms": "Smoke at stack",
        "/heat": "emergency",
        f"/heat/{yard_id}": "north, middle",
        "/patrols": "Rounds of the watch",
        f"/patrols/{yard_id}": "Demo guard",
        f"/patrols/{yard_id}/points/print": "Pond",
    }.items():
        page = browser.get(address)
        assert page.status_code == 200, address
        assert words in page.text, address
