"""Reads the common benchmark files of routing: CVRPLIB and PyVRP's dialect of it, Solomon's and Cordeau's texts.

Each set rounds in its own way and counts its best known costs so; `unit` says how much of a `Problem`'s cost is one of
the file's. Distance-only and vehicles-first best costs are different problems here and never compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyvrp

from solver.routing.judge import judge
from solver.routing.problem import FOREVER, NO_WAY, Answer, Fleet, Ints, Problem, Route, Stops, uniform_fleet

Floats = npt.NDArray[np.float64]

# PyVRP's names of the conventions, and how much one unit of the file is in each
ROUNDINGS = {"round": 1, "dimacs": 10, "exact": 1000, "trunc": 1}
ROUNDING_OF_TYPE = {"CVRP": "round", "MTVRPTWR": "dimacs", "VRPTW": "dimacs"}
VEHICLE_FIRST_PRICE = 10**9
SUFFIXES = {".vrp", ".txt"}
NOT_READ = ("BACKHAUL_SECTION", "PICKUP_AND_DELIVERY_SECTION", "MUTUALLY_EXCLUSIVE_GROUP_SECTION")


class UnreadableInstance(ValueError):
    """The file is of none of the formats, or has what is not read; the text says what."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """`best_known` in the file's units (`unit` of the problem's cost each), None where no `.sol` beside tells it."""

    name: str
    problem: Problem
    unit: int
    rounding: str
    best_known: float | None


def read_instance(path: Path, *, vehicles_first: bool = False) -> Instance:
    """The instance in a file, and the best known cost from `.sol` (with `vehicles_first`: `.hier.sol`) beside it.

    Texts with time windows: distances cut to one decimal as the DIMACS challenge did; with `vehicles_first` in
    thousandths, a vehicle costing more than any way. Raises UnreadableInstance.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    if re.search(r"^\s*DIMENSION\s*:", text, re.MULTILINE):
        if vehicles_first:
            raise UnreadableInstance(f"{path.name}: best costs with fewest vehicles first are of texts only")
        return _vrplib(path, text)
    rows = [list(map(float, line.split())) for line in text.splitlines() if _all_numbers(line)]
    if rows and len(rows[0]) == 2 and all(len(row) == 7 for row in rows[1:]) and len(rows) > 2:
        return _solomon(path, rows, vehicles_first=vehicles_first)
    if rows and len(rows[0]) == 4 and not vehicles_first:
        return _cordeau(path, rows)
    raise UnreadableInstance(f"{path.name} is none of CVRPLIB, Solomon and Cordeau")


def _all_numbers(line: str) -> bool:
    return bool(re.fullmatch(r"[-+.\deE\s]*\d[-+.\deE\s]*", line))


def _solomon(path: Path, rows: Sequence[Sequence[float]], *, vehicles_first: bool) -> Instance:
    table = np.array(rows[1:])
    scale, rounding = (1000, "exact") if vehicles_first else (10, "dimacs")
    ways = _distances(table[:, 1:3])
    matrix = np.rint(ways * scale).astype(np.int64) if vehicles_first else np.floor(ways * scale).astype(np.int64)
    times = np.rint(table[:, 4:7] * scale).astype(np.int64)
    fleet = uniform_fleet(
        len(table) - 1,
        count=int(rows[0][0]),
        capacity=np.array([rows[0][1]]),
        fixed_cost=np.array([VEHICLE_FIRST_PRICE if vehicles_first else 0]),
        earliest=times[:1, 0],
        latest=times[:1, 1],
    )
    problem = Problem(
        _stops(table[1:, 3], times[1:, 2], windows=times[1:, :2], first_place=1), fleet, (matrix,), (matrix,)
    )
    beside = path.with_suffix(".hier.sol" if vehicles_first else ".sol")
    best = _best_known(problem, beside, scale)
    return Instance(path.stem, problem, scale, rounding, best)


