"""What has to be posted so that the ledger says of something what it should: the same for all that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.billing.charging.posted import Posted, posted_of, sums_of
from app.billing.ledger.entries import Line, NewEntry, reversal_of
from app.billing.ledger.models import EntryKind

Amounts = Mapping[str, tuple[int, int]]  # fen and kg by account


def otherwise_posted(session: Session, subject_kind: str, wanted: Mapping[str, Amounts]) -> dict[str, Posted]:
    """Return what the ledger says of each subject of which it should say something else.

    Of a season few have changed: only the entries of these are read.
    """
    sums = sums_of(session, subject_kind, list(wanted))
    changed = [subject_id for subject_id, amounts in wanted.items() if amounts != sums.get(subject_id, {})]
    posted = posted_of(session, subject_kind, changed)
    return {subject_id: posted.get(subject_id, Posted()) for subject_id in changed}


def without_nothing(amounts: Amounts) -> Amounts:
    """Return the amounts without accounts that get nothing, as sums of the ledger are."""
    return {account: both for account, both in amounts.items() if both != (0, 0)}


def reversals(posted: Posted, reason: str) -> tuple[NewEntry, ...]:
    """Return what takes back all that stands of a subject."""
    return tuple(reversal_of(it.entry, it.lines, it.entry.day, reason) for it in posted.standing)


def difference(
    kind: EntryKind,
    subject: tuple[str, str],
    day: date,
    posted: Posted,
    amounts: Amounts,
    said: Mapping[str, Any],
) -> NewEntry:
    """Return the entry after which the ledger says these amounts of the subject (its kind and id)."""
    lines: list[Line] = []
    for account in sorted({*amounts, *posted.sums}):
        (fen, kg), (had_fen, had_kg) = amounts.get(account, (0, 0)), posted.sums.get(account, (0, 0))
        if (fen, kg) != (had_fen, had_kg):
            lines.append(Line(account, fen - had_fen, kg - had_kg))
    return NewEntry(
        kind=kind,
        day=day,
        subject_kind=subject[0],
        subject_id=subject[1],
        lines=lines,
        said=said,
        corrects=posted.standing[0].entry.id if posted.standing else None,
    )
