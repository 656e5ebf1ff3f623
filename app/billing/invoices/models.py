"""Who pays and who is paid, as papers about money name them; which invoices were made. Rows are only added."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base

Number = String(20)


class InvoiceParty(Base):
    """A plant, or the franchise company where `plant_id` is empty; the last row of each holds. `credit_code`: the
    unified social credit code, which is the tax number (GB 32100-2015)."""

    __tablename__ = "invoice_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    plant_id: Mapped[str | None] = mapped_column(String(64), index=True)
    legal_name: Mapped[str] = mapped_column(String(200))
    credit_code: Mapped[str] = mapped_column(String(18))
    address: Mapped[str] = mapped_column(String(300))
    bank_name: Mapped[str] = mapped_column(String(200))
    bank_account: Mapped[str] = mapped_column(String(40))
    entered_name: Mapped[str] = mapped_column(String(255))
    entered_at: Mapped[datetime] = mapped_column(default=now)


class IssuedInvoice(Base):
    """The invoice that the platform made of a statement. `number`: its 20 digits."""

    __tablename__ = "issued_invoice"

    number: Mapped[str] = mapped_column(Number, primary_key=True)
    statement_number: Mapped[str] = mapped_column(ForeignKey("plant_statement.number"), unique=True)
    issued_on: Mapped[date]
    entered_name: Mapped[str] = mapped_column(String(255))
    entered_at: Mapped[datetime] = mapped_column(default=now)


class RedLetterInvoice(Base):
    """The invoice that the platform made to take back a whole one, whose statement another took the place of."""

    __tablename__ = "red_letter_invoice"

    number: Mapped[str] = mapped_column(Number, primary_key=True)
    invoice_number: Mapped[str] = mapped_column(ForeignKey("issued_invoice.number"), unique=True)
    issued_on: Mapped[date]
    entered_name: Mapped[str] = mapped_column(String(255))
    entered_at: Mapped[datetime] = mapped_column(default=now)
