"""Gates for vehicles: that there is one, its width and height, its road, and room for trucks outside (H26)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import shapely
from shapely import LineString, Point

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.yard import Yard, shapes_of
from yard_rules.yard_drawing import Gate


def check_gate_missing(yard: Yard) -> Iterator[Finding]:
    """There is a gate for vehicles."""
    if not yard.vehicle_gates:
        yield yard.rules.missing("gate_missing", [yard.site_id])


def check_gate_width(yard: Yard) -> Iterator[Finding]:
    """The widest gate lets a fire engine through."""
    if yard.vehicle_gates:
        gate = max(yard.vehicle_gates, key=_width_m)
        limits = [yard.rules.limit("gate_m")]
        yield from yard.rules.too_low("gate_width", [gate.id], _width_m(gate), limits, "m", marks.line(_opening(gate)))


def check_gate_height(yard: Yard) -> Iterator[Finding]:
    """A fire engine gets through below the beam of a gate: the highest of those that are wide enough."""
    if not yard.vehicle_gates:
        return
    widest_m = max(_width_m(gate) for gate in yard.vehicle_gates)
    least_m = min(yard.rules.value("gate_m"), widest_m) - SLACK["m"]
    gate = max((it for it in yard.vehicle_gates if _width_m(it) >= least_m), key=_height_m)
    limits = [yard.rules.limit("lane_height_m")]
    yield from yard.rules.too_low("gate_height", [gate.id], _height_m(gate), limits, "m", marks.line(_opening(gate)))


def check_gate_road(yard: Yard) -> Iterator[Finding]:
    """A gate opens to a township road or main village road."""
    if yard.vehicle_gates and not yard.gates_at_roads:
        yield yard.rules.missing("gate_road", _ids(yard), *(marks.line(gate.shape) for gate in yard.vehicle_gates))


def check_gate_room(yard: Yard) -> Iterator[Finding]:
    """There is room for trucks outside, at a gate."""
    rules, rooms = yard.rules, yard.drawing.waiting_areas
    if not yard.vehicle_gates:
        return
    if not rooms:
        yield rules.missing("gate_room", _ids(yard), *(marks.line(gate.shape) for gate in yard.vehicle_gates))
        return
    gates, areas = shapes_of(yard.vehicle_gates), shapes_of(rooms)
    away_m = shapely.distance(gates[:, None], areas[None, :])
    row, column = np.unravel_index(away_m.argmin(), away_m.shape)
    limits = [rules.limit("gate_room_m")]
    mark = marks.between(gates[row], areas[column])
    yield from rules.too_high("gate_room", _ids(yard), float(away_m[row, column]), limits, "m", mark)


def _ids(yard: Yard) -> list[str]:
    return [gate.id for gate in yard.vehicle_gates]


def _opening(gate: Gate) -> LineString:
    points = shapely.get_coordinates(gate.shape)
    return LineString([points[0], points[-1]])


def _height_m(gate: Gate) -> float:
    return math.inf if gate.clear_height_m is None else gate.clear_height_m


def _width_m(gate: Gate) -> float:
    points = shapely.get_coordinates(gate.shape)
    return float(shapely.distance(Point(points[0]), Point(points[-1])))
