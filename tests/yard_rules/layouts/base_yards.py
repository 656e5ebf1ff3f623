"""Seven yards that keep every rule; each broken layout is one of them with one thing changed. All synthetic."""

from __future__ import annotations

from tests.yard_rules.layouts.drawing import Drawing, Position, area, box, line, point
from tests.yard_rules.layouts.raster import Geometry

STRAW = {"height_m": 3.0, "layers": 3, "bales": 270, "mass_kg": 30_000, "cover": "fire_sheet"}
SEES_OVER_STACKS_M = 6.0


def rectangle(north: float = 58.0) -> Drawing:
    """80 m × 58 m; one stack area with two groups, 4 m within and 10 m between them; hydrants at both ends."""
    outline = [(0.0, 0.0), (80.0, 0.0), (80.0, north), (0.0, north)]
    yard = _enclosed(outline, (4.0, 0.0), (10.0, 0.0), "township").put("waiting", "waiting_area", box(0, -18, 20, -1))
    yard = yard.put("guard", "building", box(2, 50, 6, 55), fire_grade=2, use="guard_room", height_m=3)
    yard = yard.put("scale", "scale", box(5, 6, 9, 24)).put("apron", "apron", box(14, 17, 26, 37))
    yard = yard.put("area", "stack_area", box(34, 8, 70, 50))
    for stack, group, shape in (
        ("S11", "G1", box(36, 9, 50, 17)),
        ("S12", "G1", box(54, 9, 68, 17)),
        ("S21", "G1", box(36, 21, 50, 29)),
        ("S22", "G1", box(54, 21, 68, 29)),
        ("S31", "G2", box(36, 39, 50, 47)),
        ("S32", "G2", box(54, 39, 68, 47)),
    ):
        yard = yard.put(stack, "stack", shape, group=group, **STRAW)
    yard = _extinguishers(yard, (40, 1), (64, 1), (77.5, 12), (77.5, 38), (64, 57), (40, 57), (27.5, 40), (27.5, 14))
    yard = yard.put("H1", "hydrant", point(12, 54), hose_m=90).put("H2", "hydrant", point(78.5, 29), hose_m=90)
    yard = _camera(yard, "C1", (1, 14), 150, 120, 30)
    yard = _camera(yard, "C2", (79, 57), 225, 100, 70)
    yard = _camera(yard, "C3", (1, 29), 90, 120, 60)
    yard = yard.put("L1", "light", point(10, 46))
    yard = yard.put("line", "power_line", line((-20, 85), (100, 85)), pole_height_m=10)
    yard = yard.put("road", "neighbour", box(-30, -28, 110, -20), use="road")
    yard = yard.put("village", "neighbour", box(-80, 20, -60, 30), use="home", fire_grade=3)
    return yard.put("river", "neighbour", line((-30, 92), (110, 92)), use="water")


def l_shape_with_lanes_and_pond(lane_m: float = 6.5, area_north: float = 30.0) -> Drawing:
    """An L of 80 m × 38 m and 46 m × 30 m with drawn fire lanes round its stack area and a pond for hydrants."""
    outline = [(0.0, 0.0), (80.0, 0.0), (80.0, 38.0), (46.0, 38.0), (46.0, 68.0), (0.0, 68.0)]
    yard = _enclosed(outline, (0.0, 56.0), (0.0, 50.0), "village_main")
    yard = yard.put("waiting", "waiting_area", box(-20, 48, -1, 58))
    yard = yard.put("guard", "building", box(4, 60, 8, 64), fire_grade=3, use="guard_room", height_m=3)
    yard = yard.put("scale", "scale", box(8, 51, 26, 55)).put("apron", "apron", box(30, 46, 44, 62))
    yard = yard.put("area", "stack_area", box(32, 8, 72, area_north))
    for lane, shape in ring_lanes((32, 8, 72, area_north), lane_m).items():
        yard = yard.put(lane, "lane", shape)
    yard = yard.put("S11", "stack", box(33, 9, 48, 17), group="G1", **STRAW)
    yard = yard.put("S12", "stack", box(52, 9, 67, 17), group="G1", **STRAW)
    yard = yard.put("S21", "stack", box(33, 21, 48, 29), group="G1", **STRAW)
    yard = yard.put("S22", "stack", box(52, 21, 67, 29), group="G1", **STRAW)
    yard = _extinguishers(yard, (40, 1), (64, 1), (79, 19), (64, 37), (40, 37), (25, 19))
    yard = yard.put("pond", "pond", box(2, 2, 16, 20), water_m3=432, hose_m=90)
    yard = _camera(yard, "C1", (2, 45), 350, 120, 30)
    yard = _camera(yard, "C2", (45, 67), 205, 150, 90)
    return yard.put("L1", "light", point(30, 66))


