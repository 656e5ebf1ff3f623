"""A yard's drawing as a sheet of paper (A3): what stands where, what is wrong and where, legend, scale and north."""

from __future__ import annotations

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
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Wedge
from matplotlib.path import Path as Outline
from shapely.geometry.base import BaseGeometry

from app.fire_safety.measure_words import measured_words
from app.fire_safety.yard_picture_styles import STYLES, Style
from yard_rules.finding import Finding, Mark, Severity, Shape
from yard_rules.fire import rule_entries
from yard_rules.yard_drawing import Camera, Stack, Thing, YardDrawing

SHEET_INCHES: Final = (16.54, 11.69)
DOTS_PER_INCH: Final = 130
MARGIN_M: Final = 9.0
SHOWN_FINDINGS: Final = 20
LARGE_MARK_M2: Final = 250.0
NAMED_KINDS: Final = ("building", "stack", "scale", "apron", "pond", "stack_area", "neighbour", "waiting_area")
SEVERITY_COLOURS: Final = {Severity.BLOCKS: "#d7191c", Severity.MEND: "#e67700", Severity.ADVICE: "#2c7fb8"}
SEVERITY_WORDS: Final = {Severity.BLOCKS: "blocks", Severity.MEND: "to mend", Severity.ADVICE: "advice"}
# Files of fonts that write Chinese too, the first that is there.
FONT_FILES: Final = ("NotoSansCJK-", "NotoSansSC-", "SourceHanSansSC-", "msyh", "simhei", "PingFang", "wqy")
FONT_CUTS: Final = ("regular", "bold")


def draw_yard(
    drawing: YardDrawing,
    findings: Sequence[Finding],
    path: Path,
    *,
    day: date | None = None,
    subtitle: str | None = None,
) -> None:
    """Write the sheet as .svg, .png or .pdf, by the path's ending; the same drawing gives the same picture.

    Raises OSError where it cannot be written, ValueError for another ending.
    """
    settings: dict[Any, Any] = {
        "font.family": _fonts(),
        "svg.hashsalt": drawing.yard_id,
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=SHEET_INCHES)
        plan = figure.add_axes((0.025, 0.055, 0.665, 0.855))
        _draw_plan(plan, drawing)
        _draw_findings(plan, findings)
        _frame(plan, drawing)
        _draw_north(plan)
        _draw_title(figure, drawing, findings, day, subtitle)
        _draw_legend(figure, drawing)
        _list_findings(figure, findings)
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
    words, size = thing.name or thing.id, 7.5
    if isinstance(thing, Stack):
        words, size = f"{thing.id}\n{thing.height_m:g} m", 7.0
    elif thing.kind == "stack_area":
        # Its middle belongs to the stacks.
        x, y = inside.bounds[0] + 0.4, inside.bounds[3] - 0.4
        plan.text(x, y, words, fontsize=size, color="#8a6410", ha="left", va="top", zorder=10)
        return
    low_x, low_y, high_x, high_y = inside.bounds
    turn = 90 if (high_y - low_y) > 2.2 * (high_x - low_x) else 0
    plan.text(x, y, words, fontsize=size, color="#222222", ha="center", va="center", rotation=turn, zorder=10)


def _draw_findings(plan: Axes, findings: Sequence[Finding]) -> None:
    for number, finding in reversed(list(enumerate(findings, 1))):
        colour = SEVERITY_COLOURS[finding.severity]
        for mark in finding.where:
            _draw_mark(plan, mark, colour)
        if finding.where:
            _number_mark(plan, finding, number, colour)


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


