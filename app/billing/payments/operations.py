"""Money that came in or went out is noted once, and posted to whose payment it is. Nothing here commits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.ledger.accounts import COMPANY_BANK, owed_by_plant
from app.billing.ledger.entries import Line, NewEntry, post, reversal_of
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import PAYMENT_SUBJECT, EntryKind, LedgerEntry, LedgerLine
from app.billing.ledger.months import last_closed
from app.billing.payments.alike import typed_payments
from app.billing.payments.days import believable_days
from app.billing.payments.matching import Guess, Matcher
from app.billing.payments.models import (
    BankLine,
    BankMatch,
    MatchKind,
    TypedMatch,
    UndoDecline,
    UndoWish,
)
from app.billing.payments.undo_wishes import undo_wish
from app.billing.statements.models import Statement
from app.database.parts import in_parts
from app.errors import (
    LINE_IS_MATCHED,
    LINE_IS_OPEN,
    NO_DAY_OF_A_PAYMENT,
    NO_SUCH_THING,
    NOT_THE_SAME_MONEY,
    SAME_PERSON,
    UNDO_ASKED,
    WENT_OUT,
    Refusal,
)
from app.registry.models import EndUsePlant


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that came in, or less than 0 where it went out, as the bank or a person says."""

    paid_on: date
    amount_fen: int
    payer: str
    said: str
    bank_number: str | None


def keys_of(movements: Sequence[Movement]) -> list[str]:
    """Return what tells each of them from others: the bank's number, else all that is said; of those that say the very
    same, the first, second and so on of the list."""
    seen: dict[str, int] = {}
    keys = []
    for it in movements:
        if it.bank_number:
            keys.append(f"bank/{it.bank_number}")
            continue
        said = "\n".join([it.paid_on.isoformat(), str(it.amount_fen), it.payer, it.said])
        digest = hashlib.sha256(said.encode()).hexdigest()
        seen[digest] = seen.get(digest, 0) + 1
        keys.append(f"said/{digest}/{seen[digest]}")
    return keys


def note(session: Session, movements: Sequence[tuple[str, Movement]], *, file_id: int | None = None) -> list[BankLine]:
    """Note movements under their keys, and post those whose payer is sure; what is known by its key is left out. Lines
    of a bank's file that look like a payment that was typed in wait, so that it is not counted twice. Raises Refusal
    where one says a day on which money cannot have come."""
    locked_head(session)
    first, last = believable_days(session)
    if wrong := [it.paid_on.isoformat() for _key, it in movements if not first <= it.paid_on <= last]:
        raise Refusal(NO_DAY_OF_A_PAYMENT, wrong[:20])
    known = set(
        session.scalars(select(BankLine.line_key).where(BankLine.line_key.in_([key for key, _it in movements])))
    )
    lines = [
        BankLine(
            line_key=key,
            bank_file_id=file_id,
            paid_on=it.paid_on,
            amount_fen=it.amount_fen,
            payer=it.payer,
            said=it.said,
            bank_number=it.bank_number,
            entered_name=acting_now().name[:255],
        )
        for key, it in movements
        if key not in known
    ]
    session.add_all(lines)
    session.flush()
    matcher = Matcher(session)
    typed = None if file_id is None else typed_payments(session, matcher)
    for line in lines:
        sure = matcher.sure(line.payer, line.said)
        if sure is None or line.amount_fen < 0:  # what went out is a refund by two people only
            continue
        if typed is None or not typed.like(amount_fen=line.amount_fen, paid_on=line.paid_on, plant_id=sure.plant_id):
            post_payment(session, line, sure)
    return lines


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Return those under which something is noted already."""
    return set(in_parts(session, keys, lambda some: select(BankLine.line_key).where(BankLine.line_key.in_(some))))


def match_to_plant(session: Session, line_id: int, plant_id: str, statement_number: str | None = None) -> BankMatch:
    """Say that a line is a plant's payment, and post it. Raises Refusal where it is somebody's already, or went out."""
    locked_head(session)
    line = open_line(session, line_id)
    if line.amount_fen < 0:
        raise Refusal(WENT_OUT, [str(line_id)])
    if session.scalar(select(EndUsePlant.id).where(EndUsePlant.plant_id == plant_id)) is None:
        raise Refusal(NO_SUCH_THING, [plant_id])
    if statement_number is not None:
        statement = session.get(Statement, statement_number)
        if statement is None or statement.plant_id != plant_id:
            raise Refusal(NO_SUCH_THING, [statement_number])
    return post_payment(session, line, Guess(plant_id=plant_id, statement_number=statement_number, is_sure=True))


def confirm_typed(session: Session, line_id: int, typed_line_id: int) -> BankMatch:
    """Say that a line of the bank's is a payment that was typed in: nothing is posted again. Raises Refusal where the
    line is somebody's already, or the two cannot be the same money."""
    locked_head(session)
    line = open_line(session, line_id)
    matcher = Matcher(session)
    alike = typed_payments(session, matcher).like(
        amount_fen=line.amount_fen, paid_on=line.paid_on, plant_id=matcher.sure_plant(line.payer, line.said)
    )
    if line.bank_file_id is None or typed_line_id not in [it.id for it in alike]:
        raise Refusal(NOT_THE_SAME_MONEY, [str(typed_line_id)])
    match = _noted(session, line, MatchKind.SAME)
    session.add(TypedMatch(match_id=match.id, typed_line_id=typed_line_id))
    session.flush()
    return match


