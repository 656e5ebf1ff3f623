"""Stacks by heat with their curves, probes and gateways; and the door for sensors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import pydantic
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Door, Permission, needs
from app.clock import COUNTY_ZONE, business_day, now
from app.database.engine import db
from app.errors import BAD_READINGS, GATEWAY_NEEDED, Refusal
from app.fire_safety.alarms.texts import CAUSE_TEXTS, LEVEL_TEXTS
from app.fire_safety.heat.curves import heat_curves
from app.fire_safety.heat.kept import HeatNow, yard_heat_now
from app.fire_safety.heat.models import HeatGateway
from app.fire_safety.heat.operations import (
    SentReading,
    gateway_of_token,
    make_gateway,
    place_probe,
    store_readings,
)
from app.fire_safety.heat.queries import (
    StackHeat,
    gateways_of,
    is_of_yard,
    latest_changes,
    probes_of,
    stack_pictures,
    yard_heat,
)
from app.fire_safety.heat.texts import level_bans, level_tasks
from app.fire_safety.inspections.photos import photo_answer
from app.intake.bodies import Code, Moment, faults_of
from app.storage.layouts import stack_of, stacks_of
from app.storage.queries import yards_within
from app.storage.views import own_yard, stock_scope
from yard_rules.heat.ladder import HeatLevel

_CURVE_DAYS = 21
_SHOWN_CHANGES = 30
_SHOWN_PICTURES = 12
_LONGEST_NAME = 80
_LONGEST_TOKEN = 100
_USUAL_EVERY_MIN = 60

heat_views = Blueprint("heat", __name__, template_folder="templates")


class _Reading(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    probe: Code
    measured_at: Moment
    celsius: Annotated[float, pydantic.Field(allow_inf_nan=False, ge=-1000, le=10_000, strict=False)] | None


class _Batch(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    readings: Annotated[list[_Reading], pydantic.Field(max_length=1000)]


@heat_views.post("/data/sensors/readings")
@needs(Door.PROGRAMS)
def receive() -> Response:
    """Readings of a yard's sensors, each stored once; the gateway's secret stands in the header."""
    gateway = _gateway()
    try:
        batch = _Batch.model_validate_json(request.get_data())
    except pydantic.ValidationError as fault:
        raise Refusal(BAD_READINGS, faults_of(fault)) from None
    sent = [
        SentReading(
            probe=one.probe,
            measured_at=one.measured_at,
            temperature_dc=None if one.celsius is None else round(one.celsius * 10),
        )
        for one in batch.readings
    ]
    new, unknown = store_readings(db.session, gateway, sent, now())
    db.session.commit()
    known_before = len(sent) - new - sum(one.probe in unknown for one in sent)
    return jsonify(stored=new, known_before=known_before, unknown_probes=unknown)


@heat_views.get("/heat")
@needs(Permission.READ_STOCK)
def all_yards() -> str:
    yards = yards_within(db.session, stock_scope())
    moment = now()
    found = [(yard, yard_heat_now(db.session, yard.yard_id, moment)) for yard in yards]
    found.sort(key=lambda pair: _heat_of(pair[1]), reverse=True)
    return render_template("heat/yards.html", yards=found, texts=_texts())


def _heat_of(heats: Sequence[HeatNow]) -> tuple[int, int]:
    """What yards are put in order by: the highest level, then the hottest reading."""
    hottest_dc = max((it.summary.hottest_dc for it in heats if it.summary.hottest_dc is not None), default=-1000)
    return max((int(it.summary.level) for it in heats), default=-1), hottest_dc


@heat_views.get("/heat/<yard_id>")
@needs(Permission.READ_STOCK)
def yard_page(yard_id: str) -> str:
    yard, moment = own_yard(yard_id), now()
    heats = yard_heat(db.session, yard_id, moment)
    names = {stack.stack_id: stack.name for stack in stacks_of(db.session, yard_id, withdrawn=True)}
    return render_template(
        "heat/yard.html",
        yard=yard,
        heats=heats,
        tasks={level: level_tasks(level, business_day(moment)) for level in HeatLevel},
        bans={level: level_bans(level, business_day(moment)) for level in HeatLevel},
        charts=[_chart(each, moment) for each in heats if each.readings],
        changes=latest_changes(db.session, yard_id, _SHOWN_CHANGES),
        names=names,
        pictures=stack_pictures(db.session, yard_id, _SHOWN_PICTURES),
        stacks=[(stack.stack_id, stack.name) for stack in stacks_of(db.session, yard_id)],
        probes=probes_of(db.session, yard_id),
        gateways=gateways_of(db.session, yard_id),
        new_secret=None,
        usual_every_min=_USUAL_EVERY_MIN,
        may_write=may(Permission.WRITE_STACKS),
        texts=_texts(),
    )


@heat_views.get("/heat/<yard_id>/photos/<sha256>")
@needs(Permission.READ_STOCK)
def photo(yard_id: str, sha256: str) -> Response:
    own_yard(yard_id)
    return photo_answer(db.session, sha256, [sha256] if is_of_yard(db.session, yard_id, sha256) else [])


@heat_views.post("/heat/<yard_id>/gateways/new")
@needs(Permission.WRITE_STACKS)
def new_gateway(yard_id: str) -> str:
    yard = own_yard(yard_id)
    name = request.form.get("name", "").strip()[:_LONGEST_NAME] or gettext("Sensors")
    secret = make_gateway(db.session, yard_id, name, current_user.id, now())
    page = render_template("heat/gateway.html", yard=yard, name=name, secret=secret, address=_address())
    db.session.commit()
    return page


@heat_views.post("/heat/<yard_id>/gateways/<int:gateway_id>/revoke")
@needs(Permission.WRITE_STACKS)
def revoke_gateway(yard_id: str, gateway_id: int) -> BaseResponse:
    own_yard(yard_id)
    found = db.session.get(HeatGateway, gateway_id)
    if found is not None and found.yard_id == yard_id and found.revoked_at is None:
        found.revoked_at = now()
        db.session.commit()
        flash(gettext("Revoked."), "success")
    return redirect(url_for("heat.yard_page", yard_id=yard_id))


@heat_views.post("/heat/<yard_id>/probes/new")
@needs(Permission.WRITE_STACKS)
def new_probe(yard_id: str) -> BaseResponse:
    own_yard(yard_id)
    stack = stack_of(db.session, yard_id, request.form.get("stack_id", ""))
    probe = request.form.get("probe", "").strip()[:64]
    every_min = request.form.get("every_min", _USUAL_EVERY_MIN, type=int)
    if probe and 1 <= every_min <= 24 * 60:
        place_probe(db.session, stack, probe, every_min, now())
        db.session.commit()
        flash(gettext("Saved."), "success")
    else:
        flash(gettext("A probe needs its number and how often it reports, from 1 to 1440 minutes."), "error")
    return redirect(url_for("heat.yard_page", yard_id=yard_id))


def _gateway() -> HeatGateway:
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    is_sent = scheme.lower() == "sensor" and 0 < len(token) <= _LONGEST_TOKEN
    found = gateway_of_token(db.session, token) if is_sent else None
    if found is None:
        raise Refusal(GATEWAY_NEEDED)
    return found


def _chart(heat: StackHeat, moment: datetime) -> dict[str, Any]:
    """What the probes showed in the last weeks, as the macro `chart` has it."""
    curves = heat_curves(heat.readings, moment - timedelta(days=_CURVE_DAYS), moment)
    by_probe = {curve.probe: dict(curve.points) for curve in curves}
    moments = sorted({at for points in by_probe.values() for at in points})
    in_county = [at.astimezone(COUNTY_ZONE) for at in moments]
    return {
        "stack": heat.stack,
        "categories": [f"{at:%m-%d %H:%M}" for at in in_county],
        "moments": [f"{at:%Y-%m-%dT%H:%M}" for at in in_county],
        "series": [
            {"name": probe, "values": [points[at] / 10 if at in points else None for at in moments]}
            for probe, points in by_probe.items()
        ],
    }


def _address() -> str:
    return request.url_root.rstrip("/") + url_for("heat.receive")


def _texts() -> dict[str, Any]:
    return {
        "level": {int(level): gettext(text) for level, text in LEVEL_TEXTS.items()},
        "cause": {str(cause): gettext(text) for cause, text in CAUSE_TEXTS.items()},
        "badge": {
            int(HeatLevel.NORMAL): "good",
            int(HeatLevel.WATCH): "waiting",
            int(HeatLevel.WARNING): "waiting",
            int(HeatLevel.ALARM): "bad",
            int(HeatLevel.EMERGENCY): "bad",
        },
    }
