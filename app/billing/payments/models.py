"""What came to the bank and went back to plants, and what was made of it. Rows are only added; amounts are whole
fen."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base
from app.intake.record_models import RecordId

Hash = String(64)


class BankFile(Base):
    """A bank's list of movements that was taken in; `digest`: of its bytes."""

    __tablename__ = "bank_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(Hash, unique=True)
    name: Mapped[str] = mapped_column(String(255))
    lines: Mapped[int]
    taken_in_name: Mapped[str] = mapped_column(String(255))
    taken_in_at: Mapped[datetime] = mapped_column(default=now)


class BankLine(Base):
    """Money that came in, or less than 0 where it went out. `line_key`: the bank's own number, or what tells the line
    from others; the same line of two files is one. `bank_file_id` is empty where a person typed it in."""

    __tablename__ = "bank_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_key: Mapped[str] = mapped_column(String(80), unique=True)
    bank_file_id: Mapped[int | None] = mapped_column(ForeignKey("bank_file.id"))
    paid_on: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    payer: Mapped[str] = mapped_column(String(200))
    said: Mapped[str] = mapped_column(String(500))
    bank_number: Mapped[str | None] = mapped_column(String(64))
    entered_name: Mapped[str] = mapped_column(String(255))
    entered_at: Mapped[datetime] = mapped_column(default=now)


class MatchKind(StrEnum):
    PLANT = "plant"  # a plant's payment
    OTHER = "other"  # nothing of ours: interest, a mistake of the bank's
    SAME = "same"  # the same money as a payment that was typed in, which stands in the ledger
    UNDONE = "undone"  # what was said before does not hold


class BankMatch(Base):
    """Whose payment a line is: the last one holds. `entry_id`: its entry in the ledger, of one that is undone the entry
    that took it back. `statement_number`: what it pays, where it says so."""

    __tablename__ = "bank_match"

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    plant_id: Mapped[str | None] = mapped_column(String(64), index=True)
    statement_number: Mapped[str | None] = mapped_column(ForeignKey("plant_statement.number"))
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    made_by: Mapped[int | None]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)


class TypedMatch(Base):
    """Which payment that was typed in a line of the bank's confirms; of a match of the kind `SAME`."""

    __tablename__ = "typed_match"

    match_id: Mapped[int] = mapped_column(ForeignKey("bank_match.id"), primary_key=True, autoincrement=False)
    typed_line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), index=True)


class UndoWish(Base):
    """Somebody wishes that a payment in a closed month be taken back; it waits while `match_id` is the last that was
    said of its line, and nobody has declined it, until another person agrees."""

    __tablename__ = "undo_wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("bank_match.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int | None]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)


class UndoDecline(Base):
    """Somebody declined such a wish, and why; it can be wished again."""

    __tablename__ = "undo_decline"

    wish_id: Mapped[int] = mapped_column(ForeignKey("undo_wish.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int | None]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)


class RefundWish(Base):
    """Somebody says that money which went out is a refund to a plant; it waits until another person answers."""

    __tablename__ = "refund_wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), index=True)
    plant_id: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int | None]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)


class RefundAnswer(Base):
    """What became of such a wish: another person agreed, or somebody declined it with a reason."""

    __tablename__ = "refund_answer"

    wish_id: Mapped[int] = mapped_column(ForeignKey("refund_wish.id"), primary_key=True, autoincrement=False)
    is_agreed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(500))
    made_by: Mapped[int | None]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)


class PayoutWish(Base):
    """Somebody says that a recycling point, or whoever recycles, was paid for purchases; it waits until another person
    answers. What is posted of it is about this `id`."""

    __tablename__ = "payout_wish"

    id: Mapped[str] = mapped_column(RecordId, primary_key=True)
    payee: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(100))
    made_by: Mapped[int | None]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)


class PayoutAnswer(Base):
    """What became of such a wish: another person agreed, or somebody declined it with a reason."""

    __tablename__ = "payout_answer"

    wish_id: Mapped[str] = mapped_column(ForeignKey("payout_wish.id"), primary_key=True)
    is_agreed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(500))
    made_by: Mapped[int | None]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)


class PaymentReminder(Base):
    """A plant was reminded of what it owes; `open_from`: the oldest month of which something was open. `months`: what
    the letter says of each (month, open_fen, due_on, papers); empty of letters that said only the sum."""

    __tablename__ = "payment_reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    plant_id: Mapped[str] = mapped_column(String(64), index=True)
    reminder: Mapped[int]
    overdue_fen: Mapped[int] = mapped_column(BigInteger)
    open_from: Mapped[date]
    pay_until: Mapped[date]
    months: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    made_on: Mapped[date]
    made_name: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)
