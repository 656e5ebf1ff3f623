"""What is dangerous now in few lines, for the first page of whoever looks after yards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.queries import lasting_alarms
from app.fire_safety.inspections.queries import ActionNow, ActionState, DueList, actions_at, due_lists
from app.fire_safety.patrols.lacks import NO_WEATHER, straw_since
from app.registry.models import TransferYard
from app.registry.suspension_models import Suspension
from app.registry.suspensions import suspensions_in_force
from yard_rules.audiences import Audience
from yard_rules.finding import Severity

# Told by lines of their own.
_ROUNDS: Final = "round_overdue"
_TOLD_APART: Final = (_ROUNDS, NO_WEATHER, "action_found", "action_due", "action_overdue", "action_unchecked")
_MOST_ALARMS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyNow:
    """Of some yards: what is closed; the gravest alarms that nobody has answered, and how many more there are by
    severity; the yards with a round overdue, and those whose weather nobody has said for long; what was not mended or
    checked in time."""

    closed_yards: Sequence[Suspension]
    closed_stacks: Sequence[Suspension]
    alarms: Sequence[Alarm]
    more_alarms: Mapping[Severity, int]
    late_rounds: Sequence[str]
    unknown_weather: Sequence[str]
    late_actions: Sequence[ActionNow]

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not (
            self.closed_yards
            or self.closed_stacks
            or self.alarms
            or self.late_rounds
            or self.unknown_weather
            or self.late_actions
        )


def lists_waiting(
    session: Session, yards: Mapping[str, TransferYard], audiences: Collection[Audience], moment: datetime
) -> Mapping[str, Sequence[DueList]]:
    """Return the inspections that are due and that are one of the audiences' to make, by yard, of those with straw."""
    mine = {
        yard_id: [
            it for it in due_lists(session, yards[yard_id]) if it.is_due and not set(audiences).isdisjoint(it.held.by)
        ]
        for yard_id in straw_since(session, list(yards), moment)
    }
    return {yard_id: lists for yard_id, lists in mine.items() if lists}


def safety_now(session: Session, yard_ids: Collection[str], moment: datetime) -> SafetyNow:
    """Return what is dangerous now in these yards, the gravest first."""
    closed = [it for it in suspensions_in_force(session) if it.yard_id in yard_ids]
    alarms = lasting_alarms(session, yard_ids)
    unanswered = [it.alarm for it in alarms if it.is_unanswered and it.alarm.kind not in _TOLD_APART]

    def yards_with(kind: str) -> list[str]:
        return list(dict.fromkeys(it.alarm.yard_id for it in alarms if it.alarm.kind == kind))

    return SafetyNow(
        closed_yards=[it for it in closed if it.stack_id is None],
        closed_stacks=[it for it in closed if it.stack_id is not None],
        alarms=unanswered[:_MOST_ALARMS],
        more_alarms=Counter(Severity(alarm.severity) for alarm in unanswered[_MOST_ALARMS:]),
        late_rounds=yards_with(_ROUNDS),
        unknown_weather=yards_with(NO_WEATHER),
        late_actions=[
            it
            for it in actions_at(session, yard_ids, moment)
            if it.state is not ActionState.DONE and (it.at.is_overdue or it.at.check_overdue)
        ],
    )
