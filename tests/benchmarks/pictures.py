"""Pictures of the benchmarks as SVG: small, and the same for the same results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

Series = Mapping[str, Mapping[str, Any]]

OURS, THEIRS, BOUND = "#1f5fbf", "#b9b2a3", "#c0392b"
WIDTH_INCHES: Final = 10.0
SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "strawline",
    # letters stay letters: small files, and readers' own fonts
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
PARTS: Final = {
    "relaxed": "what the bound lets pass",
    "bays_planned": "bays, programme",
    "weather_planned": "weather, programme",
    "rounding": "loads that are not full",
    "bays": "waiting at bays",
    "routing_trucks": "other ways of trucks",
    "routing_balers": "ways of balers",
    "lateness": "nights in the field",
    "left_and_short": "straw left, shortage",
}


def draw(results: Mapping[str, Mapping[str, Any]], folder: Path) -> list[tuple[Path, str]]:
    """Draw what there are results of; each picture's path and title."""
    series: Series = {name: result["series"] for name, result in results.items() if result["series"]}
    pictures: dict[str, tuple[str, Callable[[Series], Figure | None]]] = {
        "hauls": ("Days of hauls: cost and lower bound by the seconds that there are", _hauls),
        "rivals": ("Days of hauls beside other engines: percent above the bound", _rivals),
        "routing": ("Routing: percent above the best known", _routing),
        "season": ("The demo county's season: from its bound to what is driven", _season),
    }
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    with mpl.rc_context(SETTINGS):
        for name, (title, picture) in pictures.items():
            figure = picture(series)
            if figure is None:
                continue
            figure.suptitle(title)
            path = folder / f"{name}.svg"
            figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
            drawn.append((path, title))
    return drawn


def _hauls(series: Series) -> Figure | None:
    shown = {name: one for name, one in series.items() if name.startswith("hauls-")}
    if not shown:
        return None
    figure = Figure(figsize=(WIDTH_INCHES, 3.4), layout="constrained")
    for axes, (name, one) in zip(np.ravel(figure.subplots(1, len(shown), squeeze=False)), shown.items(), strict=True):
        axes.plot(one["seconds"], one["cost"], marker="o", color=OURS, label="plan")
        axes.plot(one["seconds"], one["bound"], linestyle="--", color=BOUND, label="lower bound")
        axes.set_xlim(left=0)
        axes.set_title(name.removeprefix("hauls-").replace("-", " ").capitalize(), fontsize=9)
        axes.set_xlabel("seconds in all")
        axes.set_ylabel(one["unit"])
        axes.ticklabel_format(axis="y", useOffset=False, style="plain")
        axes.legend(frameon=False)
    return figure


def _rivals(series: Series) -> Figure | None:
    shown = {name: one["gaps"] for name, one in series.items() if name.startswith("rivals-")}
    if not shown:
        return None
    figure = Figure(figsize=(WIDTH_INCHES, 3.2), layout="constrained")
    for axes, (name, gaps) in zip(np.ravel(figure.subplots(1, len(shown), squeeze=False)), shown.items(), strict=True):
        labels = [g["who"] if g["longer"] == 1 else f"{g['who']}, {g['longer']} × as long" for g in gaps]
        colours = [OURS if g["who"] == "ours" else THEIRS for g in gaps]
        bars = axes.barh(range(len(gaps)), [g["gap"] for g in gaps], color=colours)
        axes.bar_label(bars, fmt="%.2f", padding=3)
        axes.set_yticks(range(len(gaps)), labels)
        axes.invert_yaxis()
        axes.set_title(name.removeprefix("rivals-").upper(), fontsize=9)
        axes.set_xlabel("percent above the bound")
    return figure


def _routing(series: Series) -> Figure | None:
    if "routing" not in series:
        return None
    rows = series["routing"]["rows"]
    figure = Figure(figsize=(WIDTH_INCHES, 3.2), layout="constrained")
    axes = figure.subplots()
    at = np.arange(len(rows))
    for shift, name, colour, label in ((-0.2, "ours", OURS, "ours"), (0.2, "plain", THEIRS, "plain PyVRP")):
        axes.bar(at + shift, [row[name] or 0.0 for row in rows], width=0.4, color=colour, label=label)
    axes.set_xticks(at, [f"{row['name']}\n{row['stops']} stops" for row in rows])
    axes.set_ylabel("percent")
    axes.legend(frameon=False)
    return figure


def _season(series: Series) -> Figure | None:
    if "season" not in series:
        return None
    one = series["season"]
    shares = {name: 100 * one["parts_yuan"][name] / one["driven_yuan"] for name in PARTS}
    figure = Figure(figsize=(WIDTH_INCHES, 3.2), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(
        range(len(PARTS)), list(shares.values()), color=[OURS if v >= 0 else THEIRS for v in shares.values()]
    )
    axes.bar_label(bars, fmt="%.2f", padding=3)
    axes.set_yticks(range(len(PARTS)), list(PARTS.values()))
    axes.invert_yaxis()
    axes.axvline(0.0, color="black", linewidth=0.6)
    axes.set_xlabel("percent of what is driven")
    return figure