def _number_mark(plan: Axes, finding: Finding, number: int, colour: str) -> None:
    mark = finding.where[0]
    points = np.array(mark.points)
    at = points.mean(axis=0)
    if mark.shape is Shape.LINE and len(points) > 2:
        at = shapely.get_coordinates(shapely.LineString(points).interpolate(0.5, normalized=True))[0]
    words = measured_words(finding)
    plan.annotate(
        f"{number}  {words}" if words else str(number),
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
    for part in range(2):
        face = "#222222" if part == 0 else "white"
        plan.add_patch(
            mpl.patches.Rectangle(
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


def _draw_title(
    figure: Figure, drawing: YardDrawing, findings: Sequence[Finding], day: date | None, subtitle: str | None
) -> None:
    figure.text(0.025, 0.955, f"{drawing.yard_id}  {drawing.name}", fontsize=22, fontweight="bold", va="center")
    area_mu = drawing.site.shape.area * 3 / 2000
    facts = [f"{area_mu:.2f} mu", f"{len(drawing.stacks)} stacks"]
    if day is not None:
        facts.append(f"rules of {day.isoformat()}")
    if drawing.is_synthetic:
        facts.append("synthetic: no such yard exists")
    figure.text(0.025, 0.925, subtitle or " · ".join(facts), fontsize=11, color="#444444", va="center")
    counts = [(one, sum(it.severity is one for it in findings)) for one in Severity]
    for place, (severity, count) in enumerate(counts):
        figure.text(
            0.71 + place * 0.095,
            0.95,
            f"{count} {SEVERITY_WORDS[severity]}",
            fontsize=13,
            fontweight="bold",
            color="white" if count else "#777777",
            va="center",
            bbox={
                "boxstyle": "round,pad=0.4",
                "facecolor": SEVERITY_COLOURS[severity] if count else "#eceff1",
                "linewidth": 0,
            },
        )
    figure.text(
        0.025,
        0.028,
        "Distances are horizontal, between outlines. Figures marked with ? are to be confirmed by the fire brigade.",
        fontsize=9,
        color="#555555",
        va="center",
    )


def _draw_legend(figure: Figure, drawing: YardDrawing) -> None:
    drawn = {thing.kind for thing in drawing.things()}
    handles = [_legend_handle(style) for kind, style in STYLES.items() if kind in drawn]
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.7, 0.045),
        ncols=2,
        fontsize=9.5,
        frameon=False,
        handlelength=2.2,
        labelspacing=0.6,
    )


def _legend_handle(style: Style) -> Patch | Line2D:
    if style.marker is not None:
        return Line2D(
            [], [], marker=style.marker, markersize=style.size, color=style.face, linestyle="none", label=style.words
        )
    if style.face == "none":
        return Line2D([], [], color=style.edge, linewidth=style.width, linestyle=style.dashes, label=style.words)
    return Patch(
        facecolor=style.face, edgecolor=style.edge, linestyle=style.dashes, hatch=style.hatch, label=style.words
    )


def _list_findings(figure: Figure, findings: Sequence[Finding]) -> None:
    top, step = 0.905, 0.0305
    if not findings:
        figure.text(0.71, top, "No rule is broken.", fontsize=13, color="#1a9850", fontweight="bold", va="top")
        return
    entries = rule_entries()
    for row, finding in enumerate(findings[:SHOWN_FINDINGS]):
        y = top - row * step
        colour = SEVERITY_COLOURS[finding.severity]
        box = {"boxstyle": "round,pad=0.2", "facecolor": colour, "linewidth": 0}
        figure.text(
            0.716, y, str(row + 1), fontsize=9, color="white", fontweight="bold", ha="center", va="top", bbox=box
        )
        ask = " ?" if finding.ask_brigade else ""
        words = ": ".join(it for it in (entries[finding.rule].title, measured_words(finding)) if it)
        figure.text(0.73, y, words + ask, fontsize=9.5, va="top")
        within = "" if finding.mend_days is None else f" · within {finding.mend_days} days"
        subject = ", ".join(finding.subject[:4]) + (" …" if len(finding.subject) > 4 else "")
        figure.text(0.73, y - 0.0135, f"{_short(subject)}{within}", fontsize=8, color="#666666", va="top")
    if len(findings) > SHOWN_FINDINGS:
        y = top - SHOWN_FINDINGS * step
        figure.text(0.73, y, f"… and {len(findings) - SHOWN_FINDINGS} more", fontsize=9.5, va="top")


def _short(words: str) -> str:
    return words if len(words) <= 60 else words[:59] + "…"


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
