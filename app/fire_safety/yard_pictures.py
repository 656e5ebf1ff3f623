"""A yard's drawing as a sheet of paper (A3): what stands where, what is wrong and where, legend, scale and north."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle, Wedge
from matplotlib.path import Path as Outline
from shapely.geometry.base import BaseGeometry

from app.fire_safety.drawings.rule_texts import Told, told_findings
from app.fire_safety.yard_picture_margins import draw_legend, draw_title, list_findings, thing_name
from app.fire_safety.yard_picture_styles import SEVERITY_COLOURS, STYLES, Style
from app.i18n import spoken
from yard_rules.finding import Finding, Mark, Shape
from yard_rules.yard_drawing import Camera, Stack, Thing, YardDrawing

SHEET_INCHES: Final = (16.54, 11.69)
DOTS_PER_INCH: Final = 130
MARGIN_M: Final = 9.0
LARGE_MARK_M2: Final = 250.0
NAMED_KINDS: Final = ("building", "stack", "scale", "apron", "pond", "stack_area", "neighbour", "waiting_area")
# Files of fonts that write Chinese too, the first that is there.
FONT_FILES: Final = ("NotoSansCJK-", "NotoSansSC-", "SourceHanSansSC-", "msyh", "simhei", "PingFang", "wqy")
FONT_CUTS: Final = ("regular", "bold")
_log = logging.getLogger(__name__)


def draw_yard(
    drawing: YardDrawing,
    findings: Sequence[Finding],
    path: Path,
    *,
    language: str,
    day: date | None = None,
    subtitle: str | None = None,
) -> None:
    """Write the sheet as .svg, .png or .pdf, by the path's ending; the same drawing gives the same picture. Words are
    in the `language` of a command's choice; see `readable_language`.

    Raises OSError where it cannot be written, ValueError for another ending.
    """
    settings: dict[Any, Any] = {
        "font.family": _fonts(),
        "svg.hashsalt": drawing.yard_id,
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
    }
    with mpl.rc_context(settings), warnings.catch_warnings(), spoken(language):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=SHEET_INCHES)
        plan = figure.add_axes((0.025, 0.055, 0.665, 0.855))
        _draw_plan(plan, drawing)
        told = told_findings(findings)
        _draw_findings(plan, told)
        _frame(plan, drawing)
        _draw_north(plan)
        draw_title(figure, drawing, findings, day, subtitle)
        draw_legend(figure, drawing)
        list_findings(figure, told, drawing)
        is_vector = path.suffix.lower() in (".svg", ".pdf")
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else {"CreationDate": None} if is_vector else {}
        figure.savefig(path, dpi=DOTS_PER_INCH, format=path.suffix.lower().lstrip("."), metadata=metadata)


def _draw_plan(plan: Axes, drawing: YardDrawing) -> None:
    for thing in drawing.things():
        style = STYLES[thing.kind]
        if isinstance(thing, Camera):
            _draw_view(plan, thing, style)
        _draw_shape(plan, thing.shape, style)
        if thing.kind in NAMED_KINDS:
            _write_name(plan, drawing, thing)


def _draw_shape(plan: Axes, shape: BaseGeometry, style: Style) -> None:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            outline = Outline.make_compound_path(
                *(Outline(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part))
            )
            patch = PathPatch(
                outline,
                facecolor=style.face,
                edgecolor=style.edge,
                linewidth=style.width,
                linestyle=style.dashes,
                hatch=style.hatch,
                zorder=style.level,
            )
            plan.add_patch(patch)
        elif part.geom_type == "LineString":
            plan.plot(*part.xy, color=style.edge, linewidth=style.width, linestyle=style.dashes, zorder=style.level)
        else:
            plan.plot(
                part.x,
                part.y,
                marker=style.marker or "o",
                markersize=style.size,
                color=style.face if style.face != "none" else style.edge,
                markeredgecolor="white",
                markeredgewidth=0.8,
                zorder=style.level,
            )


def _draw_view(plan: Axes, camera: Camera, style: Style) -> None:
    first = 90 - camera.direction_deg - camera.view_deg / 2
    centre, reach_m = (camera.shape.x, camera.shape.y), min(camera.range_m, 6.0)
    view = Wedge(centre, reach_m, first, first + camera.view_deg, facecolor=style.face, alpha=0.18, zorder=style.level)
    plan.add_patch(view)


def _write_name(plan: Axes, drawing: YardDrawing, thing: Thing) -> None:
    inside = thing.shape.intersection(_extent(drawing))
    if inside.is_empty:
        return
    x, y = shapely.get_coordinates(shapely.point_on_surface(inside))[0]
    words, size = thing_name(thing), 7.5
    if isinstance(thing, Stack):
        words, size = f"{words}\n{thing.height_m:g} m", 7.0
    elif thing.kind == "stack_area":
        # In the widest room that the stacks leave.
        left = inside.difference(shapely.union_all([stack.shape for stack in drawing.stacks]))
        if not left.is_empty:
            x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle([left]))[0]
    elif inside.geom_type == "LineString":
        x, y = shapely.get_coordinates(inside.interpolate(0.5, normalized=True))[0]
    low_x, low_y, high_x, high_y = inside.bounds
    ink = "#8a6410" if thing.kind == "stack_area" else "#222222"
    turn = 90 if (high_y - low_y) > 2.2 * (high_x - low_x) else 0
    plan.text(x, y, words, fontsize=size, color=ink, ha="center", va="center", rotation=turn, zorder=10)


@cache
def readable_language(language: str) -> str:
    """Return the language; English, and a warning in the log, where it is Chinese and no font here writes that."""
    if language == "en" or len(_fonts()) > 1:
        return language
    _log.warning("no font of this machine writes Chinese, so the picture's words are English: install fonts-noto-cjk")
    return "en"


def _draw_findings(plan: Axes, told: Sequence[Told]) -> None:
    for one in reversed(told):
        colour = SEVERITY_COLOURS[one.finding.severity]
        for mark in one.finding.where:
            _draw_mark(plan, mark, colour)
        if one.finding.where:
            _number_mark(plan, one, colour)


def _draw_mark(plan: Axes, mark: Mark, colour: str) -> None:
    points = np.array(mark.points)
    if mark.shape is Shape.AREA:
        # A large area is hatched, so that what stands on it stays to be seen.
        is_large = shapely.Polygon(points).area > LARGE_MARK_M2
        face, hatch, alpha = ("none", "//", 0.45) if is_large else (colour, None, 0.28)
        plan.fill(*points.T, facecolor=face, hatch=hatch, alpha=alpha, edgecolor=colour, linewidth=1.6, zorder=20)
    elif mark.shape is Shape.LINE:
        plan.plot(*points.T, color="white", linewidth=5.0, solid_capstyle="butt", zorder=20)
        plan.plot(*points.T, color=colour, linewidth=2.6, solid_capstyle="butt", zorder=21)
    else:
        plan.plot(
            *points.T, marker="o", markersize=15, markerfacecolor="none", color=colour, markeredgewidth=2.2, zorder=21
        )


def _number_mark(plan: Axes, one: Told, colour: str) -> None:
    mark = one.finding.where[0]
    points = np.array(mark.points)
    at = points.mean(axis=0)
    if mark.shape is Shape.LINE and len(points) > 2:
        at = shapely.get_coordinates(shapely.LineString(points).interpolate(0.5, normalized=True))[0]
    plan.annotate(
        f"{one.number}  {one.measure}".strip(),
        at,
        xytext=(9, 9),
        textcoords="offset points",
        fontsize=8.5,
        fontweight="bold",
        color="white",
        bbox={"boxstyle": "round,pad=0.25", "facecolor": colour, "edgecolor": "white", "linewidth": 0.8},
        zorder=30,
        annotation_clip=True,
    )


def _extent(drawing: YardDrawing) -> BaseGeometry:
    own = shapely.union_all([drawing.site.shape, *(gate.shape for gate in drawing.gates)])
    west, south, east, north = shapely.buffer(own, MARGIN_M).bounds
    return shapely.box(west, south, east, north)


def _frame(plan: Axes, drawing: YardDrawing) -> None:
    west, south, east, north = _filling(plan, _extent(drawing))
    plan.set_xlim(west, east)
    plan.set_ylim(south, north)
    plan.set_aspect("equal")
    plan.set_xticks([])
    plan.set_yticks([])
    for spine in plan.spines.values():
        spine.set_color("#9aa3ad")
    left, right = plan.get_xlim()
    bottom, top = plan.get_ylim()
    step_m = next(
        it for it in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if it * 5 >= (right - left) * 0.9 or it == 5000
    )
    x, y, high = left + (right - left) * 0.02, bottom + (top - bottom) * 0.022, (top - bottom) * 0.008
    room = (x - step_m * 0.06, y - high, step_m * 1.16, high * 5.6)
    plan.add_patch(Rectangle(room[:2], *room[2:], facecolor="white", alpha=0.85, linewidth=0, zorder=39))
    for part in range(2):
        face = "#222222" if part == 0 else "white"
        plan.add_patch(
            Rectangle(
                (x + part * step_m / 2, y),
                step_m / 2,
                high,
                facecolor=face,
                edgecolor="#222222",
                linewidth=0.8,
                zorder=40,
            )
        )
    for at, words in ((0.0, "0"), (step_m / 2, f"{step_m // 2}"), (float(step_m), f"{step_m} m")):
        plan.text(x + at, y + high * 1.6, words, fontsize=8.5, ha="center", va="bottom", zorder=40)


def _filling(plan: Axes, extent: BaseGeometry) -> tuple[float, float, float, float]:
    """The extent made wider or higher, so that it has the sheet's proportions."""
    west, south, east, north = extent.bounds
    place = plan.get_position()
    proportion = place.width * SHEET_INCHES[0] / (place.height * SHEET_INCHES[1])
    wide, high = max(east - west, (north - south) * proportion), max(north - south, (east - west) / proportion)
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _draw_north(plan: Axes) -> None:
    plan.annotate(
        "",
        xy=(0.967, 0.975),
        xytext=(0.967, 0.905),
        xycoords="axes fraction",
        arrowprops={"arrowstyle": "-|>,head_width=0.5,head_length=1", "linewidth": 2.2, "color": "#222222"},
        zorder=40,
    )
    plan.text(
        0.967, 0.893, "N", transform=plan.transAxes, fontsize=13, fontweight="bold", ha="center", va="top", zorder=40
    )


@cache
def _fonts() -> list[str]:
    """Names of fonts; where none writes Chinese, its signs come out as boxes."""
    files = sorted(Path(file) for file in font_manager.findSystemFonts())
    for wanted in FONT_FILES:
        family = [file for file in files if file.stem.lower().startswith(wanted.lower())]
        cuts = [file for file in family if file.stem.lower().removeprefix(wanted.lower()) in FONT_CUTS] or family[:1]
        for file in cuts:
            font_manager.fontManager.addfont(str(file))
        if cuts:
            return [font_manager.FontProperties(fname=str(cuts[0])).get_name(), "DejaVu Sans"]
    return ["DejaVu Sans"]
