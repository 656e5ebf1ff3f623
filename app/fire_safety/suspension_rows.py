"""The row of what is closed for a danger, whoever closes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.intake.arriving import Arrived
from yard_rules.heat.ladder import Ban


def suspension_row(
    arrived: Arrived,
    *,
    stack_id: str | None,
    reason: str,
    action_id: str | None = None,
    bans: Iterable[Ban] | None = None,
) -> dict[str, Any]:
    """Return the row of a stack, or of the yard's intake, that a record closes; `action_id`: the corrective action that
    closes it and whose check opens it again; `bans`: what exactly is forbidden, where that is known."""
    return {
        "id": action_id or f"{arrived.id}-1",
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "stack_id": stack_id,
        "reason": reason,
        "action_id": action_id,
        "set_by": arrived.operator_id,
        "set_name": arrived.operator_name,
        "set_at": arrived.happened_at,
        "bans": None if bans is None else [ban.value for ban in bans],
    }
