"""The gate as the office sees it now: trucks on the yards, the day's numbers, remarks that need eyes, tablets."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template
from flask_login import current_user

from app.accounts.login import may
from app.accounts.people_views import PLACES_EXTENSION
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import business_day, now
from app.database.engine import db
from app.intake.queries import (
    DayNumbers,
    Stage,
    numbers_of_day,
    open_loads,
    remarks_of_day,
    tablets_seen,
    voids_asked,
)
from app.intake.remark_texts import NOT_FOR_THE_ROAD, PURPOSE_TEXTS, REMARK_TEXTS, remark_text, severity_of
from app.intake.ticket_lists import forgotten_before
from app.intake.ticket_views import ticket_scope
from yard_rules.rulebook import rulebook

_MOST_REMARKS = 40
_NEED_EYES = sorted(kind for kind in REMARK_TEXTS if severity_of(kind) != "advice")

queue_views = Blueprint("queue", __name__, template_folder="templates")


@queue_views.get("/gate")
@needs(Permission.READ_TICKETS)
def gate() -> str:
    return render_template("intake/gate.html", **_shown())


@queue_views.get("/data/gate/queue")
@needs(Permission.READ_TICKETS)
def queue() -> str:
    """The part of the page that is read again and again."""
    return render_template("intake/_queue.html", **_shown())


def _shown() -> dict[str, Any]:
    scope, today, at = ticket_scope(), business_day(), now()
    names = _place_names()
    loads = open_loads(db.session, scope, at)
    numbers = numbers_of_day(db.session, scope, today)
    own = [place for place in names if _is_own(place)]
    places = list(dict.fromkeys([*own, *numbers, *(load.place for load in loads)]))
    remarks = remarks_of_day(db.session, scope, today, _NEED_EYES, limit=_MOST_REMARKS)
    return {
        "today": today,
        "read_at": at,
        "places": [(place, names.get(place, place[1]), numbers.get(place, DayNumbers())) for place in places],
        "on_yard": {place: sum(load.place == place for load in loads) for place in places},
        "place_names": names,
        "loads": loads,
        "forgotten": sum(
            load.ticket.opened_at < forgotten_before() and load.stage is not Stage.ON_THE_ROAD for load in loads
        ),
        "stale_min": rulebook("weighing").whole("pair_within_h", today) * 60,
        "remarks": [(row, remark_text(row.kind, row.said), severity_of(row.kind)) for row in remarks],
        "not_for_the_road": NOT_FOR_THE_ROAD,
        "asked": voids_asked(db.session, scope),
        "tablets": tablets_seen(db.session, scope),
        "purposes": PURPOSE_TEXTS,
        "may_settle": may(Permission.SETTLE_RECORDS),
    }


def _place_names() -> dict[tuple[str, str], str]:
    places = current_app.extensions[PLACES_EXTENSION](db.session)
    return {(kind, id_): name for kind in ("yard", "plant", "body", "point") for id_, name in places[kind]}


def _is_own(place: tuple[str, str]) -> bool:
    """Every yard stands in the list, whether anything happened there or not; plants where something did; no recycling
    point, to which no truck comes."""
    scope = scope_of(current_user, Permission.READ_TICKETS)
    if scope is None:
        return place[0] == "yard"
    return place[0] != "point" and place[1] in scope.of(place[0])
