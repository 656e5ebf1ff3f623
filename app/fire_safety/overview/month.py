"""What happened in a month in each yard, and how things stood at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.clock import COUNTY_ZONE, business_day
from app.fire_safety.alarms.models import Alarm, AlarmAnswer
from app.fire_safety.drills.models import FireDrill
from app.fire_safety.equipment.models import EquipmentCheck
from app.fire_safety.inspections.models import CorrectiveAction, Inspection, Step
from app.fire_safety.inspections.queries import ActionState, actions_at
from app.fire_safety.overview.dangers import Danger, DangerKind, open_dangers
from app.fire_safety.overview.levels import worst_by_day
from app.fire_safety.patrols.queries import patrols_of
from app.registry.models import TransferYard
from app.registry.suspension_models import Suspension
from app.registry.suspensions import suspensions_in_force
from app.storage.balances import NO_STACK
from app.storage.models import StockTransfer
from yard_rules.checklists import ListKind, checklist
from yard_rules.heat.ladder import HeatLevel
from yard_rules.patrols.punctuality import Punctuality


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """From `begins` to `ends`, which is now while the month lasts; `first` and `last` are its days in the county."""

    first: date
    last: date
    begins: datetime
    ends: datetime
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YardMonth:
    """`stock_*` at the end; `inspections_due` counts the days on which straw lay there; `answer_min`: the median of the
    alarms that were answered; `heat_days`: days by their worst level; `open`: dangers at the end."""

    yard: TransferYard
    stock_bales: int
    stock_kg: int
    inspections_done: int
    inspections_due: int
    actions_opened: int
    actions_closed: int
    actions_overdue: int
    alarms: int
    alarms_unanswered: int
    answer_min: int | None
    rounds: Punctuality | None
    heat_days: Mapping[HeatLevel, int]
    suspensions_set: int
    suspensions_in_force: int
    equipment_checks: int
    equipment_overdue: int
    drills: int
    open: Sequence[Danger]

    @property
    def is_still(self) -> bool:
        """Whether there is nothing to tell of it: no straw in the month, nothing done and nothing open."""
        done = self.inspections_done + self.actions_opened + self.actions_closed + self.equipment_checks + self.drills
        return not (self.stock_bales or self.inspections_due or self.alarms or done or self.open)


def month_of(first: date, moment: datetime) -> Month:
    """Return the month that begins on this day, up to `moment` where it is not over then."""
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    begins = datetime.combine(first, time.min, COUNTY_ZONE)
    ended = datetime.combine(following, time.min, COUNTY_ZONE) - timedelta(microseconds=1)
    ends = min(ended, moment)
    return Month(first=first, last=business_day(ends), begins=begins, ends=ends, is_over=ended <= moment)


def yard_month(session: Session, yard: TransferYard, month: Month) -> YardMonth:
    """Return the month of a yard; what came later is not known in it."""
    yard_id = yard.yard_id
    bales, kg = _stock(session, yard_id, month.ends)
    actions = actions_at(session, [yard_id], month.ends)
    closed = [
        step for it in actions for step in it.steps if step.step == Step.CHECKED and step.taken_at >= month.begins
    ]
    waits, unanswered = _answers(session, yard_id, month)
    dangers = open_dangers(session, [yard_id], month.ends)
    patrols = patrols_of(session, yard_id, month.begins, month.ends)
    worst = worst_by_day(session, [yard_id], month.first, month.last)[yard_id]
    set_in_month = and_(
        Suspension.yard_id == yard_id, Suspension.set_at >= month.begins, Suspension.set_at <= month.ends
    )
    checked = and_(EquipmentCheck.yard_id == yard_id, _within(EquipmentCheck.checked_on, month))
    return YardMonth(
        yard=yard,
        stock_bales=bales,
        stock_kg=kg,
        inspections_done=_inspections_done(session, yard_id, month),
        inspections_due=_inspections_due(month.last, _straw_days(session, yard_id, month)),
        actions_opened=sum(it.action.found_at >= month.begins for it in actions),
        actions_closed=len(closed),
        actions_overdue=sum(it.state is not ActionState.DONE and it.at.is_overdue for it in actions),
        alarms=len(waits) + unanswered,
        alarms_unanswered=unanswered,
        answer_min=round(median(waits)) if waits else None,
        rounds=patrols.figures if patrols else None,
        heat_days={
            level: sum(reached == level for reached in worst.values())
            for level in HeatLevel
            if level > HeatLevel.NORMAL
        },
        suspensions_set=_count(session, set_in_month, Suspension.id),
        suspensions_in_force=sum(it.yard_id == yard_id for it in suspensions_in_force(session, at=month.ends)),
        equipment_checks=_count(session, checked, EquipmentCheck.id),
        equipment_overdue=sum(it.kind is DangerKind.EQUIPMENT for it in dangers),
        drills=_count(
            session, and_(FireDrill.yard_id == yard_id, _within(FireDrill.held_on, month)), FireDrill.record_id
        ),
        open=dangers,
    )


def first_month(session: Session, moment: datetime) -> date:
    """Return the first day of the month in which anything is known of; of this one where nothing is."""
    known = [
        session.scalar(select(func.min(column)))
        for column in (StockTransfer.happened_at, CorrectiveAction.found_at, Alarm.raised_at)
    ]
    return business_day(min((at for at in known if at is not None), default=moment)).replace(day=1)


def _stock(session: Session, yard_id: str, moment: datetime) -> tuple[int, int]:
    """Bales and kilograms on the yard's stacks at a moment."""
    sign = case((StockTransfer.to_account.not_in(NO_STACK), 1), else_=0) - case(
        (StockTransfer.from_account.not_in(NO_STACK), 1), else_=0
    )
    found = session.execute(
        select(func.sum(sign * StockTransfer.bales), func.sum(sign * StockTransfer.kg)).where(
            StockTransfer.yard_id == yard_id, StockTransfer.happened_at <= moment
        )
    ).one()
    return int(found[0] or 0), int(found[1] or 0)


