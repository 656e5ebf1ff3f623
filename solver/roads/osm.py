"""A road map from a file: `.osm`, `.osm.gz` or `.osm.pbf`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import osmium
from osmium.osm import NODE, RELATION, WAY, Node, Relation, Way

from solver.roads.osm_network import MapExtract, MapWay, TurnRestriction
from solver.roads.tags import BLOCKING_BARRIERS, USED_TAGS

Box = tuple[float, float, float, float]  # west, south, east, north in degrees
WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
SUFFIXES = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf")


def read_extract(path: Path, *, box: Box | None = None) -> MapExtract:
    """All ways with a `highway`, the nodes they use, barriers and turn restrictions of the file.

    With a `box` only the nodes inside it, so that ways end at its edge. Raises OSError where the file is missing,
    and ValueError where it is no road map.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not a file")
    if not path.name.endswith(SUFFIXES):
        raise ValueError(f"{path.name}: a map file ends in {', '.join(SUFFIXES)}")
    try:
        ways, restrictions, skipped = _ways_and_restrictions(path)
        wanted = {node for way in ways for node in way.nodes}
        lon_lat, blocked = _nodes(path, wanted, box or WORLD)
    except RuntimeError as error:
        raise ValueError(f"{path.name} is no readable map: {error}") from error
    return MapExtract(ways, lon_lat, frozenset(blocked), restrictions, skipped)


def _ways_and_restrictions(path: Path) -> tuple[list[MapWay], list[TurnRestriction], int]:
    ways, restrictions, skipped = [], [], 0
    roads, turns = osmium.filter.KeyFilter("highway"), osmium.filter.TagFilter(("type", "restriction"))
    roads.enable_for(WAY)
    turns.enable_for(RELATION)
    for thing in osmium.FileProcessor(str(path), WAY | RELATION).with_filter(roads).with_filter(turns):
        if isinstance(thing, Way):
            if len(thing.nodes) >= 2:
                tags = {key: thing.tags[key] for key in USED_TAGS if key in thing.tags}
                ways.append(MapWay(thing.id, tuple(node.ref for node in thing.nodes), tags))
        elif isinstance(thing, Relation):
            restriction = _restriction(dict(thing.tags), [(m.type, m.role, m.ref) for m in thing.members])
            if restriction is None:
                skipped += 1
            else:
                restrictions.append(restriction)
    return ways, restrictions, skipped


def _restriction(tags: dict[str, str], members: Iterable[tuple[str, str, int]]) -> TurnRestriction | None:
    """A restriction for trucks over one node, always in force; None for any other."""
    kind = tags.get("restriction") or tags.get("restriction:hgv") or ""
    by_role: dict[tuple[str, str], list[int]] = {}
    for member_type, role, ref in members:
        by_role.setdefault((role, member_type), []).append(ref)
    from_ways, to_ways = by_role.get(("from", "w"), []), by_role.get(("to", "w"), [])
    via_nodes = by_role.get(("via", "n"), [])
    spared = {"hgv", "goods"} & {part.strip() for part in tags.get("except", "").split(";")}
    if not kind.startswith(("no_", "only_")) or spared or not len(from_ways) == len(to_ways) == len(via_nodes) == 1:
        return None
    return TurnRestriction(from_ways[0], via_nodes[0], to_ways[0], only=kind.startswith("only_"))


def _nodes(path: Path, wanted: set[int], box: Box) -> tuple[dict[int, tuple[float, float]], set[int]]:
    west, south, east, north = box
    lon_lat, blocked = {}, set()
    for node in osmium.FileProcessor(str(path), NODE).with_filter(osmium.filter.IdFilter(wanted)):
        if isinstance(node, Node) and node.location.valid():
            lon, lat = node.location.lon, node.location.lat
            if west <= lon <= east and south <= lat <= north:
                lon_lat[node.id] = (lon, lat)
                if node.tags.get("barrier") in BLOCKING_BARRIERS:
                    blocked.add(node.id)
    return lon_lat, blocked
