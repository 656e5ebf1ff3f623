"""Tickets and what belongs to them, written from records of the gate. Rows are only added: a ticket's state follows
from which of them exist. Masses are whole kilograms, moisture whole per mille, moments UTC."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, PrimaryKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import ADDED_LATER, Base
from app.intake.record_models import MAY_WAIT, Hash, Id, RecordId


class Purpose(StrEnum):
    INTAKE = "intake"  # from the field into a yard
    LINEHAUL_OUT = "linehaul_out"  # out of a yard, to a plant
    LINEHAUL_IN = "linehaul_in"  # from a yard, at the plant
    DIRECT_IN = "direct_in"  # from the field, at the plant (H13)
    PURCHASE = "purchase"  # bought from a farmer, at a recycling point (H19)


class Outcome(StrEnum):
    STORED = "stored"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    SENT_BACK = "sent_back"
    BOUGHT = "bought"


class WeightSource(StrEnum):
    SCALE = "scale"  # signed by the agent beside the scale
    TYPED = "typed"  # by hand, marked for ever


class WeighTicket(Base):
    """One load at one place; its number counts without gaps at that place on that day. `replaces`: a void ticket.

    What is bought comes without truck and bales: its `plate` and `bale_kind` are empty; `grower_id`: who sold it, where
    the register knows them."""

    __tablename__ = "weigh_ticket"
    __table_args__ = (
        UniqueConstraint("place_kind", "place_id", "business_day", "day_number"),
        Index(None, "business_day"),
        Index(None, "plate"),
        MAY_WAIT,
    )

    id: Mapped[str] = mapped_column(RecordId, primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"))
    number: Mapped[str] = mapped_column(Id, unique=True)
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(Id)
    business_day: Mapped[date]
    day_number: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(16))
    plate: Mapped[str] = mapped_column(String(16))
    truck_id: Mapped[str | None] = mapped_column(Id)
    driver: Mapped[str | None] = mapped_column(String(80))
    haul_day: Mapped[date | None]
    haul_id: Mapped[str | None] = mapped_column(Id)
    town_id: Mapped[str | None] = mapped_column(Id, index=True)
    field_ids: Mapped[list[str]] = mapped_column(JSON)
    grower: Mapped[str | None] = mapped_column(String(200))
    grower_id: Mapped[str | None] = mapped_column(Id, info=ADDED_LATER)
    body_id: Mapped[str | None] = mapped_column(Id, index=True)
    origin_yard_id: Mapped[str | None] = mapped_column(Id)
    destination_id: Mapped[str | None] = mapped_column(Id, index=True)
    material_id: Mapped[str] = mapped_column(Id)
    bale_kind: Mapped[str] = mapped_column(String(32))
    bales_declared: Mapped[int | None]
    approval_id: Mapped[str | None] = mapped_column(Id)
    replaces: Mapped[str | None] = mapped_column(ForeignKey("weigh_ticket.id"))
    opened_at: Mapped[datetime]


class FieldCount(Base):
    """The first of a direct haul's two records: the bales as the collecting body counted them at the field."""

    __tablename__ = "field_count"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("weigh_ticket.id"), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"))
    body_id: Mapped[str] = mapped_column(Id, index=True)
    plate: Mapped[str] = mapped_column(String(16))
    town_id: Mapped[str] = mapped_column(Id)
    field_ids: Mapped[list[str]] = mapped_column(JSON)
    bales: Mapped[int]
    photos: Mapped[list[str]] = mapped_column(JSON)
    counted_at: Mapped[datetime]


class Weighing(Base):
    """One truck on one scale, once. Without a ticket it is a stored tare. `payload` is what the agent signed;
    `is_trade`: the scale's verification was valid that day."""

    __tablename__ = "weighing"
    __table_args__ = (
        UniqueConstraint("scale_id", "nonce"),
        Index(None, "plate", "weighed_at"),
        MAY_WAIT,
    )

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("weigh_ticket.id"), index=True)
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(Id)
    plate: Mapped[str] = mapped_column(String(16))
    kg: Mapped[int]
    source: Mapped[str] = mapped_column(String(8))
    scale_id: Mapped[str | None] = mapped_column(Id)
    division_kg: Mapped[int | None]
    nonce: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[str | None] = mapped_column(Text, deferred=True)
    signature: Mapped[str | None] = mapped_column(String(128), deferred=True)
    is_trade: Mapped[bool]
    # Of the scale's verification that was in force.
    certificate_number: Mapped[str | None] = mapped_column(String(64), info=ADDED_LATER)
    typed_reason: Mapped[str | None] = mapped_column(String(500))
    photos: Mapped[list[str]] = mapped_column(JSON)
    weighed_at: Mapped[datetime]


