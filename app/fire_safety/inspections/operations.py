"""What records of inspections and corrective actions make. What fails counts at once; what blocks closes the yard, or
the stack on which it was found, until two people say that it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BAD_RECORD, NO_SUCH_ACTION, NOT_MENDED, SAME_PERSON, SETTLED_ALREADY, STILL_DRAWN
from app.fire_safety.drawings.dangers import DRAWN, is_still_drawn
from app.fire_safety.inspections.bodies import ActionChecked, ActionMended, Inspected, ItemAnswer
from app.fire_safety.inspections.models import ActionStep, CorrectiveAction, Inspection, Step
from app.fire_safety.inspections.queries import ActionNow, ActionState, action_now, answers_of_day, undone_actions
from app.fire_safety.inspections.suspending import lifted_by_check
from app.fire_safety.inspections.things import things_of
from app.fire_safety.suspension_rows import suspension_row
from app.intake.arriving import Arrived, Effects, RefusedHere
from app.registry.suspension_models import Suspension
from yard_rules.audiences import Audience
from yard_rules.checklists import Checklist, Per, checklist
from yard_rules.escalation import deadline
from yard_rules.finding import Finding, Severity
from yard_rules.inspections import Answer, Outcome, inspection_result
from yard_rules.rulebook import NoFigure

_LONGEST = 500


def inspected(session: Session, arrived: Arrived, body: Inspected) -> Effects:
    """The inspection, and a corrective action for each item that failed and is not one already; what was said to be
    mended and fails again is sent back. What a photo or note lacks is kept all the same: a danger is one without."""
    try:
        held = checklist(body.list_kind, body.list_day)
    except NoFigure as fault:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, BAD_RECORD, [str(fault)]) from None
    things = things_of(session, arrived.place_id)
    result = inspection_result(held, things, map(_answer, body.answers), yard_id=arrived.place_id)
    whole = inspection_result(held, things, _of_the_day(session, arrived, body), yard_id=arrived.place_id)
    lacking = sum(it.is_binding for it in whole.lacking) + len(result.strange)
    row = {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "list_kind": body.list_kind,
        "list_day": body.list_day,
        "digest": body.digest,
        "is_known_list": body.digest == held.digest,
        "answers": [answer.model_dump(mode="json") for answer in body.answers],
        "findings": len(result.findings),
        "lacking": lacking,
        "note": body.note,
        "inspector_id": arrived.operator_id,
        "inspector_name": arrived.operator_name,
        "inspected_at": arrived.happened_at,
    }
    effects = Effects([(Inspection, row)])
    known = undone_actions(session, arrived.place_id, arrived.received_at)
    for number, (finding, said) in enumerate(_failed(body, result.findings), start=1):
        id_ = f"{arrived.id}-{number}"
        before = known.get((said.item_id, said.subject_id))
        if before is None:
            effects.rows += _found(arrived, held, finding, said, id_)
        elif before.state is ActionState.MENDED and _is_after(before, arrived.happened_at):
            step = _step(arrived, id_, before.action.id, Step.SENT_BACK, said.note, said.photos)
            effects.rows.append((ActionStep, step))
    return effects


def action_mended(session: Session, arrived: Arrived, body: ActionMended) -> Effects:
    """Somebody says that it is mended, and shows it; refused where that was said before and nobody sent it back."""
    found = _of_this_yard(session, arrived, body.action_id)
    if found.state is not ActionState.OPEN:
        raise RefusedHere(HTTPStatus.CONFLICT, SETTLED_ALREADY, [body.action_id])
    step = _step(arrived, f"{arrived.id}-1", body.action_id, Step.MENDED, body.note, body.photos)
    return Effects([(ActionStep, step)])


def action_checked(session: Session, arrived: Arrived, body: ActionChecked) -> Effects:
    """Another person than the one who mended it has looked: it is done, and what it closed is open again; or it is sent
    back. Refused where nobody, or only the one who mended it, stands for the check,
    and while the drawing in force still shows it."""
    found = _of_this_yard(session, arrived, body.action_id)
    if found.state is ActionState.DONE:
        raise RefusedHere(HTTPStatus.CONFLICT, SETTLED_ALREADY, [body.action_id])
    if found.state is ActionState.OPEN or found.mending is None:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, NOT_MENDED, [body.action_id])
    if arrived.operator_id is None or arrived.operator_id == found.mending.taken_by:
        raise RefusedHere(HTTPStatus.CONFLICT, SAME_PERSON, [arrived.operator_name])
    if body.is_good and _is_still_drawn(session, arrived, found):
        raise RefusedHere(HTTPStatus.CONFLICT, STILL_DRAWN, [body.action_id])
    kind = Step.CHECKED if body.is_good else Step.SENT_BACK
    effects = Effects([(ActionStep, _step(arrived, f"{arrived.id}-1", body.action_id, kind, body.note, body.photos))])
    if body.is_good:
        effects.add(lifted_by_check(session, arrived, found))
    return effects


def _of_the_day(session: Session, arrived: Arrived, body: Inspected) -> list[Answer]:
    """What was answered of the list on its day, these answers and those from before: it may be gone through in several
    goes. What is answered again replaces what was said before."""
    given = answers_of_day(session, arrived.place_id, body.list_kind, body.list_day)
    given |= {(said.item_id, said.subject_id): said for said in body.answers}
    return [_answer(said) for said in given.values()]


def _is_still_drawn(session: Session, arrived: Arrived, found: ActionNow) -> bool:
    it = found.action
    return it.list_kind == DRAWN and is_still_drawn(session, it.yard_id, it.item_id, it.subject_id, arrived.received_at)


def _answer(said: ItemAnswer) -> Answer:
    return Answer(
        item_id=said.item_id,
        subject_id=said.subject_id,
        outcome=said.outcome,
        photos=len(said.photos),
        note=said.note or "",
        camera_failed=said.camera_failed,
    )


def _failed(body: Inspected, findings: tuple[Finding, ...]) -> Iterator[tuple[Finding, ItemAnswer]]:
    """Each finding with the answer that made it."""
    said: dict[tuple[str, str | None], ItemAnswer] = {}
    for answer in body.answers:
        if answer.outcome is Outcome.FAILED:
            said.setdefault((answer.item_id, answer.subject_id), answer)
    for finding in findings:
        subject_id = finding.subject[1] if len(finding.subject) > 1 else None
        yield finding, said[finding.bases[0].figure, subject_id]


def _found(
    arrived: Arrived, held: Checklist, finding: Finding, said: ItemAnswer, id_: str
) -> list[tuple[type[Any], dict[str, Any]]]:
    action = {
        "id": id_,
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "list_kind": held.kind,
        "list_day": held.day,
        "item_id": said.item_id,
        "subject_id": said.subject_id,
        "severity": finding.severity,
        "owner": Audience.MANAGER,
        "note": said.note or "",
        "photos": said.photos,
        "found_by": arrived.operator_id,
        "found_name": arrived.operator_name,
        "found_at": arrived.happened_at,
        "due_at": deadline(finding, arrived.happened_at),
    }
    rows: list[tuple[type[Any], dict[str, Any]]] = [(CorrectiveAction, action)]
    if finding.severity is Severity.BLOCKS:
        rows.append((Suspension, _suspension(arrived, held, said, id_)))
    return rows


def _suspension(arrived: Arrived, held: Checklist, said: ItemAnswer, action_id: str) -> dict[str, Any]:
    """Of the stack where the item is about one, else of the yard; the reason is what was seen, else the words."""
    item = next(it for it in held.items if it.item_id == said.item_id)
    return suspension_row(
        arrived,
        stack_id=said.subject_id if item.per is Per.STACK else None,
        reason=(said.note or item.words)[:_LONGEST],
        action_id=action_id,
    )


def _step(
    arrived: Arrived, id_: str, action_id: str, step: Step, note: str | None, photos: list[str]
) -> dict[str, Any]:
    return {
        "id": id_,
        "record_id": arrived.id,
        "action_id": action_id,
        "step": step,
        "note": note,
        "photos": photos,
        "taken_by": arrived.operator_id,
        "taken_name": arrived.operator_name,
        "taken_at": arrived.happened_at,
    }


def _is_after(before: ActionNow, moment: datetime) -> bool:
    """Whether somebody looked after it was said to be mended: an inspection from before says nothing against it."""
    return before.mending is not None and before.mending.taken_at <= moment


def _of_this_yard(session: Session, arrived: Arrived, action_id: str) -> ActionNow:
    yard_id = session.scalar(select(CorrectiveAction.yard_id).where(CorrectiveAction.id == action_id))
    found = action_now(session, action_id, arrived.received_at) if yard_id == arrived.place_id else None
    if found is None:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, NO_SUCH_ACTION, [action_id])
    return found
