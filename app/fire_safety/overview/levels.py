"""How hot the stacks were: at a moment, and on each day, by the changes of level that the watch kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.heat.models import HeatChange
from app.registry.suspension_models import Suspension
from app.registry.suspension_texts import reason_text
from app.registry.suspensions import suspensions_in_force
from app.storage.balances import bales_by_stack
from app.storage.models import BaleStack

_EDGE_M = 3.0
_LEAST_WIDTH_M, _LEAST_LENGTH_M = 40.0, 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StackLevel:
    """A stack in the yard's own picture; `level` is None where no straw lies. `closed_for`: why nothing comes onto it,
    be it or the whole yard closed."""

    stack: BaleStack
    level: int | None
    closed_for: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class YardLevels:
    """The stacks of a yard, where its picture begins and how large it is, in metres; `worst` is None where no straw
    lies at all."""

    stacks: Sequence[StackLevel]
    west_m: float
    north_m: float
    width_m: float
    length_m: float

    @property
    def worst(self) -> int | None:
        """The hottest stack's level."""
        return max((it.level for it in self.stacks if it.level is not None), default=None)


def levels_at(session: Session, yard_ids: Collection[str], moment: datetime) -> Mapping[str, int]:
    """Return the level of every stack that has ever had another one than normal, by its id."""
    rows = session.execute(
        select(HeatChange.stack_id, HeatChange.level)
        .where(HeatChange.yard_id.in_(yard_ids), HeatChange.changed_at <= moment)
        .order_by(HeatChange.number)
    )
    return {row.stack_id: row.level for row in rows}


def yard_levels(session: Session, yard_ids: Collection[str], levels: Mapping[str, int]) -> dict[str, YardLevels]:
    """Return each yard's stacks in use, coloured by these levels, and which of them are closed now."""
    bales = bales_by_stack(session, yard_ids)
    closed: dict[str, list[Suspension]] = defaultdict(list)
    for it in suspensions_in_force(session):
        closed[it.yard_id].append(it)
    in_use = select(BaleStack).where(BaleStack.yard_id.in_(yard_ids), BaleStack.withdrawn_at.is_(None))
    found: dict[str, list[StackLevel]] = {yard_id: [] for yard_id in yard_ids}
    for stack in session.scalars(in_use.order_by(BaleStack.id)):
        level = levels.get(stack.stack_id, 0) if bales.get(stack.stack_id, 0) > 0 else None
        reasons = (reason_text(it.reason) for it in closed[stack.yard_id] if it.stack_id in (None, stack.stack_id))
        closed_for = list(dict.fromkeys(reasons))
        found[stack.yard_id].append(StackLevel(stack=stack, level=level, closed_for=closed_for))
    return {yard_id: _framed(stacks) for yard_id, stacks in found.items()}


def worst_by_day(
    session: Session, yard_ids: Collection[str], first: date, last: date
) -> Mapping[str, Mapping[date, int]]:
    """Return for each yard the worst level of each day from `first` to `last`; days of no change hold what was."""
    rows = session.execute(
        select(HeatChange.yard_id, HeatChange.stack_id, HeatChange.level, HeatChange.changed_at)
        .where(HeatChange.yard_id.in_(yard_ids))
        .order_by(HeatChange.stack_id, HeatChange.number)
    ).all()
    by_stack: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for row in rows:
        by_stack[row.yard_id, row.stack_id].append((business_day(row.changed_at), row.level))
    found: dict[str, dict[date, int]] = {yard_id: {} for yard_id in yard_ids}
    for (yard_id, _stack_id), changes in by_stack.items():
        for day, level in _worst_of_stack(changes, first, last).items():
            found[yard_id][day] = max(level, found[yard_id].get(day, 0))
    return found


def _framed(stacks: Sequence[StackLevel]) -> YardLevels:
    west_m = min([it.stack.x_m for it in stacks], default=0.0) - _EDGE_M
    north_m = min([it.stack.y_m for it in stacks], default=0.0) - _EDGE_M
    east_m = max([it.stack.x_m + it.stack.width_m for it in stacks], default=_LEAST_WIDTH_M) + _EDGE_M
    south_m = max([it.stack.y_m + it.stack.length_m for it in stacks], default=_LEAST_LENGTH_M) + _EDGE_M
    return YardLevels(
        stacks=stacks, west_m=west_m, north_m=north_m, width_m=east_m - west_m, length_m=south_m - north_m
    )


def _worst_of_stack(changes: Sequence[tuple[date, int]], first: date, last: date) -> dict[date, int]:
    """A day's worst is what it began with, or what it changed to."""
    worst: dict[date, int] = {}
    held, at = 0, 0
    while at < len(changes) and changes[at][0] < first:
        held, at = changes[at][1], at + 1
    day = first
    while day <= last:
        reached = held
        while at < len(changes) and changes[at][0] == day:
            held, at = changes[at][1], at + 1
            reached = max(reached, held)
        if reached:
            worst[day] = reached
        day += timedelta(days=1)
    return worst
