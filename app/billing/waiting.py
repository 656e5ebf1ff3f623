"""What of money waits for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.billing.ledger.models import MonthEvent
from app.billing.ledger.months import month_of, next_to_close, reopen_wish
from app.billing.payments.ageing import open_accounts
from app.billing.payments.queries import open_lines
from app.billing.prices.models import PriceTerm
from app.billing.prices.queries import open_proposals


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyWaiting:
    """`movements`: of the bank that are nobody's yet; `overdue`: plants with what is overdue, in fen; `to_close`: the
    month that can be closed; `reopen_wish`: asked for by one person."""

    proposals: Sequence[PriceTerm]
    reopen_wish: MonthEvent | None
    to_close: date | None
    movements: int
    overdue: Sequence[tuple[str, int]]

    def __bool__(self) -> bool:
        return bool(self.proposals or self.reopen_wish or self.to_close or self.movements or self.overdue)


def money_waiting(session: Session, day: date) -> MoneyWaiting:
    """Return what waits on a day."""
    to_close = next_to_close(session)
    overdue = [(it.plant_id, sum(it.overdue_fen(day))) for it in open_accounts(session)]
    return MoneyWaiting(
        proposals=open_proposals(session),
        reopen_wish=reopen_wish(session),
        to_close=to_close if to_close is not None and to_close < month_of(day) else None,
        movements=len(open_lines(session)),
        overdue=[(plant_id, fen) for plant_id, fen in overdue if fen],
    )
