"""How hot the stacks of a yard are, and were."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.clock import COUNTY_ZONE, business_day
from app.fire_safety.heat.bans import BAN_KIND
from app.fire_safety.heat.models import HeatChange, HeatGateway, HeatProbe, MeasuredHeat, SmokeSeen, StackPicture
from app.fire_safety.patrols.models import YardCondition
from app.fire_safety.patrols.queries import weather_holds
from app.intake.record_models import GateRecord
from app.registry.suspension_models import LiftStep, Suspension, SuspensionStep
from app.storage.models import BaleStack, StockTransfer
from app.storage.queries import StackNow, stacks_now
from yard_rules.heat.readings import HeatReading
from yard_rules.heat.state import HeatStack, HeatState, Sensor, heat_state

# What was read before the oldest bale of the stack came is another stack's.
_BEFORE_THE_STACK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackHeat:
    """A stack with bales in it and its state; `readings`: all since its first bales, by their moment."""

    stack: BaleStack
    state: HeatState
    readings: Sequence[HeatReading]


def watched_stacks(session: Session, yard_id: str, moment: datetime) -> list[StackNow]:
    """Return the stacks of the yard with bales in them."""
    return [each for each in stacks_now(session, yard_id, moment) if each.content.bales > 0]


def stack_heat(session: Session, each: StackNow, moment: datetime) -> StackHeat:
    """Return how hot a stack with bales is."""
    stack_id = each.stack.stack_id
    first, last = _additions(session, stack_id)
    since = each.content.since or first or moment
    readings = stack_readings(session, stack_id, since - _BEFORE_THE_STACK)
    smoke = session.scalars(select(SmokeSeen.seen_at).where(SmokeSeen.stack_id == stack_id, SmokeSeen.seen_at >= since))
    stack = HeatStack(
        stack_id=stack_id,
        since=since.astimezone(COUNTY_ZONE),
        last_addition=(last or since).astimezone(COUNTY_ZONE),
        mass_kg=max(0, each.content.kg),
        stacking=each.class_now,
        sensors=_sensors(session, stack_id, moment),
    )
    state = heat_state(
        stack,
        readings,
        moment=moment.astimezone(COUNTY_ZONE),
        rain_days=rain_days(session, each.stack.yard_id, since),
        smoke=list(smoke),
        releases=releases_of(session, [stack_id]).get(stack_id, []),
    )
    return StackHeat(stack=each.stack, state=state, readings=readings)


def yard_heat(session: Session, yard_id: str, moment: datetime) -> list[StackHeat]:
    """Return the stacks of a yard with bales in them, the hottest level first, then by temperature."""
    found = [stack_heat(session, each, moment) for each in watched_stacks(session, yard_id, moment)]
    return sorted(found, key=lambda it: (-it.state.level, -(it.state.hottest_dc or -10_000), it.stack.stack_id))


def stack_readings(session: Session, stack_id: str, since: datetime) -> list[HeatReading]:
    """Return what was read of a stack and came since a moment."""
    rows = session.scalars(
        select(MeasuredHeat)
        .where(MeasuredHeat.stack_id == stack_id, MeasuredHeat.received_at >= since)
        .order_by(MeasuredHeat.measured_at)
    )
    return [
        HeatReading(
            probe=row.probe,
            measured_at=row.measured_at,
            received_at=row.received_at,
            temperature_dc=row.temperature_dc,
            is_by_hand=row.gateway_id is None,
        )
        for row in rows
    ]


def releases_of(session: Session, stack_ids: Collection[str]) -> dict[str, list[datetime]]:
    """Return, by stack, when two people, with evidence, said that its danger is over: they opened again what its heat
    had closed."""
    found: dict[str, list[datetime]] = {}
    rows = session.execute(
        select(Suspension.stack_id, SuspensionStep.taken_at)
        .join(SuspensionStep, Suspension.id == SuspensionStep.suspension_id)
        .join(GateRecord, GateRecord.id == Suspension.record_id)
        .where(
            Suspension.stack_id.in_(stack_ids),
            GateRecord.kind == BAN_KIND,
            SuspensionStep.step == LiftStep.LIFTED,
            SuspensionStep.taken_by.is_not(None),
        )
    )
    for stack_id, taken_at in rows:
        found.setdefault(stack_id or "", []).append(taken_at)
    return found


def rain_days(session: Session, yard_id: str, since: datetime) -> frozenset[date]:
    """Return the days on which it rained, as the office noted; rain that somebody said is not believed for ever."""
    rows = session.execute(
        select(YardCondition.since, YardCondition.told_at).where(
            YardCondition.yard_id == yard_id, YardCondition.rains, YardCondition.since >= since
        )
    )
    return frozenset(
        business_day(at) for at, told_at in rows if told_at is None or at < told_at + weather_holds(told_at)
    )


def last_level(session: Session, stack_id: str) -> HeatChange | None:
    """Return the last change of a stack's level."""
    return session.scalar(
        select(HeatChange).where(HeatChange.stack_id == stack_id).order_by(HeatChange.number.desc()).limit(1)
    )


