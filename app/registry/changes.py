"""What is to be changed in the register, and the changing: every change leaves its trace in the history.

Nothing here commits. Records are told apart by their codes; rows of values carry the keys of the kind's columns, and
what a row does not carry stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.clock import now
from app.errors import CHANGED_MEANWHILE, STILL_REFERRED_TO, Refusal
from app.registry.kinds import KINDS, RecordKind, kind_of
from app.registry.models import RegistryChange, RegistryImport

Values = Mapping[str, Any]
# The members of every record of a kind, withdrawn ones too, by their ids.
Stored = Mapping[str, Values]
# Whether a record is out of use stands among its members in changes and history.
WITHDRAWN: Final = "withdrawn"
_TAKEN_BACK_AT_ONCE = 200


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    TAKEN_BACK = "taken back"  # an addition that was undone


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`before` and `after`: the members that differ; None before it was there, and where it is taken back."""

    key: str
    record_id: str
    before: Values | None
    after: Values | None

    @property
    def kind(self) -> ChangeKind:
        return change_kind(self.before, self.after)

    @property
    def reversed(self) -> Change:
        return Change(key=self.key, record_id=self.record_id, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What rows would do to the register; `unchanged` counts those that say what is there, by kind.

    `missing`: records in use that the rows do not name, by kind.
    """

    changes: Sequence[Change]
    unchanged: Mapping[str, int]
    missing: Mapping[str, Sequence[str]]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many records of each kind are added, changed, withdrawn or restored."""
        found: dict[str, dict[str, int]] = {}
        for change in self.changes:
            of_kind = found.setdefault(change.key, {})
            of_kind[change.kind] = of_kind.get(change.kind, 0) + 1
        return found


def propose(
    session: Session,
    rows_by_key: Mapping[str, Sequence[Values]],
    *,
    withdraw_missing: bool,
    stored_of: Callable[[str], Stored] | None = None,
) -> Proposal:
    """Compare rows with the records of the same codes; with `withdraw_missing` those not named go out of use.

    `stored_of` returns what `stored_records` does of a kind, for those who have read it already.
    """
    changes: list[Change] = []
    unchanged: dict[str, int] = {}
    missing: dict[str, list[str]] = {}
    for key, rows in sorted(rows_by_key.items(), key=lambda item: list(KINDS).index(item[0])):
        kind = kind_of(key)
        stored = stored_records(session, key) if stored_of is None else stored_of(key)
        named = set()
        for row in rows:
            record_id = kind.record_id(row)
            named.add(record_id)
            change = _change(kind, record_id, stored.get(record_id), row)
            if change is None:
                unchanged[key] = unchanged.get(key, 0) + 1
            else:
                changes.append(change)
        missing[key] = [name for name, values in stored.items() if name not in named and not values[WITHDRAWN]]
        if withdraw_missing:
            changes += [
                Change(key=key, record_id=name, before={WITHDRAWN: False}, after={WITHDRAWN: True})
                for name in missing[key]
            ]
    return Proposal(changes=changes, unchanged=unchanged, missing=missing)


def stored_records(session: Session, key: str) -> dict[str, dict[str, Any]]:
    """Return the members of every record of a kind, withdrawn ones too, by their ids."""
    kind = kind_of(key)
    names = kind.members
    columns = [getattr(kind.model, name) for name in names]
    found: dict[str, dict[str, Any]] = {}
    for *row, withdrawn_at in session.execute(select(*columns, kind.model.withdrawn_at).order_by(kind.model.id)):
        values = dict(zip(names, row, strict=True))
        values[WITHDRAWN] = withdrawn_at is not None
        found[kind.record_id(values)] = values
    return found


def apply_import(session: Session, changes: Sequence[Change], *, source_name: str) -> RegistryImport:
    """Make the changes as one import, which can be undone."""
    actor = acting_now()
    done = RegistryImport(
        account_id=actor.account_id,
        actor_name=actor.name,
        source_name=source_name[:255],
        counts=Proposal(changes=changes, unchanged={}, missing={}).counts(),
    )
    session.add(done)
    session.flush()
    apply_changes(session, changes, import_id=done.id)
    return done


def apply_changes(session: Session, changes: Iterable[Change], *, import_id: int | None = None) -> None:
    """Make the changes and write them into the history; raises Refusal where a record to be taken back is in use."""
    by_key: dict[str, list[Change]] = {}
    for change in changes:
        by_key.setdefault(change.key, []).append(change)
    in_order = [(KINDS[key], by_key[key]) for key in KINDS if key in by_key]
    for kind, of_kind in in_order:
        _add(session, kind, [change.after for change in of_kind if change.before is None and change.after is not None])
        _update(session, kind, [c for c in of_kind if c.before is not None and c.after is not None])
    for kind, of_kind in reversed(in_order):
        _take_back(session, kind, [change.record_id for change in of_kind if change.after is None])
    _note(session, [change for _kind, of_kind in in_order for change in of_kind], import_id)
    session.expire_all()


def change_record(
    session: Session, key: str, record_id: str, after: Values, *, seen_version: int | None = None
) -> Change | None:
    """Give a record these members; None where it has them. Raises Refusal where somebody changed it meanwhile."""
    kind = kind_of(key)
    record = session.scalar(select(kind.model).where(kind.is_record(record_id)).with_for_update())
    if record is not None and seen_version is not None and record.version != seen_version:
        raise Refusal(CHANGED_MEANWHILE, [record_id])
    stored = None
    if record is not None:
        stored = {name: getattr(record, name) for name in kind.members}
        stored[WITHDRAWN] = record.withdrawn_at is not None
    change = _change(kind, record_id, stored, after)
    if change is not None:
        apply_changes(session, [change])
    return change


def withdraw_record(session: Session, key: str, record_id: str, *, withdrawn: bool = True) -> None:
    """Put a record out of use, or back into it."""
    apply_changes(
        session,
        [Change(key=key, record_id=record_id, before={WITHDRAWN: not withdrawn}, after={WITHDRAWN: withdrawn})],
    )


def change_kind(before: Values | None, after: Values | None) -> ChangeKind:
    """What a line of the history tells."""
    if before is None:
        return ChangeKind.ADDED
    if after is None:
        return ChangeKind.TAKEN_BACK
    if WITHDRAWN in after:
        return ChangeKind.WITHDRAWN if after[WITHDRAWN] else ChangeKind.RESTORED
    return ChangeKind.CHANGED


def written_values(values: Values | None) -> dict[str, Any] | None:
    """Members as they stand in the history: JSON."""
    if values is None:
        return None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def recorded_change(line: RegistryChange) -> Change:
    """Return the change that a line of the history tells of."""
    kind = KINDS[line.key]
    return Change(
        key=line.key,
        record_id=line.record_id,
        before=read_values(kind, line.before),
        after=read_values(kind, line.after),
    )


def read_values(kind: RecordKind, written: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Members as they were before they were written into the history."""
    if written is None:
        return None
    return {
        name: date.fromisoformat(value) if value is not None and name in kind.days else value
        for name, value in written.items()
    }


def _change(kind: RecordKind, record_id: str, stored: Values | None, row: Values) -> Change | None:
    """What the row changes: a withdrawn record that is named again is in use again."""
    given = {name: kind.empty[name] if row[name] is None else row[name] for name in kind.members if name in row}
    if stored is None:
        whole = {**kind.empty, **given}
        return Change(key=kind.key, record_id=record_id, before=None, after=whole)
    after = {name: value for name, value in given.items() if stored[name] != value}
    if stored[WITHDRAWN]:
        after[WITHDRAWN] = False
    if not after:
        return None
    return Change(key=kind.key, record_id=record_id, before={name: stored[name] for name in after}, after=after)


def _columns(values: Values) -> dict[str, Any]:
    """Members as columns of the table."""
    columns = {name: value for name, value in values.items() if name != WITHDRAWN}
    if WITHDRAWN in values:
        columns["withdrawn_at"] = now() if values[WITHDRAWN] else None
    return columns


def _add(session: Session, kind: RecordKind, records: Sequence[Values]) -> None:
    if records:
        session.execute(insert(kind.model), [_columns(values) for values in records])


def _update(session: Session, kind: RecordKind, changes: Sequence[Change]) -> None:
    """Changes of the same members go in one statement."""
    by_members: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        assert change.after is not None
        by_members.setdefault(tuple(sorted(change.after)), []).append(change)
    table = kind.model.__table__
    for alike in by_members.values():
        assert alike[0].after is not None
        names = list(_columns(alike[0].after))
        statement = (
            update(table)
            .where(*(table.c[name] == bindparam(f"its_{name}") for name in kind.table.id_keys))
            .values({name: bindparam(f"new_{name}") for name in names} | {"version": table.c.version + 1})
        )
        session.connection().execute(statement, [_parameters(kind, change) for change in alike])


def _parameters(kind: RecordKind, change: Change) -> dict[str, Any]:
    assert change.after is not None
    new = {f"new_{name}": value for name, value in _columns(change.after).items()}
    return new | {f"its_{name}": value for name, value in kind.id_values(change.record_id).items()}


def _take_back(session: Session, kind: RecordKind, record_ids: Sequence[str]) -> None:
    """Take records out of the register, many at once; which one is in use is looked for only where one is."""
    for first in range(0, len(record_ids), _TAKEN_BACK_AT_ONCE):
        some = record_ids[first : first + _TAKEN_BACK_AT_ONCE]
        try:
            with session.begin_nested():
                session.execute(delete(kind.model).where(kind.are_records(some)))
        except IntegrityError as in_use:
            if len(some) == 1:
                raise Refusal(STILL_REFERRED_TO, some) from in_use
            for record_id in some:
                _take_back(session, kind, [record_id])


def _note(session: Session, changes: Sequence[Change], import_id: int | None) -> None:
    if not changes:
        return
    actor, at = acting_now(), now()
    session.execute(
        insert(RegistryChange),
        [
            {
                "changed_at": at,
                "account_id": actor.account_id,
                "actor_name": actor.name,
                "key": change.key,
                "record_id": change.record_id,
                "before": written_values(change.before),
                "after": written_values(change.after),
                "import_id": import_id,
            }
            for change in changes
        ],
    )
