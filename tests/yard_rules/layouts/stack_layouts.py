"""Stacks, groups, ways out, covers; straw under a roof."""

from __future__ import annotations

from tests.yard_rules.layouts.base_yards import huge, rectangle, store_yard
from tests.yard_rules.layouts.drawing import Drawing, area, box
from tests.yard_rules.layouts.layout import Layout, broken, found, valid
from tests.yard_rules.layouts.ring_layouts import HUGE, SIX_STACKS

INDOOR_STACKS = ("T11", "T12", "T13", "T21", "T22", "T23")


def with_depth(depth_m: float) -> Drawing:
    return rectangle().reshaped("S31", box(36, 39, 50, 39 + depth_m))


def with_court(mouth_m: float) -> Drawing:
    """A stack about a court of 4 m × 4 m that opens to the north by so much."""
    return rectangle().reshaped(
        "S31",
        area(
            (36, 39),
            (50, 39),
            (50, 47),
            (42 + mouth_m, 47),
            (42 + mouth_m, 45),
            (45, 45),
            (45, 41),
            (41, 41),
            (41, 45),
            (42, 45),
            (42, 47),
            (36, 47),
        ),
    )


def with_aisle(width_m: float) -> Drawing:
    yard = store_yard()
    for stack, (west, east) in (("T21", (31, 42)), ("T22", (43.5, 54.5)), ("T23", (56, 65))):
        yard = yard.reshaped(stack, box(west, 27.5 + width_m, east, 43))
    return yard.moved("C2", 0, -0.6)


def with_column(gap_m: float) -> Drawing:
    """The store with a column of 30 cm in its aisle, so far from the stack T11, which leaves 2 m of the aisle free."""
    return store_yard().put("column", "column", box(35, 27.5 + gap_m, 35.3, 27.8 + gap_m))


def indoors_apart(gap_m: float) -> Drawing:
    """Two stacks so near to the wall (0.5 m) that nobody of 1.2 m can stand between wall and stacks."""
    yard = store_yard().reshaped("T11", box(31, 14.5, 42, 27.5))
    return yard.reshaped("T12", box(42 + gap_m, 14.5, 54, 27.5))


def under_a_low_roof(roof_m: float) -> Drawing:
    yard = store_yard().but("store", height_m=roof_m).but("C2", height_m=3.2)
    for stack in INDOOR_STACKS[1:]:
        yard = yard.but(stack, height_m=2.9)
    return yard


def with_store(north: float, compartment_m2: float | None) -> Drawing:
    return huge().reshaped("store", box(60, 80, 160, north)).but("store", compartment_m2=compartment_m2)


def in_one_group(yard: Drawing) -> Drawing:
    return yard.but("S31", group="G1").but("S32", group="G1")


def heavy_group(last_kg: int) -> Drawing:
    yard = rectangle().but("S22", mass_kg=last_kg)
    for stack in ("S11", "S12", "S21"):
        yard = yard.but(stack, mass_kg=50_000)
    return yard


