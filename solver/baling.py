"""Baling of a day: which baler works in which field when, by OR-Tools routing with time windows.

A large field is cut into parts that several balers can share. In the plan a baler's work in a field is shown as stops
of about a truckload each, since a stop's bales may be loaded from its end.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.constraint_solver.routing_parameters_pb2 import RoutingSearchParameters

from solver.plan import BalerStop
from solver.roads.ways import Ways
from solver.scenario import Baler, Scenario

# A part of a field is at most this share of a baler's working day, so that parts pack well into days.
LARGEST_PART_SHARE = 0.45
# A stop in the plan is about this much straw: a load of a middling truck.
STOP_DRY_T = 3.0
SMALLEST_STOP_MU = 0.05
# A baler with time left begins another field for this much, and goes no farther for it than so.
SMALLEST_PIECE_MU = 6.0
MOST_KM_PER_PIECE = 2.0
# A longer shift would run into the next day's.
LONGEST_SHIFT_H = 24.0
NO_WAY_KM = 1e4
# What leaving a part undone costs in the routing, in seconds of driving per minute of work: more than any way where it
# must be baled today, a long way where another day will do, a short one where the programme has it on a coming day.
MUST_WEIGHT = 3540.0
WISHED_WEIGHT = 50.0
COMING_WEIGHT = 4.0
# A net far below any day's search: what stops by the clock is not the same the next time.
FAR_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class _Part:
    field_id: str
    area_mu: float
    undone_weight: float


@dataclass(frozen=True, slots=True, eq=False)
class _Visit:
    """A baler's work in one field, in real minutes of the day."""

    baler: Baler
    field_id: str
    start_min: float
    end_min: float


def plan_baling(
    scenario: Scenario,
    ways: Ways,
    day: date,
    wanted_mu: Mapping[str, float],
    spare_mu: Mapping[str, float],
    *,
    dry_t_per_mu: Mapping[str, float],
    may_wait: Collection[str] = (),
    coming_mu: Mapping[str, float] = MappingProxyType({}),
) -> tuple[BalerStop, ...]:
    """Stops of the day's balers in `wanted_mu` (mu by field), without those of `may_wait` that lie far from all others,
    and in fields of `coming_mu` that lie by the way. Balers with time left go on in their last field, where `spare_mu`
    leaves any. The same arguments give the same stops."""
    fraction = scenario.workable_fraction(day)
    balers = [b for b in (_without_outages(scenario, b, day) for b in scenario.balers) if b.shift_hours * fraction > 0]
    if fraction <= 0 or not balers or not wanted_mu:
        return ()
    parts = _parts(balers, fraction, {f: mu for f, mu in wanted_mu.items() if f not in may_wait}, MUST_WEIGHT)
    parts += _parts(balers, fraction, {f: mu for f, mu in wanted_mu.items() if f in may_wait}, WISHED_WEIGHT)
    parts += _parts(balers, fraction, coming_mu, COMING_WEIGHT)
    routes = _filled(ways, balers, fraction, _routes(ways, balers, fraction, parts), parts)
    left = {f: max(spare_mu.get(f, 0.0), 0.0) for f in spare_mu}
    stops: list[BalerStop] = []
    for baler, route in zip(balers, routes, strict=True):
        if route:
            visits = _timed(ways, baler, fraction, _merged(route), left)
            stops.extend(_stops(day, visits, dry_t_per_mu))
    return tuple(stops)


def _without_outages(scenario: Scenario, baler: Baler, day: date) -> Baler:
    """The baler with the shift that outages leave it that day."""
    if not scenario.outages:
        return baler
    start, end = scenario.shift_without_outages("baler", baler, day)
    return replace(baler, shift_start_min=math.ceil(start), shift_hours=(math.floor(end) - math.ceil(start)) / 60.0)


def _parts(balers: list[Baler], fraction: float, wanted_mu: Mapping[str, float], undone_weight: float) -> list[_Part]:
    hours = float(np.median([_shift_s(b) for b in balers])) / 3600 * fraction
    largest_mu = max(float(np.median([b.rate_mu_per_h for b in balers])) * hours * LARGEST_PART_SHARE, 1e-3)
    parts: list[_Part] = []
    for field_id, area_mu in sorted(wanted_mu.items()):
        count = max(math.ceil(area_mu / largest_mu - 1e-9), 1)
        parts.extend(_Part(field_id, area_mu / count, undone_weight) for _ in range(count))
    return parts


