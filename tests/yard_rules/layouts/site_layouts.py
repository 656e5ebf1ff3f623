"""Site, gate, fence, places of things: broken one at a time, just below and at the figure."""

from __future__ import annotations

from tests.yard_rules.layouts.base_yards import STRAW, rectangle, small, two_areas
from tests.yard_rules.layouts.drawing import Drawing, box, line, point
from tests.yard_rules.layouts.layout import BLOCKS, broken, found, valid


def with_gate_to(east: float) -> Drawing:
    """The rectangle with a gate from x = 4 to this."""
    yard = rectangle().reshaped("gate", line((4, 0), (east, 0)))
    return yard.reshaped("fence", line((east, 0), (80, 0), (80, 58), (0, 58), (0, 0), (4, 0)))


def with_opening(from_y: float, to_y: float) -> Drawing:
    """The rectangle with an opening in the fence of its east side."""
    yard = rectangle().reshaped("fence", line((10, 0), (80, 0), (80, from_y)))
    return yard.put("fence_2", "fence", line((80, to_y), (80, 58), (0, 58), (0, 0), (4, 0)))


def with_waiting_area(north: float) -> Drawing:
    return rectangle().reshaped("waiting", box(0, -45, 20, north))


def with_guard(west: float, south: float, east: float, north: float) -> Drawing:
    return rectangle().reshaped("guard", box(west, south, east, north))


def with_stack_in_the_open() -> Drawing:
    yard = rectangle().without("guard").reshaped("H1", point(10, 56))
    return yard.put("T1", "stack", box(16, 47, 24, 53), **{**STRAW, "mass_kg": 10_000})


def shifted_area(north_m: float) -> Drawing:
    """The small yard with its stack area towards the north, whose extinguishers there stand at the corners."""
    yard = small().reshaped("E04", point(18.5, 40)).put("E06", "extinguisher", point(47.5, 40))
    for moved in ("area", "S1", "S2"):
        yard = yard.moved(moved, 0, north_m)
    return yard


def areas_apart(gap_m: float) -> Drawing:
    yard = two_areas()
    for moved in ("east", "E1", "E2"):
        yard = yard.moved(moved, gap_m - 13, 0)
    return yard


