"""The measures of docs/yard_drawing.md, counted on a raster: definitions of the document, nothing of the checks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tests.yard_rules.layouts.drawing import Drawing
from tests.yard_rules.layouts.raster import (
    Grid,
    Mask,
    Points,
    area_m2,
    gap_m,
    inside,
    lines,
    outline,
    path_lengths_m,
    seen,
    widest_round_m,
    widest_way_m,
)

CELL_M = 0.25
POINT_KINDS = ("hydrant", "hose_point", "extinguisher", "camera", "light")
STANDING = ("building", "stack", "stack_area", "scale", "apron", "pond", "fence", *POINT_KINDS)
# By the fire grade of a building: from 10 t to 5,000 t outdoors, to 10,000 t, above.
GRADE_M = {1: (15.0, 20.0, 25.0), 2: (15.0, 20.0, 25.0), 3: (20.0, 25.0, 30.0), 4: (25.0, 30.0, 40.0)}
BALE_KG = 110


def properties(yard: Drawing, thing: str) -> dict[str, Any]:
    found: dict[str, Any] = yard.features[thing]["properties"]
    return found


def store_of(yard: Drawing, stack: str) -> str | None:
    """The first store that the stack lies in."""
    stores = [it for it in yard.of_kind("building") if properties(yard, it).get("use") == "store"]
    return next((store for store in sorted(stores) if lies_in(yard, stack, store)), None)


def lies_in(yard: Drawing, thing: str, place: str) -> bool:
    """Whether every point of a thing's outline lies in a place, but for a millimetre."""
    places = outline(yard.shape(thing), 0.5)
    held = inside(yard.shape(place), places)
    (ring,) = lines(yard.shape(place))
    for start, end in pairwise(ring):
        along = np.clip(((places - start) @ (end - start)) / ((end - start) @ (end - start)), 0, 1)
        held |= np.hypot(*(places - start - along[:, None] * (end - start)).T) <= 0.001
    return bool(held.all())


def outdoor_stacks(yard: Drawing) -> list[str]:
    return [stack for stack in yard.of_kind("stack") if store_of(yard, stack) is None]


def mass_kg(yard: Drawing, stack: str) -> float:
    about = properties(yard, stack)
    layers = about.get("layers") or max(1, int(about["height_m"]))
    return float(about.get("mass_kg") or BALE_KG * (about.get("bales") or int((stack_m2(yard, stack) + 0.01) * layers)))


def required_distance(yard: Drawing, thing: str) -> tuple[str, float] | None:
    """Rule and metres that a thing must keep to stacks; None where none."""
    about = properties(yard, thing)
    tonnes = sum(mass_kg(yard, stack) for stack in outdoor_stacks(yard)) / 1000
    grade_m = GRADE_M[about.get("fire_grade", 4)][(tonnes >= 5_000) + (tonnes >= 10_000)] if tonnes >= 10 else 0.0
    flame_m = 1.25 * GRADE_M[4][(tonnes >= 5_000) + (tonnes >= 10_000)] if tonnes >= 10 else 0.0
    home_m = max(50.0, 1.25 * grade_m)
    if about["kind"] == "building":
        return "building_distance", grade_m
    if about["kind"] == "lane" and "road" in about:
        return "site_road_distance", {"main": 10.0, "minor": 5.0}[about["road"]]
    if about["kind"] == "power_line":
        if about.get("is_temporary"):
            return "temporary_line_distance", 1.5
        return "line_distance", max(10.0, 1.5 * about.get("pole_height_m", 10.0))
    if about["kind"] != "neighbour":
        return None
    return {
        "workshop": ("building_distance", grade_m),
        "store": ("building_distance", grade_m),
        "home": ("home_distance", home_m),
        "school": ("home_distance", home_m),
        "public_building": ("home_distance", home_m),
        "class_a": ("class_a_distance", max(25.0, 1.25 * grade_m) if tonnes >= 10 else 0.0),
        "transformer": ("transformer_distance", 50.0),
        "open_flame": ("open_flame_distance", flame_m),
        "railway": ("railway_distance", 30.0),
        "road": ("road_distance", 15.0),
        "water": ("water_distance", 20.0),
    }.get(about["use"])


