"""Robots of group chats, against a stand-in on loopback; and the door for sensors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import config_from_environment
from app.database.engine import db
from app.errors import Refusal
from app.fire_safety.alarms.models import Alarm, AlarmAnswer, AlarmNotice
from app.fire_safety.alarms.operations import end_alarms, raise_alarm
from app.fire_safety.heat.models import MeasuredHeat
from app.fire_safety.heat.operations import make_gateway, place_probe
from app.fire_safety.watching import look_at_all
from app.group_robots import Robot, robot_from_setting
from app.registry.models import TransferYard
from app.storage.layouts import ensure_stacks, stacks_of
from tests.app.gate import gate_tablet
from tests.conftest import csrf_token, log_in
from yard_rules.finding import Severity

MOMENT = datetime(2026, 11, 12, 2, tzinfo=UTC)
SECRET = "SECmade-up-for-tests"


class StandIn:
    """Answers as the services do: what `answers` holds next, then that it took the message."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stand_in.told.append((self.path, body))
                status, said = stand_in.answers.pop(0) if stand_in.answers else (200, {"errcode": 0, "errmsg": "ok"})
                text = json.dumps(said).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_said: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    made = StandIn()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def raised(key: str = "test/1") -> int:
    yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
    said = {"stack": "A1", "level": 3, "cause": "temperature", "probe": "P1", "celsius": 66.5}
    number = raise_alarm(
        db.session, yard_id=yard_id, kind="heat_level", subject="A1", said=said, key=key, moment=MOMENT
    )
    db.session.commit()
    assert number is not None
    return number


def robot_notices() -> list[AlarmNotice]:
    return list(db.session.scalars(select(AlarmNotice).where(AlarmNotice.channel == "robot").order_by(AlarmNotice.id)))


def test_robots_are_told_until_they_say_that_they_took_it(county_app: Flask, stand_in: StandIn) -> None:
    wecom = robot_from_setting(f"{stand_in.origin}/wecom/send?key=made-up", loopback=True)
    ding = robot_from_setting(f"{stand_in.origin}/dingtalk/send?access_token=made-up#{SECRET}", loopback=True)
    # The first of them fails in every way one after the other.
    stand_in.answers = [(500, {}), (200, {"errcode": 0}), (302, {}), (200, {"errcode": 93000}), (200, {"errcode": 0})]
    with county_app.app_context():
        raised()
        moment = MOMENT
        for _look in range(4):
            look_at_all(db.session, [wecom, ding], moment)
            look_at_all(db.session, [wecom, ding], moment)  # another process, at once
            moment += timedelta(minutes=10)
        told = {it.recipient: (it.tries, it.error, it.sent_at is not None) for it in robot_notices()}
        assert told == {wecom.name: (4, None, True), ding.name: (1, None, True)}
    assert len(stand_in.told) == 5
    path, body = next(it for it in stand_in.told if it[0].startswith("/dingtalk"))
    query = parse_qs(urlsplit(path).query)
    text = f"{query['timestamp'][0]}\n{SECRET}".encode()
    expected = base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()
    assert query["sign"] == [expected]
    assert body["msgtype"] == "text"
    assert "66.5 °C" in body["text"]["content"]


def test_a_robot_that_is_not_there_is_tried_later(county_app: Flask) -> None:
    robot = Robot(kind="wecom", name="wecom 1", address="http://127.0.0.1:9/wecom/send?key=x")
    with county_app.app_context():
        raised()
        look_at_all(db.session, [robot], MOMENT)
        [notice] = robot_notices()
        assert notice.tries == 1
        assert notice.error is not None
        assert notice.sent_at is None
        assert notice.next_try_at == MOMENT + timedelta(seconds=30)


@pytest.mark.parametrize(
    "address",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x",
        "https://qyapi.weixin.qq.com.example/send?key=x",
        "https://someone@qyapi.weixin.qq.com/send?key=x",
        "https://qyapi.weixin.qq.com:8443/send?key=x",
        "http://127.0.0.1:9/wecom/send",
        "https://",
    ],
)
def test_other_addresses_are_no_robots(address: str, tmp_path: Any) -> None:
    with pytest.raises(Refusal):
        config_from_environment({"STRAWLINE_INSTANCE": str(tmp_path), "STRAWLINE_ROBOTS": address})


def test_a_robot_may_have_a_name_and_a_fault_says_which_of_several_is_wrong(tmp_path: Any) -> None:
    good = "Night=https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"
    here = {"STRAWLINE_INSTANCE": str(tmp_path), "STRAWLINE_ADDRESS": "https://strawline.example/"}
    config = config_from_environment(here | {"STRAWLINE_ROBOTS": good})
    assert [(robot.title, robot.address) for robot in config.robots] == [("Night", good.partition("=")[2])]
    assert config.address == "https://strawline.example"
    with pytest.raises(Refusal) as refused:
        config_from_environment(here | {"STRAWLINE_ROBOTS_ON_LOOPBACK": f"{good} http://127.0.0.1:9/send?key=x"})
    (fault,) = refused.value.details
    assert "robot 2 of 2" in fault
    assert "http://127.0.0.1:PORT/wecom/" in fault
    with pytest.raises(Refusal):
        config_from_environment(here | {"STRAWLINE_ADDRESS": "strawline.example"})