def _cordeau(path: Path, rows: Sequence[Sequence[float]]) -> Instance:
    """Several depots (type 2), or these with time windows (type 6); in thousandths."""
    kind, vehicles, n, depots = (int(v) for v in rows[0])
    if kind not in (2, 6) or len(rows) < 1 + 2 * depots + n:
        raise UnreadableInstance(f"{path.name}: Cordeau's types 2 and 6 are read, this is {kind}")
    scale = ROUNDINGS["exact"]
    limits = np.array([row[:2] for row in rows[1 : 1 + depots]])
    sites = rows[1 + depots : 1 + 2 * depots + n]
    ways = np.rint(_distances(np.array([row[1:3] for row in sites])) * scale).astype(np.int64)
    each = np.array([row[3:5] for row in sites[:n]])
    windows = np.array([row[-2:] for row in sites]) * scale if kind == 6 else np.array([[0, FOREVER]] * (n + depots))
    windows = windows.astype(np.int64)
    one, none = np.ones(depots, dtype=np.int64), np.zeros(depots, dtype=np.int64)
    fleet = Fleet(
        count=vehicles * one,
        capacity=limits[:, 1:2].astype(np.int64),
        fixed_cost=none,
        cost_per_distance=one,
        cost_per_time=none,
        earliest=windows[n:, 0],
        latest=windows[n:, 1],
        longest_time=np.where(limits[:, 0] > 0, limits[:, 0] * scale, FOREVER).astype(np.int64),
        longest_way=FOREVER * one,
        start_place=n + np.arange(depots),
        end_place=n + np.arange(depots),
        reload_places=((),) * depots,
        most_reloads=none,
        profile=none,
        admits=np.ones((depots, n), dtype=bool),
    )
    service = np.rint(each[:, 0] * scale).astype(np.int64)
    problem = Problem(_stops(each[:, 1], service, windows=windows[:n], first_place=0), fleet, (ways,), (ways,))
    return Instance(path.stem, problem, scale, "exact", _written_cost(path.with_suffix(".sol")))


def _stops(demand: Floats, service: Ints, *, windows: Ints, first_place: int) -> Stops:
    n = len(demand)
    return Stops(
        place=first_place + np.arange(n),
        demand=demand.astype(np.int64).reshape(n, 1),
        service=service,
        earliest=windows[:, 0],
        latest=windows[:, 1],
        release=np.zeros(n, dtype=np.int64),
        price=np.full(n, -1),
    )


def _distances(at: Floats) -> Floats:
    return np.asarray(np.hypot(*(at[:, None, i] - at[None, :, i] for i in range(2))))


def _vrplib(path: Path, text: str) -> Instance:
    """Rounded as the solution beside was: the first convention in which it costs what it says; else by the type."""
    strange = sorted(section for section in NOT_READ if section in text)
    if strange:
        raise UnreadableInstance(f"{path.name}: {', '.join(strange)} is not read")
    header = dict(re.findall(r"^\s*([A-Z_]+)\s*:\s*(\S.*?)\s*$", text, re.MULTILINE))
    usual = ROUNDING_OF_TYPE.get(header.get("TYPE", ""), "exact")
    if usual == "round" and "DISTANCE" in header:
        usual = "exact"  # sets with a longest route are older than whole distances
    beside = path.with_suffix(".sol")
    written = _written_cost(beside)
    for rounding in dict.fromkeys((usual, *ROUNDINGS)) if written else ():
        problem = _from_pyvrp(path, rounding, header)
        answer = _routes_beside(problem, beside)
        verdict = judge(problem, answer)
        if answer.routes and not verdict.broken:
            # a set's best costs may be in units of the file, or as its rounding has made them
            for unit in (1, 10, 100, 1000, 10**4, 10**5, 10**6):
                if written is not None and abs(verdict.cost / unit - written) < 1e-6 * written:
                    return Instance(path.stem, problem, unit, rounding, written)
    return Instance(path.stem, _from_pyvrp(path, usual, header), ROUNDINGS[usual], usual, written)


