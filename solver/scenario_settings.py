"""`scenario.toml`: the figures that hold for the whole scenario."""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from solver.csv_tables import DECIMALS_KEPT, NUMBER_LIMIT, read_text
from solver.faults import FaultLog
from solver.scenario import Scenario

SETTINGS_LIMIT_BYTES = 1024 * 1024
SEASON_LIMIT_DAYS = 3660

_FILE = "scenario.toml"


@dataclass(frozen=True, slots=True)
class _Figure:
    name: str
    default: float | None = None
    least: float = 0.0
    above_zero: bool = False


_FIGURES = (
    _Figure("detour_factor", least=1.0),
    _Figure("road_speed_km_h", above_zero=True),
    _Figure("load_minutes_per_t"),
    _Figure("unload_minutes_per_t"),
    _Figure("weigh_minutes", default=0.0),
    _Figure("bale_dry_t", default=0.1, above_zero=True),
    _Figure("value_yuan_per_t"),
    _Figure("shortage_yuan_per_t"),
    _Figure("lateness_yuan_per_t_day"),
)


def read_settings(folder: Path, faults: FaultLog) -> dict[str, Any]:
    """The members of `scenario.toml` that are sound, named as in `Scenario`; unknown ones are passed over."""
    text = read_text(folder / _FILE, limit_bytes=SETTINGS_LIMIT_BYTES, faults=faults)
    if text is None:
        return {}
    try:
        given = tomllib.loads(text)
    except RecursionError:
        faults.add(_FILE, "is nested too deeply")
        return {}
    except ValueError as error:
        line = re.search(r"at line (\d+)", str(error))
        faults.add(_FILE, f"is not TOML: {error}", row=int(line[1]) if line else None)
        return {}
    settings: dict[str, Any] = {}
    for name in ("name", "timezone"):
        if _given(given, name, faults):
            if isinstance(given[name], str):
                settings[name] = given[name]
            else:
                faults.add(_FILE, 'text in quotation marks, as "Asia/Shanghai"', column=name, value=given[name])
    _check_timezone(settings, faults)
    for name in ("season_start", "season_end"):
        if _given(given, name, faults):
            value = given[name]
            if isinstance(value, date) and not isinstance(value, datetime) and 1900 <= value.year < 3000:
                settings[name] = value
            else:
                faults.add(_FILE, "a date as 2026-10-25, without quotation marks", column=name, value=value)
    _check_season(settings, faults)
    for figure in _FIGURES:
        value = _figure(given, figure, faults)
        if value is not None:
            settings[figure.name] = value
    return settings


def settings_text(scenario: Scenario) -> str:
    """The `scenario.toml` of the scenario."""
    lines = [
        f"name = {_toml_string(scenario.name)}",
        f"timezone = {_toml_string(scenario.timezone)}",
        f"season_start = {scenario.season_start.isoformat()}",
        f"season_end = {scenario.season_end.isoformat()}",
        *(f"{figure.name} = {_toml_number(getattr(scenario, figure.name))}" for figure in _FIGURES),
    ]
    return "\n".join(lines) + "\n"


def _given(given: dict[str, Any], name: str, faults: FaultLog) -> bool:
    if name not in given:
        faults.add(_FILE, "the member is missing", column=name)
    return name in given


def _check_timezone(settings: dict[str, Any], faults: FaultLog) -> None:
    name = settings.get("timezone", "UTC")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        # A system without a time-zone database cannot judge the name.
        if available_timezones():
            faults.add(_FILE, "a time zone as Asia/Shanghai", column="timezone", value=name)


def _check_season(settings: dict[str, Any], faults: FaultLog) -> None:
    start, end = settings.get("season_start"), settings.get("season_end")
    if start is None or end is None:
        return
    if end < start:
        faults.add(_FILE, f"not before season_start, {start}", column="season_end", value=end)
    elif (end - start).days >= SEASON_LIMIT_DAYS:
        faults.add(_FILE, f"a season of at most {SEASON_LIMIT_DAYS} days", column="season_end", value=end)


def _figure(given: dict[str, Any], figure: _Figure, faults: FaultLog) -> float | None:
    if figure.name not in given and figure.default is not None:
        return figure.default
    if not _given(given, figure.name, faults):
        return None
    value = given[figure.name]
    allowed = "a number above 0" if figure.above_zero else f"a number, {figure.least:g} or more"
    # In Python a truth value is a whole number too.
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.add(_FILE, allowed, column=figure.name, value=value)
    elif isinstance(value, float) and not math.isfinite(value):
        faults.add(_FILE, "a finite number", column=figure.name, value=value)
    elif value < figure.least or (figure.above_zero and value <= 0):
        faults.add(_FILE, allowed, column=figure.name, value=value)
    elif value > NUMBER_LIMIT:
        faults.add(_FILE, f"a number of at most {NUMBER_LIMIT:.0e}", column=figure.name, value=value)
    else:
        return float(value)
    return None


def _toml_string(text: str) -> str:
    # TOML knows JSON's escapes, but neither an unescaped DEL nor surrogate pairs: so characters stay as they are.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_number(value: float) -> str:
    return repr(round(value, DECIMALS_KEPT))
