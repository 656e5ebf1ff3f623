"""What a stack's level forbids closes it by itself, and opens it again when the ban has ended.

The yard takes nothing in while a level says that everybody leaves. An emergency ends by its release only: two people,
with evidence, who open the stack again (`app.fire_safety.inspections.suspending`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from flask_babel import force_locale, gettext
from pydantic import Field
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.errors import NO_SUCH_SUSPENSION, SETTLED_ALREADY
from app.fire_safety.alarms.texts import LEVEL_TEXTS
from app.fire_safety.heat.models import HeatChange
from app.fire_safety.suspension_rows import suspension_row
from app.i18n import LANGUAGES
from app.intake.arriving import Arrived, Body, Effects, RecordKind, RefusedHere
from app.intake.bodies import Code, Words
from app.intake.office_records import store_own_record
from app.intake.record_models import GateRecord
from app.registry.suspension_models import LiftStep, Suspension, SuspensionStep
from yard_rules.heat.ladder import HeatLevel, Task, ladder

BAN_KIND: Final = "heat_ban"
_END_KIND: Final = "heat_ban_ended"
_YARD: Final = frozenset({"yard"})
_SuspensionId = Annotated[str, Field(min_length=1, max_length=48)]


class HeatBan(Body):
    """Made by the server only. `stack_id` is None for the yard; `instead_of`: the suspension of another level, which it
    replaces."""

    stack_id: Code | None = None
    level: Annotated[int, Field(ge=1, le=4)]
    reason: Words
    instead_of: _SuspensionId | None = None


class HeatBanEnded(Body):
    """Made by the server only."""

    suspension_id: _SuspensionId


def watch_bans(session: Session, yard_id: str, moment: datetime) -> None:
    """Close what the levels of the yard's stacks forbid, and open what they no longer do; twice changes nothing."""
    wanted, held = _wanted(session, yard_id, moment), _held(session, yard_id)
    for stack_id, level in wanted.items():
        before = held.get(stack_id)
        if before is not None and before[1] == level:
            continue
        body = {
            "stack_id": stack_id,
            "level": int(level),
            "reason": _reason(stack_id, level),
            "instead_of": None if before is None else before[0],
        }
        _store(session, yard_id, BAN_KIND, body, moment)
    for stack_id, (suspension_id, _level) in held.items():
        if stack_id not in wanted:
            _store(session, yard_id, _END_KIND, {"suspension_id": suspension_id}, moment)


def ban_level(session: Session, suspension: Suspension) -> HeatLevel | None:
    """Return the level for which something is closed by itself; None where people closed it."""
    text = session.scalar(
        select(GateRecord.text).where(GateRecord.id == suspension.record_id, GateRecord.kind == BAN_KIND)
    )
    return None if text is None else _level_in(text)


def _wanted(session: Session, yard_id: str, moment: datetime) -> dict[str | None, HeatLevel]:
    """The level of each stack that forbids something, and under None of the yard the one at which everybody leaves."""
    rows = session.execute(
        select(HeatChange.stack_id, HeatChange.level).where(HeatChange.yard_id == yard_id).order_by(HeatChange.number)
    )
    rungs = ladder(business_day(moment))
    levels = {row.stack_id: HeatLevel(row.level) for row in rows}
    wanted: dict[str | None, HeatLevel] = {id_: level for id_, level in levels.items() if rungs[level].bans}
    worst = max(levels.values(), default=HeatLevel.NORMAL)
    if Task.EVACUATE in rungs[worst].tasks:
        wanted[None] = worst
    return wanted


def _held(session: Session, yard_id: str) -> dict[str | None, tuple[str, HeatLevel]]:
    """What is closed for heat now, with its level, by stack."""
    is_lifted = exists().where(SuspensionStep.suspension_id == Suspension.id, SuspensionStep.step == LiftStep.LIFTED)
    rows = session.execute(
        select(Suspension.id, Suspension.stack_id, GateRecord.text)
        .join(GateRecord, GateRecord.id == Suspension.record_id)
        .where(Suspension.yard_id == yard_id, GateRecord.kind == BAN_KIND, ~is_lifted)
    )
    return {row.stack_id: (row.id, _level_in(row.text)) for row in rows}


def _level_in(text: str) -> HeatLevel:
    return HeatLevel(json.loads(text)["body"]["level"])


def _reason(stack_id: str | None, level: HeatLevel) -> str:
    with force_locale(LANGUAGES[0]):
        word = gettext(LEVEL_TEXTS[level])
        if stack_id is None:
            return str(gettext("Heat in a stack (%(level)s): everybody leaves, the gate is the brigade's", level=word))
        return str(gettext("Heat: %(level)s", level=word))


def _store(session: Session, yard_id: str, kind: str, body: Mapping[str, Any], moment: datetime) -> None:
    """Another process may have been first: then all is as it should be."""
    try:
        store_own_record(session, kind=kind, place=("yard", yard_id), body=body, kinds=BAN_KINDS, moment=moment)
    except RefusedHere:
        return


def _ban_set(session: Session, arrived: Arrived, body: HeatBan) -> Effects:
    before = _held(session, arrived.place_id).get(body.stack_id)
    if (before and before[0]) != body.instead_of:
        raise RefusedHere(HTTPStatus.CONFLICT, SETTLED_ALREADY, [body.stack_id or arrived.place_id])
    bans = ladder(arrived.business_day)[body.level].bans
    effects = Effects([(Suspension, suspension_row(arrived, stack_id=body.stack_id, reason=body.reason, bans=bans))])
    if body.instead_of is not None:
        effects.rows.append((SuspensionStep, _lifted(arrived, body.instead_of, body.reason)))
    return effects


def _ban_ended(session: Session, arrived: Arrived, body: HeatBanEnded) -> Effects:
    if body.suspension_id not in {it[0] for it in _held(session, arrived.place_id).values()}:
        raise RefusedHere(HTTPStatus.NOT_FOUND, NO_SUCH_SUSPENSION, [body.suspension_id])
    return Effects([(SuspensionStep, _lifted(arrived, body.suspension_id, ""))])


def _lifted(arrived: Arrived, suspension_id: str, said: str) -> dict[str, Any]:
    return {
        "record_id": arrived.id,
        "suspension_id": suspension_id,
        "step": LiftStep.LIFTED,
        "said": said,
        "photos": [],
        "taken_by": None,
        "taken_name": arrived.operator_name,
        "taken_at": arrived.happened_at,
    }


BAN_KINDS: Final[Mapping[str, RecordKind]] = {
    BAN_KIND: RecordKind(HeatBan, _ban_set, _YARD, from_devices=False),
    _END_KIND: RecordKind(HeatBanEnded, _ban_ended, _YARD, from_devices=False),
}
