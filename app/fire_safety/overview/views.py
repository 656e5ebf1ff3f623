"""The fire safety of the county and of one yard at a glance: what is open, how hot, how punctual, how it develops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext

from app.accounts.permissions import Permission, needs
from app.clock import business_day, now
from app.database.engine import db
from app.downloads import download
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.queries import last_tick
from app.fire_safety.alarms.readers import note_shown
from app.fire_safety.alarms.texts import LEVEL_TEXTS
from app.fire_safety.drawings.queries import drawing_in_force
from app.fire_safety.drawings.rule_texts import KIND_TEXTS as THING_TEXTS
from app.fire_safety.drawings.sketch import Sketch, sketch_of
from app.fire_safety.heat.kept import yard_heat_now
from app.fire_safety.inspections.queries import due_lists
from app.fire_safety.inspections.views import own_yards, stack_names
from app.fire_safety.overview.dangers import AGE_DAYS, Danger, DangerKind, age_table, open_dangers
from app.fire_safety.overview.levels import YardLevels, levels_at, yard_levels
from app.fire_safety.overview.texts import AGE_TEXTS, KIND_TEXTS, SEVERITY_TEXTS, danger_text
from app.fire_safety.overview.weeks import Week, rounds_of, week_names, weeks_of
from app.fire_safety.overview.workbook import danger_workbook
from app.fire_safety.patrols.queries import shifts_of
from app.pages.navigation import may_open
from app.registry.legal_capacity import drawn_capacity
from app.registry.models import TransferYard
from app.registry.suspension_texts import reason_text
from app.registry.suspensions import suspensions_in_force
from app.storage.queries import stacks_now, yard_stock
from app.storage.views import own_yard
from app.texts import _
from yard_rules.finding import Severity

_WEEKS = 12
# Colours of the levels, light to dark, so that they are told apart in grey too; the number stands beside them.
LEVEL_COLOURS: Final = ("#cfe3d4", "#f4dfa6", "#f0b35c", "#bf4a16", "#8f0018")
_NO_STRAW: Final = "#f1f3f5"
# Pages of one yard that belong to its safety; one that this installation does not have is left out.
_PAGES: Final = (
    ("drawings.drawing_page", _("Drawing")),
    ("inspections.yard_page", _("Inspections")),
    ("heat.yard_page", _("Heat")),
    ("patrols.yard_page", _("Rounds")),
    ("equipment.yard_page", _("Equipment")),
    ("drills.yard_page", _("Drills")),
    ("emergency.card", _("Emergency card")),
)

overview_views = Blueprint("overview", __name__, template_folder="templates")


@overview_views.get("/safety")
@needs(Permission.READ_STOCK)
def county() -> str:
    yards, moment = own_yards(), now()
    dangers = _shown_dangers(list(yards), moment)
    levels = yard_levels(db.session, list(yards), levels_at(db.session, list(yards), moment))
    tiles = [
        _tile(yard, levels[yard_id], [it for it in dangers if it.yard_id == yard_id], moment)
        for yard_id, yard in yards.items()
    ]
    return render_template(
        "overview/county.html",
        tiles=sorted(tiles, key=_worst_first),
        yards=yards,
        weeks=weeks_of(db.session, list(yards), moment, _WEEKS),
        ticked_at=last_tick(db.session),
        **_shown(dangers, list(yards), moment),
    )


@overview_views.get("/safety/dangers.xlsx")
@needs(Permission.READ_STOCK)
def dangers_workbook() -> Response:
    yards, moment = own_yards(), now()
    names = {yard_id: yard.name for yard_id, yard in yards.items()}
    content = danger_workbook(open_dangers(db.session, list(yards), moment), names, stack_names(list(yards)), moment)
    return download(content, f"dangers-{business_day():%Y%m%d}.xlsx")


@overview_views.get("/yards/<yard_id>/safety")
@needs(Permission.READ_STOCK)
def yard_page(yard_id: str) -> str:
    yard, moment = own_yard(yard_id), now()
    dangers = _shown_dangers([yard_id], moment)
    heats = yard_heat_now(db.session, yard_id, moment)
    levels = {it.stack.stack_id: int(it.summary.level) for it in heats}
    shown = yard_levels(db.session, [yard_id], levels)[yard_id]
    held = drawn_capacity(db.session, yard_id)
    stacks = stacks_now(db.session, yard_id, moment)
    return render_template(
        "overview/yard.html",
        yard=yard,
        yards={yard_id: yard},
        heats=heats,
        tile=_tile(yard, shown, dangers, moment),
        sketch=_coloured(yard_id, shown, moment),
        stock=yard_stock(yard, stacks, business_day(moment), legal_kg=None if held is None else held.kg),
        lists=[it for it in due_lists(db.session, yard) if it.is_due],
        suspended=suspensions_in_force(db.session, yard_id),
        reason_text=reason_text,
        shifts=shifts_of(db.session, yard_id, moment, moment),
        weeks=weeks_of(db.session, [yard_id], moment, _WEEKS),
        pages=[(endpoint, gettext(text)) for endpoint, text in _PAGES if _is_here(endpoint)],
        ticked_at=last_tick(db.session),
        **_shown(dangers, [yard_id], moment),
    )


def _shown_dangers(yard_ids: Sequence[str], moment: datetime) -> Sequence[Danger]:
    """What is open; that its alarms were shown to whoever asks is kept."""
    dangers = open_dangers(db.session, yard_ids, moment)
    alarms = [row for it in dangers for row in (it.what, it.because) if isinstance(row, Alarm)]
    note_shown([alarm.id for alarm in alarms])
    return dangers


def _shown(dangers: Sequence[Danger], yard_ids: Sequence[str], moment: datetime) -> dict[str, Any]:
    """What both pages need."""
    return {
        "dangers": dangers,
        "ages": age_table(dangers, moment),
        "age_classes": AGE_DAYS,
        "severities": list(Severity),
        "stacks": stack_names(yard_ids),
        "moment": moment,
        "danger_text": danger_text,
        "texts": {"kind": KIND_TEXTS, "severity": SEVERITY_TEXTS, "age": AGE_TEXTS},
        "level_texts": {int(level): gettext(text) for level, text in LEVEL_TEXTS.items()},
        "level_colours": LEVEL_COLOURS,
        "kind_texts": {kind: gettext(text) for kind, text in THING_TEXTS.items()},
        "told": [],
        "week_names": week_names,
        "trend": _trend,
    }


def _tile(yard: TransferYard, levels: YardLevels, dangers: Sequence[Danger], moment: datetime) -> dict[str, Any]:
    return {
        "yard": yard,
        "levels": levels,
        "counts": {kind: sum(it.severity is kind for it in dangers) for kind in Severity},
        "equipment": sum(it.kind is DangerKind.EQUIPMENT for it in dangers),
        "rounds": rounds_of(db.session, yard.yard_id, moment),
    }


def _worst_first(tile: Mapping[str, Any]) -> tuple[int, int, int, str]:
    level, counts = tile["levels"].worst, tile["counts"]
    return -(level or 0), -counts[Severity.BLOCKS], -counts[Severity.MEND], tile["yard"].yard_id


def _coloured(yard_id: str, levels: YardLevels, moment: datetime) -> Sketch | None:
    """The drawing in force, each stack in the colour of its level and with its number, closed ones struck out; None
    where nothing is drawn."""
    in_force = drawing_in_force(db.session, yard_id, moment)
    if in_force is None:
        return None
    by_drawn = {it.stack.drawing_id: it for it in levels.stacks}
    sketch = sketch_of(in_force[1].drawing, ())
    things = []
    for thing in sketch.things:
        known = by_drawn.get(thing.id) if thing.kind == "stack" else None
        if known is not None:
            colour = _NO_STRAW if known.level is None else LEVEL_COLOURS[known.level]
            label = known.stack.name if known.level is None else f"{known.stack.name} · {known.level}"
            closed_for = " / ".join(known.closed_for)
            thing = replace(thing, style=replace(thing.style, face=colour), label=label, closed_for=closed_for)
        things.append(thing)
    return replace(sketch, things=things)


def _trend(weeks: Sequence[Week]) -> list[dict[str, Any]]:
    return [
        {"name": gettext("came"), "values": [week.opened for week in weeks]},
        {"name": gettext("ended"), "values": [week.closed for week in weeks]},
        {"name": gettext("days with a hot stack"), "values": [week.hot_days for week in weeks]},
    ]


def _is_here(endpoint: str) -> bool:
    return endpoint in current_app.view_functions and may_open(endpoint)
