"""Yards and stacks closed by hand, and opened again by two people with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BAD_RECORD, ENDS_BY_ITSELF, NO_SUCH_STACK, NO_SUCH_SUSPENSION, SAME_PERSON, SETTLED_ALREADY
from app.fire_safety.heat.bans import ban_level
from app.fire_safety.inspections.bodies import LiftAnswered, LiftAsked, SuspensionSet
from app.fire_safety.inspections.queries import ActionNow
from app.fire_safety.suspension_rows import suspension_row
from app.intake.arriving import Arrived, Effects, RefusedHere
from app.registry.suspension_models import LiftStep, Suspension, SuspensionStep
from app.registry.suspensions import open_request, suspension_with_steps
from app.storage.layouts import stacks_of
from yard_rules.heat.ladder import HeatLevel


def suspension_set(session: Session, arrived: Arrived, body: SuspensionSet) -> Effects:
    """The yard's intake, or one of its stacks, is closed from now on."""
    if body.stack_id is not None and body.stack_id not in {it.stack_id for it in stacks_of(session, arrived.place_id)}:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NO_SUCH_STACK, [body.stack_id])
    return Effects([(Suspension, suspension_row(arrived, stack_id=body.stack_id, reason=body.reason))])


def lift_asked(session: Session, arrived: Arrived, body: LiftAsked) -> Effects:
    """Somebody says, with evidence, that the danger is gone: also the release of a stack in an emergency. What a
    corrective action closed is opened by its check."""
    suspension, steps = _in_force(session, arrived, body.suspension_id)
    if not may_be_asked(session, suspension):
        raise RefusedHere(HTTPStatus.CONFLICT, ENDS_BY_ITSELF, [body.suspension_id])
    if suspension.action_id is not None or open_request(steps) is not None:
        raise RefusedHere(HTTPStatus.CONFLICT, SETTLED_ALREADY, [body.suspension_id])
    return Effects([_step(arrived, suspension.id, LiftStep.ASKED, body.evidence, body.photos)])


def lift_answered(session: Session, arrived: Arrived, body: LiftAnswered) -> Effects:
    """Another person than the one who asked opens it again, or declines."""
    suspension, steps = _in_force(session, arrived, body.suspension_id)
    asked = open_request(steps)
    if asked is None:
        raise RefusedHere(HTTPStatus.CONFLICT, SETTLED_ALREADY, [body.suspension_id])
    if arrived.operator_id is None or arrived.operator_id == asked.taken_by:
        raise RefusedHere(HTTPStatus.CONFLICT, SAME_PERSON, [arrived.operator_name])
    if not body.is_agreed and body.reason is None:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, BAD_RECORD, ["reason"])
    step = LiftStep.LIFTED if body.is_agreed else LiftStep.DECLINED
    return Effects([_step(arrived, suspension.id, step, body.reason or "", [])])


def lifted_by_check(session: Session, arrived: Arrived, found: ActionNow) -> Effects:
    """What a corrective action closed is open again once it is mended and another person has seen it: its photos are
    the evidence, and the two are two people."""
    suspension_id = session.scalar(select(Suspension.id).where(Suspension.action_id == found.action.id))
    if suspension_id is None or found.mending is None:
        return Effects()
    said = found.mending.note or ""
    return Effects([_step(arrived, suspension_id, LiftStep.LIFTED, said, found.mending.photos)])


def may_be_asked(session: Session, suspension: Suspension) -> bool:
    """Whether people end it: what heat closed ends when the stack has cooled, but for a stack in an emergency, which
    two people release."""
    level = ban_level(session, suspension)
    return level is None or (level is HeatLevel.EMERGENCY and suspension.stack_id is not None)


def _in_force(session: Session, arrived: Arrived, suspension_id: str) -> tuple[Suspension, Sequence[SuspensionStep]]:
    found = suspension_with_steps(session, suspension_id)
    if found is None or found[0].yard_id != arrived.place_id:
        raise RefusedHere(HTTPStatus.NOT_FOUND, NO_SUCH_SUSPENSION, [suspension_id])
    if any(step.step == LiftStep.LIFTED for step in found[1]):
        raise RefusedHere(HTTPStatus.CONFLICT, SETTLED_ALREADY, [suspension_id])
    return found


def _step(
    arrived: Arrived, suspension_id: str, step: LiftStep, said: str, photos: list[str]
) -> tuple[type[Any], dict[str, Any]]:
    row = {
        "record_id": arrived.id,
        "suspension_id": suspension_id,
        "step": step,
        "said": said,
        "photos": photos,
        "taken_by": arrived.operator_id,
        "taken_name": arrived.operator_name,
        "taken_at": arrived.happened_at,
    }
    return SuspensionStep, row
