"""What a drawing shows that blocks closes the yard, or the stack that it is about, by itself: with a corrective action,
and so until somebody has mended it and a second person has looked. Another drawing in force opens nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from flask_babel import force_locale
from pydantic import Field
from sqlalchemy.orm import Session

from app.errors import SETTLED_ALREADY
from app.fire_safety.drawings.dangers import DRAWN, DangerKey, drawn_dangers
from app.fire_safety.drawings.rule_texts import RULE_TEXTS, told_findings
from app.fire_safety.inspections.models import CorrectiveAction
from app.fire_safety.inspections.queries import undone_actions
from app.fire_safety.suspension_rows import suspension_row
from app.i18n import LANGUAGES
from app.intake.arriving import Arrived, Body, Effects, RecordKind, RefusedHere
from app.intake.bodies import Code, Words
from app.intake.office_records import store_own_record
from app.registry.suspension_models import Suspension
from yard_rules.audiences import Audience
from yard_rules.escalation import deadline
from yard_rules.finding import Finding, Severity

_KIND: Final = "drawing_closes"
_LONGEST_NOTE: Final = 500


class DrawnDanger(Body):
    """`stack_id` is None for the yard; `note`: what was measured, and what is to be done."""

    rule: Code
    stack_id: Code | None = None
    note: Words | None = None


class DrawingCloses(Body):
    """Made by the server only: what the drawing in force shows that blocks, and is not to be mended already."""

    version: Annotated[int, Field(ge=1)]
    dangers: Annotated[list[DrawnDanger], Field(min_length=1, max_length=2000)]


def watch_drawing(session: Session, yard_id: str, moment: datetime) -> None:
    """Close what the drawing in force shows to be dangerous and is not closed for it yet; twice changes nothing."""
    drawn = drawn_dangers(session, yard_id, moment)
    if drawn is None or not drawn.found:
        return
    known = undone_actions(session, yard_id, moment)
    # What closes the yard stands before what closes a stack.
    new = sorted((key for key in drawn.found if key not in known), key=lambda key: key[1] is not None)
    if not new:
        return
    dangers = [
        {"rule": rule, "stack_id": stack_id, "note": _note(drawn.found[rule, stack_id])} for rule, stack_id in new
    ]
    body = {"version": drawn.version, "dangers": dangers}
    try:
        store_own_record(
            session, kind=_KIND, place=("yard", yard_id), body=body, kinds=DRAWING_CLOSING_KINDS, moment=moment
        )
    except RefusedHere:
        return  # another process was first


def _note(findings: Iterable[Finding]) -> str:
    """What was measured and what is to be done, once for each."""
    with force_locale(LANGUAGES[0]):
        told = dict.fromkeys(f"{it.measure} {it.remedy}".strip() for it in told_findings(findings))
    return "; ".join(told)[:_LONGEST_NOTE]


def _closed(session: Session, arrived: Arrived, body: DrawingCloses) -> Effects:
    known = undone_actions(session, arrived.place_id, arrived.received_at)
    keys: list[DangerKey] = [(it.rule, it.stack_id) for it in body.dangers]
    if any(key in known for key in keys):
        raise RefusedHere(HTTPStatus.CONFLICT, SETTLED_ALREADY, [arrived.place_id])
    effects = Effects()
    for number, said in enumerate(body.dangers, start=1):
        id_ = f"{arrived.id}-{number}"
        reason = RULE_TEXTS[said.rule][0]
        effects.rows.append((CorrectiveAction, _action(arrived, said, id_)))
        effects.rows.append((Suspension, suspension_row(arrived, stack_id=said.stack_id, reason=reason, action_id=id_)))
    return effects


def _action(arrived: Arrived, said: DrawnDanger, id_: str) -> dict[str, Any]:
    finding = Finding(rule=said.rule, subject=(), severity=Severity.BLOCKS)
    return {
        "id": id_,
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "list_kind": DRAWN,
        "list_day": arrived.business_day,
        "item_id": said.rule,
        "subject_id": said.stack_id,
        "severity": Severity.BLOCKS,
        "owner": Audience.MANAGER,
        "note": said.note or "",
        "photos": [],
        "found_by": arrived.operator_id,
        "found_name": arrived.operator_name,
        "found_at": arrived.happened_at,
        "due_at": deadline(finding, arrived.happened_at),
    }


DRAWING_CLOSING_KINDS: Final[Mapping[str, RecordKind]] = {
    _KIND: RecordKind(DrawingCloses, _closed, frozenset({"yard"}), from_devices=False),
}