def gaps_to_stacks(yard: Drawing, thing: str) -> dict[str, float]:
    """Metres to the stacks that a distance counts for: of homes and lines all, else those in the open."""
    rule, _ = required_distance(yard, thing) or ("", 0.0)
    is_for_all = rule in ("home_distance", "line_distance", "temporary_line_distance")
    stacks = yard.of_kind("stack") if is_for_all else outdoor_stacks(yard)
    return {stack: gap_m(yard.shape(thing), yard.shape(stack)) for stack in stacks}


def least_gap_m(yard: Drawing, one: str, other: str) -> float | None:
    """What two stacks of one group, or of one store, keep between them; None for others."""
    stores = store_of(yard, one), store_of(yard, other)
    if stores[0] is not None or stores[1] is not None:
        return 1.0 if stores[0] == stores[1] else None
    return 4.0 if group_of(yard, one) == group_of(yard, other) else None


def group_of(yard: Drawing, stack: str) -> tuple[str, str]:
    group = properties(yard, stack).get("group")
    return ("stack", stack) if group is None else ("group", group)


def common_m2(yard: Drawing, one: str, other: str) -> float:
    """Area that two things have in common, in cells of 0.1 m."""
    grid = Grid.about([yard.shape(one)], 0.1)
    return float((grid.fill(yard.shape(one)) & grid.fill(yard.shape(other))).sum()) * 0.01


def outside_m2(yard: Drawing, thing: str) -> float:
    grid = Grid.about([yard.shape(thing)], 0.1)
    return float((grid.fill(yard.shape(thing)) & ~grid.fill(yard.shape("site"))).sum()) * 0.01


def open_outline_m(yard: Drawing) -> float:
    """Length of the site's outline that is more than 0.25 m from every fence, gate and building."""
    step_m = 0.02
    places = outline(yard.shape("site"), step_m)
    is_open = np.ones(len(places), bool)
    for thing in yard.of_kind("fence", "gate", "building"):
        near = outline(yard.shape(thing), step_m)
        is_open &= _nearest_m(places, near) > 0.25
        is_open &= ~inside(yard.shape(thing), places)
    return float(is_open.sum()) * step_m


def ring_width_m(yard: Drawing, area: str = "area") -> float:
    """Widest disc round a stack area, on the lanes where any are drawn. Off by about two cells."""
    grid = Grid.about([yard.shape("site")], CELL_M)
    core = grid.fill(yard.shape(area))
    free = grid.fill(yard.shape("site")) & ~grid.fill_all(yard.shape(thing) for thing in yard.of_kind(*STANDING))
    if lanes := yard.of_kind("lane"):
        free &= grid.fill_all(yard.shape(lane) for lane in lanes)
    return widest_round_m(grid, free & ~core, core)


def ring_access_m(yard: Drawing, area: str = "area") -> float:
    """Widest disc from a gate to within 6 m of a stack area. Off by about two cells."""
    grid = Grid.about([yard.shape("site")], CELL_M)
    free = grid.fill(yard.shape("site")) & ~grid.fill_all(yard.shape(thing) for thing in yard.of_kind(*STANDING))
    near = _nearest_m(grid.centres, outline(yard.shape(area), CELL_M)) <= 6.0
    goal = (near | inside(yard.shape(area), grid.centres)).reshape(free.shape)
    gates = grid.fill_all(map(yard.shape, vehicle_gates(yard)))
    return widest_way_m(grid, free, gates, goal, reach_goal_m=0.0)


def vehicle_gates(yard: Drawing) -> list[str]:
    return [gate for gate in yard.of_kind("gate") if properties(yard, gate).get("for_vehicles", True)]


