"""What tablets read, and the second person whom only the server can identify."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import Annotated, TypeVar

import pydantic
from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import select

from app.accounts.actors import acting_now
from app.accounts.models import Account
from app.accounts.permissions import Door, needs
from app.accounts.pins import PinState, PinTry, attendants_at, tried_pin
from app.accounts.tablet_views import told_of_pin
from app.clock import now
from app.database.engine import db, read_from_here, set_reading, write_from_here
from app.error_pages import refusal_told
from app.errors import BAD_RECORD, NO_SUCH_PERSON, NO_SUCH_TICKET, Refusal
from app.fire_safety.alarms.operations import told_to_tablet
from app.fire_safety.alarms.queries import untold_on_tablet
from app.intake.arriving import RefusedHere
from app.intake.bodies import faults_of, moment_text
from app.intake.office_records import store_office_record
from app.intake.void_wishes import open_void_request
from app.registry.materials import ensure_materials
from app.registry.models import TransferYard
from app.storage.layouts import ensure_stacks, has_stacks
from app.tablet.notebook import notebook
from app.tablet.record_kinds import RECORD_KINDS
from app.tablet.record_views import CLIENT, dry_method, this_program_device
from app.tablet.straws import has_straws

Typed = TypeVar("Typed", bound=pydantic.BaseModel)

notebook_views = Blueprint("notebook", __name__)


class _PinTyped(pydantic.BaseModel):
    account_id: int
    pin: Annotated[str, pydantic.StringConstraints(max_length=40)]


class _VoidAgreed(_PinTyped):
    ticket_id: Annotated[str, pydantic.StringConstraints(max_length=36)]


class _VoidDeclined(_VoidAgreed):
    declined_because: Annotated[str, pydantic.StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


@notebook_views.get("/data/tablet/notebook")
@needs(Door.DEVICES)
def read_notebook() -> Response:
    device = this_program_device()
    if device.place_kind == "yard" and not has_stacks(db.session, device.place_id):
        _make_stacks(device.place_id)
        device = this_program_device()
    if not has_straws(db.session):
        _make_materials()
        device = this_program_device()
    pages = notebook(db.session, device, method=dry_method())
    device_id, alarm_ids = device.id, [alarm["id"] for alarm in pages["alarms"]]
    if alarm_ids and untold_on_tablet(db.session, device_id, alarm_ids):
        write_from_here()
        told_to_tablet(db.session, device_id, alarm_ids, now())
        db.session.commit()
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    said = {"client": CLIENT, "made_at": moment_text(now())} | pages
    answer = jsonify(said)
    answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    answer.headers["Cache-Control"] = "no-cache, private"
    answer.make_conditional(request)
    return answer


@notebook_views.post("/data/tablet/pin")
@needs(Door.DEVICES)
def try_pin() -> tuple[Response, int]:
    typed = _typed(_PinTyped)
    tried = _tried(typed)
    if tried.state is PinState.RIGHT:
        return jsonify(state=tried.state.value), HTTPStatus.OK
    return jsonify(state=tried.state.value, what=told_of_pin(tried)), HTTPStatus.UNPROCESSABLE_ENTITY


@notebook_views.post("/data/tablet/voids")
@needs(Door.DEVICES)
def agree_to_void() -> tuple[Response, int]:
    """A second person at the tablet agrees that a ticket becomes void; the server itself has tried their PIN."""
    return _answered(_typed(_VoidAgreed), "void", {})


@notebook_views.post("/data/tablet/voids/decline")
@needs(Door.DEVICES)
def decline_void() -> tuple[Response, int]:
    """A second person at the tablet declines that a ticket becomes void, and says why."""
    typed = _typed(_VoidDeclined)
    return _answered(typed, "void_decline", {"reason": typed.declined_because})


def _answered(typed: _VoidAgreed, kind: str, said: dict[str, str]) -> tuple[Response, int]:
    device = this_program_device()
    place = (device.place_kind, device.place_id)
    tried = _tried(typed)
    if tried.state is not PinState.RIGHT:
        return jsonify(state=tried.state.value, what=told_of_pin(tried)), HTTPStatus.UNPROCESSABLE_ENTITY
    write_from_here()
    asked = open_void_request(db.session, typed.ticket_id)
    if asked is None:
        raise Refusal(NO_SUCH_TICKET, [typed.ticket_id])
    try:
        receipt = store_office_record(
            db.session,
            kind=kind,
            place=place,
            body={"ticket_id": typed.ticket_id, "request_id": asked.record_id, **said},
            account=db.session.get_one(Account, typed.account_id),
            kinds=RECORD_KINDS,
            dry_method=dry_method(),
        )
    except RefusedHere as refused:
        db.session.rollback()
        return jsonify(error=refusal_told(refused.kind, refused.details)), refused.status
    db.session.commit()
    return jsonify(state=tried.state.value, receipt=receipt), HTTPStatus.OK


def _make_stacks(yard_id: str) -> None:
    """A yard that has never had a stack gets those of its capacity."""
    write_from_here()
    yard = db.session.scalar(select(TransferYard).where(TransferYard.yard_id == yard_id))
    if yard is not None:
        ensure_stacks(db.session, yard)
        db.session.commit()
    set_reading(True)


def _make_materials() -> None:
    """A register that has never had any straw gets those of the plan: a record of the gate has to name one."""
    write_from_here()
    ensure_materials(db.session)
    db.session.commit()
    set_reading(True)


def _typed(model: type[Typed]) -> Typed:
    try:
        return model.model_validate_json(request.get_data())
    except pydantic.ValidationError as fault:
        raise Refusal(BAD_RECORD, faults_of(fault)) from None


def _tried(typed: _PinTyped) -> PinTry:
    """What the PIN is worth of somebody who works where the tablet is."""
    device = this_program_device()
    here = attendants_at(db.session, [(device.place_kind, device.place_id)])
    account = next((person for person in here if person.id == typed.account_id), None)
    if account is None:
        raise Refusal(NO_SUCH_PERSON)
    device_id, actor, key = device.id, acting_now(), current_app.config["SECRET_KEY"]
    read_from_here()
    return tried_pin(db.engine, db.session, account, typed.pin, device_id=device_id, key=key, actor=actor)