SITE_LAYOUTS = [
    valid("a site of 7.00 mu", rectangle(north=58.333)),
    broken("a site of 7.01 mu", rectangle(north=58.4), found("site_area", "site", measured=7.008, required=7)),
    valid("a site of 3.00 mu", small(north=40.0)),
    broken("a site of 2.99 mu", small(north=39.9), found("site_area", "site", measured=2.9925, required=3)),
    broken(
        "a building half outside of the site",
        with_guard(-2, 50, 2, 55),
        found("outside_site", "guard", measured=10.0, required=0),
    ),
    broken(
        "a light 3 m outside of the site",
        rectangle().reshaped("L1", point(12, 61)),
        found("outside_site", "L1", measured=3.0, required=0),
    ),
    valid("a light on the outline of the site", rectangle().reshaped("L1", point(12, 58))),
    valid("a building against the apron", with_guard(13, 37, 17, 42)),
    broken(
        "a building on the apron",
        with_guard(13, 36, 17, 41),
        found("overlap", "apron", "guard", measured=3.0, required=0),
        # What it stands on, and a corner behind it; counted in cells of 0.1 m.
        found("camera_blind", "apron", measured=4.11, required=0, within=0.1),
    ),
    broken(
        "a scale on the apron",
        rectangle().moved("scale", 6, 0),
        found("overlap", "apron", "scale", measured=7.0, required=0),
    ),
    broken(
        "an extinguisher under straw",
        rectangle().put("E09", "extinguisher", point(43, 13)),
        found("overlap", "E09", "S11", measured=4.0, required=0),
    ),
    broken("a gate for people only", rectangle().but("gate", for_vehicles=False), found("gate_missing", "site")),
    broken(
        "no gate at all",
        rectangle().without("gate").reshaped("fence", line((0, 0), (80, 0), (80, 58), (0, 58), (0, 0))),
        found("gate_missing", "site"),
    ),
    valid("a gate of 4.00 m", with_gate_to(8.0)),
    broken("a gate of 3.99 m", with_gate_to(7.99), found("gate_width", "gate", measured=3.99, required=4)),
    valid(
        "a second gate that is narrow",
        rectangle().put("gate_2", "gate", line((30, 0), (33, 0)), for_vehicles=True),
    ),
    valid("a beam 4.00 m over the gate", rectangle().but("gate", clear_height_m=4)),
    broken(
        "a beam 3.99 m over the gate",
        rectangle().but("gate", clear_height_m=3.99),
        found("gate_height", "gate", measured=3.99, required=4),
    ),
    valid(
        "a second gate that is open above",
        rectangle().but("gate", clear_height_m=3).put("gate_2", "gate", line((30, 0), (34, 0)), for_vehicles=True),
    ),
    broken(
        "a second gate that is open above and too narrow",
        rectangle().but("gate", clear_height_m=3).put("gate_2", "gate", line((30, 0), (33, 0)), for_vehicles=True),
        found("gate_height", "gate", measured=3, required=4),
    ),
    broken(
        "two low gates",
        rectangle()
        .but("gate", clear_height_m=3)
        .put("gate_2", "gate", line((30, 0), (34, 0)), for_vehicles=True, clear_height_m=3.5),
        found("gate_height", "gate_2", measured=3.5, required=4),
    ),
    broken("a gate at a field path", rectangle().but("gate", road="other"), found("gate_road", "gate")),
    broken("a gate at an unknown road", rectangle().but("gate", road=None), found("gate_road", "gate")),
    valid("a village main road", rectangle().but("gate", road="village_main")),
    broken(
        "no room outside of the gate",
        rectangle().without("waiting"),
        found("gate_room", "gate", severity=BLOCKS),
    ),
    valid("room 20.00 m from the gate", with_waiting_area(-20.0)),
    broken(
        "room 20.01 m from the gate",
        with_waiting_area(-20.01),
        found("gate_room", "gate", measured=20.01, required=20),
    ),
    valid("a fence open for 0.50 m", with_opening(20, 20.5)),
    broken("a fence open for 0.52 m", with_opening(20, 20.52), found("fence_gap", "site", measured=0.02, required=0)),
    broken("a fence open for 5 m", with_opening(20, 25), found("fence_gap", "site", measured=4.5, required=0)),
    broken(
        "a fence open in two places",
        with_opening(20, 25).reshaped("fence", line((12, 0), (80, 0), (80, 20))),
        found("fence_gap", "site", measured=4.5, required=0),
        found("fence_gap", "site", measured=1.5, required=0),
    ),
    broken("no fence", rectangle().without("fence"), found("fence_gap", "site", measured=269.5, required=0)),
    valid(
        "a building wall in place of a fence",
        with_guard(0, 50, 4, 55)
        .reshaped("fence", line((10, 0), (80, 0), (80, 58), (0, 58), (0, 55)))
        .put("fence_2", "fence", line((0, 50), (0, 0), (4, 0))),
    ),
    broken("a stack beside the stack area", with_stack_in_the_open(), found("stack_outside_area", "T1")),
    valid("a stack at the edge of its area", rectangle().moved("S12", 2.0, 0)),
    valid("a stack half a millimetre over the edge", rectangle().moved("S12", 2.0005, 0)),
    broken(
        "a stack two millimetres over the edge",
        rectangle().moved("S12", 2.002, 0),
        found("stack_outside_area", "S12"),
        found("strip_blocked", "area", "S12", measured=0, required=6),
    ),
    broken(
        "a stack half a metre over the edge",
        rectangle().moved("S12", 2.5, 0),
        found("stack_outside_area", "S12"),
        found("strip_blocked", "area", "S12", measured=0, required=6),
    ),
    valid("an outline 6.00 m from the stack area", shifted_area(2.0)),
    broken(
        "an outline 5.99 m from the stack area",
        shifted_area(2.01),
        found("strip_blocked", "area", "site", measured=5.99, required=6),
        found("ring_width", "area", measured=5.99, required=6),
    ),
    valid("an apron 6.00 m from the stack area", rectangle().reshaped("apron", box(14, 17, 28, 37))),
    valid("an apron 0.8 mm too near", rectangle().reshaped("apron", box(14, 17, 28.0008, 37))),
    broken(
        "an apron 5.99 m from the stack area",
        rectangle().reshaped("apron", box(14, 17, 28.01, 37)),
        found("strip_blocked", "area", "apron", measured=5.99, required=6),
        found("ring_width", "area", measured=5.99, required=6),
    ),
    broken(
        "a light 5.99 m from the stack area",
        rectangle().put("L2", "light", point(28.01, 48)),
        found("strip_blocked", "area", "L2", measured=5.99, required=6),
    ),
    valid("a light 6.00 m from the stack area", rectangle().put("L2", "light", point(28, 48))),
    broken(
        "a hydrant in the strip",
        rectangle().put("H3", "hydrant", point(28.01, 48)),
        found("strip_blocked", "area", "H3", measured=5.99, required=6),
    ),
    broken(
        "a camera in the strip",
        rectangle().put("C4", "camera", point(28.5, 48), direction_deg=90, view_deg=60, range_m=40, height_m=6),
        found("strip_blocked", "area", "C4", measured=5.5, required=6),
    ),
    broken(
        "a hose point in the strip",
        rectangle().put("P1", "hose_point", point(28.5, 48), hose_m=20),
        found("strip_blocked", "area", "P1", measured=5.5, required=6),
    ),
    broken(
        "a pond in the strip",
        rectangle().put("pond", "pond", box(20, 47, 28.2, 50), water_m3=10),
        found("strip_blocked", "area", "pond", measured=5.8, required=6),
    ),
    broken(
        "a fence in the strip",
        rectangle().put("F2", "fence", line((28.01, 46.5), (28.01, 51))),
        found("strip_blocked", "area", "F2", measured=5.99, required=6),
    ),
    broken(
        "a pump house in the strip",
        rectangle().put("B2", "building", box(22, 47, 28.01, 51), fire_grade=2, use="pump_house", height_m=3),
        found("strip_blocked", "area", "B2", measured=5.99, required=6),
        found("building_distance", "B2", "S31", measured=7.99, required=15),
    ),
    broken(
        "two stack areas 5.99 m apart",
        areas_apart(5.99),
        found("strip_blocked", "east", "west", measured=5.99, required=6),
        found("group_gap", "E1", "E2", "W1", "W2", measured=7.99, required=10),
    ),
]
