"""Stacks and what is known of them. Only `bale_stack` is changed; everything else is added from records of the gate and
stays. Bales are whole, masses whole kilograms, moisture whole per mille, moments UTC."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, Double, ForeignKey, Index, PrimaryKeyConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.intake.record_models import MAY_WAIT, Id

# Where bales come from and go to beside stacks. A stack's id has a hyphen, so it is none of these.
GATE: Final = "gate"  # onto a truck or off one
COUNT: Final = "count"  # found to be there, or not, when the bales were counted
DRYING: Final = "drying"  # what a stack weighed more or less than its bales, seen when the last of them was gone


class StackKind(StrEnum):
    """Which loads a stack is for, as the classes of acceptance; any of them."""

    STACK_FREELY = "stack_freely"
    STACK_APART = "stack_apart"
    HOT_LANE = "hot_lane"
    ANY = "any"


class WatchEvent(StrEnum):
    BEGIN = "begin"
    END = "end"
    ROUND = "round"


class BaleStack(Base):
    """A place for bales. The rectangle lies in the yard's own picture: metres from its upper left corner. `drawing_id`:
    what it is called in the yard's drawing, where it came from one."""

    __tablename__ = "bale_stack"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    stack_id: Mapped[str] = mapped_column(Id, unique=True)
    yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    x_m: Mapped[float] = mapped_column(Double)
    y_m: Mapped[float] = mapped_column(Double)
    width_m: Mapped[float] = mapped_column(Double)
    length_m: Mapped[float] = mapped_column(Double)
    most_bales: Mapped[int]
    drawing_id: Mapped[str | None] = mapped_column(String(80))


class StockTransfer(Base):
    """Bales and their mass from one account to another. A correction is a transfer that goes back (`reverses`).

    From and to the gate and between stacks all three figures are at least 0; those from COUNT and DRYING may be below.
    What came into the yard goes along with the bales from stack to stack: its moisture (mean and highest of a load),
    since when it is there, and until when it has to leave.
    """

    __tablename__ = "stock_transfer"
    __table_args__ = (Index(None, "yard_id", "business_day"), Index(None, "ticket_id"), MAY_WAIT)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), index=True)
    yard_id: Mapped[str] = mapped_column(Id)
    business_day: Mapped[date]
    happened_at: Mapped[datetime]
    from_account: Mapped[str] = mapped_column(Id, index=True)
    to_account: Mapped[str] = mapped_column(Id, index=True)
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("weigh_ticket.id"))
    bales: Mapped[int]
    kg: Mapped[int]
    dry_kg: Mapped[int]
    moisture_permille: Mapped[int | None]
    highest_permille: Mapped[int | None]
    since: Mapped[datetime | None]
    ship_by: Mapped[datetime | None]
    reverses: Mapped[int | None] = mapped_column(ForeignKey("stock_transfer.id"), unique=True)


class StackCare(Base):
    """A stack was covered, or its cover taken off; the last entry holds."""

    __tablename__ = "stack_care"
    __table_args__ = (Index(None, "stack_id", "noted_at"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    yard_id: Mapped[str] = mapped_column(Id)
    stack_id: Mapped[str] = mapped_column(ForeignKey("bale_stack.stack_id"))
    covered: Mapped[bool]
    noted_at: Mapped[datetime]
    noted_by: Mapped[str] = mapped_column(String(255))


class StockCount(Base):
    """How many bales somebody counted in a stack, and how many there should have been then. Where the two differ,
    transfers from COUNT of the same record say so too."""

    __tablename__ = "stock_count"
    __table_args__ = (PrimaryKeyConstraint("record_id", "stack_id"), Index(None, "yard_id", "business_day"))

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"))
    stack_id: Mapped[str] = mapped_column(ForeignKey("bale_stack.stack_id"))
    yard_id: Mapped[str] = mapped_column(Id)
    business_day: Mapped[date]
    counted_bales: Mapped[int]
    reckoned_bales: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(500))
    counted_at: Mapped[datetime]
    counted_by: Mapped[str] = mapped_column(String(255))


class DayClosing(Base):
    """A yard's day as it was when somebody closed it, or wanted to: without an explanation of what does not add up
    it stays open (`is_closed`). Later records change nothing here.

    opening + in - out + adjusted = closing, of the yard here and of each stack in `stacks`. `questions`: what had to be
    explained. `last_transfer_id`: the newest transfer of the yard that was known.
    """

    __tablename__ = "day_closing"
    __table_args__ = (
        Index(
            "uq_day_closing_closed",
            "yard_id",
            "day",
            unique=True,
            sqlite_where=text("is_closed"),
            postgresql_where=text("is_closed"),
        ),
    )

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    yard_id: Mapped[str] = mapped_column(Id)
    day: Mapped[date]
    is_closed: Mapped[bool]
    opening_bales: Mapped[int]
    opening_kg: Mapped[int]
    opening_dry_kg: Mapped[int]
    in_bales: Mapped[int]
    in_kg: Mapped[int]
    in_dry_kg: Mapped[int]
    out_bales: Mapped[int]
    out_kg: Mapped[int]
    out_dry_kg: Mapped[int]
    adjusted_bales: Mapped[int]
    adjusted_kg: Mapped[int]
    adjusted_dry_kg: Mapped[int]
    closing_bales: Mapped[int]
    closing_kg: Mapped[int]
    closing_dry_kg: Mapped[int]
    stacks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    explanation: Mapped[str | None] = mapped_column(String(500))
    last_transfer_id: Mapped[int]
    closed_by: Mapped[int | None]
    closed_name: Mapped[str] = mapped_column(String(255))
    closed_at: Mapped[datetime]


class WatchEntry(Base):
    """The watch of a yard: somebody begins, ends, or has gone round (H30, H39)."""

    __tablename__ = "watch_entry"
    __table_args__ = (Index(None, "yard_id", "business_day"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    yard_id: Mapped[str] = mapped_column(Id)
    business_day: Mapped[date]
    event: Mapped[str] = mapped_column(String(8))
    note: Mapped[str | None] = mapped_column(String(500))
    watcher_id: Mapped[int | None]
    watcher_name: Mapped[str] = mapped_column(String(255))
    noted_at: Mapped[datetime]
