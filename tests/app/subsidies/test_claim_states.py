"""Whatever people do in whatever order: no ticket is paid twice, and what was paid is the dry straw of the tickets that
were paid, less what was taken back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.clock import business_day
from app.database.engine import make_engine
from app.errors import Refusal
from app.intake.models import WeighTicket
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
from tests.app.subsidies.claim_book import FIRST_DAY, OTHER_TOWN, TOWN, ClaimBook, claim_book, person

RUNS = 5_000 if os.environ.get("STRAWLINE_CHAOS") == "long" else 25
TOWNS = st.sampled_from([TOWN, OTHER_TOWN])
PEOPLE = st.integers(1, 5)


class Claims(RuleBasedStateMachine):
    """Claims, and beside them what every ticket weighs, which were paid, and what was taken back of them."""

    engine: Engine
    patch: pytest.MonkeyPatch

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.engine)
        self.book: ClaimBook = claim_book(self.session, self.patch)
        self.kg: dict[str, int] = {}
        self.void: set[str] = set()
        self.claims: list[int] = []
        self.paid: dict[str, int] = {}
        self.taken_back: dict[str, int] = {}
        self.paid_claims: set[int] = set()
        self.texts: dict[tuple[int, int], str] = {}

    @rule(
        town=TOWNS, body=st.sampled_from(["B1", "B2", None]),
        kgs=st.lists(st.integers(1, 20_000), min_size=1, max_size=4),
        day=st.integers(0, 20), standing=st.sampled_from([*[Standing.VERIFIED] * 4, Standing.UNVERIFIED]),
    )  # fmt: skip
    def took_in(self, town: str, body: str | None, kgs: list[int], day: int, standing: Standing) -> None:
        for kg in kgs:
            ticket_id = self.book.took_in(kg, town=town, body=body, day=day)
            self.kg[ticket_id] = kg
            self.book.standings[ticket_id] = standing

    @precondition(lambda self: self.kg)
    @rule(data=st.data(), standing=st.sampled_from([*[Standing.VERIFIED] * 3, *Standing]))
    def judged(self, data: st.DataObject, standing: Standing) -> None:
        self.book.standings[data.draw(st.sampled_from(sorted(self.kg)))] = standing

    @precondition(lambda self: self.kg.keys() - self.void)
    @rule(data=st.data())
    def voided(self, data: st.DataObject) -> None:
        ticket_id = data.draw(st.sampled_from(sorted(self.kg.keys() - self.void)))
        self.book.voided(ticket_id)
        self.void.add(ticket_id)

    @rule(town=TOWNS, first=st.integers(0, 10), days=st.integers(5, 30), who=PEOPLE, is_confirmed=st.booleans())
    def drafted(self, town: str, first: int, days: int, who: int, is_confirmed: bool) -> None:
        first_day = FIRST_DAY + timedelta(days=first)
        with acting_as(person(who)):
            claim = draft_claim(self.session, town, first_day, first_day + timedelta(days=days))
        self.claims.append(claim.id)
        if is_confirmed:
            self._try(confirm_claim, claim.id, who)

    @precondition(lambda self: self.claims)
    @rule(
        data=st.data(), who=PEOPLE,
        step=st.sampled_from([confirm_claim, check_claim, check_claim, approve_claim, approve_claim]),
    )  # fmt: skip
    def moved_on(self, data: st.DataObject, who: int, step: Callable[..., Any]) -> None:
        self._try(step, data.draw(st.sampled_from(self.claims)), who)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), who=PEOPLE, step=st.sampled_from([return_claim, withdraw_claim]))
    def sent_back(self, data: st.DataObject, who: int, step: Callable[..., Any]) -> None:
        claim_id = data.draw(st.sampled_from(self.claims))
        if step is return_claim:
            self._try(confirm_claim, claim_id, 1)
        self._try(step, claim_id, who, "test")

    @precondition(lambda self: self.paid.keys() - self.void)
    @rule(data=st.data(), who=PEOPLE)
    def void_after_the_payment(self, data: st.DataObject, who: int) -> None:
        ticket_id = data.draw(st.sampled_from(sorted(self.paid.keys() - self.void)))
        self.book.voided(ticket_id)
        self.void.add(ticket_id)
        town_id = self.session.get_one(WeighTicket, ticket_id).town_id
        with acting_as(person(who)):
            claim = draft_claim(self.session, town_id or "", FIRST_DAY, FIRST_DAY + timedelta(days=40))
        self.claims.append(claim.id)
        self._pay(claim.id, who, all_the_way=True)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), who=PEOPLE, all_the_way=st.booleans())
    def money_sent(self, data: st.DataObject, who: int, all_the_way: bool) -> None:
        self._pay(data.draw(st.sampled_from(self.claims)), who, all_the_way=all_the_way)

    def _pay(self, claim_id: int, who: int, *, all_the_way: bool) -> None:
        if all_the_way:
            for other, step in enumerate((confirm_claim, check_claim, approve_claim), start=1):
                self._try(step, claim_id, other)
        if self._try(pay_claim, claim_id, who, Payment(paid_on=business_day(), reference=f"order {claim_id}")):
            version = events_of(self.session, claim_id)[-1].version
            said = json.loads(self.texts[claim_id, version])
            self.paid_claims.add(claim_id)
            assert not any(self._falls(ticket["id"]) for body in said["bodies"] for ticket in body["tickets"])
            for ticket in [ticket for body in said["bodies"] for ticket in body["tickets"]]:
                assert ticket["id"] not in self.paid, "paid twice"
                assert ticket["dry_kg"] == self.kg[ticket["id"]]
                self.paid[ticket["id"]] = ticket["amount_fen"]
            for ticket in said["corrections"]:
                assert ticket["id"] in self.paid.keys() - self.taken_back.keys()
                assert ticket["id"] in self.void or self.book.standings[ticket["id"]] is Standing.UPHELD
                assert ticket["amount_fen"] == -self.paid[ticket["id"]]
                self.taken_back[ticket["id"]] = ticket["amount_fen"]

    def _falls(self, ticket_id: str) -> bool:
        return ticket_id in self.void or self.book.standings[ticket_id] is not Standing.VERIFIED

    @invariant()
    def nothing_is_paid_below_nothing(self) -> None:
        assert all(self._newest(claim_id).amount_fen >= 0 for claim_id in self.paid_claims)

    @invariant()
    def paid_claims_are_the_straw_that_was_paid_for(self) -> None:
        texts = [self._newest(claim_id) for claim_id in self.paid_claims]
        net_kg = sum(self.kg[it] for it in self.paid) - sum(self.kg[it] for it in self.taken_back)
        assert sum(it.dry_kg for it in texts) == net_kg
        assert sum(it.amount_fen for it in texts) == 15 * net_kg

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        numbers = sorted(self.session.scalars(select(ClaimNumber.year_number)))
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def what_was_paid_is_held_for_ever(self) -> None:
        held = set(self.session.scalars(select(ClaimedTicket.ticket_id).where(ClaimedTicket.held_as == HeldAs.CLAIMED)))
        assert held >= self.paid.keys()

    @invariant()
    def who_gave_a_claim_back_holds_nothing(self) -> None:
        for claim_id in self.session.scalars(select(ClaimedTicket.claim_id).distinct()):
            assert events_of(self.session, claim_id)[-1].step in ("confirmed", "checked", "approved", "paid")

    def teardown(self) -> None:
        try:
            for (claim_id, version), text in self.texts.items():
                kept = self.session.get_one(ClaimText, (claim_id, version))
                assert (kept.text, kept.text_hash) == (text, content_hash(text))
        finally:
            self.session.rollback()
            self.session.close()

    def _try(self, step: Callable[..., Any], claim_id: int, who: int, *given: Any) -> bool:
        """Whether the step was taken; a refused one changes nothing."""
        with acting_as(person(who)):
            try:
                kept = step(self.session, claim_id, *given)
            except Refusal:
                return False
        if isinstance(kept, ClaimText):
            self.texts[claim_id, kept.version] = kept.text
        return True

    def _newest(self, claim_id: int) -> ClaimText:
        return self.session.get_one(ClaimText, (claim_id, events_of(self.session, claim_id)[-1].version))


@pytest.mark.slow
def test_no_ticket_is_paid_twice_and_the_sums_agree(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine(database_url)
    machine = type("ClaimsHere", (Claims,), {"engine": engine, "patch": monkeypatch})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=RUNS, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    engine.dispose()
