"""What the ledger says of something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from app.billing.ledger.entries import Line
from app.billing.ledger.models import EntryKind, LedgerEntry, LedgerLine


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry with its lines."""

    entry: LedgerEntry
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Posted:
    """The entries of a subject that stand, oldest first: reversals and what they take back are gone; `sums` in fen and
    kilograms by account, without those that are nothing."""

    standing: Sequence[PostedEntry] = ()
    sums: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def sums_of(session: Session, subject_kind: str, subject_ids: Sequence[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return what all entries of each subject come to, in fen and kilograms by account, without those that are nothing:
    as `posted_of` has it, without reading the entries."""
    fen, kg = func.sum(LedgerLine.amount_fen), func.sum(LedgerLine.kg)
    rows = session.execute(
        select(LedgerEntry.subject_id, LedgerLine.account, fen, kg)
        .join(LedgerLine, LedgerLine.entry_number == LedgerEntry.number)
        .where(LedgerEntry.subject_kind == subject_kind, LedgerEntry.subject_id.in_(subject_ids))
        .group_by(LedgerEntry.subject_id, LedgerLine.account)
        .having(or_(fen != 0, kg != 0))
    )
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for subject_id, account, fen_sum, kg_sum in rows:
        found.setdefault(subject_id, {})[account] = int(fen_sum), int(kg_sum)
    return found


def charged_since(session: Session, subject_kind: str, first_month: date) -> set[str]:
    """Return the subjects with a charge in the books of a month or later that was not taken back."""
    back = aliased(LedgerEntry)
    chosen = select(LedgerEntry.subject_id).where(
        LedgerEntry.month >= first_month,
        LedgerEntry.kind == EntryKind.CHARGE,
        LedgerEntry.subject_kind == subject_kind,
        ~select(back.id).where(back.reverses == LedgerEntry.id).exists(),
    )
    return set(session.scalars(chosen))


def posted_of(session: Session, subject_kind: str, subject_ids: Sequence[str]) -> dict[str, Posted]:
    """Return what the ledger says of each subject that it knows."""
    rows = session.execute(
        select(LedgerEntry, LedgerLine)
        .join(LedgerLine, LedgerLine.entry_number == LedgerEntry.number)
        .where(LedgerEntry.subject_kind == subject_kind, LedgerEntry.subject_id.in_(subject_ids))
        .order_by(LedgerEntry.number, LedgerLine.line)
    ).all()
    by_entry: dict[int, tuple[LedgerEntry, list[Line]]] = {}
    for entry, line in rows:
        by_entry.setdefault(entry.number, (entry, []))[1].append(Line(line.account, line.amount_fen, line.kg))
    by_subject: dict[str, list[PostedEntry]] = {}
    for entry, lines in by_entry.values():
        by_subject.setdefault(entry.subject_id, []).append(PostedEntry(entry, lines))
    return {subject_id: _posted(entries) for subject_id, entries in by_subject.items()}


def _posted(entries: Sequence[PostedEntry]) -> Posted:
    gone = {it.entry.reverses for it in entries} - {None}
    standing = [it for it in entries if it.entry.reverses is None and it.entry.id not in gone]
    sums: dict[str, tuple[int, int]] = {}
    for it in entries:
        for line in it.lines:
            fen, kg = sums.get(line.account, (0, 0))
            sums[line.account] = fen + line.amount_fen, kg + line.kg
    return Posted(standing, {account: both for account, both in sums.items() if both != (0, 0)})
