"""Records that the office or the server itself makes: in the same chains as those of devices. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.clock import business_day, now
from app.errors import OTHER_BYTES
from app.intake.arriving import Arrived, RefusedHere
from app.intake.bodies import moment_text
from app.intake.books import Books, Place
from app.intake.ids import new_record_id
from app.intake.record_models import GateRecord
from app.intake.records import Kinds, effects_of
from yard_rules.dry_straw import DryStrawMethod

# Who does what nobody does by hand.
_SERVER_NAME = "Strawline"


def store_office_record(
    session: Session,
    *,
    kind: str,
    place: Place,
    body: Mapping[str, Any],
    account: Account,
    kinds: Kinds,
    dry_method: DryStrawMethod = DryStrawMethod.CAP,
    record_id: str | None = None,
) -> Mapping[str, Any]:
    """Store what somebody whom the server knows does to a place's tickets; returns the receipt.

    `record_id`: a form's own; the same form again gives the first receipt. Raises RefusedHere where it contradicts what
    is stored, and where the same id says something else.
    """
    known = None if record_id is None else session.get(GateRecord, record_id)
    if known is not None:
        if json.loads(known.text)["body"] != body or (known.place_kind, known.place_id) != place:
            raise RefusedHere(HTTPStatus.CONFLICT, OTHER_BYTES, [known.id])
        return known.receipt
    return _store_here(session, kind, place, body, account, kinds, dry_method, now(), record_id)


def store_own_record(
    session: Session, *, kind: str, place: Place, body: Mapping[str, Any], kinds: Kinds, moment: datetime
) -> Mapping[str, Any]:
    """Store what the server does by itself, at `moment`, in a place's chain; returns the receipt.

    Raises RefusedHere where it contradicts what is stored.
    """
    return _store_here(session, kind, place, body, None, kinds, DryStrawMethod.CAP, moment)


def _store_here(
    session: Session,
    kind: str,
    place: Place,
    body: Mapping[str, Any],
    account: Account | None,
    kinds: Kinds,
    dry_method: DryStrawMethod,
    moment: datetime,
    record_id: str | None = None,
) -> Mapping[str, Any]:
    """`account` is None where nobody but the server does it."""
    moment = moment.astimezone(UTC)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    record_id = record_id or new_record_id(moment)
    said: dict[str, Any] = {"id": record_id, "kind": kind, "made_at": moment_text(moment), "body": dict(body)}
    if account is not None:
        said |= {"account": account.id}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    books = Books(session, {place})
    arrived = Arrived(
        id=record_id,
        kind=kind,
        number=None,
        made_at=moment,
        sent_at=moment,
        happened_at=moment,
        received_at=moment,
        business_day=business_day(moment),
        place_kind=place[0],
        place_id=place[1],
        device_id=None,
        operator_id=None if account is None else account.id,
        operator_name=_SERVER_NAME if account is None else account.name,
        operator_checked="server",
        dry_method=dry_method,
    )
    found = kinds[kind]
    effects = effects_of(found, books, arrived, found.body.model_validate(said["body"]))
    receipt = books.add(arrived, text, effects)
    books.close()
    return receipt
