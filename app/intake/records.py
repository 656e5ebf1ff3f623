"""Records of the gate go in: each once, in the chain of its place, with all that it makes. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any, cast

import pydantic
from sqlalchemy import Insert, Table, and_, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.device_models import Device
from app.accounts.models import Account, AccountPlace
from app.clock import business_day, now
from app.database.base import Base
from app.database.upserts import insert_if_new
from app.errors import BAD_RECORD, OTHER_BYTES, RefusalKind
from app.intake.arriving import Arrived, Effects, RecordKind, RefusedHere, Remark
from app.intake.bodies import RecordText, attachments_of, faults_of, moment_text
from app.intake.chain import HASH_OF_NOTHING, is_of_records, record_hash, rows_hash, text_hash
from app.intake.ids import new_record_id
from app.intake.models import TicketRemark, WeighTicket
from app.intake.record_models import GateRecord, PlaceChain, RefusedRecord
from app.intake.remarks import RemarkKind
from yard_rules.dry_straw import DryStrawMethod
from yard_rules.rulebook import rulebook

Place = tuple[str, str]
Kinds = Mapping[str, RecordKind]
_CHAIN, _RECORD, _ACCOUNT, _PLACE = (model.__table__.c for model in (PlaceChain, GateRecord, Account, AccountPlace))
_LOCKED_END = (
    select(_CHAIN.last_position, _CHAIN.last_hash)
    .where(_CHAIN.place_kind == bindparam("kind"), _CHAIN.place_id == bindparam("of"))
    .with_for_update()
)
_MOVE_ON = update(PlaceChain.__table__).where(  # type: ignore[arg-type]
    _CHAIN.place_kind == bindparam("kind"), _CHAIN.place_id == bindparam("of")
)
# Those with these ids, and those of the device with these numbers.
_KNOWN = select(_RECORD.id, _RECORD.device_id, _RECORD.device_number, _RECORD.text_hash, _RECORD.receipt).where(
    or_(
        _RECORD.id.in_(bindparam("ids", expanding=True)),
        and_(
            _RECORD.device_id == bindparam("device_id"),
            _RECORD.device_number.in_(bindparam("numbers", expanding=True)),
        ),
    )
)
_OPERATORS = (
    select(_ACCOUNT.id, _ACCOUNT.name, _PLACE.place_id)
    .outerjoin_from(
        Account.__table__,
        AccountPlace.__table__,
        and_(
            _PLACE.account_id == _ACCOUNT.id,
            _PLACE.kind == bindparam("kind"),
            _PLACE.place_id == bindparam("of"),
        ),
    )
    .where(_ACCOUNT.id.in_(bindparam("ids", expanding=True)))
)
# Who does what nobody does by hand.
_SERVER_NAME = "Strawline"
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
    """The device that sends, as it was when it asked. `operators`: name of each operator that its records name, and
    whether they belong to the place."""

    device_id: int
    device_name: str
    place: Place
    operators: Mapping[int, tuple[str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One sending of a device: its clock then, and how this installation reads H6."""

    sender: Sender
    sent_at: datetime
    received_at: datetime
    dry_method: DryStrawMethod


def read_records(texts: Sequence[str], kinds: Kinds) -> list[Incoming]:
    """Return the records, understood or not; needs no database."""
    return [_read(text, kinds) for text in texts]


def sender_of(session: Session, device: Device, incoming: Sequence[Incoming]) -> Sender:
    """Return who sends these records; only reads."""
    place = (device.place_kind, device.place_id)
    ids = {it.said.operator.id for it in incoming if it.said is not None and it.said.operator is not None}
    return Sender(device_id=device.id, device_name=device.name, place=place, operators=_operators(session, ids, place))


def store_records(session: Session, sending: Sending, incoming: Sequence[Incoming]) -> list[Result]:
    """Store each record that can be stored and say what became of each; a bad one stops no other.

    The same id with the same bytes gives the first receipt again. Where a record is refused nothing of it is written
    but its text, for the office. Everybody else of the place waits from here until the caller commits.
    """
    others = {place for it in incoming if it.kind is not None for place in it.kind.other_places(it.body)}
    chains = _Chains(session, {sending.sender.place, *others})
    stored, numbers = _stored(session, sending.sender, [it.said for it in incoming if it.said is not None])
    results: list[Result] = []
    for it in incoming:
        result = it.unread or _store_one(session, sending, it, chains, stored, numbers)
        if result.status in _TOLD_APART:
            _keep_refused(session, sending, it.raw, result)
        results.append(result)
    chains.move_on()
    return results


