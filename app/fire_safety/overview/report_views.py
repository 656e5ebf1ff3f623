"""The monthly safety report for town and brigade: a page that is handed in as it prints, and a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from sqlalchemy import select

from app.accounts.permissions import Permission, needs
from app.clock import business_day, now
from app.database.engine import db
from app.downloads import download
from app.fire_safety.inspections.views import own_yards, stack_names
from app.fire_safety.overview.month import Month, YardMonth, first_month, month_of, yard_month
from app.fire_safety.overview.report_workbook import report_workbook
from app.fire_safety.overview.texts import KIND_TEXTS, SEVERITY_TEXTS, danger_text
from app.registry.models import Town, TransferYard
from yard_rules.heat.ladder import HeatLevel

_MOST_MONTHS: Final = 24

report_views = Blueprint("safety_report", __name__, template_folder="templates")


@report_views.get("/safety/report")
@needs(Permission.READ_STOCK)
def report() -> str:
    moment = now()
    month, town_id, yards = _asked(moment)
    found = [yard_month(db.session, yard, month) for yard in yards.values()]
    towns = _towns()
    return render_template(
        "overview/report.html",
        month=month,
        months=_months(moment),
        town_id=town_id,
        towns=towns,
        title_name=towns.get(town_id),
        found=found,
        whole=_whole(found),
        stacks=stack_names(list(yards)),
        made_at=moment,
        danger_text=danger_text,
        texts={"kind": KIND_TEXTS, "severity": SEVERITY_TEXTS},
    )


@report_views.get("/safety/report.xlsx")
@needs(Permission.READ_STOCK)
def workbook() -> Response:
    month, town_id, yards = _asked(now())
    found = [yard_month(db.session, yard, month) for yard in yards.values()]
    content = report_workbook(found, stack_names(list(yards)), month)
    return download(content, f"safety-{month.first:%Y%m}{'-' + town_id if town_id else ''}.xlsx")


def _asked(moment: datetime) -> tuple[Month, str, Mapping[str, TransferYard]]:
    """Month, town and yards of the address; this month, and all that are one's own, where nothing else is asked for."""
    this = business_day(moment).replace(day=1)
    try:
        first = min(date.fromisoformat(f"{request.args.get('month', '')}-01"), this)
    except ValueError:
        first = this
    yards, town_id = own_yards(), request.args.get("town", "")
    if town_id not in _towns():
        town_id = ""
    return (
        month_of(first, moment),
        town_id,
        {yard_id: yard for yard_id, yard in yards.items() if not town_id or yard.town_id == town_id},
    )


def _towns() -> dict[str, str]:
    """The towns of one's own yards: name by id."""
    ids = {yard.town_id for yard in own_yards().values()}
    rows = db.session.scalars(select(Town).where(Town.town_id.in_(ids)).order_by(Town.id))
    return {row.town_id: row.name for row in rows}


def _months(moment: datetime) -> list[date]:
    """The months that can be asked for, the newest first."""
    month, earliest = business_day(moment).replace(day=1), first_month(db.session, moment)
    months = [month]
    while month > earliest and len(months) < _MOST_MONTHS:
        month = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
        months.append(month)
    return months


def _whole(found: list[YardMonth]) -> dict[str, Any]:
    """All yards together."""
    names = (
        "stock_bales", "stock_kg", "inspections_done", "inspections_due", "actions_opened", "actions_closed",
        "actions_overdue", "alarms", "alarms_unanswered", "suspensions_set", "suspensions_in_force",
        "equipment_checks", "equipment_overdue", "drills",
    )  # fmt: skip
    rounds = [it.rounds for it in found if it.rounds is not None]
    return {
        **{name: sum(getattr(it, name) for it in found) for name in names},
        "rounds_due": sum(it.due for it in rounds),
        "rounds_punctual": sum(it.punctual for it in rounds),
        "rounds_missed": sum(it.missed for it in rounds),
        "heat_days": {level: sum(it.heat_days[level] for it in found) for level in list(HeatLevel)[1:]},
        "open": sum(len(it.open) for it in found),
    }
