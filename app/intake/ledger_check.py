"""The ledger of the gate computed again: every chain, and every row against the record that it was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, func, literal, select
from sqlalchemy.orm import Session

from app.intake.chain import HASH_OF_NOTHING, record_hash, rows_hash, tables_of_records, text_hash
from app.intake.models import (
    FieldCount,
    MoistureSample,
    Outcome,
    ScaleAgent,
    TicketClosing,
    TicketReprint,
    TicketVoid,
    VoidDecline,
    VoidRequest,
    Weighing,
    WeighTicket,
)
from app.intake.openings import ticket_number
from app.intake.plates import normal_plate
from app.intake.record_models import GateRecord, PlaceChain
from app.weighbridge.signing import BadSignature, verified_reading
from yard_rules.dry_straw import DryStrawMethod, dry_straw_kg

Place = tuple[str, str]
# The public keys of all agents that a scale ever had, the newest first.
Keys = Mapping[str, Sequence[str]]
_AT_ONCE = 2_000
# A row, and the table that it stands in.
MadeRow = tuple[Table, Row[Any]]
# The table in which every record of the kind makes a row.
_NEEDED: Mapping[str, str] = {
    "sample": MoistureSample.__tablename__,
    "closing": TicketClosing.__tablename__,
    "purchase": TicketClosing.__tablename__,
    "void_request": VoidRequest.__tablename__,
    "void": TicketVoid.__tablename__,
    "void_decline": VoidDecline.__tablename__,
    "reprint": TicketReprint.__tablename__,
}


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """The first bad row of a place: where it stands and what is wrong with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class PlaceHead:
    """How long the chain of a place is, and the hash at its end; written `PLACE:LENGTH:HASH`."""

    place: Place
    length: int
    last_hash: str

    def __str__(self) -> str:
        return f"{self.place[0]}/{self.place[1]}:{self.length}:{self.last_hash}"


def place_heads(session: Session) -> list[PlaceHead]:
    """Return where the chain of every place ends."""
    rows = session.execute(
        select(PlaceChain.place_kind, PlaceChain.place_id, PlaceChain.last_position, PlaceChain.last_hash).order_by(
            PlaceChain.place_kind, PlaceChain.place_id
        )
    )
    return [PlaceHead((row.place_kind, row.place_id), row.last_position, row.last_hash) for row in rows]


def head_of(session: Session, place: Place) -> PlaceHead | None:
    """Return where the chain of this place ends; None where it has not begun."""
    return next((head for head in place_heads(session) if head.place == place), None)


def first_ledger_fault(session: Session, kept_heads: Sequence[PlaceHead] = ()) -> LedgerFault | None:
    """Compute all chains again, and what records made of tickets; return the first bad row, None if all is well.

    `kept_heads` are heads that somebody outside has noted: with them a chain that was written anew as a whole shows.
    """
    faults = (fault_of_place(session, place, kept_heads) for place in places_to_verify(session, kept_heads))
    return next(filter(None, faults), None) or fault_of_tickets(session)


def places_to_verify(session: Session, kept_heads: Sequence[PlaceHead]) -> list[Place]:
    """Return the places that have a chain, or had one when its head was kept."""
    return sorted({head.place for head in (*place_heads(session), *kept_heads)})


def fault_of_place(session: Session, place: Place, kept_heads: Sequence[PlaceHead] = ()) -> LedgerFault | None:
    """Return the first bad row of the place's chain, None if all of it is well; `kept_heads` as above, of any place."""
    place_kind, place_id = place
    kept = {head.length: head.last_hash for head in kept_heads if head.place == place}
    head = head_of(session, place) or PlaceHead(place, 0, HASH_OF_NOTHING)
    if head.length < max(kept, default=0):
        return LedgerFault(f"{place_kind} {place_id}", f"is shorter than the {max(kept)} records kept")
    keys, tables = _keys_by_scale(session), _tables_with_rows(session)
    previous, expected = HASH_OF_NOTHING, 1
    for records in _batches(session, head):
        made = _rows_made(session, records, tables)
        for record in records:
            rows = made[record["id"]]
            where = f"{place_kind} {place_id}, record {record['position']} ({record['id']})"
            what = _fault_of_link(record, previous, expected) or _fault_of_rows(keys, record, rows)
            if what is None and record["receipt"].get("rows_hash") != _hash_of(rows):
                what = "made other rows than those that are there now"
            if what is None and kept.get(expected, record["record_hash"]) != record["record_hash"]:
                what = "is not the one whose hash was kept: the chain was written anew up to here"
            if what is not None:
                return LedgerFault(where, what)
            previous, expected = record["record_hash"], expected + 1
    if (expected - 1, previous) != (head.length, head.last_hash):
        return LedgerFault(f"{place_kind} {place_id}, record {expected}", "is missing: the chain ends too early")
    last = session.scalar(
        select(func.max(GateRecord.position)).where(
            GateRecord.place_kind == place_kind, GateRecord.place_id == place_id
        )
    )
    if (last or 0) > head.length:
        return LedgerFault(f"{place_kind} {place_id}, record {last}", "stands after the end of the chain")
    return None