def test_a_robot_that_is_new_is_told_the_gravest_first_and_nothing_that_was_answered(
    county_app: Flask, stand_in: StandIn
) -> None:
    robot = robot_from_setting(f"{stand_in.origin}/wecom/send?key=made-up", loopback=True)
    with county_app.app_context():
        answered, over = raised("test/answered"), raised("test/over")
        yard_id = db.session.get_one(Alarm, answered).yard_id
        for number, severity in enumerate((Severity.ADVICE, Severity.MEND, Severity.BLOCKS)):
            raise_alarm(
                db.session, yard_id=yard_id, kind=severity, subject="x", said={"what": f"it is {severity}"},
                key=severity, moment=MOMENT + timedelta(minutes=number), severity=severity,
            )  # fmt: skip
        db.session.commit()
        end_alarms(db.session, [over], MOMENT)
        db.session.commit()
    tablet = gate_tablet(county_app, ("yard", yard_id))
    sent = tablet.send(tablet.record("alarm_answer", {"alarm_id": answered, "what": "done"}))
    assert sent["results"][0]["status"] == 201
    with county_app.app_context():
        look_at_all(db.session, [robot], MOMENT + timedelta(hours=1), address="https://strawline.example")
    told = [body["text"]["content"] for _path, body in stand_in.told]
    assert [next(word for word in ("blocks", "mend", "advice") if f"it is {word}" in text) for text in told] == [
        "blocks", "mend", "advice",
    ]  # fmt: skip
    assert "https://strawline.example/alarms?state=all#alarm-" in told[0]


def test_the_same_event_alarms_once_and_is_answered_on_the_tablet_and_in_the_office(county_app: Flask) -> None:
    with county_app.app_context():
        yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
    tablet = gate_tablet(county_app, ("yard", yard_id))
    with county_app.app_context():
        number = raised()
        row = db.session.get_one(Alarm, number)
        again = raise_alarm(
            db.session, yard_id=yard_id, kind=row.kind, subject="A1", said=row.said, key=row.key, moment=MOMENT
        )
        assert again is None
        db.session.commit()
    assert [alarm["id"] for alarm in tablet.notebook()["alarms"]] == [number]
    with county_app.app_context():
        told = db.session.scalars(select(AlarmNotice).where(AlarmNotice.channel == "tablet")).all()
        assert [it.sent_at is not None for it in told] == [True]
    said = tablet.send(
        tablet.record("alarm_answer", {"alarm_id": number, "what": "measured again"}),
        tablet.record("alarm_answer", {"alarm_id": number + 1}),
    )
    assert [it["status"] for it in said["results"]] == [201, 422]
    assert tablet.notebook()["alarms"] == []
    browser = log_in(county_app)
    page = browser.get("/alarms?state=all").text
    assert "measured again" in page
    token = csrf_token(browser, "/alarms?state=all")
    done = browser.post(f"/alarms/{number}/answer", data={"csrf_token": token, "what": "on our way"})
    assert done.status_code == 302
    with county_app.app_context():
        assert db.session.scalars(select(AlarmAnswer.what).order_by(AlarmAnswer.answered_at)).all() == [
            "measured again",
            "on our way",
        ]


def test_sensors_send_readings_with_their_secret_and_each_counts_once(county_app: Flask) -> None:
    with county_app.app_context():
        yard = db.session.scalars(select(TransferYard)).first()
        assert yard is not None
        ensure_stacks(db.session, yard)
        stack = stacks_of(db.session, yard.yard_id)[0]
        token = make_gateway(db.session, yard.yard_id, "Sensors", 1, MOMENT)
        place_probe(db.session, stack, "P1", 60, MOMENT)
        db.session.commit()
    browser = county_app.test_client()
    reading = {"probe": "P1", "measured_at": "2026-11-12T10:00:00+08:00", "celsius": 41.5}
    batch = {"readings": [reading, reading | {"celsius": None}, reading | {"probe": "P9"}]}
    header = {"Authorization": f"Sensor {token}"}
    first, second = (browser.post("/data/sensors/readings", json=batch, headers=header) for _time in range(2))
    assert first.get_json() == {"stored": 2, "known_before": 0, "unknown_probes": ["P9"]}
    assert second.get_json() == {"stored": 0, "known_before": 2, "unknown_probes": ["P9"]}
    assert browser.post("/data/sensors/readings", json=batch).status_code == 401
    bad = browser.post("/data/sensors/readings", json={"readings": [{"probe": ""}]}, headers=header)
    assert bad.status_code == 422
    with county_app.app_context():
        assert db.session.scalars(select(MeasuredHeat.temperature_dc).order_by(MeasuredHeat.id)).all() == [415, None]