def store_office_record(
    session: Session,
    *,
    kind: str,
    place: Place,
    body: Mapping[str, Any],
    account: Account,
    kinds: Kinds,
    dry_method: DryStrawMethod = DryStrawMethod.CAP,
) -> Mapping[str, Any]:
    """Store what somebody whom the server knows does to a place's tickets; returns the receipt.

    Raises RefusedHere where it contradicts what is stored.
    """
    return _store_here(session, kind, place, body, account, kinds, dry_method, now())


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
) -> Mapping[str, Any]:
    """`account` is None where nobody but the server does it."""
    moment = moment.astimezone(UTC)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    record_id = new_record_id(moment)
    said: dict[str, Any] = {"id": record_id, "kind": kind, "made_at": moment_text(moment), "body": dict(body)}
    if account is not None:
        said |= {"account": account.id}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    chains = _Chains(session, {place})
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
    effects = found.effects(session, arrived, found.body.model_validate(said["body"]))
    receipt = _write(session, arrived, text, effects, chains)
    chains.move_on()
    return receipt


class _Chains:
    """Where the chains end, locked in one order for all."""

    def __init__(self, session: Session, places: Collection[Place]) -> None:
        self._session = session
        self._heads: dict[Place, tuple[int, str]] = {}
        self._moved: set[Place] = set()
        for place in sorted(places):
            self._heads[place] = self._locked(place)

    def end(self, place: Place) -> tuple[int, str]:
        """Position and hash of the last record."""
        return self._heads[place]

    def add(self, place: Place, position: int, hash_: str) -> None:
        """Another record follows."""
        self._heads[place] = position, hash_
        self._moved.add(place)

    def move_on(self) -> None:
        """Write where the chains end now."""
        for kind, place_id in sorted(self._moved):
            position, hash_ = self._heads[kind, place_id]
            where_to = {"kind": kind, "of": place_id, "last_position": position, "last_hash": hash_}
            self._session.execute(_MOVE_ON, where_to)
        self._moved.clear()

    def _locked(self, place: Place) -> tuple[int, str]:
        kind, place_id = place
        asked = {"kind": kind, "of": place_id}
        head = self._session.execute(_LOCKED_END, asked).one_or_none()
        if head is None:
            row = {"place_kind": kind, "place_id": place_id, "last_position": 0, "last_hash": HASH_OF_NOTHING}
            insert_if_new(self._session, PlaceChain, row)
            head = self._session.execute(_LOCKED_END, asked).one()
        return head.last_position, head.last_hash


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


def _stored(
    session: Session, sender: Sender, said: Collection[RecordText]
) -> tuple[dict[str, tuple[str, Mapping[str, Any]]], set[int | None]]:
    """Hash and receipt of what is stored already, by id, and which of the numbers other records of the device hold: its
    storage was lost, or copied."""
    asked = {
        "ids": [record.id for record in said],
        "device_id": sender.device_id,
        "numbers": [record.number for record in said],
    }
    rows = session.execute(_KNOWN, asked).all()
    numbers = {row.device_number for row in rows if row.device_id == sender.device_id}
    return {row.id: (row.text_hash, row.receipt) for row in rows}, numbers


def _operators(session: Session, ids: Collection[int], place: Place) -> dict[int, tuple[str, bool]]:
    """Their names, and whether they belong to the place."""
    if not ids:
        return {}
    rows = session.execute(_OPERATORS, {"ids": list(ids), "kind": place[0], "of": place[1]})
    return {row.id: (row.name, row.place_id is not None) for row in rows}


def _store_one(
    session: Session,
    sending: Sending,
    it: Incoming,
    chains: _Chains,
    stored: dict[str, tuple[str, Mapping[str, Any]]],
    numbers: set[int | None],
) -> Result:
    assert it.said is not None
    assert it.kind is not None
    known, named = stored.get(it.said.id), attachments_of(it.body)
    same: dict[str, Any] = {"id": it.said.id, "number": it.said.number}
    if known is not None:
        if known[0] == text_hash(it.raw):
            return Result(**same, status=HTTPStatus.OK, receipt=known[1], attachments=named)
        return Result(**same, status=HTTPStatus.CONFLICT, refusal=OTHER_BYTES)
    arrived = _arrived(sending, it.said)
    if arrived.place_kind not in it.kind.places:
        details = [f"{it.said.kind} @ {arrived.place_kind}"]
        return Result(
            **same,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            refusal=BAD_RECORD,
            details=details,
        )
    try:
        effects = it.kind.effects(session, arrived, it.body)
    except RefusedHere as refused:
        return Result(**same, status=refused.status, refusal=refused.kind, details=refused.details)
    effects.remarks += _remarks_of_sending(sending, arrived, effects, it, is_number_used=arrived.number in numbers)
    numbers.add(arrived.number)
    receipt = _write(session, arrived, it.raw, effects, chains)
    stored[it.said.id] = text_hash(it.raw), receipt
    return Result(**same, status=HTTPStatus.CREATED, receipt=receipt, attachments=named)


