"""What records do to the stock: it always adds up, and what becomes void has never been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.clock import business_day
from app.database.engine import db
from app.registry.models import TransferYard
from app.storage.balances import EMPTY, Content, stack_contents
from app.storage.models import StockTransfer
from app.storage.queries import (
    LoadOutOrder,
    ShipState,
    load_out_order,
    moisture_of_stacks,
    notebook_stacks,
    proposals,
    ship_by_list,
    stacks_now,
    yard_stock,
)
from tests.app.day_plan import PlannedTown
from tests.app.storage.yard_book import MORNING, YardBook, yard_book
from yard_rules.heat.ladder import Ban
from yard_rules.stacks import HeatingAge


@pytest.fixture
def book(county_app: Flask, town: PlannedTown) -> Iterator[YardBook]:
    with county_app.app_context():
        yield yard_book(town.scenario.yards[0].yard_id)
        db.session.rollback()


def held(book: YardBook, stack_id: str) -> Content:
    return stack_contents(db.session, book.yard_id).get(stack_id, EMPTY)


def figures(content: Content) -> tuple[int, int, int]:
    return content.bales, content.kg, content.dry_kg


def test_a_load_is_split_over_its_stacks_by_bales_to_the_kilogram(book: YardBook) -> None:
    _hot, apart, first, *_ = book.stacks
    assert book.came(30, 3_400, [(apart, 10), (first, 20)])["status"] == 201
    assert figures(held(book, apart)) == (10, 1_133, 1_133)
    assert figures(held(book, first)) == (20, 2_267, 2_267)
    assert held(book, first).moisture_permille == 170
    assert held(book, first).since == book.moment


def test_a_load_whose_stacks_nobody_named_goes_where_it_was_proposed(book: YardBook) -> None:
    told = book.came(30, 3_400, [], permille=250)
    assert told["remarks"]["stacks_differ"] == {"stacks": 0, "bales": 30}
    assert held(book, book.stacks[0]).bales == 30
    told = book.came(30, 3_400, [(book.stacks[2], 25)])
    assert told["status"] == 201
    assert sum(held(book, stack_id).bales for stack_id in book.stacks[2:]) == 30


def test_a_stack_of_another_yard_is_refused(book: YardBook) -> None:
    told = book.came(30, 3_400, [("elsewhere-01", 30)])
    assert (told["status"], told["code"]) == (422, "no-such-stack")
    told = book.told("stack_move", {"from_stack_id": book.stacks[2], "to_stack_id": "x", "bales": 1, "reason": "r"})
    assert (told["status"], told["code"]) == (422, "no-such-stack")


def test_the_last_bale_takes_what_is_left_of_the_mass(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(30, 3_400, [(first, 30)])
    assert book.left(10, 1_100, [(first, 10)])["status"] == 201
    assert figures(held(book, first)) == (20, 2_300, 2_300)
    book.left(20, 2_240, [(first, 20)])
    assert figures(held(book, first)) == (0, 0, 0)
    dried = db.session.scalars(select(StockTransfer).where(StockTransfer.from_account == "drying")).one()
    assert (dried.bales, dried.kg, dried.dry_kg) == (0, -60, -60)


def test_what_leaves_without_a_sample_is_as_moist_as_what_came(book: YardBook) -> None:
    first, second = book.stacks[2:4] if len(book.stacks) > 3 else (book.stacks[1], book.stacks[2])
    book.came(10, 1_000, [(first, 10)], permille=100)
    book.came(10, 3_000, [(second, 10)], permille=200)
    assert moisture_of_stacks(db.session, book.yard_id, [(first, 5), (second, 5)]) == 175
    told = book.left(10, 2_000, [(first, 5), (second, 5)])
    assert "no_sample" not in told["remarks"]
    left = [held(book, stack_id) for stack_id in (first, second)]
    assert (sum(each.bales for each in left), sum(each.kg for each in left)) == (10, 2_000)


def test_more_bales_may_leave_a_stack_than_it_holds_and_it_is_said(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(10, 1_000, [(first, 10)])
    told = book.left(12, 1_200, [(first, 12)])
    assert told["remarks"]["stack_overdrawn"] == {"bales": {first: -2}}
    assert figures(held(book, first)) == (-2, -200, -200)
    assert proposals(db.session, book.yard_id)["loading_out"] is None


def test_moved_bales_take_their_part_of_mass_moisture_age_and_haste_along(book: YardBook) -> None:
    hot, apart, *_ = book.stacks
    book.came(30, 3_301, [(hot, 30)], permille=250)
    before = held(book, hot)
    assert before.ship_by == before.since + timedelta(hours=72)
    book.moment += timedelta(hours=5)
    told = book.told("stack_move", {"from_stack_id": hot, "to_stack_id": apart, "bales": 10, "reason": "too warm"})
    assert told["status"] == 201
    moved, left = held(book, apart), held(book, hot)
    assert (moved.bales, moved.kg) == (10, 1_100)
    assert (left.bales, left.kg) == (20, 2_201)
    assert (moved.moisture_permille, moved.since, moved.ship_by) == (250, before.since, before.ship_by)
    book.told("stack_move", {"from_stack_id": hot, "to_stack_id": apart, "bales": 20, "reason": "all of it"})
    assert figures(held(book, hot)) == (0, 0, 0)
    assert held(book, apart).kg == 3_301


def test_counting_sets_the_stack_to_what_is_there_with_its_part_of_the_mass(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(30, 3_300, [(first, 30)])
    told = book.told("stack_count", {"counts": [{"stack_id": first, "bales": 28, "reason": "two fell apart"}]})
    assert (told["status"], told["remarks"]) == (201, {})
    assert figures(held(book, first)) == (28, 3_080, 3_080)
    told = book.told("stack_count", {"counts": [{"stack_id": first, "bales": 31}]})
    assert told["remarks"] == {"count_differs": {"stacks": [{"stack_id": first, "counted": 31, "reckoned": 28}]}}
    assert figures(held(book, first)) == (31, 3_410, 3_410)
    book.told("stack_count", {"counts": [{"stack_id": first, "bales": 0, "reason": "gone"}]})
    assert figures(held(book, first)) == (0, 0, 0)


def test_a_count_that_comes_late_is_compared_with_the_books_of_its_moment(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(30, 3_300, [(first, 30)])
    counted_at = book.moment + timedelta(minutes=10)
    book.came(20, 2_200, [(first, 20)], at=counted_at + timedelta(minutes=10))
    told = book.told_late("stack_count", {"counts": [{"stack_id": first, "bales": 30}]}, counted_at)
    assert (told["status"], told["remarks"]) == (201, {})
    assert held(book, first).bales == 50


def test_what_was_counted_stays_whatever_comes_late_or_becomes_void_of_before(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(30, 3_300, [(first, 30)])
    book.came(30, 3_300, [(first, 30)])  # the same load once more, by mistake
    book.told("stack_count", {"counts": [{"stack_id": first, "bales": 41, "reason": "one load was weighed twice"}]})
    book.made_void(book.tickets[1])
    assert held(book, first).bales == 41
    late = book.came(11, 1_210, [(first, 11)], at=MORNING)
    assert (late["status"], held(book, first).bales) == (201, 41)
    assert stack_contents(db.session, book.yard_id, until=MORNING + timedelta(seconds=1))[first].bales == 11
    book.made_void(book.tickets[-1])
    assert held(book, first).bales == 41
    book.came(5, 550, [(first, 5)])
    assert held(book, first).bales == 46


def test_a_void_ticket_leaves_the_stock_as_if_it_had_never_been(book: YardBook) -> None:
    first, apart = book.stacks[2], book.stacks[1]
    book.came(30, 3_400, [(first, 20), (apart, 10)])
    before = stack_contents(db.session, book.yard_id)
    book.came(11, 1_307, [(first, 4), (apart, 7)], permille=260)
    book.made_void(book.tickets[-1])
    assert stack_contents(db.session, book.yard_id) == before
    book.left(20, 2_199, [(first, 20)])
    book.made_void(book.tickets[-1])
    after = stack_contents(db.session, book.yard_id)
    assert {key: figures(one) for key, one in after.items()} == {key: figures(one) for key, one in before.items()}


def test_age_and_moisture_are_of_what_came_since_the_stack_was_last_empty(book: YardBook) -> None:
    first = book.stacks[2]
    book.came(10, 1_000, [(first, 10)], permille=180, at=MORNING - timedelta(days=20))
    book.left(10, 990, [(first, 10)], at=MORNING - timedelta(days=10))
    book.came(10, 1_000, [(first, 10)], permille=120, at=MORNING - timedelta(days=3))
    book.came(10, 3_000, [(first, 10)], permille=160)
    [now_] = [each for each in stacks_now(db.session, book.yard_id, book.moment) if each.stack.stack_id == first]
    assert (now_.content.moisture_permille, now_.content.highest_permille) == (150, 160)
    assert now_.oldest_on == business_day(MORNING - timedelta(days=3))
    assert (now_.age_days, now_.heating) == (3, HeatingAge.FRESH)


def test_rows_of_the_stock_are_only_added(book: YardBook) -> None:
    book.came(10, 1_000, [(book.stacks[2], 10)])
    for change in ("UPDATE stock_transfer SET kg = kg + 1", "DELETE FROM stock_transfer"):
        with pytest.raises(DatabaseError, match="only added"), db.session.begin_nested():
            db.session.execute(text(change))


def test_each_class_has_its_stack_and_what_has_to_leave_goes_first(book: YardBook) -> None:
    hot, apart, first, *_ = book.stacks
    assert proposals(db.session, book.yard_id) == {
        "stack_freely": first, "stack_apart": apart, "hot_lane": hot, "loading_out": None,
    }  # fmt: skip
    book.came(30, 3_000, [(first, 30)], at=MORNING - timedelta(days=4))
    book.came(30, 3_000, [(apart, 30)], permille=210, at=MORNING - timedelta(days=1))
    book.came(30, 3_000, [(hot, 30)], permille=260, at=MORNING - timedelta(hours=10))

    def order(moment, by=LoadOutOrder.RISK):
        return [each.stack.stack_id for each in load_out_order(stacks_now(db.session, book.yard_id, moment), by)]

    assert order(MORNING) == [hot, apart, first]  # the wettest, then the wet, then the dry
    assert order(MORNING, LoadOutOrder.FIRST_IN) == [first, apart, hot]
    [soon] = ship_by_list(stacks_now(db.session, book.yard_id, MORNING + timedelta(hours=39)))
    assert soon.ship_state is ShipState.SOON
    [past] = ship_by_list(stacks_now(db.session, book.yard_id, MORNING + timedelta(hours=63)))
    assert past.ship_state is ShipState.PAST
    yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == book.yard_id)).one()
    stock = yard_stock(yard, stacks_now(db.session, book.yard_id, MORNING + timedelta(hours=63)), business_day(MORNING))
    assert (stock.bales, stock.kg, stock.counted_kg, stock.overdue) == (90, 9_000, 9_900, 1)
    assert stock.free_kg == stock.capacity_kg - 9_900


def test_room_on_a_stack_that_is_closed_is_no_room(book: YardBook) -> None:
    bale_kg = 110
    yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == book.yard_id)).one()
    stacks = stacks_now(db.session, book.yard_id, MORNING)
    closed = [replace(it, banned={Ban.MORE_BALES: ["heat"]}) if at else it for at, it in enumerate(stacks)]
    stock = yard_stock(yard, closed, business_day(MORNING))
    assert stock.free_kg == bale_kg * stacks[0].free_bales < stock.capacity_kg
    assert yard_stock(yard, stacks, business_day(MORNING)).free_kg == stock.capacity_kg


def test_the_cover_of_a_stack_is_what_was_noted_last(book: YardBook) -> None:
    first = book.stacks[2]

    def covered() -> object:
        found = notebook_stacks(stacks_now(db.session, book.yard_id))
        return next(stack["covered"] for stack in found if stack["id"] == first)

    assert covered() is None
    book.told("stack_care", {"stack_id": first, "covered": True})
    assert covered() is True
    book.told("stack_care", {"stack_id": first, "covered": False})
    assert covered() is False