def ring_turning_m(yard: Drawing) -> float:
    """Largest radius by which an engine of 2.5 m drives round the only (rectangular) stack area; 0 where none.

    Cells of 0.25 m put the clearance of the curve off by a quarter of a metre, and the radius by up to 1 m.
    """
    grid = Grid.about([yard.shape("site")], CELL_M)
    standing = grid.fill_all(yard.shape(thing) for thing in yard.of_kind(*STANDING))
    clearance = grid.clearance_m(grid.fill(yard.shape("site")) & ~standing)
    corners = lines(yard.shape("area"))[0][:-1]
    half_m = min(np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[1]))) / 2
    largest_m = 0.0
    for offset_m in np.arange(1.25, 15.01, 0.25):
        for radius_m in np.arange(min(50.0, half_m + offset_m), largest_m, -0.5):
            row, column = grid.cells_of(_rounded(corners, offset_m, radius_m))
            if min(row.min(), column.min()) < 0 or row.max() >= grid.rows or column.max() >= grid.columns:
                continue
            if clearance[row, column].min() >= 1.25 - grid.cell_m / 2:
                largest_m = float(radius_m)
                break
    return largest_m


def _rounded(corners: Points, offset_m: float, radius_m: float) -> Points:
    """Places on the outline of a rectangle set out by an offset, with corners of a radius."""
    places: list[Points] = []
    turn = np.linspace(0, np.pi / 2, 40)[:, None]
    for before, corner, after in zip(np.roll(corners, 1, 0), corners, np.roll(corners, -1, 0), strict=True):
        along, on = (corner - before) / np.hypot(*(corner - before)), (after - corner) / np.hypot(*(after - corner))
        # Outside of a side that is followed by a square corner to the left lies against the next side's direction.
        centre = corner + (offset_m - radius_m) * (along - on)
        places.append(centre + radius_m * (np.cos(turn) * -on + np.sin(turn) * along))
    sides = [
        one[-1] + np.linspace(0, 1, 150)[:, None] * (other[0] - one[-1])
        for one, other in zip(places, [*places[1:], places[0]], strict=True)
    ]
    return np.concatenate([*places, *sides])


def hose_miss_m(yard: Drawing) -> dict[str, float]:
    """For each stack: metres that the hoses lack at its worst point (below 0: to spare; inf: no way)."""
    return {
        stack: miss
        for store in sorted({store_of(yard, stack) for stack in yard.of_kind("stack")}, key=str)
        for stack, miss in _hose_miss_m(yard, store).items()
    }


def _hose_miss_m(yard: Drawing, store: str | None) -> dict[str, float]:
    """Of the stacks in one store, which stands in no hose's way to them; None: of those in the open."""
    grid = Grid.about([yard.shape("site")], CELL_M)
    standing = [thing for thing in yard.of_kind("building", "stack", "pond") if thing != store]
    free = grid.fill(yard.shape("site")) & ~grid.fill_all(map(yard.shape, standing))
    best = np.full(free.shape, np.inf)
    for source in yard.of_kind("hydrant", "hose_point", "pond"):
        if hose_m := properties(yard, source).get("hose_m"):
            ways = path_lengths_m(grid, free, _free_places(grid, free, yard, source))
            best = np.minimum(best, ways - 0.85 * hose_m)
    stacks = [stack for stack in yard.of_kind("stack") if store_of(yard, stack) == store]
    return {stack: _worst_beside(grid, best, yard.shape(stack)) for stack in stacks}


def _free_places(grid: Grid, free: Mask, yard: Drawing, source: str) -> Points:
    """Where a hose begins: at a hydrant, or on the free ground beside a pond."""
    if yard.shape(source)["type"] == "Point":
        return lines(yard.shape(source))[0]
    beside = _nearest_m(grid.centres, outline(yard.shape(source))) <= CELL_M
    return grid.centres[beside & free.ravel()]


def farthest_from_extinguishers_m(yard: Drawing, stack: str) -> float:
    """Greatest distance of a point of the stack to the nearest extinguisher; short by at most 0.08 m."""
    grid = Grid.about([yard.shape(stack)], 0.1)
    places = grid.centres[grid.fill(yard.shape(stack)).ravel()]
    counting = [
        yard.shape(one)["coordinates"]
        for one in yard.of_kind("extinguisher")
        if properties(yard, one).get("is_wheeled", True)
        and properties(yard, one).get("agent", "dry_powder") == "dry_powder"
    ]
    return float(_nearest_m(places, np.array(counting)).max()) if counting else 0.0