def _routes(ways: Ways, balers: list[Baler], fraction: float, parts: list[_Part]) -> list[list[_Part]]:
    """Parts of each baler in order; a part that fits nowhere is dropped. Times in whole seconds."""
    homes = sorted({b.home_yard_id for b in balers})
    place_ids = [p.field_id for p in parts] + homes
    km = ways.table(place_ids, place_ids, None).km
    km = np.where(np.isfinite(km), km, NO_WAY_KM)
    depots = [len(parts) + homes.index(b.home_yard_id) for b in balers]
    manager = pywrapcp.RoutingIndexManager(len(place_ids), len(balers), depots, depots)
    routing = pywrapcp.RoutingModel(manager)
    area = np.array([p.area_mu for p in parts] + [0.0] * len(homes))
    kinds = {(b.rate_mu_per_h, b.road_speed_km_h) for b in balers}
    work_s = {rate: np.ceil(area / rate * 3600).astype(np.int64) for rate, _ in kinds}
    drive_and_work = {
        (rate, speed): routing.RegisterTransitMatrix(
            (np.ceil(km / speed * 3600).astype(np.int64) + work_s[rate][:, None]).tolist()
        )
        for rate, speed in sorted(kinds)
    }
    transits = [drive_and_work[b.rate_mu_per_h, b.road_speed_km_h] for b in balers]
    for vehicle, transit in enumerate(transits):
        routing.SetArcCostEvaluatorOfVehicle(transit, vehicle)
    shift_s = [_shift_s(b) for b in balers]
    routing.AddDimensionWithVehicleTransitAndCapacity(transits, 0, shift_s, True, "shift")
    if fraction < 1.0:  # the weather limits the work, not the driving (unary transits fail where rates differ)
        work = {
            rate: routing.RegisterTransitMatrix(np.broadcast_to(seconds[:, None], km.shape).tolist())
            for rate, seconds in sorted(work_s.items())
        }
        dry_s = [int(s * fraction) for s in shift_s]
        routing.AddDimensionWithVehicleTransitAndCapacity(
            [work[b.rate_mu_per_h] for b in balers], 0, dry_s, True, "dry"
        )
    mean_rate = float(np.mean([b.rate_mu_per_h for b in balers]))
    for node, part in enumerate(parts):
        minutes = part.area_mu / mean_rate * 60
        # the arcs count the work too, and what is left undone saves it
        routing.AddDisjunction([manager.NodeToIndex(node)], int(minutes * (60 + part.undone_weight)) + 1)
    answer = routing.SolveWithParameters(_search())
    routes: list[list[_Part]] = [[] for _ in balers]
    if answer is None:
        return routes
    for vehicle in range(len(balers)):
        index = answer.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(index):
            routes[vehicle].append(parts[manager.IndexToNode(index)])
            index = answer.Value(routing.NextVar(index))
    return routes


def _filled(
    ways: Ways, balers: list[Baler], fraction: float, routes: list[list[_Part]], parts: list[_Part]
) -> list[list[_Part]]:
    """The routes with a piece more at their end where a baler has time left: of a field that nobody got round to, whose
    rest waits for another day."""
    undone_mu: dict[str, float] = {}
    for part in parts:
        undone_mu[part.field_id] = undone_mu.get(part.field_id, 0.0) + part.area_mu
    for part in (p for route in routes for p in route):
        undone_mu[part.field_id] -= part.area_mu
    filled = []
    for baler, route in zip(balers, routes, strict=True):
        fields = [f for f, mu in undone_mu.items() if mu >= SMALLEST_PIECE_MU]
        piece = _piece(ways, baler, fraction, route, fields) if route and fields else None
        if piece is not None:
            piece = replace(piece, area_mu=min(piece.area_mu, undone_mu[piece.field_id]))
            undone_mu[piece.field_id] -= piece.area_mu
        filled.append([*route, piece] if piece is not None else route)
    return filled


