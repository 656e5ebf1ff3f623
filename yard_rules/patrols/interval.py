"""How often somebody goes round a yard (H39), by what makes it dangerous."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from yard_rules.festivals import festival_night
from yard_rules.heat.ladder import HeatLevel
from yard_rules.rulebook import Figure, Rulebook, rulebook


class Danger(StrEnum):
    """What besides stock, hour, weather and heat makes rounds come closer."""

    LIGHTNING = "lightning"
    HOT_WORK = "hot_work"  # welding, cutting
    OVER_LICENCE = "over_licence"  # more stock than the yard may hold
    LANE_BLOCKED = "lane_blocked"


class PatrolReason(StrEnum):
    """What asks for an interval; the figure is its name with `_every_min`."""

    STOCK = "stock"
    MUCH_STOCK = "much_stock"
    NIGHT = "night"
    RED_FLAG = "red_flag"
    FESTIVAL_NIGHT = "festival_night"
    LIGHTNING = "lightning"
    HOT_WORK = "hot_work"
    OVER_LICENCE = "over_licence"
    LANE_BLOCKED = "lane_blocked"
    HEAT_WATCH = "heat_watch"
    HEAT_WARNING = "heat_warning"
    HEAT_ALARM = "heat_alarm"
    HEAT_EMERGENCY = "heat_emergency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Relative humidity in per mille, wind by its force (Beaufort)."""

    humidity_permille: int
    wind_force: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds in a yard from a moment on; `weather` is None where it is not known. `heat`: of its hottest stack.
    `is_left`: everybody has to leave the yard until an emergency is released."""

    since: datetime
    stock_kg: int
    heat: HeatLevel = HeatLevel.NORMAL
    weather: Weather | None = None
    dangers: frozenset[Danger] = frozenset()
    is_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolInterval:
    """The longest time between two rounds; None where none are needed. `reasons`: those that ask for just that."""

    every: timedelta | None
    reasons: tuple[PatrolReason, ...]
    figures: tuple[Figure, ...]


def patrol_interval(conditions: Conditions, at: datetime, book: Rulebook | None = None) -> PatrolInterval:
    """Return how often somebody goes round at a moment of the county's clock under these conditions.

    None are needed without stock (H39: while stacks stand), whatever else holds, nor of people who have to be out of
    the yard. Raises NoFigure before 2023. Sources:
    rulebooks/patrols.toml.
    """
    figures = patrol_figures(at, book)
    if conditions.is_left or (conditions.stock_kg <= 0 and conditions.heat is HeatLevel.NORMAL):
        return PatrolInterval(every=None, reasons=(), figures=())
    reasons = tuple(_reasons(conditions, at, figures, book))
    return _usual_shortest(at.toordinal(), reasons) if book is None else _shortest(figures, reasons)


@lru_cache(maxsize=1024)
def _usual_shortest(ordinal: int, reasons: tuple[PatrolReason, ...]) -> PatrolInterval:
    """The same few are asked for again and again, of every hour of a season."""
    return _shortest(_usual(ordinal), reasons)


def _shortest(figures: dict[str, Figure], reasons: tuple[PatrolReason, ...]) -> PatrolInterval:
    asking = [(figures[f"{reason}_every_min"], reason) for reason in reasons]
    shortest = min(figure.value for figure, _reason in asking)
    applying = [(figure, reason) for figure, reason in asking if figure.value == shortest]
    return PatrolInterval(
        every=timedelta(minutes=int(shortest)),
        reasons=tuple(reason for _figure, reason in applying),
        figures=tuple(figure for figure, _reason in applying),
    )


def is_red_flag(weather: Weather | None, at: datetime, book: Rulebook | None = None) -> bool:
    """Return whether weather is dangerous: dry air or strong wind; unknown weather is not.

    Source: `red_flag_*` of rulebooks/patrols.toml.
    """
    figures = patrol_figures(at, book)
    return weather is not None and (
        weather.humidity_permille < figures["red_flag_below_humidity_permille"].value
        or weather.wind_force >= figures["red_flag_from_wind_force"].value
    )


def patrol_figures(at: datetime, book: Rulebook | None) -> dict[str, Figure]:
    return dict(book.in_force(at.date())) if book is not None else _usual(at.toordinal())


@lru_cache(maxsize=64)
def _usual(ordinal: int) -> dict[str, Figure]:
    return dict(rulebook("patrols").in_force(datetime.fromordinal(ordinal).date()))


def _reasons(
    conditions: Conditions, at: datetime, figures: dict[str, Figure], book: Rulebook | None
) -> Iterator[PatrolReason]:
    yield PatrolReason.STOCK
    if conditions.stock_kg >= figures["much_stock_kg"].value:
        yield PatrolReason.MUCH_STOCK
    if not figures["night_until_h"].value <= at.hour < figures["night_from_h"].value:
        yield PatrolReason.NIGHT
    if is_red_flag(conditions.weather, at, book):
        yield PatrolReason.RED_FLAG
    if festival_night(at, book) is not None:
        yield PatrolReason.FESTIVAL_NIGHT
    yield from (PatrolReason(danger.value) for danger in sorted(conditions.dangers))
    if conditions.heat > HeatLevel.NORMAL:
        yield PatrolReason(f"heat_{conditions.heat.name.lower()}")
