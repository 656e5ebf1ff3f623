"""A road network as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from solver.roads.great_circle import great_circle_km
from solver.scenario import RoadNetwork, Scenario

# Drawn from the bottom up: colour and width in points.
STYLES: Mapping[str, tuple[str, float]] = {
    "track": ("#b08d6a", 0.5),
    "service": ("#5b7fc4", 0.8),
    "road": ("#a0a0a0", 0.7),
    "living_street": ("#a0a0a0", 0.7),
    "unclassified": ("#8d8d8d", 0.7),
    "residential": ("#6b6b6b", 0.8),
    "tertiary": ("#c9b400", 1.4),
    "secondary": ("#e08e0b", 2.0),
    "primary": ("#c0392b", 2.6),
    "trunk": ("#8e2a5b", 2.8),
    "motorway": ("#34408f", 3.0),
}
OTHER_STYLE = ("#a0a0a0", 0.6)
PICTURE_INCHES = 16.0
DOTS_PER_INCH = 110


def draw_roads(network: RoadNetwork, out: Path, *, scenario: Scenario | None = None) -> None:
    """Write a PNG of the network by road class, with the scenario's places where one is given."""
    middle_lat = float(network.node_lat.mean())
    stretch = 1.0 / np.cos(np.radians(middle_lat))
    wide = max(float(np.ptp(network.node_lon)), 1e-4)
    high = max(float(np.ptp(network.node_lat)) * stretch, 1e-4)
    scale = PICTURE_INCHES / max(wide, high)
    figure = Figure(figsize=(max(wide * scale, 5.0) + 0.6, max(high * scale, 4.0) + 0.6), layout="constrained")
    axes = figure.add_subplot()
    _draw_edges(axes, network)
    if scenario is not None:
        _draw_places(axes, scenario)
    axes.set_aspect(stretch)
    axes.autoscale()
    _draw_scale_bar(axes, network)
    axes.set_axis_off()
    axes.legend(loc="best", fontsize=9, framealpha=0.9)
    figure.savefig(out, dpi=DOTS_PER_INCH, format="png")


def _draw_edges(axes: Axes, network: RoadNetwork) -> None:
    names = [*STYLES, *(name for name in network.road_classes if name not in STYLES)]
    for level, name in enumerate(names):
        if name not in network.road_classes:
            continue
        of_class = network.edge_road_class == network.road_classes.index(name)
        if not of_class.any():
            continue
        ends = [
            np.column_stack((network.node_lon[node[of_class]], network.node_lat[node[of_class]]))
            for node in (network.edge_from, network.edge_to)
        ]
        colour, width = STYLES.get(name, OTHER_STYLE)
        label = name or "not named"
        lines = LineCollection(
            list(np.stack(ends, axis=1)), colors=colour, linewidths=width, label=label, zorder=level, capstyle="round"
        )
        axes.add_collection(lines)


def _draw_places(axes: Axes, scenario: Scenario) -> None:
    above = len(STYLES) + 10
    for label, mark, colour, size, places in (
        ("field", ".", "#2e7d32", 9.0, scenario.fields),
        ("town", "s", "#111111", 46.0, scenario.towns),
        ("yard", "^", "#1f5fbf", 60.0, scenario.yards),
        ("plant", "D", "#a01fa0", 50.0, scenario.plants),
    ):
        if places:
            lon, lat = [p.lon for p in places], [p.lat for p in places]
            axes.scatter(lon, lat, s=size, marker=mark, color=colour, label=label, zorder=above, linewidths=0)


def _draw_scale_bar(axes: Axes, network: RoadNetwork) -> None:
    """A bar of 1, 2 or 5 × a power of ten kilometres, about a fifth of the picture's width."""
    west, east = float(network.node_lon.min()), float(network.node_lon.max())
    south = float(network.node_lat.min())
    width_km = float(great_circle_km(west, south, east, south))
    if width_km <= 0:
        return
    power = 10.0 ** np.floor(np.log10(width_km / 5))
    length_km = power * max(step for step in (1, 2, 5) if step * power <= width_km / 5)
    end = west + (east - west) * length_km / width_km
    axes.plot([west, end], [south, south], color="black", linewidth=3, solid_capstyle="butt")
    axes.annotate(f"{length_km:g} km", (west, south), xytext=(0, 6), textcoords="offset points", fontsize=10)
