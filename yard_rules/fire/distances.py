"""How far stacks stay from what could set fire to them, or burn with them (H34, GB 50016, GB 50039)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK, Limit
from yard_rules.fire.yard import Yard, shapes_of
from yard_rules.yard_drawing import Building, LaneRoad, Neighbour, NeighbourUse, Stack, Thing

_WORST_GRADE: Final = 4
_PEOPLE: Final = (NeighbourUse.HOME, NeighbourUse.SCHOOL, NeighbourUse.PUBLIC_BUILDING)


def check_building_distance(yard: Yard) -> Iterator[Finding]:
    """Outdoor stacks to buildings of the yard, and to workshops and stores beside it."""
    neighbours = _neighbours(yard, NeighbourUse.WORKSHOP, NeighbourUse.STORE)
    buildings: list[Building | Neighbour] = [*yard.drawing.buildings, *neighbours]
    for building in buildings:
        limits = _column(yard, building.fire_grade)
        yield from _too_near(yard, "building_distance", building, yard.outdoor_stacks, limits)


def check_home_distance(yard: Yard) -> Iterator[Finding]:
    """All stacks to where people live or gather."""
    rules = yard.rules
    for home in _neighbours(yard, *_PEOPLE):
        limits = [rules.limit("home_m")]
        if column := _column(yard, home.fire_grade, times=rules.value("civil_share")):
            limits += [*column, rules.limit("civil_least_m")]
        yield from _too_near(yard, "home_distance", home, yard.drawing.stacks, limits)


def check_class_a_distance(yard: Yard) -> Iterator[Finding]:
    """Outdoor stacks to workshops and stores of class A, which may explode."""
    rules = yard.rules
    for thing in _neighbours(yard, NeighbourUse.CLASS_A):
        if limits := _column(yard, thing.fire_grade, times=rules.value("civil_share")):
            limits = [*limits, rules.limit("civil_least_m")]
        yield from _too_near(yard, "class_a_distance", thing, yard.outdoor_stacks, limits)


def check_transformer_distance(yard: Yard) -> Iterator[Finding]:
    """Outdoor stacks to outdoor transformer stations."""
    yield from _simple(yard, "transformer_distance", NeighbourUse.TRANSFORMER, "transformer_m")


def check_open_flame_distance(yard: Yard) -> Iterator[Finding]:
    """Outdoor stacks to open flame or sparks."""
    limits = _column(yard, _WORST_GRADE, times=yard.rules.value("flame_share"))
    for flame in _neighbours(yard, NeighbourUse.OPEN_FLAME):
        yield from _too_near(yard, "open_flame_distance", flame, yard.outdoor_stacks, limits)


def check_railway_distance(yard: Yard) -> Iterator[Finding]:
    """Outdoor stacks to a railway."""
    yield from _simple(yard, "railway_distance", NeighbourUse.RAILWAY, "railway_m")


def check_road_distance(yard: Yard) -> Iterator[Finding]:
    """Outdoor stacks to the edge of a road outside."""
    yield from _simple(yard, "road_distance", NeighbourUse.ROAD, "road_m")


def check_site_road_distance(yard: Yard) -> Iterator[Finding]:
    """Outdoor stacks to the yard's own roads."""
    figures = {LaneRoad.MAIN: "main_road_m", LaneRoad.MINOR: "minor_road_m"}
    for lane in yard.drawing.lanes:
        if lane.road is not None:
            limits = [yard.rules.limit(figures[lane.road])]
            yield from _too_near(yard, "site_road_distance", lane, yard.outdoor_stacks, limits)


def check_water_distance(yard: Yard) -> Iterator[Finding]:
    """Outdoor stacks to open water, for the sake of the water."""
    yield from _simple(yard, "water_distance", NeighbourUse.WATER, "water_course_m")


def check_line_distance(yard: Yard) -> Iterator[Finding]:
    """All stacks to overhead power lines: the plan's 10 m, the code's 1.5 poles."""
    rules = yard.rules
    for power_line in yard.drawing.power_lines:
        if not power_line.is_temporary:
            pole_m = power_line.pole_height_m or rules.value("pole_usual_m")
            limits = [rules.limit("line_m"), rules.limit("line_poles", times=pole_m)]
            yield from _too_near(yard, "line_distance", power_line, yard.drawing.stacks, limits)


def check_temporary_line_distance(yard: Yard) -> Iterator[Finding]:
    """All stacks to temporary lighting cables."""
    limits = [yard.rules.limit("temporary_line_m")]
    for power_line in yard.drawing.power_lines:
        if power_line.is_temporary:
            yield from _too_near(yard, "temporary_line_distance", power_line, yard.drawing.stacks, limits)


def check_lane_to_stack(yard: Yard) -> Iterator[Finding]:
    """Above 5,000 t: outdoor stacks to the edge of a fire lane."""
    if yard.outdoor_t > yard.rules.value("ring_lane_from_t"):
        limits = [yard.rules.limit("lane_to_stack_m")]
        for lane in yard.drawing.lanes:
            yield from _too_near(yard, "lane_to_stack", lane, yard.outdoor_stacks, limits)


def column_figure(yard: Yard, grade: int | None) -> str | None:
    """Return the figure of GB 50016 table 4.5.1 for a building's grade and the straw outdoors; None under 10 t."""
    rules = yard.rules
    if yard.outdoor_t < rules.value("code_from_t"):
        return None
    band = ""
    for name in ("second_band", "third_band"):
        if yard.outdoor_t >= rules.value(f"{name}_t"):
            band = f"{name}_"
    return f"to_grade_{max(2, grade or _WORST_GRADE)}_{band}m"


def _column(yard: Yard, grade: int | None, *, times: float = 1.0) -> list[Limit]:
    figure = column_figure(yard, grade)
    return [] if figure is None else [yard.rules.limit(figure, times=times)]


def _neighbours(yard: Yard, *uses: NeighbourUse) -> list[Neighbour]:
    return [it for it in yard.drawing.neighbours if it.use in uses]


def _simple(yard: Yard, rule: str, use: NeighbourUse, figure: str) -> Iterator[Finding]:
    for neighbour in _neighbours(yard, use):
        yield from _too_near(yard, rule, neighbour, yard.outdoor_stacks, [yard.rules.limit(figure)])


def _too_near(
    yard: Yard, rule: str, thing: Thing, stacks: Sequence[Stack], limits: Sequence[Limit]
) -> Iterator[Finding]:
    if not stacks or not limits:
        return
    away_m = shapely.distance(thing.shape, shapes_of(stacks))
    required_m = max(limit.value for limit in limits)
    near = np.flatnonzero(away_m < required_m - SLACK["m"])
    if near.size:
        nearest = stacks[int(away_m.argmin())]
        subject = [thing.id, *(stacks[int(row)].id for row in near)]
        mark = marks.between(nearest.shape, thing.shape)
        yield from yard.rules.too_low(rule, subject, float(away_m.min()), limits, "m", mark)
