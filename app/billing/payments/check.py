"""Payments computed again: every movement of the bank that is a plant's stands in the ledger with its amount, once."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.billing.ledger.accounts import COMPANY_BANK
from app.billing.ledger.models import PAYMENT_SUBJECT, PAYOUT_SUBJECT, LedgerEntry, LedgerLine
from app.billing.ledger_check import MoneyFault
from app.billing.payments.alike import typed_lines
from app.billing.payments.models import (
    BankLine,
    BankMatch,
    MatchKind,
    PayoutAnswer,
    PayoutWish,
    RefundAnswer,
    RefundWish,
)


def first_payment_fault(session: Session) -> MoneyFault | None:
    """Return the first movement of the bank of which the ledger says something else, None if all is well."""
    posted: defaultdict[str, int] = defaultdict(int)
    rows = session.execute(
        select(LedgerEntry.subject_id, LedgerLine.amount_fen)
        .join(LedgerLine, LedgerLine.entry_number == LedgerEntry.number)
        .where(LedgerEntry.subject_kind == PAYMENT_SUBJECT, LedgerLine.account == COMPANY_BANK)
        .order_by(LedgerEntry.number)
    )
    for subject_id, fen in rows:
        posted[subject_id] += fen
    said = {
        match.bank_line_id: match.kind for match in session.scalars(select(BankMatch).order_by(BankMatch.id))
    }  # fmt: skip
    for line in session.scalars(select(BankLine).order_by(BankLine.id)):
        expected = line.amount_fen if said.get(line.id) == MatchKind.PLANT else 0
        if posted.pop(str(line.id), 0) != expected:
            return MoneyFault(f"movement {line.id} of the bank", "stands in the ledger with another amount")
    fault = _typed_fault(session) or _refund_fault(session) or _payout_fault(session)
    if fault is not None:
        return fault
    if posted:
        return MoneyFault(f"payment {min(posted)}", "is in the ledger and not among the bank's movements")
    return None


def _refund_fault(session: Session) -> MoneyFault | None:
    """Whatever went back to a plant was asked for by one person and agreed to by another."""
    asked = select(RefundWish, RefundAnswer).join(RefundAnswer, RefundAnswer.wish_id == RefundWish.id)
    agreed = {
        (wish.bank_line_id, wish.plant_id)
        for wish, answer in session.execute(asked.where(RefundAnswer.is_agreed))
        if answer.made_by != wish.made_by
    }
    went = select(BankMatch).join(BankLine, BankLine.id == BankMatch.bank_line_id)
    for match in session.scalars(
        went.where(BankLine.amount_fen < 0, BankMatch.kind == MatchKind.PLANT).order_by(BankMatch.id)
    ):
        if (match.bank_line_id, match.plant_id) not in agreed:
            return MoneyFault(
                f"movement {match.bank_line_id} of the bank", "is a refund that no second person agreed to"
            )
    return None


def _payout_fault(session: Session) -> MoneyFault | None:
    """Whatever was paid for purchases was asked for by one person, agreed to by another, and posted so, once."""
    asked = select(PayoutWish, PayoutAnswer).join(PayoutAnswer, PayoutAnswer.wish_id == PayoutWish.id)
    agreed = {
        wish.id: (wish.payee, wish.amount_fen)
        for wish, answer in session.execute(asked.where(PayoutAnswer.is_agreed))
        if answer.made_by != wish.made_by
    }
    rows = session.execute(
        select(LedgerEntry.number, LedgerEntry.subject_id, LedgerEntry.said, LedgerLine.amount_fen)
        .join(LedgerLine, and_(LedgerLine.entry_number == LedgerEntry.number, LedgerLine.amount_fen < 0))
        .where(LedgerEntry.subject_kind == PAYOUT_SUBJECT, LedgerEntry.reverses.is_(None))
        .order_by(LedgerEntry.number)
    )
    for number, wish_id, said, fen in rows:
        if agreed.pop(wish_id, None) != (said.get("payee"), -fen):
            return MoneyFault(f"entry {number}", "pays for purchases what no second person agreed to")
    if agreed:
        return MoneyFault(f"payment {min(agreed)} for purchases", "was agreed to and is not in the ledger")
    return None


def _typed_fault(session: Session) -> MoneyFault | None:
    confirmed = typed_lines(session)
    twice = next((it for it, times in Counter(confirmed.values()).items() if times > 1), None)
    if twice is not None:
        return MoneyFault(f"movement {twice}, which was typed in", "is confirmed by more than one line of the bank")
    fen = {row.id: row.amount_fen for row in session.execute(select(BankLine.id, BankLine.amount_fen))}
    for line_id, typed_id in sorted(confirmed.items()):
        if fen[line_id] != fen[typed_id]:
            return MoneyFault(f"movement {line_id} of the bank", "confirms a typed one of another amount")
    return None
