"""Readings of sensors go in, and stacks are watched. Nothing here commits."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.secret_texts import digest_of
from app.database.base import Base
from app.fire_safety.alarms.operations import raise_alarm
from app.fire_safety.heat.kept import all_rested_on, still_holds, summary_of
from app.fire_safety.heat.models import HeatChange, HeatGateway, HeatLook, HeatProbe, MeasuredHeat
from app.fire_safety.heat.queries import StackHeat, last_level, stack_heat, watched_stacks
from app.storage.layouts import stacks_of
from app.storage.models import BaleStack
from yard_rules.finding import Severity
from yard_rules.heat.findings import heat_findings
from yard_rules.heat.ladder import HeatLevel
from yard_rules.heat.state import Cause, HeatState, Reason

# Told by themselves, whatever level the stack has already.
_TOLD_APART = (Cause.LOST_PROBE, Cause.SMOKE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReading:
    """One reading as a gateway sent it."""

    probe: str
    measured_at: datetime
    temperature_dc: int | None


def watch_heat(session: Session, yard_id: str, moment: datetime) -> None:
    """Keep every change of level of the yard's stacks and raise the alarms that follow; twice changes nothing."""
    watched = {each.stack.stack_id: each for each in watched_stacks(session, yard_id, moment)}
    of_yard = select(HeatLook).join(BaleStack, BaleStack.stack_id == HeatLook.stack_id)
    looks = {look.stack_id: look for look in session.scalars(of_yard.where(BaleStack.yard_id == yard_id))}
    rests_on = all_rested_on(session, watched.values(), moment)
    for stack_id, each in watched.items():
        look = looks.get(stack_id)
        if look is not None and still_holds(look, rests_on[stack_id], moment):
            continue
        heat = stack_heat(session, each, moment)
        if _keep_level(session, each.stack, heat.state.level, moment, heat.state):
            _keep_look(session, heat, rests_on[stack_id], _tell_apart(session, each.stack, heat.state, look, moment))
    for stack in stacks_of(session, yard_id, withdrawn=True):
        if stack.stack_id in looks and stack.stack_id not in watched:
            _keep_level(session, stack, HeatLevel.NORMAL, moment, None)


def make_gateway(session: Session, yard_id: str, name: str, made_by: int, moment: datetime) -> str:
    """Let something send readings of the yard's sensors; returns its secret, which is not kept."""
    token = secrets.token_urlsafe(32)
    session.add(HeatGateway(yard_id=yard_id, name=name, token_digest=digest_of(token), made_at=moment, made_by=made_by))
    return token


def gateway_of_token(session: Session, token: str) -> HeatGateway | None:
    """Return the gateway with this secret; None where there is none or it was revoked."""
    return session.scalar(
        select(HeatGateway).where(HeatGateway.token_digest == digest_of(token), HeatGateway.revoked_at.is_(None))
    )


def place_probe(session: Session, stack: BaleStack, probe: str, every_min: int, moment: datetime) -> None:
    """A sensor is in this stack from now on, and nowhere else in its yard."""
    placed = select(HeatProbe).where(
        HeatProbe.yard_id == stack.yard_id, HeatProbe.probe == probe, HeatProbe.withdrawn_at.is_(None)
    )
    for before in session.scalars(placed):
        before.withdrawn_at = moment
    session.add(
        HeatProbe(yard_id=stack.yard_id, stack_id=stack.stack_id, probe=probe, every_min=every_min, placed_at=moment)
    )


def store_readings(
    session: Session, gateway: HeatGateway, sent: Sequence[SentReading], moment: datetime
) -> tuple[int, list[str]]:
    """Store each reading once; returns how many were new, and which probes are in no stack of the yard."""
    stack_by_probe = {
        row.probe: row.stack_id
        for row in session.scalars(
            select(HeatProbe).where(HeatProbe.yard_id == gateway.yard_id, HeatProbe.withdrawn_at.is_(None))
        )
    }
    new = 0
    for one in sent:
        if one.probe not in stack_by_probe:
            continue
        told = f"{gateway.yard_id}|{one.probe}|{one.measured_at.isoformat()}|{one.temperature_dc}"
        row = {
            "key": hashlib.sha256(told.encode()).hexdigest(),
            "gateway_id": gateway.id,
            "yard_id": gateway.yard_id,
            "stack_id": stack_by_probe[one.probe],
            "probe": one.probe,
            "temperature_dc": one.temperature_dc,
            "measured_at": one.measured_at,
            "received_at": moment,
        }
        added = _insert(session, MeasuredHeat).values(row).on_conflict_do_nothing(index_elements=["key"])
        new += session.scalar(added.returning(MeasuredHeat.id)) is not None
    return new, sorted({one.probe for one in sent} - set(stack_by_probe))


