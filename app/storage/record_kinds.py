"""The kinds of records that are about stacks, the day and the watch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from app.intake.arriving import Arrived, Body, Effects, RecordKind, Remark
from app.intake.bodies import Bales, Code, Day, Words
from app.intake.remarks import RemarkKind
from app.storage.balances import EMPTY, stack_contents
from app.storage.closing_days import count_row, day_closed
from app.storage.models import StackCare, WatchEntry, WatchEvent
from app.storage.transfers import bales_moved, counts_hold, set_to_count, stacks_named
from app.storage.visitors import VisitorCame, VisitorLeft, visitor_came, visitor_left

# A yard holds thousands where a truck holds dozens.
_BalesOnStack = Annotated[int, Field(ge=0, le=100_000)]


class StackMoved(Body):
    from_stack_id: Code
    to_stack_id: Code
    bales: Annotated[Bales, Field(gt=0)]
    reason: Words

    @model_validator(mode="after")
    def _between_two(self) -> Self:
        if self.from_stack_id == self.to_stack_id:
            raise ValueError("from one stack to the same")
        return self


class StackCounted(Body):
    stack_id: Code
    bales: _BalesOnStack
    reason: Words | None = None


class StackTotal(Body):
    stack_id: Code
    bales: _BalesOnStack


def _each_once(counts: list[StackCounted] | list[StackTotal]) -> None:
    if len({count.stack_id for count in counts}) < len(counts):
        raise ValueError("a stack is counted twice")


class StockTaken(Body):
    counts: Annotated[list[StackCounted], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        _each_once(self.counts)
        return self


class CoverNoted(Body):
    stack_id: Code
    covered: bool


class WatchNoted(Body):
    event: Annotated[WatchEvent, Field(strict=False)]
    note: Words | None = None


class DayEnded(Body):
    day: Day
    counts: Annotated[list[StackTotal], Field(max_length=200, default_factory=list)]
    explanation: Words | None = None

    @model_validator(mode="after")
    def _once(self) -> Self:
        _each_once(self.counts)
        return self


def _moved(session: Session, arrived: Arrived, body: StackMoved) -> Effects:
    return bales_moved(session, arrived, body.from_stack_id, body.to_stack_id, body.bales)


def _counted(session: Session, arrived: Arrived, body: StockTaken) -> Effects:
    """What was found is what there is: compared with the books of the moment of counting. A difference without a
    reason is remarked, and has to be explained when the day is closed."""
    stacks_named(session.connection(), arrived, [count.stack_id for count in body.counts])
    contents = stack_contents(session, arrived.place_id, until=arrived.happened_at)
    effects = Effects()
    differing = []
    for count in body.counts:
        held = contents.get(count.stack_id, EMPTY)
        effects.rows.append(count_row(arrived, count.stack_id, count.bales, held.bales, count.reason))
        effects.rows += set_to_count(arrived, count.stack_id, count.bales, held, list(contents.values()))
        if count.bales != held.bales and count.reason is None:
            differing.append({"stack_id": count.stack_id, "counted": count.bales, "reckoned": held.bales})
    counts_hold(session.connection(), arrived, effects)
    if differing:
        effects.remarks.append(Remark(RemarkKind.COUNT_DIFFERS, None, {"stacks": differing}))
    return effects


def _cover_noted(session: Session, arrived: Arrived, body: CoverNoted) -> Effects:
    stacks_named(session.connection(), arrived, [body.stack_id])
    row = {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "stack_id": body.stack_id,
        "covered": body.covered,
        "noted_at": arrived.happened_at,
        "noted_by": arrived.operator_name,
    }
    return Effects([(StackCare, row)])


def _watch_noted(_session: Session, arrived: Arrived, body: WatchNoted) -> Effects:
    row = {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "business_day": arrived.business_day,
        "event": body.event,
        "note": body.note,
        "watcher_id": arrived.operator_id,
        "watcher_name": arrived.operator_name,
        "noted_at": arrived.happened_at,
    }
    return Effects([(WatchEntry, row)])


def _day_ended(session: Session, arrived: Arrived, body: DayEnded) -> Effects:
    counts = {count.stack_id: count.bales for count in body.counts}
    return day_closed(session, arrived, body.day, counts, body.explanation)


_YARD: Final = frozenset({"yard"})

STORAGE_KINDS: Final[Mapping[str, RecordKind]] = {
    "stack_move": RecordKind(StackMoved, _moved, _YARD),
    "stack_count": RecordKind(StockTaken, _counted, _YARD),
    "stack_care": RecordKind(CoverNoted, _cover_noted, _YARD),
    "watch": RecordKind(WatchNoted, _watch_noted, _YARD),
    "visitor": RecordKind(VisitorCame, visitor_came, _YARD),
    "visitor_left": RecordKind(VisitorLeft, visitor_left, _YARD),
    "day_close": RecordKind(DayEnded, _day_ended, _YARD),
}
