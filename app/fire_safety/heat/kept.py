"""How hot stacks are at a glance: as the watch kept it, for as long as that rests on all there is, else found anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.heat.models import HeatLook, HeatProbe, MeasuredHeat, SmokeSeen
from app.fire_safety.heat.queries import StackHeat, releases_of, stack_heat, watched_stacks
from app.fire_safety.patrols.models import YardCondition
from app.storage.models import BaleStack, StockTransfer
from app.storage.queries import StackNow
from yard_rules.heat.ladder import HeatLevel
from yard_rules.heat.state import Cause
from yard_rules.rulebook import rulebook

_MOST_PLACES: Final = 6
_MOST_CAUSES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCause:
    """A cause of a stack's level; `probe` and `measured_dc` are None where there is none."""

    cause: Cause
    probe: str | None
    measured_dc: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatSummary:
    """A state in few words, which stays true until something comes in or the watch was silent for too long.

    `causes`: the worst ones, the worst first. `measured_at`: the last reading; `places`: where it was measured, the
    latest first.
    """

    level: HeatLevel
    hottest_dc: int | None
    next_probe_due: datetime
    causes: tuple[ToldCause, ...]
    measured_at: datetime | None
    places: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {
            "level": int(self.level),
            "hottest_dc": self.hottest_dc,
            "next_probe_due": self.next_probe_due.isoformat(),
            "causes": [[it.cause.value, it.probe, it.measured_dc] for it in self.causes],
            "measured_at": self.measured_at and self.measured_at.isoformat(),
            "places": list(self.places),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return the summary that was kept."""
        measured_at = kept["measured_at"]
        return cls(
            level=HeatLevel(kept["level"]),
            hottest_dc=kept["hottest_dc"],
            next_probe_due=datetime.fromisoformat(kept["next_probe_due"]),
            causes=tuple(
                ToldCause(cause=Cause(cause), probe=probe, measured_dc=measured_dc)
                for cause, probe, measured_dc in kept["causes"]
            ),
            measured_at=None if measured_at is None else datetime.fromisoformat(measured_at),
            places=tuple(kept["places"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatNow:
    """A stack with bales in it, and how hot it is at `moment`."""

    stack: BaleStack
    summary: HeatSummary
    moment: datetime

    @property
    def is_overdue(self) -> bool:
        """Whether the round of probing is late."""
        return self.moment > self.summary.next_probe_due


def yard_heat_now(session: Session, yard_id: str, moment: datetime) -> list[HeatNow]:
    """Return the stacks of a yard with bales in them, the hottest level first, then by temperature."""
    return heat_now(session, watched_stacks(session, yard_id, moment), moment)


def heat_now(session: Session, stacks: Sequence[StackNow], moment: datetime) -> list[HeatNow]:
    """Return how hot these stacks with bales are, the hottest level first, then by temperature."""
    looks = {
        look.stack_id: look
        for look in session.scalars(select(HeatLook).where(HeatLook.stack_id.in_([it.stack.stack_id for it in stacks])))
    }
    rests_on = all_rested_on(session, stacks, moment)
    found = []
    for each in stacks:
        stack_id = each.stack.stack_id
        look = looks.get(stack_id)
        if look is not None and still_holds(look, rests_on[stack_id], moment):
            summary = HeatSummary.from_json(look.summary)
        else:
            summary = summary_of(stack_heat(session, each, moment))
        found.append(HeatNow(stack=each.stack, summary=summary, moment=moment))
    return sorted(found, key=lambda it: (-it.summary.level, -(it.summary.hottest_dc or -10_000), it.stack.stack_id))


def summary_of(heat: StackHeat) -> HeatSummary:
    """Return what is to be kept of a state."""
    state, readings = heat.state, heat.readings
    return HeatSummary(
        level=state.level,
        hottest_dc=state.hottest_dc,
        next_probe_due=state.next_probe_due,
        causes=tuple(
            ToldCause(cause=it.cause, probe=it.probe, measured_dc=it.measured_dc) for it in state.reasons[:_MOST_CAUSES]
        ),
        measured_at=readings[-1].measured_at if readings else None,
        places=tuple(dict.fromkeys(reading.probe for reading in reversed(readings)))[:_MOST_PLACES],
    )


def still_holds(look: HeatLook, rests_on: str, moment: datetime) -> bool:
    """Whether nothing came since a look, and silence has not changed what it found."""
    return look.rested_on == rests_on and (look.changes_at is None or moment <= look.changes_at)


def all_rested_on(session: Session, stacks: Collection[StackNow], moment: datetime) -> dict[str, str]:
    """Return for each stack what tells whether anything came that its level rests on."""
    stack_ids = [each.stack.stack_id for each in stacks]
    yard_ids = {each.stack.yard_id for each in stacks}
    figures_since = max(it.since for it in rulebook("heat").in_force(business_day(moment)).values())

    def counted(column: Any, values: Collection[str], count: ColumnElement[int] | None = None) -> dict[str, int]:
        what = func.count() if count is None else count
        return dict(session.execute(select(column, what).where(column.in_(values)).group_by(column)).all())

    by_stack = [
        counted(MeasuredHeat.stack_id, stack_ids),
        counted(SmokeSeen.stack_id, stack_ids),
        counted(StockTransfer.to_account, stack_ids),
        counted(StockTransfer.from_account, stack_ids),
        counted(HeatProbe.stack_id, stack_ids),
        counted(HeatProbe.stack_id, stack_ids, func.count(HeatProbe.withdrawn_at)),
        {stack_id: len(found) for stack_id, found in releases_of(session, stack_ids).items()},
    ]
    conditions = counted(YardCondition.yard_id, yard_ids)
    return {
        each.stack.stack_id: "/".join(
            [
                figures_since.isoformat(),
                str(conditions.get(each.stack.yard_id, 0)),
                *(str(counts.get(each.stack.stack_id, 0)) for counts in by_stack),
            ]
        )
        for each in stacks
    }
