"""What towns and the city pay for what recycling points bought (H19): one person asks that it be noted, another agrees;
never more than is owed, and taken back while its month is open. Nothing here commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.ledger.accounts import (
    CITY_RECYCLING,
    RECYCLING,
    fee_of_point,
    paid_out_by_point,
    purchases_of_town,
)
from app.billing.ledger.entries import Line, NewEntry, post, reversal_of
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import PAYOUT_SUBJECT, EntryKind, LedgerEntry, LedgerLine
from app.billing.ledger.months import last_closed
from app.billing.payments.days import believable_days
from app.billing.payments.models import PayoutAnswer, PayoutWish
from app.clock import now
from app.errors import (
    MONTH_IS_CLOSED,
    MORE_THAN_OWED,
    NO_DAY_OF_A_PAYMENT,
    NO_SUCH_THING,
    PAYOUT_ANSWERED,
    SAME_PERSON,
    Refusal,
)
from app.intake.ids import new_record_id
from app.registry.models import RecyclingPoint

RECYCLER: Final = "recycler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """Money that went to a recycling point from its town, or (`RECYCLER`) from the city to whoever recycles."""

    payee: str
    amount_fen: int
    paid_on: date
    reference: str


def ask_payout(session: Session, payout: Payout) -> PayoutWish:
    """Ask that the payment be noted. Raises Refusal for an unknown payee, a day that cannot be, and more than is owed
    less what others ask for already."""
    locked_head(session)
    first, last = believable_days(session)
    if not first <= payout.paid_on <= last:
        raise Refusal(NO_DAY_OF_A_PAYMENT, [payout.paid_on.isoformat()])
    _accounts(session, payout.payee)
    _refuse_above_owed(payout.amount_fen, payable_fen(session).get(payout.payee, 0))
    actor = acting_now()
    wish = PayoutWish(
        id=new_record_id(now()),
        payee=payout.payee,
        amount_fen=payout.amount_fen,
        paid_on=payout.paid_on,
        reference=payout.reference,
        made_by=actor.account_id,
        made_name=actor.name[:255],
    )
    session.add(wish)
    session.flush()
    _recorded(session, "payout.asked", wish.id, _said(wish) | {"fen": wish.amount_fen})
    return wish


def agree_to_payout(session: Session, wish_id: str) -> str:
    """Post the payment as another person asked; returns its entry's id. Raises Refusal where the wish waits no more or
    is one's own, and where less is owed by now."""
    locked_head(session)
    wish, actor = _waiting(session, wish_id), acting_now()
    if actor.account_id is None or actor.account_id == wish.made_by:
        raise Refusal(SAME_PERSON)
    payer, payees = _accounts(session, wish.payee)
    owed_fen = {account: -_sum_fen(session, account) for account in payees}
    _refuse_above_owed(wish.amount_fen, sum(owed_fen.values()))
    _answered(session, wish, is_agreed=True, reason=None)
    lines, left_fen = [Line(payer, -wish.amount_fen)], wish.amount_fen
    for account in payees:
        part_fen = min(left_fen, max(owed_fen[account], 0))
        left_fen -= part_fen
        if part_fen:
            lines.append(Line(account, part_fen))
    paid = NewEntry(
        kind=EntryKind.PAYMENT,
        day=wish.paid_on,
        subject_kind=PAYOUT_SUBJECT,
        subject_id=wish.id,
        lines=lines,
        said=_said(wish),
    )
    (entry_id,) = post(session, [paid])
    _recorded(session, "payout.noted", wish.id, _said(wish) | {"fen": wish.amount_fen})
    return entry_id


def decline_payout(session: Session, wish_id: str, reason: str) -> None:
    """Say no to a payment, or take back one's own wish; raises Refusal where it waits no more."""
    locked_head(session)
    wish = _waiting(session, wish_id)
    _answered(session, wish, is_agreed=False, reason=reason)
    _recorded(session, "payout.declined", wish.id, _said(wish) | {"reason": reason})


def waiting_payouts(session: Session) -> Sequence[PayoutWish]:
    """Return the payments that wait for a second person, oldest first."""
    return session.scalars(select(PayoutWish).where(_UNANSWERED).order_by(PayoutWish.made_at, PayoutWish.id)).all()


