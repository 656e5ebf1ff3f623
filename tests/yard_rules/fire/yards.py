"""A small yard that keeps every rule, to be changed by tests."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

from yard_rules.finding import Finding
from yard_rules.fire import FireRules, check_yard
from yard_rules.yard_drawing import from_geojson

DAY = date(2026, 11, 12)
YARDS = Path(__file__).resolve().parents[3] / "data" / "yards"

Content = dict[str, Any]


def kept_yard() -> Content:
    """Y01 of the demo county: one stack area with four stacks."""
    return copy.deepcopy(json.loads((YARDS / "Y01.geojson").read_text(encoding="utf-8")))


def feature(content: Content, feature_id: str) -> Content:
    return next(it for it in content["features"] if it["id"] == feature_id)


def added(content: Content, feature_id: str, kind: str, geometry: Content, **properties: Any) -> Content:
    it = {"type": "Feature", "id": feature_id, "properties": {"kind": kind, **properties}, "geometry": geometry}
    content["features"].append(it)
    return content


def rectangle(west: float, south: float, east: float, north: float) -> Content:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def line(*points: tuple[float, float]) -> Content:
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


def found(content: Content, rules: FireRules | None = None) -> dict[str, Finding]:
    """The findings by rule; of several of one rule the worst."""
    by_rule: dict[str, Finding] = {}
    for finding in check_yard(from_geojson(content), rules or FireRules(DAY)):
        by_rule.setdefault(finding.rule, finding)
    return by_rule
