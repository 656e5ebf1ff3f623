"""Field tracks: how each field hangs on a village road or on a neighbour's track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from solver.roads.schematic.hierarchy import COUNTY, NOT_BUILT, Hierarchy
from solver.roads.schematic.lattice import Flags, Floats, Ints, Lattice

LARGE_ROAD_DISLIKE = 1.6  # a field joins a county road only where no village road is about as near
SHARED_TRACK_SHARE = 0.6  # a neighbour's gate must be this much nearer than the road
LONGEST_CHAIN = 4
JUNCTIONS_APART_M = 14.0
LOOK_ROUND_M = 250.0


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Where F gates (fields' own nodes) hang. Per gate: `onto_gate` the gate it hangs on, or -1; else `onto_link` the
    lattice link, at `share` of the way from its tail to its head. `order`: gates so that each comes after the one it
    hangs on."""

    onto_gate: Ints
    onto_link: Ints
    share: Floats
    order: Ints


def lay_tracks(gates_xy: Floats, lattice: Lattice, hierarchy: Hierarchy) -> Tracks:
    """Each gate joins the nearest road or, where much nearer, a neighbour's gate, not across a canal if it can."""
    built = np.flatnonzero(hierarchy.road < NOT_BUILT)
    ends = np.stack((hierarchy.xy[lattice.tail[built]], hierarchy.xy[lattice.head[built]]), axis=1)
    lines = np.asarray(shapely.linestrings(ends))
    tree = shapely.STRtree(lines)
    canals = np.stack((lattice.canal_from, lattice.canal_to), axis=1)
    water = shapely.STRtree(np.asarray(shapely.linestrings(canals)))
    points = np.asarray(shapely.points(gates_xy))
    dislike = np.where(hierarchy.road[built] <= COUNTY, LARGE_ROAD_DISLIKE, 1.0)
    nearest_m = shapely.distance(points, lines[tree.nearest(points)]) if len(gates_xy) else np.empty(0)
    order = np.argsort(nearest_m, kind="stable")
    count = len(gates_xy)
    onto_gate, onto_link, share = np.full(count, -1), np.full(count, -1), np.zeros(count)
    depth = np.full(count, -1)
    gates = cKDTree(gates_xy)
    for gate in order.tolist():
        candidates = np.sort(tree.query(shapely.buffer(points[gate], 1.5 * nearest_m[gate] + LOOK_ROUND_M)))
        distance_m = shapely.distance(points[gate], lines[candidates]) * dislike[candidates]
        candidates = candidates[np.argsort(distance_m, kind="stable")]
        foot = _feet(lines[candidates], points[gate])
        dry = ~_crossed(water, gates_xy[gate], shapely.get_coordinates(foot))
        pick = int(dry.argmax()) if dry.any() else 0
        road_m = float(shapely.distance(points[gate], foot[pick]))
        neighbours = np.array(
            sorted(gates.query_ball_point(gates_xy[gate], SHARED_TRACK_SHARE * road_m)), dtype=np.int64
        )
        neighbours = neighbours[(depth[neighbours] >= 0) & (depth[neighbours] < LONGEST_CHAIN)]
        neighbours = neighbours[~_crossed(water, gates_xy[gate], gates_xy[neighbours])]
        if neighbours.size:
            apart_m = np.hypot(*(gates_xy[neighbours] - gates_xy[gate]).T)
            onto_gate[gate] = neighbours[apart_m.argmin()]
            depth[gate] = depth[onto_gate[gate]] + 1
        else:
            onto_link[gate] = built[candidates[pick]]
            share[gate] = _junction_share(lines[candidates[pick]], foot[pick])
            depth[gate] = 0
    return Tracks(onto_gate.astype(np.int64), onto_link.astype(np.int64), share, order.astype(np.int64))


def ranks_needed(tracks: Tracks, needed_rank: Ints, *, links: int) -> tuple[Ints, Ints]:
    """The highest class rank needed on each gate's track, its own and of the gates behind it, and on each link."""
    gate_rank = needed_rank.copy()
    for gate in tracks.order[::-1].tolist():
        onto = tracks.onto_gate[gate]
        if onto >= 0:
            gate_rank[onto] = max(gate_rank[onto], gate_rank[gate])
    link_rank = np.zeros(links, dtype=np.int64)
    on_link = tracks.onto_link >= 0
    np.maximum.at(link_rank, tracks.onto_link[on_link], gate_rank[on_link])
    return gate_rank, link_rank


def _feet(lines: npt.NDArray[np.object_], point: shapely.Point) -> npt.NDArray[np.object_]:
    """The nearest point of each line."""
    return np.asarray(shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, point)))


def _crossed(water: shapely.STRtree, start: Floats, ends: Floats) -> Flags:
    """For each end whether the straight line to it crosses a canal."""
    crossed = np.zeros(len(ends), dtype=bool)
    if len(ends):
        segments = shapely.linestrings(np.stack((np.broadcast_to(start, ends.shape), ends), axis=1))
        crossed[water.query(segments, predicate="intersects")[0]] = True
    return crossed


def _junction_share(line: shapely.LineString, foot: shapely.Point) -> float:
    """How far along the line the track joins; junctions close to each other or to an end become one."""
    places = max(round(line.length / JUNCTIONS_APART_M), 1)
    return round(float(shapely.line_locate_point(line, foot, normalized=True)) * places) / places
