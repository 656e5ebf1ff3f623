"""The kind of records that tells of a drill."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy.orm import Session

from app.errors import BAD_RECORD
from app.fire_safety.drills.models import FireDrill, Scenario
from app.fire_safety.drills.operations import ended_alarm
from app.fire_safety.inspections.other_actions import DRILL_MENDED, action_of
from app.intake.arriving import Arrived, Body, Effects, RecordKind, RefusedHere
from app.intake.bodies import Day, Sha, Words
from yard_rules.rulebook import rulebook


class DrillHeld(Body):
    """`people`: how many took part; `water_min`: until water was on the stack; `findings`: what went wrong."""

    held_on: Day
    scenario: Annotated[Scenario, Field(strict=False)]
    people: Annotated[int, Field(ge=1, le=1000)]
    water_min: Annotated[float, Field(strict=False, ge=0, le=240)] | None = None
    with_brigade: bool = False
    note: Words | None = None
    findings: Annotated[list[Words], Field(max_length=10, default_factory=list)]
    photos: Annotated[list[Sha], Field(max_length=10, default_factory=list)]


def _held(session: Session, arrived: Arrived, body: DrillHeld) -> Effects:
    """The drill, the answer to the alarm that it was overdue, and a corrective action for each thing that went wrong.
    Refused for a drill that is still to come."""
    if body.held_on > arrived.business_day:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, BAD_RECORD, [f"held_on {body.held_on}"])
    row = {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "held_on": body.held_on,
        "scenario": body.scenario,
        "people": body.people,
        "water_min": body.water_min,
        "with_brigade": body.with_brigade,
        "note": body.note,
        "findings": body.findings,
        "photos": body.photos,
        "told_by": arrived.operator_id,
        "told_name": arrived.operator_name,
        "told_at": arrived.happened_at,
    }
    effects = Effects([(FireDrill, row), *ended_alarm(session, arrived, body.note)])
    days = rulebook("drills").whole("finding_mend_days", arrived.business_day)
    for number, finding in enumerate(body.findings, 1):
        action = action_of(
            arrived,
            number,
            found_in="drill",
            item_id=DRILL_MENDED,
            subject_id=None,
            mend_days=days,
            note=finding,
            photos=body.photos,
        )
        effects.rows.append(action)
    return effects


DRILL_KINDS: Final[Mapping[str, RecordKind]] = {
    "drill": RecordKind(DrillHeld, _held, frozenset({"yard"})),
}
