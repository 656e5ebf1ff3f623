"""Towns' claims for the city's subsidy. Rows are only added, but for what a claim holds of tickets: that is given up
when the claim is returned, and never once it is paid (triggers of the migration)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, PrimaryKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base

Id = String(64)
Id32 = String(32)
Hash = String(64)
TicketId = String(36)
_Reason = String(500)
_Name = String(255)


class ClaimStep(StrEnum):
    """What somebody did to a claim; its state is called by the last of them."""

    DRAFTED = "drafted"
    CONFIRMED = "confirmed"  # by the town: from here on it holds its tickets
    CHECKED = "checked"  # by the city
    APPROVED = "approved"
    PAID = "paid"
    RETURNED = "returned"  # with reasons; the town mends it and confirms it again, or withdraws it
    WITHDRAWN = "withdrawn"


class HeldAs(StrEnum):
    """For what a claim holds a ticket."""

    CLAIMED = "claimed"
    CORRECTED = "corrected"  # it was void, or found false, after it was paid, and is taken off this claim


class SubsidyClaim(Base):
    """What a town claims for what it collected of a stream in some days, both included."""

    __tablename__ = "subsidy_claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[str] = mapped_column(Id, index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    stream: Mapped[str] = mapped_column(Id32, server_default="straw")


class ClaimNumber(Base):
    """The number that a claim has from its first confirmation on; `year_number` counts without gaps."""

    __tablename__ = "claim_number"
    __table_args__ = (UniqueConstraint("year", "year_number"),)

    claim_id: Mapped[int] = mapped_column(ForeignKey("subsidy_claim.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    year: Mapped[int]
    year_number: Mapped[int]


class ClaimYear(Base):
    """The last number of a year; whoever confirms a claim locks its row first."""

    __tablename__ = "claim_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class ClaimEvent(Base):
    """A step of a claim. `version`: of the text that it speaks of, 0 before there is one."""

    __tablename__ = "claim_event"
    __table_args__ = (UniqueConstraint("claim_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("subsidy_claim.id"))
    position: Mapped[int]
    step: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    said: Mapped[str | None] = mapped_column(_Reason)
    paid_on: Mapped[date | None]
    payment_reference: Mapped[str | None] = mapped_column(String(100))
    taken_by: Mapped[int | None]
    taken_name: Mapped[str] = mapped_column(_Name)
    taken_at: Mapped[datetime] = mapped_column(default=now)


class ClaimText(Base):
    """What a claim said when the town confirmed it, in one way of writing it, and its sums. `dry_kg`: what counts, dry
    straw or what was bought."""

    __tablename__ = "claim_text"
    __table_args__ = (PrimaryKeyConstraint("claim_id", "version"),)

    claim_id: Mapped[int] = mapped_column(ForeignKey("subsidy_claim.id"))
    version: Mapped[int]
    tickets: Mapped[int]
    dry_kg: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text, deferred=True)
    text_hash: Mapped[str] = mapped_column(Hash)


class ClaimedTicket(Base):
    """A ticket that a claim holds: of all claims one at most, and one at most that takes it back. What it counts with
    there stands beside it, less than 0 where it is taken back."""

    __tablename__ = "claimed_ticket"
    __table_args__ = (PrimaryKeyConstraint("ticket_id", "held_as"),)

    ticket_id: Mapped[str] = mapped_column(TicketId, ForeignKey("weigh_ticket.id"))
    held_as: Mapped[str] = mapped_column(String(16))
    claim_id: Mapped[int] = mapped_column(ForeignKey("subsidy_claim.id"), index=True)
    dry_kg: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(BigInteger)


class StubbleInspection(Base):
    """Somebody looked at a field after the harvest (H7). `id` is the form's own, so that it is kept once however often
    it is sent; `readings_mm`: the height of the stubble at several places; of several inspections the newest counts."""

    __tablename__ = "stubble_inspection"

    id: Mapped[str] = mapped_column(TicketId, primary_key=True)
    field_id: Mapped[str] = mapped_column(Id, index=True)
    town_id: Mapped[str] = mapped_column(Id, index=True)
    inspected_on: Mapped[date]
    readings_mm: Mapped[list[int]] = mapped_column(JSON)
    is_removed: Mapped[bool]
    photos: Mapped[list[str]] = mapped_column(JSON)
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    note: Mapped[str | None] = mapped_column(_Reason)
    inspected_by: Mapped[int | None]
    inspected_name: Mapped[str] = mapped_column(_Name)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class DistributionFormula(Base):
    """How a town divides what it gets, from a day on; of several from one day the newest counts."""

    __tablename__ = "distribution_formula"

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[str] = mapped_column(Id, index=True)
    valid_from: Mapped[date]
    base_fen_per_t: Mapped[int]
    bonus_per: Mapped[str] = mapped_column(String(8))
    bonus_fen: Mapped[int]
    reason: Mapped[str] = mapped_column(_Reason)
    set_by: Mapped[int | None]
    set_name: Mapped[str] = mapped_column(_Name)
    set_at: Mapped[datetime] = mapped_column(default=now)


class ClaimDistribution(Base):
    """How the amount of a paid claim was divided, once and for good; `text` in one way of writing it."""

    __tablename__ = "claim_distribution"

    claim_id: Mapped[int] = mapped_column(ForeignKey("subsidy_claim.id"), primary_key=True)
    formula_id: Mapped[int] = mapped_column(ForeignKey("distribution_formula.id"))
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(Hash)
    decided_by: Mapped[int | None]
    decided_name: Mapped[str] = mapped_column(_Name)
    decided_at: Mapped[datetime] = mapped_column(default=now)


class FieldBonus(Base):
    """A field whose removed stubble was rewarded by the mu, with a claim: an inspection is rewarded once."""

    __tablename__ = "field_bonus"

    inspection_id: Mapped[str] = mapped_column(ForeignKey("stubble_inspection.id"), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim_distribution.claim_id"), index=True)
    field_id: Mapped[str] = mapped_column(Id, index=True)
    inspected_on: Mapped[date]
