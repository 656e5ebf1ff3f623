"""Questions to the audit trail: who did what, and whether the chain holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.accounts.audit import HASH_OF_NOTHING, AuditEntry, AuditHead, hash_of
from app.accounts.models import Account
from app.clock import COUNTY_ZONE

PAGE_ROWS = 50
_CHECKED_AT_ONCE = 1000
_MOST_ACCOUNTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSearch:
    """What is looked for; an empty part asks for nothing. `person` and `subject` also find accounts by parts of their
    name and address; days are the county's; `older_than` is the number of an entry."""

    person: str = ""
    what: str = ""
    subject_kind: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    older_than: int | None = None


def entries_found(session: Session, search: AuditSearch) -> tuple[Sequence[AuditEntry], bool]:
    """Return one page of entries, newest first, and whether there are older ones."""
    asked: Select[AuditEntry] = select(AuditEntry).where(*_conditions(session, search))
    found = session.scalars(asked.order_by(AuditEntry.id.desc()).limit(PAGE_ROWS + 1)).all()
    return found[:PAGE_ROWS], len(found) > PAGE_ROWS


def kinds_in(session: Session, column: InstrumentedAttribute[str]) -> list[str]:
    """Return the values that the column (an indexed one of AuditEntry) takes, sorted.

    It leaps from one value to the next along the index: a trail of millions has few of them.
    """
    leaps = select(func.min(column).label("value")).cte(recursive=True)
    after = select(func.min(column)).where(column > leaps.c.value).scalar_subquery()
    leaps = leaps.union_all(select(after).where(leaps.c.value.is_not(None)))
    return list(session.scalars(select(leaps.c.value).where(leaps.c.value.is_not(None))))


def account_names(session: Session, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Return what the accounts that entries are about are called now, by `subject_id`."""
    ids = {int(entry.subject_id) for entry in entries if entry.subject_kind == "account" and entry.subject_id.isdigit()}
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {str(account_id): name for account_id, name in found}


@dataclass(frozen=True, slots=True)
class Change:
    """One value that an entry changed; None where there was or is nothing."""

    name: str
    before: Any
    after: Any


def changes_of(entry: AuditEntry) -> list[Change]:
    """Return every value that is not the same before and after."""
    before, after = entry.before or {}, entry.after or {}
    return [
        Change(name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How many entries there are and the hash of the last: whoever keeps it can later prove that none of them was
    changed, even by somebody who rewrote the whole trail."""

    length: int
    last_hash: str

    def __str__(self) -> str:
        return f"{self.length}:{self.last_hash}"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first entry that is not as it was written, and what is wrong with it."""

    entry_id: int
    what: str


def chain_head(session: Session) -> ChainHead:
    """Return where the chain ends."""
    return ChainHead(*session.execute(select(AuditHead.last_id, AuditHead.last_hash)).one())


def first_fault(session: Session, kept_heads: Sequence[ChainHead] = ()) -> ChainFault | None:
    """Compute the whole chain again and return the first bad entry; None if all is well.

    `kept_heads` are heads that somebody noted earlier. Entries that are added meanwhile are left for the next time.
    """
    # One statement: head and last entry are of the same moment, also while others write.
    last_entry = select(func.coalesce(func.max(AuditEntry.id), 0)).scalar_subquery()
    head = session.execute(select(AuditHead.last_id, AuditHead.last_hash, last_entry)).one_or_none()
    if head is None:
        return ChainFault(0, "the row that says where the trail ends is gone")
    last_id, last_hash, found_id = head
    kept = {head.length: head.last_hash for head in kept_heads}
    expected_id, previous_hash = 1, HASH_OF_NOTHING
    for number, row in _entries_until(session, last_id):
        if isinstance(row, str):
            return ChainFault(number, row)
        if number != expected_id:
            return ChainFault(expected_id, "is missing")
        entry = dict(row._mapping)
        if entry["previous_hash"] != previous_hash:
            return ChainFault(number, "does not follow the entry before it")
        if entry["entry_hash"] != hash_of(entry, previous_hash):
            return ChainFault(number, "was changed")
        if kept.pop(number, entry["entry_hash"]) != entry["entry_hash"]:
            return ChainFault(number, "is not the one whose hash was kept: the trail was written anew up to here")
        expected_id, previous_hash = number + 1, entry["entry_hash"]
    if expected_id <= last_id:
        return ChainFault(expected_id, "is missing")
    if previous_hash != last_hash:
        return ChainFault(last_id, "is not the entry that the trail should end with")
    if found_id > last_id:
        return ChainFault(last_id + 1, "stands after the end of the trail")
    lost = min((number for number in kept if number > 0), default=None)
    return None if lost is None else ChainFault(last_id + 1, f"is missing: a head of {lost} entries was kept")


def _entries_until(session: Session, last_id: int) -> Iterator[tuple[int, Row[Any] | str]]:
    """Numbers and rows in order; instead of a row that cannot be read, what is wrong with it."""
    columns = AuditEntry.__table__.columns
    read_until = 0
    while True:
        some = select(AuditEntry.id).where(AuditEntry.id > read_until, AuditEntry.id <= last_id)
        some = some.order_by(AuditEntry.id).limit(_CHECKED_AT_ONCE)
        try:
            rows = session.execute(some.with_only_columns(*columns)).all()
            numbered: list[tuple[int, Row[Any] | str]] = [(row.id, row) for row in rows]
        except (ValueError, TypeError):  # somebody wrote what is no moment or no JSON
            numbered = [(number, _row_or_fault(session, number)) for number in session.scalars(some).all()]
        if not numbered:
            return
        yield from numbered
        read_until = numbered[-1][0]


def _row_or_fault(session: Session, number: int) -> Row[Any] | str:
    try:
        return session.execute(select(*AuditEntry.__table__.columns).where(AuditEntry.id == number)).one()
    except (ValueError, TypeError):
        return "cannot be read"


def _conditions(session: Session, search: AuditSearch) -> Iterator[ColumnElement[bool]]:
    if search.person:
        # The names that occur are few and found by leaps; looking into the name of every entry would take long.
        called = [name for name in kinds_in(session, AuditEntry.actor_name) if search.person.lower() in name.lower()]
        accounts = _accounts_called(session, search.person)
        yield or_(AuditEntry.actor_name.in_(called), AuditEntry.actor_id.in_(accounts))
    if search.what:
        yield AuditEntry.what == search.what
    if search.subject_kind:
        yield AuditEntry.subject_kind == search.subject_kind
    if search.subject:
        ids = [str(account_id) for account_id in _accounts_called(session, search.subject)]
        yield or_(
            AuditEntry.subject_id == search.subject,
            and_(AuditEntry.subject_kind == "account", AuditEntry.subject_id.in_(ids)),
        )
    if search.since:
        yield AuditEntry.recorded_at >= _begin_of(search.since)
    if search.until:
        yield AuditEntry.recorded_at < _begin_of(search.until + timedelta(days=1))
    if search.older_than:
        yield AuditEntry.id < search.older_than


def _accounts_called(session: Session, text: str) -> Sequence[int]:
    called = or_(Account.name.icontains(text, autoescape=True), Account.email.icontains(text, autoescape=True))
    return session.scalars(select(Account.id).where(called).limit(_MOST_ACCOUNTS)).all()


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=COUNTY_ZONE)
