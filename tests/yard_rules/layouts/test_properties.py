from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.yard_rules.layouts.all_layouts import LAYOUTS
from tests.yard_rules.layouts.base_yards import rectangle
from tests.yard_rules.layouts.drawing import Drawing, box, line
from tests.yard_rules.layouts.judging import findings_of
from tests.yard_rules.layouts.layout import Layout
from yard_rules.finding import Finding

FEW = settings(max_examples=8, deadline=None)
# In steps: a turn by 1e-313 degrees makes coordinates that GEOS warns of.
DEGREES = st.integers(-1800, 1800).map(lambda tenths: tenths / 10)
METRES = st.integers(-90_000, 90_000).map(lambda centimetres: centimetres / 100)
A_CENTIMETRE, A_TENTH = 0.0101, 0.101
# Rules whose measure the document says is searched for in steps, or taken at points up to 0.5 m apart; all others are
# exact to a millimetre.
COARSE = {"ring_access": A_CENTIMETRE, "truck_way": A_CENTIMETRE, "escape_way": A_CENTIMETRE,
          "indoor_aisle": A_CENTIMETRE, "ring_turning": A_TENTH, "hose_reach": 0.251}  # fmt: skip
# A drawing in degrees cannot be shifted by metres.
IN_METRES = [layout for layout in LAYOUTS if layout.drawing.about.get("unit") != "degrees"]
BROKEN = [layout for layout in LAYOUTS if layout.expected]
USES = ["home", "school", "public_building", "workshop", "store", "class_a", "transformer", "open_flame", "railway",
        "road", "water"]  # fmt: skip


def named(name: str) -> Layout:
    return next(layout for layout in LAYOUTS if layout.name == name)


def judged(findings: tuple[Finding, ...]) -> list[tuple[Any, ...]]:
    """What was judged, without measures and places, in an order that measures do not decide."""
    return sorted((one.rule, one.subject, one.severity, one.ask_brigade, one.required is None) for one in findings)


def same_measures(one: tuple[Finding, ...], other: tuple[Finding, ...], within: float = 0.0011) -> None:
    assert judged(one) == judged(other)
    for first, second in zip(sorted(one, key=_place), sorted(other, key=_place), strict=True):
        assert (first.measured is None) == (second.measured is None)
        if first.measured is not None and second.measured is not None:
            scale = max(1.0, first.measured) if first.unit in ("m2", "m²") else 1.0
            assert first.measured == pytest.approx(second.measured, abs=COARSE.get(first.rule, within) * scale), first


def _place(finding: Finding) -> tuple[Any, ...]:
    return finding.rule, finding.subject, finding.measured or 0


@example(layout=named("a camera that sees half of the gate"), angle_deg=0.1, east_m=0, north_m=0)
@FEW
@given(layout=st.sampled_from(IN_METRES), angle_deg=DEGREES, east_m=METRES,
       north_m=METRES)  # fmt: skip
def test_turning_and_shifting_a_yard_changes_no_judgement_and_no_measure(
    layout: Layout, angle_deg: float, east_m: float, north_m: float
) -> None:
    same_measures(findings_of(layout.drawing), findings_of(layout.drawing.turned(angle_deg, east_m, north_m)))


@FEW
@given(layout=st.sampled_from(BROKEN), data=st.data())
def test_the_order_of_features_means_nothing(layout: Layout, data: st.DataObject) -> None:
    order = data.draw(st.permutations(list(layout.drawing.features)))
    straight, shuffled = findings_of(layout.drawing), findings_of(layout.drawing.shuffled(list(order)))
    assert [one.as_json() for one in straight] == [one.as_json() for one in shuffled]


@FEW
@given(layout=st.sampled_from(LAYOUTS), longitude=st.floats(75, 135), latitude=st.floats(18, 53),
       angle_deg=DEGREES)  # fmt: skip
def test_metres_and_degrees_are_judged_alike(
    layout: Layout, longitude: float, latitude: float, angle_deg: float
) -> None:
    if "degrees" in layout.name:
        return
    in_metres = layout.drawing.turned(angle_deg, 0, 0)
    same_measures(findings_of(in_metres), findings_of(in_metres.in_degrees(longitude, latitude)), within=0.0021)


def distance_findings(drawing: Drawing, thing: str) -> dict[tuple[str, str], Finding]:
    """By rule and stack: a finding about a thing counts for each stack that it names."""
    return {
        (one.rule, stack): one
        for one in findings_of(drawing)
        if one.rule.endswith("_distance") and one.subject[0] == thing
        for stack in one.subject[1:]
    }


@FEW
@given(kind=st.sampled_from([*USES, "line", "temporary line", "building"]), grade=st.integers(1, 4),
       gap_m=st.floats(0, 60), steps=st.lists(st.floats(0.001, 30), min_size=1, max_size=3), along_m=st.floats(-20, 70),
       side=st.sampled_from([(1, 0), (-1, 0), (0, 1), (0, -1)]))  # fmt: skip
def test_moving_a_thing_away_from_the_stacks_never_adds_a_distance_finding(
    kind: str, grade: int, gap_m: float, steps: list[float], along_m: float, side: tuple[int, int]
) -> None:
    yard = rectangle()
    # The stacks lie between x = 36 and 68, y = 9 and 47.
    east, north = side
    west_edge = {1: 68 + gap_m, -1: 36 - gap_m - 5, 0: along_m}[east]
    south_edge = {1: 47 + gap_m, -1: 9 - gap_m - 5, 0: along_m}[north]
    shape = box(west_edge, south_edge, west_edge + 5, south_edge + 5)
    if kind in USES:
        yard = yard.put("thing", "neighbour", shape, use=kind, fire_grade=grade)
    elif kind == "building":
        yard = yard.put("thing", "building", shape, fire_grade=grade, height_m=3)
    else:
        wire = line((west_edge, south_edge), (west_edge + 5, south_edge + 5))
        yard = yard.put("thing", "power_line", wire, is_temporary="temporary" in kind, pole_height_m=6 + 2 * grade)
    places = [yard]
    for step in steps:
        places.append(places[-1].moved("thing", east * step, north * step))
    for near, far in pairwise(distance_findings(place, "thing") for place in places):
        assert set(far) <= set(near)
        for key, finding in far.items():
            before = near[key].measured
            assert before is not None
            assert finding.measured is not None
            assert finding.measured >= before - 1e-3
