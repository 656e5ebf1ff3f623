"""Settings: what the environment says, else the one TOML file, else defaults that suit one machine.

SETTINGS is the list of them all. A setting is called `name` in the file and STRAWLINE_NAME in the environment, where
an empty value counts as none.
"""

from __future__ import annotations

import difflib
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.errors import BAD_SETTINGS, Refusal
from app.group_robots import Robot, robot_from_setting
from yard_rules.rulebook import county_books

SECRET_FILE = "secret-key"
CONFIG_VARIABLE = "STRAWLINE_CONFIG"
_PREFIX = "STRAWLINE_"
_SECRET_BYTES = 48
_SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that may differ from one installation to the next.

    `instance` is the folder of what this installation writes (database, secret key, caches). `secure_cookies` True
    sends cookies over HTTPS only: set it wherever the server is reached through a network. `proxies` is how many
    servers of ours a request passes before this one: so many entries of X-Forwarded-For are believed. Without a
    `metrics_token` /metrics is closed. `log_level` "warning" logs no request that went well. `styleguide` True shows
    the parts of the pages at /styleguide. `second_factor` "required" lets an office account open nothing before it has
    set up codes of an app. Who signed in on a tablet with a PIN is out after `tablet_session_h` hours, and after
    `tablet_idle_min` minutes without a touch. `dry_straw` says how the plan's dry-straw weight is read (H6): "cap" or
    "full" (`yard_rules.dry_straw`). `county_rules` holds rulebooks of the county, whose figures take the place of ours
    (`yard_rules.rulebook`). `robots` are told every alarm of the yards; `robots_on_loopback` too, at
    addresses of this machine, for trying out. `address` is how people reach the server (https://…): messages carry
    links to it. `settings_file` is the file that was read, if any.
    """

    instance: Path
    database_url: str
    secret_key: str
    secure_cookies: bool = False
    busy_timeout_ms: int = 10_000
    proxies: int = 0
    metrics_token: str | None = None
    log_level: str = "info"
    styleguide: bool = False
    second_factor: str = "optional"
    tablet_session_h: int = 12
    tablet_idle_min: int = 30
    dry_straw: str = "cap"
    county_rules: Path | None = None
    robots: tuple[Robot, ...] = ()
    robots_on_loopback: tuple[Robot, ...] = ()
    address: str | None = None
    settings_file: Path | None = None

    @property
    def all_robots(self) -> tuple[Robot, ...]:
        """Those of the services, and those for trying out."""
        return (*self.robots, *self.robots_on_loopback)

    @property
    def cache_folder(self) -> Path:
        """Where answers that can be made again are kept, such as road matrices."""
        return self.instance / "cache"


def config_from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """Return the settings of this installation, making its instance folder and secret key where they are missing.

    Reads SETTINGS from the environment and from the TOML file that STRAWLINE_CONFIG names. Raises Refusal with every
    fault there is: names that mean nothing, values that cannot be, a file that cannot be read.
    """
    environment = os.environ if environment is None else environment
    faults: list[str] = []
    file = Path(environment[CONFIG_VARIABLE]).resolve() if environment.get(CONFIG_VARIABLE) else None
    written = _from_file(file, faults) if file else {}
    written |= _from_variables(environment, faults)
    values: dict[str, Any] = {}
    for name, (where, value) in written.items():
        try:
            values[name] = SETTINGS[name](value)
        except ValueError as fault:
            faults.append(f"{where}: {fault}")
    instance: Path = values.pop("instance", Path("instance")).resolve()
    if not faults:
        try:
            instance.mkdir(mode=0o700, parents=True, exist_ok=True)
            values.setdefault("database_url", f"sqlite:///{instance / 'strawline.sqlite'}")
            if "secret_key" not in values:
                values["secret_key"] = _kept_secret(instance / SECRET_FILE)
        except OSError as fault:
            faults.append(f"instance: the folder {instance} cannot be used: {fault.strerror}")
    if faults:
        raise Refusal(BAD_SETTINGS, faults)
    return Config(instance=instance, settings_file=file, **values)


def county_rules_from_environment(environment: Mapping[str, str] | None = None) -> Path | None:
    """Return the one setting that commands without an installation need too; raises Refusal with its faults."""
    environment = os.environ if environment is None else environment
    file = Path(environment[CONFIG_VARIABLE]).resolve() if environment.get(CONFIG_VARIABLE) else None
    written = (_from_file(file, []) if file else {}) | _from_variables(environment, [])
    where, value = written.get("county_rules", ("", None))
    try:
        return None if value is None else _county_rules(value)
    except ValueError as fault:
        raise Refusal(BAD_SETTINGS, [f"{where}: {fault}"]) from fault


def _from_file(path: Path, faults: list[str]) -> dict[str, tuple[str, Any]]:
    """What the file sets: by name, where it stands and the value."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        faults.append(f"{path}: cannot be read: {fault.strerror}")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        faults.append(f"{path}: not TOML: {fault}")
        return {}
    faults += [f"{path}: {_no_such(name, SETTINGS)}" for name in table if name not in SETTINGS]
    return {name: (f"{path}: {name}", value) for name, value in table.items() if name in SETTINGS}


def _from_variables(environment: Mapping[str, str], faults: list[str]) -> dict[str, tuple[str, Any]]:
    known = {_PREFIX + name.upper(): name for name in SETTINGS}
    ours = {name: value for name, value in environment.items() if name.startswith(_PREFIX) and name != CONFIG_VARIABLE}
    faults += [_no_such(name, known) for name in sorted(ours) if name not in known]
    return {known[name]: (name, value) for name, value in ours.items() if name in known and value}


def _no_such(name: str, known: Mapping[str, object]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"there is no setting {name}" + (f"; did you mean {nearest[0]}?" if nearest else "")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text")
    return value.strip()


def _folder(value: Any) -> Path:
    path = Path(_text(value))
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is not a folder")
    return path


def _county_rules(value: Any) -> Path:
    path = _folder(value).resolve()
    if not path.is_dir():
        raise ValueError(f"there is no folder {path}")
    county_books(path)
    return path


def _database_url(value: Any) -> str:
    try:
        url = make_url(_text(value))
    except ArgumentError:
        # The value stays unsaid: it may hold a password.
        raise ValueError(
            "not a database address; write postgresql://USER@HOST/NAME or sqlite:////FOLDER/FILE"
        ) from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"{url.get_backend_name()} is not supported; use postgresql:// or sqlite:///")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("SQLite needs a file: sqlite:////FOLDER/FILE")
    return _text(value)


def _secret(value: Any) -> str:
    if len(_text(value)) < _SHORTEST_SECRET:
        raise ValueError(f"too short: {_SHORTEST_SECRET} characters or more, made by chance (openssl rand -hex 32)")
    return _text(value)


def _yes_or_no(value: Any) -> bool:
    said = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    text = str(value).strip().lower()
    if text not in said:
        raise ValueError(f"{value!r} is neither yes nor no; write 1 or 0")
    return said[text]


def _whole_number(least: int, most: int) -> Callable[[Any], int]:
    def number(value: Any) -> int:
        try:
            found = int(value) if isinstance(value, str) else value
        except ValueError:
            found = None
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            raise ValueError(f"{value!r} is not a whole number from {least} to {most}")
        return found

    return number


def _one_of(*choices: str) -> Callable[[Any], str]:
    def choice(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"{value!r} is none of {', '.join(choices)}")
        return str(value)

    return choice


def _address(value: Any) -> str:
    parts = urlsplit(_text(value))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("not the address of a server; write https://HOST")
    return _text(value).rstrip("/")


def _robots(*, loopback: bool) -> Callable[[Any], tuple[Robot, ...]]:
    def robots(value: Any) -> tuple[Robot, ...]:
        listed = value if isinstance(value, list) else _text(value).split()
        found, faults = [], []
        for number, one in enumerate(listed, 1):
            try:
                found.append(robot_from_setting(_text(one), loopback=loopback))
            except ValueError as fault:
                faults.append(f"robot {number} of {len(listed)}: {fault}")
        if faults:
            raise ValueError("; ".join(faults))
        return tuple(found)

    return robots


# Name: what reads the value, and raises ValueError where it cannot be.
SETTINGS: dict[str, Callable[[Any], Any]] = {
    "instance": _folder,
    "database_url": _database_url,
    "secret_key": _secret,
    "secure_cookies": _yes_or_no,
    "busy_timeout_ms": _whole_number(100, 120_000),
    "proxies": _whole_number(0, 5),
    "metrics_token": _secret,
    "styleguide": _yes_or_no,
    "tablet_session_h": _whole_number(1, 24),
    "tablet_idle_min": _whole_number(1, 24 * 60),
    "dry_straw": _one_of("cap", "full"),
    "county_rules": _county_rules,
    "robots": _robots(loopback=False),
    "robots_on_loopback": _robots(loopback=True),
    "address": _address,
    "log_level": _one_of("info", "warning", "error"),
    "second_factor": _one_of("optional", "required"),
}


def _kept_secret(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(_SECRET_BYTES)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
    return key
