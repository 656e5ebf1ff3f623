from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.weighbridge.agent_files import agent_key
from app.weighbridge.agent_settings import SettingsFault, read_settings, write_settings
from app.weighbridge.certificates import certificate_files, fingerprint
from app.weighbridge.deck import deck_limits
from app.weighbridge.enrol_command import enrol
from app.weighbridge.read_command import PROGRAM_MADE, _limits, read
from app.weighbridge.signing import fingerprint as key_fingerprint
from app.weighbridge.signing import public_text
from app.weighbridge.simulation.playing import played_scale
from tests.app.weighbridge.played_agent import ORIGIN, SETTINGS, asked, wait_until

ENROLLED = {
    "scale_id": "Y01-1",
    "name": "Demo yard, scale 1",
    "division_kg": 20,
    "capacity_kg": 80_000,
    "origin": ORIGIN,
}


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    settings = replace(
        SETTINGS,
        scale_id="北场-1",
        name='一号地磅 "东"',
        port="tcp://192.168.1.50:4001",
        baud=1200,
        lan_address="192.168.1.20",
        http_port=8765,
    )
    write_settings(tmp_path, settings)
    assert read_settings(tmp_path) == settings
    assert settings.addresses == ("http://127.0.0.1:8765", "https://192.168.1.20:0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scale_id", "Y01\t1"),
        ("name", "two\nlines"),
        ("division_kg", 0),
        ("division_kg", True),
        ("capacity_kg", "80000"),
        ("origins", ()),
        ("origins", ("http://gate.demo.example",)),
        ("origins", ("https://gate.demo.example/",)),
        ("origins", ("https://Gate.demo.example",)),
        ("origins", ("https://[",)),
        ("port", "tcp://192.168.1.50"),
        ("port", "tcp://192.168.1.50:port"),
        ("baud", -9600),
        ("lan_address", "8.8.8.8"),
        ("lan_address", "0.0.0.0"),
        ("lan_address", "scale"),
        ("lan_name", "scale.example"),
        ("http_port", 65_536),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: object) -> None:
    with pytest.raises(SettingsFault, match=f"^{name}: "):
        replace(SETTINGS, **{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("=", "not TOML"),
        ('scale_id = "Y01-1"', "division_kg: is missing"),
        ("speed = 3", "speed: no such setting"),
    ],
)
def test_a_file_that_is_wrong_is_told_of(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "agent.toml").write_text(content)
    with pytest.raises(SettingsFault, match=told):
        read_settings(tmp_path)


class StandInServer(ThreadingHTTPServer):
    """Answers to an enrolment as Strawline does, and remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _StandIn)
        self.told: list[dict[str, Any]] = []
        self.answer: tuple[int, object] = (200, ENROLLED)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _StandIn(BaseHTTPRequestHandler):
    server: StandInServer

    def do_POST(self) -> None:
        assert self.path == "/data/scales/enrol"
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status, answer = self.server.answer
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Not into the tests' output."""


@pytest.fixture
def server() -> Iterator[StandInServer]:
    with StandInServer() as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def enrolled(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(enrol, ["--folder", str(folder), *arguments])


def test_enrolling_tells_the_server_the_key_and_keeps_what_it_answers(tmp_path: Path, server: StandInServer) -> None:
    told = ("--server", server.url, "--code", "4711-0815", "--port", "/dev/ttyUSB0", "--lan", "192.168.1.20")
    result = enrolled(tmp_path, *told)
    assert result.exit_code == 0, result.output
    settings = read_settings(tmp_path)
    key = public_text(agent_key(tmp_path))
    assert server.told == [
        {
            "code": "4711-0815",
            "public_key": key,
            "addresses": ["http://127.0.0.1:8765", "https://192.168.1.20:8766"],
        }
    ]
    assert (settings.scale_id, settings.name, settings.division_kg) == ("Y01-1", "Demo yard, scale 1", 20)
    assert (settings.origins, settings.port) == ((ORIGIN,), "/dev/ttyUSB0")
    assert f"{key}, fingerprint {key_fingerprint(key)}" in result.output
    assert fingerprint(certificate_files(tmp_path).authority) in result.output
    assert enrolled(tmp_path, *told).exit_code == 0
    assert server.told[1]["public_key"] == key, "the key stays"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            (422, {"error": {"code": "enrol_code", "what": "The code has ended.", "next_step": "Ask for a new one."}}),
            "The code has ended. Ask for a new one.",
        ),
        ((302, {}), "302"),
        ((200, {"scale_id": "Y01-1"}), "not Strawline"),
        ((200, ["Y01-1"]), "not Strawline"),
        ((200, ENROLLED | {"division_kg": "20"}), "division_kg"),
    ],
)
def test_a_server_that_refuses_is_quoted_and_nothing_is_kept(
    tmp_path: Path, server: StandInServer, answer: tuple[int, object], told: str
) -> None:
    server.answer = answer
    result = enrolled(tmp_path, "--server", server.url, "--code", "4711-0815")
    assert result.exit_code == 1
    assert told in result.output
    assert not (tmp_path / "agent.toml").exists()


