"""What the check measures against what is counted on a raster, and nothing left unsaid by either.

Yards of chance, and the layouts of the examination: a part of them, all in `make chaos`.
"""

from __future__ import annotations

import os
import random
from itertools import combinations, product

import pytest

from tests.yard_rules.layouts import counted
from tests.yard_rules.layouts.all_layouts import LAYOUTS
from tests.yard_rules.layouts.drawing import Drawing
from tests.yard_rules.layouts.judging import findings_of
from tests.yard_rules.layouts.layout import Layout
from tests.yard_rules.layouts.random_yards import random_yard
from tests.yard_rules.layouts.raster import gap_m
from yard_rules.finding import Finding

SEEDS = (2, 7, 8, 10)  # forty others agreed too
# Of the layouts, each of which costs half a second.
PART = 5
FINE_M = 0.01  # of samples 5 cm apart
COARSE_M = 3 * counted.CELL_M
# A raster is in metres.
IN_METRES = [layout for layout in LAYOUTS if layout.drawing.about.get("unit") != "degrees"]
IS_LONG = os.environ.get("STRAWLINE_CHAOS") in ("long", "release")
SOME = IN_METRES if IS_LONG else random.Random(20261123).sample(IN_METRES, len(IN_METRES) // PART)


@pytest.fixture(scope="module", params=[*SEEDS, *SOME], ids=lambda it: it.name if isinstance(it, Layout) else str(it))
def yard(request: pytest.FixtureRequest) -> Drawing:
    return request.param.drawing if isinstance(request.param, Layout) else random_yard(request.param)


@pytest.fixture(scope="module")
def findings(yard: Drawing) -> tuple[Finding, ...]:
    return findings_of(yard)


def of_rule(findings: tuple[Finding, ...], rule: str) -> dict[tuple[str, ...], float]:
    return {one.subject: one.measured for one in findings if one.rule == rule and one.measured is not None}


def agree(found: float | None, measure: float, limit: float, within: float) -> None:
    """A measure under its limit must be found, one above must not; what is found must be near to it."""
    if found is None:
        assert measure >= limit - within
    else:
        assert found == pytest.approx(measure, abs=within)
        assert measure < limit + within


def test_distances_from_stacks(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = {(one.rule, one.subject[0]): one for one in findings if one.rule.endswith("_distance")}
    for thing in yard.features:
        required = counted.required_distance(yard, thing)
        if required is None:
            continue
        rule, least_m = required
        gaps = counted.gaps_to_stacks(yard, thing)
        if not gaps:
            continue
        finding = told.pop((rule, thing), None)
        agree(finding and finding.measured, min(gaps.values()), least_m, FINE_M)
        if finding:
            assert finding.required == pytest.approx(least_m, abs=0.001)
            assert all(gaps[stack] < least_m + FINE_M for stack in finding.subject[1:])
            assert all(gap > least_m - FINE_M for stack, gap in gaps.items() if stack not in finding.subject)
    assert not told


def test_gaps_of_stacks_and_groups(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = of_rule(findings, "stack_gap")
    group_of = {stack: counted.group_of(yard, stack) for stack in counted.outdoor_stacks(yard)}
    tallest_m: dict[object, float] = {}
    for stack, group in group_of.items():
        tallest_m[group] = max(tallest_m.get(group, 0.0), counted.properties(yard, stack)["height_m"])
    between: dict[frozenset[object], list[float]] = {}
    for one, other in combinations(sorted(yard.of_kind("stack")), 2):
        gap = gap_m(yard.shape(one), yard.shape(other))
        if (least_m := counted.least_gap_m(yard, one, other)) is not None:
            agree(told.get((one, other)), gap, least_m, FINE_M)
        elif one in group_of and other in group_of:
            between.setdefault(frozenset((group_of[one], group_of[other])), []).append(gap)
    # The subject of a finding about two groups are the stacks that are too near, of both.
    found = {
        frozenset(group_of[stack] for stack in subject): measured
        for subject, measured in of_rule(findings, "group_gap").items()
    }
    for groups, gaps in between.items():
        agree(found.pop(groups, None), min(gaps), max(10.0, *(2 * tallest_m[group] for group in groups)), FINE_M)
    assert not found


def test_gaps_to_columns(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = of_rule(findings, "column_gap")
    for column, stack in product(yard.of_kind("column"), yard.of_kind("stack")):
        store = counted.store_of(yard, stack)
        if store is not None and counted.lies_in(yard, column, store):
            agree(told.pop((stack, column), None), gap_m(yard.shape(column), yard.shape(stack)), 0.3, FINE_M)
    assert not told


def test_the_strip(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = of_rule(findings, "strip_blocked")
    for area in yard.of_kind("stack_area"):
        for thing in yard.of_kind("building", "scale", "apron", "pond", *counted.POINT_KINDS):
            gap = gap_m(yard.shape(area), yard.shape(thing))
            if gap > FINE_M:
                agree(told.get((area, thing)), gap, 6.0, FINE_M)
    for one, other in combinations(sorted(yard.of_kind("stack_area")), 2):
        agree(told.get((one, other)), gap_m(yard.shape(one), yard.shape(other)), 6.0, FINE_M)


def test_overlaps_and_what_lies_outside(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    overlaps, outside = of_rule(findings, "overlap"), of_rule(findings, "outside_site")
    solid = sorted(yard.of_kind("building", "stack", "scale", "apron"))
    for one, other in combinations(solid, 2):
        if _is_at_home(yard, one, other):
            continue
        agree_on_area(overlaps.get((one, other)), counted.common_m2(yard, one, other))
    for thing in [*solid, *yard.of_kind("stack_area")]:
        agree_on_area(outside.get((thing,)), counted.outside_m2(yard, thing))


def _is_at_home(yard: Drawing, one: str, other: str) -> bool:
    """A stack in its store."""
    stacks = yard.of_kind("stack")
    return any(it in stacks and counted.store_of(yard, it) in (one, other) for it in (one, other))


def agree_on_area(found_m2: float | None, counted_m2: float) -> None:
    assert (found_m2 or 0.0) == pytest.approx(counted_m2, abs=0.5 + 0.02 * counted_m2)


def test_the_open_outline(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = sum(one.measured or 0.0 for one in findings if one.rule == "fence_gap")
    assert told == pytest.approx(counted.open_outline_m(yard), abs=0.3)


def test_the_ring(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    for area in yard.of_kind("stack_area"):
        agree(of_rule(findings, "ring_width").get((area,)), counted.ring_width_m(yard, area), 6.0, COARSE_M)
        if counted.vehicle_gates(yard):
            agree(of_rule(findings, "ring_access").get((area,)), counted.ring_access_m(yard, area), 4.0, COARSE_M)


# In the fourth yard an engine drives round by large radii only: small ones meet a building at a corner.
@pytest.mark.parametrize("seed", [1, 4])
def test_the_turning_of_an_engine(seed: int) -> None:
    drawing = random_yard(seed)
    told = findings_of(drawing)
    assert not of_rule(told, "ring_width")
    agree(of_rule(told, "ring_turning").get(("area",)), counted.ring_turning_m(drawing), 9.0, 1.2)


def test_hoses(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = {one.subject[0]: one for one in findings if one.rule == "hose_reach"}
    for stack, miss_m in counted.hose_miss_m(yard).items():
        finding = told.get(stack)
        found_m = finding.measured - finding.required if finding and finding.measured and finding.required else None
        if finding and found_m is None:
            assert miss_m > 1e6
        else:
            # Ways on the raster are up to 0.8 % too long and a cell off at both ends.
            agree(-found_m if found_m is not None else None, -miss_m, 0.0, 0.9)


def test_reach_of_extinguishers(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = of_rule(findings, "extinguisher_reach")
    for stack in yard.of_kind("stack"):
        found = told.get((stack,))
        agree(-found if found is not None else None, -counted.farthest_from_extinguishers_m(yard, stack), -30.0, 0.15)


@pytest.mark.parametrize("seed", SEEDS)
def test_gaps_of_extinguishers_along_the_ring(seed: int) -> None:
    drawing = random_yard(seed)
    gaps = sorted(one.measured or 0.0 for one in findings_of(drawing) if one.rule == "extinguisher_spacing")
    assert gaps == pytest.approx(sorted(gap for gap in counted.extinguisher_gaps_m(drawing) if gap > 30), abs=0.01)


def test_what_cameras_do_not_see(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = of_rule(findings, "camera_blind")
    for thing in yard.of_kind("stack", "apron"):
        blind_m2 = counted.blind_share(yard, thing)
        assert told.get((thing,), 0.0) == pytest.approx(blind_m2, abs=1.5 + 0.05 * blind_m2), thing


def test_areas_of_stacks(yard: Drawing, findings: tuple[Finding, ...]) -> None:
    told = of_rule(findings, "stack_area_m2")
    for stack in yard.of_kind("stack"):
        found = told.get((stack,))
        agree(-found if found is not None else None, -counted.stack_m2(yard, stack), -150.0, 0.3)