def latest_changes(session: Session, yard_id: str, limit: int) -> Sequence[HeatChange]:
    """Return the latest changes of level in a yard, the newest first."""
    return session.scalars(
        select(HeatChange).where(HeatChange.yard_id == yard_id).order_by(HeatChange.id.desc()).limit(limit)
    ).all()


def stack_pictures(session: Session, yard_id: str, most: int) -> dict[str, list[StackPicture]]:
    """Return the latest pictures of each stack of a yard that lies in use or did, the newest first."""
    number = func.row_number().over(
        partition_by=StackPicture.stack_id, order_by=(StackPicture.taken_at.desc(), StackPicture.sha256)
    )
    ranked = select(StackPicture, number.label("number")).where(StackPicture.yard_id == yard_id).subquery()
    latest = aliased(StackPicture, ranked)
    found: dict[str, list[StackPicture]] = {}
    for picture in session.scalars(select(latest).where(ranked.c.number <= most).order_by(ranked.c.number)):
        found.setdefault(picture.stack_id, []).append(picture)
    return found


def is_of_yard(session: Session, yard_id: str, sha256: str) -> bool:
    """Whether this is a picture of one of the yard's stacks."""
    chosen = select(StackPicture.sha256).where(StackPicture.yard_id == yard_id, StackPicture.sha256 == sha256).limit(1)
    return session.scalar(chosen) is not None


def gateways_of(session: Session, yard_id: str) -> Sequence[HeatGateway]:
    """Return the yard's gateways that are in use."""
    return session.scalars(
        select(HeatGateway)
        .where(HeatGateway.yard_id == yard_id, HeatGateway.revoked_at.is_(None))
        .order_by(HeatGateway.id)
    ).all()


def probes_of(session: Session, yard_id: str) -> Sequence[HeatProbe]:
    """Return the sensors that are placed in the yard."""
    return session.scalars(
        select(HeatProbe)
        .where(HeatProbe.yard_id == yard_id, HeatProbe.withdrawn_at.is_(None))
        .order_by(HeatProbe.stack_id, HeatProbe.probe)
    ).all()


def _additions(session: Session, stack_id: str) -> tuple[datetime | None, datetime | None]:
    """When the first and the last bales came to a stack."""
    found = session.execute(
        select(func.min(StockTransfer.happened_at), func.max(StockTransfer.happened_at)).where(
            StockTransfer.to_account == stack_id, StockTransfer.bales > 0
        )
    ).one()
    return found[0], found[1]


def _sensors(session: Session, stack_id: str, moment: datetime) -> tuple[Sensor, ...]:
    rows = session.scalars(
        select(HeatProbe).where(HeatProbe.stack_id == stack_id, HeatProbe.placed_at <= moment).order_by(HeatProbe.id)
    )
    return tuple(
        Sensor(
            probe=row.probe,
            placed_at=row.placed_at,
            every=timedelta(minutes=row.every_min),
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    )
