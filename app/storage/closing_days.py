"""A yard's day is closed: counted, compared, and explained where it does not add up; else it stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.accounts.device_models import Device
from app.clock import end_of
from app.errors import DAY_CLOSED_ALREADY, DAY_STILL_AHEAD
from app.intake.arriving import Arrived, Effects, RefusedHere, Remark
from app.intake.device_numbers import device_numbers
from app.intake.models import TicketClosing, TicketVoid, WeighTicket
from app.intake.remarks import RemarkKind
from app.storage.amounts import Amount, DayLine, line_columns, line_to_keep
from app.storage.balances import EMPTY, Content, content_to_keep, stack_contents
from app.storage.day_sheets import DaySheet, closing_of, day_sheet, last_closing, late_transfers, stock_change
from app.storage.models import DayClosing, StockCount, StockTransfer
from app.storage.transfers import Row, set_to_count, stacks_named

_NUMBERS_TOLD = 20


class QuestionKind(StrEnum):
    """What has to be explained before a day is closed."""

    DIFFERENCE = "difference"  # counted and reckoned bales of a stack
    OVERDRAWN = "overdrawn"  # a stack from which more bales left than came
    UNEXPLAINED_COUNT = "unexplained_count"  # stock-taking of the day that found a difference and gave no reason
    OPEN_TICKET = "open_ticket"
    MISSING_NUMBERS = "missing_numbers"  # records of a tablet that have not come
    LATE = "late"  # what came for days that were closed


Question = dict[str, Any]


def day_closed(
    session: Session, arrived: Arrived, day: date, counts: Mapping[str, int], explanation: str | None
) -> Effects:
    """The day with its figures; bales that were counted otherwise are booked on it.

    Where there are questions and no explanation, what was wanted is kept, the day stays open and nothing is booked.
    Refuses days ahead, and those that are closed or lie before one that is.
    """
    stacks_named(session.connection(), arrived, counts)
    yard_id = arrived.place_id
    if day > arrived.business_day:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, DAY_STILL_AHEAD, [day.isoformat()])
    before = last_closing(session, yard_id)
    if before is not None and before.day >= day:
        raise RefusedHere(HTTPStatus.CONFLICT, DAY_CLOSED_ALREADY, [before.day.isoformat()])
    sheet = day_sheet(session, yard_id, day)
    questions = _differences(sheet, counts) + open_questions(session, yard_id, day, sheet=sheet, counts=counts)
    is_closed = not questions or explanation is not None
    on_that_day = replace(arrived, business_day=day, happened_at=min(arrived.happened_at, _end_of(day)))
    contents = stack_contents(session, yard_id, until_day=day)
    booked = _booked(contents, on_that_day, counts) if is_closed else []
    sheet = _with(sheet, booked)
    row = {
        "record_id": arrived.id,
        "yard_id": yard_id,
        "day": day,
        "is_closed": is_closed,
        **line_columns(sheet.yard),
        "stacks": [
            {
                "stack_id": stack_id,
                "counted_bales": counts.get(stack_id),
                **line_to_keep(line),
                "content": content_to_keep(contents.get(stack_id, EMPTY)),
            }
            for stack_id, line in _all_lines(sheet, counts).items()
        ],
        "questions": questions,
        "explanation": explanation,
        "last_transfer_id": _last_transfer_id(session, yard_id),
        "closed_by": arrived.operator_id,
        "closed_name": arrived.operator_name,
        "closed_at": arrived.happened_at,
    }
    effects = Effects([(DayClosing, row), *booked])
    if is_closed:
        effects.rows += _counts(on_that_day, counts, questions, explanation)
    else:
        effects.remarks.append(Remark(RemarkKind.DAY_NOT_CLOSED, None, {"questions": questions}))
    return effects


def open_questions(
    session: Session, yard_id: str, day: date, *, sheet: DaySheet | None = None, counts: Mapping[str, int] | None = None
) -> list[Question]:
    """Return what would have to be explained if the day were closed now, but for what a counting may find."""
    sheet = sheet or day_sheet(session, yard_id, day)
    return [
        *_overdrawn(sheet, counts or {}),
        *_unexplained_counts(session, yard_id, day),
        *_open_tickets(session, yard_id, day),
        *_missing_numbers(session, yard_id),
        *_late(session, yard_id, day),
    ]


def _differences(sheet: DaySheet, counts: Mapping[str, int]) -> list[Question]:
    reckoned = {stack_id: sheet.stacks.get(stack_id, DayLine()).closing.bales for stack_id in counts}
    return [
        {"kind": QuestionKind.DIFFERENCE, "stack_id": stack_id, "counted": counted, "reckoned": reckoned[stack_id]}
        for stack_id, counted in sorted(counts.items())
        if counted != reckoned[stack_id]
    ]


def _overdrawn(sheet: DaySheet, counts: Mapping[str, int]) -> list[Question]:
    return [
        {"kind": QuestionKind.OVERDRAWN, "stack_id": stack_id, "bales": line.closing.bales}
        for stack_id, line in sheet.stacks.items()
        if line.closing.bales < 0 and stack_id not in counts
    ]


def _unexplained_counts(session: Session, yard_id: str, day: date) -> list[Question]:
    found = session.execute(
        select(StockCount.stack_id, StockCount.counted_bales, StockCount.reckoned_bales)
        .where(
            StockCount.yard_id == yard_id,
            StockCount.business_day == day,
            StockCount.counted_bales != StockCount.reckoned_bales,
            StockCount.reason.is_(None),
        )
        .order_by(StockCount.counted_at)
    )
    return [
        {"kind": QuestionKind.UNEXPLAINED_COUNT, "stack_id": stack_id, "counted": counted, "reckoned": reckoned}
        for stack_id, counted, reckoned in found
    ]


def _open_tickets(session: Session, yard_id: str, day: date) -> list[Question]:
    found = session.execute(
        select(WeighTicket.id, WeighTicket.number, WeighTicket.plate)
        .where(
            WeighTicket.place_kind == "yard",
            WeighTicket.place_id == yard_id,
            WeighTicket.business_day <= day,
            ~exists().where(TicketClosing.ticket_id == WeighTicket.id),
            ~exists().where(TicketVoid.ticket_id == WeighTicket.id),
        )
        .order_by(WeighTicket.number)
    )
    return [
        {"kind": QuestionKind.OPEN_TICKET, "ticket_id": ticket_id, "number": number, "plate": plate}
        for ticket_id, number, plate in found
    ]


def _missing_numbers(session: Session, yard_id: str) -> list[Question]:
    questions = []
    for device_id, name in session.execute(
        select(Device.id, Device.name)
        .where(Device.place_kind == "yard", Device.place_id == yard_id)
        .order_by(Device.id)
    ):
        missing = device_numbers(session.connection(), device_id).missing
        if missing:
            questions.append(
                {
                    "kind": QuestionKind.MISSING_NUMBERS,
                    "device": name,
                    "count": len(missing),
                    "numbers": missing[:_NUMBERS_TOLD],
                }
            )
    return questions


def _late(session: Session, yard_id: str, day: date) -> list[Question]:
    """What came since the last closing for the days that it closed."""
    before = last_closing(session, yard_id, before=day)
    if before is None:
        return []
    own = closing_of(session, yard_id, day)
    known_until = own.last_transfer_id if own is not None and own.is_closed else None
    late = late_transfers(session, before, known_until=known_until)
    if not late:
        return []
    change = stock_change(late)
    return [
        {
            "kind": QuestionKind.LATE,
            "day": before.day.isoformat(),
            "transfers": len(late),
            "bales": change.bales,
            "kg": change.kg,
            "dry_kg": change.dry_kg,
        }
    ]


def _booked(contents: Mapping[str, Content], arrived: Arrived, counts: Mapping[str, int]) -> list[Row]:
    others = list(contents.values())
    return [
        row
        for stack_id, counted in sorted(counts.items())
        for row in set_to_count(arrived, stack_id, counted, contents.get(stack_id, EMPTY), others)
    ]


def _with(sheet: DaySheet, booked: Sequence[Row]) -> DaySheet:
    """The sheet as it is with these adjustments, each of which goes to a stack."""
    stacks = dict(sheet.stacks)
    for _model, row in booked:
        line = stacks.get(row["to_account"], DayLine())
        adjusted = line.adjusted + Amount(row["bales"], row["kg"], row["dry_kg"])
        stacks[row["to_account"]] = replace(line, adjusted=adjusted)
    return DaySheet(stacks=stacks)


def _all_lines(sheet: DaySheet, counts: Mapping[str, int]) -> dict[str, DayLine]:
    """What had no straw before or after is left out, unless somebody counted it."""
    return {
        stack_id: line
        for stack_id in sorted({*sheet.stacks, *counts})
        for line in [sheet.stacks.get(stack_id, DayLine())]
        if stack_id in counts or line != DayLine()
    }


def _counts(
    arrived: Arrived, counts: Mapping[str, int], questions: Sequence[Question], explanation: str | None
) -> list[tuple[type[StockCount], dict[str, Any]]]:
    reckoned = {it["stack_id"]: it["reckoned"] for it in questions if it["kind"] == QuestionKind.DIFFERENCE}
    return [
        count_row(arrived, stack_id, counted, reckoned.get(stack_id, counted), explanation)
        for stack_id, counted in sorted(counts.items())
    ]


def count_row(
    arrived: Arrived, stack_id: str, counted: int, reckoned: int, reason: str | None
) -> tuple[type[StockCount], dict[str, Any]]:
    """A line of stock-taking; a reason belongs to a difference only."""
    return StockCount, {
        "record_id": arrived.id,
        "stack_id": stack_id,
        "yard_id": arrived.place_id,
        "business_day": arrived.business_day,
        "counted_bales": counted,
        "reckoned_bales": reckoned,
        "reason": reason if counted != reckoned else None,
        "counted_at": arrived.happened_at,
        "counted_by": arrived.operator_name,
    }


def _end_of(day: date) -> datetime:
    """The last moment of the day in the county: what is counted the next morning was there then."""
    return end_of(day) - timedelta(microseconds=1)


def _last_transfer_id(session: Session, yard_id: str) -> int:
    return session.scalar(select(func.max(StockTransfer.id)).where(StockTransfer.yard_id == yard_id)) or 0
