"""Layouts of a yard from its site: the most bales, the fastest flow, the least cost, and how near they are to the best.

Places for scale and apron are tried in the order of how little stack ground they take. For each, rows of stacks are
packed in the directions of the ground's long sides; the best are packed again with finer cells, fitted out as whole
drawings and judged by the same check that judges any yard. Only what it lets pass is proposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import pi
from time import monotonic
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Finding, Severity
from yard_rules.fire import FireRules, check_yard
from yard_rules.rulebook import rulebook
from yard_rules.stack_design.bound import UpperBound
from yard_rules.stack_design.figures import (
    BuildingFigures,
    DesignFigures,
    DistanceFigures,
    IndoorFigures,
    StackFigures,
)
from yard_rules.stack_design.ground import SLACK_M, kept_free, stack_ground, widened
from yard_rules.stack_design.indoors import stored_stacks
from yard_rules.stack_design.layout import bare, laid_out, stack_areas, wide, with_zones
from yard_rules.stack_design.packing import PlacedStack, columns_of, directions, packed
from yard_rules.stack_design.proposal import Goal, Proposal, proposal_figures
from yard_rules.stack_design.site_bound import site_bound
from yard_rules.stack_design.zones import Zones, zone_choices
from yard_rules.yard_drawing import YardDrawing

Report = Callable[[str], None]
# What was begun is finished in the rest.
_TIME_SHARE: Final = 0.9
# Of the time: looking for places, then making drawings of the best; the bound is worked out first.
_SEARCH_SHARE: Final = 0.55
_VARY_SHARE: Final = 0.7
_VARIED: Final = 10
_LEAST_TRIED: Final = 4
TIME_IS_OVER: Final = "the time was over before any layout had passed the check: give it more"
_FINISHED: Final = 3
_MOST_LATE: Final = 8
# Of what is left of the time, each goal takes so much; those after it look through what it found too.
_GOAL_SHARES: Final = {Goal.ROOM: 0.6, Goal.FLOW: 0.7, Goal.COST: 1.0}
# A layout for fast or cheap work still holds so much of what the yard can hold.
_LEAST_ROOM_SHARE: Final = 0.7
# What a design adds itself: no excuse for a proposal.
_MENDED: Final = frozenset({"camera_blind", "fence_gap", "hydrants_at_ends", "light_missing", "pond_volume"})
# What no layout changes: a main gives what it gives.
_OF_THE_MAIN: Final = frozenset({"hydrant_flow"})
_FULL_BANDS_T: Final = (("_second_band", "second_band_t"), ("_third_band", "third_band_t"))


class TimeUp(Exception):
    """Raised into `design_yard` by whoever limits its time: what it holds then is its answer."""


class NoDesign(Exception):
    """No layout keeps the rules here; `reasons`: why, each with what would be needed."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """`site_findings`: what is wrong with the site itself, whatever the layout."""

    bound: UpperBound
    proposals: tuple[Proposal, ...]
    site_findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """What is too near to scale and apron; `leaves_turn`: for an engine at their corners, in a notch of the area."""

    shape: BaseGeometry
    leaves_turn: bool

    @property
    def cut(self) -> BaseGeometry | None:
        """What the stack area leaves out, None for the usual: with the ring's width alone no engine could turn."""
        return self.shape if self.leaves_turn else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    zones: Zones
    near: _Near
    angle_rad: float
    stacks: tuple[PlacedStack, ...]
    stored_columns: float

    @property
    def columns(self) -> float:
        """Bales of one layer in the open, and of a full height in stores."""
        return columns_of(self.stacks) + self.stored_columns


