"""What is closed, now or at a moment: read by the gate, the stock, the tablets' notebook and the planner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, column, exists, or_, select, table
from sqlalchemy.orm import Session

from app.registry.suspension_models import LiftStep, Suspension, SuspensionStep

# The records stand above the register: only their order is needed here.
_RECORD = table("gate_record", column("id"), column("position"))


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


def why_suspended(session: Session, yard_id: str, stack_ids: Collection[str], *, at: datetime) -> list[str]:
    """Return why the yard's intake, or one of these stacks, was closed at the moment; nothing where neither was."""
    return [
        f"{it.stack_id}: {it.reason}" if it.stack_id else it.reason
        for it in suspensions_in_force(session, yard_id, at=at)
        if it.stack_id is None or it.stack_id in stack_ids
    ]


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