class MoistureSample(Base):
    """Readings of one load; where there are several samples the last one counts. `readings`: bale and per mille."""

    __tablename__ = "moisture_sample"
    __table_args__ = MAY_WAIT

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("weigh_ticket.id"), index=True)
    meter_id: Mapped[str | None] = mapped_column(Id)
    readings: Mapped[list[list[int]]] = mapped_column(JSON)
    mean_permille: Mapped[int]
    spread_permille: Mapped[int]
    highest_permille: Mapped[int]
    acceptance: Mapped[str] = mapped_column(String(16))
    sampled_at: Mapped[datetime]


class TicketClosing(Base):
    """How a load ended: what it weighed, what of it counts as dry straw, and by which rule. `signature`: that of
    whoever brought it; of a purchase both sign, on a screen or on the paper with `paper_number`."""

    __tablename__ = "ticket_closing"
    __table_args__ = MAY_WAIT

    ticket_id: Mapped[str] = mapped_column(ForeignKey("weigh_ticket.id"), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(16))
    gross_kg: Mapped[int | None]
    tare_kg: Mapped[int | None]
    net_kg: Mapped[int]
    stored_tare_id: Mapped[str | None] = mapped_column(RecordId)
    is_estimated: Mapped[bool]
    uncertainty_kg: Mapped[int]
    bales: Mapped[int]
    moisture_permille: Mapped[int | None]
    sample_id: Mapped[str | None] = mapped_column(RecordId)
    dry_method: Mapped[str] = mapped_column(String(8))
    dry_kg: Mapped[int]
    acceptance: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(500))
    signature: Mapped[str | None] = mapped_column(Hash)
    photos: Mapped[list[str]] = mapped_column(JSON)
    is_trade: Mapped[bool]
    closed_at: Mapped[datetime]
    # Of a purchase.
    is_recyclable: Mapped[bool | None] = mapped_column(info=ADDED_LATER)
    point_signature: Mapped[str | None] = mapped_column(Hash, info=ADDED_LATER)
    paper_number: Mapped[str | None] = mapped_column(String(64), info=ADDED_LATER)


class VoidRequest(Base):
    """Somebody asks that a ticket be void; another person has to agree."""

    __tablename__ = "void_request"

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("weigh_ticket.id"), index=True)
    asked_by: Mapped[int | None]
    asked_name: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime]


class VoidDecline(Base):
    """A wish that a ticket be void, declined by a second person: the ticket stays, and somebody may ask anew."""

    __tablename__ = "void_decline"

    request_id: Mapped[str] = mapped_column(ForeignKey("void_request.record_id"), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"))
    ticket_id: Mapped[str] = mapped_column(ForeignKey("weigh_ticket.id"), index=True)
    declined_by: Mapped[int]
    declined_name: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(String(500))
    declined_at: Mapped[datetime]


class TicketVoid(Base):
    """A ticket that counts no more, because two people say so. Its number stays."""

    __tablename__ = "ticket_void"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("weigh_ticket.id"), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"))
    request_id: Mapped[str] = mapped_column(ForeignKey("void_request.record_id"))
    agreed_by: Mapped[int]
    agreed_name: Mapped[str] = mapped_column(String(255))
    voided_at: Mapped[datetime]


class TicketReprint(Base):
    """A ticket that was printed once more; its first print is no record."""

    __tablename__ = "ticket_reprint"

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("weigh_ticket.id"), index=True)
    printed_by: Mapped[int | None]
    printed_name: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str | None] = mapped_column(String(500))
    printed_at: Mapped[datetime]


class TicketRemark(Base):
    """Something about a ticket that somebody should know (`app.intake.remarks`)."""

    __tablename__ = "ticket_remark"
    __table_args__ = (PrimaryKeyConstraint("record_id", "kind"), MAY_WAIT)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"))
    kind: Mapped[str] = mapped_column(String(32))
    ticket_id: Mapped[str] = mapped_column(ForeignKey("weigh_ticket.id"), index=True)
    said: Mapped[dict[str, Any]] = mapped_column(JSON)


class ScaleAgent(Base):
    """The program beside a scale that signs its weights; the newest that is not revoked counts. `code_digest`: of the
    code with which it can still enrol."""

    __tablename__ = "scale_agent"

    id: Mapped[int] = mapped_column(primary_key=True)
    scale_id: Mapped[str] = mapped_column(ForeignKey("scale.scale_id"), index=True)
    code_digest: Mapped[str] = mapped_column(Hash, unique=True)
    code_expires_at: Mapped[datetime]
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    enrolled_at: Mapped[datetime | None]
    public_key: Mapped[str | None] = mapped_column(String(64))
    addresses: Mapped[list[str]] = mapped_column(JSON, default=list)
    revoked_at: Mapped[datetime | None]
