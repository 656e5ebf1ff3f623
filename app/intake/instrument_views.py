"""The agent beside a scale: what the scale's page says of it, the code with which it enrols, and its enrolment."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Door, Permission, needs
from app.accounts.scope import scope_of
from app.accounts.secret_texts import CODE_MINUTES
from app.accounts.throttle import caller, count_wrong, minutes_to_wait
from app.database.engine import db
from app.errors import DEVICE_CODE_OVER, NO_SUCH_THING, TOO_MANY_TRIES, Refusal
from app.intake.instruments import (
    agent_of,
    agents_of,
    enrol_agent,
    make_agent_code,
    revoke_agent,
)
from app.registry.instruments import SCALES
from app.registry.lists import record_of
from app.registry.models import Scale
from app.registry.views import PANELS_EXTENSION
from app.weighbridge.signing import fingerprint

_LONGEST_CODE = 40

instrument_views = Blueprint("instruments", __name__)


def set_up_instruments(app: Flask) -> None:
    """Add the routes, and what the page of a scale in the register shows beside its own facts."""
    app.register_blueprint(instrument_views)
    app.extensions.setdefault(PANELS_EXTENSION, {})[SCALES] = _scale_panel


@instrument_views.post("/scales/<scale_id>/agent/code")
@needs(Permission.WRITE_SCALES)
def make_code(scale_id: str) -> str:
    scale = _own_scale(scale_id)
    text = make_agent_code(db.session, scale, current_user)
    page = render_template(
        "intake/agent_code.html",
        scale=scale,
        text=f"{text[:4]}-{text[4:]}",
        origin=_origin(),
        minutes=CODE_MINUTES,
    )
    db.session.commit()
    return page


@instrument_views.post("/scales/<scale_id>/agent/revoke")
@needs(Permission.WRITE_SCALES)
def revoke(scale_id: str) -> BaseResponse:
    scale = _own_scale(scale_id)
    agent = agent_of(db.session, scale.scale_id)
    if agent is not None:
        revoke_agent(db.session, agent)
        db.session.commit()
        flash(gettext("The agent is revoked: what it signs from now on counts no more."), "success")
    return redirect(url_for("registry.thing_page", key=SCALES, thing_id=scale.scale_id))


@instrument_views.post("/data/scales/enrol")
@needs(Door.PROGRAMS)
def enrol() -> Response:
    """A program beside a scale gives its key for a code that the office made."""
    given: Any = request.get_json(silent=True)
    sent = given if isinstance(given, dict) else {}
    code = str(sent.get("code", ""))[:_LONGEST_CODE]
    who = caller(request.remote_addr or "", request.remote_addr or "", key=f"scale code {current_app.secret_key!r}")
    if minutes_to_wait(db.engine, who):
        raise Refusal(TOO_MANY_TRIES)
    try:
        scale = enrol_agent(db.session, code, public_key=sent.get("public_key"), addresses=sent.get("addresses", []))
    except Refusal as refusal:
        db.session.rollback()
        if refusal.kind is DEVICE_CODE_OVER:
            count_wrong(db.engine, who)
        raise
    answer = jsonify(
        scale_id=scale.scale_id,
        name=scale.name,
        division_kg=scale.division_kg,
        capacity_kg=scale.capacity_kg,
        origin=_origin(),
    )
    db.session.commit()
    return answer


def _scale_panel(scale: Scale) -> Markup:
    found = agents_of(db.session, scale.scale_id)
    return Markup(
        render_template(
            "intake/_scale_agent.html",
            scale=scale,
            agent=agent_of(db.session, scale.scale_id),
            agents=found,
            fingerprint=fingerprint,
            may_enrol=may(Permission.WRITE_SCALES) and scale.withdrawn_at is None and _is_own(scale.scale_id),
        )
    )


def _own_scale(scale_id: str) -> Scale:
    found: Scale | None = record_of(db.session, SCALES, scale_id, scope=scope_of(current_user, Permission.WRITE_SCALES))
    if found is None:
        raise Refusal(NO_SUCH_THING, [scale_id])
    return found


def _is_own(scale_id: str) -> bool:
    scope = scope_of(current_user, Permission.WRITE_SCALES)
    return record_of(db.session, SCALES, scale_id, scope=scope) is not None


def _origin() -> str:
    return request.url_root.rstrip("/")
