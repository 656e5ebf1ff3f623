"""A yard's drawing as a sheet of paper (A3): what stands where, what is wrong and where, legend, scale and north."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import shapely
from flask_babel import pgettext
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.text import Annotation
from shapely.geometry.base import BaseGeometry

from app.fire_safety.drawings.rule_texts import Told, height_name, thing_name, told_findings
from app.fire_safety.number_places import Box, NumberPlace, Wanted, number_places, words_width
from app.fire_safety.yard_picture_margins import draw_legend, draw_title, list_findings
from app.fire_safety.yard_picture_styles import (
    SEVERITY_COLOURS,
    STYLES,
    Style,
    camera_view,
    is_hatched,
    mark_extent,
    number_spot,
    yard_extent,
)
from app.i18n import spoken
from app.picture_fonts import picture_fonts
from yard_rules.finding import Finding, Mark, Shape
from yard_rules.yard_drawing import Camera, Stack, Thing, YardDrawing

SHEET_INCHES: Final = (16.54, 11.69)
DOTS_PER_INCH: Final = 130
MARGIN_M: Final = 9.0
NUMBER_POINTS: Final = 8.5
MANY_NUMBERS: Final = 40
POINTS_OF_AN_INCH: Final = 72
NAMED_KINDS: Final = ("building", "stack", "scale", "apron", "pond", "stack_area", "neighbour", "waiting_area")


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
        "font.family": picture_fonts(),
        "svg.hashsalt": drawing.yard_id,
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
    }
    with mpl.rc_context(settings), warnings.catch_warnings(), spoken(language):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=SHEET_INCHES)
        plan = figure.add_axes((0.025, 0.055, 0.665, 0.855))
        _frame(plan, drawing)
        names = _draw_plan(plan, drawing)
        told = told_findings(findings, drawing)
        _draw_findings(plan, told, names)
        _draw_scale(figure, plan)
        _draw_north(figure)
        draw_title(figure, drawing, findings, day, subtitle)
        draw_legend(figure, drawing)
        list_findings(figure, told, day)
        is_vector = path.suffix.lower() in (".svg", ".pdf")
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else {"CreationDate": None} if is_vector else {}
        figure.savefig(path, dpi=DOTS_PER_INCH, format=path.suffix.lower().lstrip("."), metadata=metadata)


def _draw_plan(plan: Axes, drawing: YardDrawing) -> list[Box]:
    """Draw all things; the boxes of their names and signs."""
    taken = []
    for thing in drawing.things():
        style = STYLES[thing.kind]
        if isinstance(thing, Camera):
            _draw_view(plan, thing, style)
        _draw_shape(plan, thing.shape, style)
        if thing.kind in NAMED_KINDS or height_name(thing):
            taken += _write_name(plan, drawing, thing)
        elif thing.shape.geom_type == "Point":
            (x, y), size_m = shapely.get_coordinates(thing.shape)[0], _metres(plan, style.size)
            taken.append((x - size_m / 2, y - size_m / 2, size_m, size_m))
    return taken


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
    points = shapely.get_coordinates(camera_view(camera)).T
    plan.fill(*points, facecolor=style.face, alpha=0.035, linewidth=0, zorder=style.level)
    plan.plot(*points, color=style.face, alpha=0.45, linewidth=0.7, linestyle="--", zorder=style.level)


def _write_name(plan: Axes, drawing: YardDrawing, thing: Thing) -> list[Box]:
    inside = thing.shape.intersection(yard_extent(drawing, MARGIN_M))
    if inside.is_empty:
        return []
    x, y = shapely.get_coordinates(shapely.point_on_surface(inside))[0]
    words, size = height_name(thing) or thing_name(thing), 7.5
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
    # The height of a line or gate stands in the line itself, and is read before a finding's mark.
    over = (
        {"facecolor": "white", "alpha": 0.9, "pad": 0.8, "linewidth": 0} if inside.geom_type == "LineString" else None
    )
    level = 10 if over is None else 40
    plan.text(x, y, words, fontsize=size, color=ink, ha="center", va="center", rotation=turn, zorder=level, bbox=over)
    rows = words.split("\n")
    across, up = (_metres(plan, it * size) for it in (max(words_width(row) for row in rows), len(rows) * 1.2))
    width, height = (up, across) if turn else (across, up)
    return [(x - width / 2, y - height / 2, width, height)]


def _draw_findings(plan: Axes, told: Sequence[Told], taken: Sequence[Box]) -> None:
    placed = [one for one in told if one.finding.where]
    for one in reversed(placed):
        for mark in one.finding.where:
            _draw_mark(plan, mark, SEVERITY_COLOURS[one.finding.severity], is_hatched=is_hatched(one.finding, mark))
    (west, east), (south, north) = plan.get_xlim(), plan.get_ylim()
    wanted = [
        Wanted(
            number=one.number,
            measure="" if len(placed) > MANY_NUMBERS else one.measure,
            at=tuple(np.clip(number_spot(one.finding.where[0]), [west, south], [east, north]).tolist()),
            extent=_extent(one.finding.where[0]),
        )
        for one in placed
    ]
    frame = (west, south, east - west, north - south)
    places = number_places(wanted, frame, _metres(plan, NUMBER_POINTS), taken)
    for one, place in reversed(list(zip(placed, places, strict=True))):
        _draw_number(plan, place, SEVERITY_COLOURS[one.finding.severity])


def _extent(mark: Mark) -> Box:
    (west, south), (east, north) = mark_extent(mark)
    return west, south, east - west, north - south


def _draw_mark(plan: Axes, mark: Mark, colour: str, *, is_hatched: bool) -> None:
    points = np.array(mark.points)
    if mark.shape is Shape.AREA:
        face, hatch, alpha = ("none", "//", 0.45) if is_hatched else (colour, None, 0.28)
        plan.fill(*points.T, facecolor=face, hatch=hatch, alpha=alpha, edgecolor=colour, linewidth=1.6, zorder=20)
    elif mark.shape is Shape.LINE:
        plan.plot(*points.T, color="white", linewidth=5.0, solid_capstyle="butt", zorder=20)
        plan.plot(*points.T, color=colour, linewidth=2.6, solid_capstyle="butt", zorder=21)
    else:
        plan.plot(
            *points.T, marker="o", markersize=9, markerfacecolor="none", color=colour, markeredgewidth=2.2, zorder=21
        )


def _draw_number(plan: Axes, place: NumberPlace, colour: str) -> None:
    if place.leader is not None:
        ends = np.array(place.leader).T
        plan.plot(*ends, color="white", linewidth=2.4, zorder=28)
        plan.plot(*ends, color=colour, linewidth=1.1, marker="o", markersize=3.5, markevery=[0], zorder=29)
    x, y, width, height = place.box
    room = FancyBboxPatch(
        (x, y),
        width,
        height,
        boxstyle=f"round,pad=0,rounding_size={height * 0.25}",
        facecolor=colour,
        edgecolor="white",
        linewidth=0.8,
        zorder=30,
    )
    plan.add_patch(room)
    plan.text(
        *place.middle,
        place.text,
        fontsize=NUMBER_POINTS,
        fontweight="bold",
        color="white",
        ha="center",
        va="center_baseline",
        zorder=31,
    )


def _metres(plan: Axes, points: float) -> float:
    """How many metres of the plan so many points of the paper are."""
    west, east = plan.get_xlim()
    return points * (east - west) / (plan.get_position().width * SHEET_INCHES[0] * POINTS_OF_AN_INCH)


def _frame(plan: Axes, drawing: YardDrawing) -> None:
    west, south, east, north = _filling(plan, yard_extent(drawing, MARGIN_M))
    plan.set_xlim(west, east)
    plan.set_ylim(south, north)
    plan.set_aspect("equal")
    plan.set_xticks([])
    plan.set_yticks([])
    for spine in plan.spines.values():
        spine.set_color("#9aa3ad")


def _draw_scale(figure: Figure, plan: Axes) -> None:
    """Under the plan, where it covers nothing."""
    place, (west, east) = plan.get_position(), plan.get_xlim()
    step_m = max((it for it in (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if it * 3.5 <= east - west), default=5)
    wide, high, y = step_m / (east - west) * place.width, 0.006, place.y0 - 0.034
    x = place.x1 - wide - 0.022
    for part, face in enumerate(("#222222", "white")):
        half = Rectangle((x + part * wide / 2, y), wide / 2, high, facecolor=face, edgecolor="#222222", linewidth=0.8)
        figure.add_artist(half)
    for share, words in ((0.0, "0"), (0.5, f"{step_m / 2:g}"), (1.0, f"{step_m} m")):
        figure.text(x + share * wide, y + high * 1.5, words, fontsize=8.5, ha="center", va="bottom")


def _filling(plan: Axes, extent: BaseGeometry) -> tuple[float, float, float, float]:
    """The extent made wider or higher, so that it has the sheet's proportions."""
    west, south, east, north = extent.bounds
    place = plan.get_position()
    proportion = place.width * SHEET_INCHES[0] / (place.height * SHEET_INCHES[1])
    wide, high = max(east - west, (north - south) * proportion), max(north - south, (east - west) / proportion)
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _draw_north(figure: Figure) -> None:
    arrow = {"arrowstyle": "-|>,head_width=0.4,head_length=0.8", "linewidth": 2.0, "color": "#222222"}
    over = Annotation("", xy=(0.682, 0.962), xytext=(0.682, 0.918), xycoords="figure fraction", arrowprops=arrow)
    figure.add_artist(over)
    figure.text(0.674, 0.94, pgettext("direction", "N"), fontsize=13, fontweight="bold", ha="right", va="center")
