"""Distances from stacks to what must not burn, or may set on fire: a centimetre too near, and just far enough."""

from __future__ import annotations

from tests.yard_rules.layouts.base_yards import l_shape_with_lanes_and_pond, rectangle, store_yard
from tests.yard_rules.layouts.drawing import Drawing, box, line
from tests.yard_rules.layouts.layout import BLOCKS, Layout, broken, found, valid

# The stacks S12, S22 and S32 end at x = 68; only S32 lies beside these northings.
EAST_END, SOUTH, NORTH = 68, 40, 46


def beside(gap_m: float, use: str, fire_grade: int | None = None) -> Drawing:
    """The rectangle with a neighbour east of the stack S32."""
    properties = {"use": use} | ({"fire_grade": fire_grade} if fire_grade else {})
    return rectangle().put("next", "neighbour", box(EAST_END + gap_m, SOUTH, EAST_END + gap_m + 8, NORTH), **properties)


def near_home(gap_m: float) -> Drawing:
    return store_yard().put("home", "neighbour", box(65 + gap_m, 31, 65 + gap_m + 8, 40), use="home", fire_grade=2)


def under_line(gap_m: float, pole_height_m: float | None, is_temporary: bool = False) -> Drawing:
    """The rectangle with a second line east of the stack S32."""
    x = EAST_END + gap_m
    properties = {"pole_height_m": pole_height_m} if pole_height_m else {}
    if is_temporary:
        properties["is_temporary"] = True
    return rectangle().put("wire", "power_line", line((x, SOUTH), (x, NORTH)), **properties)


def with_building(gap_m: float, fire_grade: int | None) -> Drawing:
    """The rectangle with a workshop west of the stack S31 (x = 36)."""
    east = 36 - gap_m
    south, north = (40, 44) if gap_m > 24 else (44, 50)
    properties = {"fire_grade": fire_grade} if fire_grade else {}
    yard = rectangle().put(
        "B2", "building", box(east - 3, south, east, north), use="workshop", height_m=3, **properties
    )
    return yard


def of_light_stacks(all_kg: int) -> Drawing:
    """The rectangle with a building at 12 m and so much straw in all."""
    yard = with_building(12, 2)
    for stack in ("S11", "S12", "S21", "S22", "S31"):
        yard = yard.but(stack, mass_kg=1000)
    return yard.but("S32", mass_kg=all_kg - 5000)


def with_site_road(gap_m: float, road: str) -> Drawing:
    """The L with a lane that is a road, west of the stack S21 (x = 33)."""
    return l_shape_with_lanes_and_pond().put("way", "lane", box(29 - gap_m, 22, 33 - gap_m, 45), road=road)


def too_near(rule: str, use: str, required: float, grade: int | None = None) -> list[Layout]:
    """A neighbour of a use a centimetre nearer than required, and as near as it may be."""
    return [
        valid(f"{use} at {required:.2f} m", beside(required, use, grade)),
        broken(
            f"{use} at {required - 0.01:.2f} m",
            beside(required - 0.01, use, grade),
            found(rule, "next", "S32", measured=required - 0.01, required=required),
        ),
    ]


DISTANCE_LAYOUTS: list[Layout] = [
    *(
        layout
        for grade, required in ((1, 15), (2, 15), (3, 20), (4, 25), (None, 25))
        for layout in (
            valid(f"a building of grade {grade} at {required} m", with_building(required, grade)),
            broken(
                f"a building of grade {grade} at {required - 0.01} m",
                with_building(required - 0.01, grade),
                found("building_distance", "B2", "S31", measured=required - 0.01, required=required),
            ),
        )
    ),
    *too_near("building_distance", "workshop", 15, 2),
    *too_near("building_distance", "store", 20, 3),
    valid("a building at 12 m from less than 10 t", of_light_stacks(9_998)),
    broken(
        "a building at 12 m from 10 t",
        of_light_stacks(10_000),
        found("building_distance", "B2", "S31", measured=12, required=15),
    ),
    *too_near("home_distance", "home", 50),
    *too_near("home_distance", "school", 50, 2),
    *too_near("home_distance", "public_building", 50, 4),
    valid("a home at 50.00 m from an indoor stack", near_home(50)),
    broken(
        "a home at 49.99 m from an indoor stack",
        near_home(49.99),
        found("home_distance", "home", "T23", measured=49.99, required=50),
    ),
    # A quarter more than to other workshops, 25 m at least: 1.25 × 15 and 1.25 × 20 are no more.
    *too_near("class_a_distance", "class_a", 25, 2),
    *too_near("class_a_distance", "class_a", 31.25, 4),
    *too_near("transformer_distance", "transformer", 50),
    *too_near("open_flame_distance", "open_flame", 31.25),
    *too_near("railway_distance", "railway", 30),
    *too_near("road_distance", "road", 15),
    *too_near("water_distance", "water", 20),
    valid("a neighbour of another use nearby", beside(13, "other")),
    valid("a main road on the site at 10.00 m", with_site_road(10, "main")),
    broken(
        "a main road on the site at 9.99 m",
        with_site_road(9.99, "main"),
        found("site_road_distance", "way", "S21", measured=9.99, required=10),
    ),
    valid("a minor road on the site at 5.00 m", with_site_road(5, "minor")),
    broken(
        "a minor road on the site at 4.99 m",
        with_site_road(4.99, "minor"),
        found("site_road_distance", "way", "S21", measured=4.99, required=5),
    ),
    valid("a line at 15.00 m with poles of 10 m", under_line(15, 10)),
    broken(
        "a line at 14.99 m with poles of 10 m",
        under_line(14.99, 10),
        found("line_distance", "wire", "S32", measured=14.99, required=15),
    ),
    broken(
        "a line at 14.99 m with poles of unknown height",
        under_line(14.99, None),
        found("line_distance", "wire", "S32", measured=14.99, required=15),
    ),
    broken(
        "a line at 10.00 m with poles of 10 m keeps the plan",
        under_line(10, 10),
        found("line_distance", "wire", "S22", "S32", measured=10, required=15),
    ),
    broken(
        "a line at 9.99 m with poles of 10 m",
        under_line(9.99, 10),
        found("line_distance", "wire", "S22", "S32", measured=9.99, required=15, severity=BLOCKS, ask_brigade=True),
    ),
    valid("a line at 10.00 m with poles of 6 m", under_line(10, 6)),
    broken(
        "a line at 9.99 m with poles of 6 m",
        under_line(9.99, 6),
        found("line_distance", "wire", "S32", measured=9.99, required=10, severity=BLOCKS, ask_brigade=False),
    ),
    broken(
        "a line over the stacks",
        rectangle().put("wire", "power_line", line((-20, 43), (100, 43)), pole_height_m=10),
        found(
            "line_distance",
            "wire",
            "S21",
            "S22",
            "S31",
            "S32",
            measured=0,
            required=15,
            severity=BLOCKS,
            ask_brigade=True,
        ),
    ),
    valid("a temporary line at 1.50 m", under_line(1.5, None, is_temporary=True)),
    broken(
        "a temporary line at 1.49 m",
        under_line(1.49, None, is_temporary=True),
        found("temporary_line_distance", "wire", "S32", measured=1.49, required=1.5),
    ),
]
