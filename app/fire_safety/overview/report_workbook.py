"""The monthly report as a workbook: the yards, and what is open in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask_babel import gettext

from app.file_exchange.workbooks_out import PlainSheet, PlainValue, write_plain_workbook
from app.fire_safety.overview.month import Month, YardMonth
from app.fire_safety.overview.workbook import danger_sheet
from app.texts import _
from yard_rules.heat.ladder import HeatLevel

REPORT_HEADINGS: Final = (
    _("Yard"), _("Bales at the end"), _("t at the end"), _("Inspections done"), _("Inspections due"),
    _("Actions opened"), _("Actions closed"), _("Actions overdue"), _("Alarms"), _("Not answered"),
    _("Minutes to the answer (median)"), _("Rounds due"), _("Rounds in time"), _("Rounds missed"),
    _("Days of level 1"), _("Days of level 2"), _("Days of level 3"), _("Days of level 4"), _("Closed in the month"),
    _("Closed at the end"), _("Equipment checks"), _("Equipment overdue"), _("Drills"), _("Open dangers"),
)  # fmt: skip


def report_workbook(found: Sequence[YardMonth], stacks: Mapping[str, str], month: Month) -> bytes:
    """Return the report; `stacks` are names by id."""
    dangers = [danger for it in found for danger in it.open]
    names = {it.yard.yard_id: it.yard.name for it in found}
    sheet = PlainSheet(
        title=f"{month.first:%Y-%m}",
        headings=[gettext(heading) for heading in REPORT_HEADINGS],
        rows=[_row(it) for it in found],
    )
    return write_plain_workbook([sheet, danger_sheet(dangers, names, stacks, month.ends)])


def _row(it: YardMonth) -> tuple[PlainValue, ...]:
    rounds = it.rounds
    return (
        it.yard.name, it.stock_bales, it.stock_kg / 1000, it.inspections_done, it.inspections_due,
        it.actions_opened, it.actions_closed, it.actions_overdue, it.alarms, it.alarms_unanswered,
        it.answer_min, *((rounds.due, rounds.punctual, rounds.missed) if rounds else (None, None, None)),
        *(it.heat_days[level] for level in HeatLevel if level > HeatLevel.NORMAL), it.suspensions_set,
        it.suspensions_in_force, it.equipment_checks, it.equipment_overdue, it.drills, len(it.open),
    )  # fmt: skip
