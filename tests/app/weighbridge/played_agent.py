"""An agent with its own key beside a scale that is played, served over loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.weighbridge.agent import Clocks, ScaleAgent
from app.weighbridge.agent_server import AgentServers
from app.weighbridge.agent_settings import AgentSettings
from app.weighbridge.deck import deck_limits
from app.weighbridge.readings import Reading, WeightKind
from app.weighbridge.scale_line import ScaleLine
from app.weighbridge.simulation.playing import PlayedScale, played_scale

ORIGIN = "https://gate.demo.example"
NONCE = "0193a5e2-7d51-7c3a-8a6f-000000000001"
OTHER_NONCE = "0193a5e2-7d51-7c3a-8a6f-000000000002"
JSON = {"Content-Type": "application/json"}
NOW = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
SETTINGS = AgentSettings(
    scale_id="Y01-1",
    name="Demo yard, scale 1",
    division_kg=20,
    capacity_kg=80_000,
    origins=(ORIGIN,),
    http_port=0,
    lan_port=0,
    certificate_port=0,
)
SPEED = 20.0
# The rulebook's figures on a clock that runs as fast as the played scale's, but for silence.
FAST_LIMITS = replace(deck_limits(date(2026, 11, 12)), steady_window_s=Decimal(3) / int(SPEED))
DEADLINE_S = 20.0


@contextmanager
def read_by(agent: ScaleAgent, address: str, *, protocol: str | None = "yaohua") -> Iterator[None]:
    """The agent hears the indicator at this address."""
    stop = threading.Event()
    line = ScaleLine(address, protocol=protocol, baud=None)
    reading = threading.Thread(target=line.read, args=(agent.heard,), kwargs={"found": agent.speaks, "stop": stop})
    reading.start()
    try:
        yield
    finally:
        stop.set()
        reading.join()


@contextmanager
def agent_at_scale(
    folder: Path, *, settings: AgentSettings = SETTINGS, protocol: str = "yaohua"
) -> Iterator[tuple[PlayedScale, ScaleAgent, AgentServers]]:
    """A played scale on a pty, the agent that hears it, and its servers."""
    with played_scale(protocol, speed=SPEED) as scale:
        agent = ScaleAgent(folder, settings, FAST_LIMITS)
        with AgentServers(agent, folder) as servers, read_by(agent, scale.address, protocol=protocol):
            yield scale, agent, servers


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that becomes true soon, however busy the machine."""
    until_s = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < until_s, "it did not come true in time"
        time.sleep(0.02)


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def clocks(self) -> Clocks:
        return Clocks(steady_s=lambda: self.at_s, now=lambda: NOW + timedelta(seconds=self.at_s - 100))


def quiet_agent(folder: Path, clock: Clock, settings: AgentSettings = SETTINGS) -> ScaleAgent:
    """An agent above a deck on which nothing has happened yet."""
    return ScaleAgent(folder, replace(settings, protocol="yaohua"), FAST_LIMITS, clock.clocks())


def show(agent: ScaleAgent, clock: Clock, kg: int, *, frames: int = 30) -> None:
    for _ in range(frames):
        clock.at_s += 0.1
        raw = f"{kg:+07d}".encode()
        agent.heard(
            [
                Reading(
                    value_kg=Decimal(kg),
                    kind=WeightKind.UNKNOWN,
                    steady=None,
                    overload=False,
                    negative=kg < 0,
                    raw=raw,
                )
            ]
        )


def truck(agent: ScaleAgent, clock: Clock, kg: int) -> None:
    show(agent, clock, 0)
    show(agent, clock, kg)


def asked(
    address: str, method: str, path: str, body: object = None, *, origin: str | None = ORIGIN, **headers: str
) -> tuple[int, Any, dict[str, str]]:
    """Ask the agent; status, what it says (bytes where that is no JSON), headers in lower case."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
    told = {name.replace("_", "-"): value for name, value in headers.items()} | ({"Origin": origin} if origin else {})
    content = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, path, content, (JSON if content else {}) | told)
    response = connection.getresponse()
    said: Any = response.read()
    if response.headers.get_content_type() == "application/json":
        said = json.loads(said)
    connection.close()
    return response.status, said, {name.lower(): value for name, value in response.getheaders()}
