"""Letters that remind a plant of what is overdue, with the papers that asked it to pay. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.invoices.operations import standing_invoices
from app.billing.ledger.head import locked_head
from app.billing.payments.ageing import OpenMonth, open_accounts
from app.billing.payments.models import PaymentReminder
from app.billing.statements.models import Statement
from app.billing.statements.papers import said_by
from app.billing.statements.queries import holding_statements
from app.clock import business_day
from app.errors import NOTHING_OVERDUE, REMINDED_TODAY, Refusal
from yard_rules.rulebook import rulebook


def remind(session: Session, plant_id: str) -> PaymentReminder:
    """Note that a plant is reminded of what is overdue today. Raises Refusal where nothing is, or it was reminded
    today."""
    locked_head(session)
    day = business_day()
    account = next((it for it in open_accounts(session) if it.plant_id == plant_id), None)
    overdue = () if account is None else account.overdue(day)
    if not overdue:
        raise Refusal(NOTHING_OVERDUE, [plant_id])
    before = session.scalars(select(PaymentReminder).where(PaymentReminder.plant_id == plant_id)).all()
    if any(it.made_on == day for it in before):
        raise Refusal(REMINDED_TODAY, [plant_id])
    # Reminders of the same oldest month go on counting; where that was paid they begin anew.
    same = [it.reminder for it in before if it.open_from == overdue[0].month]
    made = PaymentReminder(
        plant_id=plant_id,
        reminder=max(same, default=0) + 1,
        overdue_fen=sum(it.open_fen for it in overdue),
        open_from=overdue[0].month,
        pay_until=day + timedelta(days=rulebook("payments").whole("reminder_days", day)),
        made_on=day,
        made_name=acting_now().name[:255],
        months=_months(session, plant_id, overdue),
    )
    session.add(made)
    session.flush()
    said = {"plant": plant_id, "reminder": made.reminder, "overdue_fen": made.overdue_fen}
    record(session, what="payment.reminded", subject_kind="payment_reminder", subject_id=made.id, after=said)
    return made


def _months(session: Session, plant_id: str, overdue: Sequence[OpenMonth]) -> list[dict[str, Any]]:
    """What the letter says of each month: what is open of it, since when, and by which papers it was charged."""
    papers = holding_statements(session, plant_id)
    invoices = {
        it.statement_number: it.number for it in standing_invoices(session, [paper.number for paper in papers])
    }  # fmt: skip
    return [
        {
            "month": it.month.isoformat(),
            "open_fen": it.open_fen,
            "due_on": it.due_on.isoformat(),
            "papers": [
                {"statement": paper.number, "is_correction": paper.is_correction, "invoice": invoices.get(paper.number)}
                for paper in papers
                if it.month in _months_of(paper)
            ],
        }
        for it in overdue
    ]


def _months_of(paper: Statement) -> Iterator[date]:
    """The months in whose books the paper stands: a true-up may stand in several."""
    if not paper.is_correction:
        yield paper.month
        return
    for month in said_by(paper)["months_fen"]:
        yield date.fromisoformat(f"{month}-01")
