"""What is paid for purchases: to points by their town, to the recycler by the city, never more than is owed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.accounts.actors import acting_as
from app.billing.forecast.queries import cash_forecast
from app.billing.ledger.models import MonthEvent
from app.billing.ledger_check import first_money_fault, money_head
from app.billing.payments.check import first_payment_fault
from app.billing.payments.models import PayoutAnswer, PayoutWish
from app.billing.payments.payouts import (
    RECYCLER,
    Payout,
    agree_to_payout,
    ask_payout,
    decline_payout,
    payable_fen,
    payouts,
    take_back_payout,
    waiting_payouts,
)
from app.billing.queries import month_sums, point_balances
from app.billing.waiting import money_waiting
from app.clock import business_day, now
from app.database.engine import db
from app.errors import (
    MONTH_IS_CLOSED,
    MORE_THAN_OWED,
    NO_DAY_OF_A_PAYMENT,
    NO_SUCH_THING,
    PAYOUT_ANSWERED,
    SAME_PERSON,
)
from app.subsidies.ledger_check import first_claim_fault
from app.subsidies.operations import approve_claim, check_claim, pay_claim
from app.verification.runs import verify_month
from tests.app.billing.money import actor, balance_fen
from tests.app.billing.test_payments import refused
from tests.app.members import member
from tests.app.purchases.point import POINT, Point, point_with_purchase
from tests.app.purchases.test_purchase_claims import confirmed
from tests.app.subsidies.claim_book import person
from tests.app.subsidies.test_claims import paid_by
from tests.app.without_rules import without_rules
from tests.conftest import csrf_token


@pytest.fixture
def point(app: Flask) -> Iterator[Point]:
    with app.app_context():
        yield point_with_purchase(db.session)


def asked(point: Point, fen: int, payee: str | None = None, day: date | None = None) -> PayoutWish:
    payout = Payout(payee=payee or POINT, amount_fen=fen, paid_on=day or business_day(), reference=f"order {fen}")
    with acting_as(actor(1)):
        return ask_payout(point.session, payout)


def pays(point: Point, fen: int, payee: str | None = None, day: date | None = None) -> str:
    wish = asked(point, fen, payee, day)
    with acting_as(actor(2)):
        return agree_to_payout(point.session, wish.id)


def test_a_point_is_paid_what_it_paid_before_its_fee_and_never_more_than_is_due(point: Point) -> None:
    session, town = point.session, f"town/{point.town_id}/purchases"
    assert payable_fen(session) == {POINT: 31_200, RECYCLER: 7_200}
    with refused(MORE_THAN_OWED):
        pays(point, 31_201)
    with refused(NO_DAY_OF_A_PAYMENT):
        pays(point, 1, day=business_day() + timedelta(days=2))
    with refused(NO_SUCH_THING):
        pays(point, 1, payee="nobody")
    month = month_sums(session)
    first = pays(point, 25_000)
    (balance,) = point_balances(session)
    assert (balance.paid_out_fen, balance.fee_fen, balance.got_fen, balance.due_fen) == (24_000, 7_200, 25_000, 6_200)
    assert balance_fen(session, f"point/{POINT}/paid_out") == 0
    assert balance_fen(session, town) == 15_600 - 25_000
    assert [it.points_fen for it in month_sums(session)] == [it.points_fen for it in month]
    pays(point, 7_200, payee=RECYCLER)
    assert balance_fen(session, "city/recycling") == balance_fen(session, "recycler/recycling") == 0
    take_back_payout(session, first, "the transfer came back")
    with refused(NO_SUCH_THING):
        take_back_payout(session, first, "again")
    assert [it.said["payee"] for it in payouts(session)] == [RECYCLER]
    assert payable_fen(session) == {POINT: 31_200}
    (left,) = payouts(session)
    head = money_head(session)
    session.add(
        MonthEvent(
            month=left.month, kind="closed", last_number=head.length, last_hash=head.last_hash, made_name="x",
            made_at=now(),
        )
    )  # fmt: skip
    with refused(MONTH_IS_CLOSED):
        take_back_payout(session, left.id, "too late")
    assert first_money_fault(session) is None
    assert first_payment_fault(session) is None


def test_a_payment_for_purchases_takes_a_second_person_and_is_never_asked_for_twice(point: Point) -> None:
    session = point.session
    wish = asked(point, 31_000)
    assert [it.id for it in money_waiting(session, business_day()).payouts] == [wish.id]
    assert (payable_fen(session)[POINT], payouts(session)) == (200, [])
    with refused(MORE_THAN_OWED):
        asked(point, 201)
    with acting_as(actor(1)), refused(SAME_PERSON):
        agree_to_payout(session, wish.id)
    with acting_as(actor(2)):
        decline_payout(session, wish.id, "the bank knows of none")
        with refused(PAYOUT_ANSWERED):
            agree_to_payout(session, wish.id)
    assert payable_fen(session)[POINT] == 31_200
    wish = asked(point, 31_200)
    with acting_as(actor(2)):
        agree_to_payout(session, wish.id)
        with refused(PAYOUT_ANSWERED):
            decline_payout(session, wish.id, "too late")
    assert (payable_fen(session), waiting_payouts(session)) == ({RECYCLER: 7_200}, [])


def test_a_payment_for_purchases_without_a_second_person_is_named(point: Point) -> None:
    session = point.session
    pays(point, 31_200)
    assert first_payment_fault(session) is None
    session.commit()
    without_rules()
    session.execute(update(PayoutAnswer).values(made_by=1))
    found = first_payment_fault(session)
    assert found is not None
    assert "second person" in found.what
    session.execute(update(PayoutAnswer).values(made_by=2))
    asked(point, 100, payee=RECYCLER)
    session.add(PayoutAnswer(wish_id=waiting_payouts(session)[0].id, is_agreed=True, made_by=2, made_name="x"))
    session.flush()
    found = first_payment_fault(session)
    assert found is not None
    assert "not in the ledger" in found.what


def test_the_city_pays_its_half_to_the_town_which_pays_the_point(point: Point) -> None:
    session, town = point.session, f"town/{point.town_id}/purchases"
    verify_month(session, business_day().replace(day=1))
    kept = confirmed(point)
    for who, step in ((2, check_claim), (3, approve_claim)):
        with acting_as(person(who)):
            step(session, kept.claim_id)
    assert dict(cash_forecast(session, business_day()).public)["city/purchases"] == 15_600
    with acting_as(person(4)):
        pay_claim(session, kept.claim_id, paid_by("order 9"))
    assert (balance_fen(session, "city/purchases"), balance_fen(session, town)) == (0, 31_200)
    pays(point, 31_200)
    assert balance_fen(session, town) == 0
    assert first_claim_fault(session) is None
    assert dict(cash_forecast(session, business_day()).public) == {"city/recycling": 7_200}


def test_a_payment_is_asked_for_agreed_to_and_taken_back_on_the_page(app: Flask) -> None:
    with app.app_context():
        point_with_purchase(db.session)
        db.session.commit()
    browser, second = member(app, "finance"), member(app, "dispatcher")
    for one in (browser, second):
        one.post("/language/en", data={"csrf_token": csrf_token(one, "/")})

    def post(address: str, by: FlaskClient = browser, **fields: str) -> str:
        sent = {"csrf_token": csrf_token(by, "/money"), **fields}
        return by.post(address, data=sent, follow_redirects=True).text

    def waiting(what: str) -> str:
        found = re.search(rf'action="(/money/payouts/[^/"]+/{what})"', browser.get("/money").text)
        assert found is not None
        return found[1]

    assert "312.00 yuan due" in browser.get("/money").text
    said = {"payee": POINT, "payout_yuan": "312", "paid_on": business_day().isoformat()}
    assert "reference" in post("/money/payouts", **said)
    assert "Another person has to agree" in post("/money/payouts", **said, reference="order 1")
    assert "was paid 312.00 yuan" in second.get("/money").text
    assert "1 payment for purchases waits" in second.get("/").text
    assert "nothing was posted" in post(waiting("decline"), second, reason="which order?")
    post("/money/payouts", **said, reference="order 1")
    assert "does not agree to it too" in post(waiting("agree"))
    assert "Posted as a payment" in post(waiting("agree"), second)
    assert "What city and towns still owe" in browser.get("/money/forecast").text
    assert "The payment is taken back" in post(waiting("undo"), reason="it came back")
    assert "312.00 yuan due" in browser.get("/money").text
