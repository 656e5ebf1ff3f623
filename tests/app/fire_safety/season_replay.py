"""A season of heat and rounds (tests/yard_rules/season_of_heat.py) as a yard's in the app, and what must have come of
it: every alarm in its interval, once, none lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import select

from app.database.engine import db
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.heat.models import HeatChange
from app.fire_safety.heat.operations import SentReading, gateway_of_token, make_gateway, place_probe, store_readings
from app.fire_safety.patrols.operations import add_point, note_conditions
from app.intake.bodies import moment_text
from app.registry.models import TransferYard
from app.storage.layouts import add_stack, stack_of
from tests.app.storage.yard_book import YardBook, yard_book
from tests.yard_rules.season_of_heat import (
    HOUR,
    LONGEST_WITHOUT_ROUND,
    POINTS,
    BalesCame,
    ConditionsChanged,
    RoundDone,
    Season,
    SeasonEvent,
    SmokeSeen,
    StackGone,
)
from yard_rules.heat.ladder import HeatLevel

TICK = timedelta(minutes=45)
_OF_STACKS = ("heat_level", "lost_probe", "smoke")


class Replay:
    """A season's yard in the app: its stacks are the first ones of the yard."""

    def __init__(self, season: Season) -> None:
        self.season = season
        self.book: YardBook = yard_book(db.session.scalars(select(TransferYard.yard_id)).first() or "")
        self.book.moment = season.begins
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == self.book.yard_id)).one()
        for other in db.session.scalars(select(TransferYard).where(TransferYard.yard_id != self.book.yard_id)):
            other.withdrawn_at = season.begins  # of no interest here
        while len(self.book.stacks) < len(season.stacks):
            size = {"x_m": 6.0, "y_m": 6.0, "width_m": 15.0, "length_m": 10.0}
            values = {"name": f"N{len(self.book.stacks)}", "kind": "stack_freely", "most_bales": 1000, **size}
            self.book.stacks.append(add_stack(db.session, yard, values).stack_id)
        self.stacks = {it.stack_id: self.book.stacks[number] for number, it in enumerate(season.stacks)}
        self.bales = dict.fromkeys(self.stacks, 0)
        self.placed: set[str] = set()
        self.token = make_gateway(db.session, self.book.yard_id, "Sensors", 1, season.begins)
        self.codes = {
            name: add_point(db.session, self.book.yard_id, name, season.begins).code for name in sorted(POINTS)
        }
        db.session.commit()

    def ticks(self) -> Iterator[datetime]:
        """Each moment at which somebody looks, when what was known by then has been learnt."""
        waiting, moment, at = self.season.events, self.season.begins, 0
        while moment < self.season.ends:
            moment += TICK
            first = at
            while at < len(waiting) and waiting[at].known_at <= moment:
                at += 1
            self.learn(list(waiting[first:at]))
            yield _stored(moment)

    def learn(self, events: list[SeasonEvent]) -> None:
        for event in events:
            at = _stored(event.known_at)
            if isinstance(event, BalesCame):
                self.bales[event.stack_id] += 100
                self._counted(event.stack_id, at)
                self._placed(event.stack_id, at)
            elif isinstance(event, StackGone):
                self.bales[event.stack_id] = 0
                self._counted(event.stack_id, at)
            elif isinstance(event, SmokeSeen):
                self.book.told_late("smoke", {"stack_id": self.stacks[event.stack_id]}, at)
            elif isinstance(event, RoundDone):
                scans = [{"code": self.codes[it.point], "at": moment_text(it.at)} for it in event.round.scans]
                self.book.told_late("patrol_round", {"scans": scans}, at)
            elif isinstance(event, ConditionsChanged):
                note_conditions(db.session, self.book.yard_id, at, weather=event.conditions.weather)
            elif hasattr(event, "reading"):
                gateway = gateway_of_token(db.session, self.token)
                assert gateway is not None
                it = event.reading
                store_readings(db.session, gateway, [SentReading(probe=it.probe, measured_at=it.measured_at,
                               temperature_dc=it.temperature_dc)], it.received_at)  # fmt: skip
        db.session.commit()

    def alarms(self) -> list[Alarm]:
        return list(db.session.scalars(select(Alarm).where(Alarm.yard_id == self.book.yard_id).order_by(Alarm.id)))

    def level_at(self, stack_id: str, moment: datetime) -> int:
        changes = db.session.scalars(
            select(HeatChange)
            .where(HeatChange.stack_id == self.stacks[stack_id], HeatChange.changed_at <= moment)
            .order_by(HeatChange.number)
        ).all()
        return changes[-1].level if changes else 0

    def is_left(self, begins: datetime, ends: datetime) -> bool:
        """Whether a stack was in an emergency at some time between: then everybody leaves, and nobody goes round."""
        rows = db.session.scalars(
            select(HeatChange)
            .where(HeatChange.yard_id == self.book.yard_id, HeatChange.changed_at <= ends)
            .order_by(HeatChange.stack_id, HeatChange.number)
        ).all()
        until = [*(it.changed_at if it.stack_id == row.stack_id else None for row, it in pairwise(rows)), None]
        return any(
            row.level == HeatLevel.EMERGENCY and (end is None or end > begins)
            for row, end in zip(rows, until, strict=False)
        )

    def _counted(self, stack_id: str, at: datetime) -> None:
        count = {"stack_id": self.stacks[stack_id], "bales": self.bales[stack_id], "reason": "season"}
        self.book.told_late("stack_count", {"counts": [count]}, at)

    def _placed(self, stack_id: str, at: datetime) -> None:
        if stack_id in self.placed:
            return
        self.placed.add(stack_id)
        stack = stack_of(db.session, self.book.yard_id, self.stacks[stack_id])
        sensors = next(it.sensors for it in self.season.stacks if it.stack_id == stack_id)
        for sensor in sensors:
            place_probe(db.session, stack, sensor.probe, 240, at)


