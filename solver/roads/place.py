"""A road map from the net: osmnx asks Nominatim for the place's outline and Overpass for the roads inside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import osmnx
import requests
from osmnx._errors import InsufficientResponseError

from solver.roads.osm_network import MapExtract, MapWay
from solver.roads.speeds import LOADED_TRUCK_KM_H
from solver.roads.tags import BLOCKING_BARRIERS, USED_TAGS

TIMEOUT_S = 180
# The same ways that a map file gives; the meaning of their other tags is judged in `solver.roads.tags`.
ROAD_FILTER = f'["highway"~"^({"|".join(LOADED_TRUCK_KM_H)})$"]'


class PlaceNotFetchedError(RuntimeError):
    """The place is not known, has no roads, or its servers do not answer; the message says which."""


def fetch_extract(name: str, *, nominatim_url: str | None = None, overpass_url: str | None = None) -> MapExtract:
    """The roads of the place of that name, without turn restrictions, which osmnx does not ask for.

    The addresses replace the public servers'. Raises PlaceNotFetchedError.
    """
    try:
        with _settings(nominatim_url, overpass_url):
            graph = osmnx.graph_from_place(name, simplify=False, retain_all=True, custom_filter=ROAD_FILTER)
    except requests.RequestException as error:
        raise PlaceNotFetchedError(f"no answer for {name!r}: {error}") from error
    except (InsufficientResponseError, TypeError, ValueError) as error:
        raise PlaceNotFetchedError(f"no roads for {name!r}: {error}") from error
    segments: dict[int, list[tuple[int, int]]] = {}
    tags_by_way: dict[int, dict[str, str]] = {}
    for start, end, data in graph.edges(data=True):
        segments.setdefault(data["osmid"], []).append((start, end))
        tags_by_way[data["osmid"]] = _tags(data)
    ways = [
        MapWay(way_id, nodes, tags_by_way[way_id]) for way_id, pairs in segments.items() for nodes in _chains(pairs)
    ]
    return MapExtract(
        ways=ways,
        lon_lat={node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)},
        blocked=frozenset(n for n, data in graph.nodes(data=True) if data.get("barrier") in BLOCKING_BARRIERS),
    )


@contextmanager
def _settings(nominatim_url: str | None, overpass_url: str | None) -> Iterator[None]:
    """osmnx keeps its settings in a module: they are set for one call and put back."""
    wanted: dict[str, Any] = {
        "use_cache": False,
        "requests_timeout": TIMEOUT_S,
        # Each way then comes as it is drawn, with its own oneway tag, instead of turned and doubled by osmnx.
        "all_oneway": True,
        "useful_tags_way": list(USED_TAGS),
        "useful_tags_node": ["barrier"],
    }
    if nominatim_url is not None:
        wanted["nominatim_url"] = nominatim_url
    if overpass_url is not None:
        # A county's own server has no page that tells when to ask again.
        wanted |= {"overpass_url": overpass_url, "overpass_rate_limit": False}
    before = {key: getattr(osmnx.settings, key) for key in wanted}
    try:
        for key, value in wanted.items():
            setattr(osmnx.settings, key, value)
        yield
    finally:
        for key, value in before.items():
            setattr(osmnx.settings, key, value)


def _tags(data: dict[str, Any]) -> dict[str, str]:
    tags = {key: str(data[key]) for key in USED_TAGS if data.get(key) is not None}
    if tags.get("oneway") in ("-1", "reverse"):  # osmnx has turned such a way already
        tags["oneway"] = "yes"
    return tags


def _chains(segments: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """The segments of one way put end to end; a way that meets itself falls into its segments."""
    pairs = list(segments)
    onward = dict(pairs)
    ends = [end for _, end in pairs]
    chains: list[tuple[int, ...]] = []
    if len(onward) < len(pairs) or len(set(ends)) < len(ends):
        return [*chains, *pairs]
    starts = [start for start in onward if start not in set(ends)]
    while onward:
        nodes = [starts.pop(0) if starts else next(iter(onward))]
        while nodes[-1] in onward:
            nodes.append(onward.pop(nodes[-1]))
        chains.append(tuple(nodes))
    return chains