def test_what_is_typed_is_judged_before_the_code_is_spent(tmp_path: Path, server: StandInServer) -> None:
    result = enrolled(tmp_path, "--server", server.url, "--code", "4711-0815", "--lan", "8.8.8.8")
    assert "lan_address: 8.8.8.8 is not an address of a private network" in result.output
    assert server.told == []


def test_a_server_is_reached_with_tls_or_not_at_all(tmp_path: Path) -> None:
    assert "https:// is wanted" in enrolled(tmp_path, "--server", "http://straw.example", "--code", "1").output
    assert "cannot be reached" in enrolled(tmp_path, "--server", "http://127.0.0.1:1", "--code", "1").output
    assert "belong together" in enrolled(tmp_path, "--server", "https://straw.example").output


def test_without_a_server_everything_is_typed(tmp_path: Path) -> None:
    typed = ["--scale-id", "Y01-1", "--division-kg", "20", "--capacity-kg", "80000"]
    assert "origins: is missing" in enrolled(tmp_path, *typed).output
    result = enrolled(tmp_path, *typed, "--origin", ORIGIN)
    assert result.exit_code == 0, result.output
    assert read_settings(tmp_path).name == "Y01-1"


def test_reading_without_enrolment_says_what_to_do(tmp_path: Path) -> None:
    told = CliRunner().invoke(read, ["--folder", str(tmp_path)])
    assert (told.exit_code, "enrol this scale first" in told.output) == (1, True)
    write_settings(tmp_path, SETTINGS)
    assert "port: is missing" in CliRunner().invoke(read, ["--folder", str(tmp_path)]).output
    other = ["--folder", str(tmp_path), "--port", "/dev/none", "--protocol", "morse"]
    assert "no such protocol" in CliRunner().invoke(read, other).output


def test_one_weight_is_printed_once_it_stands_still() -> None:
    with played_scale("yaohua", speed=5) as scale:
        scale.deck.set_weight(18_460)
        told = CliRunner().invoke(read, ["--once", "--division-kg", "20", "--port", scale.address])
    assert (told.exit_code, told.stdout) == (0, "18460\n")


def test_a_computer_whose_clock_has_stopped_weighs_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clock.now", lambda: datetime(2010, 1, 1, tzinfo=UTC))
    assert _limits() == deck_limits(PROGRAM_MADE)


def test_one_weight_that_does_not_come_ends_with_a_reason(tmp_path: Path) -> None:
    missing = ["--once", "--division-kg", "20", "--port", str(tmp_path / "none"), "--protocol", "yaohua"]
    told = CliRunner().invoke(read, [*missing, "--timeout", "0.3"])
    assert (told.exit_code, "no weight came" in told.output) == (1, True)


def test_the_agent_runs_until_it_is_told_to_end_and_has_its_folder_alone(tmp_path: Path) -> None:
    with played_scale("yaohua", speed=5) as scale:
        write_settings(tmp_path, replace(SETTINGS, port=scale.address))
        scale.deck.set_weight(18_460)
        command = [sys.executable, "-m", "app.cli", "weighbridge", "read", "--folder", str(tmp_path)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
            assert running.stderr is not None
            events = [json.loads(running.stderr.readline())]
            while events[-1]["event"] != "link-open":
                events.append(json.loads(running.stderr.readline()))
            started = next(event for event in events if event["event"] == "started")
            wait_until(lambda: asked(started["urls"][0], "GET", "/state")[1]["kg"] == 18_460)
            second = CliRunner().invoke(read, ["--folder", str(tmp_path)])
            assert (second.exit_code, "another agent runs" in second.output) == (1, True)
            running.terminate()
            assert json.loads(running.stderr.read().splitlines()[-1])["event"] == "stopped"
        assert running.returncode == 0
