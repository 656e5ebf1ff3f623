"""The figures a season is played with, from `figures.toml` (unit, source, date and kind stand there with each)."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

FIGURES_FILE: Final = Path(__file__).with_name("figures.toml")
Triangle = tuple[float, float, float]
MONTHS: Final = 12


class FiguresUnreadable(ValueError):
    """A file of figures with faults, each a sentence."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationFigures:
    """Named as in the file. Triangles are least, most likely, most; the tuples by month begin with January."""

    rain_days_by_month: tuple[float, ...]
    rain_mm_by_month: tuple[float, ...]
    rain_follows_rain: float
    rain_factor: float
    light_rain_below_mm: float
    heavy_rain_above_mm: float
    workable_after_light_rain: tuple[float, ...]
    workable_after_middling_rain: tuple[float, ...]
    workable_after_heavy_rain: tuple[float, ...]
    forecast_right: float
    moisture_at_harvest: float
    drying_days_before_ready: float
    equilibrium_dry_basis: float
    drying_per_sunny_day_by_month: tuple[float, ...]
    raked_swath_dries: float
    cloudy_day_dries: float
    cloudy_share_of_dry_days: float
    rain_wets_per_mm: float
    rain_wets_at_most: float
    wettest: float
    paid_as_weighed_up_to: float
    service_time: Triangle
    weighing_time: Triangle
    driving_time: Triangle
    baling_time: Triangle
    truck_hours_between_breakdowns: float
    truck_repair_h: Triangle
    baler_hours_between_breakdowns: float
    baler_repair_h: Triangle
    patience_min: float
    overtime_min: float
    finished_below_share: float


# A share that has no place above 1.
_AT_MOST_ONE: Final = frozenset(
    {
        "rain_follows_rain",
        "workable_after_light_rain",
        "workable_after_middling_rain",
        "workable_after_heavy_rain",
        "forecast_right",
        "moisture_at_harvest",
        "cloudy_day_dries",
        "cloudy_share_of_dry_days",
        "wettest",
        "paid_as_weighed_up_to",
        "finished_below_share",
    }
)
_TRIANGLES: Final = frozenset(
    {"service_time", "weighing_time", "driving_time", "baling_time", "truck_repair_h", "baler_repair_h"}
)


@cache
def default_figures() -> SimulationFigures:
    """Return the figures of the file beside this module."""
    return SimulationFigures(**_read(FIGURES_FILE))


def read_figures(path: Path) -> SimulationFigures:
    """Return our figures with those of the file at `path` in their place.

    Raises FiguresUnreadable with every fault, OSError where there is no such file.
    """
    return replace(default_figures(), **_read(path))


def calm_figures() -> SimulationFigures:
    """Return the figures of a season in which all goes as reckoned: no breakdown, no time scatters, dry straw.

    The weather is then that of the scenario, see `weather.scenario_weather`.
    """
    as_reckoned = (1.0, 1.0, 1.0)
    return replace(
        default_figures(),
        forecast_right=1.0,
        service_time=as_reckoned,
        weighing_time=as_reckoned,
        driving_time=as_reckoned,
        baling_time=as_reckoned,
        truck_hours_between_breakdowns=math.inf,
        baler_hours_between_breakdowns=math.inf,
        overtime_min=0.0,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FiguresUnreadable([f"{path.name} is not TOML: {error}"]) from error
    names = {f.name for f in fields(SimulationFigures)}
    faults: list[str] = []
    figures: dict[str, Any] = {}
    for name, entry in given.items():
        if name not in names:
            faults.append(f"{name} is no figure of a simulation")
            continue
        missing = [part for part in ("unit", "value", "source", "date", "kind") if part not in _members(entry)]
        if missing:
            faults.append(f"{name} lacks {', '.join(missing)}")
            continue
        fault = _fault(name, entry["value"])
        if fault:
            faults.append(f"{name}: {fault}")
        else:
            value = entry["value"]
            figures[name] = tuple(float(v) for v in value) if isinstance(value, list) else float(value)
    if faults:
        raise FiguresUnreadable(faults)
    return figures


def _members(entry: object) -> dict[str, Any]:
    return entry if isinstance(entry, dict) else {}


def _fault(name: str, value: object) -> str | None:
    several = name.endswith("_by_month") or name.startswith("workable_after") or name in _TRIANGLES
    numbers: list[Any] = value if isinstance(value, list) else [value]
    if several != isinstance(value, list):
        return "several numbers in brackets" if several else "one number"
    if any(isinstance(n, bool) or not isinstance(n, int | float) or not 0 <= n < math.inf for n in numbers):
        return "numbers, 0 or more"
    if name.endswith("_by_month") and len(numbers) != MONTHS:
        return "twelve numbers, January first"
    if name in _TRIANGLES and (len(numbers) != 3 or sorted(numbers) != numbers or numbers[0] <= 0):
        return "three numbers above 0: least, most likely, most"
    if name in _AT_MOST_ONE and any(n > 1 for n in numbers):
        return "at most 1"
    if name.endswith("between_breakdowns") and numbers[0] <= 0:
        return "above 0"
    return None
