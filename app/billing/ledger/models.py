"""The rows of the ledger of money. They are only added; amounts are whole fen, masses whole kilograms, moments UTC."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base

Id = String(64)
Hash = String(64)


# What an entry about a movement of the bank is about.
PAYMENT_SUBJECT = "payment"
# And what was paid for purchases, to a recycling point or a recycler.
PAYOUT_SUBJECT = "payout"


class EntryKind(StrEnum):
    CHARGE = "charge"  # what a plant owes for a delivery
    CORRECTION = "correction"  # the difference after another weight or price
    TRUE_UP = "true_up"  # the difference when the final price is fixed
    REVERSAL = "reversal"  # takes back a whole entry
    PAYMENT = "payment"
    REFUND = "refund"  # what went back to a plant of what it had paid too much
    SUBSIDY = "subsidy"  # what the city owes a town for an approved claim
    PURCHASE = "purchase"  # what a recycling point paid a farmer and gets for it, and who bears that


# Entries that say what something costs once they are posted.
COSTED = (EntryKind.CHARGE, EntryKind.CORRECTION, EntryKind.TRUE_UP)


class LedgerEntry(Base):
    """Something that happened to money; its lines add up to nothing. `id` is the maker's own, `body_hash` what it said
    with it: the same again is the same entry. `day`: when it happened; `month`: in whose books it stands (its first
    day), later than the day's where that was closed. `reverses`: the entry that it takes back; `corrects`: the one
    whose difference it is."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index(None, "subject_kind", "subject_id"), Index(None, "month"))

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(Id, unique=True)
    body_hash: Mapped[str] = mapped_column(Hash)
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    month: Mapped[date]
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(Id)
    reverses: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    corrects: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.id"))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime]
    actor_name: Mapped[str] = mapped_column(String(255))
    previous_hash: Mapped[str] = mapped_column(Hash, unique=True)
    entry_hash: Mapped[str] = mapped_column(Hash)


class LedgerLine(Base):
    """What an entry does to an account: more than 0 fen is owed to us or ours (debit), less is owed by us or earned."""

    __tablename__ = "ledger_line"
    __table_args__ = (Index(None, "account", "entry_number"),)

    entry_number: Mapped[int] = mapped_column(ForeignKey("ledger_entry.number"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(String(100))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    kg: Mapped[int]


class LedgerHead(Base):
    """The one row that says where the chain ends; whoever adds to it locks it first."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(Hash)


class MonthEventKind(StrEnum):
    CLOSED = "closed"
    REOPEN_ASKED = "reopen_asked"
    REOPEN_DECLINED = "reopen_declined"
    REOPENED = "reopened"


class MonthEvent(Base):
    """A month was closed or opened again, which takes two people. `last_number`, `last_hash`: the ledger's end then."""

    __tablename__ = "ledger_month_event"
    __table_args__ = (Index(None, "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(500))
    last_number: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(Hash)
    made_by: Mapped[int | None]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime]
