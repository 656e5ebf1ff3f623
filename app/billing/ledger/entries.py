"""Entries go into the ledger, one after the other. Nothing here commits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.billing.ledger.accounts import is_account
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import EntryKind, LedgerEntry, LedgerHead, LedgerLine
from app.billing.ledger.months import open_month
from app.clock import now
from app.errors import OTHER_BYTES, Refusal
from app.intake.ids import new_record_id

HASH_OF_NOTHING: Final = "0" * 64
# What of an entry whoever makes it says, and what the ledger adds.
_BODY: Final = ("kind", "day", "subject_kind", "subject_id", "reverses", "corrects", "said")
_ADDED: Final = ("number", "id", "month", "recorded_at", "actor_name")


@dataclass(frozen=True, slots=True)
class Line:
    """An amount for an account, and the mass that it is for where it is for one."""

    account: str
    amount_fen: int
    kg: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry as it is wished for; `id` is the maker's own, so that the same wish is done once."""

    kind: EntryKind
    day: date
    subject_kind: str
    subject_id: str
    lines: Sequence[Line]
    said: Mapping[str, Any] = field(default_factory=dict)
    reverses: str | None = None
    corrects: str | None = None
    id: str | None = None


def post(session: Session, wished: Sequence[NewEntry]) -> list[str]:
    """Put entries at the end of the ledger, in this order; returns their ids. Each goes into the books of its day's
    month, or where that is closed into those of the first open one after it.

    An entry whose id is there with the same body is not made again. Raises Refusal where it is there with another body,
    ValueError where lines do not add up to nothing or an account is unknown.
    """
    for one in wished:
        _refuse_unsound(one)
    head = locked_head(session)
    known = _known(session, [one.id for one in wished if one.id is not None])
    number, last_hash = head.last_number, head.last_hash
    ids, entries, lines = [], [], []
    months: dict[date, date] = {}
    for one in wished:
        body = _body(one)
        body_hash = hash_of([*body.values(), said_lines(one.lines)])
        moment = now()
        entry_id = one.id or new_record_id(moment)
        ids.append(entry_id)
        if entry_id in known:
            if known[entry_id] != body_hash:
                raise Refusal(OTHER_BYTES, [entry_id])
            continue
        if one.day not in months:
            months[one.day] = open_month(session, one.day)
        number += 1
        entry = body | {
            "number": number,
            "id": entry_id,
            "month": months[one.day],
            "recorded_at": moment,
            "actor_name": acting_now().name[:255],
        }
        entry_hash = entry_hash_of(entry, one.lines, last_hash)
        entries.append(entry | {"body_hash": body_hash, "previous_hash": last_hash, "entry_hash": entry_hash})
        lines += [
            {"entry_number": number, "line": at, "account": it.account, "amount_fen": it.amount_fen, "kg": it.kg}
            for at, it in enumerate(one.lines)
        ]
        last_hash, known[entry_id] = entry_hash, body_hash
    if entries:
        session.execute(insert(LedgerEntry), entries)
        session.execute(insert(LedgerLine), lines)
        session.execute(update(LedgerHead).values(last_number=number, last_hash=last_hash))
    return ids


def reversal_of(
    entry: LedgerEntry, lines: Sequence[Line], day: date, reason: str, *, said: Mapping[str, Any] | None = None
) -> NewEntry:
    """Return the entry that takes back another; an entry is taken back once at most. `said`: what it says besides."""
    return NewEntry(
        kind=EntryKind.REVERSAL,
        day=day,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        lines=[Line(it.account, -it.amount_fen, -it.kg) for it in lines],
        said={**(said or {}), "reason": reason},
        reverses=entry.id,
    )


def said_lines(lines: Sequence[Line]) -> list[list[object]]:
    """Return lines as hashes speak of them."""
    return [[it.account, it.amount_fen, it.kg] for it in lines]


def entry_hash_of(entry: Mapping[str, Any], lines: Sequence[Line], previous_hash: str) -> str:
    """Return the hash of an entry (columns of LedgerEntry by name) that follows the one with `previous_hash`."""
    return hash_of([previous_hash, *(entry[name] for name in (*_BODY, *_ADDED)), said_lines(lines)])


def body_hash_of(entry: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Return the hash of what the maker of an entry said."""
    return hash_of([*(entry[name] for name in _BODY), said_lines(lines)])


def hash_of(said: Sequence[object]) -> str:
    """Return the SHA-256 of values in the one way of writing them."""
    text = json.dumps(
        said, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_plain
    )  # fmt: skip
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in an entry")


def _body(one: NewEntry) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _BODY} | {"kind": one.kind.value, "said": dict(one.said)}


def _refuse_unsound(one: NewEntry) -> None:
    if not one.lines or sum(it.amount_fen for it in one.lines) != 0:
        raise ValueError(f"lines that do not add up to nothing: {one}")
    for it in one.lines:
        if not is_account(it.account):
            raise ValueError(f"no such account: {it.account}")


def _known(session: Session, ids: Sequence[str]) -> dict[str, str]:
    rows = session.execute(select(LedgerEntry.id, LedgerEntry.body_hash).where(LedgerEntry.id.in_(ids))) if ids else ()
    return {row.id: row.body_hash for row in rows}
