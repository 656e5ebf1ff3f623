"""What the office sets for emergency cards goes in. Nothing here commits."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import now
from app.fire_safety.emergency.models import EmergencySheet
from app.fire_safety.emergency.queries import sheet_of

_DEMO: Final = Path(__file__).with_name("demo_numbers.toml")


def set_sheet(
    session: Session,
    yard_id: str | None,
    numbers: Sequence[dict[str, str]],
    *,
    address: str | None = None,
    access: str | None = None,
    gathering: str | None = None,
) -> None:
    """Let this hold for the yard's card, or (None) for those of all yards; the same as before is kept as it is."""
    before = sheet_of(session, yard_id)
    said = {"address": address, "access": access, "gathering": gathering, "numbers": list(numbers)}
    if before is not None and _said(before) == said:
        return
    actor = acting_now()
    added = EmergencySheet(yard_id=yard_id, **said, set_by=actor.account_id, set_name=actor.name, set_at=now())
    session.add(added)
    session.flush()
    record(
        session,
        what="emergency_sheet.changed",
        subject_kind="emergency_sheet",
        subject_id=yard_id or "county",
        before=None if before is None else _written(_said(before)),
        after=_written(said),
    )


def ensure_demo_numbers(session: Session) -> None:
    """Set made-up numbers of the county for a demonstration, where nobody has set any."""
    if sheet_of(session, None) is None:
        set_sheet(session, None, tomllib.loads(_DEMO.read_text(encoding="utf-8"))["numbers"])


def _said(sheet: EmergencySheet) -> dict[str, Any]:
    return {name: getattr(sheet, name) for name in ("address", "access", "gathering", "numbers")}


def _written(said: dict[str, Any]) -> dict[str, Any]:
    """For the trail: its values are plain."""
    return said | {"numbers": "; ".join(f"{it['name']}: {it['number']}" for it in said["numbers"])}
