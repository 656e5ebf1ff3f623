"""Undoing an import: every record that it changed is as it was before, or nothing is changed and the reason is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.actors import acting_now
from app.accounts.scope import Scope
from app.clock import now
from app.errors import CHANGED_SINCE_IMPORT, STILL_REFERRED_TO, Refusal
from app.registry.changes import WITHDRAWN, Change, apply_changes, recorded_change, stored_records
from app.registry.importing.operations import counted, lock_register
from app.registry.importing.references import referred_kinds
from app.registry.kinds import KINDS
from app.registry.models import RegistryChange, RegistryImport

# So many records are named where an import cannot be undone.
_NAMED = 50
_IDS_AT_ONCE = 500


def import_of(
    session: Session, import_id: int, *, scope: Scope | None, account_id: int | None, lock: bool = False
) -> RegistryImport | None:
    """Return the import; None where there is none, or none that may be seen: somebody of a place sees their own."""
    chosen = select(RegistryImport).where(RegistryImport.id == import_id)
    found = session.scalar(chosen.with_for_update() if lock else chosen)
    return found if found is not None and (scope is None or found.account_id == account_id) else None


def undo_import(session: Session, done: RegistryImport) -> bool:
    """Put back what the import changed; False where it is undone already.

    Raises Refusal, naming the records, where some were changed again since or others refer to what would be taken back.
    """
    if done.undone_at is not None:
        return False
    history = session.scalars(
        select(RegistryChange).where(RegistryChange.import_id == done.id).order_by(RegistryChange.id)
    ).all()
    lock_register(session, sorted({line.key for line in history}))
    changes = [recorded_change(line) for line in history]
    changed = list(_changed_since(session, changes))
    if changed:
        raise Refusal(CHANGED_SINCE_IMPORT, _shortened(changed))
    referring = list(_referring(session, changes))
    if referring:
        raise Refusal(STILL_REFERRED_TO, _shortened(referring))
    apply_changes(session, [change.reversed for change in changes])
    done = session.get_one(RegistryImport, done.id)
    done.undone_at, done.undone_by = now(), acting_now().name[:255]
    audit.record(
        session,
        what="import.undone",
        subject_kind="import",
        subject_id=done.id,
        after={"file": done.source_name, **counted(done.counts)},
    )
    return True


def _changed_since(session: Session, changes: Sequence[Change]) -> Iterator[str]:
    """The records that do not say any more what the import made them say."""
    stored: dict[str, Mapping[str, Mapping[str, Any]]] = {
        key: stored_records(session, key) for key in {change.key for change in changes}
    }
    for change in changes:
        record = stored[change.key].get(change.record_id)
        # What an import added was in use.
        after = {**change.after, WITHDRAWN: False} if change.before is None and change.after else change.after or {}
        if record is None or any(record[name] != value for name, value in after.items()):
            yield change.record_id


def _referring(session: Session, changes: Sequence[Change]) -> Iterator[str]:
    """What would refer to nothing: records that stay, or point again, to what the import added."""
    added = {
        key: {change.record_id for change in changes if change.key == key and change.before is None} for key in KINDS
    }
    pointing_elsewhere = {
        (change.key, change.record_id, column): change.before[column]
        for change in changes
        if change.before is not None
        for column in referred_kinds(change.key)
        if column in change.before
    }
    for key, kind in KINDS.items():
        ids = [getattr(kind.model, name) for name in kind.table.id_keys]
        for column, targets in referred_kinds(key).items():
            gone = sorted(set().union(*(added[target] for target in targets)))
            for first in range(0, len(gone), _IDS_AT_ONCE):
                refers = getattr(kind.model, column).in_(gone[first : first + _IDS_AT_ONCE])
                for row in session.execute(select(*ids).where(refers)):
                    record_id = kind.id_of(row)
                    if record_id not in added[key] and (key, record_id, column) not in pointing_elsewhere:
                        yield record_id


def _shortened(names: Sequence[str]) -> list[str]:
    distinct = list(dict.fromkeys(names))
    rest = len(distinct) - _NAMED
    return [*distinct[:_NAMED], f"… + {rest}"] if rest > 0 else distinct
