"""Whatever sequence of loads, moves, counts and voids a yard sees: nothing is made and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.clock import business_day
from app.database.engine import db
from app.storage.amounts import Amount
from app.storage.balances import bales_by_stack, stack_contents
from app.storage.day_sheets import day_sheet
from app.storage.models import COUNT, DRYING, GATE, StockTransfer
from tests.app.day_plan import PlannedTown
from tests.app.storage.yard_book import YardBook, yard_book

STACK = st.integers(0, 2)
BALES = st.integers(1, 60)
# a light bale, a heavy one
BALE_KG = st.integers(60, 190)
STEP = st.one_of(
    st.tuples(st.just("came"), STACK, STACK, BALES, BALE_KG, st.sampled_from([120, 210, 290])),
    st.tuples(st.just("left"), STACK, STACK, BALES, BALE_KG),
    st.tuples(st.just("moved"), STACK, STACK, BALES),
    st.tuples(st.just("counted"), STACK, st.integers(0, 120)),
    st.tuples(st.just("void"), st.integers(0, 20)),
    st.tuples(st.just("closed"), st.booleans()),
)


@pytest.fixture
def yard_id(county_app: Flask, town: PlannedTown) -> Iterator[str]:
    """A yard of the county, inside the app's context."""
    with county_app.app_context():
        yield town.scenario.yards[0].yard_id


# Shrinking would take minutes, as each example is a database's work.
@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=1, max_size=14))
def test_what_lies_there_is_what_came_less_what_left_and_what_was_adjusted(
    yard_id: str, steps: list[tuple[Any, ...]]
) -> None:
    try:
        book = yard_book(yard_id)
        expected_bales: dict[str, int] = dict.fromkeys(book.stacks[:3], 0)
        loads: dict[str, dict[str, int]] = {}
        for step in steps:
            do(book, step, expected_bales, loads)
        look_at(book, expected_bales)
        taken_back(book)
    finally:
        db.session.rollback()


def do(book: YardBook, step: tuple[Any, ...], bales_on: dict[str, int], loads: dict[str, dict[str, int]]) -> None:
    """One step, on the yard and on a plain tally of bales."""
    kind, *said = step
    if kind == "came" or kind == "left":
        first, second, bales, bale_kg, *permille = said
        shares = [(book.stacks[first], bales)]
        if first != second and bales > 1:
            shares = [(book.stacks[first], bales // 2), (book.stacks[second], bales - bales // 2)]
        if kind == "came":
            told = book.came(bales, bales * bale_kg + bales % 7, shares, permille=permille[0])
        else:
            told = book.left(bales, bales * bale_kg + bales % 7, shares)
        sign = 1 if kind == "came" else -1
        loads[book.tickets[-1]] = {stack_id: sign * number for stack_id, number in shares}
        for stack_id, number in shares:
            bales_on[stack_id] += sign * number
    elif kind == "moved":
        first, second, bales = said
        told = book.told(
            "stack_move",
            {"from_stack_id": book.stacks[first], "to_stack_id": book.stacks[second], "bales": bales, "reason": "test"},
        )
        if first == second:
            assert told["status"] == 422
            return
        bales_on[book.stacks[first]] -= bales
        bales_on[book.stacks[second]] += bales
    elif kind == "counted":
        stack, bales = said
        told = book.told("stack_count", {"counts": [{"stack_id": book.stacks[stack], "bales": bales}]})
        bales_on[book.stacks[stack]] = bales
        # what was counted stays, whatever becomes void of before
        for load in loads.values():
            load.pop(book.stacks[stack], None)
    elif kind == "closed":
        day = business_day(book.moment)
        counts = [{"stack_id": stack, "bales": max(0, bales)} for stack, bales in bales_on.items()] if said[0] else []
        told = book.told("day_close", {"day": day.isoformat(), "counts": counts, "explanation": "test"})
        for count in counts:
            bales_on[count["stack_id"]] = count["bales"]
            for load in loads.values():
                load.pop(count["stack_id"], None)
        book.moment += timedelta(days=1)
    else:
        if not loads:
            return
        ticket_id = sorted(loads)[said[0] % len(loads)]
        told = book.made_void(ticket_id)
        for stack_id, number in loads.pop(ticket_id).items():
            bales_on[stack_id] -= number
    assert told["status"] == 201, told


def look_at(book: YardBook, bales_on: dict[str, int]) -> None:
    contents = stack_contents(db.session, book.yard_id)
    assert {stack_id: contents[stack_id].bales for stack_id in contents} == {
        stack_id: bales_on[stack_id] for stack_id in contents
    }
    moved = bales_by_stack(db.session, [book.yard_id])
    assert {stack_id: moved.get(stack_id, 0) for stack_id in contents} == {
        stack_id: held.bales for stack_id, held in contents.items()
    }
    stacks = sum((Amount(it.bales, it.kg, it.dry_kg) for it in contents.values()), Amount())
    across = {account: Amount() for account in (GATE, COUNT, DRYING)}
    for transfer in db.session.scalars(select(StockTransfer)):
        amount = Amount(transfer.bales, transfer.kg, transfer.dry_kg)
        if transfer.from_account in across:
            across[transfer.from_account] += amount
        if transfer.to_account in across:
            across[transfer.to_account] -= amount
    assert stacks == sum(across.values(), Amount())
    line = day_sheet(db.session, book.yard_id, business_day(book.moment)).yard
    assert (line.closing, line.moved) == (stacks, Amount())


def taken_back(book: YardBook) -> None:
    """Another load that comes and becomes void leaves every stack as it was, but for what a truck found dried."""
    before = stack_contents(db.session, book.yard_id)
    book.came(13, 1_501, [(book.stacks[0], 6), (book.stacks[2], 7)])
    book.made_void(book.tickets[-1])
    book.left(3, 333, [(book.stacks[0], 3)])
    book.made_void(book.tickets[-1])
    after = stack_contents(db.session, book.yard_id)
    for stack_id, content in before.items():
        assert (after[stack_id].bales, after[stack_id].kg, after[stack_id].dry_kg) == (
            content.bales, content.kg, content.dry_kg,
        )  # fmt: skip
