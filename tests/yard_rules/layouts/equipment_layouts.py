"""Water, extinguishers, cameras, lights, the apron."""

from __future__ import annotations

from math import hypot, pi

from tests.yard_rules.layouts.base_yards import l_shape_with_lanes_and_pond, rectangle, small
from tests.yard_rules.layouts.drawing import Drawing, bearing_deg, box, point
from tests.yard_rules.layouts.layout import BLOCKS, MEND, broken, found, valid

AROUND_SMALL_M = 2 * (18 + 25) + 12 * pi
AROUND_M = 2 * (36 + 42) + 12 * pi  # 6 m outside of the rectangle's stack area
NORTH_STACKS = ("S11", "S12", "S21", "S22")


def with_hydrant_at(x: float) -> Drawing:
    return rectangle().reshaped("H2", point(x, 1))


def with_one_hose(hose_m: float | None) -> Drawing:
    """Only the hydrant in the east has a hose."""
    return rectangle().but("H1", hose_m=None).but("H2", hose_m=hose_m)


def with_south_extinguishers(west: float, east: float) -> Drawing:
    return rectangle().reshaped("E01", point(west, 1)).reshaped("E02", point(east, 1))


def with_first_camera(to_x: float) -> Drawing:
    """The gate's camera sees of the gate only what lies east of this."""
    return rectangle().but("C1", direction_deg=bearing_deg((1, 14), (to_x, 0)) - 10, view_deg=20)


def with_screen(height_m: float | None) -> Drawing:
    """A shed between the gate's camera (6 m high) and the gate."""
    properties = {"height_m": height_m} if height_m else {}
    return rectangle().put("B2", "building", box(2, 6, 3, 8), fire_grade=2, use="other", **properties)


def with_low_camera(height_m: float) -> Drawing:
    """The north-east camera of the small yard as high as this; the other sees the gate and the apron only."""
    return small().but("C2", height_m=height_m).but("C1", range_m=21)


def with_hydrants_in_the_east(north: float) -> Drawing:
    """The small yard, its hydrants at both ends of the shorter side only."""
    return small(north).reshaped("H1", point(46, 2)).reshaped("H2", point(46, 42))


def with_one_extinguisher(reach_m: float) -> Drawing:
    """The small yard with one extinguisher so far from the worst corners of its northern stack."""
    yard = small().without("E02", "E03", "E04", "E05")
    return yard.reshaped("E01", point(33, 29 - (reach_m**2 - 8**2) ** 0.5))


def with_flows(first_l_per_s: float, second_l_per_s: float | None, each_kg: int = 30_000) -> Drawing:
    """The rectangle with what its two hydrants give, and so much straw on each of its six stacks."""
    yard = rectangle().but("H1", flow_l_per_s=first_l_per_s).but("H2", flow_l_per_s=second_l_per_s)
    for stack in yard.of_kind("stack"):
        yard = yard.but(stack, mass_kg=each_kg)
    return yard


