"""What a simulation came to, as pictures: when seasons end, what is lost, short or beside the yards, what they cost."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from flask_babel import gettext as _
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.i18n import spoken
from app.picture_fonts import picture_fonts
from solver.simulation.simulation import Simulation

SHEET_INCHES: Final = (12.0, 8.0)
DOTS_PER_INCH: Final = 110
BARS: Final = 24
INK, MIDDLE, BAND, PLANNED = "#1f5fbf", "#0d2f66", "#bcd3f2", "#c0392b"


def draw_simulation(simulation: Simulation, folder: Path, *, language: str) -> tuple[Path, ...]:
    """Write the pictures into the folder, each as PNG and SVG; the same simulation gives the same pictures."""
    settings: dict[Any, Any] = {
        "font.family": picture_fonts(),
        "svg.hashsalt": simulation.scenario.name,
        "svg.fonttype": "path",
        "axes.unicode_minus": False,
    }
    paths = []
    with mpl.rc_context(settings), warnings.catch_warnings(), spoken(language):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        for name, figure in (("distributions", _distributions(simulation)), ("straw_left", _straw_left(simulation))):
            for ending, metadata in ((".png", {}), (".svg", {"Date": None})):
                path = folder / f"{name}{ending}"
                figure.savefig(path, dpi=DOTS_PER_INCH, format=ending[1:], metadata=metadata)
                paths.append(path)
    return tuple(paths)


def _distributions(simulation: Simulation) -> Figure:
    figure = Figure(figsize=SHEET_INCHES, layout="constrained")
    results = simulation.results
    figure.suptitle(
        _(
            "%(name)s: %(runs)d seasons played, seed %(seed)d",
            name=simulation.scenario.name,
            runs=len(results),
            seed=simulation.seed,
        )
    )
    axes = figure.subplots(2, 3).ravel()
    _finish(axes[0], simulation)
    planned = simulation.comparison.season if simulation.comparison is not None else None
    _bars(axes[1], [r.lost_t for r in results], _("straw lost, t"), planned.planner_lost_t if planned else None)
    _bars(axes[2], [r.short_t for r in results], _("short at plants, t"))
    _bars(axes[3], [r.overflow_t for r in results], _("stacked beside full yards, t"))
    _bars(
        axes[4], [100 * r.picked_up_wet_share for r in results], _("picked up too wet to be paid as weighed, percent")
    )
    _bars(
        axes[5],
        [r.cost_yuan / 1e6 for r in results],
        _("cost, million yuan"),
        planned.planner_yuan / 1e6 if planned else None,
    )
    if planned:
        axes[5].legend(loc="best", fontsize=8)
    return figure


def _finish(axes: Axes, simulation: Simulation) -> None:
    """Share of the runs that have ended by each evening; the last step is never reached by who does not end."""
    dates = simulation.scenario.dates
    days = [r.finish_day for r in simulation.results]
    share = [100 * sum(day <= i for day in days) / len(days) for i in range(len(dates))]
    axes.step(np.arange(len(dates) + 1), [*share, share[-1]], where="post", color=INK)
    axes.set_ylim(-3, 103)
    _date_ticks(axes, simulation)
    axes.set_title(_("seasons ended by that evening, percent"), fontsize=10)
    axes.grid(alpha=0.3)


def _bars(axes: Axes, values: Sequence[float], title: str, planned: float | None = None) -> None:
    spread = max(values) - min(values)
    bins: Any = BARS if spread > 1e-9 else [values[0], values[0] + 1.0]
    axes.hist(values, bins=bins, color=BAND, edgecolor=INK, linewidth=0.6)
    axes.axvline(float(np.median(values)), color=MIDDLE, label=_("half of the seasons"))
    if planned is not None:
        axes.axvline(planned, color=PLANNED, linestyle="--", label=_("the plan"))
    axes.set_title(title, fontsize=10)
    axes.set_ylabel(_("seasons"))


def _straw_left(simulation: Simulation) -> Figure:
    """Straw that can still be fetched, evening by evening: the middle half and nine tenths of the runs."""
    figure = Figure(figsize=(SHEET_INCHES[0], SHEET_INCHES[1] * 0.6), layout="constrained")
    axes = figure.add_subplot()
    open_t = np.array([r.open_t for r in simulation.results])
    days = np.arange(open_t.shape[1])
    for low, high, shade in ((0.05, 0.95, 0.45), (0.25, 0.75, 0.9)):
        label = _("%(share)d in a hundred seasons", share=round(100 * (high - low)))
        band = np.quantile(open_t, (low, high), axis=0)
        axes.fill_between(days, band[0], band[1], color=BAND, alpha=shade, linewidth=0, label=label)
    axes.plot(days, np.median(open_t, axis=0), color=MIDDLE, label=_("half of the seasons"))
    axes.set_title(_("straw in the fields that can still be fetched, t"))
    axes.set_ylim(bottom=0)
    _date_ticks(axes, simulation)
    axes.grid(alpha=0.3)
    axes.legend(loc="best")
    return figure


def _date_ticks(axes: Axes, simulation: Simulation) -> None:
    dates = simulation.scenario.dates
    every = max(1, len(dates) // 8)
    axes.set_xticks(range(0, len(dates), every), [f"{d:%m-%d}" for d in dates[::every]], rotation=30)