def design_yard(
    site: YardDrawing,
    rules: FireRules,
    *,
    seconds: float = 60.0,
    goals: Iterable[Goal] = tuple(Goal),
    report: Report = lambda text: None,
) -> Design:
    """Return a proposal for each goal. Stacks, lanes and what is easily moved in the drawing are made anew.

    Raises NoDesign where nothing can be built, and where TimeUp comes before any layout has passed the check.
    """
    began = monotonic()
    drawing = bare(site)
    figures = design_figures(rules, drawing)
    if not any(gate.for_vehicles for gate in drawing.gates):
        raise NoDesign(["the site has no gate for vehicles: draw one at the road"])
    ground = stack_ground(drawing, figures.distances)
    stored = stored_stacks(drawing, figures.distances, figures.indoors, figures.stacks)
    if not stored and not _best_packed([ground], figures, directions(ground)):
        raise NoDesign(_reasons(drawing, figures.distances, figures))
    report("upper bound")
    bound = site_bound(drawing, rules, figures.building)
    of_site = tuple(it for it in check_yard(drawing, rules) if it.rule not in _MENDED)
    known = {_key(it) for it in of_site if it.severity is not Severity.ADVICE}
    wanted = list(dict.fromkeys(goals))
    search = _Search(replace(drawing, stacks=stored), figures, rules, bound, known)
    is_cut = False
    try:
        for number, goal in enumerate(wanted):
            left_s = _TIME_SHARE * seconds - (monotonic() - began)
            report(f"layouts for {goal.value}")
            search.look_for(goal, left_s * (_GOAL_SHARES[goal] if number + 1 < len(wanted) else 1.0))
    except TimeUp:
        is_cut = True
    proposals = [best for goal in wanted if (best := search.best(goal)) is not None]
    if not proposals and is_cut:
        raise NoDesign([TIME_IS_OVER])
    if not proposals:
        raise NoDesign(["stacks would have room, but no scale and apron beside them with their lanes"])
    return Design(bound=bound, proposals=tuple(proposals), site_findings=of_site)


def design_figures(rules: FireRules, drawing: YardDrawing) -> DesignFigures:
    """Return the figures in force; where the site could hold so much that distances grow, those."""
    book = rulebook("stack_design").in_force(rules.day)
    stacks = StackFigures.read(rules.value)
    band = ""
    # A third of a site at most is under stacks.
    most_t = drawing.site.shape.area / 2 * stacks.layers * stacks.bale_kg / 1000
    for name, limit in _FULL_BANDS_T:
        if most_t >= rules.value(limit):
            band = name
    return DesignFigures(
        stacks=stacks,
        indoors=IndoorFigures.read(rules.value),
        distances=DistanceFigures.read(rules.value, band=band),
        building=BuildingFigures.read(lambda name: float(book[name].value)),
    )


