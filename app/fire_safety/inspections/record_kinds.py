"""The kinds of records of inspections, corrective actions and suspensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.fire_safety.inspections.bodies import (
    ActionChecked,
    ActionMended,
    Inspected,
    LiftAnswered,
    LiftAsked,
    SuspensionSet,
)
from app.fire_safety.inspections.drawing_closings import DRAWING_CLOSING_KINDS
from app.fire_safety.inspections.operations import action_checked, action_mended, inspected
from app.fire_safety.inspections.owners import ActionAssigned, action_assigned
from app.fire_safety.inspections.suspending import lift_answered, lift_asked, suspension_set
from app.intake.arriving import RecordKind

_YARD: Final = frozenset({"yard"})

INSPECTION_KINDS: Final[Mapping[str, RecordKind]] = {
    "inspection": RecordKind(Inspected, inspected, _YARD),
    "action_mended": RecordKind(ActionMended, action_mended, _YARD),
    "action_checked": RecordKind(ActionChecked, action_checked, _YARD),
    "action_assigned": RecordKind(ActionAssigned, action_assigned, _YARD, from_devices=False),
    **DRAWING_CLOSING_KINDS,
    "suspension_set": RecordKind(SuspensionSet, suspension_set, _YARD, from_devices=False),
    "suspension_lift_asked": RecordKind(LiftAsked, lift_asked, _YARD, from_devices=False),
    "suspension_lift_answered": RecordKind(LiftAnswered, lift_answered, _YARD, from_devices=False),
}