def fault_of_tickets(session: Session) -> LedgerFault | None:
    """Return the first ticket whose number or whose masses are not what they must be, None if all is well."""
    return _fault_of_numbers(session) or _fault_of_closings(session)


def _keys_by_scale(session: Session) -> Keys:
    """Read once: a season has a hundred thousand weights, and a county a few scales."""
    keys: dict[str, list[str]] = {}
    chosen = select(ScaleAgent.scale_id, ScaleAgent.public_key).order_by(ScaleAgent.id.desc())
    for scale_id, key in session.execute(chosen):
        if key is not None:
            keys.setdefault(scale_id, []).append(key)
    return keys


def _batches(session: Session, head: PlaceHead) -> Iterator[list[dict[str, Any]]]:
    read_until = 0
    while True:
        rows = session.execute(
            select(*GateRecord.__table__.columns)
            .where(
                GateRecord.place_kind == head.place[0],
                GateRecord.place_id == head.place[1],
                GateRecord.position > read_until,
                GateRecord.position <= head.length,
            )
            .order_by(GateRecord.position)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        yield [dict(row._mapping) for row in rows]
        read_until = rows[-1].position


def _fault_of_link(record: Mapping[str, Any], previous: str, expected: int) -> str | None:
    if record["position"] != expected:
        return f"comes where record {expected} should be"
    if record["previous_hash"] != previous:
        return "does not follow the record before it"
    if record["text_hash"] != text_hash(record["text"]):
        return "does not say what it said when it came"
    if record["record_hash"] != record_hash(record, previous) or record["receipt"].get("hash") != record["record_hash"]:
        return "was changed"
    return None


def _tables_with_rows(session: Session) -> list[Table]:
    """Those that are not asked in vain for each part of each chain."""
    return [
        table
        for table in tables_of_records()
        if session.execute(select(literal(1)).select_from(table).limit(1)).first() is not None
    ]


def _rows_made(
    session: Session, records: Sequence[Mapping[str, Any]], tables: Sequence[Table]
) -> dict[str, list[MadeRow]]:
    """All rows of all tables that each of these records, one after the other in a chain, made, as they are now."""
    found: dict[str, list[MadeRow]] = {record["id"]: [] for record in records}
    first, last = records[0], records[-1]
    ids = select(GateRecord.id).where(
        GateRecord.place_kind == first["place_kind"],
        GateRecord.place_id == first["place_id"],
        GateRecord.position.between(first["position"], last["position"]),
    )
    for table in tables:
        for row in session.execute(select(*table.columns).where(table.columns["record_id"].in_(ids))):
            found[row.record_id].append((table, row))
    return found


def _hash_of(rows: Sequence[MadeRow]) -> str:
    return rows_hash((table, dict(zip(table.columns.keys(), row, strict=True))) for table, row in rows)


def _fault_of_rows(keys: Keys, record: Mapping[str, Any], rows: Sequence[MadeRow]) -> str | None:
    """What the record made must be what its text says; what its text does not say, the hash of its rows does."""
    body = json.loads(record["text"])["body"]
    for table, row in rows:
        what = _fault_of_row(keys, record, body, table.name, row)
        if what is not None:
            return what
    made = {table.name for table, _row in rows}
    needed = _NEEDED.get(record["kind"])
    if needed is not None and needed not in made:
        return f"has no row in {needed}"
    if body.get("weighing") and Weighing.__tablename__ not in made:
        return "has lost its weight"
    return None


def _fault_of_row(
    keys: Keys, record: Mapping[str, Any], body: Mapping[str, Any], table_name: str, row: Row[Any]
) -> str | None:
    """What the text says otherwise of the row; a row of which it says nothing is found by the hash of all of them."""
    match table_name:
        case WeighTicket.__tablename__:
            number = ticket_number(row.place_id, row.business_day, row.day_number)
            if row.number != number or record["receipt"].get("ticket_number") != number:
                return f"has another ticket number: {row.number}"
            plate = normal_plate(body["vehicle"]["plate"]) if "vehicle" in body else ""
            if row.plate != plate or row.business_day != record["business_day"]:
                return f"has a ticket that was changed: {row.number}"
        case Weighing.__tablename__ if body.get("weighing"):
            return _fault_of_weight(keys, body["weighing"], row)
        case MoistureSample.__tablename__ if "readings" in body:
            if row.readings != body["readings"] or row.ticket_id != body["ticket_id"]:
                return "has a moisture sample that was changed"
        case TicketClosing.__tablename__ if "outcome" in body:
            said = (body["ticket_id"], body["outcome"], body["bales"])
            if (row.ticket_id, row.outcome, row.bales) != said:
                return "has a closing that was changed"
        case TicketClosing.__tablename__ if "seller" in body:
            said = (body["weighing"]["kg"], body["is_recyclable"], body.get("paper_number"))
            if (row.net_kg, row.is_recyclable, row.paper_number) != said:
                return "has a purchase that was changed"
        case FieldCount.__tablename__ if "body_id" in body:
            if (row.bales, row.body_id) != (body.get("bales"), body["body_id"]):
                return "has a count at the field that was changed"
        case VoidRequest.__tablename__ | TicketVoid.__tablename__:
            if row.ticket_id != body.get("ticket_id"):
                return "makes another ticket void"
        case VoidDecline.__tablename__:
            said = (body.get("ticket_id"), body.get("request_id"), body.get("reason"))
            if (row.ticket_id, row.request_id, row.reason) != said:
                return "declines another wish"
        case TicketReprint.__tablename__:
            if row.ticket_id != body.get("ticket_id"):
                return "prints another ticket"
    return None


def _fault_of_weight(keys: Keys, said: Mapping[str, Any], row: Row[Any]) -> str | None:
    if (row.kg, row.source, row.scale_id) != (said["kg"], said["source"], said.get("scale_id")):
        return f"says {said['kg']} kg, its weight {row.kg} kg"
    if row.source != "scale":
        return None
    for key in keys.get(row.scale_id, ()):
        try:
            if verified_reading(row.payload or "", row.signature or "", key).kg == row.kg:
                return None
        except BadSignature:
            continue
    return "has a weight that no scale signed"


def _fault_of_numbers(session: Session) -> LedgerFault | None:
    """Numbers of a place's day go from 1 without gaps."""
    days = session.execute(
        select(WeighTicket.place_kind, WeighTicket.place_id, WeighTicket.business_day)
        .group_by(WeighTicket.place_kind, WeighTicket.place_id, WeighTicket.business_day)
        .having(func.count() != func.max(WeighTicket.day_number))
        .order_by(WeighTicket.business_day)
        .limit(1)
    ).first()
    if days is None:
        return None
    return LedgerFault(f"{days.place_kind} {days.place_id}, {days.business_day}", "has gaps in its ticket numbers")


def _fault_of_closings(session: Session) -> LedgerFault | None:
    """Net is gross less tare, both were weighed, and dry straw is what the rule makes of net and moisture."""
    rows = session.execute(
        select(TicketClosing, WeighTicket.number, GateRecord.business_day)
        .join(WeighTicket, WeighTicket.id == TicketClosing.ticket_id)
        .join(GateRecord, GateRecord.id == TicketClosing.record_id),
        execution_options={"yield_per": _AT_ONCE},
    )
    for some in rows.partitions():
        ids = [row.TicketClosing.ticket_id for row in some]
        tares = [row.TicketClosing.stored_tare_id for row in some if row.TicketClosing.stored_tare_id]
        weights: dict[str, list[int]] = {}
        for ticket_id, kg in session.execute(
            select(Weighing.ticket_id, Weighing.kg).where(Weighing.ticket_id.in_(ids))
        ):
            weights.setdefault(str(ticket_id), []).append(kg)
        by_id = dict(
            session.execute(select(Weighing.record_id, Weighing.kg).where(Weighing.record_id.in_(tares))).all()
        )
        for closing, number, day in some:
            known = [*weights.get(closing.ticket_id, []), *filter(None, [by_id.get(closing.stored_tare_id or "")])]
            what = _fault_of_closing(closing, known, day)
            if what is not None:
                return LedgerFault(f"ticket {number}", what)
    return None


def _fault_of_closing(closing: TicketClosing, known_kgs: list[int], day: Any) -> str | None:
    if closing.outcome == Outcome.SENT_BACK:
        return None if (closing.net_kg, closing.dry_kg) == (0, 0) else "was sent back and has a net weight"
    if closing.outcome == Outcome.BOUGHT:
        # what is bought is put on a scale without its truck
        if known_kgs != [closing.net_kg]:
            return f"has weights {known_kgs} kg, and says that {closing.net_kg} kg were bought"
    elif not closing.is_estimated:
        if sorted(known_kgs) != [closing.tare_kg, closing.gross_kg]:
            return f"has weights {sorted(known_kgs)} kg, and says {closing.gross_kg} and {closing.tare_kg} kg"
        if closing.net_kg != (closing.gross_kg or 0) - (closing.tare_kg or 0):
            return f"has a net weight of {closing.net_kg} kg that is not gross less tare"
    dry_kg = 0
    if closing.moisture_permille is not None:
        method = DryStrawMethod(closing.dry_method)
        dry_kg = dry_straw_kg(closing.net_kg, closing.moisture_permille, method=method, day=day)
    return None if closing.dry_kg == dry_kg else f"counts {closing.dry_kg} kg of dry straw and should count {dry_kg} kg"
