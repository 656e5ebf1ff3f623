"""Corrective actions of what failed elsewhere than in an inspection: a check of equipment, a drill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from app.fire_safety.inspections.models import ActionStep, CorrectiveAction, Step
from app.intake.arriving import Arrived
from yard_rules.audiences import Audience
from yard_rules.finding import Severity

Row = tuple[type[Any], dict[str, Any]]
EQUIPMENT_FIT: Final = "equipment_fit"
DRILL_MENDED: Final = "drill_mended"
# As the columns have it.
_LONGEST_SUBJECT: Final = 64


def subject_of(thing_id: str) -> str:
    """Return what an action keeps as the id of the thing that it is about."""
    return thing_id[:_LONGEST_SUBJECT]


def action_of(
    arrived: Arrived,
    number: int,
    *,
    found_in: str,
    item_id: str,
    subject_id: str | None,
    mend_days: int,
    note: str,
    photos: Sequence[str],
) -> Row:
    """Return the row of an action: `number` among those of the record, `found_in` what failed."""
    return CorrectiveAction, {
        "id": f"{arrived.id}-{number}",
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "list_kind": found_in,
        "list_day": arrived.business_day,
        "item_id": item_id,
        "subject_id": subject_id,
        "severity": Severity.MEND,
        "owner": Audience.MANAGER,
        "note": note,
        "photos": list(photos),
        "found_by": arrived.operator_id,
        "found_name": arrived.operator_name,
        "found_at": arrived.happened_at,
        "due_at": arrived.happened_at + timedelta(days=mend_days),
    }


def sent_back(arrived: Arrived, number: int, action_id: str, *, note: str, photos: Sequence[str]) -> Row:
    """Return the step with which an action that was said to be mended is to be mended again."""
    return ActionStep, {
        "id": f"{arrived.id}-{number}",
        "record_id": arrived.id,
        "action_id": action_id,
        "step": Step.SENT_BACK,
        "note": note,
        "photos": list(photos),
        "taken_by": arrived.operator_id,
        "taken_name": arrived.operator_name,
        "taken_at": arrived.happened_at,
    }
