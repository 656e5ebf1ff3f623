"""The ring about a stack area, the ways to it, the yards so large that more is asked."""

from __future__ import annotations

from tests.yard_rules.layouts.base_yards import STRAW, huge, l_shape_with_lanes_and_pond, rectangle, ring_lanes
from tests.yard_rules.layouts.drawing import Drawing, box, line, point
from tests.yard_rules.layouts.layout import Expected, broken, found, valid

SIX_STACKS = ("S11", "S12", "S21", "S22", "S31", "S32")


def with_east_lane(width_m: float) -> Drawing:
    return l_shape_with_lanes_and_pond().reshaped("lane_e", box(72, 1.5, 72 + width_m, 36.5))


def low_area(depth_m: float) -> Drawing:
    """A stack area of one row of stacks with lanes of 6 m: an engine must turn about its short side."""
    yard = l_shape_with_lanes_and_pond(lane_m=6, area_north=8 + depth_m).without("S21", "S22")
    yard = yard.reshaped("S11", box(33, 8, 48, 16)).reshaped("S12", box(52, 8, 67, 16))
    for extinguisher, place in (("E03", (79, 12)), ("E04", (64, 23.5)), ("E05", (40, 23.5)), ("E06", (25, 12))):
        yard = yard.reshaped(extinguisher, point(*place))
    return yard


def with_inner_fence(opening_m: float) -> Drawing:
    """The rectangle with a fence between scale and apron, open for so much at its south end."""
    return rectangle().put("F2", "fence", line((11.5, opening_m), (11.5, 58)))


def below_cable(yard: Drawing, east: float, clear_height_m: float) -> Drawing:
    """A lighting cable from south to north over the whole site."""
    cable = line((east, -5), (east, 90))
    return yard.put("cable", "power_line", cable, is_temporary=True, clear_height_m=clear_height_m)


def huge_with_lanes() -> Drawing:
    yard = huge()
    for lane, shape in ring_lanes((40, 10, 190, 40), 6.5).items():
        yard = yard.put(lane, "lane", shape)
    return yard


def of_mass(yard: Drawing, all_kg: int) -> Drawing:
    """The huge yard with so much straw in all, nearly all of it in one stack."""
    return yard.but("S1", mass_kg=all_kg - STRAW["mass_kg"])


HUGE = found("site_area", "site", measured=61.2, required=7)


def in_two_parts(gap_m: float) -> Drawing:
    """The huge yard with its stack S2 so far east of S1, which ends at x = 59."""
    return huge().reshaped("S2", box(59 + gap_m, 15, 73 + gap_m, 25))


def too_heavy(kg: int) -> tuple[Expected, ...]:
    return (
        HUGE,
        found("stack_mass", "S1", measured=kg, required=50_000),
        found("group_size", "S1", measured=kg, required=200_000),
    )


