"""The books of places while records go into them: what they say is read once, and what is added is written together.

A transaction stores whole sendings of several devices. Each statement costs as much as the rules that it serves, so
rows wait until somebody asks the database for what they could change, or until the end (docs/decisions/0020).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Connection, Insert, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.clock import business_day
from app.database.base import Base
from app.database.engine import sent_together
from app.database.lists import among_rows, given_rows
from app.database.upserts import insert_if_new
from app.intake.arriving import Arrived, Effects
from app.intake.bodies import moment_text
from app.intake.chain import HASH_OF_NOTHING, is_of_records, record_hash, rows_hash, text_hash
from app.intake.models import (
    MoistureSample,
    TicketClosing,
    TicketRemark,
    TicketVoid,
    VoidRequest,
    Weighing,
    WeighTicket,
)
from app.intake.record_models import GateRecord, PlaceChain
from app.intake.remarks import NOT_FOR_TRADE
from app.registry.suspensions import SuspensionTime, suspension_times
from yard_rules.rulebook import rulebook

Place = tuple[str, str]
Key = tuple[Any, ...]

# Under these names is kept what waiting rows change: keys begin with the plate, or with scale and nonce together.
TICKETS_OF_PLATE, TARES_OF_PLATE, READINGS = "tickets of plate", "tares of plate", "readings"

_CHAIN, _TICKET, _CLOSING, _VOID, _REQUEST, _SAMPLE, _WEIGHING, _REMARK = (
    model.__table__.c
    for model in (
        PlaceChain, WeighTicket, TicketClosing, TicketVoid, VoidRequest, MoistureSample, Weighing, TicketRemark,
    )
)  # fmt: skip
_LOCKED_ENDS = (
    select(PlaceChain.__table__)
    .where(among_rows((_CHAIN.place_kind, _CHAIN.place_id), "places"))
    .order_by(_CHAIN.place_kind, _CHAIN.place_id)
    .with_for_update()
)
_MOVE_ON = update(PlaceChain.__table__).where(  # type: ignore[arg-type]
    _CHAIN.place_kind == bindparam("kind"), _CHAIN.place_id == bindparam("of")
)
# Asked of each day by itself: an index answers that with its last entry.
_DAYS = given_rows("days", _TICKET.place_kind.type, _TICKET.place_id.type, _TICKET.business_day.type)
_LAST_NUMBERS = select(
    _DAYS,
    select(func.max(_TICKET.day_number))
    .where(
        _TICKET.place_kind == _DAYS.c.cell_0,
        _TICKET.place_id == _DAYS.c.cell_1,
        _TICKET.business_day == _DAYS.c.cell_2,
    )
    .scalar_subquery(),
)
_KNOWN = (
    select(*_TICKET, _CLOSING.ticket_id.label("closed"), _REQUEST.reason.label("void_reason"))
    .outerjoin_from(WeighTicket.__table__, TicketClosing.__table__, _CLOSING.ticket_id == _TICKET.id)
    .outerjoin(TicketVoid.__table__, _VOID.ticket_id == _TICKET.id)
    .outerjoin(VoidRequest.__table__, _REQUEST.record_id == _VOID.request_id)
    .where(_TICKET.id == bindparam("ticket_id"))
)
_FIRST_WEIGHT = (
    select(_WEIGHING.kg, _WEIGHING.division_kg, _WEIGHING.is_trade, _WEIGHING.source, _WEIGHING.photos)
    .where(_WEIGHING.ticket_id == bindparam("ticket_id"))
    .order_by(_WEIGHING.weighed_at, _WEIGHING.record_id)
    .limit(1)
)
_LAST_SAMPLE = (
    select(_SAMPLE.record_id, _SAMPLE.mean_permille, _SAMPLE.highest_permille, _SAMPLE.acceptance)
    .where(_SAMPLE.ticket_id == bindparam("ticket_id"))
    .order_by(_SAMPLE.sampled_at.desc(), _SAMPLE.record_id.desc())
    .limit(1)
)
_BLOCKING = (
    select(_REMARK.kind)
    .where(_REMARK.ticket_id == bindparam("ticket_id"), _REMARK.kind.in_(sorted(NOT_FOR_TRADE)))
    .limit(1)
)


@dataclass(slots=True)
class _NewTicket:
    """A ticket that began in this transaction, with all that is known of it: nothing of it can be elsewhere."""

    row: SimpleNamespace
    weights: list[SimpleNamespace] = field(default_factory=list)
    samples: list[SimpleNamespace] = field(default_factory=list)
    is_blocked: bool = False


class Books:
    """The books of `places`, whose chains are locked in one order for all from here until the caller commits."""

    def __init__(self, session: Session, places: Collection[Place]) -> None:
        self._session = session
        self.connection: Connection = session.connection()
        """For what no waiting row can change; whoever wants to be sure takes `session`."""
        self._waiting: defaultdict[Table, list[Mapping[str, Any]]] = defaultdict(list)
        self._kept: defaultdict[str, dict[Key, Any]] = defaultdict(dict)
        self._new: dict[str, _NewTicket] = {}
        self._plates: dict[str, str] = {}  # of tickets that were looked at, by id
        self._touched: set[tuple[str, Hashable]] = set()  # what waiting rows say something of
        self._ends: dict[Place, tuple[int, str]] = self._locked_ends(sorted(set(places)))
        self._moved: set[Place] = set()

    @property
    def session(self) -> Session:
        """The database with all that was added so far."""
        self.write()
        return self._session

    @property
    def register(self) -> Session:
        """The database for what records never change: people, places, things."""
        return self._session

    def known(self, name: str, keys: Collection[Key], read: Callable[[Sequence[Key]], Mapping[Key, Any]]) -> Any:
        """Return what `read` says of each key, by key, None where it says nothing. What is known is not asked again:
        rows that wait may only change what `_note` says they do."""
        kept = self._kept[name]
        missing = [key for key in dict.fromkeys(keys) if key not in kept]
        if missing:
            if any((name, key[0]) in self._touched for key in missing):
                self.write()
            found = read(missing)
            kept.update({key: found.get(key) for key in missing})
        return kept

    def add(self, arrived: Arrived, text: str, effects: Effects) -> Mapping[str, Any]:
        """Add a record at the end of its place's chain, with all that it makes; returns the receipt."""
        position, previous_hash = self._ends[arrived.place]
        receipt: dict[str, Any] = {
            "id": arrived.id,
            "received_at": moment_text(arrived.received_at),
            "business_day": arrived.business_day.isoformat(),
            "position": position + 1,
            "remarks": [{"kind": remark.kind, "values": dict(remark.said)} for remark in effects.remarks],
        }
        if effects.ticket_number is not None:
            receipt["ticket_number"] = effects.ticket_number
        made: list[tuple[type[Base], dict[str, Any]]] = [
            *effects.rows,
            *(
                (
                    TicketRemark,
                    {
                        "record_id": arrived.id,
                        "kind": remark.kind,
                        "ticket_id": remark.ticket_id,
                        "said": dict(remark.said),
                    },
                )
                for remark in effects.remarks
                if remark.ticket_id is not None
            ),
        ]
        receipt["rows_hash"] = rows_hash(
            (_table(model), values) for model, values in made if is_of_records(_table(model))
        )
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
        made.insert(0, (GateRecord, row))
        for model, values in made:
            self._waiting[_table(model)].append(values)
            self._note(model, values)
        self._ends[arrived.place] = position + 1, own_hash
        self._moved.add(arrived.place)
        if not all(_may_wait(_table(model)) for model, _values in made):
            self.write()
            self._forget()
        return receipt

    def write(self) -> None:
        """Write all rows that wait, those first that others point at."""
        if not self._waiting:
            return
        with sent_together(self.connection):
            self._write()

    def close(self) -> None:
        """Write what waits, and where the chains end now."""
        ends = [
            {"kind": kind, "of": of, "last_position": self._ends[kind, of][0], "last_hash": self._ends[kind, of][1]}
            for kind, of in sorted(self._moved)
        ]
        with sent_together(self.connection):
            self._write()
            if ends:
                self.connection.execute(_MOVE_ON, ends)
        self._moved.clear()

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, defaultdict(list)
        self._touched.clear()
        for table in sorted(waiting, key=_order):
            alike: dict[frozenset[str], list[Mapping[str, Any]]] = {}
            for row in waiting[table]:
                alike.setdefault(frozenset(row), []).append(row)
            for rows in alike.values():
                self.connection.execute(_insert(table), rows)

    def ticket(self, ticket_id: str) -> Any:
        """The ticket, if it is known: its columns, `closed` (its own id once it is), and `void_reason`."""
        row = self._new[ticket_id].row if ticket_id in self._new else self._asked(_KNOWN, ticket_id)
        if row is not None:
            self._plates[ticket_id] = row.plate
        return row

    def first_weight(self, ticket_id: str) -> Any:
        """The weight that the ticket began with: kg, division_kg, is_trade, source and photos; None where it has
        none."""
        if ticket_id in self._new:
            return next(iter(self._new[ticket_id].weights), None)
        return self._asked(_FIRST_WEIGHT, ticket_id)

    def last_sample(self, ticket_id: str) -> Any:
        """The last sample of the load: record_id, mean_permille, highest_permille and acceptance; None where it has
        none."""
        if ticket_id in self._new:
            samples = self._new[ticket_id].samples
            return max(samples, key=lambda sample: (sample.sampled_at, sample.record_id), default=None)
        return self._asked(_LAST_SAMPLE, ticket_id)

    def is_blocked(self, ticket_id: str) -> bool:
        """Whether something was remarked that makes the ticket unfit for trade."""
        if ticket_id in self._new:
            return self._new[ticket_id].is_blocked
        return self._asked(_BLOCKING, ticket_id) is not None

    def next_number(self, place: Place, day: date) -> int:
        """The number of the place's next ticket of the day: used up when the ticket is added, for its record may still
        be refused."""
        return (self._last_numbers([(*place, day)])[*place, day] or 0) + 1

    def suspensions(self, arrived: Arrived) -> Sequence[SuspensionTime]:
        """What of the place is closed, or was in the time in which records are believed."""
        return self._suspensions([arrived])[arrived.place_id,] or ()

    def foresee_tickets(self, arrived: Collection[Arrived]) -> None:
        """Ask at once for what the first records of tickets need."""
        self._last_numbers([(*each.place, each.business_day) for each in arrived])
        self._suspensions(arrived)

    def _last_numbers(self, days: Collection[Key]) -> Mapping[Key, int | None]:
        def read(missing: Sequence[Key]) -> Mapping[Key, int]:
            rows = self.connection.execute(_LAST_NUMBERS, {"days": missing})
            return {(kind, place_id, day): last for kind, place_id, day, last in rows}

        found: Mapping[Key, int | None] = self.known("numbers", days, read)
        return found

    def _suspensions(self, arrived: Collection[Arrived]) -> Any:
        def read(missing: Sequence[Key]) -> Mapping[Key, Sequence[SuspensionTime]]:
            first = min(each.received_at for each in arrived)
            believed_days = rulebook("weighing").whole("record_believed_days", business_day(first))
            since = first - timedelta(days=believed_days + 1)
            times = suspension_times(self.connection, [yard_id for (yard_id,) in missing], since=since)
            return {(yard_id,): of_yard for yard_id, of_yard in times.items()}

        return self.known("suspensions", [(each.place_id,) for each in arrived], read)

    def _asked(self, statement: Any, ticket_id: str) -> Any:
        if ("ticket", ticket_id) in self._touched:
            self.write()
        return self.connection.execute(statement, {"ticket_id": ticket_id}).first()

    def _note(self, model: type[Base], row: Mapping[str, Any]) -> None:
        """Keep in mind what a waiting row says."""
        if model is WeighTicket:
            self._new[row["id"]] = _NewTicket(SimpleNamespace(**row, closed=None, void_reason=None))
            self._plates[row["id"]] = row["plate"]
            self._touch(TICKETS_OF_PLATE, row["plate"])
            self._kept["numbers"][row["place_kind"], row["place_id"], row["business_day"]] = row["day_number"]
            return
        ticket_id = row.get("ticket_id")
        if model is Weighing:
            self._touch(READINGS, (row["scale_id"], row["nonce"]))
            if ticket_id is None:
                self._touch(TARES_OF_PLATE, row["plate"])
        if ticket_id is None:
            return
        if model is TicketClosing:
            self._touch(TARES_OF_PLATE, self._plates[ticket_id])
        new = self._new.get(ticket_id)
        if new is None:
            self._touched.add(("ticket", ticket_id))
        elif model is Weighing:
            new.weights.append(SimpleNamespace(**row))
        elif model is MoistureSample:
            new.samples.append(SimpleNamespace(**row))
        elif model is TicketRemark:
            new.is_blocked = new.is_blocked or row["kind"] in NOT_FOR_TRADE
        elif model is TicketClosing:
            new.row.closed = ticket_id

    def _touch(self, name: str, subject: Hashable) -> None:
        """What was kept under the name of this subject, the first part of its keys, is not true any more."""
        self._touched.add((name, subject))
        kept = self._kept[name]
        for key in [key for key in kept if key[0] == subject]:
            del kept[key]

    def _forget(self) -> None:
        """What was written may change anything that was kept."""
        self._kept.clear()
        self._new.clear()

    def _locked_ends(self, places: Sequence[Place]) -> dict[Place, tuple[int, str]]:
        ends = self._ends_of(places)
        if len(ends) < len(places):
            for kind, place_id in places:
                row = {"place_kind": kind, "place_id": place_id, "last_position": 0, "last_hash": HASH_OF_NOTHING}
                insert_if_new(self._session, PlaceChain, row)
            ends = self._ends_of(places)
        return ends

    def _ends_of(self, places: Sequence[Place]) -> dict[Place, tuple[int, str]]:
        rows = self.connection.execute(_LOCKED_ENDS, {"places": places})
        return {(row.place_kind, row.place_id): (row.last_position, row.last_hash) for row in rows}


def _may_wait(table: Table) -> bool:
    return "may_wait" in table.info


@cache
def _order(table: Table) -> int:
    """Tables that others point at come first."""
    return Base.metadata.sorted_tables.index(table)


@cache
def _insert(table: Table) -> Insert:
    """Made once: what a statement is compiled to is found by the statement. It asks for no key that the database makes:
    rows that go together are not answered one by one."""
    return insert(table).inline()


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)