def _straw_days(session: Session, yard_id: str, month: Month) -> int:
    """On how many days of the month straw lay in the yard, from the first of them to the last."""
    moved_at = StockTransfer.happened_at
    moved = and_(StockTransfer.yard_id == yard_id, moved_at >= month.begins, moved_at <= month.ends)
    first_at, last_at = session.execute(select(func.min(moved_at), func.max(moved_at)).where(moved)).one()
    lay_before = _stock(session, yard_id, month.begins)[0] > 0
    if first_at is None:
        return (month.last - month.first).days + 1 if lay_before else 0
    first = month.first if lay_before else business_day(first_at)
    last = month.last if _stock(session, yard_id, month.ends)[0] > 0 else business_day(last_at)
    return (last - first).days + 1


def _inspections_due(day: date, days: int) -> int:
    """How often the lists that come again after so many days come in so many days."""
    every = [checklist(kind, day).every_days for kind in ListKind]
    return sum(days // count for count in every if count is not None)


def _answers(session: Session, yard_id: str, month: Month) -> tuple[list[float], int]:
    """How many minutes each alarm of the month waited for its first answer, and how many had none by its end."""
    says = AlarmAnswer.what.is_not(None)
    answered = and_(AlarmAnswer.alarm_id == Alarm.id, says, AlarmAnswer.answered_at <= month.ends)
    rows = session.execute(
        select(Alarm.raised_at, func.min(AlarmAnswer.answered_at).label("answered_at"))
        .outerjoin(AlarmAnswer, answered)
        .where(Alarm.yard_id == yard_id, Alarm.raised_at >= month.begins, Alarm.raised_at <= month.ends)
        .group_by(Alarm.id, Alarm.raised_at)
    ).all()
    waits = [
        max(0.0, (row.answered_at - row.raised_at) / timedelta(minutes=1))
        for row in rows
        if row.answered_at is not None
    ]
    return waits, len(rows) - len(waits)


def _within(column: InstrumentedAttribute[date], month: Month) -> ColumnElement[bool]:
    return column.between(month.first, month.last)


def _inspections_done(session: Session, yard_id: str, month: Month) -> int:
    """Lists of a day that were gone through to their end, in however many goes."""
    done = and_(Inspection.yard_id == yard_id, _within(Inspection.list_day, month), Inspection.lacking == 0)
    lists = select(Inspection.list_kind, Inspection.list_day).where(done).distinct().subquery()
    return session.scalar(select(func.count()).select_from(lists)) or 0


def _count(session: Session, condition: ColumnElement[bool], column: InstrumentedAttribute[str]) -> int:
    return session.scalar(select(func.count(column)).where(condition)) or 0
