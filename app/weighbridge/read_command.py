"""`strawline weighbridge read`: the agent beside the scale."""

from __future__ import annotations

import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from app import clock
from app.weighbridge.agent import ScaleAgent
from app.weighbridge.agent_files import FolderInUse, only_agent
from app.weighbridge.agent_log import log, write_json_lines
from app.weighbridge.agent_server import AgentServers
from app.weighbridge.agent_settings import AgentSettings, SettingsFault, read_settings, settings_of
from app.weighbridge.deck import Deck, DeckLimits, DeckState, deck_limits
from app.weighbridge.frames import PROTOCOLS
from app.weighbridge.readings import FrameError, Reading
from app.weighbridge.scale_line import ScaleLine

DEFAULT_FOLDER: Final = Path("scale")
EXIT_REFUSED: Final = 1
# It cannot be earlier than this.
PROGRAM_MADE: Final = date(2026, 11, 1)
SPOKEN: Final = ", ".join(PROTOCOLS)
_LOOK_EVERY_S: Final = 0.1


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where `enrol` has put agent.toml and the key.",
)
@click.option("--port", help="Where the indicator is: /dev/ttyUSB0, COM3 or tcp://192.168.1.50:4001.")
@click.option("--protocol", help=f"What it speaks: {SPOKEN}. Else it is found by trying.")
@click.option("--baud", type=int, help="The speed of the serial port. Else it is found by trying.")
@click.option("--origin", "origins", multiple=True, help="A site whose pages may ask, as https://host. Repeatable.")
@click.option("--lan", "lan_address", help="Also listen on this address of the yard's network, with TLS.")
@click.option("--lan-name", help="A name under .local that the tablets know this machine by.")
@click.option("--http-port", type=int, help="Where to listen on this machine.  [8765]")
@click.option("--lan-port", type=int, help="Where to listen with TLS.  [8766]")
@click.option("--certificate-port", type=int, help="Where tablets fetch the certificate from.  [8767]")
@click.option("--once", is_flag=True, help="Print one steady weight in kg and end.")
@click.option("--division-kg", type=int, help="With --once and without a folder: the scale's division.")
@click.option("--timeout", "timeout_s", type=float, default=60.0, show_default=True, help="With --once: seconds.")
def read(folder: Path, once: bool, division_kg: int | None, timeout_s: float, **given: Any) -> None:
    """Read the scale's indicator and give pages of the configured sites steady, fresh, signed weights."""
    given = {name: value for name, value in given.items() if value not in (None, ())}
    try:
        settings = _settings(folder, given, division_kg if once else None)
        if settings.port is None:
            raise SettingsFault("port: is missing. Where is the indicator plugged in? (--port)")
        line = ScaleLine(settings.port, protocol=settings.protocol, baud=settings.baud)
    except SettingsFault as fault:
        raise click.ClickException(str(fault)) from fault
    except KeyError as fault:
        raise click.ClickException(f"protocol: no such protocol: {fault.args[0]}") from fault
    if once:
        _print_once(settings, line, timeout_s)
    else:
        try:
            with only_agent(folder):
                _serve(folder, settings, line)
        except FolderInUse as held:
            raise click.ClickException(str(held)) from held


def _settings(folder: Path, given: dict[str, Any], division_kg: int | None) -> AgentSettings:
    """What the folder says, changed by the options; `division_kg`: a scale that needs no folder."""
    if division_kg is None:
        kept = asdict(read_settings(folder))
    else:
        kept = {"scale_id": "once", "name": "once", "division_kg": division_kg, "capacity_kg": 1_000_000}
        kept["origins"] = ("https://nobody.invalid",)
    return settings_of(kept | given)


def _serve(folder: Path, settings: AgentSettings, line: ScaleLine) -> None:
    write_json_lines()
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    try:
        agent = ScaleAgent(folder, settings, _limits())
        servers = AgentServers(agent, folder)
    except (OSError, ValueError) as fault:
        raise click.ClickException(f"the agent cannot start: {fault}") from fault
    with servers:
        log("info", "started", scale_id=settings.scale_id, port=settings.port, urls=servers.urls)
        line.read(agent.heard, found=agent.speaks, stop=stop)
    log("info", "stopped")


def _limits() -> DeckLimits:
    """The figures of today. A computer whose clock has stopped must weigh all the same."""
    today = clock.business_day()
    if today < PROGRAM_MADE:
        log("warning", "clock-behind", today=today)
    return deck_limits(max(today, PROGRAM_MADE))


@dataclass(slots=True)
class _Watched:
    """A deck that the line's thread feeds and this one looks at."""

    deck: Deck
    lock: threading.Lock

    def heard(self, entries: list[Reading | FrameError]) -> None:
        with self.lock:
            for entry in entries:
                if isinstance(entry, Reading):
                    self.deck.heard(entry, at_s=time.monotonic())


def _print_once(settings: AgentSettings, line: ScaleLine, timeout_s: float) -> None:
    """Whatever stands steady, an empty deck as well: for trying out the cable, not for a ticket."""
    deck = Deck(_limits(), division_kg=settings.division_kg, capacity_kg=settings.capacity_kg)
    watched, stop = _Watched(deck, threading.Lock()), threading.Event()
    reading = threading.Thread(target=line.read, args=(watched.heard,), kwargs={"found": _no_note, "stop": stop})
    reading.daemon = True
    reading.start()
    until_s = time.monotonic() + timeout_s
    try:
        while time.monotonic() < until_s:
            with watched.lock:
                view = deck.view(at_s=time.monotonic())
            if view.kg is not None and view.steady_for_ms > 0:
                click.echo(view.kg)
                return
            time.sleep(_LOOK_EVERY_S)
    finally:
        stop.set()
        reading.join(timeout=2)
    told = "no weight came" if view.state is DeckState.NO_LINK else f"nothing steady: {view.state}"
    click.echo(f"{told} within {timeout_s:g} s", err=True)
    sys.exit(EXIT_REFUSED)


def _no_note(protocol: str) -> None:
    """A single weight does not say what it was found with."""
