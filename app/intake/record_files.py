"""What a tablet that has to be given up saved as a file: its unsent records, taken in by the office."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

import pydantic
from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.device_models import Device
from app.accounts.scope import Scope
from app.clock import now
from app.errors import BAD_ATTACHMENT, BAD_RECORD_FILE, NO_SUCH_DEVICE, Refusal
from app.intake.attachments import keep_attachment
from app.intake.bodies import Sha, faults_of
from app.intake.records import Kinds, Result, Sending, read_records, sender_of, store_records
from app.intake.sent_from import sent_from
from yard_rules.dry_straw import DryStrawMethod

MOST_BYTES: Final = 40 * 1024 * 1024


class _SavedPicture(pydantic.BaseModel):
    sha256: Sha
    base64: Annotated[str, StringConstraints(max_length=1_400_000)]


class _SavedDevice(pydantic.BaseModel):
    id: int | None = None


class RecordFile(pydantic.BaseModel):
    """The file as the tablet's program writes it (app/static/js/gate/export.js)."""

    format: Literal["strawline-gate-records"]
    version: Literal[1]
    device: _SavedDevice = _SavedDevice()
    records: Annotated[
        list[Annotated[str, StringConstraints(max_length=100_000)]], Field(min_length=1, max_length=20_000)
    ]
    attachments: Annotated[list[_SavedPicture], Field(max_length=2000)] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of each record of a file, in its order; `pictures_refused`: hashes of what is no such picture."""

    device: Device
    results: Sequence[Result]
    pictures: int
    pictures_refused: Sequence[str]


def read_record_file(content: bytes) -> RecordFile:
    """Return what the file says; raises Refusal where it is none that a tablet saved."""
    try:
        return RecordFile.model_validate_json(content)
    except pydantic.ValidationError as fault:
        raise Refusal(BAD_RECORD_FILE, faults_of(fault)) from None


def take_in(
    session: Session,
    file: RecordFile,
    device: Device,
    *,
    content: bytes,
    kinds: Kinds,
    dry_method: DryStrawMethod,
) -> TakenIn:
    """Store the file's records as if the tablet had sent them now, and note who vouched for them.

    How far the tablet's clock was off cannot be known from a file, so its times are taken as they stand.
    """
    moment: datetime = now()
    incoming = read_records(file.records, kinds)
    sender = sender_of(device)
    sending = Sending(sender=sender, sent_at=moment, received_at=moment, dry_method=dry_method)
    refused = [picture.sha256 for picture in file.attachments if not _kept(session, picture, device)]
    results = store_records(session, sending, incoming)
    said = {
        "records": len(file.records),
        "added": sum(result.status == 201 for result in results),
        "digest": hashlib.sha256(content).hexdigest(),
    }
    record(session, what="device.records_imported", subject_kind="device", subject_id=device.id, after=said)
    pictures = len(file.attachments) - len(refused)
    return TakenIn(device=device, results=results, pictures=pictures, pictures_refused=refused)


def devices_to_import(session: Session, scope: Scope | None) -> Sequence[Device]:
    """Return the tablets whose files may be taken in, revoked ones too: that is when a file is needed."""
    return session.scalars(select(Device).where(_within(scope)).order_by(Device.id)).all()


def device_to_import(session: Session, device_id: int | None, scope: Scope | None) -> Device:
    """Return the tablet; raises Refusal where it is not known or another's."""
    found = session.scalar(select(Device).where(Device.id == device_id, _within(scope)))
    if found is None:
        raise Refusal(NO_SUCH_DEVICE, [str(device_id)])
    return found


def _within(scope: Scope | None) -> ColumnElement[bool]:
    return sent_from(scope, Device.place_kind, Device.place_id)


def _kept(session: Session, picture: _SavedPicture, device: Device) -> bool:
    """A picture that is none stops no record."""
    try:
        keep_attachment(session, picture.sha256, base64.b64decode(picture.base64, validate=True), device_id=device.id)
    except binascii.Error:
        return False
    except Refusal as refusal:
        if refusal.kind is not BAD_ATTACHMENT:
            raise
        return False
    return True