def blind_share(yard: Drawing, thing: str, cell_m: float = CELL_M) -> float:
    """Square metres of a stack's top or an apron's ground that no camera sees, in cells."""
    grid = Grid.about([yard.shape("site")], cell_m)
    places = grid.centres[grid.fill(yard.shape(thing)).ravel()]
    about = properties(yard, thing)
    at_m = about["height_m"] if about["kind"] == "stack" else 0.0
    visible: Mask = np.zeros(len(places), bool)
    for camera in yard.of_kind("camera"):
        about = properties(yard, camera)
        eye = yard.shape(camera)["coordinates"]
        room = _room_about(yard, eye, about.get("height_m", 4.0))
        high_m = _high_m(yard, grid, without=(thing, room))
        found = seen(
            places, at_m, eye, about.get("height_m", 4.0), about["direction_deg"], about["view_deg"], about["range_m"],
            grid, high_m,
        )  # fmt: skip
        visible |= found if room is None else found & inside(yard.shape(room), places)
    return float((~visible).sum()) * cell_m**2


def _high_m(yard: Drawing, grid: Grid, without: tuple[str | None, ...]) -> NDArray[np.float64]:
    """How high each cell is built or stacked up."""
    high_m = np.zeros((grid.rows, grid.columns))
    for other in yard.of_kind("building", "stack"):
        if other not in without:
            mask = grid.fill(yard.shape(other))
            high_m[mask] = np.maximum(high_m[mask], properties(yard, other).get("height_m", np.inf))
    return high_m


def _room_about(yard: Drawing, eye: tuple[float, float], eye_m: float) -> str | None:
    """The building in whose inside a camera hangs."""
    for building in yard.of_kind("building"):
        is_high = properties(yard, building).get("height_m", np.inf) >= eye_m
        if is_high and inside(yard.shape(building), np.array([eye]))[0]:
            return building
    return None


def extinguisher_gaps_m(yard: Drawing) -> list[float]:
    """Lengths of the curve 6 m round the (convex) stack area between the extinguishers within 10 m of it."""
    corners = lines(yard.shape("area"))[0][:-1]
    around: list[Points] = []
    for before, corner, after in zip(np.roll(corners, 1, 0), corners, np.roll(corners, -1, 0), strict=True):
        out_before, out_after = _right_of(corner - before), _right_of(after - corner)
        start = np.arctan2(out_before[1], out_before[0])
        turn = (np.arctan2(out_after[1], out_after[0]) - start) % (2 * np.pi)
        angles = start + np.linspace(0, turn, 4000)
        around.append(corner + 6 * np.stack([np.cos(angles), np.sin(angles)], axis=1))
        steps = np.linspace(0, 1, 20_000)[1:-1, None]
        around.append(corner + 6 * out_after + steps * (after - corner))
    curve = np.concatenate(around)
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(np.vstack([curve, curve[:1]]), axis=0).T))])
    places = []
    for one in yard.of_kind("extinguisher"):
        distance = np.hypot(*(curve - np.array(yard.shape(one)["coordinates"])).T)
        if distance.min() <= 10:
            places.append(length[distance.argmin()])
    if len(places) < 2:
        return [float(length[-1])]
    stops = np.sort(places)
    return [float(gap) for gap in np.diff(np.append(stops, stops[0] + length[-1]))]


def stack_m2(yard: Drawing, stack: str) -> float:
    return area_m2(yard.shape(stack), 0.05)


def _right_of(way: Points) -> Points:
    """Outside of a ring that runs against the clock."""
    return np.array([way[1], -way[0]]) / np.hypot(*way)


def _nearest_m(places: Points, others: Points) -> Points:
    distances: Points = cKDTree(others).query(places)[0]
    return distances


def _worst_beside(grid: Grid, values: Points, shape: dict[str, Any]) -> float:
    """The greatest of the values in the free cells beside an outline."""
    worst = -np.inf
    for place in outline(shape, 0.5):
        row, column = (int(one[0]) for one in grid.cells_of(place[None]))
        beside = values[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        worst = max(worst, float(beside.min()))
    return worst
