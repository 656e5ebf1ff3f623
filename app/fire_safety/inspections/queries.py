"""Corrective actions as they stand, lists that are due, and what there is in a yard to look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.clock import business_day, end_of, now
from app.dispatch.season_models import Season
from app.fire_safety.inspections.bodies import ItemAnswer
from app.fire_safety.inspections.models import ActionStep, CorrectiveAction, Inspection, Step
from app.fire_safety.patrols.lacks import straw_since
from app.intake.record_models import GateRecord
from app.registry.models import TransferYard
from yard_rules.audiences import Audience
from yard_rules.checklists import Checklist, ListKind, checklist, next_inspection
from yard_rules.escalation import CorrectiveState, corrective_state
from yard_rules.finding import Finding, Severity
from yard_rules.inspections import overdue_inspection

Key = tuple[str, str | None]


class ActionState(StrEnum):
    OPEN = "open"
    MENDED = "mended"  # waits for the second person
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ActionNow:
    """A corrective action with all that happened to it, first to last, and how it stands."""

    action: CorrectiveAction
    steps: Sequence[ActionStep]
    at: CorrectiveState

    @property
    def state(self) -> ActionState:
        """Open, mended or done, by the last step."""
        return state_after(self.steps)

    @property
    def owner_name(self) -> str | None:
        """Who answers for it, where somebody was named; else whom `action.owner` says."""
        return next((step.taken_name for step in reversed(self.steps) if step.step == Step.ASSIGNED), None)

    @property
    def mending(self) -> ActionStep | None:
        """The last time that somebody said that it is mended."""
        return next((step for step in reversed(self.steps) if step.step == Step.MENDED), None)


def state_after(steps: Sequence[ActionStep]) -> ActionState:
    """Return how an action stands after these steps."""
    if any(step.step == Step.CHECKED for step in steps):
        return ActionState.DONE
    told = [step for step in steps if step.step != Step.ASSIGNED]
    return ActionState.MENDED if told and told[-1].step == Step.MENDED else ActionState.OPEN


def actions_now(session: Session, yard_ids: Collection[str], moment: datetime) -> list[ActionNow]:
    """Return the corrective actions of these yards: what is open first, then by deadline."""
    rows = session.scalars(
        select(CorrectiveAction)
        .where(CorrectiveAction.yard_id.in_(yard_ids))
        .order_by(CorrectiveAction.due_at, CorrectiveAction.id)
    ).all()
    order = list(ActionState)
    return sorted(_with_steps(session, rows, moment), key=lambda it: order.index(it.state))


def actions_at(session: Session, yard_ids: Collection[str], moment: datetime) -> list[ActionNow]:
    """Return the corrective actions of these yards as they stood at a moment, by deadline; what is not found yet is
    left out."""
    rows = session.scalars(
        select(CorrectiveAction)
        .where(CorrectiveAction.yard_id.in_(yard_ids), CorrectiveAction.found_at <= moment)
        .order_by(CorrectiveAction.due_at, CorrectiveAction.id)
    ).all()
    return _with_steps(session, rows, moment, until=moment)


def action_now(session: Session, action_id: str, moment: datetime) -> ActionNow | None:
    """Return this one; None where there is none."""
    found = session.get(CorrectiveAction, action_id)
    return None if found is None else _with_steps(session, [found], moment)[0]


def undone_actions(session: Session, yard_id: str, moment: datetime) -> dict[Key, ActionNow]:
    """Return what of a yard is not done yet, by item and subject."""
    return {(it.action.item_id, it.action.subject_id): it for it in unfinished_actions(session, yard_id, moment)}


def unfinished_actions(session: Session, yard_id: str, moment: datetime) -> list[ActionNow]:
    """Return what of a yard is not done yet, by deadline."""
    is_done = exists().where(ActionStep.action_id == CorrectiveAction.id, ActionStep.step == Step.CHECKED)
    rows = session.scalars(
        select(CorrectiveAction)
        .where(CorrectiveAction.yard_id == yard_id, ~is_done)
        .order_by(CorrectiveAction.due_at, CorrectiveAction.id)
    ).all()
    return _with_steps(session, rows, moment)


@dataclass(frozen=True, slots=True)
class DueList:
    """A list, when it was gone through last and by when it is to be gone through again; `due` is None where nothing
    asks for it now. `lacking`: how much is missing of what was begun today, None where nothing was."""

    held: Checklist
    last: date | None
    due: date | None
    lacking: int | None

    @property
    def is_due(self) -> bool:
        """Whether it is due on the day of the list, or was before."""
        return self.due is not None and self.due <= self.held.day

    @property
    def is_overdue(self) -> bool:
        """Whether its day is over."""
        return self.due is not None and self.due < self.held.day


@dataclass(frozen=True, slots=True)
class OverdueList:
    """A list that was not gone through in time while straw lay in the yard. `since`: when its last day ended, or when
    the straw came, whichever was later."""

    yard_id: str
    held: Checklist
    due: date
    since: datetime
    finding: Finding


def due_lists(session: Session, yard: TransferYard, by: Audience | None = None) -> list[DueList]:
    """Return the lists of a yard, those of one audience or all, what is due first. Nothing that comes again after some
    days was due before there was straw."""
    moment = now()
    straw = straw_since(session, [yard.yard_id], moment).get(yard.yard_id, moment)
    found = [it for it in _lists(session, yard.yard_id, business_day(straw), moment) if by is None or by in it.held.by]
    return sorted(found, key=lambda it: (it.due is None, it.due or it.held.day))


def overdue_lists(session: Session, yard_ids: Collection[str], moment: datetime) -> list[OverdueList]:
    """Return what was not gone through in time in those of the yards that hold straw, as it stood at a moment."""
    return [
        OverdueList(yard_id, it.held, it.due, max(end_of(it.due), straw), finding)
        for yard_id, straw in straw_since(session, yard_ids, moment).items()
        for it in _lists(session, yard_id, business_day(straw), moment)
        if it.due is not None and (finding := overdue_inspection(it.held, it.due, yard_id=yard_id)) is not None
    ]


def _lists(session: Session, yard_id: str, since: date, moment: datetime) -> list[DueList]:
    """The lists of a yard that needs them since a day."""
    day = business_day(moment)
    last, begun = last_inspected(session, yard_id, moment), _begun(session, yard_id, day)
    season_begins = _season_begins(session, day)
    found = []
    for kind in ListKind:
        held = checklist(kind, day)
        due = next_inspection(held, last=last.get(kind), since=since, season_begins=season_begins)
        found.append(DueList(held, last.get(kind), due, begun.get(kind)))
    return found


def _season_begins(session: Session, day: date) -> date | None:
    """The first day of the newest scenario's season; None where there is none, or it is over."""
    found = session.execute(
        select(Season.season_start, Season.season_end).order_by(Season.id.desc()).limit(1)
    ).one_or_none()
    return None if found is None or found.season_end < day else found.season_start