def put_aside(session: Session, line_id: int, reason: str) -> BankMatch:
    """Say that a line is nobody's payment to us, and why."""
    locked_head(session)
    line = open_line(session, line_id)
    return _noted(session, line, MatchKind.OTHER, reason=reason)


def undo_match(session: Session, line_id: int, reason: str) -> BankMatch | UndoWish:
    """Take back whose payment a line is; the line waits again. In a month that is closed this is a wish, to which
    another person has to agree; raises Refusal where somebody wishes it already."""
    locked_head(session)
    line, last = _matched_line(session, line_id)
    closed, entry = last_closed(session), _entry(session, last)
    if entry is None or closed is None or entry.month > closed:
        return _undone(session, line, last, entry, reason)
    asked = undo_wish(session, last)
    if asked is not None:
        raise Refusal(UNDO_ASKED, [asked.made_name, asked.reason])
    actor = acting_now()
    wish = UndoWish(match_id=last.id, reason=reason, made_by=actor.account_id, made_name=actor.name[:255])
    session.add(wish)
    session.flush()
    said = {"fen": line.amount_fen, "plant": last.plant_id, "reason": reason}
    record(session, what="payment.undo_asked", subject_kind="bank_line", subject_id=line.id, after=said)
    return wish


def agree_to_undo(session: Session, line_id: int, wish_id: int) -> BankMatch:
    """Take back a payment of a closed month as another person wishes; raises Refusal where the wish waits no more, or
    is one's own."""
    locked_head(session)
    line, last = _matched_line(session, line_id)
    wish, actor = undo_wish(session, last), acting_now()
    if wish is None or wish.id != wish_id:
        raise Refusal(NO_SUCH_THING, [str(wish_id)])
    if actor.account_id is None or actor.account_id == wish.made_by:
        raise Refusal(SAME_PERSON)
    return _undone(session, line, last, _entry(session, last), wish.reason)


def decline_undo(session: Session, line_id: int, wish_id: int, reason: str) -> None:
    """Say no to the wish to take back a payment of a closed month, or take back one's own; raises Refusal where it
    waits no more."""
    locked_head(session)
    line, last = _matched_line(session, line_id)
    wish, actor = undo_wish(session, last), acting_now()
    if wish is None or wish.id != wish_id:
        raise Refusal(NO_SUCH_THING, [str(wish_id)])
    session.add(
        UndoDecline(wish_id=wish.id, reason=reason, made_by=actor.account_id, made_name=actor.name[:255])
    )  # fmt: skip
    session.flush()
    said = {"fen": line.amount_fen, "plant": last.plant_id, "reason": reason}
    record(session, what="payment.undo_declined", subject_kind="bank_line", subject_id=line.id, after=said)