def _from_pyvrp(path: Path, rounding: str, header: Mapping[str, str]) -> Problem:
    try:
        data = pyvrp.read(path, rounding)
    except (ValueError, KeyError, IndexError, RuntimeError, TypeError) as error:
        raise UnreadableInstance(f"{path.name}: {error}") from error
    clients, kinds = data.clients(), data.vehicle_types()
    places = [depot.location for depot in data.depots()]
    longest = int(float(header.get("DISTANCE", 0)) * ROUNDINGS[rounding]) or FOREVER
    place = np.array([client.location for client in clients])
    matrices = tuple(np.asarray(data.distance_matrix(p)).astype(np.int64) for p in range(data.num_profiles))
    # what a profile does not admit stands behind ways of PyVRP's largest value
    admits = np.array([matrices[kind.profile][kind.start_depot, place] < NO_WAY for kind in kinds])
    ways = tuple(np.minimum(matrix, NO_WAY) for matrix in matrices)

    def of_kinds(name: str) -> Ints:
        return np.array([min(getattr(kind, name), FOREVER) for kind in kinds], dtype=np.int64)

    fleet = Fleet(
        count=of_kinds("num_available"),
        capacity=np.array([kind.capacity for kind in kinds], dtype=np.int64),
        fixed_cost=of_kinds("fixed_cost"),
        cost_per_distance=of_kinds("unit_distance_cost"),
        cost_per_time=of_kinds("unit_duration_cost"),
        earliest=of_kinds("tw_early"),
        latest=of_kinds("tw_late"),
        longest_time=np.minimum(of_kinds("shift_duration"), longest),
        longest_way=of_kinds("max_distance"),
        start_place=np.array([places[kind.start_depot] for kind in kinds]),
        end_place=np.array([places[kind.end_depot] for kind in kinds]),
        reload_places=tuple(tuple(places[depot] for depot in kind.reload_depots) for kind in kinds),
        most_reloads=of_kinds("max_reloads"),
        profile=of_kinds("profile"),
        admits=admits,
    )
    stops = Stops(
        place=place,
        demand=np.array([client.delivery for client in clients], dtype=np.int64),
        service=np.array([client.service_duration for client in clients], dtype=np.int64),
        earliest=np.array([client.tw_early for client in clients], dtype=np.int64),
        latest=np.array([min(client.tw_late, FOREVER) for client in clients], dtype=np.int64),
        release=np.array([client.release_time for client in clients], dtype=np.int64),
        price=np.array([-1 if client.required else client.prize for client in clients], dtype=np.int64),
    )
    return Problem(stops, fleet, ways, ways)


def _best_known(problem: Problem, beside: Path, unit: int) -> float | None:
    """What the routes beside cost by the judge, if they keep the rules; the figure written where there are none."""
    answer = _routes_beside(problem, beside)
    verdict = judge(problem, answer)
    if answer.routes and not verdict.broken:
        return verdict.cost / unit
    return _written_cost(beside)


def _written_cost(beside: Path) -> float | None:
    if not beside.exists():
        return None
    text = beside.read_text(encoding="utf-8", errors="replace")
    found = re.search(r"^\s*cost\s*:?\s*([\d.]+)", text, re.IGNORECASE | re.MULTILINE)
    return float(found.group(1)) if found else None


def _routes_beside(problem: Problem, beside: Path) -> Answer:
    """Routes as written: the k-th is that of the k-th vehicle, a depot inside a route is a reload there."""
    if not beside.exists():
        return Answer()
    text = beside.read_text(encoding="utf-8", errors="replace")
    lines = re.findall(r"^\s*Route\s*#?\s*\d+\s*:([\d ]*)", text, re.IGNORECASE | re.MULTILINE)
    kind_of_vehicle = np.repeat(np.arange(len(problem.fleet)), problem.fleet.count)
    stop_at = {int(place): i for i, place in enumerate(problem.stops.place)}
    routes = []
    for vehicle, line in enumerate(lines):
        visits = tuple(stop_at.get(int(v), ~int(v)) for v in line.split())
        if visits:
            routes.append(Route(int(kind_of_vehicle[min(vehicle, len(kind_of_vehicle) - 1)]), visits))
    return Answer(tuple(routes))


def with_best_known(instance: Instance, cost: float | None) -> Instance:
    """The instance with a best known cost from elsewhere, where none stands beside it."""
    return instance if instance.best_known is not None or cost is None else replace(instance, best_known=cost)