def last_inspected(session: Session, yard_id: str, moment: datetime) -> Mapping[str, date]:
    """Return the last day on which each list was gone through to its end by a moment: nothing binding is lacking."""
    rows = session.execute(
        select(Inspection.list_kind, func.max(Inspection.list_day).label("day"))
        .where(Inspection.yard_id == yard_id, Inspection.lacking == 0, Inspection.inspected_at <= moment)
        .group_by(Inspection.list_kind)
    )
    return {row.list_kind: row.day for row in rows}


def answers_of_day(session: Session, yard_id: str, list_kind: str, list_day: date) -> dict[Key, ItemAnswer]:
    """Return what was answered of a list on its day, by item and subject; of two answers the later."""
    rows = session.scalars(
        select(Inspection.answers)
        .where(Inspection.yard_id == yard_id, Inspection.list_kind == list_kind, Inspection.list_day == list_day)
        .order_by(Inspection.inspected_at, Inspection.record_id)
    )
    said = [ItemAnswer.model_validate(answer) for answers in rows for answer in answers]
    return {(it.item_id, it.subject_id): it for it in said}


def _begun(session: Session, yard_id: str, day: date) -> Mapping[str, int]:
    """How much is missing of each list that was begun on a day and is not done yet, by kind."""
    rows = session.execute(
        select(Inspection.list_kind, func.min(Inspection.lacking).label("lacking"))
        .where(Inspection.yard_id == yard_id, Inspection.list_day == day)
        .group_by(Inspection.list_kind)
    )
    return {row.list_kind: row.lacking for row in rows if row.lacking}


def _with_steps(
    session: Session, rows: Sequence[CorrectiveAction], moment: datetime, *, until: datetime | None = None
) -> list[ActionNow]:
    steps: dict[str, list[ActionStep]] = {row.id: [] for row in rows}
    for step in session.scalars(
        select(ActionStep)
        .join(GateRecord, GateRecord.id == ActionStep.record_id)
        .where(ActionStep.action_id.in_(list(steps)))
        .order_by(GateRecord.position)
    ):
        if until is None or step.taken_at <= until:
            steps[step.action_id].append(step)
    return [ActionNow(row, steps[row.id], _state(row, steps[row.id], moment)) for row in rows]


def _state(action: CorrectiveAction, steps: Sequence[ActionStep], moment: datetime) -> CorrectiveState:
    state = state_after(steps)
    mended = next((it.taken_at for it in reversed(steps) if it.step == Step.MENDED), None)
    checked = next((it.taken_at for it in steps if it.step == Step.CHECKED), None)
    return corrective_state(
        Severity(action.severity),
        found_at=action.found_at,
        due_at=action.due_at,
        moment=moment,
        mended_at=None if state is ActionState.OPEN else mended,
        checked_at=checked,
    )