def ring_lanes(about: tuple[float, float, float, float], width_m: float) -> dict[str, Geometry]:
    west, south, east, north = about
    w = width_m
    return {
        "lane_s": box(west - w, south - w, east + w, south),
        "lane_n": box(west - w, north, east + w, north + w),
        "lane_w": box(west - w, south - w, west, north + w),
        "lane_e": box(east, south - w, east + w, north + w),
    }


def store_yard() -> Drawing:
    """78 m × 58 m with all straw in a store building: two rows of three stacks about an aisle of 3 m."""
    yard = _enclosed([(0.0, 0.0), (78.0, 0.0), (78.0, 58.0), (0.0, 58.0)], (4.0, 0.0), (10.0, 0.0), "township")
    yard = yard.put("waiting", "waiting_area", box(0, -18, 20, -1))
    yard = yard.put("guard", "building", box(2, 52, 6, 56), fire_grade=2, use="guard_room", height_m=3)
    yard = yard.put("scale", "scale", box(5, 6, 9, 24)).put("apron", "apron", box(12, 18, 22, 40))
    yard = yard.put(
        "store", "building", box(30, 14, 66, 44), fire_grade=2, use="store", height_m=8, compartment_m2=1080
    )
    indoors = {**STRAW, "mass_kg": 40_000, "bales": 360, "cover": "none"}
    for row, (south, north) in (("1", (15, 27.5)), ("2", (30.5, 43))):
        for place, (west, east) in (("1", (31, 42)), ("2", (43.5, 54.5)), ("3", (56, 65))):
            yard = yard.put(f"T{row}{place}", "stack", box(west, south, east, north), group="T", **indoors)
    yard = _extinguishers(yard, (38, 7), (60, 7), (73, 22), (73, 38), (58, 51), (36, 51), (23, 36), (23, 20))
    yard = yard.put("H1", "hydrant", point(20, 8), hose_m=90).put("H2", "hydrant", point(72, 29), hose_m=90)
    yard = _camera(yard, "C1", (1, 48), 140, 120, 70)
    yard = _camera(yard, "C2", (48, 29), 0, 360, 40).but("C2", height_m=5)
    return yard.put("L1", "light", point(10, 46))


def two_areas() -> Drawing:
    """92 m × 50 m with two stack areas 13 m apart; hydrants at both ends."""
    yard = _enclosed([(0.0, 0.0), (92.0, 0.0), (92.0, 50.0), (0.0, 50.0)], (2.0, 0.0), (8.0, 0.0), "township")
    yard = yard.put("waiting", "waiting_area", box(0, -18, 20, -1))
    yard = yard.put("guard", "building", box(2, 42, 6, 47), fire_grade=1, use="guard_room", height_m=3)
    yard = yard.put("scale", "scale", box(3, 5, 6.5, 23)).put("apron", "apron", box(10, 14, 20, 36))
    yard = yard.put("west", "stack_area", box(30, 10, 50, 40)).put("east", "stack_area", box(63, 10, 83, 40))
    heavy = {**STRAW, "mass_kg": 40_000, "bales": 360}
    for place, start in (("W", 31), ("E", 64)):
        yard = yard.put(f"{place}1", "stack", box(start, 11, start + 18, 19), group=place, **heavy)
        yard = yard.put(f"{place}2", "stack", box(start, 23, start + 18, 31), group=place, **heavy)
    yard = _extinguishers(
        yard,
        (40, 2.5),
        (56.5, 12),
        (56.5, 38),
        (40, 47.5),
        (22.5, 34),
        (22.5, 16),
        (73, 2.5),
        (90, 16),
        (90, 34),
        (73, 47.5),
    )
    yard = yard.put("H1", "hydrant", point(14, 46), hose_m=90).put("H2", "hydrant", point(87, 4), hose_m=90)
    yard = _camera(yard, "C1", (1, 25), 110, 160, 40)
    yard = _camera(yard, "C2", (91, 49), 235, 110, 90)
    return yard.put("L1", "light", point(8, 39))


def two_areas_in_degrees() -> Drawing:
    """The yard of two areas, turned by 37° and laid down near 120.36° E, 30.44° N."""
    return two_areas().turned(37, 120, -80).in_degrees(120.36, 30.44)


