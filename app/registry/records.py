"""A record added, changed, withdrawn and put back by hand: each leaves one line of history and one audit entry.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.errors import CODE_TAKEN, REFERRED_TO_IN_USE, REFERS_TO_WITHDRAWN, Refusal
from app.registry.changes import Change, change_record, withdraw_record
from app.registry.growers import named_growers
from app.registry.kinds import KINDS, RecordKind
from app.registry.record_facts import referring, withdrawn_references

# What the audit trail calls a record of each kind.
SUBJECTS: Final[Mapping[str, str]] = {
    "towns": "town", "materials": "material", "truck_classes": "truck_class", "growers": "grower",
    "collecting_bodies": "collecting_body", "plants": "plant", "yards": "yard", "fields": "field", "trucks": "truck",
    "balers": "baler", "scales": "scale", "meters": "meter", "purchased_machines": "purchased_machine",
    "recycling_points": "recycling_point", "material_uses": "material_use",
    "approvals": "approval", "seasons": "season",
    "weather": "weather", "hours": "hours",
}  # fmt: skip


def add_record(session: Session, kind: RecordKind, values: Mapping[str, Any]) -> str:
    """Add a record and return its id; raises Refusal where its code is taken, by a withdrawn record too."""
    record_id = kind.record_id(values)
    if session.scalar(select(kind.model.id).where(kind.is_record(record_id))) is not None:
        raise Refusal(CODE_TAKEN, [record_id])
    try:
        with session.begin_nested():
            change = change_record(session, kind.key, record_id, _completed(session, kind, values))
    except IntegrityError as taken:  # somebody added it at this moment
        raise Refusal(CODE_TAKEN, [record_id]) from taken
    assert change is not None
    _audit(session, kind, record_id, "added", change)
    return record_id


def save_record(
    session: Session, kind: RecordKind, record_id: str, values: Mapping[str, Any], *, seen_version: int
) -> Change | None:
    """Give a record these values; None where it has them. Raises Refusal where somebody changed it meanwhile."""
    completed = _completed(session, kind, {**kind.id_values(record_id), **values})
    change = change_record(session, kind.key, record_id, completed, seen_version=seen_version)
    if change is not None:
        _audit(session, kind, record_id, "changed", change)
    return change


def withdraw(session: Session, kind: RecordKind, found: Any) -> None:
    """Put a record out of use; raises Refusal where records in use cannot do without it."""
    record_id = kind.id_of(found)
    session.refresh(found, with_for_update=True)
    if found.withdrawn_at is not None:
        return
    if any(each.is_needed and each.in_use for each in referring(session, kind, record_id, None)):
        raise Refusal(REFERRED_TO_IN_USE, [record_id])
    withdraw_record(session, kind.key, record_id)
    record(session, what=f"{SUBJECTS[kind.key]}.withdrawn", subject_kind=SUBJECTS[kind.key], subject_id=record_id)


def restore(session: Session, kind: RecordKind, found: Any) -> None:
    """Put a record back into use; raises Refusal where something that it cannot do without is out of use."""
    record_id = kind.id_of(found)
    session.refresh(found, with_for_update=True)
    if found.withdrawn_at is None:
        return
    missing = withdrawn_references(session, kind, found)
    if missing:
        raise Refusal(REFERS_TO_WITHDRAWN, missing)
    withdraw_record(session, kind.key, record_id, withdrawn=False)
    record(session, what=f"{SUBJECTS[kind.key]}.restored", subject_kind=SUBJECTS[kind.key], subject_id=record_id)


def _completed(session: Session, kind: RecordKind, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A field whose grower is named without a code is given that grower's, who is added where the town has none."""
    if kind.key != "fields" or values.get("grower_id") is not None:
        return values
    added, (completed,) = named_growers(session, [values])
    for grower in added:
        add_record(session, KINDS["growers"], grower)
    return completed


def _audit(session: Session, kind: RecordKind, record_id: str, verb: str, change: Change) -> None:
    subject = SUBJECTS[kind.key]
    record(
        session, what=f"{subject}.{verb}", subject_kind=subject, subject_id=record_id,
        before=change.before, after=change.after,
    )  # fmt: skip
