"""The stacks of a yard: those that it begins with, and how they are added, changed and taken out of use. Nothing here
commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.clock import business_day, now
from app.errors import CHANGED_MEANWHILE, NO_SUCH_STACK, STACK_NOT_EMPTY, Refusal
from app.registry.models import TransferYard
from app.storage.balances import stack_contents
from app.storage.models import BaleStack, StackKind
from yard_rules.acceptance import AcceptanceKind
from yard_rules.stacks import default_stacks

# What of a stack somebody may change.
STACK_MEMBERS = ("name", "kind", "x_m", "y_m", "width_m", "length_m", "most_bales")
# Names of the first stacks: a letter for what they are for, and a number.
_LETTERS = {AcceptanceKind.STACK_FREELY: "A", AcceptanceKind.STACK_APART: "B", AcceptanceKind.HOT_LANE: "H"}


def ensure_stacks(session: Session, yard: TransferYard, day: date | None = None) -> bool:
    """Give a yard that has never had a stack those of its capacity; returns whether it had none."""
    # two who look at a new yard at once make its stacks once
    session.execute(select(TransferYard.id).where(TransferYard.yard_id == yard.yard_id).with_for_update())
    if has_stacks(session, yard.yard_id):
        return False
    session.add_all(BaleStack(**row) for row in first_stacks(yard, day or business_day()))
    session.flush()
    return True


def first_stacks(yard: TransferYard, day: date) -> list[dict[str, Any]]:
    """The rows of the stacks that a yard begins with."""
    numbers = dict.fromkeys(_LETTERS, 0)
    rows = []
    for number, plan in enumerate(default_stacks(round(yard.capacity_t * 1000), day), start=1):
        numbers[plan.kind] += 1
        rows.append(
            {
                "stack_id": f"{yard.yard_id}-{number:02d}",
                "yard_id": yard.yard_id,
                "name": f"{_LETTERS[plan.kind]}{numbers[plan.kind]}",
                "kind": StackKind(plan.kind),
                "x_m": plan.x_m,
                "y_m": plan.y_m,
                "width_m": plan.width_m,
                "length_m": plan.length_m,
                "most_bales": plan.most_bales,
            }
        )
    return rows


def has_stacks(session: Session, yard_id: str) -> bool:
    """Whether the yard has had any stack, in use or not."""
    return session.scalar(select(BaleStack.id).where(BaleStack.yard_id == yard_id).limit(1)) is not None


def stacks_of(session: Session, yard_id: str, *, withdrawn: bool = False) -> Sequence[BaleStack]:
    """The yard's stacks in use, or all of them, in the order in which they were made."""
    chosen = select(BaleStack).where(BaleStack.yard_id == yard_id).order_by(BaleStack.id)
    return session.scalars(chosen if withdrawn else chosen.where(BaleStack.withdrawn_at.is_(None))).all()


def stack_of(session: Session, yard_id: str, stack_id: str) -> BaleStack:
    """The stack; raises Refusal where the yard has none with this id."""
    chosen = select(BaleStack).where(BaleStack.yard_id == yard_id, BaleStack.stack_id == stack_id)
    found = session.scalar(chosen)
    if found is None:
        raise Refusal(NO_SUCH_STACK, [stack_id])
    return found


def add_stack(session: Session, yard: TransferYard, values: Mapping[str, Any]) -> BaleStack:
    """Add a stack with the next number of the yard, and return it."""
    # the count of all that were ever made: numbers are not used again
    made = session.scalar(select(func.count()).select_from(BaleStack).where(BaleStack.yard_id == yard.yard_id)) or 0
    stack = BaleStack(stack_id=f"{yard.yard_id}-{made + 1:02d}", yard_id=yard.yard_id, **_members(values))
    session.add(stack)
    session.flush()
    record(session, what="stack.added", subject_kind="stack", subject_id=stack.stack_id, after=_said(stack))
    return stack


def change_stack(session: Session, stack: BaleStack, values: Mapping[str, Any], *, seen_version: int) -> bool:
    """Set what somebody may change of a stack; returns whether anything differs. Raises Refusal where somebody else has
    changed it since it was at `seen_version`."""
    session.refresh(stack, with_for_update=True)
    if stack.version != seen_version:
        raise Refusal(CHANGED_MEANWHILE, [stack.name])
    before = _said(stack)
    for name, value in _members(values).items():
        setattr(stack, name, value)
    after = _said(stack)
    if before == after:
        return False
    stack.version += 1
    session.flush()
    record(session, what="stack.changed", subject_kind="stack", subject_id=stack.stack_id, before=before, after=after)
    return True


def withdraw_stack(session: Session, stack: BaleStack) -> None:
    """Take an empty stack out of use. Raises Refusal where there is straw on it."""
    session.refresh(stack, with_for_update=True)
    held = stack_contents(session, stack.yard_id, stack_ids=[stack.stack_id]).get(stack.stack_id)
    if held is not None and (held.bales or held.kg):
        raise Refusal(STACK_NOT_EMPTY, [stack.name])
    if stack.withdrawn_at is None:
        stack.withdrawn_at = now()
        stack.version += 1
        session.flush()
        record(session, what="stack.withdrawn", subject_kind="stack", subject_id=stack.stack_id, before=_said(stack))


def restore_stack(session: Session, stack: BaleStack) -> None:
    """Put a stack back into use."""
    session.refresh(stack, with_for_update=True)
    if stack.withdrawn_at is not None:
        stack.withdrawn_at = None
        stack.version += 1
        session.flush()
        record(session, what="stack.restored", subject_kind="stack", subject_id=stack.stack_id, after=_said(stack))


def _members(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in STACK_MEMBERS}


def _said(stack: BaleStack) -> dict[str, object]:
    return {name: getattr(stack, name) for name in STACK_MEMBERS}
