"""A yard's day closes when it adds up, or when somebody says why it does not; later nothing in it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import business_day
from app.database.engine import db
from app.storage.amounts import Amount, kept_line
from app.storage.balances import stack_contents
from app.storage.closing_days import open_questions
from app.storage.day_sheets import closing_of, day_sheet, late_transfers, stock_change
from app.storage.models import DayClosing, StockCount, WatchEntry
from tests.app.day_plan import PlannedTown
from tests.app.storage.yard_book import MORNING, YardBook, yard_book

DAY = business_day(MORNING)
NEXT = DAY + timedelta(days=1)
NEXT_MORNING = MORNING + timedelta(days=1)


@pytest.fixture
def book(county_app: Flask, town: PlannedTown) -> Iterator[YardBook]:
    with county_app.app_context():
        yield yard_book(town.scenario.yards[0].yard_id)
        db.session.rollback()


def close(
    book: YardBook, day: date, counts: dict[str, int] | None = None, explanation: str | None = None
) -> dict[str, Any]:
    lines = [{"stack_id": stack_id, "bales": bales} for stack_id, bales in (counts or {}).items()]
    body = {"day": day.isoformat(), "counts": lines, "explanation": explanation}
    return book.told("day_close", body)


def kept(book: YardBook, day: date) -> DayClosing:
    found = closing_of(db.session, book.yard_id, day)
    assert found is not None
    return found


def kinds(questions: list[dict[str, Any]]) -> list[str]:
    return [str(question["kind"]) for question in questions]


def at(moment: datetime, **later: int) -> datetime:
    return moment + timedelta(**later)


def test_a_day_that_adds_up_closes_with_its_figures(book: YardBook) -> None:
    _hot, apart, first, *_ = book.stacks
    book.came(20, 2_000, [(first, 20)], at=at(MORNING, days=-1))
    book.came(30, 3_300, [(first, 30)])
    book.came(30, 3_000, [(first, 30)])
    book.left(10, 1_000, [(first, 10)])
    book.told("stack_move", {"from_stack_id": first, "to_stack_id": apart, "bales": 7, "reason": "room"})
    assert close(book, DAY, {first: 63, apart: 7}) == {
        "status": 201,
        "id": kept(book, DAY).record_id,
        "code": None,
        "remarks": {},
    }
    closing = kept(book, DAY)
    assert closing.is_closed
    assert [
        closing.opening_bales,
        closing.in_bales,
        closing.out_bales,
        closing.adjusted_bales,
        closing.closing_bales,
    ] == [20, 60, 10, 0, 70]
    assert [closing.opening_kg, closing.in_kg, closing.out_kg, closing.closing_kg] == [2_000, 6_300, 1_000, 7_300]
    lines = {line["stack_id"]: (line["counted_bales"], kept_line(line)) for line in closing.stacks}
    assert lines[first][1].moved == -lines[apart][1].moved
    assert {stack_id: (counted, line.closing.bales) for stack_id, (counted, line) in lines.items()} == {
        first: (63, 63),
        apart: (7, 7),
    }


def test_a_difference_without_an_explanation_leaves_the_day_open_and_books_nothing(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(30, 3_300, [(first, 30)])
    told = close(book, DAY, {first: 28})
    assert told["status"] == 201
    [question] = told["remarks"]["day_not_closed"]["questions"]
    assert question == {"kind": "difference", "stack_id": first, "counted": 28, "reckoned": 30}
    assert not kept(book, DAY).is_closed
    assert day_sheet(db.session, book.yard_id, DAY).yard.closing == Amount(30, 3_300, 3_300)
    assert close(book, DAY, {first: 28}, "two fell apart at the gate")["remarks"] == {}
    closing = kept(book, DAY)
    assert (closing.is_closed, closing.adjusted_bales, closing.adjusted_kg) == (True, -2, -220)
    assert (closing.closing_bales, closing.closing_kg) == (28, 3_080)
    assert day_sheet(db.session, book.yard_id, DAY).yard.closing == Amount(28, 3_080, 3_080)
    line = db.session.scalars(select(StockCount)).one()
    assert (line.counted_bales, line.reckoned_bales, line.reason) == (28, 30, "two fell apart at the gate")


def test_open_tickets_and_missing_records_want_an_explanation(book: YardBook) -> None:
    book.opened()
    book.number += 2
    told = close(book, DAY)
    questions = told["remarks"]["day_not_closed"]["questions"]
    assert kinds(questions) == ["open_ticket"]
    # what this record itself leaves out is known once it has come
    told = close(book, DAY)
    questions = told["remarks"]["day_not_closed"]["questions"]
    assert kinds(questions) == ["open_ticket", "missing_numbers"]
    assert questions[1]["count"] == 2
    assert close(book, DAY, explanation="the truck stays over night, the tablet is at the repair")["remarks"] == {}
    assert kept(book, DAY).is_closed


def test_a_count_of_the_day_without_a_reason_wants_an_explanation(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(30, 3_300, [(first, 30)])
    book.told("stack_count", {"counts": [{"stack_id": first, "bales": 29}]})
    assert kinds(open_questions(db.session, book.yard_id, DAY)) == ["unexplained_count"]
    assert kinds(close(book, DAY)["remarks"]["day_not_closed"]["questions"]) == ["unexplained_count"]


def test_an_overdrawn_stack_wants_an_explanation_or_a_count(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(10, 1_000, [(first, 10)])
    book.left(12, 1_200, [(first, 12)])
    assert kinds(open_questions(db.session, book.yard_id, DAY)) == ["overdrawn"]
    assert kinds(close(book, DAY, {first: 0})["remarks"]["day_not_closed"]["questions"]) == ["difference"]
    close(book, DAY, {first: 0}, "the tablet of the other gate was off")
    assert kept(book, DAY).closing_bales == kept(book, DAY).closing_kg == 0


def test_what_comes_late_changes_no_closing_and_stands_in_the_next_opening(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(30, 3_300, [(first, 30)])
    close(book, DAY, {first: 30})
    before = {column.key: getattr(kept(book, DAY), column.key) for column in DayClosing.__table__.columns}
    book.moment = NEXT_MORNING
    book.came(11, 1_111, [(first, 11)], at=at(MORNING, hours=9))
    assert {column.key: getattr(kept(book, DAY), column.key) for column in DayClosing.__table__.columns} == before
    assert stock_change(late_transfers(db.session, kept(book, DAY))) == Amount(11, 1_111, 1_111)
    assert day_sheet(db.session, book.yard_id, NEXT).yard.opening == Amount(41, 4_411, 4_411)
    [late] = open_questions(db.session, book.yard_id, NEXT)
    assert (late["kind"], late["day"], late["bales"], late["kg"]) == ("late", DAY.isoformat(), 11, 1_111)
    assert kinds(close(book, NEXT)["remarks"]["day_not_closed"]["questions"]) == ["late"]
    assert close(book, NEXT, explanation="the second tablet came back into the network")["remarks"] == {}
    assert kept(book, NEXT).opening_bales == 41


def test_a_void_of_an_earlier_day_is_an_adjustment_of_today_and_of_its_own_day_nothing(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(30, 3_300, [(first, 30)], at=at(MORNING, days=-1))
    book.came(20, 2_200, [(first, 20)])
    book.made_void(book.tickets[0])
    book.made_void(book.tickets[1])
    line = day_sheet(db.session, book.yard_id, DAY).yard
    assert (line.opening, line.came) == (Amount(30, 3_300, 3_300), Amount())
    assert line.adjusted == Amount(-30, -3_300, -3_300)
    assert line.closing == Amount()


def test_later_days_go_on_from_a_closing_with_age_moisture_and_haste(book: YardBook) -> None:
    hot, _apart, first, *_ = book.stacks
    book.came(30, 3_300, [(first, 30)], permille=120)
    book.came(10, 1_300, [(hot, 10)], permille=260)
    before = stack_contents(db.session, book.yard_id)
    close(book, DAY)
    assert kept(book, DAY).is_closed
    assert stack_contents(db.session, book.yard_id) == before
    book.moment = NEXT_MORNING
    book.came(10, 3_300, [(first, 10)], permille=180)
    held = stack_contents(db.session, book.yard_id)
    assert (held[first].moisture_permille, held[first].highest_permille) == (150, 180)
    assert (held[first].since, held[hot]) == (before[first].since, before[hot])
    assert stack_contents(db.session, book.yard_id, until=MORNING + timedelta(minutes=1))[first] == before[first]
    book.left(40, 6_600, [(first, 40)])
    book.came(5, 500, [(first, 5)], permille=110)
    held = stack_contents(db.session, book.yard_id)
    assert (held[first].moisture_permille, held[first].since) == (110, book.moment)


def test_a_closed_day_a_day_before_it_and_a_day_ahead_are_refused(book: YardBook) -> None:
    assert close(book, DAY)["status"] == 201
    for day in (DAY, DAY - timedelta(days=1)):
        told = close(book, day, explanation="again")
        assert (told["status"], told["code"]) == (409, "day-closed-already")
    told = close(book, NEXT)
    assert (told["status"], told["code"]) == (422, "day-still-ahead")


def test_the_watch_of_a_day_is_kept_with_who_and_when(book: YardBook) -> None:
    book.told("watch", {"event": "begin"})
    book.told("watch", {"event": "round", "note": "stack A1 is warm"})
    book.told("watch", {"event": "end"})
    entries = db.session.scalars(select(WatchEntry).order_by(WatchEntry.noted_at)).all()
    assert [(entry.event, entry.note, entry.business_day) for entry in entries] == [
        ("begin", None, DAY),
        ("round", "stack A1 is warm", DAY),
        ("end", None, DAY),
    ]
    assert book.told("watch", {"event": "sleep"})["status"] == 422