RING_LAYOUTS = [
    valid("drawn lanes of 6.00 m", l_shape_with_lanes_and_pond(lane_m=6.0)),
    broken(
        "drawn lanes of 5.99 m",
        l_shape_with_lanes_and_pond(lane_m=5.99),
        found("ring_width", "area", measured=5.99, required=6),
    ),
    valid("an east lane of 6.00 m", with_east_lane(6.0)),
    broken("an east lane of 5.99 m", with_east_lane(5.99), found("ring_width", "area", measured=5.99, required=6)),
    broken(
        "lanes that do not close",
        l_shape_with_lanes_and_pond().without("lane_n"),
        found("ring_width", "area", measured=0, required=6),
    ),
    broken(
        "a light in the lane",
        l_shape_with_lanes_and_pond().put("L2", "light", point(75, 19)),
        found("strip_blocked", "area", "L2", measured=3, required=6),
        found("ring_width", "area", measured=3.5, required=6),
    ),
    valid("a short side that an engine turns about by 9.1 m", low_area(8.7)),
    broken(
        "a short side that an engine turns about by 8.75 m only",
        low_area(8.0),
        found("ring_turning", "area", measured=8.75, required=9, within=0.11),
    ),
    valid("a cable 4.00 m over the lane", below_cable(l_shape_with_lanes_and_pond(), 75, 4.0)),
    broken(
        "a cable 3.99 m over the lane",
        below_cable(l_shape_with_lanes_and_pond(), 75, 3.99),
        found("lane_height", "cable", measured=3.99, required=4),
    ),
    valid("a low cable beside the lanes", below_cable(l_shape_with_lanes_and_pond(), 20, 3.0)),
    valid("a low cable along the edge of a lane", below_cable(l_shape_with_lanes_and_pond(), 25.5, 3.0)),
    broken(
        "a low cable over a yard without drawn lanes",
        below_cable(rectangle(), 30, 3.0),
        found("lane_height", "cable", measured=3.0, required=4),
    ),
    valid("a way of 4.00 m to the ring", with_inner_fence(4.0)),
    broken(
        "a way of 3.99 m to the ring",
        with_inner_fence(3.99),
        found("ring_access", "area", measured=3.99, required=4, within=0.015),
    ),
    broken(
        "a way of 3.50 m to ring and apron",
        with_inner_fence(3.5),
        found("ring_access", "area", measured=3.5, required=4, within=0.015),
    ),
    broken(
        "a way of 3.49 m to ring and apron",
        with_inner_fence(3.49),
        found("ring_access", "area", measured=3.49, required=4, within=0.015),
        found("truck_way", "apron", measured=3.49, required=3.5, within=0.015),
    ),
    broken(
        "a way of 1.19 m out of the yard",
        with_inner_fence(1.19),
        found("ring_access", "area", measured=1.19, required=4, within=0.015),
        found("truck_way", "apron", measured=1.19, required=3.5, within=0.015),
        found("escape_way", *SIX_STACKS, measured=1.19, required=1.2, within=0.015),
    ),
    broken("a stack area of 150.00 m on a huge site", huge(), HUGE),
    broken(
        "a stack area of 150.01 m on a huge site",
        huge().reshaped("area", box(40, 10, 190.01, 40)),
        HUGE,
        found("cross_lane", "area", measured=150.01, required=150),
    ),
    broken(
        "lanes 4.99 m from stacks of 5,000 t",
        of_mass(huge_with_lanes(), 5_000_000).moved("S1", 0, -0.01),
        *too_heavy(4_970_000),
    ),
    broken(
        "lanes 4.99 m from stacks of more than 5,000 t",
        of_mass(huge_with_lanes(), 5_030_000).moved("S1", 0, -0.01),
        *too_heavy(5_000_000),
        found("lane_to_stack", "lane_s", "S1", measured=4.99, required=5),
    ),
    broken(
        "lanes 5.00 m from stacks of more than 5,000 t", of_mass(huge_with_lanes(), 5_030_000), *too_heavy(5_000_000)
    ),
    broken("a yard of 20,000 t", of_mass(huge(), 20_000_000), *too_heavy(19_970_000)),
    broken(
        "a yard of 20,000 t and 1 kg",
        of_mass(in_two_parts(39.99), 20_000_001),
        *too_heavy(19_970_001),
        found("yard_split", "site", measured=20_000_001, required=20_000_000),
    ),
    # Two yards, each as far from the other as a building of grade 4 from more than 10,000 t.
    broken(
        "20,000 t and 1 kg in two parts 40.00 m apart", of_mass(in_two_parts(40), 20_000_001), *too_heavy(19_970_001)
    ),
    broken(
        "20,000 t and 1 kg in one part 40.00 m from another",
        of_mass(in_two_parts(40), 20_030_001),
        *too_heavy(20_000_001),
        found("yard_split", "site", measured=20_000_001, required=20_000_000),
    ),
    broken(
        "a building 19.99 m from stacks of more than 5,000 t",
        of_mass(huge(), 5_030_000)
        .reshaped("S1", box(45, 29, 59, 39))
        .put("B2", "building", box(45, 58.99, 59, 65), fire_grade=2, use="workshop", height_m=3),
        *too_heavy(5_000_000),
        found("building_distance", "B2", "S1", measured=19.99, required=20),
    ),
    broken(
        "a building 19.99 m from stacks of 4,999 t",
        of_mass(huge(), 4_999_000)
        .reshaped("S1", box(45, 29, 59, 39))
        .put("B2", "building", box(45, 58.99, 59, 65), fire_grade=2, use="workshop", height_m=3),
        *too_heavy(4_969_000),
    ),
]
