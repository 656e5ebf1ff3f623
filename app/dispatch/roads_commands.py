"""`strawline roads`: build a road network from a map, from the net or made up, and show one."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

import click
import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from solver.faults import FaultLog
from solver.road_files import read_roads, write_roads
from solver.roads.detour import mean_detour
from solver.roads.drawing import draw_roads
from solver.roads.osm import SUFFIXES, Box, read_extract
from solver.roads.osm_network import BuiltRoads, MapExtract, build_network
from solver.roads.place import PlaceNotFetchedError, fetch_extract
from solver.roads.profiles import default_classes, profiles_for
from solver.roads.schematic import build_schematic
from solver.roads.snapping import far_places_text, snap
from solver.scenario import RoadNetwork, Scenario, TruckClass
from solver.scenario_files import ScenarioFaults, read_scenario

FAILED, UNREADABLE = 1, 2
SHOWN_PLACES = 20
SHOWN_FAULTS = 30
ATTRIBUTION = "Map data © OpenStreetMap contributors, ODbL 1.0: say so wherever the network is passed on."


T = TypeVar("T")


@click.group()
def roads() -> None:
    """Build and show road networks."""


@roads.command()
@click.option("--place", metavar="NAME", help="Fetch the roads of a place from the net (Nominatim and Overpass).")
@click.option("--osm", type=click.Path(path_type=Path), metavar="FILE", help=f"Read a map file: {', '.join(SUFFIXES)}.")
@click.option(
    "--schematic", type=click.Path(path_type=Path), metavar="SCENARIO", help="Make up roads for a scenario's places."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The GraphML to write.")
@click.option(
    "--classes",
    type=click.Path(path_type=Path),
    metavar="SCENARIO",
    help="Name truck classes as this scenario does (else c8, c18, c30, c48), and tell how its places join.",
)
@click.option(
    "--box",
    type=(float, float, float, float),
    metavar="WEST SOUTH EAST NORTH",
    help="With --osm: only the roads inside these degrees.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="For --schematic.")
@click.option("--nominatim-url", help="Another Nominatim server, for --place.")
@click.option("--overpass-url", help="Another Overpass server, for --place.")
def build(
    place: str | None,
    osm: Path | None,
    schematic: Path | None,
    out: Path,
    classes: Path | None,
    box: Box | None,
    seed: int,
    nominatim_url: str | None,
    overpass_url: str | None,
) -> None:
    """Build a road network: exactly one of --place, --osm and --schematic.

    Exit status: 0 written, 1 no network could be made, 2 the input cannot be read.
    """
    if sum(source is not None for source in (place, osm, schematic)) != 1:
        raise click.UsageError("give exactly one of --place, --osm and --schematic")
    if schematic is not None and classes is not None:
        raise click.UsageError("--schematic takes the truck classes of its own scenario; leave out --classes")
    if box is not None and (osm is None or not (box[0] < box[2] and box[1] < box[3])):
        raise click.UsageError("--box goes with --osm and is WEST SOUTH EAST NORTH")
    console = Console()
    scenario = _scenario(schematic or classes)
    truck_classes = scenario.truck_classes if scenario is not None else default_classes()
    if schematic is not None and scenario is not None:
        with console.status("Laying roads …"):
            network = _or_fail(lambda: build_schematic(scenario, seed=seed))
    else:
        with console.status("Reading the map …"):
            extract = _extract(place, osm, box, nominatim_url, overpass_url)
        with console.status("Building the network …"):
            built = _or_fail(lambda: build_network(extract, profiles_for(truck_classes)))
        network = built.network
        _tell_built(console, built)
    _write(out, network, truck_classes)
    _tell_network(console, network, truck_classes, title=f"{out}: {out.stat().st_size / 1e6:.1f} MB")
    if scenario is not None:
        _tell_places(console, network, scenario)
    if schematic is None:
        console.print(ATTRIBUTION)
    else:
        console.print("These roads are made up: plausible, but nothing of them is surveyed.")


@roads.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PNG to write.")
@click.option(
    "--scenario", "folder", type=click.Path(path_type=Path), metavar="SCENARIO", help="Draw its places on the roads."
)
def show(file: Path, out: Path, folder: Path | None) -> None:
    """Draw the network in FILE (GraphML) as a picture, by class of road.

    Exit status: 0 drawn, 1 the picture cannot be written, 2 the input cannot be read.
    """
    console = Console()
    scenario = _scenario(folder)
    faults = FaultLog()
    ranks = None if scenario is None else {c.truck_class: c.rank for c in scenario.truck_classes}
    network = read_roads(file, rank_by_class=ranks, faults=faults)
    if network is None or faults:
        _refuse([str(fault) for fault in faults], UNREADABLE)
    with console.status("Drawing …"):
        try:
            draw_roads(network, out, scenario=scenario)
        except OSError as error:
            _refuse([f"{out} cannot be written: {error.strerror or error}"], FAILED)
    _tell_network(console, network, () if scenario is None else scenario.truck_classes, title=str(file))
    if scenario is not None:
        _tell_places(console, network, scenario)
    console.print(f"Drawn to {escape(str(out))}")


def _scenario(folder: Path | None) -> Scenario | None:
    if folder is None:
        return None
    try:
        return read_scenario(folder)
    except ScenarioFaults as error:
        _refuse([str(fault) for fault in error.faults], UNREADABLE)


def _extract(
    place: str | None, osm: Path | None, box: Box | None, nominatim_url: str | None, overpass_url: str | None
) -> MapExtract:
    try:
        if osm is not None:
            return read_extract(osm, box=box)
        return fetch_extract(place or "", nominatim_url=nominatim_url, overpass_url=overpass_url)
    except (OSError, ValueError) as error:
        _refuse([str(error)], UNREADABLE)
    except PlaceNotFetchedError as error:
        _refuse([str(error)], FAILED)


def _or_fail(make: Callable[[], T]) -> T:
    try:
        return make()
    except ValueError as error:
        _refuse([str(error)], FAILED)


def _refuse(messages: Sequence[str], status: int) -> NoReturn:
    console = Console(stderr=True)
    for message in messages[:SHOWN_FAULTS]:
        console.print(escape(message), soft_wrap=True)
    if len(messages) > SHOWN_FAULTS:
        console.print(f"… and {len(messages) - SHOWN_FAULTS} more")
    sys.exit(status)


def _write(out: Path, network: RoadNetwork, truck_classes: Sequence[TruckClass]) -> None:
    """Written beside its place and moved there, so that a failure leaves what was there before."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
            draft = Path(folder) / out.name
            write_roads(draft, network, truck_classes)
            draft.replace(out)
    except OSError as error:
        _refuse([f"{out} cannot be written: {error.strerror or error}"], FAILED)


