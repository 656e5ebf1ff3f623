"""The data of an invoice, from a statement: a line for what was delivered, one for what was corrected. A true-up has a
statement and so an invoice of its own, a red-letter one where it is below 0. Nothing here commits."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.invoices.models import InvoiceParty, IssuedInvoice, RedLetterInvoice
from app.billing.invoices.parties import parties
from app.billing.ledger.models import EntryKind
from app.billing.statements.models import Statement
from app.billing.statements.papers import said_by
from app.clock import business_day
from app.errors import BAD_INVOICE_NUMBER, INVOICE_KNOWN, NO_SUCH_THING, TAKE_BACK_FIRST, Refusal
from yard_rules.rounding import whole_fen
from yard_rules.rulebook import Figure, rulebook

# 1-2 the year, 3-4 the province, 5 the channel, 6-20 a serial number; there is no check digit.
_NUMBER: Final = re.compile(r"(\d{2})(\d{2})\d{16}", re.ASCII)
_ODD_DAYS: Final = timedelta(days=1)
_KG_PER_T: Final = 1000
_WHOLE_PERMILLE: Final = 1000
_PRICE_PLACES: Final = Decimal("0.00000001")


class InvoiceFault(StrEnum):
    """Why no invoice can be made of a statement."""

    NO_COMPANY = "no_company"
    NO_PLANT = "no_plant"
    REPLACED = "replaced"
    NOTHING = "nothing"
    RED_LETTER = "red_letter"  # below 0: a red-letter invoice takes back an earlier one
    MADE = "made"
    TAKE_BACK = "take_back"  # the statement that this one replaces was invoiced


class InvoiceItem(StrEnum):
    """What a line of an invoice is for."""

    FEE = "fee"
    DIFFERENCES = "differences"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """`amount_fen` includes the tax of `tax_fen`; `price_yuan` is what a tonne comes to, tax included."""

    item: InvoiceItem
    quantity_t: Decimal | None
    price_yuan: Decimal | None
    amount_fen: int
    tax_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceData:
    """What the platform needs to make an invoice; `faults`: all that keeps it from being made. `to_take_back`: invoices
    of statements that hold no more, whose amounts stand in the one that holds. `corrects`: of a true-up, the invoices
    in which its deliveries stand."""

    statement_number: str
    month: str
    seller: InvoiceParty | None
    buyer: InvoiceParty | None
    lines: tuple[InvoiceLine, ...]
    tax_rate: Figure
    faults: tuple[InvoiceFault, ...]
    made: IssuedInvoice | None
    to_take_back: tuple[IssuedInvoice, ...]
    corrects: tuple[IssuedInvoice, ...]

    @property
    def amount_fen(self) -> int:
        """With tax."""
        return sum(it.amount_fen for it in self.lines)

    @property
    def tax_fen(self) -> int:
        return sum(it.tax_fen for it in self.lines)


def invoice_data(session: Session, statement: Statement) -> InvoiceData:
    """Return what an invoice of the statement would say: what was charged in its month, not what was brought forward,
    paid, or stands on the statement of a true-up; of a true-up its difference."""
    known, said = parties(session), said_by(statement)
    rate = rulebook("invoices").figure("tax_permille", statement.month)
    lines = _lines(said, rate.value)
    amount_fen = sum(it.amount_fen for it in lines)
    made = session.scalar(select(IssuedInvoice).where(IssuedInvoice.statement_number == statement.number))
    replaced = session.scalar(select(Statement.number).where(Statement.replaces == statement.number))
    earlier = _not_taken_back(session, statement.replaces)
    found = {
        InvoiceFault.NO_COMPANY: None not in known,
        InvoiceFault.NO_PLANT: statement.plant_id not in known,
        InvoiceFault.REPLACED: replaced is not None,
        InvoiceFault.NOTHING: amount_fen == 0,
        InvoiceFault.RED_LETTER: amount_fen < 0 and not statement.is_correction,
        InvoiceFault.MADE: made is not None,
        InvoiceFault.TAKE_BACK: bool(earlier),
    }
    return InvoiceData(
        statement_number=statement.number,
        month=said["month"],
        seller=known.get(None),
        buyer=known.get(statement.plant_id),
        lines=lines,
        tax_rate=rate,
        faults=tuple(fault for fault, is_so in found.items() if is_so),
        made=made,
        to_take_back=tuple(earlier if replaced is None else _not_taken_back(session, statement.number)),
        corrects=_corrected(session, statement, said),
    )


def note_invoice(session: Session, statement: Statement, number: str, issued_on: date) -> IssuedInvoice:
    """Keep which invoice the platform made. Raises Refusal for a number that cannot be one of that day, where either
    has another already, or while an invoice of a statement that this one replaces is not taken back."""
    _refuse_number(session, number, issued_on, earliest=statement.month)
    taken = select(IssuedInvoice.number).where(IssuedInvoice.statement_number == statement.number)
    if session.scalar(taken) is not None:
        raise Refusal(INVOICE_KNOWN, [number])
    if earlier := _not_taken_back(session, statement.replaces):
        raise Refusal(TAKE_BACK_FIRST, [it.number for it in earlier])
    invoice = IssuedInvoice(
        number=number, statement_number=statement.number, issued_on=issued_on, entered_name=acting_now().name[:255]
    )
    session.add(invoice)
    session.flush()
    said = {"statement": statement.number, "issued_on": issued_on.isoformat()}
    record(session, what="invoice.noted", subject_kind="invoice", subject_id=number, after=said)
    return invoice


def note_red_letter(session: Session, statement: Statement, invoice_number: str, number: str, issued_on: date) -> None:
    """Keep which red-letter invoice took back the whole of an invoice. Raises Refusal where the statement has no such
    invoice to be taken back, or for a number that is known or cannot be one of that day."""
    waiting = {it.number: it for it in invoice_data(session, statement).to_take_back}
    if invoice_number not in waiting:
        raise Refusal(NO_SUCH_THING, [invoice_number])
    _refuse_number(session, number, issued_on, earliest=waiting[invoice_number].issued_on)
    session.add(
        RedLetterInvoice(
            number=number, invoice_number=invoice_number, issued_on=issued_on, entered_name=acting_now().name[:255]
        )
    )
    session.flush()
    said = {"red_letter": number, "issued_on": issued_on.isoformat()}
    record(session, what="invoice.taken_back", subject_kind="invoice", subject_id=invoice_number, after=said)


def _not_taken_back(session: Session, statement_number: str | None) -> list[IssuedInvoice]:
    """Return the invoices of a statement, and of those that it took the place of, that no red-letter one takes back."""
    numbers = []
    while statement_number is not None:
        numbers.append(statement_number)
        statement_number = session.scalar(select(Statement.replaces).where(Statement.number == statement_number))
    return list(standing_invoices(session, numbers))


def standing_invoices(session: Session, statement_numbers: Collection[str]) -> Sequence[IssuedInvoice]:
    """Return the invoices of these statements that no red-letter one takes back."""
    return session.scalars(
        select(IssuedInvoice)
        .outerjoin(RedLetterInvoice, RedLetterInvoice.invoice_number == IssuedInvoice.number)
        .where(IssuedInvoice.statement_number.in_(statement_numbers), RedLetterInvoice.number.is_(None))
        .order_by(IssuedInvoice.statement_number)
    ).all()


def _corrected(session: Session, statement: Statement, said: Mapping[str, Any]) -> tuple[IssuedInvoice, ...]:
    """The invoices that stand, of months in which the deliveries of a true-up were charged."""
    if not statement.is_correction:
        return ()
    months = {date.fromisoformat(f"{it['charged_in']}-01") for it in said["lines"]}
    return tuple(
        session.scalars(
            select(IssuedInvoice)
            .join(Statement, Statement.number == IssuedInvoice.statement_number)
            .outerjoin(RedLetterInvoice, RedLetterInvoice.invoice_number == IssuedInvoice.number)
            .where(
                Statement.plant_id == statement.plant_id,
                Statement.month.in_(months),
                Statement.number != statement.number,
                RedLetterInvoice.number.is_(None),
            )
            .order_by(Statement.number)
        )
    )


def _refuse_number(session: Session, number: str, issued_on: date, *, earliest: date) -> None:
    found = _NUMBER.fullmatch(number)
    year_fits = found is not None and abs(int(found[1]) - issued_on.year % 100) <= 1
    if not year_fits or not earliest <= issued_on <= business_day() + _ODD_DAYS:
        raise Refusal(BAD_INVOICE_NUMBER, [number])
    if session.get(IssuedInvoice, number) is not None or session.get(RedLetterInvoice, number) is not None:
        raise Refusal(INVOICE_KNOWN, [number])


def _lines(said: Mapping[str, Any], tax_permille: Decimal) -> tuple[InvoiceLine, ...]:
    lines = [] if said.get("is_correction") else [it for it in said["lines"] if not it.get("statement")]
    charged = [it for it in lines if it["kind"] == EntryKind.CHARGE]
    others = [it for it in lines if it["kind"] != EntryKind.CHARGE and not it["is_payment"]]
    if said.get("is_correction"):
        others = [said]
    found = []
    for item, entries in ((InvoiceItem.FEE, charged), (InvoiceItem.DIFFERENCES, others)):
        amount_fen = sum(it["amount_fen"] for it in entries)
        if not amount_fen:
            continue
        kg = sum(it["kg"] for it in entries) if item is InvoiceItem.FEE else 0
        quantity_t = Decimal(kg) / _KG_PER_T if kg else None
        price = None if quantity_t is None else Decimal(amount_fen) / 100 / quantity_t
        found.append(
            InvoiceLine(
                item=item,
                quantity_t=quantity_t,
                price_yuan=None if price is None else price.quantize(_PRICE_PLACES, ROUND_HALF_UP),
                amount_fen=amount_fen,
                tax_fen=whole_fen(Decimal(amount_fen) / 100 * tax_permille / (_WHOLE_PERMILLE + tax_permille)),
            )
        )
    return tuple(found)
