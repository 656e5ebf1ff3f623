"""The ledger of money: entries, months, and what is found out when somebody goes around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.billing.charging.operations import post_charges
from app.billing.ledger.entries import Line, NewEntry, post, reversal_of
from app.billing.ledger.models import EntryKind, LedgerEntry, LedgerLine
from app.billing.ledger.months import ask_to_reopen, close_month, last_closed, next_to_close, reopen_month
from app.billing.ledger_check import MoneyHead, first_money_fault, money_head
from app.database.engine import make_engine
from app.deliveries.queries import DeliveryState
from app.errors import (
    MONTH_IS_NOT_NEXT,
    MONTH_IS_NOT_OVER,
    NOT_THE_LAST_MONTH,
    OTHER_BYTES,
    REOPEN_ASKED,
    REOPEN_NOT_ASKED,
    SAME_PERSON,
    Refusal,
    RefusalKind,
)
from tests.app.billing.money import actor, agreed_price, balance_fen, load, without_triggers

NOVEMBER, DECEMBER, JANUARY = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
PAID = NewEntry(
    kind=EntryKind.PAYMENT,
    day=date(2025, 11, 20),
    subject_kind="payment",
    subject_id="B1",
    lines=[Line("company/bank", 150_000), Line("plant/P1/owed", -150_000)],
    id="the-banks-own-id",
)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = make_engine(database_url)
    with Session(engine) as session:
        yield session
        session.rollback()
    engine.dispose()


def refused(kind: RefusalKind, step: object, *values: object) -> None:
    with pytest.raises(Refusal) as refusal:
        step(*values)  # type: ignore[operator]
    assert refusal.value.kind is kind


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.number)))


def test_the_same_entry_twice_is_one_and_another_under_its_id_is_refused(session: Session) -> None:
    assert post(session, [PAID]) == post(session, [PAID, PAID])[:1] == ["the-banks-own-id"]
    assert kinds(session) == ["payment"]
    refused(OTHER_BYTES, post, session, [replace(PAID, day=date(2025, 11, 21))])


def test_lines_that_do_not_add_up_or_name_no_account_are_refused(session: Session) -> None:
    for lines in ([Line("company/bank", 1)], [], [Line("company/bank", 1), Line("company/box", -1)]):
        with pytest.raises(ValueError, match=r"lines that do not add up|no such account"):
            post(session, [replace(PAID, lines=lines)])


def test_a_delivery_is_charged_once_and_only_differences_follow(session: Session) -> None:
    agreed_price(session)
    one = load("D1")
    assert [it.kind for it in post_charges(session, [one])] == [EntryKind.CHARGE]
    assert post_charges(session, [one]) == []
    assert balance_fen(session, "plant/P1/owed") == 200_000
    again = replace(one, plant_kg=9_000)
    assert [(it.before_fen, it.after_fen) for it in post_charges(session, [again])] == [(200_000, 180_000)]
    agreed_price(session, kind="final", yuan_per_t="230.50", valid_to=date(2025, 12, 31))
    assert [it.kind for it in post_charges(session, [again])] == [EntryKind.TRUE_UP]
    assert balance_fen(session, "plant/P1/owed") == -balance_fen(session, "company/fee") == 207_450
    assert balance_fen(session, "company/fee_provisional") == 0
    void = replace(again, state=DeliveryState.VOID)
    (taken,) = post_charges(session, [void])
    assert (taken.kind, len(taken.entries)) == (EntryKind.REVERSAL, 3)
    assert balance_fen(session, "plant/P1/owed") == 0
    assert {it for (it,) in session.execute(select(LedgerEntry.reverses)) if it} == set(
        session.scalars(select(LedgerEntry.id).where(LedgerEntry.kind != "reversal"))
    )
    assert first_money_fault(session) is None


def test_whoever_charges_hears_how_far_it_is_and_what_has_no_weight_costs_nothing(session: Session) -> None:
    agreed_price(session)
    heard: list[int] = []
    some = [load(f"D{number}") for number in range(501)]
    unknown = load("D999", yard_kg=None, plant_kg=None)
    assert len(post_charges(session, [*some, unknown], progress=heard.append)) == 501
    assert heard == [500, 2]


def test_what_has_no_one_way_of_being_written_is_not_posted(session: Session) -> None:
    with pytest.raises(TypeError, match="object in an entry"):
        post(session, [replace(PAID, said={"slip": object()})])


def test_a_town_has_its_part_of_a_direct_haul(session: Session) -> None:
    agreed_price(session, town_permille=300)
    post_charges(session, [load("D1", yard_id=None, town_id="T1", yard_kg=None)])
    accounts = ("plant/P1/owed", "company/fee_provisional", "company/town_part", "town/T1/part")
    assert [balance_fen(session, it) for it in accounts] == [200_000, -200_000, 60_000, -60_000]


def test_what_is_on_account_is_charged_when_the_price_is_fixed(session: Session) -> None:
    agreed_price(session, kind="on_account", yuan_per_t=0)
    post_charges(session, [load("D1")])
    assert balance_fen(session, "plant/P1/owed") == 0
    assert session.scalars(select(LedgerLine.kg).where(LedgerLine.account == "plant/P1/owed")).all() == [10_000]
    agreed_price(session, kind="final", yuan_per_t=190)
    post_charges(session, [load("D1")])
    assert balance_fen(session, "plant/P1/owed") == 190_000
    assert kinds(session) == ["charge", "true_up"]


def test_what_is_under_way_or_without_a_price_waits(session: Session) -> None:
    assert post_charges(session, [load("D1")]) == []
    agreed_price(session, plant_id="P2")
    loads = [load("D1"), load("D2", plant_id="P2", state=DeliveryState.UNDER_WAY, plant_kg=None)]
    assert post_charges(session, loads) == []


def test_months_close_in_order_and_what_is_late_stands_in_the_next_open_one(session: Session) -> None:
    agreed_price(session)
    assert next_to_close(session) is None
    post_charges(session, [load("D1"), load("D2", day=date(2025, 12, 2))])
    assert next_to_close(session) == NOVEMBER
    refused(MONTH_IS_NOT_NEXT, close_month, session, DECEMBER)
    refused(MONTH_IS_NOT_OVER, close_month, session, date(2999, 1, 1))
    close_month(session, NOVEMBER)
    close_month(session, DECEMBER)
    assert (last_closed(session), next_to_close(session)) == (DECEMBER, JANUARY)
    post_charges(session, [load("D1", plant_kg=9_990), load("D2", day=date(2025, 12, 2)), load("D3")])
    late = session.scalars(select(LedgerEntry).where(LedgerEntry.number > 2)).all()
    assert [(it.kind, it.day, it.month) for it in late] == [
        ("correction", date(2025, 11, 12), JANUARY),
        ("charge", date(2025, 11, 12), JANUARY),
    ]
    assert first_money_fault(session) is None


def test_what_was_taken_back_in_its_month_does_not_hold_up_the_first_close(session: Session) -> None:
    agreed_price(session)
    post_charges(session, [load("D1")])
    (wrong,) = post(session, [replace(PAID, day=date(2016, 11, 5))])
    assert next_to_close(session) == date(2016, 11, 1)
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.id == wrong)).one()
    post(session, [reversal_of(entry, PAID.lines, entry.day, "a wrong day")])
    assert next_to_close(session) == NOVEMBER
    close_month(session, NOVEMBER)
    assert next_to_close(session) == DECEMBER


def test_two_people_open_a_month_again_and_only_the_last(session: Session) -> None:
    agreed_price(session)
    post_charges(session, [load("D1"), load("D2", day=date(2025, 12, 2))])
    for month in (NOVEMBER, DECEMBER):
        close_month(session, month)
    refused(NOT_THE_LAST_MONTH, ask_to_reopen, session, NOVEMBER, "late")
    refused(REOPEN_NOT_ASKED, reopen_month, session, DECEMBER, 1)
    with acting_as(actor(1)):
        wish = ask_to_reopen(session, DECEMBER, "late").id
        refused(SAME_PERSON, reopen_month, session, DECEMBER, wish)
    refused(NOT_THE_LAST_MONTH, reopen_month, session, NOVEMBER, wish)
    with acting_as(actor(2)):
        refused(REOPEN_ASKED, ask_to_reopen, session, DECEMBER, "another reason")
        refused(REOPEN_NOT_ASKED, reopen_month, session, DECEMBER, wish + 1)
        reopen_month(session, DECEMBER, wish)
        refused(NOT_THE_LAST_MONTH, reopen_month, session, DECEMBER, wish)
    assert (last_closed(session), next_to_close(session)) == (NOVEMBER, DECEMBER)
    post_charges(session, [load("D3", day=date(2025, 12, 3))])
    assert session.scalars(select(LedgerEntry.month).where(LedgerEntry.subject_id == "D3")).all() == [DECEMBER]
    close_month(session, DECEMBER)
    with acting_as(actor(2)):
        refused(REOPEN_NOT_ASKED, reopen_month, session, DECEMBER, wish)
    assert first_money_fault(session) is None


def test_a_month_that_was_opened_again_stays_open_when_a_later_one_is_opened_too(session: Session) -> None:
    agreed_price(session)
    early = load("D1")
    post_charges(session, [early, load("D2", day=date(2025, 12, 2))])
    close_month(session, NOVEMBER)
    opened_again(session, NOVEMBER)
    post_charges(session, [replace(early, state=DeliveryState.UNDER_WAY)])
    # nothing is left in November's books, so December is closed over it
    assert next_to_close(session) == DECEMBER
    close_month(session, DECEMBER)
    opened_again(session, DECEMBER)
    assert last_closed(session) is None
    post_charges(session, [early])
    assert set(session.scalars(select(LedgerEntry.month).where(LedgerEntry.subject_id == "D1"))) == {NOVEMBER}
    assert first_money_fault(session) is None


def opened_again(session: Session, month: date) -> None:
    with acting_as(actor(1)):
        wish = ask_to_reopen(session, month, "late")
    with acting_as(actor(2)):
        reopen_month(session, month, wish.id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET day = '2020-01-01'",
        "DELETE FROM ledger_line",
        "UPDATE price_term SET fen_per_t = 1",
        "DELETE FROM price_decision",
        "DELETE FROM ledger_month_event",
        "UPDATE ledger_head SET last_number = 0",
        "DELETE FROM ledger_head",
    ],
)
def test_the_database_refuses_to_change_what_was_booked(session: Session, statement: str) -> None:
    agreed_price(session)
    post_charges(session, [load("D1")])
    close_month(session, NOVEMBER)
    with pytest.raises(DatabaseError):
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE ledger_line SET amount_fen = amount_fen + 1 WHERE line = 0", "hash"),
        ("UPDATE ledger_entry SET said = '{}'", "hash"),
        ("UPDATE ledger_entry SET month = '2025-12-01'", "hash"),
        ("DELETE FROM ledger_line WHERE entry_number = 2", "hash"),
        ("UPDATE ledger_head SET last_number = 3", "too early"),
    ],
)
def test_whoever_goes_around_the_triggers_is_found_out(session: Session, statement: str, told: str) -> None:
    agreed_price(session)
    post_charges(session, [load("D1"), load("D2")])
    without_triggers(session)
    session.execute(text(statement))
    fault = first_money_fault(session)
    assert fault is not None
    assert told in fault.what


def test_a_ledger_that_was_written_anew_does_not_have_the_head_that_was_kept(session: Session) -> None:
    agreed_price(session)
    post_charges(session, [load("D1"), load("D2")])
    head = money_head(session)
    assert first_money_fault(session, [head]) is None
    for kept, told in ((MoneyHead(2, "0" * 64), "written anew"), (MoneyHead(3, "0" * 64), "shorter")):
        fault = first_money_fault(session, [kept])
        assert fault is not None
        assert told in fault.what
