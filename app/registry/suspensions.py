"""What is closed, now or at a moment: read by the gate, the stock, the tablets' notebook and the planner."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, bindparam, column, exists, func, or_, select, table
from sqlalchemy.orm import Session

from app.database.base import UtcDateTime
from app.database.lists import among
from app.registry.suspension_models import LiftStep, Suspension, SuspensionStep
from yard_rules.heat.ladder import Ban

# The records stand above the register: only their order is needed here.
_RECORD = table("gate_record", column("id"), column("position"))
_SET, _STEP = Suspension.__table__.c, SuspensionStep.__table__.c
_LIFTED_AT = (
    select(func.min(_STEP.taken_at))
    .where(_STEP.suspension_id == _SET.id, _STEP.step == LiftStep.LIFTED.value)
    .scalar_subquery()
)
_TIMES = (
    select(_SET.yard_id, _SET.stack_id, _SET.reason, _SET.bans, _SET.set_at, _LIFTED_AT.label("lifted_at"))
    .where(
        among(_SET.yard_id, "yard_ids"),
        or_(_LIFTED_AT.is_(None), bindparam("since", type_=UtcDateTime()) <= _LIFTED_AT),
    )
    .order_by(_SET.set_at, _SET.id)
)
# What people close: into the yard nothing comes, but what lies there may leave; a stack is left as it is.
_BANS_OF_YARD: Final = frozenset({Ban.MORE_BALES})
_BANS_OF_STACK: Final = frozenset({Ban.MORE_BALES, Ban.LOADING})


def suspensions_in_force(
    session: Session, yard_id: str | None = None, *, at: datetime | None = None
) -> Sequence[Suspension]:
    """Return what is closed, of one yard or of all, the oldest first; `at`: what was closed at that moment, for a
    truck that came then and is told of now."""
    lifted = and_(SuspensionStep.suspension_id == Suspension.id, SuspensionStep.step == LiftStep.LIFTED)
    if at is not None:
        lifted = and_(lifted, SuspensionStep.taken_at <= at)
    chosen = select(Suspension).where(~exists().where(lifted)).order_by(Suspension.set_at, Suspension.id)
    if yard_id is not None:
        chosen = chosen.where(Suspension.yard_id == yard_id)
    if at is not None:
        chosen = chosen.where(Suspension.set_at <= at)
    return session.scalars(chosen).all()


@dataclass(frozen=True, slots=True)
class SuspensionTime:
    """What was closed, a stack or (None) the whole yard, why, what that forbids, and from when until when."""

    stack_id: str | None
    reason: str
    bans: frozenset[Ban]
    set_at: datetime
    lifted_at: datetime | None

    def is_in_force(self, at: datetime) -> bool:
        """Whether it was closed at the moment."""
        return self.set_at <= at and (self.lifted_at is None or self.lifted_at > at)


def suspension_times(
    connection: Connection, yard_ids: Collection[str], *, since: datetime
) -> Mapping[str, list[SuspensionTime]]:
    """Return what of these yards is closed, or was at some time since then, the oldest first; by yard."""
    found: dict[str, list[SuspensionTime]] = {}
    for row in connection.execute(_TIMES, {"yard_ids": list(yard_ids), "since": since}):
        time = SuspensionTime(row.stack_id, row.reason, _bans(row.stack_id, row.bans), row.set_at, row.lifted_at)
        found.setdefault(row.yard_id, []).append(time)
    return found


def reasons_against(ban: Ban, stack_id: str, closed: Iterable[SuspensionTime]) -> list[str]:
    """Return why something may not be done with a stack, as long as all this is closed: what is said of the whole yard,
    and of the stack."""
    return [it.reason for it in closed if ban in it.bans and it.stack_id in (None, stack_id)]


def bans_of(suspension: Suspension) -> frozenset[Ban]:
    """Return what is forbidden as long as it is in force."""
    return _bans(suspension.stack_id, suspension.bans)


def suspended_yards(session: Session) -> frozenset[str]:
    """Return the yards that take nothing in now."""
    return frozenset(it.yard_id for it in suspensions_in_force(session) if it.stack_id is None)


def suspension_with_steps(session: Session, suspension_id: str) -> tuple[Suspension, Sequence[SuspensionStep]] | None:
    """Return the suspension and what was said of it, first to last; None where there is none."""
    found = session.get(Suspension, suspension_id)
    if found is None:
        return None
    return found, steps_of(session, [suspension_id])


def steps_of(session: Session, suspension_ids: Collection[str]) -> Sequence[SuspensionStep]:
    """Return all that was said of these suspensions, first to last."""
    return session.scalars(
        select(SuspensionStep)
        .join(_RECORD, _RECORD.c.id == SuspensionStep.record_id)
        .where(SuspensionStep.suspension_id.in_(suspension_ids))
        .order_by(_RECORD.c.position)
    ).all()


def open_request(steps: Sequence[SuspensionStep]) -> SuspensionStep | None:
    """Return who asked that it be lifted, where nobody has answered yet."""
    return steps[-1] if steps and steps[-1].step == LiftStep.ASKED else None


def recent_suspensions(session: Session, yard_ids: Collection[str], *, since: datetime) -> Sequence[Suspension]:
    """Return those of these yards that are in force or were set since then, the newest first."""
    lifted = and_(SuspensionStep.suspension_id == Suspension.id, SuspensionStep.step == LiftStep.LIFTED)
    return session.scalars(
        select(Suspension)
        .where(Suspension.yard_id.in_(yard_ids), or_(~exists().where(lifted), Suspension.set_at >= since))
        .order_by(Suspension.set_at.desc(), Suspension.id)
    ).all()


def _bans(stack_id: str | None, bans: Collection[str] | None) -> frozenset[Ban]:
    if bans is not None:
        return frozenset(map(Ban, bans))
    return _BANS_OF_YARD if stack_id is None else _BANS_OF_STACK