def level_key(stack_id: str, number: int) -> str:
    """Return what names the alarm of a stack's `number`th change of level."""
    return f"heat/{stack_id}/{number}"


def standing_key(stack_id: str, cause: str, probe: str) -> str:
    """Return what begins the names of alarms of a cause that is told by itself; `probe` is empty where none has it."""
    return f"{cause}/{stack_id}/{probe}"


def _keep_level(
    session: Session, stack: BaleStack, level: HeatLevel, moment: datetime, state: HeatState | None
) -> bool:
    """Keep a change of level, and raise its alarm where it got hotter; False where somebody else kept another one."""
    last = last_level(session, stack.stack_id)
    before, number = (HeatLevel(last.level), last.number) if last else (HeatLevel.NORMAL, 0)
    if level == before:
        return True
    reasons = state.reasons if state else ()
    row = {
        "yard_id": stack.yard_id,
        "stack_id": stack.stack_id,
        "number": number + 1,
        "level_before": int(before),
        "level": int(level),
        "changed_at": moment,
        "reasons": [_said(reason) for reason in reasons],
    }
    added = _insert(session, HeatChange).values(row).on_conflict_do_nothing(index_elements=["stack_id", "number"])
    if session.scalar(added.returning(HeatChange.id)) is None:
        return False
    if state is not None and level > before and reasons[0].cause not in _TOLD_APART:
        raise_alarm(
            session,
            yard_id=stack.yard_id,
            kind="heat_level",
            subject=stack.stack_id,
            said={"stack": stack.name, "level": int(level), **_said(reasons[0])},
            key=level_key(stack.stack_id, number + 1),
            moment=moment,
            severity=_severity(state),
            told=state.told,
        )
    return True


def _tell_apart(
    session: Session, stack: BaleStack, state: HeatState, look: HeatLook | None, moment: datetime
) -> list[str]:
    """Raise what is told by itself and was not standing at the last look; returns what is standing now."""
    standing = {f"{it.cause}/{it.probe or ''}": it for it in state.reasons if it.cause in _TOLD_APART}
    for name, reason in standing.items():
        if look is None or name not in look.standing:
            raise_alarm(
                session,
                yard_id=stack.yard_id,
                kind=reason.cause.value,
                subject=reason.probe or stack.stack_id,
                said={"stack": stack.name, "level": int(reason.level), **_said(reason)},
                key=f"{standing_key(stack.stack_id, reason.cause, reason.probe or '')}/{reason.since.isoformat()}",
                moment=moment,
                severity=Severity.BLOCKS if reason.cause is Cause.SMOKE else Severity.MEND,
                told=state.told,
            )
    return sorted(standing)


def _keep_look(session: Session, heat: StackHeat, rests_on: str, standing: list[str]) -> None:
    row: dict[str, Any] = {
        "rested_on": rests_on,
        "changes_at": heat.state.changes_at,
        "standing": standing,
        "summary": summary_of(heat).as_json(),
    }
    added = _insert(session, HeatLook).values(row | {"stack_id": heat.state.stack_id})
    session.execute(added.on_conflict_do_update(index_elements=["stack_id"], set_=row))


def _severity(state: HeatState) -> Severity:
    return next((it.finding.severity for it in heat_findings(state) if it.finding.rule == "heat_level"), Severity.MEND)


def _said(reason: Reason) -> Mapping[str, Any]:
    return {
        "cause": reason.cause.value,
        "reason_level": int(reason.level),
        "probe": reason.probe,
        "celsius": None if reason.measured_dc is None else reason.measured_dc / 10,
        "since": reason.since.isoformat(),
    }


def _insert(session: Session, model: type[Base]) -> Any:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model)