def check_alarms(replayed: Replay) -> dict[str, int]:
    """Every alarm that must be was raised within a tick, none twice, none of a quiet stack; returns how many of each
    kind there are, and how many had to be."""
    season, alarms = replayed.season, replayed.alarms()
    ended = season.ends - TICK
    due = 0
    for must in season.alarms:
        if must.by < ended:
            moment = min(must.by + TICK, season.gone_at[must.stack_id] - timedelta(seconds=1))
            assert replayed.level_at(must.stack_id, moment) >= must.level or moment < must.by + TICK, must
    names = {stack_id: name for name, stack_id in replayed.stacks.items()}
    by_stack = [(names[it.key.split("/")[1]], it) for it in alarms if it.kind in _OF_STACKS]
    for must in season.alarms:
        told = [it for name, it in by_stack if name == must.stack_id and it.said["level"] >= must.level]
        if must.by < min(ended, season.gone_at[must.stack_id] - TICK):
            assert any(it.raised_at <= must.by + TICK for it in told), must
            due += 1
    quiet = [it for name, it in by_stack if name in season.quiet and it.said["level"] >= HeatLevel.WARNING]
    assert quiet == []
    said = [(it.kind, it.subject, str(it.said)) for it in alarms]
    assert len(said) == len(set(said))
    overdue = [it for it in alarms if it.kind == "round_overdue"]
    assert not [it for it in overdue if replayed.is_left(it.raised_at, it.raised_at)]
    for missed in season.missed_rounds:
        if season.begins + 4 * HOUR + LONGEST_WITHOUT_ROUND < missed.by < ended:
            last = missed.by - LONGEST_WITHOUT_ROUND - timedelta(minutes=1)
            if replayed.is_left(last, missed.by + TICK):
                continue
            assert any(last < it.raised_at <= missed.by + TICK for it in overdue), missed
            due += 1
    return {**Counter(it.kind for it in alarms), "had to be": due}


def _stored(moment: datetime) -> datetime:
    """As the database gives it back: what a chain's hash holds is told so."""
    at = moment.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
