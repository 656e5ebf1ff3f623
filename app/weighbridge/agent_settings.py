"""What the agent beside a scale is told once: agent.toml in its folder."""

from __future__ import annotations

import ipaddress
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from app.weighbridge.agent_files import write_whole
from app.weighbridge.links import TCP

FILE_NAME: Final = "agent.toml"
LOOPBACK: Final = "127.0.0.1"
# Where an agent may be reached, and all that its certificates can ever be good for.
PRIVATE_NETWORKS: Final = tuple(
    map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"),
    )
)
PRIVATE_DOMAIN: Final = "local"
_LAN_NAME = re.compile(r"[a-z0-9-]{1,60}\.local")
# As in the register.
_LONGEST_ID, _LONGEST_NAME = 64, 200


class SettingsFault(ValueError):
    """What is wrong with the settings, one sentence a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """Which scale this is, where its indicator is plugged in, and who may look.

    `origins`: the sites whose pages may ask. `port`: /dev/ttyUSB0, COM3 or tcp://host:port; `protocol` and `baud` None:
    found by trying. `lan_address`: an address of this machine on the yard's network, where it also listens, with TLS.
    A listening port of 0 is any that is free.
    """

    scale_id: str
    name: str
    division_kg: int
    capacity_kg: int
    origins: tuple[str, ...]
    port: str | None = None
    protocol: str | None = None
    baud: int | None = None
    http_port: int = 8765
    lan_address: str | None = None
    lan_name: str | None = None
    lan_port: int = 8766
    certificate_port: int = 8767

    def __post_init__(self) -> None:
        faults = [f"{name}: {fault}" for name, rule in _RULES.items() if (fault := rule(getattr(self, name)))]
        if faults:
            raise SettingsFault("\n".join(faults))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where pages find the agent, best first."""
        lan = [host for host in (self.lan_address, self.lan_name) if host is not None]
        return (
            f"http://{LOOPBACK}:{self.http_port}",
            *(f"https://{url_host(host)}:{self.lan_port}" for host in lan),
        )


def read_settings(folder: Path) -> AgentSettings:
    """Return what agent.toml says; raises SettingsFault for a file that is missing, not TOML, or says it wrongly."""
    path = folder / FILE_NAME
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise SettingsFault(f"{path} is missing: enrol this scale first (strawline weighbridge enrol)") from missing
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsFault(f"{path} is not TOML: {fault}") from fault
    return settings_of(given)


def settings_of(given: Mapping[str, Any]) -> AgentSettings:
    """Return the settings that a mapping of names to values says; raises SettingsFault."""
    known = {field.name for field in fields(AgentSettings)}
    unknown = sorted(set(given) - known)
    missing = sorted({"scale_id", "name", "division_kg", "capacity_kg", "origins"} - set(given))
    if unknown or missing:
        told = [f"{name}: no such setting" for name in unknown] + [f"{name}: is missing" for name in missing]
        raise SettingsFault("\n".join(told))
    origins = given["origins"]
    return AgentSettings(**{**given, "origins": tuple(origins) if isinstance(origins, list | tuple) else origins})


def write_settings(folder: Path, settings: AgentSettings) -> None:
    """Write agent.toml, in place of the one before."""
    lines = ["# Written by `strawline weighbridge enrol`."]
    for name, value in asdict(settings).items():
        if value is not None:
            # A JSON text, number or list of texts reads the same in TOML.
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    write_whole(folder / FILE_NAME, ("\n".join(lines) + "\n").encode())


def url_host(host: str) -> str:
    """Return a host as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def _text(longest: int) -> Callable[[object], str | None]:
    def rule(value: object) -> str | None:
        fits = isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()
        return None if fits else f"a text of 1 to {longest} signs is wanted, not {value!r}"

    return rule


def _whole_number(most: int, least: int = 1) -> Callable[[object], str | None]:
    def rule(value: object) -> str | None:
        fits = type(value) is int and least <= value <= most
        return None if fits else f"a whole number of {least} to {most} is wanted, not {value!r}"

    return rule


def _or_none(rule: Callable[[object], str | None]) -> Callable[[object], str | None]:
    return lambda value: None if value is None else rule(value)


def _origins(value: object) -> str | None:
    if not isinstance(value, tuple) or not value:
        return "at least one site is wanted whose pages may ask"
    wrong = [repr(origin) for origin in value if not isinstance(origin, str) or not _is_origin(origin)]
    return f"https://site, without path, is wanted, not {', '.join(wrong)}" if wrong else None


def _is_origin(origin: str) -> bool:
    """As browsers write it: lower case, no path. Plain http only from this machine, for trying things out."""
    try:
        parts = urlsplit(origin)
        near = parts.hostname in (LOOPBACK, "localhost")
        written = f"{parts.scheme}://{parts.netloc}"
        return bool(parts.hostname) and origin == written.lower() and (parts.scheme == "https" or near)
    except ValueError:
        return False


def _port(value: object) -> str | None:
    fault = _text(200)(value)
    if fault or not str(value).startswith(TCP):
        return fault
    try:
        parts = urlsplit(str(value))
        fits = parts.hostname and parts.port
    except ValueError:
        fits = None
    return None if fits else f"{TCP}host:port is wanted, not {value!r}"


def _lan_address(value: object) -> str | None:
    try:
        address = ipaddress.ip_address(str(value))
    except ValueError:
        return f"an IP address is wanted, not {value!r}"
    fits = any(address in network for network in PRIVATE_NETWORKS)
    return None if fits else f"{value} is not an address of a private network"


def _lan_name(value: object) -> str | None:
    fits = isinstance(value, str) and _LAN_NAME.fullmatch(value)
    return None if fits else f"a name like scale-y01.local is wanted, not {value!r}"


_RULES: Final[Mapping[str, Callable[[object], str | None]]] = {
    "scale_id": _text(_LONGEST_ID),
    "name": _text(_LONGEST_NAME),
    "division_kg": _whole_number(1000),
    "capacity_kg": _whole_number(1_000_000),
    "origins": _origins,
    "port": _or_none(_port),
    "protocol": _or_none(_text(40)),
    "baud": _or_none(_whole_number(1_000_000)),
    "http_port": _whole_number(65_535, least=0),
    "lan_address": _or_none(_lan_address),
    "lan_name": _or_none(_lan_name),
    "lan_port": _whole_number(65_535, least=0),
    "certificate_port": _whole_number(65_535, least=0),
}
