"""Rain as it may fall, what it leaves of a baler's day, and how straw dries and gets wet in the swath."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from solver.scenario import Scenario
from solver.simulation.figures import SimulationFigures

Floats = npt.NDArray[np.float64]

DAYS_BEFORE = 14  # drawn before the season's start, so that it does not begin dry everywhere
WETTEST_MONTH_SHARE = 0.9


class NoRainFigure(ValueError):
    """The season reaches into months of which the figures say nothing."""

    def __init__(self, months: list[int]) -> None:
        self.months = tuple(months)
        super().__init__(f"no rain figures for months {', '.join(str(m) for m in months)}")


@dataclass(frozen=True, slots=True, eq=False)
class SeasonWeather:
    """Days from DAYS_BEFORE before the season to its end, D in all: `first_day` is the first of them.

    `rain_mm`: (D,). `workable`: (D,) share of a shift. `sun`: (D,) share of a sunny day's drying, 0 in rain.
    """

    first_day: date
    rain_mm: Floats
    workable: Floats
    sun: Floats

    def index(self, day: date) -> int:
        return (day - self.first_day).days

    def fractions(self, scenario: Scenario) -> dict[date, float]:
        """The workable fraction of every day of the season."""
        return {day: float(self.workable[self.index(day)]) for day in scenario.dates}


def draw_weather(scenario: Scenario, figures: SimulationFigures, rng: np.random.Generator) -> SeasonWeather:
    """Return the weather of one season; more rain in the figures only ever adds to the same draws.

    A chain of wet and dry days whose share of wet ones is the month's, with exponential amounts. Raises NoRainFigure.
    """
    days = _days(scenario)
    unsaid = sorted({d.month for d in days if figures.rain_days_by_month[d.month - 1] <= 0})
    if unsaid:
        raise NoRainFigure(unsaid)
    wet_draw, amount_draw, cloud_draw = rng.random(len(days)), rng.exponential(size=len(days)), rng.random(len(days))
    rain_mm = np.zeros(len(days))
    wet = False
    for i, day in enumerate(days):
        chance = _wet_share(figures, day.month, day.year)
        stays = max(figures.rain_follows_rain, chance)
        wet = bool(wet_draw[i] < (stays if wet else chance * (1.0 - stays) / (1.0 - chance)))
        if wet:
            mean_mm = figures.rain_mm_by_month[day.month - 1] / figures.rain_days_by_month[day.month - 1]
            rain_mm[i] = max(figures.rain_factor * mean_mm * amount_draw[i], 0.1)
    cloudy = cloud_draw < figures.cloudy_share_of_dry_days
    sun = np.where(rain_mm > 0, 0.0, np.where(cloudy, figures.cloudy_day_dries, 1.0))
    return SeasonWeather(days[0], rain_mm, workable_after(rain_mm, figures), sun)


def scenario_weather(scenario: Scenario) -> SeasonWeather:
    """The weather that the scenario says, as a plan reckons with it; nothing is known of its millimetres."""
    days = _days(scenario)
    workable = np.array([scenario.workable_fraction(d) for d in days])
    return SeasonWeather(days[0], np.zeros(len(days)), workable, np.ones(len(days)))


def workable_after(rain_mm: Floats, figures: SimulationFigures) -> Floats:
    """Return what rain leaves of each day's shift, (D,): nothing on the day itself, then what the figures say."""
    workable = np.ones(len(rain_mm))
    for i in np.flatnonzero(rain_mm > 0):
        if rain_mm[i] < figures.light_rain_below_mm:
            after = figures.workable_after_light_rain
        elif rain_mm[i] <= figures.heavy_rain_above_mm:
            after = figures.workable_after_middling_rain
        else:
            after = figures.workable_after_heavy_rain
        for later, share in enumerate((0.0, *after)):
            if i + later < len(workable):
                workable[i + later] = min(workable[i + later], share)
    return workable


def usual_fraction(scenario: Scenario, figures: SimulationFigures) -> dict[int, float]:
    """By month of the season what of a shift is workable on average, from a long drawn row of such months.

    The rule knows no more of the days after tomorrow. One fixed seed: it is a figure, not chance.
    """
    rng = np.random.Generator(np.random.PCG64(0))
    drawn = [draw_weather(scenario, figures, rng) for _ in range(60)]
    months: dict[int, list[float]] = {}
    for weather in drawn:
        for day in scenario.dates:
            months.setdefault(day.month, []).append(float(weather.workable[weather.index(day)]))
    return {month: float(np.mean(values)) for month, values in months.items()}


class SwathMoisture:
    """Moisture of the straw that lies unbaled, (fields,), day after day; wet basis."""

    def __init__(self, scenario: Scenario, figures: SimulationFigures, weather: SeasonWeather) -> None:
        self._figures, self._weather = figures, weather
        drying = timedelta(days=round(figures.drying_days_before_ready))
        self._harvest = np.array([weather.index(f.ready_date - drying) for f in scenario.fields], dtype=np.int64)
        self.share = np.full(len(scenario.fields), figures.moisture_at_harvest)
        self._next = 0

    def on_morning(self, day: date) -> Floats:
        """The moisture on the morning of `day`; days are asked for in order."""
        figures, weather = self._figures, self._weather
        while self._next < weather.index(day):
            i = self._next
            cut = self._harvest <= i
            if weather.rain_mm[i] > 0:
                more = min(figures.rain_wets_per_mm * weather.rain_mm[i], figures.rain_wets_at_most)
                wetter = np.maximum(np.minimum(self.share + more, figures.wettest), self.share)
                self.share = np.where(cut, wetter, self.share)
            else:
                month = (weather.first_day + timedelta(days=i)).month
                sunny = figures.drying_per_sunny_day_by_month[month - 1] * figures.raked_swath_dries
                left = np.exp(-sunny * weather.sun[i])
                dry_basis = self.share / (1.0 - self.share)
                dry_basis = figures.equilibrium_dry_basis + (dry_basis - figures.equilibrium_dry_basis) * left
                self.share = np.where(cut, dry_basis / (1.0 + dry_basis), self.share)
            self._next += 1
        return self.share


def _days(scenario: Scenario) -> list[date]:
    first = scenario.season_start - timedelta(days=DAYS_BEFORE)
    return [first + timedelta(days=i) for i in range(DAYS_BEFORE + len(scenario.dates))]


def _wet_share(figures: SimulationFigures, month: int, year: int) -> float:
    share = figures.rain_factor * figures.rain_days_by_month[month - 1] / calendar.monthrange(year, month)[1]
    return min(share, WETTEST_MONTH_SHARE)
