"""Checks of equipment go in, and what is overdue raises an alarm. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.clock import business_day
from app.errors import NO_SUCH_EQUIPMENT
from app.fire_safety.alarms.operations import raise_alarm, raised_before
from app.fire_safety.equipment.models import EquipmentCheck
from app.fire_safety.equipment.queries import Piece, equipment_of
from app.fire_safety.inspections.other_actions import EQUIPMENT_FIT, action_of, sent_back, subject_of
from app.fire_safety.inspections.queries import ActionState, undone_actions
from app.intake.arriving import Arrived, Effects, RefusedHere
from yard_rules.equipment import DueState, DutyDue
from yard_rules.rulebook import rulebook

if TYPE_CHECKING:
    from app.fire_safety.equipment.record_kinds import EquipmentChecked


def equipment_checked(session: Session, arrived: Arrived, body: EquipmentChecked) -> Effects:
    """A row for each piece; what did not pass is to be mended, once however often it is found. What was found has been
    looked at: the next check is due after its interval all the same. Refused for a piece that is not drawn."""
    known = {piece.key for piece in equipment_of(session, arrived.place_id, arrived.business_day)}
    pieces = list(dict.fromkeys(body.pieces))
    if strange := [it for it in pieces if (it, body.kind) not in known]:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NO_SUCH_EQUIPMENT, strange)
    effects = Effects()
    for number, equipment_id in enumerate(pieces, 1):
        row = {
            "id": f"{arrived.id}-{number}",
            "record_id": arrived.id,
            "yard_id": arrived.place_id,
            "equipment_id": equipment_id,
            "kind": body.kind,
            "duty": body.duty,
            "passed": body.passed,
            "is_new_piece": body.is_new_piece,
            "made_on": body.made_on,
            "note": body.note,
            "photos": body.photos,
            "checked_on": arrived.business_day,
            "checked_by": arrived.operator_id,
            "checked_name": arrived.operator_name,
            "checked_at": arrived.happened_at,
        }
        effects.rows.append((EquipmentCheck, row))
    if not body.passed:
        _to_mend(session, arrived, body, pieces, effects)
    return effects


def watch_equipment(session: Session, yard_id: str, moment: datetime) -> None:
    """Raise an alarm for each piece of equipment that is overdue: one for each day on which it was due."""
    overdue = overdue_pieces(session, yard_id, moment)
    raised = raised_before(session, overdue)
    for key, (piece, due) in overdue.items():
        if key not in raised:
            said = {
                "equipment": due.kind.value,
                "piece": piece.name,
                "duty": due.duty.value,
                "due_on": due.due_on.isoformat(),
            }
            raise_alarm(
                session,
                yard_id=yard_id,
                kind="equipment_overdue",
                subject=piece.equipment_id,
                said=said,
                key=key,
                moment=moment,
            )


def overdue_pieces(session: Session, yard_id: str, moment: datetime) -> Mapping[str, tuple[Piece, DutyDue]]:
    """Return the pieces with a duty that is overdue, by what names the alarm."""
    return {
        f"equipment/{yard_id}/{due.kind}/{due.equipment_id}/{due.due_on}": (piece, due)
        for piece in equipment_of(session, yard_id, business_day(moment))
        # of several duties that were due on one day the first is told
        for due in reversed(piece.due)
        if due.state is DueState.OVERDUE
    }


def _to_mend(session: Session, arrived: Arrived, body: EquipmentChecked, pieces: list[str], effects: Effects) -> None:
    undone = undone_actions(session, arrived.place_id, arrived.received_at)
    days = rulebook("equipment").whole("failed_mend_days", arrived.business_day)
    note = body.note or ""
    for number, equipment_id in enumerate(pieces, 1):
        before = undone.get((EQUIPMENT_FIT, subject_of(equipment_id)))
        if before is None:
            row = action_of(
                arrived,
                number,
                found_in="equipment",
                item_id=EQUIPMENT_FIT,
                subject_id=subject_of(equipment_id),
                mend_days=days,
                note=note,
                photos=body.photos,
            )
            effects.rows.append(row)
        elif before.state is ActionState.MENDED:
            effects.rows.append(sent_back(arrived, number, before.action.id, note=note, photos=body.photos))
