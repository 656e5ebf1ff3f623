"""Money goes back to a plant that has paid too much: one person asks with a reason, another agrees. Nothing here
commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.ledger.head import locked_head
from app.billing.payments.ageing import open_accounts
from app.billing.payments.alike import last_matches
from app.billing.payments.matching import Guess
from app.billing.payments.models import BankLine, BankMatch, MatchKind, RefundAnswer, RefundWish
from app.billing.payments.operations import Movement, keys_of, note, open_line, post_payment
from app.errors import (
    MORE_THAN_CREDIT,
    MOVEMENT_KNOWN,
    NO_SUCH_THING,
    REFUND_ANSWERED,
    REFUND_ASKED,
    SAME_PERSON,
    Refusal,
)


def note_refund(session: Session, plant_id: str, went: Movement, reason: str) -> RefundWish:
    """Note money that a person says went back to a plant, and ask another to agree. Raises Refusal where the very same
    is noted already, and as `ask_refund` does."""
    locked_head(session)
    lines = note(session, list(zip(keys_of([went]), [went], strict=True)))
    if not lines:
        raise Refusal(MOVEMENT_KNOWN)
    return ask_refund(session, lines[0].id, plant_id, reason)


def ask_refund(session: Session, line_id: int, plant_id: str, reason: str) -> RefundWish:
    """Ask that a line of money which went out be a refund to a plant. Raises Refusal where it is more than the plant
    has to its credit, less what others ask for it already, and where somebody asks for this line already."""
    locked_head(session)
    line = open_line(session, line_id)
    if line.amount_fen >= 0:
        raise Refusal(NO_SUCH_THING, [str(line_id)])
    asked = {it.bank_line_id: it for it in waiting_refunds(session)}
    if line_id in asked:
        raise Refusal(REFUND_ASKED, [asked[line_id].made_name, asked[line_id].reason])
    _refuse_above_credit(session, plant_id, -line.amount_fen)
    actor = acting_now()
    wish = RefundWish(
        bank_line_id=line.id, plant_id=plant_id, reason=reason, made_by=actor.account_id, made_name=actor.name[:255]
    )
    session.add(wish)
    session.flush()
    _recorded(session, "payment.refund_asked", line, wish, reason)
    return wish


def agree_to_refund(session: Session, line_id: int, wish_id: int) -> BankMatch:
    """Post the refund as another person asked; raises Refusal where the wish waits no more or is one's own, and where
    the plant has less to its credit by now."""
    locked_head(session)
    line, wish = open_line(session, line_id), _waiting(session, line_id, wish_id)
    actor = acting_now()
    if actor.account_id is None or actor.account_id == wish.made_by:
        raise Refusal(SAME_PERSON)
    _answered(session, wish, is_agreed=True, reason=None)
    _refuse_above_credit(session, wish.plant_id, -line.amount_fen)
    return post_payment(session, line, Guess(plant_id=wish.plant_id, statement_number=None, is_sure=True))


def decline_refund(session: Session, line_id: int, wish_id: int, reason: str) -> None:
    """Say no to a refund, or take back one's own wish; the movement waits again. Raises Refusal where the wish waits no
    more."""
    locked_head(session)
    line, wish = open_line(session, line_id), _waiting(session, line_id, wish_id)
    _answered(session, wish, is_agreed=False, reason=reason)
    _recorded(session, "payment.refund_declined", line, wish, reason)


def waiting_refunds(session: Session) -> Sequence[RefundWish]:
    """Return the wishes that wait for a second person, oldest first."""
    last = last_matches(session)
    return [
        it
        for it in session.scalars(select(RefundWish).where(_UNANSWERED).order_by(RefundWish.id))
        if it.bank_line_id not in last or last[it.bank_line_id].kind == MatchKind.UNDONE
    ]


def refundable_fen(session: Session) -> dict[str, int]:
    """Return what each plant has to its credit, less what waits to go back to it, in fen; those with nothing are left
    out."""
    lines = {it.bank_line_id: it.plant_id for it in waiting_refunds(session)}
    rows = session.execute(select(BankLine.id, BankLine.amount_fen).where(BankLine.id.in_(lines)))
    credit_fen = {it.plant_id: it.credit_fen for it in open_accounts(session)}
    for line_id, fen in rows:
        credit_fen[lines[line_id]] = credit_fen.get(lines[line_id], 0) + fen
    return {plant_id: fen for plant_id, fen in credit_fen.items() if fen > 0}


_UNANSWERED: ColumnElement[bool] = ~select(RefundAnswer.wish_id).where(RefundAnswer.wish_id == RefundWish.id).exists()


def _refuse_above_credit(session: Session, plant_id: str, fen: int) -> None:
    credit_fen = refundable_fen(session).get(plant_id, 0)
    if fen > credit_fen:
        raise Refusal(MORE_THAN_CREDIT, [f"{fen / 100:,.2f} > {credit_fen / 100:,.2f}"])


def _waiting(session: Session, line_id: int, wish_id: int) -> RefundWish:
    newest = select(func.max(RefundWish.id)).where(RefundWish.bank_line_id == line_id)
    wish = session.scalar(select(RefundWish).where(RefundWish.id == newest.scalar_subquery(), _UNANSWERED))
    if wish is None or wish.id != wish_id:
        raise Refusal(REFUND_ANSWERED, [str(wish_id)])
    return wish


def _answered(session: Session, wish: RefundWish, *, is_agreed: bool, reason: str | None) -> None:
    actor = acting_now()
    answer = RefundAnswer(
        wish_id=wish.id, is_agreed=is_agreed, reason=reason, made_by=actor.account_id, made_name=actor.name[:255]
    )
    session.add(answer)
    session.flush()


def _recorded(session: Session, what: str, line: BankLine, wish: RefundWish, reason: str) -> None:
    said = {"fen": line.amount_fen, "plant": wish.plant_id, "reason": reason}
    record(session, what=what, subject_kind="bank_line", subject_id=line.id, after=said)
