"""Prices: two people, ceilings, and what was known when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pydantic
import pytest
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.billing.charging.operations import differences_of, post_charges
from app.billing.prices.operations import Proposal, decide, propose
from app.billing.prices.queries import PriceBook, open_proposals
from app.clock import now
from app.database.engine import make_engine
from app.errors import ABOVE_CEILING, NO_SUCH_PRICE, NOT_OF_REGISTER, SAME_PERSON, Refusal
from tests.app.billing.money import MATERIAL, actor, agreed_price, balance_fen, load, registered

DAY = date(2025, 11, 12)
WISH: dict[str, Any] = {
    "material_id": MATERIAL, "kind": "final", "valid_from": date(2025, 1, 1), "yuan_per_t": 220, "reason": "fixed"
}  # fmt: skip


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = make_engine(database_url)
    with Session(engine) as session:
        registered(session, "P1", "P2")
        yield session
        session.rollback()
    engine.dispose()


def price(session: Session, plant_id: str = "P1", day: date = DAY, **known: Any) -> int | None:
    term = PriceBook(session, **known).term(plant_id, MATERIAL, day)
    return None if term is None else term.fen_per_t


def test_a_price_holds_once_a_second_person_agreed_and_not_by_whoever_wished_it(session: Session) -> None:
    with acting_as(actor(1)):
        term = propose(session, Proposal(**WISH))
        with pytest.raises(Refusal) as refused:
            decide(session, term.id, is_agreed=True)
    assert refused.value.kind is SAME_PERSON
    assert (price(session), list(open_proposals(session))) == (None, [term])
    with acting_as(actor(2)):
        decide(session, term.id, is_agreed=True)
        with pytest.raises(Refusal) as refused:
            decide(session, term.id, is_agreed=False)
    assert refused.value.kind is NO_SUCH_PRICE
    assert (price(session), list(open_proposals(session))) == (22_000, [])


def test_whoever_wished_for_a_price_may_take_it_back(session: Session) -> None:
    with acting_as(actor(1)):
        term = propose(session, Proposal(**WISH))
        decide(session, term.id, is_agreed=False, reason="typed wrongly")
    assert (price(session), list(open_proposals(session))) == (None, [])


def test_a_plants_own_price_comes_first_then_the_final_one_then_the_last_agreed(session: Session) -> None:
    agreed_price(session)
    agreed_price(session, kind="final", yuan_per_t=210, valid_from=date(2025, 6, 1), valid_to=date(2025, 12, 31))
    agreed_price(session, yuan_per_t=190)
    agreed_price(session, plant_id="P2", yuan_per_t=180)
    agreed_price(session, plant_id="P2", yuan_per_t=185)
    days = (date(2024, 12, 31), date(2025, 3, 1), DAY, date(2026, 1, 1))
    assert [price(session, day=day) for day in days] == [None, 19_000, 21_000, 19_000]
    assert price(session, "P2") == 18_500


def test_what_was_known_at_a_moment_stays_answerable(session: Session) -> None:
    agreed_price(session)
    before = now()
    agreed_price(session, kind="final", yuan_per_t=260)
    assert (price(session), price(session, known_at=before)) == (26_000, 20_000)


def test_a_price_above_a_ceiling_is_refused_when_it_is_wished_and_when_it_is_agreed(session: Session) -> None:
    with acting_as(actor(1)):
        early = propose(session, Proposal(**WISH | {"yuan_per_t": 240}))
    agreed_price(session, kind="ceiling", yuan_per_t=230, valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31))
    for step in (
        lambda: propose(session, Proposal(**WISH | {"yuan_per_t": Decimal("230.01")})),
        lambda: decide(session, early.id, is_agreed=True),
    ):
        with acting_as(actor(2)), pytest.raises(Refusal) as refused:
            step()
        assert refused.value.kind is ABOVE_CEILING
    agreed_price(session, kind="final", yuan_per_t=230)
    agreed_price(session, kind="final", yuan_per_t=250, valid_from=date(2026, 1, 1))
    agreed_price(session, kind="ceiling", yuan_per_t=260, valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31))
    agreed_price(session, kind="final", yuan_per_t=255)


def test_on_each_day_the_ceiling_counts_that_was_agreed_last(session: Session) -> None:
    november = date(2025, 11, 1)
    agreed_price(session, kind="ceiling", yuan_per_t=150)
    agreed_price(session, kind="ceiling", yuan_per_t=250, valid_from=november)
    agreed_price(session, kind="final", yuan_per_t=240, valid_from=november)
    with acting_as(actor(1)), pytest.raises(Refusal) as refused:
        propose(session, Proposal(**WISH | {"yuan_per_t": 240, "valid_from": date(2025, 10, 31)}))
    assert refused.value.kind is ABOVE_CEILING
    agreed_price(session, kind="ceiling", yuan_per_t=200, valid_from=november, valid_to=november)
    with acting_as(actor(1)), pytest.raises(Refusal):
        propose(session, Proposal(**WISH | {"yuan_per_t": 240, "valid_from": november}))
    agreed_price(session, kind="final", yuan_per_t=240, valid_from=date(2025, 11, 2))


def test_a_ceiling_names_the_prices_above_it_that_hold_on_its_days(session: Session) -> None:
    agreed_price(session, yuan_per_t=300, valid_to=date(2025, 10, 31))
    agreed_price(session, yuan_per_t=240)
    running = agreed_price(session, yuan_per_t=200)
    agreed_price(session, plant_id="P1", yuan_per_t=140)
    own = agreed_price(session, plant_id="P2", yuan_per_t=180, valid_from=date(2026, 1, 1))
    with acting_as(actor(1)):
        ceiling = propose(
            session, Proposal(**WISH | {"kind": "ceiling", "yuan_per_t": 150, "valid_from": date(2025, 11, 1)})
        )
    assert PriceBook(session, instead=[ceiling]).above(ceiling) == [running, own]


def test_a_price_for_all_says_which_contracts_it_does_not_reach(session: Session) -> None:
    own = agreed_price(session, plant_id="P1", yuan_per_t=140)
    agreed_price(session, plant_id="P2", kind="final", yuan_per_t=150, valid_to=date(2025, 6, 30))
    assert PriceBook(session).still_provisional() == []
    final = agreed_price(session, kind="final", yuan_per_t=145, valid_from=date(2025, 7, 1))
    book = PriceBook(session)
    assert (price(session), price(session, "P2")) == (14_000, 14_500)
    assert (book.not_reached(final), book.not_reached(own), book.still_provisional()) == ([own], [], [own])
    agreed_price(session, plant_id="P1", kind="final", yuan_per_t=146)
    assert PriceBook(session).still_provisional() == []


@pytest.mark.parametrize("change", [{"material_id": "nothing"}, {"plant_id": "nobody"}])
def test_a_price_is_for_what_the_register_knows(session: Session, change: dict[str, Any]) -> None:
    with acting_as(actor(1)), pytest.raises(Refusal) as refused:
        propose(session, Proposal(**WISH | change))
    assert (refused.value.kind, refused.value.details) == (NOT_OF_REGISTER, tuple(change.values()))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "gift"},
        {"yuan_per_t": -1},
        {"yuan_per_t": "200.005"},
        {"valid_to": date(2024, 12, 31)},
        {"kind": "ceiling", "plant_id": "P1"},
        {"kind": "on_account"},
        {"deductions": ((200, 10), (200, 20))},
        {"deductions": ((200, 1001),)},
        {"town_permille": 1001},
        {"reason": ""},
    ],
)
def test_what_is_no_price_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        Proposal(**WISH | change)


def test_a_change_shows_what_it_would_do_before_anybody_agrees(session: Session) -> None:
    agreed_price(session)
    loads = [load("D1"), load("D2", plant_id="P2", plant_kg=5_000), load("D3", day=date(2026, 2, 1))]
    post_charges(session, loads)
    with acting_as(actor(1)):
        term = propose(session, Proposal(**WISH | {"valid_to": date(2025, 12, 31)}))
    told = differences_of(session, loads, PriceBook(session, instead=[term]))
    assert [(it.delivery.delivery_id, it.before_fen, it.after_fen) for it in told] == [
        ("D1", 200_000, 220_000),
        ("D2", 100_000, 110_000),
    ]
    assert balance_fen(session, "company/fee") == 0