def _matched_line(session: Session, line_id: int) -> tuple[BankLine, BankMatch]:
    line, last = _line(session, line_id), last_match(session, line_id)
    if last is None or last.kind == MatchKind.UNDONE:
        raise Refusal(LINE_IS_OPEN, [str(line_id)])
    return line, last


def _entry(session: Session, match: BankMatch) -> LedgerEntry | None:
    return session.scalar(select(LedgerEntry).where(LedgerEntry.id == match.entry_id))


def _undone(session: Session, line: BankLine, last: BankMatch, entry: LedgerEntry | None, reason: str) -> BankMatch:
    if entry is None:
        return _noted(session, line, MatchKind.UNDONE, reason=reason)
    rows = session.scalars(select(LedgerLine).where(LedgerLine.entry_number == entry.number).order_by(LedgerLine.line))
    lines = [Line(it.account, it.amount_fen, it.kg) for it in rows]
    back = reversal_of(entry, lines, entry.day, reason, said=entry.said)
    (entry_id,) = post(session, [back])
    return _noted(
        session, line, MatchKind.UNDONE, plant_id=last.plant_id, statement_number=last.statement_number,
        entry_id=entry_id, reason=reason,
    )  # fmt: skip


def last_match(session: Session, line_id: int) -> BankMatch | None:
    """Return what was last said of a line."""
    return session.scalar(
        select(BankMatch).where(BankMatch.bank_line_id == line_id).order_by(BankMatch.id.desc()).limit(1)
    )


def post_payment(session: Session, line: BankLine, guess: Guess) -> BankMatch:
    """Post a line as a plant's payment, or as a refund to it where the money went out."""
    is_refund = line.amount_fen < 0
    said = {"plant_id": guess.plant_id, "statement": guess.statement_number, "bank": line.line_key}
    (entry_id,) = post(
        session,
        [
            NewEntry(
                kind=EntryKind.REFUND if is_refund else EntryKind.PAYMENT,
                day=line.paid_on,
                subject_kind=PAYMENT_SUBJECT,
                subject_id=str(line.id),
                lines=[Line(COMPANY_BANK, line.amount_fen), Line(owed_by_plant(guess.plant_id), -line.amount_fen)],
                said=said | ({"is_refund": True} if is_refund else {}),
            )
        ],
    )
    return _noted(
        session, line, MatchKind.PLANT, plant_id=guess.plant_id, statement_number=guess.statement_number,
        entry_id=entry_id,
    )  # fmt: skip


def _noted(
    session: Session,
    line: BankLine,
    kind: MatchKind,
    *,
    plant_id: str | None = None,
    statement_number: str | None = None,
    entry_id: str | None = None,
    reason: str | None = None,
) -> BankMatch:
    actor = acting_now()
    match = BankMatch(
        bank_line_id=line.id,
        kind=kind,
        plant_id=plant_id,
        statement_number=statement_number,
        entry_id=entry_id,
        reason=reason,
        made_by=actor.account_id,
        made_name=actor.name[:255],
    )
    session.add(match)
    session.flush()
    said = {"plant": plant_id, "statement": statement_number, "fen": line.amount_fen, "reason": reason}
    record(session, what=f"payment.{kind}", subject_kind="bank_line", subject_id=line.id, after=said)
    return match


def _line(session: Session, line_id: int) -> BankLine:
    line = session.get(BankLine, line_id)
    if line is None:
        raise Refusal(NO_SUCH_THING, [str(line_id)])
    return line


def open_line(session: Session, line_id: int) -> BankLine:
    """Return the line; raises Refusal where there is none, or somebody has said whose it is."""
    line, last = _line(session, line_id), last_match(session, line_id)
    if last is not None and last.kind != MatchKind.UNDONE:
        raise Refusal(LINE_IS_MATCHED, [str(line_id)])
    return line
