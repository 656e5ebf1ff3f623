"""What the city owes for claims, and has paid, stands in the ledger of money."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.actors import acting_as
from app.billing.ledger.models import LedgerEntry
from app.billing.ledger_check import first_money_fault
from app.billing.queries import borne_by
from app.subsidies import operations
from app.subsidies.ledger_check import first_claim_fault
from app.subsidies.models import ClaimText
from app.subsidies.operations import approve_claim, check_claim, confirm_claim, pay_claim, return_claim
from app.subsidies.posting import claim_differences, post_claims
from tests.app.billing.money import balance_fen, without_triggers
from tests.app.subsidies.claim_book import TOWN, ClaimBook, person
from tests.app.subsidies.test_claims import approved, confirmed, paid, paid_by

CITY, DUE = "city/subsidies", f"town/{TOWN}/subsidies"


def owed(book: ClaimBook) -> tuple[int, int]:
    return balance_fen(book.session, CITY), balance_fen(book.session, DUE)


def entries(book: ClaimBook) -> int:
    return book.session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def approved_again(book: ClaimBook, kept: ClaimText) -> None:
    for who, step in ((1, confirm_claim), (2, check_claim), (3, approve_claim)):
        with acting_as(person(who)):
            step(book.session, kept.claim_id)  # type: ignore[operator]


def test_an_approved_claim_is_owed_a_returned_one_is_not_and_a_paid_one_is_paid(book: ClaimBook) -> None:
    book.took_in(8_000)
    kept = confirmed(book)
    with acting_as(person(2)):
        check_claim(book.session, kept.claim_id)
    assert entries(book) == 0
    with acting_as(person(3)):
        approve_claim(book.session, kept.claim_id)
    assert owed(book) == (kept.amount_fen, -kept.amount_fen)
    assert borne_by(book.session) == [(CITY, kept.amount_fen)]
    with acting_as(person(2)):
        return_claim(book.session, kept.claim_id, "a photo is missing")
    assert owed(book) == (0, 0)
    assert first_claim_fault(book.session) is None
    approved_again(book, kept)
    assert owed(book) == (kept.amount_fen, -kept.amount_fen)
    with acting_as(person(4)):
        pay_claim(book.session, kept.claim_id, paid_by("order 7"))
    assert owed(book) == (0, 0)
    payment = book.session.scalars(select(LedgerEntry).order_by(LedgerEntry.number.desc())).first()
    assert payment is not None
    assert (payment.subject_kind, payment.kind, payment.said["reference"]) == ("claim_payment", "payment", "order 7")
    assert post_claims(book.session) == []
    assert first_claim_fault(book.session) is None
    assert first_money_fault(book.session) is None


def test_claims_from_before_are_posted_once_somebody_charges(book: ClaimBook, monkeypatch: pytest.MonkeyPatch) -> None:
    book.took_in(8_000)
    with monkeypatch.context() as before:
        before.setattr(operations, "post_claims", lambda *_others: [])
        paid(book)
        book.took_in(4_000)
        waits = approved(book)
    assert entries(book) == 0
    assert first_claim_fault(book.session) is None
    assert len(claim_differences(book.session)) == 3
    post_claims(book.session)
    assert owed(book) == (waits.amount_fen, -waits.amount_fen)
    assert claim_differences(book.session) == []


def test_a_claim_of_which_the_ledger_says_something_else_is_named(book: ClaimBook) -> None:
    book.took_in(8_000)
    kept = approved(book)
    assert first_claim_fault(book.session) is None
    without_triggers(book.session)
    entry = book.session.scalars(select(LedgerEntry)).one()
    entry.subject_id = "B2099-0001"
    book.session.flush()
    found = first_claim_fault(book.session)
    assert found is not None
    assert found.where == "claim B2099-0001"
    assert kept.amount_fen > 0
