"""How long the check of a yard with 60 stacks takes, and that of each drawn yard. Run by `make bench`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from yard_rules.fire import CHECKS, FireRules, check_yard
from yard_rules.fire.yard import Yard
from yard_rules.yard_drawing import YardDrawing, from_geojson, read_yard_drawing

DAY = date(2026, 11, 12)
YARDS = Path(__file__).resolve().parents[3] / "data" / "yards"
COLUMNS, ROWS = 10, 6
WIDTH_M, LENGTH_M = 10, 14
TIMES = 5


def main() -> None:
    rules = FireRules(DAY)
    large = from_geojson(yard_of_60_stacks())
    shown("60 stacks", large, rules)
    for path in sorted(YARDS.glob("*.geojson")):
        shown(path.stem, read_yard_drawing(path), rules)
    slowest = sorted(
        ((timed(lambda check=check: list(check(Yard(large, rules)))), check) for check in CHECKS), key=lambda it: -it[0]
    )
    print("slowest rules with 60 stacks:")
    for seconds, check in slowest[:8]:
        print(f"  {check.__name__:32} {seconds * 1000:7.1f} ms")


def shown(name: str, drawing: YardDrawing, rules: FireRules) -> None:
    findings = check_yard(drawing, rules)
    print(f"{name:10} {timed(lambda: check_yard(drawing, rules)) * 1000:7.1f} ms  {len(findings)} findings")


def timed(run: Any) -> float:
    """The median time of a call, in seconds."""
    return median(_times(run))


def yard_of_60_stacks() -> dict[str, Any]:
    """A yard with 60 stacks in groups of four, hydrants, hoses, extinguishers, cameras, and a building in the way."""
    width_m, length_m = 220.0, 190.0
    area = (30.0, 10.0, 210.0, 180.0)
    features = [
        feature("site", "site", rectangle(0, 0, width_m, length_m)),
        feature("gate", "gate", {"type": "LineString", "coordinates": [[4, 0], [12, 0]]}, road="township"),
        feature("area", "stack_area", rectangle(*area)),
        feature("apron", "apron", rectangle(8, 60, 20, 90)),
        feature("scale", "scale", rectangle(6, 12, 10, 30)),
        feature("guard", "building", rectangle(1, 170, 6, 180), fire_grade=2, height_m=3.0),
        *stacks(area),
    ]
    for number, (x, y) in enumerate([(25, 8), (215, 8), (25, 185), (215, 185)]):
        features.append(feature(f"hydrant-{number}", "hydrant", point(x, y), hose_m=200))
        features.append(
            feature(
                f"camera-{number}", "camera", point(x, y), direction_deg=45, view_deg=360, range_m=200, height_m=2.5
            )
        )
    for number in range(25):
        x, y = (22, 10 + number * 14) if number < 12 else (216, 10 + (number - 12) * 14)
        features.append(feature(f"extinguisher-{number}", "extinguisher", point(x, y)))
    return {
        "type": "FeatureCollection",
        "strawline": {"format": "yard-drawing/1", "yard_id": "B", "name": "bench", "unit": "m", "synthetic": True},
        "features": features,
    }


def stacks(area: tuple[float, float, float, float]) -> Iterator[dict[str, Any]]:
    for number in range(COLUMNS * ROWS):
        column, row = number % COLUMNS, number // COLUMNS
        # Pairs of columns and pairs of rows make a group: 4 m within, 10 m between.
        x = area[0] + column * (WIDTH_M + 4) + column // 2 * 6
        y = area[1] + row * (LENGTH_M + 4) + row // 2 * 6
        group = f"{column // 2}-{row // 2}"
        shape = rectangle(x, y, x + WIDTH_M, y + LENGTH_M)
        yield feature(f"stack-{number:02}", "stack", shape, group=group, height_m=3.0, layers=3, cover="fire_sheet")


def feature(name: str, kind: str, geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": name, "properties": {"kind": kind, **properties}, "geometry": geometry}


def rectangle(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, y]}


def _times(run: Any) -> Iterator[float]:
    for _ in range(TIMES):
        started = perf_counter()
        run()
        yield perf_counter() - started


if __name__ == "__main__":
    main()
