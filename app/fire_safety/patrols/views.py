"""Rounds of a yard in the office: points with their codes, what was due, conditions, the roster."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import Row
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.qr_codes import qr_image
from app.clock import COUNTY_ZONE, now
from app.database.engine import db
from app.fire_safety.patrols.operations import (
    add_point,
    add_shift,
    note_conditions,
    withdraw_point,
    withdraw_shift,
)
from app.fire_safety.patrols.queries import patrols_of, points_of, roster_faults, shifts_of, weather_now
from app.fire_safety.patrols.texts import DANGER_TEXTS, REASON_TEXTS, ROSTER_TEXTS, STATE_BADGES, STATE_TEXTS
from app.storage.queries import yards_within
from app.storage.views import own_yard, stock_scope
from yard_rules.patrols.interval import Danger, Weather

_LOOKED_BACK = timedelta(days=7)
_LOOKED_AHEAD = timedelta(days=7)
_SHOWN_ROUNDS = 30
_LONGEST_NAME = 80
_LONGEST_SHIFT = timedelta(days=2)

patrol_views = Blueprint("patrols", __name__, template_folder="templates")


@patrol_views.get("/patrols")
@needs(Permission.READ_STOCK)
def all_yards() -> str:
    moment = now()
    found = [
        (yard, patrols_of(db.session, yard.yard_id, moment - _LOOKED_BACK, moment))
        for yard in yards_within(db.session, stock_scope())
    ]
    return render_template("patrols/yards.html", yards=found)


@patrol_views.get("/patrols/<yard_id>")
@needs(Permission.READ_STOCK)
def yard_page(yard_id: str) -> str:
    yard, moment = own_yard(yard_id), now()
    patrols, points = patrols_of(db.session, yard_id, moment - _LOOKED_BACK, moment), points_of(db.session, yard_id)
    codes = {point.code for point in points}
    return render_template(
        "patrols/yard.html",
        yard=yard,
        patrols=patrols,
        due=list(reversed(patrols.due))[:_SHOWN_ROUNDS] if patrols else [],
        made=_made(patrols.rounds[:_SHOWN_ROUNDS], codes) if patrols else [],
        points=points,
        weather=weather_now(db.session, yard_id, moment),
        shifts=shifts_of(db.session, yard_id, moment, moment + _LOOKED_AHEAD),
        faults=roster_faults(db.session, yard_id, moment, moment + _LOOKED_AHEAD),
        may_write=may(Permission.WRITE_STACKS),
        texts=_texts(),
    )


@patrol_views.get("/patrols/<yard_id>/points/print")
@needs(Permission.READ_STOCK)
def print_points(yard_id: str) -> str:
    yard = own_yard(yard_id)
    points = [(point, qr_image(point.code)) for point in points_of(db.session, yard_id)]
    return render_template("patrols/points.html", yard=yard, points=points)


@patrol_views.post("/patrols/<yard_id>/points/new")
@needs(Permission.WRITE_STACKS)
def new_point(yard_id: str) -> Response:
    own_yard(yard_id)
    name = request.form.get("name", "").strip()[:_LONGEST_NAME]
    if name:
        add_point(db.session, yard_id, name, now())
        db.session.commit()
        flash(gettext("Added."), "success")
    else:
        flash(gettext("A name is needed."), "error")
    return redirect(url_for("patrols.yard_page", yard_id=yard_id))


@patrol_views.post("/patrols/<yard_id>/points/<int:point_id>/withdraw")
@needs(Permission.WRITE_STACKS)
def remove_point(yard_id: str, point_id: int) -> Response:
    own_yard(yard_id)
    withdraw_point(db.session, yard_id, point_id, now())
    db.session.commit()
    return redirect(url_for("patrols.yard_page", yard_id=yard_id))


@patrol_views.post("/patrols/<yard_id>/conditions")
@needs(Permission.WRITE_STACKS)
def conditions(yard_id: str) -> Response:
    own_yard(yard_id)
    humidity, wind = request.form.get("humidity", type=int), request.form.get("wind", type=int)
    said = [request.form.get(name, "").strip() for name in ("humidity", "wind")]
    weather = None
    if humidity is not None and wind is not None and 0 <= humidity <= 100 and 0 <= wind <= 17:
        weather = Weather(humidity_permille=humidity * 10, wind_force=wind)
    elif any(said):
        flash(
            gettext("Humidity is 0 to 100 %, wind force 0 to 17; both are needed, or neither. Nothing was saved."),
            "error",
        )
        return redirect(url_for("patrols.yard_page", yard_id=yard_id))
    dangers = [Danger(value) for value in request.form.getlist("danger") if value in set(Danger)]
    rains = request.form.get("rains") == "yes"
    note_conditions(db.session, yard_id, now(), weather=weather, rains=rains, dangers=dangers, is_whole=True)
    db.session.commit()
    flash(gettext("Saved."), "success")
    return redirect(url_for("patrols.yard_page", yard_id=yard_id))


@patrol_views.post("/patrols/<yard_id>/shifts/new")
@needs(Permission.WRITE_STACKS)
def new_shift(yard_id: str) -> Response:
    own_yard(yard_id)
    watcher = request.form.get("watcher", "").strip()[:_LONGEST_NAME]
    begins, ends = _moment(request.form.get("begins", "")), _moment(request.form.get("ends", ""))
    if watcher and begins and ends and begins < ends <= begins + _LONGEST_SHIFT:
        add_shift(db.session, yard_id, watcher, begins, ends, now())
        db.session.commit()
        flash(gettext("Added."), "success")
    else:
        flash(gettext("A shift needs a name, and an end after its beginning and within two days."), "error")
    return redirect(url_for("patrols.yard_page", yard_id=yard_id))


@patrol_views.post("/patrols/<yard_id>/shifts/<int:shift_id>/withdraw")
@needs(Permission.WRITE_STACKS)
def remove_shift(yard_id: str, shift_id: int) -> Response:
    own_yard(yard_id)
    withdraw_shift(db.session, yard_id, shift_id, now())
    db.session.commit()
    return redirect(url_for("patrols.yard_page", yard_id=yard_id))


def _moment(text: str) -> datetime | None:
    """A moment of the county's clock, as a form has it."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)
    except ValueError:
        return None


def _made(rounds: Sequence[Row[Any]], codes: Collection[str]) -> list[dict[str, Any]]:
    """Rounds with their first and last scan, and how many of the yard's points they passed."""
    return [
        {
            "begins": datetime.fromisoformat(min(at for _code, at in one.scans)),
            "ends": datetime.fromisoformat(max(at for _code, at in one.scans)),
            "walker_name": one.walker_name,
            "passed": len({code for code, _at in one.scans} & set(codes)),
            "note": one.note,
        }
        for one in rounds
    ]


def _texts() -> dict[str, Any]:
    return {
        "reason": {str(name): gettext(text) for name, text in REASON_TEXTS.items()},
        "state": {str(name): gettext(text) for name, text in STATE_TEXTS.items()},
        "badge": {str(name): badge for name, badge in STATE_BADGES.items()},
        "danger": {str(name): gettext(text) for name, text in DANGER_TEXTS.items()},
        "roster": {name: gettext(text) for name, text in ROSTER_TEXTS.items()},
    }
