"""What is open in the yards at a moment: everything that somebody has to mend, answer, open again or check."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from app.clock import business_day, end_of
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.queries import unanswered_alarms
from app.fire_safety.drawings.dangers import DRAWN
from app.fire_safety.drawings.queries import drawing_in_force
from app.fire_safety.drills.queries import drill_due
from app.fire_safety.equipment.queries import equipment_of
from app.fire_safety.inspections.queries import ActionState, actions_at, overdue_lists
from app.fire_safety.patrols.lacks import NO_POINTS, NO_WEATHER, WATCH_GAP, unknown_weather, watch_lacks
from app.registry.suspensions import suspensions_in_force
from yard_rules.equipment import DueState
from yard_rules.finding import Finding, Severity


class DangerKind(StrEnum):
    LAYOUT = "layout"  # a finding of the drawing in force
    ACTION = "action"  # what an inspection found
    INSPECTION = "inspection"  # that is overdue
    ALARM = "alarm"  # that nobody has answered
    SUSPENSION = "suspension"
    EQUIPMENT = "equipment"
    DRILL = "drill"  # that is overdue
    WATCH = "watch"  # rounds without points, a hole of the roster, a weather nobody said


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """Something open. `what`: the row or finding that says it, for `overview.texts`; `because`: the alarm that nobody
    has answered of what closed a stack; `subject_id`: a stack or another thing of the yard; `link`: endpoint and values
    of the page where it is dealt with."""

    kind: DangerKind
    yard_id: str
    severity: Severity
    since: datetime
    due_at: datetime | None
    is_overdue: bool
    what: object
    because: Alarm | None = None
    subject_id: str | None = None
    link: tuple[str, Mapping[str, object]]


# The ages by which dangers are counted: up to so many days, the last without an end.
AGE_DAYS: Final = (1, 7, 30, None)
# Alarms about what is open anyway, and is told by that.
_TOLD_BY_ITSELF: Final = (
    "action_found", "action_due", "action_overdue", "action_unchecked", "equipment_overdue", "drill_overdue",
    NO_POINTS, WATCH_GAP, NO_WEATHER,
)  # fmt: skip
# Alarms whose subject is a stack.
_OF_STACKS: Final = ("heat_level", "smoke")
Source = Callable[[Session, Collection[str], datetime], Sequence[Danger]]


@dataclass(frozen=True, slots=True)
class AgeTable:
    """How many are open by severity and age."""

    counts: Mapping[tuple[Severity, int | None], int] = field(default_factory=dict)

    def of(self, severity: Severity, age: int | None) -> int:
        """Return how many."""
        return self.counts.get((severity, age), 0)


def open_dangers(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    """Return all that is open in these yards at a moment, the gravest first, then the oldest."""
    found = _told_once([danger for source in SOURCES for danger in source(session, yard_ids, moment)])
    order = list(Severity)
    return sorted(found, key=lambda it: (order.index(it.severity), not it.is_overdue, it.since, it.yard_id))


def _told_once(dangers: Sequence[Danger]) -> list[Danger]:
    """A stack that is closed, and the alarm of it, are one danger: as old as the older of them."""
    alarms: dict[tuple[str, str | None], Danger] = {}
    for it in reversed(dangers):
        if it.kind is DangerKind.ALARM:
            alarms[it.yard_id, it.subject_id] = it
    closed = {(it.yard_id, it.subject_id) for it in dangers if it.kind is DangerKind.SUSPENSION}
    found = []
    for it in dangers:
        alarm = alarms.get((it.yard_id, it.subject_id))
        if it.kind is DangerKind.SUSPENSION and alarm is not None and isinstance(alarm.what, Alarm):
            found.append(replace(it, since=min(it.since, alarm.since), because=alarm.what))
        elif it.kind is not DangerKind.ALARM or (it.yard_id, it.subject_id) not in closed:
            found.append(it)
    return found


def age_table(dangers: Collection[Danger], moment: datetime) -> AgeTable:
    """Return the dangers counted by severity and by how long they are open."""
    counts: dict[tuple[Severity, int | None], int] = {}
    for it in dangers:
        key = it.severity, age_class(moment - it.since)
        counts[key] = counts.get(key, 0) + 1
    return AgeTable(counts)


def age_class(age: timedelta) -> int | None:
    """Return the class of AGE_DAYS that something so old belongs to."""
    return next((days for days in AGE_DAYS if days is not None and age < timedelta(days=days)), None)


def _of_layout(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    """What has become a corrective action is told by that."""
    found = []
    told_by_action = {
        (it.action.yard_id, it.action.item_id)
        for it in actions_at(session, yard_ids, moment)
        if it.action.list_kind == DRAWN and it.state is not ActionState.DONE
    }
    for yard_id in yard_ids:
        in_force = drawing_in_force(session, yard_id, moment)
        if in_force is None:
            continue
        held, told = in_force
        for finding in told.findings:
            if (yard_id, finding.rule) in told_by_action and finding.severity is Severity.BLOCKS:
                continue
            due_at = None if finding.mend_days is None else held.since + timedelta(days=finding.mend_days)
            found.append(
                Danger(
                    kind=DangerKind.LAYOUT,
                    yard_id=yard_id,
                    severity=finding.severity,
                    since=held.since,
                    due_at=due_at,
                    is_overdue=due_at is not None and due_at < moment,
                    what=finding,
                    subject_id=_subject(finding),
                    link=("drawings.drawing_page", {"yard_id": yard_id}),
                )
            )
    return found


def _subject(finding: Finding) -> str | None:
    return finding.subject[0] if finding.subject else None


def _of_actions(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    return [
        Danger(
            kind=DangerKind.ACTION,
            yard_id=it.action.yard_id,
            severity=Severity(it.action.severity),
            since=it.action.found_at,
            due_at=it.action.due_at,
            is_overdue=it.at.is_overdue or it.at.check_overdue,
            what=it,
            subject_id=it.action.subject_id,
            link=("safety.action", {"action_id": it.action.id}),
        )
        for it in actions_at(session, yard_ids, moment)
        if it.state is not ActionState.DONE
    ]


def _of_inspections(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    return [
        Danger(
            kind=DangerKind.INSPECTION,
            yard_id=it.yard_id,
            severity=it.finding.severity,
            since=it.since,
            due_at=end_of(it.due),
            is_overdue=True,
            what=it,
            link=("inspections.yard_page", {"yard_id": it.yard_id}),
        )
        for it in overdue_lists(session, yard_ids, moment)
    ]


def _of_alarms(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    return [
        Danger(
            kind=DangerKind.ALARM,
            yard_id=row.yard_id,
            severity=Severity(row.severity),
            since=row.raised_at,
            due_at=None,
            is_overdue=False,
            what=row,
            subject_id=row.subject if row.kind in _OF_STACKS else None,
            link=("alarms.book", {"yard": row.yard_id, "_anchor": f"alarm-{row.id}"}),
        )
        for row in unanswered_alarms(session, yard_ids, moment)
        if row.kind not in _TOLD_BY_ITSELF
    ]


def _of_suspensions(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    """Those for a corrective action are told by the action."""
    return [
        Danger(
            kind=DangerKind.SUSPENSION,
            yard_id=it.yard_id,
            severity=Severity.BLOCKS,
            since=it.set_at,
            due_at=None,
            is_overdue=False,
            what=it,
            subject_id=it.stack_id,
            link=("inspections.yard_page", {"yard_id": it.yard_id}),
        )
        for it in suspensions_in_force(session, at=moment)
        if it.yard_id in yard_ids and it.action_id is None
    ]


def _of_equipment(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    """One for each piece that is overdue: of the duty that is so the longest."""
    found = []
    for yard_id in yard_ids:
        for piece in equipment_of(session, yard_id, business_day(moment)):
            due = next((it for it in piece.due if it.state is DueState.OVERDUE), None)
            if due is None:
                continue
            due_at = end_of(due.due_on)
            found.append(
                Danger(
                    kind=DangerKind.EQUIPMENT,
                    yard_id=yard_id,
                    severity=Severity.MEND,
                    since=due_at,
                    due_at=due_at,
                    is_overdue=True,
                    what=due,
                    subject_id=piece.name,
                    link=("equipment.yard_page", {"yard_id": yard_id}),
                )
            )
    return found


def _of_drills(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    found = []
    for yard_id in yard_ids:
        due = drill_due(session, yard_id, business_day(moment))
        if due is None or due.state is not DueState.OVERDUE:
            continue
        due_at = end_of(due.due_on)
        found.append(
            Danger(
                kind=DangerKind.DRILL,
                yard_id=yard_id,
                severity=Severity.MEND,
                since=due_at,
                due_at=due_at,
                is_overdue=True,
                what=due,
                link=("drills.yard_page", {"yard_id": yard_id}),
            )
        )
    return found


def _of_watch(session: Session, yard_ids: Collection[str], moment: datetime) -> list[Danger]:
    return [
        Danger(
            kind=DangerKind.WATCH,
            yard_id=lack.yard_id,
            severity=Severity.MEND,
            since=min(lack.begins, moment),
            due_at=lack.due_at,
            is_overdue=lack.due_at < moment,
            what=lack,
            link=("patrols.yard_page", {"yard_id": lack.yard_id}),
        )
        for lack in watch_lacks(session, yard_ids, moment)
    ] + [
        Danger(
            kind=DangerKind.WATCH,
            yard_id=lack.yard_id,
            severity=Severity.ADVICE,
            since=lack.begins,
            due_at=None,
            is_overdue=False,
            what=lack,
            link=("patrols.yard_page", {"yard_id": lack.yard_id}),
        )
        for lack in unknown_weather(session, yard_ids, moment)
    ]


# What is looked at; whoever watches another kind of danger adds a source.
SOURCES: Final[list[Source]] = [
    _of_suspensions,
    _of_layout,
    _of_actions,
    _of_inspections,
    _of_alarms,
    _of_equipment,
    _of_drills,
    _of_watch,
]