def _arrived(sending: Sending, text: RecordText) -> Arrived:
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
        operator_name=sender.operators.get(operator.id, ("", False))[0] if operator else sender.device_name,
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


def _remarks_of_sending(
    sending: Sending, arrived: Arrived, effects: Effects, it: Incoming, *, is_number_used: bool
) -> list[Remark]:
    """What is to be said of how it came, of the ticket that it is about."""
    ticket_id = getattr(it.body, "ticket_id", None)
    if ticket_id is None:
        ticket_id = next((row["id"] for model, row in effects.rows if model is WeighTicket), None)
    remarks = []
    mended = _mended(sending, arrived.made_at)
    if _is_off(sending) or not _is_believed(sending, mended):
        off = sending.sent_at - sending.received_at if _is_believed(sending, mended) else mended - sending.received_at
        remarks.append(Remark(RemarkKind.CLOCK_OFF, ticket_id, {"off_s": round(off.total_seconds())}))
    if arrived.business_day != business_day(arrived.received_at):
        remarks.append(Remark(RemarkKind.LATE, ticket_id, {"received_at": moment_text(arrived.received_at)}))
    if is_number_used:
        remarks.append(Remark(RemarkKind.NUMBER_TWICE, ticket_id, {"number": arrived.number}))
    operator = it.said.operator if it.said is not None else None
    if operator is None and arrived.place_kind != "body":
        remarks.append(Remark(RemarkKind.NO_OPERATOR, ticket_id))
    if operator is not None and not sending.sender.operators.get(operator.id, ("", False))[1]:
        remarks.append(Remark(RemarkKind.OPERATOR_ELSEWHERE, ticket_id, {"operator": operator.id}))
    return remarks


def _write(session: Session, arrived: Arrived, text: str, effects: Effects, chains: _Chains) -> Mapping[str, Any]:
    position, previous_hash = chains.end(arrived.place)
    receipt: dict[str, Any] = {
        "id": arrived.id,
        "received_at": moment_text(arrived.received_at),
        "business_day": arrived.business_day.isoformat(),
        "position": position + 1,
        "remarks": [{"kind": remark.kind, "values": dict(remark.said)} for remark in effects.remarks],
    }
    if effects.ticket_number is not None:
        receipt["ticket_number"] = effects.ticket_number
    of_tickets = [
        {"record_id": arrived.id, "kind": remark.kind, "ticket_id": remark.ticket_id, "said": dict(remark.said)}
        for remark in effects.remarks
        if remark.ticket_id is not None
    ]
    made: list[tuple[type[Base], dict[str, Any]]] = [
        *effects.rows,
        *((TicketRemark, values) for values in of_tickets),
    ]
    receipt["rows_hash"] = rows_hash((_table(model), values) for model, values in made if is_of_records(_table(model)))
    row = {
        "id": arrived.id,
        "place_kind": arrived.place_kind,
        "place_id": arrived.place_id,
        "position": position + 1,
        "kind": arrived.kind,
        "device_id": arrived.device_id,
        "device_number": arrived.number,
        "operator_id": arrived.operator_id,
        "operator_name": arrived.operator_name,
        "operator_checked": arrived.operator_checked,
        "made_at": arrived.made_at,
        "sent_at": arrived.sent_at,
        "happened_at": arrived.happened_at,
        "received_at": arrived.received_at,
        "business_day": arrived.business_day,
        "text": text,
        "text_hash": text_hash(text),
        "receipt": receipt,
        "previous_hash": previous_hash,
    }
    own_hash = record_hash(row, previous_hash)
    row["record_hash"] = receipt["hash"] = own_hash
    session.execute(_insert(GateRecord), row)
    for model, values in effects.rows:
        session.execute(_insert(model), values)
    if of_tickets:
        session.execute(_insert(TicketRemark), of_tickets)
    chains.add(arrived.place, position + 1, own_hash)
    return receipt


@cache
def _insert(model: type[Base]) -> Insert:
    """Made once: what a statement is compiled to is found by the statement."""
    return insert(_table(model))


def _table(model: type[Base]) -> Table:
    table: Any = model.__table__
    return cast(Table, table)


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
