"""Where tablets send what they have kept: records, pictures, and a sign that they are online."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pydantic
from flask import Blueprint, Response, current_app, jsonify, request

from app.accounts.device_models import Device
from app.accounts.device_requests import program_device
from app.accounts.permissions import Door, needs
from app.clock import now
from app.config import Config
from app.database.engine import db, read_from_here
from app.error_pages import refusal_told
from app.errors import BAD_RECORD, OLD_CLIENT, Refusal
from app.intake.attachments import MOST_BYTES, keep_attachment
from app.intake.bodies import Batch, faults_of, moment_text
from app.intake.receiving import Receiver
from app.intake.records import Result, Sending, read_records, sender_of
from app.tablet.record_kinds import RECORD_KINDS
from yard_rules.dry_straw import DryStrawMethod

# The version of docs/gate_records.md; tablets with the one before are understood too.
CLIENT = 1
_UNDERSTOOD = (CLIENT - 1, CLIENT)
_MOST_BATCH_BYTES = 600_000

tablet_record_views = Blueprint("tablet_records", __name__)


@tablet_record_views.get("/data/tablet/ping")
@needs(Door.DEVICES)
def ping() -> Response:
    """Whoever answers with the nonce has been reached: neither a status nor a cache proves that."""
    return jsonify(nonce=request.args.get("nonce", "")[:64], now=moment_text(now()))


@tablet_record_views.post("/data/tablet/records")
@needs(Door.DEVICES)
def receive() -> Response | tuple[Response, int]:
    """What can be looked at alone is looked at before others have to wait for this sending."""
    received_at = now()
    batch = _batch()
    incoming = read_records(batch.records, RECORD_KINDS)
    sender = sender_of(this_program_device())
    sending = Sending(sender=sender, sent_at=batch.sent_at, received_at=received_at, dry_method=dry_method())
    read_from_here()
    known = _receiver().receive(sending, incoming)
    return jsonify(
        nonce=batch.nonce,
        received_at=moment_text(received_at),
        last_number=known.last_number,
        missing_numbers=known.missing_numbers,
        missing_attachments=known.missing_attachments,
        results=[_said(result) for result in known.results],
    )


@tablet_record_views.put("/data/tablet/attachments/<sha256>")
@needs(Door.DEVICES)
def receive_attachment(sha256: str) -> tuple[Response, int]:
    device_id = this_program_device().id
    is_new = keep_attachment(db.session, sha256, request.stream.read(MOST_BYTES + 1), device_id=device_id)
    db.session.commit()
    return jsonify(sha256=sha256), HTTPStatus.CREATED if is_new else HTTPStatus.OK


def this_program_device() -> Device:
    """The device whose program asks; the route has seen to it that there is one."""
    device = program_device()
    assert device is not None
    return device


def dry_method() -> DryStrawMethod:
    """How this installation reads the plan's words on dry straw."""
    config: Config = current_app.extensions["strawline.config"]
    return DryStrawMethod(config.dry_straw)


def _receiver() -> Receiver:
    """The one of this process: sendings of all its threads go in together."""
    receiver: Receiver = current_app.extensions.setdefault("strawline.receiver", Receiver(db.engine))
    return receiver


def _batch() -> Batch:
    if (request.content_length or 0) > _MOST_BATCH_BYTES:
        raise Refusal(BAD_RECORD, [f"{request.content_length} B > {_MOST_BATCH_BYTES} B"])
    try:
        batch = Batch.model_validate_json(request.get_data())
    except pydantic.ValidationError as fault:
        raise Refusal(BAD_RECORD, faults_of(fault)) from None
    if batch.client not in _UNDERSTOOD:
        raise Refusal(OLD_CLIENT, [f"{batch.client} < {_UNDERSTOOD[0]}"])
    return batch


def _said(result: Result) -> dict[str, Any]:
    said: dict[str, Any] = {"id": result.id, "status": int(result.status)}
    if result.receipt is not None:
        return said | {"receipt": result.receipt}
    assert result.refusal is not None
    return said | {"error": refusal_told(result.refusal, result.details)}
