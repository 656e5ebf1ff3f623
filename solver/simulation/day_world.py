"""What balers, trucks, yards and plants of one played day share: the clock, straw by field, bays and stocks, chance."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from solver.plan import BalerStop, Haul, TruckStop
from solver.scenario import MINUTES_PER_DAY
from solver.simulation.figures import SimulationFigures, Triangle
from solver.simulation.known_county import KnownCounty
from solver.simulation.standing import Standing

Floats = npt.NDArray[np.float64]
Steps = Generator[simpy.Event, Any, Any]

DRAWN_AT_ONCE = 2048
CLOSED_BY_MIN = 2 * MINUTES_PER_DAY


@dataclass(slots=True)
class PlayedRows:
    """What was done on one or more days: a plan's rows, season's rows as (field, bale day, day, hub) to kilograms, and
    what no plan has: kilograms stacked beside a full yard and the most that lay there at once, kilograms by moisture,
    breakdowns, minutes of trucks after their shift."""

    baler_stops: list[BalerStop] = field(default_factory=list)
    hauls: list[Haul] = field(default_factory=list)
    truck_stops: list[TruckStop] = field(default_factory=list)
    season_kg: dict[tuple[int, int, int, int], int] = field(default_factory=lambda: defaultdict(int))
    overflow_kg: int = 0
    overflow_peak_kg: int = 0
    picked_up: list[tuple[int, float]] = field(default_factory=list)
    truck_breakdowns: int = 0
    baler_breakdowns: int = 0
    overtime_min: float = 0.0


@dataclass(slots=True)
class FieldStraw:
    """One field today: bales promised to nobody yet as [ready at, kg], balers that are still to begin there."""

    pieces: list[list[float]]
    to_begin: int = 0

    @property
    def free_kg(self) -> int:
        return int(sum(kg for _, kg in self.pieces))

    def promise(self, kg: int) -> float:
        """Promise `kg`, the first ready first; the minute from which they are there."""
        ready = 0.0
        while kg > 0:
            piece = self.pieces[0]
            part = min(kg, int(piece[1]))
            ready = max(ready, piece[0])
            piece[1] -= part
            kg -= part
            if piece[1] <= 0:
                self.pieces.pop(0)
        return ready


class Draws:
    """Numbers of one triangle, drawn in blocks."""

    def __init__(self, rng: np.random.Generator, triangle: Triangle) -> None:
        self._rng, self._triangle = rng, triangle
        self._block: Iterator[float] = iter(())

    def __call__(self) -> float:
        least, likely, most = self._triangle
        if least == most:
            return likely
        for value in self._block:
            return value
        self._block = iter(self._rng.triangular(least, likely, most, size=DRAWN_AT_ONCE).tolist())
        return next(self._block)


@dataclass(slots=True)
class Machine:
    """A truck or baler today: the breakdown that is to come, as (minute, minutes of repair)."""

    breakdown: tuple[float, float] | None
    seq: int = 0


@dataclass(slots=True)
class Hub:
    bays: simpy.Resource
    windows: list[tuple[float, float]]
    level_kg: int
    capacity_kg: float
    coming_kg: int = 0
    promised_kg: int = 0

    @property
    def over_kg(self) -> float:
        return max(0.0, self.level_kg - self.capacity_kg)


class DayWorld:
    """The day's world; `standing` moves on to the evening with it, before the plants' use."""

    def __init__(
        self,
        known: KnownCounty,
        figures: SimulationFigures,
        standing: Standing,
        rows: PlayedRows,
        *,
        day: int,
        workable: float,
        moisture: Floats,
        rng: np.random.Generator,
    ) -> None:
        self.known, self.county, self.figures = known, known.county, figures
        self.standing, self.rows, self.day = standing, rows, day
        self.workable, self.moisture, self._rng = workable, moisture, rng
        self.env = simpy.Environment()
        self.service = Draws(rng, figures.service_time)
        self.weighing = Draws(rng, figures.weighing_time)
        self.driving = Draws(rng, figures.driving_time)
        self.baling = Draws(rng, figures.baling_time)
        self._straw: dict[int, FieldStraw] = {}
        self._loading: dict[int, simpy.Resource] = {}
        self._news: dict[tuple[str, int], simpy.Event] = {}
        self.hubs = [self._hub(index) for index in range(len(self.county.hubs))]
        self._hauls = 0

    def next_haul_id(self) -> str:
        """A name for the next haul of the day."""
        self._hauls += 1
        return f"D{self.day + 1:03d}-{self._hauls:05d}"

    def wait(self, kind: str, index: int, until: float, enough: Callable[[], bool]) -> Steps:
        """Until it is enough, or the time is over."""
        while not enough() and self.env.now < until - 1e-6:
            yield self.news_of(kind, index) | self.env.timeout(until - self.env.now)

    def closing(self) -> None:
        """Write the stocks of the evening down."""
        for index, hub in enumerate(self.hubs):
            if index < self.county.yards:
                self.standing.yard_kg[index] = hub.level_kg
            else:
                self.standing.plant_kg[index - self.county.yards] = hub.level_kg

    def straw_of(self, index: int) -> FieldStraw:
        """The field's bales, those of the morning at hand. First asked for before a baler begins there."""
        if index not in self._straw:
            kg = sum(lot.kg for lot in self.standing.lots[index])
            self._straw[index] = FieldStraw([[0.0, kg]] if kg else [])
        return self._straw[index]

    def loading_at(self, index: int) -> simpy.Resource:
        if index not in self._loading:
            self._loading[index] = simpy.Resource(self.env)
        return self._loading[index]

    def news_of(self, kind: str, index: int) -> simpy.Event:
        event = self._news.get((kind, index))
        if event is None or event.triggered:
            event = self._news[kind, index] = self.env.event()
        return event

    def tell(self, kind: str, index: int) -> None:
        event = self._news.get((kind, index))
        if event is not None and not event.triggered:
            event.succeed()

    def _hub(self, index: int) -> Hub:
        hub, morning = self.county.hubs[index], self.day * MINUTES_PER_DAY
        windows = [
            (max(opens - morning, 0.0), closes - morning)
            for opens, closes in self.county.windows[index]
            if opens - morning < CLOSED_BY_MIN and closes > morning
        ]
        yards = self.county.yards
        if index < yards:
            capacity = float(int(self.county.scenario.yards[index].capacity_t * 1000 + 1e-6))
            return Hub(simpy.Resource(self.env, hub.bays), windows, self.standing.yard_kg[index], capacity)
        level = self.standing.plant_kg[index - yards]
        return Hub(simpy.Resource(self.env, hub.bays), windows, level, math.inf)

    def breakdowns(
        self, shift_hours: Sequence[float], hours_between: float, repair_h: Triangle
    ) -> list[tuple[float, float] | None]:
        """For every machine when after its shift's start it breaks down, and the minutes of repair; drawn for all,
        so that who works today changes nothing of the others."""
        hours = np.array(shift_hours)
        draws = self._rng.random((3, len(hours)))
        if math.isinf(hours_between):
            return [None] * len(hours)
        broken = draws[0] < 1.0 - np.exp(-hours / hours_between)
        least, likely, most = repair_h
        spread = max(most - least, 1e-9)
        rising = draws[2] < (likely - least) / spread
        repair = np.where(
            rising,
            least + np.sqrt(draws[2] * spread * (likely - least)),
            most - np.sqrt((1 - draws[2]) * spread * (most - likely)),
        )
        return [
            (float(60 * h * at), float(60 * r)) if b else None
            for h, at, r, b in zip(hours, draws[1], repair, broken, strict=True)
        ]


def whole_minute(minute: float) -> int:
    """Whole minutes, always rounded down: the order of events stays as it was."""
    return math.floor(minute + 1e-6)
