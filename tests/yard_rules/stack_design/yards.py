"""Sites to design on, and the figures in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from shapely import LineString, Polygon, box

from yard_rules.fire import FireRules
from yard_rules.stack_design.figures import BoundFigures, StackFigures
from yard_rules.yard_drawing import Fence, Gate, GateRoad, Neighbour, NeighbourUse, Site, WaitingArea, YardDrawing

DAY = date(2026, 11, 1)
RULES = FireRules(DAY)
DRAWN_YARDS = {path.stem: path for path in sorted((Path(__file__).parents[3] / "data" / "yards").glob("*.geojson"))}


def site(
    corners: Sequence[tuple[float, float]], *, neighbours: Sequence[Neighbour] = (), with_gate: bool = True
) -> YardDrawing:
    """Return a fenced site whose gate of 6 m lies in the middle of its first side."""
    ground = Polygon(corners)
    (x1, y1), (x2, y2) = corners[:2]
    side = LineString([(x1, y1), (x2, y2)])
    opening = LineString([side.interpolate(side.length / 2 - 3), side.interpolate(side.length / 2 + 3)])
    gate = Gate(id="gate", shape=opening, road=GateRoad.TOWNSHIP)
    fence = ground.exterior.difference(opening.buffer(0.01)) if with_gate else ground.exterior
    return YardDrawing(
        yard_id="site",
        name="synthetic",
        is_synthetic=True,
        site=Site(id="site", shape=ground),
        fences=(Fence(id="fence", shape=LineString(fence.coords) if fence.geom_type == "LinearRing" else fence),),
        gates=(gate,) if with_gate else (),
        waiting_areas=(WaitingArea(id="room", shape=opening.buffer(8).difference(ground.buffer(1))),),
        neighbours=tuple(neighbours),
    )


def rectangle(width_m: float, length_m: float, **more: object) -> YardDrawing:
    """Return a right-angled site with its gate in the southern side."""
    return site([(0, 0), (width_m, 0), (width_m, length_m), (0, length_m)], **more)  # type: ignore[arg-type]


def home(x_m: float, y_m: float) -> Neighbour:
    return Neighbour(id="home", shape=box(x_m, y_m, x_m + 8, y_m + 8), use=NeighbourUse.HOME, fire_grade=3)


def small_figures(**changes: float) -> StackFigures:
    """Return figures so small that every layout of whole metres can be tried."""
    values: dict[str, float] = {
        "stack_most_m2": 6,
        "most_columns": 6,
        "stack_gap_m": 1,
        "group_gap_m": 3,
        "group_most_stacks": 2,
        "layers": 3,
        "bale_kg": 110,
        "height_m": 3,
    }
    return StackFigures(**{**values, **changes})  # type: ignore[arg-type]


def small_bound_figures(**changes: float) -> BoundFigures:
    """Return the figures of a bound for `small_figures` with the same changes."""
    figures = small_figures(**changes)
    most = figures.layers * figures.most_columns
    return BoundFigures(
        bales_per_m2=figures.layers,
        stack_most_bales=most,
        group_most_bales=figures.group_most_stacks * most,
        group_most_stacks=figures.group_most_stacks,
        stack_gap_m=figures.stack_gap_m,
        group_gap_m=figures.group_gap_m,
        few_bales=0,
    )
