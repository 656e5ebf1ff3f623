"""Claims of towns, step by step, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app.accounts.actors import acting_as
from app.clock import business_day
from app.errors import Refusal
from app.subsidies.contents import content_hash
from app.subsidies.models import ClaimedTicket, ClaimNumber, ClaimText, HeldAs
from app.subsidies.operations import (
    Payment,
    approve_claim,
    check_claim,
    confirm_claim,
    draft_claim,
    events_of,
    pay_claim,
    return_claim,
    withdraw_claim,
)
from app.verification.queries import Standing
from tests.app.subsidies.claim_book import FIRST_DAY, OTHER_TOWN, TOWN, ClaimBook, person

LAST_DAY = FIRST_DAY + timedelta(days=29)


def drafted(book: ClaimBook, town: str = TOWN) -> int:
    with acting_as(person(1)):
        return draft_claim(book.session, town, FIRST_DAY, LAST_DAY).id


def confirmed(book: ClaimBook, claim_id: int | None = None, who: int = 1) -> ClaimText:
    claim_id = drafted(book) if claim_id is None else claim_id
    with acting_as(person(who)):
        return confirm_claim(book.session, claim_id)


def approved(book: ClaimBook) -> ClaimText:
    kept = confirmed(book)
    with acting_as(person(2)):
        check_claim(book.session, kept.claim_id)
    with acting_as(person(3)):
        approve_claim(book.session, kept.claim_id)
    return kept


def paid(book: ClaimBook) -> ClaimText:
    kept = approved(book)
    with acting_as(person(4)):
        pay_claim(book.session, kept.claim_id, paid_by(f"order {kept.claim_id}"))
    return kept


def paid_by(reference: str, **others: str) -> Payment:
    return Payment(paid_on=business_day(), reference=reference, **others)


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.kind.code


def test_a_claim_pays_150_yuan_for_each_tonne_of_dry_straw_by_body(book: ClaimBook) -> None:
    book.took_in(8_001)
    book.took_in(9_500, body="B2", day=3)
    book.took_in(1_000, body=None)
    book.took_in(7_000, town=OTHER_TOWN)
    book.took_in(7_000, day=40)
    kept = confirmed(book)
    said = json.loads(kept.text)
    assert (kept.tickets, kept.dry_kg, kept.amount_fen) == (3, 18_501, 18_501 * 15)
    assert [(it["body_id"], it["amount_fen"]) for it in said["bodies"]] == [
        (None, 15_000), ("B1", 120_015), ("B2", 142_500),
    ]  # fmt: skip
    assert said["rates"][0]["fen_per_t"] == 15_000
    assert said["rates"][0]["source"].startswith("H6")


def test_what_is_left_out_is_listed_with_its_reason(book: ClaimBook) -> None:
    first = confirmed(book, None) if book.took_in(1_000) else None
    assert first is not None
    for standing in (Standing.UNVERIFIED, Standing.SUSPECTED, Standing.UPHELD):
        book.standings[book.took_in(2_000)] = standing
    book.voided(book.took_in(2_000))
    book.took_in(2_000, is_closed=False)
    book.took_in(2_000, is_trade=False)
    book.took_in(0)
    book.took_in(500)
    said = json.loads(confirmed(book).text)
    number = json.loads(first.text)["number"]
    assert [(it["why"], it["claim"]) for it in said["left_out"]] == [
        ("claimed", number), ("unverified", None), ("suspected", None), ("upheld", None), ("void", None),
        ("open", None), ("not_for_settlement", None), ("no_dry_weight", None),
    ]  # fmt: skip
    assert said["dry_kg"] == 500


def test_three_people_and_a_payment_end_a_claim(book: ClaimBook) -> None:
    book.took_in(10_000)
    kept = confirmed(book)
    for who in (1, 2):
        with acting_as(person(1)), pytest.raises(Refusal) as refused:
            check_claim(book.session, kept.claim_id) if who == 1 else approve_claim(book.session, kept.claim_id)
        assert code_of(refused) == ("three-people" if who == 1 else "claim-elsewhere")
    with acting_as(person(2)):
        check_claim(book.session, kept.claim_id)
        with pytest.raises(Refusal) as refused:
            approve_claim(book.session, kept.claim_id)
        assert code_of(refused) == "three-people"
    with acting_as(person(3)):
        approve_claim(book.session, kept.claim_id)
    for who in (2, 3):
        with acting_as(person(who)), pytest.raises(Refusal) as refused:
            pay_claim(book.session, kept.claim_id, paid_by("order 1"))
        assert code_of(refused) == "payer-judged"
    with acting_as(person(4)):
        for wrong in (
            Payment(paid_on=business_day(), reference=" "),
            Payment(paid_on=business_day() + timedelta(days=1), reference="order 1"),
            Payment(paid_on=business_day() - timedelta(days=1), reference="order 1"),
        ):
            with pytest.raises(Refusal) as refused:
                pay_claim(book.session, kept.claim_id, wrong)
            assert code_of(refused) == "not-a-payment"
        pay_claim(book.session, kept.claim_id, Payment(paid_on=business_day(), reference="order 1"))
        with pytest.raises(Refusal):
            return_claim(book.session, kept.claim_id, "too late")
    steps = [it.step for it in events_of(book.session, kept.claim_id)]
    assert steps == ["drafted", "confirmed", "checked", "approved", "paid"]


def test_the_command_line_confirms_nothing(book: ClaimBook) -> None:
    book.took_in(10_000)
    claim_id = drafted(book)
    with pytest.raises(Refusal) as refused:
        confirm_claim(book.session, claim_id)
    assert code_of(refused) == "three-people"


def test_a_returned_claim_frees_its_tickets_keeps_its_number_and_is_confirmed_again(book: ClaimBook) -> None:
    ticket = book.took_in(10_000)
    book.took_in(2_000)
    first = confirmed(book)
    said, digest = first.text, first.text_hash
    book.standings[ticket] = Standing.SUSPECTED
    with acting_as(person(2)):
        with pytest.raises(Refusal) as refused:
            check_claim(book.session, first.claim_id)
        assert (code_of(refused), refused.value.details) == ("tickets-stand-no-more", ("Y1-00001",))
        return_claim(book.session, first.claim_id, "see Y1-00001")
    assert book.session.scalars(select(ClaimedTicket)).all() == []
    second = confirmed(book, first.claim_id)
    assert (second.version, second.dry_kg) == (2, 2_000)
    assert json.loads(second.text)["number"] == json.loads(said)["number"]
    assert book.session.scalars(select(ClaimText.text).where(ClaimText.version == 1)).one() == said
    assert content_hash(said) == digest


def test_a_claim_is_withdrawn_as_a_draft_or_when_it_was_returned(book: ClaimBook) -> None:
    book.took_in(10_000)
    claim_id = drafted(book)
    with acting_as(person(1)):
        with pytest.raises(Refusal) as refused:
            withdraw_claim(book.session, claim_id, " ")
        assert code_of(refused) == "reason-needed"
        withdraw_claim(book.session, claim_id, "wrong days")
        with pytest.raises(Refusal) as refused:
            confirm_claim(book.session, claim_id)
        assert code_of(refused) == "claim-elsewhere"


def test_a_ticket_that_is_void_after_it_was_paid_is_taken_off_the_next_claim_once(book: ClaimBook) -> None:
    ticket = book.took_in(10_000)
    first = paid(book)
    book.voided(ticket)
    book.took_in(14_000)
    second = json.loads(paid(book).text)
    number = json.loads(first.text)["number"]
    assert [(it["id"], it["claim"], it["dry_kg"], it["amount_fen"]) for it in second["corrections"]] == [
        (ticket, number, -10_000, -150_000)
    ]
    assert (second["dry_kg"], second["amount_fen"]) == (4_000, 60_000)
    book.took_in(1_000)
    assert json.loads(confirmed(book).text)["corrections"] == []


@pytest.mark.parametrize("is_void", [True, False], ids=["void", "suspected"])
def test_what_falls_after_the_approval_is_not_paid_and_goes_back_to_the_town(book: ClaimBook, is_void: bool) -> None:
    ticket = book.took_in(10_000)
    book.took_in(2_000)
    kept = approved(book)
    if is_void:
        book.voided(ticket)
    else:
        book.standings[ticket] = Standing.SUSPECTED
    with acting_as(person(4)):
        with pytest.raises(Refusal) as refused:
            pay_claim(book.session, kept.claim_id, paid_by("order 2"))
        assert (code_of(refused), refused.value.details) == ("tickets-stand-no-more", ("Y1-00001",))
        return_claim(book.session, kept.claim_id, "see Y1-00001")
    assert confirmed(book, kept.claim_id).amount_fen == 30_000


def test_what_is_upheld_after_the_payment_is_taken_off_the_next_claim_unless_it_stands_again(book: ClaimBook) -> None:
    ticket = book.took_in(2_000)
    paid(book)
    book.standings[ticket] = Standing.SUSPECTED
    book.took_in(3_000)
    one = drafted(book)
    assert json.loads(confirmed(book, one).text)["corrections"] == []
    with acting_as(person(2)):
        return_claim(book.session, one, "verdict reached")
    book.standings[ticket] = Standing.UPHELD
    said = json.loads(confirmed(book, one).text)
    assert [(it["id"], it["why"], it["amount_fen"]) for it in said["corrections"]] == [(ticket, "upheld", -30_000)]
    assert said["amount_fen"] == 15_000
    book.standings[ticket] = Standing.VERIFIED
    with acting_as(person(2)), pytest.raises(Refusal) as refused:
        check_claim(book.session, one)
    assert code_of(refused) == "tickets-stand-no-more"


def test_a_claim_below_nothing_is_not_confirmed_and_carried_over_until_later_straw_outweighs_it(
    book: ClaimBook,
) -> None:
    ticket = book.took_in(10_000)
    paid(book)
    book.voided(ticket)
    book.took_in(4_000)
    with pytest.raises(Refusal) as refused:
        confirmed(book)
    assert code_of(refused) == "claim-below-nothing"
    assert len(book.session.scalars(select(ClaimedTicket)).all()) == 1
    book.took_in(8_000, day=40)
    with acting_as(person(1)):
        longer = draft_claim(book.session, TOWN, FIRST_DAY, FIRST_DAY + timedelta(days=50)).id
    assert confirmed(book, longer).amount_fen == 30_000


def test_a_reference_pays_one_claim_unless_it_is_said_how_it_is_divided(book: ClaimBook) -> None:
    book.took_in(1_000)
    first = paid(book)
    book.took_in(2_000)
    second = approved(book)
    again = f"ORDER {first.claim_id} "
    with acting_as(person(4)):
        with pytest.raises(Refusal) as refused:
            pay_claim(book.session, second.claim_id, paid_by(again))
        assert (code_of(refused), refused.value.details) == ("reference-used", (json.loads(first.text)["number"],))
        pay_claim(book.session, second.claim_id, paid_by(again, divided="150 and 300 yuan"))
    assert events_of(book.session, second.claim_id)[-1].said == "150 and 300 yuan"


def test_numbers_of_a_year_have_no_gaps(book: ClaimBook) -> None:
    drafted(book)
    for town in (TOWN, OTHER_TOWN):
        book.took_in(1_000, town=town)
        confirmed(book, drafted(book, town))
    with pytest.raises(Refusal) as refused:
        confirmed(book)
    assert code_of(refused) == "nothing-to-claim"
    book.took_in(1_000)
    confirmed(book)
    numbers = book.session.scalars(select(ClaimNumber).order_by(ClaimNumber.claim_id)).all()
    assert [it.year_number for it in numbers] == [1, 2, 3]
    assert numbers[0].number == f"B{business_day().year}-0001"


@pytest.mark.parametrize(("first", "last"), [(1, 0), (0, 366), (0, 10**4)])
def test_a_period_is_over_and_no_longer_than_a_year(book: ClaimBook, first: int, last: int) -> None:
    with pytest.raises(Refusal) as refused:
        draft_claim(book.session, TOWN, FIRST_DAY + timedelta(days=first), FIRST_DAY + timedelta(days=last))
    assert code_of(refused) == "bad-claim-period"


def test_the_database_itself_holds_a_ticket_once_and_keeps_what_was_paid(book: ClaimBook) -> None:
    ticket = book.took_in(10_000)
    kept = paid(book)
    again = {"ticket_id": ticket, "held_as": HeldAs.CLAIMED, "claim_id": kept.claim_id, "dry_kg": 1, "amount_fen": 1}
    columns = "(ticket_id, held_as, claim_id, dry_kg, amount_fen)"
    values = f"{columns} VALUES (:ticket_id, :held_as, :claim_id, :dry_kg, :amount_fen)"
    forbidden = [
        (text(f"INSERT INTO claimed_ticket {values}"), again),
        (update(ClaimedTicket).values(amount_fen=0), {}),
        (delete(ClaimedTicket), {}),
        (text("UPDATE claim_text SET text = ''"), {}),
        (text("DELETE FROM claim_event"), {}),
    ]
    if book.session.get_bind().dialect.name == "sqlite":
        forbidden.append((text(f"INSERT OR REPLACE INTO claimed_ticket {values}"), again))
    for statement, given in forbidden:
        with pytest.raises(DBAPIError), book.session.begin_nested():
            book.session.execute(statement, given)