def _tell_built(console: Console, built: BuiltRoads) -> None:
    console.print(
        f"{built.ways_used:,} roads used, {built.ways_left_out:,} left out (paths, or closed to every truck); "
        f"{built.nodes_outside:,} nodes outside the largest connected part dropped; "
        f"{built.restrictions_kept} turn restrictions kept, {built.restrictions_skipped} not "
        "(conditional, over several ways, for others, or on roads left out)"
    )


def _tell_network(console: Console, network: RoadNetwork, classes: Sequence[TruckClass], *, title: str) -> None:
    ordered = sorted(classes, key=lambda c: c.rank)
    table = Table("road", "directed edges", "directed km", *(f"open to {c.truck_class}" for c in ordered), title=title)
    for column in table.columns[1:]:
        column.justify = "right"
    for i, name in enumerate(network.road_classes):
        of_class = network.edge_road_class == i
        if not of_class.any():
            continue
        rank, length_m = network.edge_max_rank[of_class], network.edge_length_m[of_class]
        shares = (length_m[(rank < 0) | (rank >= c.rank)].sum() / max(length_m.sum(), 1e-9) for c in ordered)
        edges, km = int(of_class.sum()), float(length_m.sum()) / 1000
        table.add_row(escape(name) or "not named", f"{edges:,}", f"{km:,.1f}", *(f"{share:.0%}" for share in shares))
    console.print(table)
    console.print(f"{network.node_lon.size:,} nodes, {network.edge_from.size:,} directed edges")


def _tell_places(console: Console, network: RoadNetwork, scenario: Scenario) -> None:
    places = [
        *((f.field_id, f.lon, f.lat) for f in scenario.fields),
        *((y.yard_id, y.lon, y.lat) for y in scenario.yards),
        *((p.plant_id, p.lon, p.lat) for p in scenario.plants),
    ]
    if not places:
        return
    ids = [place_id for place_id, _, _ in places]
    lon, lat = np.array([[lon, lat] for _, lon, lat in places]).T
    snapping = snap(network, lon=lon, lat=lat)
    lines = far_places_text(ids, snapping)
    for line in lines[:SHOWN_PLACES]:
        console.print(f"[yellow]Warning:[/yellow] {escape(line)}", soft_wrap=True)
    if len(lines) > SHOWN_PLACES:
        console.print(f"… and {len(lines) - SHOWN_PLACES} more over 500 m from a road")
    if snapping.too_far.size:
        console.print(
            f"[red]{snapping.too_far.size} places have no road within 3 km: the scenario would be refused.[/red]"
        )
    else:
        detour = mean_detour(network, lon=lon, lat=lat)
        if not np.isnan(detour):
            console.print(f"Roads between places over 2 km apart: {detour:.2f} times the straight line")
