"""`strawline weighbridge enrol`: a key for this scale, and its public half to the server."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click

from app import clock
from app.weighbridge.agent_files import FolderInUse, agent_key, only_agent
from app.weighbridge.agent_settings import AgentSettings, SettingsFault, settings_of, write_settings
from app.weighbridge.certificates import certificate_files, fingerprint, renew_certificate
from app.weighbridge.read_command import DEFAULT_FOLDER, SPOKEN
from app.weighbridge.signing import fingerprint as key_fingerprint
from app.weighbridge.signing import public_text

ADDRESS: Final = "/data/scales/enrol"
_ANSWER_WITHIN_S: Final = 20
_ANSWER_AT_MOST_BYTES: Final = 65_536
# Placeholders of what only the server's answer says, so that what is typed can be judged before the code is spent.
_NOT_YET_KNOWN: Final = {
    "scale_id": "unknown",
    "name": "unknown",
    "division_kg": 1,
    "capacity_kg": 1,
    "origins": ("https://unknown.invalid",),
}


@click.command()
@click.option("--server", help="Address of Strawline, as https://straw.example.")
@click.option("--code", help="The code that the scale's page there shows.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where to keep agent.toml and the key.",
)
@click.option("--scale-id", help="Without a server: the scale's id.")
@click.option("--name", help="Without a server: what people call the scale.")
@click.option("--division-kg", type=int, help="Without a server: the scale's division.")
@click.option("--capacity-kg", type=int, help="Without a server: the most that it weighs.")
@click.option("--origin", "origins", multiple=True, help="A site whose pages may ask, besides the server. Repeatable.")
@click.option("--port", help="Where the indicator is: /dev/ttyUSB0, COM3 or tcp://192.168.1.50:4001.")
@click.option("--protocol", help=f"What it speaks: {SPOKEN}. Else it is found by trying.")
@click.option("--baud", type=int, help="The speed of the serial port, if it shall not be found by trying.")
@click.option("--lan", "lan_address", help="This machine's address on the yard's network, for tablets there.")
@click.option("--lan-name", help="A name under .local that the tablets know this machine by.")
@click.option("--http-port", type=int, help="Where to listen on this machine.  [8765]")
@click.option("--lan-port", type=int, help="Where to listen with TLS.  [8766]")
@click.option("--certificate-port", type=int, help="Where tablets fetch the certificate from.  [8767]")
def enrol(server: str | None, code: str | None, folder: Path, **given: Any) -> None:
    """Make this scale's key and settings, and tell the server its public key.

    Doing it again keeps the key and the count of what was taken, and changes the settings.
    """
    given = {name: value for name, value in given.items() if value not in (None, ())}
    if (server is None) != (code is None):
        raise click.ClickException("--server and --code belong together")
    try:
        with only_agent(folder):
            settings = _enrolled(folder, given, server, code)
    except (SettingsFault, FolderInUse) as fault:
        raise click.ClickException(str(fault)) from fault
    except (OSError, ValueError) as fault:
        raise click.ClickException(f"not enrolled: {fault}") from fault
    click.echo(f"Scale {settings.scale_id} ({settings.name}), division {settings.division_kg} kg, in {folder}")
    key = public_text(agent_key(folder))
    click.echo(f"Public key {key}, fingerprint {key_fingerprint(key)}")
    for address in settings.addresses:
        click.echo(f"Pages find it at {address}")
    if settings.lan_address:
        authority = certificate_files(folder).authority
        click.echo(f"Tablets trust it with {authority}, SHA-256 {fingerprint(authority)} (docs/weighbridge.md)")


def _enrolled(folder: Path, given: dict[str, Any], server: str | None, code: str | None) -> AgentSettings:
    if server is None or code is None:
        settings = settings_of({"name": given.get("scale_id"), **given})
    else:
        typed = settings_of(_NOT_YET_KNOWN | given)
        answer = _told(
            server, {"code": code, "public_key": public_text(agent_key(folder)), "addresses": typed.addresses}
        )
        origins = dict.fromkeys((answer.pop("origin"), *given.pop("origins", ())))
        settings = settings_of(given | answer | {"origins": tuple(origins)})
    agent_key(folder)
    if settings.lan_address is not None:
        hosts = tuple(host for host in (settings.lan_address, settings.lan_name) if host is not None)
        renew_certificate(folder, hosts, label=settings.scale_id, today=clock.now())
    write_settings(folder, settings)
    return settings


def _told(server: str, members: dict[str, Any]) -> dict[str, Any]:
    """Tell the server, and return the members of its answer that settings are made of."""
    parts = urlsplit(server)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise SettingsFault("--server: https:// is wanted; over plain http anybody could answer")
    request = urllib.request.Request(
        server.rstrip("/") + ADDRESS,
        data=json.dumps(members).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        with _OPENER.open(request, timeout=_ANSWER_WITHIN_S) as response:
            answer = json.loads(response.read(_ANSWER_AT_MOST_BYTES))
    except urllib.error.HTTPError as refusal:
        with refusal:
            told = refusal.read(_ANSWER_AT_MOST_BYTES).decode(errors="replace")
        raise SettingsFault(f"the server refused ({refusal.code}): {_refusal_text(told)}") from refusal
    except urllib.error.URLError as fault:
        raise SettingsFault(f"the server cannot be reached: {fault.reason}") from fault
    wanted = ("scale_id", "name", "division_kg", "capacity_kg", "origin")
    if not isinstance(answer, dict) or not set(wanted) <= set(answer):
        raise SettingsFault(f"what answered is not Strawline: {answer!r:.200}")
    return {name: answer[name] for name in wanted}


def _refusal_text(told: str) -> str:
    try:
        refusal = json.loads(told)
        refusal = refusal.get("error", refusal)
        return " ".join(str(refusal[name]) for name in ("what", "next_step") if refusal.get(name)) or told[:300]
    except (ValueError, AttributeError, TypeError, KeyError):
        return told[:300]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A code that is used once is not sent on to wherever an answer points."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(_NoRedirects)
