"""How a record came to be what it is: who changed what, when, and by which import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.registry.changes import WITHDRAWN, ChangeKind, change_kind, read_values
from app.registry.kinds import RecordKind
from app.registry.models import RegistryChange, RegistryImport


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """`members`: key, value before, value after of each that changed; `import_name`: the file that said so."""

    at: datetime
    who: str
    account_id: int | None
    kind: ChangeKind
    members: Sequence[tuple[str, Any, Any]]
    import_name: str | None


def record_history(session: Session, kind: RecordKind, record_id: str, *, limit: int) -> tuple[list[HistoryLine], int]:
    """Return the newest lines, newest first, and how many there are."""
    chosen = select(RegistryChange, RegistryImport.source_name).outerjoin(
        RegistryImport, RegistryImport.id == RegistryChange.import_id
    )
    ours = (RegistryChange.key == kind.key, RegistryChange.record_id == record_id)
    count = session.scalar(select(func.count()).select_from(RegistryChange).where(*ours)) or 0
    rows = session.execute(chosen.where(*ours).order_by(RegistryChange.id.desc()).limit(limit))
    return [_line(kind, change, import_name) for change, import_name in rows], count


def who_set(session: Session, kind: RecordKind, record_id: str) -> dict[str, tuple[str, datetime]]:
    """Return who gave each member its present value by hand, and when; an import speaks for nobody."""
    rows = session.scalars(
        select(RegistryChange)
        .where(RegistryChange.key == kind.key, RegistryChange.record_id == record_id)
        .order_by(RegistryChange.id)
    )
    found: dict[str, tuple[str, datetime]] = {}
    for row in rows:
        for name in row.after or ():
            found.pop(name, None)
            if row.import_id is None:
                found[name] = (row.actor_name, row.changed_at)
    return found


def _line(kind: RecordKind, change: RegistryChange, import_name: str | None) -> HistoryLine:
    return HistoryLine(
        at=change.changed_at,
        who=change.actor_name,
        account_id=change.account_id,
        kind=change_kind(change.before, change.after),
        members=_members(kind, change.before, change.after),
        import_name=import_name,
    )


def _members(
    kind: RecordKind, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[tuple[str, Any, Any]]:
    old, new = read_values(kind, before) or {}, read_values(kind, after) or {}
    names = (name for name in kind.members if name in old or name in new)
    return [
        (name, old.get(name), new.get(name)) for name in names if name != WITHDRAWN and old.get(name) != new.get(name)
    ]