def take_back_payout(session: Session, entry_id: str, reason: str) -> None:
    """Take back a payment that was wrong; raises Refusal where it is taken back already, or its month is closed."""
    locked_head(session)
    entry = next((it for it in payouts(session) if it.id == entry_id), None)
    if entry is None:
        raise Refusal(NO_SUCH_THING, [entry_id])
    closed = last_closed(session)
    if closed is not None and entry.month <= closed:
        raise Refusal(MONTH_IS_CLOSED, [entry.month.strftime("%Y-%m")])
    rows = session.scalars(select(LedgerLine).where(LedgerLine.entry_number == entry.number).order_by(LedgerLine.line))
    lines = [Line(it.account, it.amount_fen, it.kg) for it in rows]
    post(session, [reversal_of(entry, lines, entry.day, reason, said=entry.said)])
    _recorded(session, "payout.taken_back", entry.subject_id, {"reason": reason})


def payouts(session: Session) -> Sequence[LedgerEntry]:
    """Return the payments that stand, newest first."""
    back = aliased(LedgerEntry)
    return session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.subject_kind == PAYOUT_SUBJECT,
            LedgerEntry.reverses.is_(None),
            ~select(back.id).where(back.reverses == LedgerEntry.id).exists(),
        )
        .order_by(LedgerEntry.number.desc())
    ).all()


def payable_fen(session: Session) -> dict[str, int]:
    """Return what each recycling point, and whoever recycles, is still owed, less what waits to be noted, in fen; those
    with nothing are left out."""
    rows = session.execute(
        select(LedgerLine.account, func.sum(-LedgerLine.amount_fen))
        .where(or_(LedgerLine.account.like("point/%"), LedgerLine.account == RECYCLING))
        .group_by(LedgerLine.account)
        .order_by(LedgerLine.account)
    )
    owed_fen: Counter[str] = Counter()
    for account, fen in rows:
        owed_fen[RECYCLER if account == RECYCLING else account.split("/")[1]] += int(fen)
    for wish in waiting_payouts(session):
        owed_fen[wish.payee] -= wish.amount_fen
    return {payee: fen for payee, fen in owed_fen.items() if fen > 0}


_UNANSWERED: ColumnElement[bool] = ~select(PayoutAnswer.wish_id).where(PayoutAnswer.wish_id == PayoutWish.id).exists()


def _waiting(session: Session, wish_id: str) -> PayoutWish:
    wish = session.scalar(select(PayoutWish).where(PayoutWish.id == wish_id, _UNANSWERED))
    if wish is None:
        raise Refusal(PAYOUT_ANSWERED, [wish_id[:64]])
    return wish


def _answered(session: Session, wish: PayoutWish, *, is_agreed: bool, reason: str | None) -> None:
    actor = acting_now()
    answer = PayoutAnswer(
        wish_id=wish.id, is_agreed=is_agreed, reason=reason, made_by=actor.account_id, made_name=actor.name[:255]
    )
    session.add(answer)
    session.flush()


def _refuse_above_owed(fen: int, owed_fen: int) -> None:
    if not 0 < fen <= owed_fen:
        raise Refusal(MORE_THAN_OWED, [f"{fen / 100:,.2f} > {owed_fen / 100:,.2f}"])


def _said(wish: PayoutWish) -> dict[str, Any]:
    return {"payee": wish.payee, "reference": wish.reference}


def _accounts(session: Session, payee: str) -> tuple[str, tuple[str, ...]]:
    """Who pays, and what of the payee is paid: what it paid farmers before its fee."""
    if payee == RECYCLER:
        return CITY_RECYCLING, (RECYCLING,)
    town_id = session.scalar(select(RecyclingPoint.town_id).where(RecyclingPoint.point_id == payee))
    if town_id is None:
        raise Refusal(NO_SUCH_THING, [payee])
    return purchases_of_town(town_id), (paid_out_by_point(payee), fee_of_point(payee))


def _sum_fen(session: Session, account: str) -> int:
    return int(session.scalar(select(func.sum(LedgerLine.amount_fen)).where(LedgerLine.account == account)) or 0)


def _recorded(session: Session, what: str, wish_id: str, said: Mapping[str, Any]) -> None:
    record(session, what=what, subject_kind="payout", subject_id=wish_id, after=said)
