"""Records of the gate go in: each once, in the chain of its place, with all that it makes. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import pydantic
from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from app.accounts.device_models import Device
from app.accounts.models import Account, AccountPlace
from app.clock import business_day
from app.database.lists import among, among_rows
from app.database.upserts import insert_if_new
from app.errors import BAD_RECORD, OTHER_BYTES, RefusalKind
from app.intake.arriving import Arrived, Effects, RecordKind, RefusedHere, Remark
from app.intake.bodies import RecordText, attachments_of, faults_of, moment_text
from app.intake.books import Books, Place
from app.intake.chain import text_hash
from app.intake.models import WeighTicket
from app.intake.record_models import GateRecord, RefusedRecord
from app.intake.remarks import RemarkKind
from yard_rules.dry_straw import DryStrawMethod
from yard_rules.rulebook import rulebook

Kinds = Mapping[str, RecordKind]
_RECORD, _ACCOUNT, _PLACE = (model.__table__.c for model in (GateRecord, Account, AccountPlace))
# Those with these ids, and those with these numbers of their devices; two questions, each of which an index answers.
_KNOWN = union_all(
    *(
        select(_RECORD.id, _RECORD.device_id, _RECORD.device_number, _RECORD.text_hash, _RECORD.receipt).where(chosen)
        for chosen in (
            among(_RECORD.id, "ids"), among_rows((_RECORD.device_id, _RECORD.device_number), "numbers")
        )
    )
)  # fmt: skip
_OPERATORS = (
    select(_ACCOUNT.id, _ACCOUNT.name, _PLACE.kind, _PLACE.place_id)
    .outerjoin_from(Account.__table__, AccountPlace.__table__, _PLACE.account_id == _ACCOUNT.id)
    .where(among(_ACCOUNT.id, "ids"))
)
# What a device is told needs a person.
_TOLD_APART = (HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one record: a receipt, or why it was not stored. `attachments`: the hashes that it names, where it
    is stored."""

    id: str | None
    number: int | None
    status: HTTPStatus
    receipt: Mapping[str, Any] | None = None
    refusal: RefusalKind | None = None
    details: Sequence[str] = ()
    attachments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record's text as it came, and what it says; `unread` instead where it cannot be understood."""

    raw: str
    said: RecordText | None = None
    kind: RecordKind | None = None
    body: Any = None
    unread: Result | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The device that sends, as it was when it asked."""

    device_id: int
    device_name: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One sending of a device: its clock then, and how this installation reads H6."""

    sender: Sender
    sent_at: datetime
    received_at: datetime
    dry_method: DryStrawMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is stored before these sendings are, and grows as they are: hash and receipt of records, by id; numbers of
    their devices that are used; names of operators, and who of them belongs to which place."""

    records: dict[str, tuple[str, Mapping[str, Any]]]
    numbers: set[tuple[int | None, int | None]]
    operators: Mapping[int, str]
    members: Collection[tuple[int, Place]]


@dataclass(frozen=True, slots=True)
class _Coming:
    """A record on its way in: who sends it, what it is, and how it arrived where it was understood."""

    sending: Sending
    it: Incoming
    arrived: Arrived | None


def read_records(texts: Sequence[str], kinds: Kinds) -> list[Incoming]:
    """Return the records, understood or not; needs no database."""
    return [_read(text, kinds) for text in texts]


def sender_of(device: Device) -> Sender:
    """Return who sends."""
    return Sender(device_id=device.id, device_name=device.name, place=(device.place_kind, device.place_id))


def store_records(session: Session, sending: Sending, incoming: Sequence[Incoming]) -> list[Result]:
    """Store each record that can be stored and say what became of each; a bad one stops no other.

    The same id with the same bytes gives the first receipt again. Where a record is refused nothing of it is written
    but its text, for the office. Everybody else of the place waits from here until the caller commits.
    """
    [results] = store_sendings(session, [(sending, incoming)])
    return results


def store_sendings(session: Session, sendings: Sequence[tuple[Sending, Sequence[Incoming]]]) -> list[list[Result]]:
    """The same for several sendings, one after the other in one transaction."""
    places = {place for sending, incoming in sendings for place in _places(sending, incoming)}
    books = Books(session, places)
    known = _known(session, sendings)
    coming = [
        [_Coming(sending, it, None if it.said is None else _arrived(sending, it.said, known)) for it in incoming]
        for sending, incoming in sendings
    ]
    _foresee(books, [one for ones in coming for one in ones], known)
    results = [[_result(session, books, one, known) for one in ones] for ones in coming]
    books.close()
    return results


def effects_of(kind: RecordKind, books: Books, arrived: Arrived, body: Any) -> Effects:
    """What the record makes; raises RefusedHere where it contradicts what is stored."""
    return kind.effects(books if kind.reads_books else books.session, arrived, body)


def _foresee(books: Books, coming: Sequence[_Coming], known: _Known) -> None:
    """Ask at once for what the records of each kind will need that are not stored yet."""
    alike: dict[Callable[..., None], list[tuple[Arrived, Any]]] = {}
    for one in coming:
        kind, arrived = one.it.kind, one.arrived
        if arrived is not None and kind is not None and kind.foresee and arrived.id not in known.records:
            alike.setdefault(kind.foresee, []).append((arrived, one.it.body))
    for foresee, those in alike.items():
        foresee(books, those)


def _places(sending: Sending, incoming: Sequence[Incoming]) -> Iterator[Place]:
    """Whose chains the records may go on with."""
    yield sending.sender.place
    for it in incoming:
        if it.kind is not None:
            yield from it.kind.other_places(it.body)


def _result(session: Session, books: Books, one: _Coming, known: _Known) -> Result:
    result = one.it.unread or _store_one(books, one, known)
    if result.status in _TOLD_APART:
        _keep_refused(session, one.sending, one.it.raw, result)
    return result


def _read(text: str, kinds: Kinds) -> Incoming:
    """The record, understood; or why it cannot be."""
    whole: Any = None
    try:
        whole = json.loads(text)
        read = RecordText.model_validate(whole)
        kind = kinds.get(read.kind)
        if kind is None or not kind.from_devices:
            raise ValueError(f"kind: {read.kind}")
        return Incoming(text, read, kind, kind.body.model_validate(read.body))
    except pydantic.ValidationError as fault:
        details = faults_of(fault)
    except (ValueError, RecursionError) as fault:
        details = [str(fault)[:200]]
    said = whole if isinstance(whole, dict) else {}
    record_id, number = said.get("id"), said.get("number")
    unread = Result(
        id=record_id if isinstance(record_id, str) else None,
        number=number if type(number) is int and 0 < number < 2**31 else None,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        refusal=BAD_RECORD,
        details=details,
    )
    return Incoming(text, unread=unread)


def _known(session: Session, sendings: Sequence[tuple[Sending, Sequence[Incoming]]]) -> _Known:
    """A number that another record of the same device holds: the storage of a device was lost, or copied."""
    said = [
        (sending.sender.device_id, it.said) for sending, incoming in sendings for it in incoming if it.said is not None
    ]
    asked = {
        "ids": [record.id for _device_id, record in said],
        "numbers": [(device_id, record.number) for device_id, record in said],
    }
    connection = session.connection()
    rows = connection.execute(_KNOWN, asked).all()
    named = {record.operator.id for _device_id, record in said if record.operator is not None}
    people = connection.execute(_OPERATORS, {"ids": sorted(named)}).all() if named else []
    return _Known(
        records={row.id: (row.text_hash, row.receipt) for row in rows},
        numbers={(row.device_id, row.device_number) for row in rows},
        operators={row.id: row.name for row in people},
        members={(row.id, (row.kind, row.place_id)) for row in people},
    )


def _store_one(books: Books, one: _Coming, known: _Known) -> Result:
    sending, it, arrived = one.sending, one.it, one.arrived
    assert it.kind is not None
    assert arrived is not None
    stored, named = known.records.get(arrived.id), attachments_of(it.body)
    same: dict[str, Any] = {"id": arrived.id, "number": arrived.number}
    if stored is not None:
        if stored[0] == text_hash(it.raw):
            return Result(**same, status=HTTPStatus.OK, receipt=stored[1], attachments=named)
        return Result(**same, status=HTTPStatus.CONFLICT, refusal=OTHER_BYTES)
    if arrived.place_kind not in it.kind.places:
        return Result(
            **same,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            refusal=BAD_RECORD,
            details=[f"{arrived.kind} @ {arrived.place_kind}"],
        )
    try:
        effects = effects_of(it.kind, books, arrived, it.body)
    except RefusedHere as refused:
        return Result(**same, status=refused.status, refusal=refused.kind, details=refused.details)
    effects.remarks += _remarks_of_sending(sending, arrived, effects, it.body, known)
    known.numbers.add((arrived.device_id, arrived.number))
    receipt = books.add(arrived, it.raw, effects)
    known.records[arrived.id] = text_hash(it.raw), receipt
    return Result(**same, status=HTTPStatus.CREATED, receipt=receipt, attachments=named)


def _arrived(sending: Sending, text: RecordText, known: _Known) -> Arrived:
    """The moment that the device says is mended where its clock is off by more than is usual, and never lies ahead. One
    that is older than any tablet keeps records is none: then it happened when it came."""
    sender = sending.sender
    happened_at = min(_mended(sending, text.made_at), sending.received_at)
    if not _is_believed(sending, happened_at):
        happened_at = sending.received_at
    operator = text.operator
    return Arrived(
        id=text.id,
        kind=text.kind,
        number=text.number,
        made_at=text.made_at,
        sent_at=sending.sent_at,
        happened_at=happened_at,
        received_at=sending.received_at,
        business_day=business_day(happened_at),
        place_kind=sender.place[0],
        place_id=sender.place[1],
        device_id=sender.device_id,
        operator_id=operator.id if operator else None,
        operator_name=known.operators.get(operator.id, "") if operator else sender.device_name,
        operator_checked=operator.checked if operator else "none",
        dry_method=sending.dry_method,
    )


def _mended(sending: Sending, made_at: datetime) -> datetime:
    return made_at - (sending.sent_at - sending.received_at) if _is_off(sending) else made_at


def _is_believed(sending: Sending, moment: datetime) -> bool:
    within_days = rulebook("weighing").whole("record_believed_days", business_day(sending.received_at))
    return sending.received_at - moment <= timedelta(days=within_days)


def _is_off(sending: Sending) -> bool:
    limit_s = rulebook("weighing").whole("clock_skew_s", business_day(sending.received_at))
    return abs(sending.sent_at - sending.received_at) > timedelta(seconds=limit_s)


def _remarks_of_sending(sending: Sending, arrived: Arrived, effects: Effects, body: Any, known: _Known) -> list[Remark]:
    """What is to be said of how it came, of the ticket that it is about."""
    ticket_id = getattr(body, "ticket_id", None)
    if ticket_id is None:
        ticket_id = next((row["id"] for model, row in effects.rows if model is WeighTicket), None)
    remarks = []
    mended = _mended(sending, arrived.made_at)
    if _is_off(sending) or not _is_believed(sending, mended):
        off = sending.sent_at - sending.received_at if _is_believed(sending, mended) else mended - sending.received_at
        remarks.append(Remark(RemarkKind.CLOCK_OFF, ticket_id, {"off_s": round(off.total_seconds())}))
    if arrived.business_day != business_day(arrived.received_at):
        remarks.append(Remark(RemarkKind.LATE, ticket_id, {"received_at": moment_text(arrived.received_at)}))
    if (arrived.device_id, arrived.number) in known.numbers:
        remarks.append(Remark(RemarkKind.NUMBER_TWICE, ticket_id, {"number": arrived.number}))
    if arrived.operator_id is None and arrived.place_kind != "body":
        remarks.append(Remark(RemarkKind.NO_OPERATOR, ticket_id))
    if arrived.operator_id is not None and (arrived.operator_id, sending.sender.place) not in known.members:
        remarks.append(Remark(RemarkKind.OPERATOR_ELSEWHERE, ticket_id, {"operator": arrived.operator_id}))
    return remarks


def _keep_refused(session: Session, sending: Sending, text: str, result: Result) -> None:
    """Once, however often the device sends it again."""
    assert result.refusal is not None
    row = {
        "device_id": sending.sender.device_id,
        "device_number": result.number,
        "place_kind": sending.sender.place[0],
        "place_id": sending.sender.place[1],
        "text": text,
        "text_hash": text_hash(text),
        "status": int(result.status),
        "code": result.refusal.code,
        "details": list(result.details),
        "received_at": sending.received_at,
    }
    insert_if_new(session, RefusedRecord, row)
