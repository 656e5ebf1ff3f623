"""What is not mended or not checked in time is told further and further, each step once. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from app.fire_safety.alarms.operations import raise_alarm, raised_before
from app.fire_safety.inspections.queries import ActionNow, ActionState, unfinished_actions
from yard_rules.audiences import Audience
from yard_rules.escalation import EscalationStep, escalation_steps
from yard_rules.finding import Severity


def watch_actions(session: Session, yard_id: str, moment: datetime) -> None:
    """Raise an alarm for each step of the escalation of the yard's corrective actions, for whoever is told by it; and
    one for a mending that nobody has checked in time. What blocks is told as soon as it is found, too: it has closed
    something."""
    unfinished = unfinished_actions(session, yard_id, moment)
    _tell_what_closes(session, yard_id, unfinished, moment)
    due = [step for it in unfinished for step in _steps_of(it)]
    keys = [key for key, *_step in due]
    raised = raised_before(session, keys)
    for key, it, kind, told in due:
        if key not in raised:
            raise_alarm(
                session,
                yard_id=yard_id,
                kind=kind,
                subject=it.action.subject_id or yard_id,
                said={
                    "item": it.action.item_id,
                    "action": it.action.id,
                    "due_at": it.action.due_at.isoformat(),
                    "told": [audience.value for audience in told],
                },
                key=key,
                moment=moment,
                severity=Severity.ADVICE if kind == "action_due" else Severity(it.action.severity),
                told=told,
            )


def _tell_what_closes(session: Session, yard_id: str, unfinished: Sequence[ActionNow], moment: datetime) -> None:
    """One alarm for all that was found at once, to those who are told as soon as its deadline has passed."""
    blocking = [it for it in unfinished if it.action.severity == Severity.BLOCKS and it.state is ActionState.OPEN]
    by_record = {
        it.action.record_id: [one for one in blocking if one.action.record_id == it.action.record_id] for it in blocking
    }
    keys = {found_key(record_id): found for record_id, found in by_record.items()}
    raised = raised_before(session, keys)
    for key, found in keys.items():
        if key in raised:
            continue
        first = found[0]
        steps = escalation_steps(Severity.BLOCKS, first.action.found_at, first.action.due_at)
        told = [step.told for step in steps if step.at == first.action.due_at]
        raise_alarm(
            session,
            yard_id=yard_id,
            kind="action_found",
            subject=first.action.subject_id or yard_id,
            said={
                "items": [it.action.item_id for it in found],
                "due_at": first.action.due_at.isoformat(),
                "told": [audience.value for audience in told],
            },
            key=key,
            moment=moment,
            severity=Severity.BLOCKS,
            told=told,
        )


def found_key(record_id: str) -> str:
    """Return what names the alarm of all that blocks and was found by one record."""
    return f"action/found/{record_id}"


def is_still_due(it: ActionNow, kind: str) -> bool:
    """Return whether what an alarm of this kind told of an action still holds: not mended, not checked in time."""
    return it.at.check_overdue if kind == "action_unchecked" else it.state is ActionState.OPEN


def _steps_of(it: ActionNow) -> list[tuple[str, ActionNow, str, Sequence[Audience]]]:
    """Key, action, kind and audiences of what is to be told by now; who is told at one moment is told at once."""
    found: list[tuple[str, ActionNow, str, Sequence[Audience]]] = []
    if it.state is ActionState.OPEN:
        for at, steps in groupby(it.at.taken, key=lambda step: step.at):
            found.append(_step(it, at, list(steps)))
    elif it.at.check_overdue and it.mending is not None:
        told = (Audience.MANAGER, Audience.FRANCHISE)
        found.append((f"action/{it.action.id}/check/{it.mending.id}", it, "action_unchecked", told))
    return found


def _step(
    it: ActionNow, at: datetime, steps: Sequence[EscalationStep]
) -> tuple[str, ActionNow, str, Sequence[Audience]]:
    kind = "action_due" if all(step.is_reminder for step in steps) else "action_overdue"
    return f"action/{it.action.id}/{at.isoformat()}", it, kind, [step.told for step in steps]
