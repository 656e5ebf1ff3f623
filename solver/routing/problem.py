"""What every routing engine is asked and what it answers.

All figures are whole numbers in units the caller chooses: distances in one, times in another, costs in a third. `n` is
the number of stops, `f` of vehicle kinds, `m` of places, `k` of capacities, `p` of profiles (matrices).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FOREVER = 2**40  # no limit of time or distance
NO_WAY = 2**40  # entries from here on are places that cannot be reached
OPEN_END = -1  # the end of a route that stops where its last stop is


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """`place`: (n,) row of the matrices. `demand`: (n, k) of each capacity. `service`: (n,) time.

    A service starts within `earliest` and `latest` (n,); who comes early waits. `release`: (n,) the trip that serves
    the stop leaves its depot no earlier. `price`: (n,) cost of leaving the stop out; a negative one forbids that.
    """

    place: Ints
    demand: Ints
    service: Ints
    earliest: Ints
    latest: Ints
    release: Ints
    price: Ints

    def __post_init__(self) -> None:
        n = len(self.place)
        rows = (self.service, self.earliest, self.latest, self.release, self.price)
        if self.demand.ndim != 2 or any(len(row) != n for row in (self.demand, *rows)):
            raise ValueError("every array of stops needs one row a stop")
        if (self.demand < 0).any() or any((row < 0).any() for row in rows[:-1]):
            raise ValueError("demands and times of stops must not be negative")

    def __len__(self) -> int:
        return len(self.place)

    def some(self, which: Ints, place: Ints) -> Self:
        """The stops of those indices, each at its new place."""
        fields = ("demand", "service", "earliest", "latest", "release", "price")
        return replace(self, place=place, **{name: getattr(self, name)[which] for name in fields})


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """Kinds of vehicles. `count`: (f,) how many. `capacity`: (f, k) of each trip.

    A route costs `fixed_cost` + `cost_per_distance` × distance + `cost_per_time` × time from leaving to return (f,
    each), leaves no earlier than `earliest`, returns no later than `latest`, takes at most `longest_time` and
    `longest_way` (f,). It goes from `start_place` to `end_place` (f,), `OPEN_END` for none. `reload_places`: f tuples
    of places where the vehicle may begin a new trip, at most `most_reloads` (f,) times. `profile`: (f,) its matrices.
    `admits`: (f, n) whether the kind may serve the stop.
    """

    count: Ints
    capacity: Ints
    fixed_cost: Ints
    cost_per_distance: Ints
    cost_per_time: Ints
    earliest: Ints
    latest: Ints
    longest_time: Ints
    longest_way: Ints
    start_place: Ints
    end_place: Ints
    reload_places: tuple[tuple[int, ...], ...]
    most_reloads: Ints
    profile: Ints
    admits: Flags

    def __post_init__(self) -> None:
        fields = (name for name in self.__slots__ if len(getattr(self, name)) != len(self.count))
        if wrong := list(fields):
            raise ValueError(f"one row a kind is needed in {', '.join(wrong)}")

    def __len__(self) -> int:
        return len(self.count)

    def some(self, kinds: Ints, **changed: object) -> Self:
        """The kinds of those indices, with changed arrays."""
        rows = {name: getattr(self, name)[kinds] for name in self.__slots__ if name != "reload_places"}
        reloads = tuple(self.reload_places[f] for f in kinds)
        return replace(self, **{**rows, "reload_places": reloads, **changed})


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """`distance` and `time`: p matrices (m, m) each, row from, column to; they need not be symmetric."""

    stops: Stops
    fleet: Fleet
    distance: tuple[Ints, ...]
    time: tuple[Ints, ...]

    def __post_init__(self) -> None:
        places, (n, k) = self.places, self.stops.demand.shape
        if any(matrix.shape != (places, places) for matrix in (*self.distance, *self.time)):
            raise ValueError("matrices must be square and of one size")
        if self.fleet.capacity.shape != (len(self.fleet), k) or self.fleet.admits.shape != (len(self.fleet), n):
            raise ValueError("capacities do not fit demands, or admissions not the stops")
        ends = self.fleet.end_place[self.fleet.end_place != OPEN_END]
        reloads = np.array([p for row in self.fleet.reload_places for p in row], dtype=np.int64)
        used = np.concatenate((self.stops.place, self.fleet.start_place, ends, reloads))
        if ((used < 0) | (used >= places)).any() or (self.fleet.profile >= len(self.distance)).any():
            raise ValueError("a place or profile has no matrix")
        if any((matrix < 0).any() for matrix in (*self.distance, *self.time)):
            raise ValueError("distances and times must not be negative")
        if any(np.diagonal(matrix).any() for matrix in (*self.distance, *self.time)):
            raise ValueError("a place has no way to itself")

    @property
    def places(self) -> int:
        return len(self.distance[0])


@dataclass(frozen=True, slots=True)
class Route:
    """One vehicle of a kind: stops in their order; `~place` (negative) stands for a reload at that place."""

    kind: int
    visits: tuple[int, ...]

    @property
    def stops(self) -> tuple[int, ...]:
        return tuple(v for v in self.visits if v >= 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """Routes; whatever stands in none of them is left out."""

    routes: tuple[Route, ...] = ()


def uniform_fleet(problem_stops: int, *, count: int, capacity: Ints, **changed: object) -> Fleet:
    """One kind at place 0, closed routes, cost 1 a unit of distance, no other limits; `changed` replaces these."""
    one, none, no_limit = (np.full(1, v, dtype=np.int64) for v in (1, 0, FOREVER))
    kind = Fleet(
        count=np.array([count]),
        capacity=np.asarray(capacity, dtype=np.int64).reshape(1, -1),
        fixed_cost=none,
        cost_per_distance=one,
        cost_per_time=none,
        earliest=none,
        latest=no_limit,
        longest_time=no_limit,
        longest_way=no_limit,
        start_place=none,
        end_place=none,
        reload_places=((),),
        most_reloads=none,
        profile=none,
        admits=np.ones((1, problem_stops), dtype=bool),
    )
    return replace(kind, **changed)  # type: ignore[arg-type]
