from __future__ import annotations

import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.clock import now
from app.database.engine import db
from app.running.last_backup import remember_backup
from app.running.logs import REQUEST_LOG, JsonLines
from tests.conftest import config_for

TOKEN = "a token that only the tests know, and no Prometheus"
PORT = 18_474
WORKERS = 3
SERVER_DEADLINE_S = 60.0


@pytest.fixture
def measured_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app with a token for /metrics, behind one proxy."""
    app = create_app(replace(config_for(database_url, tmp_path), metrics_token=TOKEN, proxies=1))

    @app.get("/failing/<name>")
    def failing(name: str) -> str:
        raise RuntimeError(f"somebody@example.com typed {name}")

    failing.access = "anyone"  # type: ignore[attr-defined]
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the log would say."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    REQUEST_LOG.addHandler(handler)
    REQUEST_LOG.setLevel(logging.INFO)
    yield stream
    REQUEST_LOG.setLevel(logging.NOTSET)
    REQUEST_LOG.removeHandler(handler)


def test_health_tells_whoever_asks_ok_and_nothing_else(measured_app: Flask) -> None:
    answer = measured_app.test_client().get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok\n", "text/plain")
    assert "Set-Cookie" not in answer.headers


def test_health_says_not_ok_where_the_database_does_not_answer(tmp_path: Path) -> None:
    app = create_app(config_for("postgresql://nobody@127.0.0.1:1/nothing", tmp_path))
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (503, "not ok\n")


def test_metrics_are_not_there_without_a_token_in_the_settings(app: Flask) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        assert app.test_client().get("/metrics", headers=headers).status_code == 404


def test_metrics_are_for_whoever_shows_the_token(measured_app: Flask) -> None:
    client = measured_app.test_client()
    for shown in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ü"):
        answer = client.get("/metrics", headers={"Authorization": shown})
        assert answer.status_code == 401, shown
        assert "strawline_" not in answer.text


def test_metrics_count_routes_not_addresses_and_tell_the_last_backup(measured_app: Flask) -> None:
    client = measured_app.test_client()
    remember_backup(measured_app.extensions["strawline.config"], Path("one"), now())
    client.get("/failing/private-name")
    client.get("/no-such-page/private-name")
    client.open("/healthz", method="INVENTED")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert 'strawline_requests_total{method="GET",route="/failing/<name>",status="500"}' in text
    assert 'method="other"' in text
    assert "private-name" not in text
    assert "INVENTED" not in text
    (made_at,) = (line.split()[1] for line in text.splitlines() if line.startswith("strawline_last_backup_timestamp"))
    assert abs(float(made_at) - now().timestamp()) < 60


def test_a_line_for_each_request_says_route_status_and_time_and_nothing_personal(
    measured_app: Flask, lines: io.StringIO
) -> None:
    answer = measured_app.test_client().get(
        "/login?next=/private-page&email=somebody@example.com",
        headers={"X-Forwarded-For": "203.0.113.9", "X-Request-ID": "0123456789abcdef", "User-Agent": "private-agent"},
    )
    assert answer.headers["X-Request-ID"] == "0123456789abcdef"
    (line,) = lines.getvalue().splitlines()
    said = json.loads(line)
    assert said.keys() == {"at", "level", "log", "message", "request_id", "method", "route", "status", "ms"}
    assert (said["method"], said["route"], said["status"]) == ("GET", "/login", 200)
    assert (said["request_id"], said["level"]) == ("0123456789abcdef", "info")
    assert said["ms"] > 0
    for private in ("somebody", "203.0.113.9", "127.0.0.1", "private"):
        assert private not in line


def test_an_id_that_is_none_is_replaced(measured_app: Flask) -> None:
    for given in ("short", "x" * 65, 'a"b}{injected', ""):
        answer = measured_app.test_client().get("/healthz", headers={"X-Request-ID": given})
        assert len(answer.headers["X-Request-ID"]) == 32


def test_of_a_failure_the_kind_and_the_place_are_logged_but_not_its_message(
    measured_app: Flask, lines: io.StringIO
) -> None:
    answer = measured_app.test_client().get("/failing/private-name?x=1")
    assert answer.status_code == 500
    failure, request = map(json.loads, lines.getvalue().splitlines())
    assert failure["failure"] == "builtins.RuntimeError"
    assert failure["where"][-1].endswith(" failing")
    assert failure["request_id"] == request["request_id"] == answer.headers["X-Request-ID"]
    assert (request["status"], request["level"]) == (500, "error")
    assert "somebody" not in lines.getvalue()
    assert "private-name" not in lines.getvalue()


def test_of_what_libraries_report_only_the_sentence_is_kept() -> None:
    try:
        raise ValueError("somebody@example.com")
    except ValueError:
        failed = sys.exc_info()
    record = logging.LogRecord("gunicorn.error", 40, "", 1, "Error handling request %s", ("/x?email=a@b",), failed)
    line = JsonLines().format(record)
    assert json.loads(line)["message"] == "Error handling request %s"
    assert json.loads(line)["failure"] == "builtins.ValueError"
    assert "@" not in line


def test_visitors_behind_our_proxy_have_their_own_address(measured_app: Flask) -> None:
    from flask import request

    with measured_app.test_client() as client:
        client.get("/healthz", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Forwarded-Proto": "https"})
        assert request.remote_addr == "203.0.113.9"
        assert request.is_secure


def test_several_server_processes_count_together(tmp_path: Path, sqlite_copy) -> None:
    environment = os.environ | {
        "STRAWLINE_INSTANCE": str(tmp_path),
        "STRAWLINE_DATABASE_URL": sqlite_copy("empty"),
        "STRAWLINE_METRICS_TOKEN": TOKEN,
        "TMPDIR": str(tmp_path),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(PORT), "--workers", str(WORKERS), "--threads", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        opened("/healthz")
        for _ in range(40):
            opened("/healthz")
        counted = {healthy_requests() for _ in range(2 * WORKERS)}
        assert counted == {41.0}
        assert len(list(tmp_path.glob("strawline-figures-*/*.db"))) >= 2
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=SERVER_DEADLINE_S)
    assert list(tmp_path.glob("strawline-figures-*")) == []
    routes = [json.loads(line).get("route") for line in log.splitlines()]
    assert routes.count("/healthz") == 41


def healthy_requests() -> float:
    text = opened("/metrics", {"Authorization": f"Bearer {TOKEN}"})
    wanted = 'strawline_requests_total{method="GET",route="/healthz",status="200"} '
    (figure,) = (line.removeprefix(wanted) for line in text.splitlines() if line.startswith(wanted))
    return float(figure)


def opened(address: str, headers: dict[str, str] | None = None) -> str:
    """The answer, asked for until the server is there."""
    last = time.monotonic() + SERVER_DEADLINE_S
    while True:
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{PORT}{address}", headers=headers or {})
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > last:
                raise
            time.sleep(0.2)
