"""Refunds: what a plant has paid too much goes back to it, by two people, once, and stands in the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.billing.charging.operations import post_charges
from app.billing.ledger.months import close_month
from app.billing.ledger_check import first_money_fault
from app.billing.payments.ageing import open_accounts
from app.billing.payments.bank_files import judge_bank_file, take_in_bank_file
from app.billing.payments.check import first_payment_fault
from app.billing.payments.models import RefundWish, UndoWish
from app.billing.payments.operations import (
    Movement,
    agree_to_undo,
    confirm_typed,
    keys_of,
    match_to_plant,
    note,
    put_aside,
    undo_match,
)
from app.billing.payments.queries import matched_lines, open_lines
from app.billing.payments.refunds import agree_to_refund, ask_refund, decline_refund, note_refund, refundable_fen
from app.billing.statements.operations import issue_statements, made_again
from app.billing.statements.papers import said_by
from app.billing.waiting import money_waiting
from app.database.engine import db, make_engine
from app.errors import (
    MORE_THAN_CREDIT,
    MOVEMENT_KNOWN,
    NO_SUCH_THING,
    REFUND_ANSWERED,
    REFUND_ASKED,
    SAME_PERSON,
    WENT_OUT,
    Refusal,
    RefusalKind,
)
from app.registry.models import EndUsePlant
from tests.app.billing.money import actor, agreed_price, balance_fen, load
from tests.app.deliveries.road import Road
from tests.app.members import member
from tests.app.without_rules import without_rules
from tests.conftest import csrf_token

WENT_ON = date(2025, 12, 20)
HEADINGS = "交易时间,收入金额,支出金额,对方户名,摘要,交易流水号"


@pytest.fixture
def session(database_copy: object) -> Iterator[Session]:
    engine = make_engine(database_copy("county"))  # type: ignore[operator]
    with Session(engine) as session, acting_as(actor(1)):
        yield session
        session.rollback()
    engine.dispose()


@pytest.fixture
def plant(session: Session) -> EndUsePlant:
    """A plant that paid 2,000 yuan provisionally, of which the final price leaves 100 to its credit."""
    return in_credit(session)


def in_credit(session: Session) -> EndUsePlant:
    plant = session.scalars(select(EndUsePlant)).one()
    agreed_price(session)
    post_charges(session, [load("D1", plant_id=plant.plant_id)])
    issue_statements(session, close_month(session, date(2025, 11, 1)))
    came = Movement(
        paid_on=date(2025, 12, 5), amount_fen=200_000, payer=plant.name, said="S2025-0001", bank_number=None
    )  # fmt: skip
    note(session, [(keys_of([came])[0], came)])
    agreed_price(session, kind="final", yuan_per_t=190)
    post_charges(session, [load("D1", plant_id=plant.plant_id)])
    return plant


def went(plant: EndUsePlant, fen: int = 10_000, reference: str = "transfer 7") -> Movement:
    return Movement(paid_on=WENT_ON, amount_fen=-fen, payer=plant.name, said=reference, bank_number=None)


def owed(session: Session, plant: EndUsePlant) -> int:
    return balance_fen(session, f"plant/{plant.plant_id}/owed")


def refused(kind: RefusalKind) -> pytest.RaisesExc[Refusal]:
    return pytest.RaisesExc(Refusal, check=lambda it: it.kind is kind)


def refunded(session: Session, plant: EndUsePlant, fen: int = 10_000) -> RefundWish:
    wish = note_refund(session, plant.plant_id, went(plant, fen), "the price was fixed lower")
    with acting_as(actor(2)):
        agree_to_refund(session, wish.bank_line_id, wish.id)
    return wish


def test_a_refund_is_posted_when_another_person_agrees_and_never_more_than_the_credit(
    session: Session, plant: EndUsePlant
) -> None:
    assert refundable_fen(session) == {plant.plant_id: 10_000}
    with refused(MORE_THAN_CREDIT):
        note_refund(session, plant.plant_id, went(plant, 10_001), "too much")
    session.rollback()
    plant = in_credit(session)
    wish = note_refund(session, plant.plant_id, went(plant, 6_000), "the price was fixed lower")
    assert owed(session, plant) == -10_000
    with refused(MOVEMENT_KNOWN):
        note_refund(session, plant.plant_id, went(plant, 6_000), "again")
    with refused(REFUND_ASKED):
        ask_refund(session, wish.bank_line_id, plant.plant_id, "again")
    # what others ask for is not there a second time
    with refused(MORE_THAN_CREDIT):
        note_refund(session, plant.plant_id, went(plant, 4_001, "transfer 8"), "more")
    with refused(SAME_PERSON):
        agree_to_refund(session, wish.bank_line_id, wish.id)
    with refused(WENT_OUT):
        match_to_plant(session, wish.bank_line_id, plant.plant_id)
    waiting = money_waiting(session, WENT_ON)
    assert [it.refund_wish for it in waiting.refunds] == [wish]
    with acting_as(actor(2)):
        with refused(REFUND_ANSWERED):
            agree_to_refund(session, wish.bank_line_id, wish.id + 1)
        agree_to_refund(session, wish.bank_line_id, wish.id)
    assert (owed(session, plant), balance_fen(session, "company/bank")) == (-4_000, 194_000)
    (account,) = open_accounts(session)
    assert (account.credit_fen, account.months) == (4_000, ())
    assert first_payment_fault(session) is None
    assert first_money_fault(session) is None


def test_a_credit_that_shrank_meanwhile_is_not_paid_out(session: Session, plant: EndUsePlant) -> None:
    wish = note_refund(session, plant.plant_id, went(plant), "the price was fixed lower")
    post_charges(session, [load("D9", plant_id=plant.plant_id, plant_kg=100, day=date(2025, 12, 2))])
    with acting_as(actor(2)), refused(MORE_THAN_CREDIT):
        agree_to_refund(session, wish.bank_line_id, wish.id)


def test_a_declined_refund_leaves_the_movement_waiting_and_can_be_asked_for_again(
    session: Session, plant: EndUsePlant
) -> None:
    wish = note_refund(session, plant.plant_id, went(plant), "the price was fixed lower")
    decline_refund(session, wish.bank_line_id, wish.id, "the transfer came back")
    (waits,) = open_lines(session)
    assert waits.refund_wish is None
    assert waits.guesses[0].plant_id == plant.plant_id
    with acting_as(actor(2)), refused(REFUND_ANSWERED):
        agree_to_refund(session, wish.bank_line_id, wish.id)
    ask_refund(session, wish.bank_line_id, plant.plant_id, "it went after all")
    put_aside(session, wish.bank_line_id, "no")
    assert (open_lines(session), refundable_fen(session)) == ([], {plant.plant_id: 10_000})


def test_a_refund_stands_on_the_statement_and_is_taken_back_as_payments_are(
    session: Session, plant: EndUsePlant
) -> None:
    wish = refunded(session, plant)
    (statement,) = issue_statements(session, close_month(session, date(2025, 12, 1)))
    said = said_by(statement)
    assert said["sums_fen"] == {"payment": -200_000, "refund": 10_000, "true_up": -10_000}
    assert (said["brought_forward_fen"], said["carried_forward_fen"]) == (200_000, 0)
    assert made_again(session, statement) == statement.text
    undo = undo_match(session, wish.bank_line_id, "it came back")
    assert isinstance(undo, UndoWish)
    with acting_as(actor(2)):
        agree_to_undo(session, wish.bank_line_id, undo.id)
    assert owed(session, plant) == -10_000
    assert [(it.credit_fen, it.months) for it in open_accounts(session)] == [(10_000, ())]
    (later,) = issue_statements(session, close_month(session, date(2026, 1, 1)))
    assert said_by(later)["sums_fen"] == {"refund": -10_000}
    assert first_payment_fault(session) is None


def test_what_a_refund_used_up_is_owed_where_the_plant_is_charged_after_all(
    session: Session, plant: EndUsePlant
) -> None:
    refunded(session, plant)
    agreed_price(session, kind="final", yuan_per_t=195)
    post_charges(session, [load("D1", plant_id=plant.plant_id)])
    (account,) = open_accounts(session)
    assert (account.owed_fen, account.credit_fen) == (5_000, 0)
    assert sum(it.open_fen for it in account.months) == 5_000


def test_a_line_of_the_banks_confirms_a_typed_refund_and_other_money_that_went_out_is_left_out(
    session: Session, plant: EndUsePlant
) -> None:
    wish = refunded(session, plant)
    data = "\n".join(
        [
            HEADINGS,
            f"2025-12-21,,100.00,{plant.name},refund,B1",
            "2025-12-21,-100.00,,somebody,refund,B2",
            "2025-12-21,,88.00,power company,electricity,B3",
            f"2025-12-22,,-12.00,{plant.name},refund,B4",
            "2016-01-01,,5.00,long ago,,B5",
        ]
    ).encode()
    judged = judge_bank_file(session, data)
    assert [(it.movement.amount_fen, it.typed is not None, it.guess) for it in judged.lines] == [
        (-10_000, True, None), (-10_000, True, None), (-1_200, False, None),
    ]  # fmt: skip
    assert judged.left_out == 2
    take_in_bank_file(session, data, name="december.csv")
    same, _other, unasked = open_lines(session)
    confirm_typed(session, same.line.id, wish.bank_line_id)
    assert [it.line.amount_fen for it in matched_lines(session, 9) if it.waits_for_bank] == [200_000]
    with refused(MORE_THAN_CREDIT):
        ask_refund(session, unasked.line.id, plant.plant_id, "nothing is left")
    with refused(NO_SUCH_THING):
        ask_refund(session, matched_lines(session, 9)[-1].line.id + 999, plant.plant_id, "no such line")
    assert owed(session, plant) == 0
    assert first_payment_fault(session) is None


def test_a_refund_without_a_second_person_is_named(road: Road) -> None:
    with road.app.app_context():
        with acting_as(actor(1)):
            wish = refunded(db.session, in_credit(db.session))
        without_rules()
        db.session.execute(text("UPDATE refund_answer SET made_by = 1"))
        found = first_payment_fault(db.session)
        assert found is not None
        assert str(wish.bank_line_id) in found.where
        assert "second person" in found.what


def browser_of(app: Flask, role: str) -> FlaskClient:
    browser = member(app, role)
    post(browser, "/language/en", "/")
    return browser


def post(browser: FlaskClient, address: str, page: str, **fields: str) -> str:
    answer = browser.post(address, data={"csrf_token": csrf_token(browser, page), **fields}, follow_redirects=True)
    assert answer.status_code in (200, 409, 422), answer.status
    return answer.text


def test_a_refund_is_typed_in_declined_asked_for_again_and_agreed_to_on_the_page(road: Road) -> None:
    first, second = browser_of(road.app, "finance"), browser_of(road.app, "dispatcher")
    with road.app.app_context():
        with acting_as(actor(3)):
            plant_id = in_credit(db.session).plant_id
        db.session.commit()
    payments = "/money/payments"
    assert "100.00 yuan to its credit" in first.get(payments).text
    faults = post(first, "/money/refunds", payments, plant="x", refund_yuan="1.234", went_on="", reference="")
    for said in ("Choose the plant.", "two decimals at most", "on which it went out", "reference of the transfer"):
        assert said in faults, said
    typed = {"plant": plant_id, "refund_yuan": "100", "went_on": "2025-12-20", "reference": "transfer 7"}
    assert "reason" in post(first, "/money/refunds", payments, **typed)
    assert "Another person has to agree" in post(first, "/money/refunds", payments, **typed, reason="fixed lower")
    assert "100.00 yuan went back to" in second.get("/money").text
    assert "1 refund waits" in first.get("/").text
    line = re.search(r"/money/payments/(\d+)/refund/agree", second.get(payments).text)
    assert line is not None
    address = f"/money/payments/{line[1]}/refund"
    assert "the movement waits again" in post(second, f"{address}/decline", payments, wish="1", reason="which one?")
    assert "Another person has to agree" in post(first, address, payments, plant=plant_id, reason="transfer 7")
    assert "does not agree to it too" in post(first, f"{address}/agree", payments, wish="2")
    assert "Posted as a refund to the plant" in post(second, f"{address}/agree", payments, wish="2")
    page = first.get(payments).text
    assert "-100.00" in page
    assert "to its credit" not in page