STACK_LAYOUTS: list[Layout] = [
    valid("a stack of 150.0 m²", with_depth(150 / 14)),
    broken("a stack of 150.2 m²", with_depth(10.73), found("stack_area_m2", "S31", measured=150.22, required=150)),
    valid("a stack of 50.0 t", rectangle().but("S31", mass_kg=50_000)),
    broken(
        "a stack of 50,001 kg",
        rectangle().but("S31", mass_kg=50_001),
        found("stack_mass", "S31", measured=50_001, required=50_000),
    ),
    broken(
        "a stack of 3.01 m",
        rectangle().but("S31", height_m=3.01),
        found("stack_height", "S31", measured=3.01, required=3),
    ),
    broken(
        "a stack of four layers",
        rectangle().but("S31", layers=4),
        found("stack_height", "S31", measured=4, required=3),
    ),
    broken(
        "two stacks 3.99 m apart",
        rectangle().moved("S12", -0.01, 0),
        found("stack_gap", "S11", "S12", measured=3.99, required=4),
    ),
    valid("two stacks 0.8 mm too near", rectangle().moved("S12", -0.0008, 0)),
    broken(
        "two groups 9.99 m apart",
        rectangle().moved("S31", 0, -0.01),
        found("group_gap", "S21", "S31", measured=9.99, required=10),
    ),
    broken(
        "two groups 10.00 m apart of stacks of 5.01 m",
        rectangle().but("S31", height_m=5.01),
        found("stack_height", "S31", measured=5.01, required=3),
        found("group_gap", "S21", "S22", "S31", "S32", measured=10.0, required=10.02),
    ),
    broken(
        "two groups 10.00 m apart of stacks of 5.00 m",
        rectangle().but("S31", height_m=5.0),
        found("stack_height", "S31", measured=5.0, required=3),
    ),
    broken("a group of six", in_one_group(rectangle()), found("group_size", *SIX_STACKS, measured=6, required=4)),
    valid("a group of 200.0 t", heavy_group(50_000)),
    broken(
        "a group of 200,001 kg",
        heavy_group(50_001),
        found("stack_mass", "S22", measured=50_001, required=50_000),
        found("group_size", "S11", "S12", "S21", "S22", measured=200_001, required=200_000),
    ),
    valid("a court in a stack open by 1.20 m", with_court(1.2)),
    broken(
        "a court in a stack open by 1.19 m",
        with_court(1.19),
        found("escape_way", "S31", measured=1.19, required=1.2, within=0.015),
    ),
    broken("a stack without a cover", rectangle().but("S31", cover="none"), found("stack_cover", "S31")),
    broken("a stack of unknown cover", rectangle().but("S31", cover=None), found("stack_cover", "S31")),
    valid("a stack sprayed with retardant", rectangle().but("S31", cover="retardant")),
    valid("a stack 0.50 m from the wall", store_yard().reshaped("T11", box(30.5, 15, 42, 27.5))),
    broken(
        "a stack 0.49 m from the wall",
        store_yard().reshaped("T11", box(30.49, 15, 42, 27.5)),
        found("wall_gap", "T11", "store", measured=0.49, required=0.5),
    ),
    valid("a column 0.30 m from a stack, beside the aisle", with_column(0.3)),
    broken(
        "a column 0.29 m from a stack",
        with_column(0.29),
        found("column_gap", "T11", "column", measured=0.29, required=0.3),
    ),
    valid("a column between buildings", with_column(0.29).moved("column", 0, -20)),
    valid("two stacks indoors 1.00 m apart", indoors_apart(1.0)),
    broken(
        "two stacks indoors 0.99 m apart",
        indoors_apart(0.99),
        found("stack_gap", "T11", "T12", measured=0.99, required=1),
    ),
    broken(
        "where two gaps of 1.00 m meet indoors stands who cannot leave",
        store_yard().reshaped("T12", box(43, 15, 54.5, 27.5)),
        found("escape_way", "T11", "T12", measured=1.0, required=1.2, within=0.015),
    ),
    valid("a roof 0.50 m over a stack", under_a_low_roof(3.5)),
    broken(
        "a roof 0.49 m over a stack",
        under_a_low_roof(3.49),
        found("roof_gap", "T11", "store", measured=0.49, required=0.5),
    ),
    valid("an aisle of 2.00 m", with_aisle(2.0)),
    broken(
        "an aisle of 1.99 m",
        with_aisle(1.99).without("T23"),
        # A disc of 2 m stands where the aisle meets a gap: in the west beside four stacks, in the east beside three.
        found("indoor_aisle", "store", "T13", measured=1.99, required=2, within=0.015),
    ),
    broken(
        "a store of 6,001 m²",
        with_store(140.01, 1500),
        HUGE,
        found("store_building", "store", measured=6001, required=6000),
    ),
    broken(
        "a fire compartment of 1,500.2 m²",
        with_store(140, 1500.2),
        HUGE,
        found("compartment", "store", measured=1500.2, required=1500),
    ),
    broken(
        "a store of one fire compartment",
        with_store(140, None),
        HUGE,
        found("compartment", "store", measured=6000, required=1500),
    ),
]
