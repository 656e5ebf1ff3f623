"""What the office asks of the gate: the trucks on the yards now, the day's numbers, and one ticket with all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session, undefer

from app.accounts.device_models import Device
from app.accounts.scope import Scope
from app.intake.device_numbers import device_numbers
from app.intake.models import (
    FieldCount,
    MoistureSample,
    Outcome,
    Purpose,
    TicketClosing,
    TicketRemark,
    TicketReprint,
    TicketVoid,
    VoidDecline,
    VoidRequest,
    Weighing,
    WeighTicket,
    WeightSource,
)
from app.intake.record_models import GateRecord, RefusedRecord
from app.intake.remarks import NOT_FOR_TRADE
from app.intake.sent_from import sent_from
from app.intake.ticket_lists import (
    Mark,
    TicketFilters,
    TicketState,
    marks_of,
    mean_permille,
    seen_by,
    ticket_rows,
)
from app.intake.void_wishes import is_asked, is_open_wish

Place = tuple[str, str]
# So much of a plate tells its owner that it is theirs, and others nothing.
_PLATE_SHOWN = 3
# What a ticket waits for is the place's own business.
_OWN_WORK = frozenset({Mark.VOID_ASKED, Mark.FORGOTTEN})


class Stage(StrEnum):
    """Where a truck stands that has not left."""

    ON_THE_ROAD = "on_the_road"  # counted at the field, not yet at the plant
    AT_THE_GATE = "at_the_gate"  # opened, not weighed
    WEIGHED = "weighed"
    SAMPLED = "sampled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoad:
    """A truck that has come and not left; `waited_min` since its ticket was opened."""

    ticket: Any
    stage: Stage
    waited_min: int
    void_asked: bool

    @property
    def place(self) -> Place:
        return self.ticket.place_kind, self.ticket.place_id


@dataclass(slots=True)
class DayNumbers:
    """One day of a yard or plant; masses of loads that were weighed out and are not void."""

    loads: int = 0
    net_kg: int = 0
    dry_kg: int = 0
    moisture_permille: int | None = None
    sent_back: int = 0
    void: int = 0
    open_now: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TabletSeen:
    """What the server knows of a tablet: its last record, which numbers before it are missing, what was refused."""

    device: Device
    last_number: int
    missing_numbers: Sequence[int]
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketProof:
    """What anybody may know who holds a ticket: nobody's name, and only the end of the plate.

    `chain_record` is the record that closed it, else the one that opened it."""

    ticket: WeighTicket
    closing: TicketClosing | None
    state: TicketState
    marks: Sequence[Mark]
    plate_end: str
    chain_record: GateRecord
    replaced_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTicket:
    """A ticket and all that was written about it, each in the order in which it happened."""

    ticket: WeighTicket
    closing: TicketClosing | None
    field_count: FieldCount | None
    weighings: Sequence[Weighing]
    stored_tare: Weighing | None
    samples: Sequence[MoistureSample]
    remarks: Sequence[TicketRemark]
    void_requests: Sequence[VoidRequest]
    void_declines: Mapping[str, VoidDecline]
    void: TicketVoid | None
    reprints: Sequence[TicketReprint]
    records: Sequence[GateRecord]
    devices: Mapping[int, str]
    replaces: str | None
    replaced_by: Sequence[str]

    @property
    def is_trade(self) -> bool:
        """Whether it is for settlement, as lists have it (`IS_FOR_TRADE`)."""
        is_blocked = any(remark.kind in NOT_FOR_TRADE for remark in self.remarks)
        return self.closing is not None and self.closing.is_trade and not is_blocked

    @property
    def state(self) -> TicketState:
        if self.void is not None:
            return TicketState.VOID
        if self.closing is None:
            return TicketState.OPEN
        return TicketState.SENT_BACK if self.closing.outcome == Outcome.SENT_BACK else TicketState.CLOSED

    @property
    def void_request(self) -> VoidRequest | None:
        """The wish that it be void which was agreed to, or still waits for a second person."""
        return next((it for it in self.void_requests if it.record_id not in self.void_declines), None)

    @property
    def is_typed(self) -> bool:
        """Whether a weight of it was typed by hand, that of its stored tare too."""
        weighings = [*self.weighings, *([self.stored_tare] if self.stored_tare else [])]
        return any(weighing.source == WeightSource.TYPED for weighing in weighings)

    @property
    def stacks(self) -> list[tuple[str, int]]:
        """Stack and bales, as the closing says."""
        texts = [record.text for record in self.records if self.closing and record.id == self.closing.record_id]
        said = json.loads(texts[0]).get("body", {}).get("stacks", []) if texts else []
        return [(share["stack_id"], share["bales"]) for share in said]

    @property
    def photos(self) -> list[str]:
        """Hashes of all photos, each once."""
        parts = [self.field_count, *self.weighings, self.closing]
        return list(dict.fromkeys(photo for part in parts if part is not None for photo in part.photos))


def open_loads(session: Session, scope: Scope | None, at: datetime) -> list[OpenLoad]:
    """Return the trucks on the yards, those that have waited longest first."""
    has_weight = exists().where(Weighing.ticket_id == WeighTicket.id)
    has_sample = exists().where(MoistureSample.ticket_id == WeighTicket.id)
    from_field = and_(exists().where(FieldCount.ticket_id == WeighTicket.id), WeighTicket.record_id == WeighTicket.id)
    stage = case(
        (has_sample, Stage.SAMPLED.value),
        (has_weight, Stage.WEIGHED.value),
        (from_field, Stage.ON_THE_ROAD.value),
        else_=Stage.AT_THE_GATE.value,
    )
    rows = session.execute(
        select(
            WeighTicket.id,
            WeighTicket.number,
            WeighTicket.place_kind,
            WeighTicket.place_id,
            WeighTicket.business_day,
            WeighTicket.plate,
            WeighTicket.purpose,
            WeighTicket.town_id,
            WeighTicket.bales_declared,
            WeighTicket.opened_at,
            stage.label("stage"),
            is_asked().label("void_asked"),
        )
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(TicketClosing.ticket_id.is_(None), TicketVoid.ticket_id.is_(None), seen_by(scope))
        .order_by(WeighTicket.opened_at, WeighTicket.id)
    )
    return [
        OpenLoad(
            ticket=row,
            stage=Stage(row.stage),
            waited_min=max(0, int((at - row.opened_at).total_seconds() // 60)),
            void_asked=bool(row.void_asked),
        )
        for row in rows
    ]


def numbers_of_day(session: Session, scope: Scope | None, day: date) -> dict[Place, DayNumbers]:
    """Return the day's numbers by yard and plant; without those where nothing happened, and without recycling points,
    whose kilograms are no loads."""
    counts = and_(TicketClosing.ticket_id.is_not(None), TicketVoid.ticket_id.is_(None))
    kept = and_(counts, TicketClosing.outcome != Outcome.SENT_BACK)
    measured = and_(kept, TicketClosing.moisture_permille.is_not(None))

    def summed(column: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, column), else_=0)), 0)

    rows = session.execute(
        select(
            WeighTicket.place_kind,
            WeighTicket.place_id,
            summed(1, kept).label("loads"),
            summed(TicketClosing.net_kg, kept).label("net_kg"),
            summed(TicketClosing.dry_kg, kept).label("dry_kg"),
            summed(TicketClosing.net_kg, measured).label("sampled_kg"),
            summed(TicketClosing.net_kg * TicketClosing.moisture_permille, measured).label("water"),
            summed(1, and_(counts, TicketClosing.outcome == Outcome.SENT_BACK)).label("sent_back"),
            summed(1, TicketVoid.ticket_id.is_not(None)).label("void"),
            summed(1, and_(TicketClosing.ticket_id.is_(None), TicketVoid.ticket_id.is_(None))).label("open_now"),
        )
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(WeighTicket.business_day == day, WeighTicket.purpose != Purpose.PURCHASE, seen_by(scope))
        .group_by(WeighTicket.place_kind, WeighTicket.place_id)
    )
    return {
        (row.place_kind, row.place_id): DayNumbers(
            loads=int(row.loads),
            net_kg=int(row.net_kg),
            dry_kg=int(row.dry_kg),
            moisture_permille=mean_permille(int(row.water), int(row.sampled_kg)),
            sent_back=int(row.sent_back),
            void=int(row.void),
            open_now=int(row.open_now),
        )
        for row in rows
    }


def remarks_of_day(
    session: Session, scope: Scope | None, day: date, kinds: Sequence[str], *, limit: int
) -> Sequence[Any]:
    """Return the newest remarks of these kinds on the day's tickets that are not void."""
    return session.execute(
        select(
            TicketRemark.kind,
            TicketRemark.said,
            WeighTicket.number,
            WeighTicket.plate,
            WeighTicket.place_kind,
            WeighTicket.place_id,
            GateRecord.happened_at,
        )
        .join(WeighTicket, WeighTicket.id == TicketRemark.ticket_id)
        .join(GateRecord, GateRecord.id == TicketRemark.record_id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(
            WeighTicket.business_day == day,
            TicketRemark.kind.in_(kinds),
            TicketVoid.ticket_id.is_(None),
            seen_by(scope),
        )
        .order_by(GateRecord.happened_at.desc(), TicketRemark.record_id, TicketRemark.kind)
        .limit(limit)
    ).all()


def voids_asked(session: Session, scope: Scope | None) -> Sequence[Any]:
    """Return the tickets that wait for a second person to agree that they are void."""
    return session.execute(
        select(
            WeighTicket.number,
            WeighTicket.plate,
            WeighTicket.place_kind,
            WeighTicket.place_id,
            VoidRequest.reason,
            VoidRequest.asked_name,
            VoidRequest.asked_at,
        )
        .join(WeighTicket, WeighTicket.id == VoidRequest.ticket_id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(TicketVoid.ticket_id.is_(None), is_open_wish(), seen_by(scope))
        .order_by(VoidRequest.asked_at)
    ).all()


def tablets_seen(session: Session, scope: Scope | None) -> list[TabletSeen]:
    """Return the tablets and phones in use of the places whose devices concern whoever asks."""
    within = sent_from(scope, Device.place_kind, Device.place_id)
    devices = session.scalars(select(Device).where(Device.revoked_at.is_(None), within).order_by(Device.id)).all()
    ids = [device.id for device in devices]
    refused: dict[int, int] = dict(
        session.execute(
            select(RefusedRecord.device_id, func.count())
            .where(RefusedRecord.device_id.in_(ids), RefusedRecord.settled_at.is_(None))
            .group_by(RefusedRecord.device_id)
        ).all()
    )
    return [
        TabletSeen(
            device=device,
            last_number=numbers.last,
            missing_numbers=numbers.missing,
            refused=refused.get(device.id, 0),
        )
        for device in devices
        for numbers in [device_numbers(session.connection(), device.id)]
    ]


def ticket_by_number(session: Session, number: str, scope: Scope | None) -> WeighTicket | None:
    """The ticket, if there is one that whoever asks may see."""
    return session.scalar(select(WeighTicket).where(WeighTicket.number == number, seen_by(scope)))


def whole_ticket(session: Session, ticket: WeighTicket) -> WholeTicket:
    """Return all that is known of a ticket."""
    weighings = session.scalars(
        select(Weighing)
        .where(Weighing.ticket_id == ticket.id)
        .order_by(Weighing.weighed_at, Weighing.record_id)
        .options(undefer(Weighing.payload), undefer(Weighing.signature))
    ).all()
    closing = session.get(TicketClosing, ticket.id)
    field_count = session.get(FieldCount, ticket.id)
    samples = session.scalars(
        select(MoistureSample)
        .where(MoistureSample.ticket_id == ticket.id)
        .order_by(MoistureSample.sampled_at, MoistureSample.record_id)
    ).all()
    remarks = session.scalars(
        select(TicketRemark)
        .where(TicketRemark.ticket_id == ticket.id)
        .order_by(TicketRemark.record_id, TicketRemark.kind)
    ).all()
    requests = session.scalars(
        select(VoidRequest).where(VoidRequest.ticket_id == ticket.id).order_by(VoidRequest.asked_at)
    ).all()
    declines = session.scalars(select(VoidDecline).where(VoidDecline.ticket_id == ticket.id)).all()
    void = session.get(TicketVoid, ticket.id)
    reprints = session.scalars(
        select(TicketReprint).where(TicketReprint.ticket_id == ticket.id).order_by(TicketReprint.printed_at)
    ).all()
    stored_tare = session.get(Weighing, closing.stored_tare_id) if closing and closing.stored_tare_id else None
    parts: list[Any] = [ticket, *weighings, *samples, *remarks, *requests, *declines, *reprints]
    parts += [closing, field_count, void, stored_tare]
    record_ids = {part.record_id for part in parts if part is not None}
    records = session.scalars(
        select(GateRecord)
        .where(GateRecord.id.in_(record_ids))
        .order_by(GateRecord.happened_at, GateRecord.place_id, GateRecord.position)
    ).all()
    return WholeTicket(
        ticket=ticket,
        closing=closing,
        field_count=field_count,
        weighings=weighings,
        stored_tare=stored_tare,
        samples=samples,
        remarks=remarks,
        void_requests=requests,
        void_declines={it.request_id: it for it in declines},
        void=void,
        reprints=reprints,
        records=records,
        devices=_device_names(session, {record.device_id for record in records if record.device_id is not None}),
        replaces=_number(session, ticket.replaces),
        replaced_by=session.scalars(
            select(WeighTicket.number).where(WeighTicket.replaces == ticket.id).order_by(WeighTicket.opened_at)
        ).all(),
    )


def ticket_proof(session: Session, ticket: WeighTicket) -> TicketProof:
    """Return what the page behind a ticket's QR code shows."""
    row = ticket_rows(session, None, TicketFilters(number=ticket.number))[0]
    closing = session.get(TicketClosing, ticket.id)
    chain_record = session.get_one(GateRecord, closing.record_id if closing else ticket.record_id)
    return TicketProof(
        ticket=ticket,
        closing=closing,
        state=TicketState(row.state),
        marks=[mark for mark in marks_of(session, [row])[ticket.id] if mark not in _OWN_WORK],
        plate_end=ticket.plate[-_PLATE_SHOWN:],
        chain_record=chain_record,
        replaced_by=session.scalar(
            select(WeighTicket.number).where(WeighTicket.replaces == ticket.id).order_by(WeighTicket.opened_at).limit(1)
        ),
    )


def _device_names(session: Session, ids: set[int]) -> dict[int, str]:
    return dict(session.execute(select(Device.id, Device.name).where(Device.id.in_(ids))).all())


def _number(session: Session, ticket_id: str | None) -> str | None:
    return None if ticket_id is None else session.scalar(select(WeighTicket.number).where(WeighTicket.id == ticket_id))