EQUIPMENT_LAYOUTS = [
    # 180 t want 20 L/s by the code, more than 500 t 35 L/s, less than 50 t nothing.
    valid("hydrants that give 20 L/s together", with_flows(12, 8)),
    broken(
        "hydrants that give 19.9 L/s together",
        with_flows(12, 7.9),
        found("hydrant_flow", "H1", "H2", measured=19.9, required=20),
    ),
    valid("hydrants of which one was never measured", with_flows(12, None)),
    valid("hydrants that give little for 49 t", with_flows(4, 4, each_kg=8_160)),
    broken(
        "hydrants that give 30 L/s together for 502 t",
        with_flows(15, 15).but("S32", mass_kg=352_000),
        found("stack_mass", "S32", measured=352_000, required=50_000),
        found("group_size", "S31", "S32", measured=382_000, required=200_000),
        found("hydrant_flow", "H1", "H2", measured=30, required=35),
    ),
    valid("hydrants across a nearly square site", with_hydrants_in_the_east(46)),
    broken(
        "hydrants across a site that is not square",
        with_hydrants_in_the_east(44),
        found("hydrants_at_ends", "site", measured=1, required=2),
    ),
    broken(
        "a pond of 432 m³ for 502 t",
        l_shape_with_lanes_and_pond().but("S11", mass_kg=412_000),
        found("stack_mass", "S11", measured=412_000, required=50_000),
        found("group_size", "S11", "S12", "S21", "S22", measured=502_000, required=200_000),
        found("pond_volume", "pond", measured=432, required=756),
    ),
    broken(
        "one extinguisher 30.00 m from the worst corner",
        with_one_extinguisher(30),
        found("extinguisher_spacing", "area", "E01", measured=AROUND_SMALL_M, required=30),
    ),
    broken(
        "one extinguisher 30.01 m from the worst corner",
        with_one_extinguisher(30.01),
        found("extinguisher_spacing", "area", "E01", measured=AROUND_SMALL_M, required=30),
        found("extinguisher_reach", "S2", measured=30.01, required=30),
    ),
    valid("a hydrant just in the last third", with_hydrant_at(53.34)),
    broken(
        "a hydrant just before the last third",
        with_hydrant_at(53.3),
        found("hydrants_at_ends", "site", measured=1, required=2),
    ),
    broken(
        "no water at all",
        l_shape_with_lanes_and_pond().without("pond"),
        found("hydrants_at_ends", "site", measured=0, required=2),
        *(found("hose_reach", stack, severity=BLOCKS) for stack in NORTH_STACKS),
    ),
    valid("a pond of 432.0 m³", l_shape_with_lanes_and_pond().but("pond", water_m3=432)),
    broken(
        "a pond of 431.8 m³",
        l_shape_with_lanes_and_pond().but("pond", water_m3=431.8),
        found("pond_volume", "pond", measured=431.8, required=432),
    ),
    valid(
        "a small pond beside hydrants at both ends",
        l_shape_with_lanes_and_pond()
        .but("pond", water_m3=20)
        .put("H1", "hydrant", point(20, 44))
        .put("H2", "hydrant", point(79, 10)),
    ),
    valid("a hose whose bent way is long enough", with_one_hose(61.6)),
    broken(
        "a hose whose bent way is too long",
        with_one_hose(60),
        found("hose_reach", "S11", measured=52.08, required=51, within=0.26, severity=MEND, ask_brigade=True),
    ),
    broken(
        "hydrants without hoses",
        with_one_hose(None),
        *(found("hose_reach", stack, severity=BLOCKS) for stack in (*NORTH_STACKS, "S31", "S32")),
    ),
    broken(
        "a portable extinguisher more",
        rectangle().put("E09", "extinguisher", point(52, 1), is_wheeled=False),
        found("extinguisher_kind", "E09"),
    ),
    broken(
        "a foam extinguisher in the place of powder",
        rectangle().but("E03", agent="other"),
        found("extinguisher_kind", "E03"),
        found("extinguisher_spacing", "area", "E02", "E04", measured=6 + 3 * pi + 30, required=30),
    ),
    broken(
        "an extinguisher too few",
        rectangle().without("E03"),
        found("extinguisher_spacing", "area", "E02", "E04", measured=6 + 3 * pi + 30, required=30),
    ),
    valid("extinguishers 30.00 m apart", with_south_extinguishers(34, 64)),
    broken(
        "extinguishers 30.01 m apart",
        with_south_extinguishers(34, 64.01),
        found("extinguisher_spacing", "area", "E01", "E02", measured=30.01, required=30),
    ),
    broken(
        "one extinguisher",
        rectangle().without("E02", "E03", "E04", "E05", "E06", "E07", "E08"),
        found("extinguisher_spacing", "area", "E01", measured=AROUND_M, required=30),
        found("extinguisher_reach", "S12", measured=hypot(28, 16), required=30),
        found("extinguisher_reach", "S22", measured=hypot(28, 28), required=30),
        found("extinguisher_reach", "S31", measured=hypot(10, 46), required=30),
        found("extinguisher_reach", "S32", measured=hypot(28, 46), required=30),
    ),
    broken(
        "no extinguisher",
        rectangle().without("E01", "E02", "E03", "E04", "E05", "E06", "E07", "E08"),
        found("extinguisher_spacing", "area", measured=AROUND_M, required=30),
    ),
    broken(
        "no camera at the gate",
        rectangle().without("C1"),
        found("camera_blind", "gate", measured=6, required=0),
    ),
    broken(
        "a camera that sees half of the gate",
        with_first_camera(7),
        found("camera_blind", "gate", measured=3, required=0),
    ),
    broken(
        "a shed as high as the camera before the gate",
        with_screen(6),
        found("camera_blind", "gate", measured=5 / 3, required=0),
    ),
    broken(
        "a shed of unknown height before the gate",
        with_screen(None),
        found("camera_blind", "gate", measured=5 / 3, required=0),
    ),
    broken(
        "a shed hardly lower than the camera before the gate",
        with_screen(5.9),
        found("camera_blind", "gate", measured=5 / 3, required=0),
    ),
    # Seen from 6 m, the ground behind 3 m of height is hidden up to twice as far: here behind the shed's southern half.
    broken(
        "a shed half as high as the camera before the gate",
        with_screen(3),
        found("camera_blind", "gate", measured=1, required=0),
    ),
    # Its shadow ends before the gate: 8 m of 14 m behind it, where the line of sight is 2.57 m high.
    valid("a shed over which the camera sees the gate", with_screen(2.5)),
    broken(
        "no camera near the apron",
        rectangle().without("C3"),
        # Counted in cells of 0.1 m: outside of every sector, or in the shadow of the stacks on the ground.
        found("camera_blind", "apron", measured=228.26, required=0, within=0.5),
    ),
    broken(
        "a stack as high as the camera before a stack",
        with_low_camera(3.0),
        found("camera_blind", "S1", measured=99.93, required=0, within=1.0),  # counted in cells of 0.1 m
    ),
    valid("a stack lower than the camera before a stack", with_low_camera(3.01)),
    broken("no apron", rectangle().without("apron"), found("apron_missing", "site")),
    broken(
        "an apron in the stack area",
        rectangle().reshaped("apron", box(14, 17, 36, 37)),
        found("apron_in_stack_area", "apron", "area", measured=40, required=0),
        found("ring_width", "area", measured=5, required=6),
    ),
    broken("no light", rectangle().without("L1"), found("light_missing", "site")),
]
