"""What stands around the plan on the sheet of a yard: its name, the findings by number, the legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from flask_babel import gettext
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from app.fire_safety.drawings.rule_texts import KIND_TEXTS, Told
from app.fire_safety.yard_picture_styles import SEVERITY_COLOURS, STYLES, Style
from app.texts import _
from yard_rules.finding import Finding, Severity
from yard_rules.yard_drawing import YardDrawing

SHOWN_FINDINGS: Final = 20
_LIST_TOP: Final = 0.905
_LIST_STEP: Final = 0.0305
SEVERITY_WORDS: Final = {Severity.BLOCKS: _("blocks"), Severity.MEND: _("to mend"), Severity.ADVICE: _("advice")}


def draw_title(
    figure: Figure, drawing: YardDrawing, findings: Sequence[Finding], day: date | None, subtitle: str | None
) -> None:
    """Write the yard's name, its facts and how many findings there are."""
    figure.text(0.025, 0.955, f"{drawing.yard_id}  {drawing.name}", fontsize=22, fontweight="bold", va="center")
    area_mu = drawing.site.shape.area * 3 / 2000
    facts = [f"{area_mu:.2f} {gettext('mu')}", f"{len(drawing.stacks)} {gettext('stacks')}"]
    if day is not None:
        facts.append(gettext("rules of %(day)s", day=day.isoformat()))
    if drawing.is_synthetic:
        facts.append(gettext("synthetic: no such yard exists"))
    figure.text(0.025, 0.925, subtitle or " · ".join(facts), fontsize=11, color="#444444", va="center")
    counts = [(one, sum(it.severity is one for it in findings)) for one in Severity]
    for place, (severity, count) in enumerate(counts):
        figure.text(
            0.71 + place * 0.095,
            0.95,
            f"{count} {gettext(SEVERITY_WORDS[severity])}",
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
        gettext(
            "Distances are horizontal, between outlines. Figures marked with ? are to be confirmed by the fire brigade."
        ),
        fontsize=9,
        color="#555555",
        va="center",
    )


def draw_legend(figure: Figure, drawing: YardDrawing) -> None:
    """Explain the signs of what is drawn."""
    drawn = {thing.kind for thing in drawing.things()}
    handles = [_legend_handle(style, gettext(KIND_TEXTS[kind])) for kind, style in STYLES.items() if kind in drawn]
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


def _legend_handle(style: Style, words: str) -> Patch | Line2D:
    if style.marker is not None:
        return Line2D(
            [], [], marker=style.marker, markersize=style.size, color=style.face, linestyle="none", label=words
        )
    if style.face == "none":
        return Line2D([], [], color=style.edge, linewidth=style.width, linestyle=style.dashes, label=words)
    return Patch(facecolor=style.face, edgecolor=style.edge, linestyle=style.dashes, hatch=style.hatch, label=words)


def list_findings(figure: Figure, told: Sequence[Told], day: date | None = None) -> None:
    """Write the findings by the numbers that they have on the plan, and the things by their names; where they are too
    many for the sheet, rule by rule. `day`: of the check, for by when something is to be mended."""
    if not told:
        figure.text(
            0.71, _LIST_TOP, gettext("No rule is broken."), fontsize=13, color="#1a9850", fontweight="bold", va="top"
        )
        return
    rows = [(str(one.number), one, _subject(one, day)) for one in told]
    if len(told) > SHOWN_FINDINGS:
        by_rule: dict[str, list[Told]] = {}
        for one in told:
            by_rule.setdefault(one.finding.rule, []).append(one)
        numbers = {rule: spans(it.number for it in ones) for rule, ones in by_rule.items()}
        rows = [
            (f"{len(ones)}×", ones[0], f"{gettext('No.')} {numbers[rule]}{_earliest(ones, day)}")
            for rule, ones in by_rule.items()
        ]
    for row, (sign, one, under) in enumerate(rows[:SHOWN_FINDINGS]):
        _list_row(figure, _LIST_TOP - row * _LIST_STEP, sign, one, under)
    if len(rows) > SHOWN_FINDINGS:
        y = _LIST_TOP - SHOWN_FINDINGS * _LIST_STEP
        more = gettext("and {count} more").replace("{count}", str(len(rows) - SHOWN_FINDINGS))
        figure.text(0.73, y, f"… {more}", fontsize=9.5, va="top")


def spans(numbers: Iterable[int]) -> str:
    """Return rising numbers in few words: "1–3, 7"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)


def _list_row(figure: Figure, y: float, sign: str, one: Told, under: str) -> None:
    box = {"boxstyle": "round,pad=0.2", "facecolor": SEVERITY_COLOURS[one.finding.severity], "linewidth": 0}
    figure.text(0.716, y, sign, fontsize=9, color="white", fontweight="bold", ha="center", va="top", bbox=box)
    ask = " ?" if one.finding.ask_brigade else ""
    words = ": ".join(it for it in (one.title, one.measure) if it)
    figure.text(0.73, y, words + ask, fontsize=9.5, va="top")
    figure.text(0.73, y - 0.0135, under, fontsize=8, color="#666666", va="top")


def _subject(one: Told, day: date | None) -> str:
    finding = one.finding
    days = "" if finding.mend_days is None else str(finding.mend_days)
    within = f" · {gettext('within {days} days').replace('{days}', days)}" if days else ""
    mend_by = None if day is None else finding.mend_by(day)
    if mend_by is not None:
        within += f" · {gettext('by {day}').replace('{day}', mend_by.isoformat())}"
    return _short(", ".join(one.subjects[:4]) + (" …" if len(one.subjects) > 4 else "")) + within


def _earliest(ones: Sequence[Told], day: date | None) -> str:
    """By when the first of them is to be mended."""
    days = [] if day is None else [it for one in ones if (it := one.finding.mend_by(day)) is not None]
    return f" · {gettext('by {day}').replace('{day}', min(days).isoformat())}" if days else ""


def _short(words: str) -> str:
    return words if len(words) <= 60 else words[:59] + "…"