class _Search:
    """Layouts that were found so far; each goal takes its own from them, and adds what it looks for itself."""

    def __init__(
        self,
        drawing: YardDrawing,
        figures: DesignFigures,
        rules: FireRules,
        bound: UpperBound,
        known: set[tuple[str, tuple[str, ...]]],
    ) -> None:
        self.drawing, self.figures, self.rules, self.bound, self.known = drawing, figures, rules, bound, known
        self.ground = stack_ground(drawing, figures.distances)
        self.angles = directions(self.ground)
        self.stored_columns = sum(stack.bales or 0 for stack in drawing.stacks) / figures.stacks.layers
        self.candidates: list[_Candidate] = []
        self.finished: dict[int, Proposal | None] = {}
        self.tried: set[tuple[float, ...]] = set()
        self.varied: set[tuple[Zones, _Near, float]] = set()

    def look_for(self, goal: Goal, seconds: float) -> None:
        """Add layouts that may serve the goal."""
        began = monotonic()
        building = self.figures.building
        length_m = building.flow_apron_length_m if goal is Goal.FLOW else building.apron_length_m
        for tried, zones in enumerate(self._choices(goal, length_m)):
            if monotonic() - began > seconds * _SEARCH_SHARE and tried >= _LEAST_TRIED:
                break
            self._try(zones)
        self._vary(goal, began + seconds * _VARY_SHARE)
        self._finish(goal, began + seconds)

    def best(self, goal: Goal) -> Proposal | None:
        """Return the best layout for the goal of all that were found and passed the check."""
        made = [it for it in self.finished.values() if it is not None]
        if not made:
            return None
        most = max(it.figures.bales for it in made)
        roomy = [it for it in made if it.figures.bales >= _LEAST_ROOM_SHARE * most]
        return replace(min(roomy, key=lambda it: _merit(goal, it)), goal=goal)

    def _choices(self, goal: Goal, length_m: float) -> list[Zones]:
        choices = zone_choices(self.drawing, self.figures.distances, self.figures.building, apron_length_m=length_m)
        ring_m = self.figures.distances.ring_m
        gates = shapely.union_all([gate.shape for gate in self.drawing.gates if gate.for_vehicles])
        middle = shapely.union_all([self.ground, *(stack.shape for stack in self.drawing.stacks)]).centroid

        def loss(zones: Zones) -> float:
            lost = self.ground.intersection(shapely.union_all([it.buffer(ring_m) for it in zones.added])).area
            if goal is Goal.FLOW:
                # A metre of way to the gate, or of the grabber's way, is worth a few square metres.
                lost += sum(2 * it.distance(gates) for it in zones.added)
                lost += 6 * (zones.apron.distance(middle) if zones.apron is not None else 0.0)
            return lost

        ordered = sorted(choices, key=loss)
        return [zones for zones in ordered if self._is_new(zones)]

    def _is_new(self, zones: Zones) -> bool:
        key = tuple(round(value, 1) for it in zones.added for value in it.bounds)
        return key not in self.tried

    def _try(self, zones: Zones) -> None:
        """Pack about these zones in every direction: as near as the ring, or with room to turn at their corners."""
        self.tried.add(tuple(round(value, 1) for it in zones.added for value in it.bounds))
        if self.stored_columns:
            self._add(zones, self._nearness(zones)[0], 0.0, [])
        for angle_rad in (a + turn for a in self.angles for turn in (0.0, pi / 2)):
            for near in self._nearness(zones)[:2]:
                if self._pack(zones, near, angle_rad):
                    break

    def _nearness(self, zones: Zones) -> list[_Near]:
        """What is too near to the zones, and to scales and aprons that stand already."""
        standing = [*(it.shape for it in self.drawing.scales), *(it.shape for it in self.drawing.aprons)]
        return _nearness([*zones.added, *standing], self.figures.distances)

    def _vary(self, goal: Goal, until: float) -> None:
        """About the zones of the best, with the wider lane on one side of them only."""
        for candidate in sorted(self.candidates, key=lambda it: self._estimate(goal, it))[:_VARIED]:
            for near in self._nearness(candidate.zones)[2:]:
                about = (candidate.zones, near, candidate.angle_rad)
                if monotonic() < until and about not in self.varied:
                    self.varied.add(about)
                    self._pack(*about)

    def _pack(self, zones: Zones, near: _Near, angle_rad: float) -> bool:
        region = self.ground.difference(near.shape)
        stacks = packed(region, self.figures.stacks, angle_rad=angle_rad, step_m=1.0)
        if not stacks:
            return False
        planned = with_zones(self.drawing, zones)
        # As near as the ring: only where nothing has to be cut out of the hull.
        if not stack_areas(planned, [it.outline for it in stacks], self.figures.distances, near=near.cut):
            return False
        self._add(zones, near, angle_rad, stacks)
        return True

    def _add(self, zones: Zones, near: _Near, angle_rad: float, stacks: Sequence[PlacedStack]) -> None:
        self.candidates.append(
            _Candidate(
                zones=zones, near=near, angle_rad=angle_rad, stacks=tuple(stacks), stored_columns=self.stored_columns
            )
        )

    def _finish(self, goal: Goal, until: float) -> None:
        """Make whole drawings of the most promising, until some pass the check or the time is out."""
        made = 0
        ordered = sorted(self.candidates, key=lambda it: self._estimate(goal, it))
        # Where the open ground fails, the stores alone may do.
        alone = [it for it in ordered if not it.stacks][:_MOST_LATE]
        ordered = [*ordered[: _MOST_LATE // 2], *alone, *ordered[_MOST_LATE // 2 :]]
        for number, candidate in enumerate(ordered):
            is_late = monotonic() > until and (any(self.finished.values()) or number >= _MOST_LATE)
            if made >= _FINISHED or is_late:
                break
            if id(candidate) not in self.finished:
                self.finished[id(candidate)] = self._proposal(goal, candidate)
            made += self.finished[id(candidate)] is not None

    def _proposal(self, goal: Goal, candidate: _Candidate) -> Proposal | None:
        layouts = [list(candidate.stacks)]
        if candidate.stacks:
            region = self.ground.difference(candidate.near.shape)
            layouts.insert(0, packed(region, self.figures.stacks, angle_rad=candidate.angle_rad, step_m=0.5))
        for stacks in layouts:
            if columns_of(stacks) < columns_of(candidate.stacks):
                continue
            near = candidate.near.cut
            drawing = laid_out(self.drawing, stacks, candidate.zones, self.figures, self.rules, near=near)
            if drawing is None:
                continue
            for tried in (drawing, replace(drawing, lanes=())):
                if not self._new_findings(tried):
                    figures = proposal_figures(tried, self.drawing, self.figures, self.bound)
                    return Proposal(goal=goal, drawing=tried, figures=figures)
        return None

    def _new_findings(self, drawing: YardDrawing) -> list[Finding]:
        found = [it for it in check_yard(drawing, self.rules) if it.severity is not Severity.ADVICE]
        return [it for it in found if _key(it) not in self.known and it.rule not in _OF_THE_MAIN]

    def _estimate(self, goal: Goal, candidate: _Candidate) -> float:
        """Lower is better; without drawing it."""
        if goal is Goal.ROOM:
            return -candidate.columns
        most = max(it.columns for it in self.candidates)
        short = max(0.0, _LEAST_ROOM_SHARE - candidate.columns / most)
        hull = shapely.convex_hull(shapely.union_all([stack.outline for stack in candidate.stacks]))
        if goal is Goal.COST:
            ring = self.figures.distances.ring_m * (hull.length + pi * self.figures.distances.ring_m)
            return 10 * short + (ring + 2_000) / candidate.columns
        apron = candidate.zones.apron or shapely.union_all([it.shape for it in self.drawing.aprons])
        gates = shapely.union_all([gate.shape for gate in self.drawing.gates if gate.for_vehicles])
        away = sum(stack.columns * stack.outline.centroid.distance(apron) for stack in candidate.stacks)
        at_once = apron.area / (self.figures.building.apron_width_m * self.figures.building.apron_length_m)
        return 1e4 * short + away / candidate.columns * 15 / max(1.0, at_once) + gates.distance(apron)


def _nearness(shapes: Sequence[Polygon], distances: DistanceFigures) -> list[_Near]:
    """What is too near to scales and aprons: nearer than the ring; than room to turn at corners; than that on one
    side."""
    if not shapes:
        return [_Near(shape=Polygon(), leaves_turn=False)]
    near = [widened(it, distances.ring_m, is_bound=False) for it in shapes]
    turning = [wide(it, distances) for it in shapes]
    choices = [near, turning]
    for beside_m, before_m in ((distances.ring_m, distances.uneven_m), (distances.uneven_m, distances.ring_m)):
        choices.append([_grown(it, beside_m - SLACK_M, before_m - SLACK_M) for it in shapes])
    return [_Near(shape=shapely.union_all(it), leaves_turn=number > 0) for number, it in enumerate(choices)]


def _grown(zone: Polygon, beside_m: float, before_m: float) -> Polygon:
    """The rectangle about the zone, longer by `beside_m` at both ends and wider by `before_m` at both sides."""
    about = zone if len(zone.exterior.coords) == 5 else zone.minimum_rotated_rectangle
    corners = shapely.get_coordinates(about)[:4]
    along, across = corners[1] - corners[0], corners[3] - corners[0]
    along, across = along / np.hypot(*along), across / np.hypot(*across)
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return Polygon(corners + signs[:, :1] * along * beside_m + signs[:, 1:] * across * before_m)


def _best_packed(regions: Sequence[BaseGeometry], figures: DesignFigures, angles: Sequence[float]) -> int:
    return max(
        columns_of(packed(region, figures.stacks, angle_rad=angle + turn, step_m=1.0))
        for region in regions
        for angle in angles
        for turn in (0.0, pi / 2)
    )


def _merit(goal: Goal, proposal: Proposal) -> tuple[float, float]:
    """Lower is better."""
    figures = proposal.figures
    if goal is Goal.ROOM:
        return -figures.bales, figures.loading_min
    if goal is Goal.FLOW:
        return figures.loading_min, -figures.bales
    return figures.yuan_per_t, -figures.bales


def _key(finding: Finding) -> tuple[str, tuple[str, ...]]:
    return finding.rule, finding.subject


def _reasons(drawing: YardDrawing, distances: DistanceFigures, figures: DesignFigures) -> list[str]:
    """What takes the ground away: without which thing there would be room, and how much it takes."""
    site = drawing.site.shape
    strip = site.buffer(-distances.ring_m)
    if not _best_packed([strip], figures, directions(strip)):
        width_m = 2 * distances.ring_m + 4
        return [
            f"the site is too narrow or too small: a stack of 4 m with a strip of {distances.ring_m:g} m all around "
            f"needs {width_m:g} m"
        ]
    said = []
    for thing, distance_m in kept_free(drawing, distances):
        taken_m2 = strip.intersection(thing.shape.buffer(distance_m)).area
        if taken_m2 > 1.0:
            said.append(
                f"{thing.id}: {distance_m:g} m to it leave {strip.area - taken_m2:,.0f} of {strip.area:,.0f} m2"
            )
    return ["no place is left for a stack", *said]
