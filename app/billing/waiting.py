"""What of money waits for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.billing.charging.operations import SUBJECT, held_by
from app.billing.charging.posted import charged_since
from app.billing.ledger.models import MonthEvent
from app.billing.ledger.months import month_of, next_to_close, reopen_wish
from app.billing.payments.ageing import open_accounts
from app.billing.payments.models import PayoutWish
from app.billing.payments.payouts import waiting_payouts
from app.billing.payments.queries import OpenLine, open_lines
from app.billing.payments.undo_wishes import WaitingUndo, waiting_undos
from app.billing.prices.models import PriceTerm
from app.billing.prices.queries import PriceBook, open_proposals
from app.deliveries.models import Hold
from app.deliveries.queries import WEIGHED, Delivered, DeliveryState, delivered
from yard_rules.rulebook import rulebook

# Loads are looked at as far back as this: what is older was told every day since.
_LOOKED_BACK = timedelta(days=92)


@dataclass(slots=True)
class Loads:
    """How many loads, and what they weigh."""

    number: int = 0
    kg: int = 0

    def add(self, load: Delivered) -> None:
        """One load more."""
        self.number += 1
        self.kg += load.plant_kg or load.yard_kg or 0


@dataclass(frozen=True, slots=True)
class Uncharged:
    """Loads of which money is missing: `unweighed` should have arrived long ago and have no weight of the plant,
    `unpriced` have no price, `held` wait until somebody decides whether they are charged; `townless` came straight
    from the field, and no town has its part (H18); `disputed` count by the contract until they are settled."""

    unweighed: Loads = field(default_factory=Loads)
    unpriced: Loads = field(default_factory=Loads)
    held: Loads = field(default_factory=Loads)
    townless: Loads = field(default_factory=Loads)
    disputed: Loads = field(default_factory=Loads)

    def __bool__(self) -> bool:
        return any(it.number for it in (self.unweighed, self.unpriced, self.held, self.townless, self.disputed))


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyWaiting:
    """`uncharged`: loads of which money is missing; `movements`: of the bank that are nobody's yet;
    `refunds`: to plants, asked for by one person; `payouts`: for purchases, asked for by one person;
    `undos`: payments of closed months that one person wishes to take back; `overdue`: plants
    with what is overdue, in fen; `to_close`: the month that can be closed; `reopen_wish`: asked for by one person."""

    proposals: Sequence[PriceTerm]
    reopen_wish: MonthEvent | None
    to_close: date | None
    movements: int
    refunds: Sequence[OpenLine]
    payouts: Sequence[PayoutWish]
    undos: Sequence[WaitingUndo]
    overdue: Sequence[tuple[str, int]]
    uncharged: Uncharged

    def __bool__(self) -> bool:
        return bool(
            self.uncharged
            or self.proposals
            or self.reopen_wish
            or self.to_close
            or self.movements
            or self.refunds
            or self.payouts
            or self.undos
            or self.overdue
        )


def money_waiting(session: Session, day: date) -> MoneyWaiting:
    """Return what waits on a day."""
    to_close, lines = next_to_close(session), open_lines(session)
    overdue = [(it.plant_id, sum(it.overdue_fen(day))) for it in open_accounts(session)]
    return MoneyWaiting(
        proposals=open_proposals(session),
        reopen_wish=reopen_wish(session),
        to_close=to_close if to_close is not None and to_close < month_of(day) else None,
        movements=sum(it.refund_wish is None for it in lines),
        undos=waiting_undos(session),
        refunds=[it for it in lines if it.refund_wish is not None],
        payouts=waiting_payouts(session),
        overdue=[(plant_id, fen) for plant_id, fen in overdue if fen],
        uncharged=uncharged_loads(session, day),
    )


def uncharged_loads(session: Session, day: date) -> Uncharged:
    """Return the loads up to a day of which money is missing. What the ledger has charged is priced and does not wait:
    of a season only what it lacks is looked at closely, and what is open about the rest."""
    book, found = PriceBook(session), Uncharged()
    arrives_within = timedelta(days=rulebook("deliveries").whole("arrives_within_days", day))
    first_day = day - _LOOKED_BACK
    charged = charged_since(session, SUBJECT, month_of(first_day))
    for load in delivered(session, first_day=first_day, last_day=day, charged=charged):
        if load.state is DeliveryState.UNDER_WAY and load.day + arrives_within < day:
            found.unweighed.add(load)
        if load.state not in WEIGHED or load.is_left_out:
            continue
        term = book.term(load.plant_id, load.material_id, load.day)
        if term is None:
            found.unpriced.add(load)
        elif held_by(load, term):
            found.held.add(load)
        elif load.state is DeliveryState.DISPUTED:
            found.disputed.add(load)
        if Hold.NO_TOWN in load.open_holds:
            found.townless.add(load)
    return found
