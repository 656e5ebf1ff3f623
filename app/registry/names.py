"""What records are called on pages: by their name, else their plate, else their code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.registry.kinds import KINDS, RecordKind
from app.registry.lists import seen_by

# More than these are searched, not chosen from a list.
MOST_CHOICES: Final = 200
# Whoever writes into the own town may still name these of other towns: where straw goes to, what there is on the road.
_NAMED_BY_ALL: Final = frozenset({"plants", "truck_classes", "materials"})


def name_of(kind: RecordKind, found: Any) -> str:
    """What a record is called."""
    return getattr(found, "name", None) or kind.id_of(found)


def names_by_column(session: Session, kind: RecordKind, rows: Sequence[Any]) -> dict[str, dict[str, str]]:
    """Return, by referring column, how the records are called that these rows refer to."""
    found: dict[str, dict[str, str]] = {}
    for column in kind.columns:
        if column.refers_to is not None:
            codes = {getattr(row, column.key) for row in rows} - {None}
            found[column.key] = names_of_codes(session, column.refers_to, codes)
    return found


def names_of_codes(session: Session, key: str, codes: Iterable[str]) -> dict[str, str]:
    """Return how the records with these codes are called; those without a name of their own are left out."""
    kind, wanted = KINDS[key], sorted(codes)
    if not wanted or "name" not in kind.members:
        return {}
    code = getattr(kind.model, kind.table.id_keys[0])
    return {row[0]: row[1] for row in session.execute(select(code, kind.model.name).where(code.in_(wanted)))}


def choices_of(session: Session, key: str, scope: Scope | None, *, also: str | None = None) -> list[tuple[str, str]]:
    """Return code and name of what may be referred to: the records in use, and the one that is referred to now.

    Where there are more than MOST_CHOICES, one more than that is returned, and the rest is to be searched.
    """
    code, name, may_choose = _choosable(KINDS[key], scope)
    chosen = may_choose if also is None else may_choose | (code == also)
    rows = session.execute(select(code, name).where(chosen).order_by(KINDS[key].model.id).limit(MOST_CHOICES + 1))
    return [(row[0], row[1]) for row in rows]


def choices_called(
    session: Session, key: str, scope: Scope | None, texts: Iterable[str], *, also: str | None = None
) -> list[tuple[str, str]]:
    """Return those of the choices whose code or name is one of these texts."""
    code, name, may_choose = _choosable(KINDS[key], scope)
    wanted = sorted(set(texts))
    chosen = may_choose & (code.in_(wanted) | name.in_(wanted))
    rows = session.execute(select(code, name).where(chosen if also is None else chosen | (code == also)))
    return [(row[0], row[1]) for row in rows]


def _choosable(kind: RecordKind, scope: Scope | None) -> tuple[Any, Any, ColumnElement[bool]]:
    code = getattr(kind.model, kind.table.id_keys[0])
    name = kind.model.name if "name" in kind.members else code
    may_choose = kind.model.withdrawn_at.is_(None)
    return code, name, may_choose if kind.key in _NAMED_BY_ALL else may_choose & seen_by(kind, scope)