def small(north: float = 41.0) -> Drawing:
    """50 m × 41 m, hardly more than 3 mu; one group of two stacks."""
    yard = _enclosed([(0.0, 0.0), (50.0, 0.0), (50.0, north), (0.0, north)], (1.0, 0.0), (6.0, 0.0), "township")
    yard = yard.put("waiting", "waiting_area", box(0, -18, 20, -1))
    yard = yard.put("apron", "apron", box(8, 12, 17, 30))
    yard = yard.put("area", "stack_area", box(24, 8, 42, 33))
    yard = yard.put("S1", "stack", box(25, 9, 41, 17), group="G", **STRAW)
    yard = yard.put("S2", "stack", box(25, 21, 41, 29), group="G", **STRAW)
    yard = _extinguishers(yard, (30, 0.5), (49, 12), (49, 29), (30, north - 0.5), (17.5, 20))
    yard = yard.put("H1", "hydrant", point(5, 36), hose_m=60).put("H2", "hydrant", point(49, 20.5), hose_m=60)
    yard = _camera(yard, "C1", (1, 20), 120, 170, 40)
    yard = _camera(yard, "C2", (49.5, north - 0.5), 235, 120, 60)
    return yard.put("L1", "light", point(5, 33))


def huge() -> Drawing:
    """240 m × 170 m, above 30,000 m², so that cross lanes count; a stack area of 150 m × 30 m and a store."""
    yard = _enclosed([(0.0, 0.0), (240.0, 0.0), (240.0, 170.0), (0.0, 170.0)], (4.0, 0.0), (10.0, 0.0), "township")
    yard = yard.put("waiting", "waiting_area", box(0, -18, 20, -1))
    yard = yard.put("scale", "scale", box(5, 6, 9, 24)).put("apron", "apron", box(14, 17, 26, 37))
    yard = yard.put("area", "stack_area", box(40, 10, 190, 40))
    yard = yard.put("S1", "stack", box(45, 15, 59, 25), group="G1", **STRAW)
    yard = yard.put("S2", "stack", box(100, 15, 114, 25), group="G2", **STRAW)
    yard = yard.put(
        "store", "building", box(60, 80, 160, 140), fire_grade=2, use="store", height_m=8, compartment_m2=1500
    )
    along = [40 + 25 * number for number in range(7)]
    yard = _extinguishers(yard, *((x, 3) for x in along), (197, 25), *((x, 47) for x in reversed(along)), (33, 25))
    yard = yard.put("H1", "hydrant", point(36, 50), hose_m=60).put("H2", "hydrant", point(200, 45), hose_m=None)
    yard = yard.put("P1", "hose_point", point(107, 46.5), hose_m=60)
    yard = _camera(yard, "C1", (1, 30), 110, 160, 70)
    yard = _camera(yard, "C2", (107, 50), 180, 180, 120)
    return yard.put("L1", "light", point(10, 46))


BASE_YARDS = {
    "rectangle": rectangle,
    "l_shape_with_lanes_and_pond": l_shape_with_lanes_and_pond,
    "store_yard": store_yard,
    "two_areas": two_areas,
    "two_areas_in_degrees": two_areas_in_degrees,
    "small": small,
}


def _enclosed(outline: list[Position], gate_start: Position, gate_end: Position, road: str) -> Drawing:
    """A site, its fence along the whole outline but for the gate, and the gate.

    The gate lies on one edge of the outline, drawn in the outline's direction.
    """
    edges = list(zip(outline, [*outline[1:], outline[0]], strict=True))
    held = next(number for number, edge in enumerate(edges) if _lies_on(gate_start, *edge))
    after = [edges[(held + step) % len(edges)][1] for step in range(len(edges))]
    yard = Drawing().put("site", "site", area(*outline))
    yard = yard.put("fence", "fence", line(gate_end, *after, gate_start))
    return yard.put("gate", "gate", line(gate_start, gate_end), for_vehicles=True, road=road)


def _lies_on(at: Position, start: Position, end: Position) -> bool:
    across = (end[0] - start[0]) * (at[1] - start[1]) - (end[1] - start[1]) * (at[0] - start[0])
    along = (at[0] - start[0]) * (at[0] - end[0]) + (at[1] - start[1]) * (at[1] - end[1])
    return abs(across) < 1e-9 and along <= 0


def _extinguishers(yard: Drawing, *places: tuple[float, float]) -> Drawing:
    for number, place in enumerate(places, 1):
        yard = yard.put(f"E{number:02}", "extinguisher", point(*place), agent="dry_powder", is_wheeled=True)
    return yard


def _camera(yard: Drawing, camera: str, at: Position, direction_deg: float, view_deg: float, range_m: float) -> Drawing:
    return yard.put(
        camera,
        "camera",
        point(*at),
        direction_deg=direction_deg,
        view_deg=view_deg,
        range_m=range_m,
        height_m=SEES_OVER_STACKS_M,
    )
