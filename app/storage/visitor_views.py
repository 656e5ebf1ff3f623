"""The office's page of a yard's visitors."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.storage.views import own_yard
from app.storage.visitors import visits
from yard_rules.rulebook import rulebook

_DAYS = (7, 31, 366)

visitor_views = Blueprint("visitors", __name__, template_folder="templates")


@visitor_views.get("/stock/<yard_id>/visitors")
@needs(Permission.READ_STOCK)
def yard_visitors(yard_id: str) -> str:
    """Names and plates only for those who meet the visitors."""
    yard, today = own_yard(yard_id), business_day()
    days = next((each for each in _DAYS if each == request.args.get("days", type=int)), _DAYS[0])
    with_names = may(Permission.READ_DRIVERS)
    since = today - timedelta(days=days - 1)
    found = visits(db.session, yard_id, since, today, today=today, with_names=with_names)
    return render_template(
        "storage/visitors.html",
        yard=yard,
        visits=found[::-1],
        inside=[each for each in found if each.left_at is None],
        days=days,
        choices=_DAYS,
        with_names=with_names,
        name_days=rulebook("visitors").figure("name_shown_days", today),
    )