def _piece(ways: Ways, baler: Baler, fraction: float, route: list[_Part], fields: list[str]) -> _Part | None:
    """As much of the field that lies best by the way home as the baler has time for; None where that is too little."""
    home, last = baler.home_yard_id, route[-1].field_id
    ids = [home, *(p.field_id for p in route), home]
    driven_km = float(np.diagonal(ways.table(ids, ids, None).km, offset=1).sum())
    there, back = ways.table([last], fields, None).km[0], ways.table(fields, [home], None).km[:, 0]
    more_km = there + back - float(ways.table([last], [home], None).km[0, 0])
    shift_h, worked_h = _shift_s(baler) / 3600, sum(p.area_mu for p in route) / baler.rate_mu_per_h
    on_shift_h = shift_h - worked_h - (driven_km + more_km) / baler.road_speed_km_h
    area_mu = np.minimum(on_shift_h, shift_h * fraction - worked_h) * baler.rate_mu_per_h
    best = int(np.argmax(np.where(more_km <= MOST_KM_PER_PIECE, area_mu, -np.inf)))
    if more_km[best] > MOST_KM_PER_PIECE or area_mu[best] < SMALLEST_PIECE_MU:
        return None
    return _Part(fields[best], float(area_mu[best]) * (1 - 1e-6), COMING_WEIGHT)


def _search() -> RoutingSearchParameters:
    """Descent to the next local optimum: it ends by itself, so the same wishes give the same routes on any machine."""
    params = pywrapcp.DefaultRoutingSearchParameters()
    params.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    params.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    params.fallback_to_cp_sat_size_threshold = 0
    params.time_limit.FromMilliseconds(FAR_LIMIT_S * 1000)
    return params


def _shift_s(baler: Baler) -> int:
    return int(min(baler.shift_hours, LONGEST_SHIFT_H) * 3600)


def _merged(route: list[_Part]) -> list[_Part]:
    """Neighbouring parts of one field as one."""
    merged: list[_Part] = []
    for part in route:
        if merged and merged[-1].field_id == part.field_id:
            merged[-1] = replace(part, area_mu=merged[-1].area_mu + part.area_mu)
        else:
            merged.append(part)
    return merged


def _timed(ways: Ways, baler: Baler, fraction: float, route: list[_Part], left: dict[str, float]) -> list[_Visit]:
    """The route from the shift's start on; time that is left goes into more of the last field."""
    ids = [baler.home_yard_id, *(p.field_id for p in route), baler.home_yard_id]
    km = np.diagonal(ways.table(ids, ids, None).km, offset=1)
    drive_min = km / baler.road_speed_km_h * 60.0
    clock = float(baler.shift_start_min)
    shift_min = _shift_s(baler) / 60.0
    dry_min, worked = shift_min * fraction, 0.0
    visits = []
    for part, minutes in zip(route, drive_min, strict=False):
        clock += minutes
        work = min(part.area_mu / baler.rate_mu_per_h * 60.0, dry_min - worked)
        if work <= 0:
            break
        visits.append(_Visit(baler, part.field_id, clock, clock + work))
        clock += work
        worked += work
    free = min(baler.shift_start_min + shift_min - clock - float(drive_min[-1]), dry_min - worked)
    if not visits:
        return []
    last = visits[-1]
    more_mu = min(left.get(last.field_id, 0.0), max(free - 0.01, 0.0) * baler.rate_mu_per_h / 60.0)
    if more_mu > SMALLEST_STOP_MU:
        left[last.field_id] -= more_mu
        end = last.end_min + more_mu / baler.rate_mu_per_h * 60.0
        visits[-1] = _Visit(baler, last.field_id, last.start_min, end)
    return visits


def _stops(day: date, visits: list[_Visit], dry_t_per_mu: Mapping[str, float]) -> list[BalerStop]:
    """Each visit as stops of about a load; times rounded down to the minute, areas as the real minutes give."""
    stops: list[BalerStop] = []
    for visit in visits:
        area_mu = (visit.end_min - visit.start_min) * visit.baler.rate_mu_per_h / 60.0
        count = max(round(area_mu * dry_t_per_mu[visit.field_id] / STOP_DRY_T), 1)
        edges: npt.NDArray[np.float64] = np.linspace(visit.start_min, visit.end_min, count + 1)
        for i in range(count):
            start, end = math.floor(edges[i] + 1e-9), math.floor(edges[i + 1] + 1e-9)
            seq = len(stops) + 1
            part_mu = area_mu / count
            stops.append(BalerStop(day, visit.baler.baler_id, seq, visit.field_id, start, start, end, part_mu))
    return stops
