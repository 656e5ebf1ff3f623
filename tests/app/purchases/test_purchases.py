"""A recycling point buys film: one record is the ticket, the ledger says who owes what, and a void takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.billing.charging.purchases import post_purchases
from app.billing.ledger.models import EntryKind, LedgerEntry, LedgerLine
from app.billing.ledger_check import first_money_fault
from app.billing.queries import month_sums, point_balances
from app.clock import business_day, now
from app.database.engine import db
from app.intake.arriving import RefusedHere
from app.intake.ids import new_record_id
from app.intake.ledger_check import first_ledger_fault
from app.intake.purchase_queries import bought, bought_kg
from app.intake.queries import numbers_of_day
from app.intake.ticket_lists import TicketFilters, ticket_sums
from app.registry.models import Material
from app.storage.models import StockTransfer
from app.tablet.plan_against_weighed import plan_against_weighed
from tests.app.billing.money import without_triggers
from tests.app.purchases.point import OTHER_POINT, POINT, Point, point_in
from yard_rules.rulebook import use_county


@pytest.fixture
def point(app: Flask) -> Iterator[Point]:
    with app.app_context():
        yield point_in(db.session)


def kinds(receipt) -> set[str]:
    return {it["kind"] for it in receipt["remarks"]}


def amounts(session: Session) -> dict[str, int]:
    rows = session.execute(select(LedgerLine.account, func.sum(LedgerLine.amount_fen)).group_by(LedgerLine.account))
    return {account: int(fen) for account, fen in rows if fen}


def test_a_purchase_is_a_ticket_with_the_next_number_of_its_point(point: Point) -> None:
    first, second = point.buy(), point.buy(seller={"name": "another"})
    day = f"{business_day():%Y%m%d}"
    assert [it["ticket_number"] for it in (first, second)] == [f"R01-{day}-0001", f"R01-{day}-0002"]
    assert kinds(first) == kinds(second) == set()
    assert point.ticket(first["id"]).town_id == point.town_id
    sums = ticket_sums(point.session, None, TicketFilters())
    assert (sums.purchases, sums.bought_kg) == (2, 240)
    assert (sums.loads, sums.net_kg, sums.dry_kg) == (0, 0, 0)
    assert first_ledger_fault(point.session) is None


def test_the_same_form_twice_is_one_purchase_and_another_with_its_id_is_refused(point: Point) -> None:
    record_id = new_record_id(now())
    same = {"record_id": record_id, "paper_number": "1"}
    assert point.buy(**same) == point.buy(**same)
    with pytest.raises(RefusedHere, match="other-bytes"):
        point.buy(**same, kg=121)
    assert len(bought(point.session)) == 1


def test_what_is_odd_is_remarked_and_what_is_not_signed_is_not_paid_on(point: Point) -> None:
    point.buy()
    assert kinds(point.buy()) == {"double_purchase"}
    assert kinds(point.buy(OTHER_POINT, seller={"name": "another"})) == {"point_not_filed"}
    assert kinds(point.buy(seller={"name": "a third"}, kg=1_501)) == {"unusual_weight"}
    assert kinds(point.buy(seller={"name": "a fourth"}, paper_number=None)) == {"not_signed"}
    assert kinds(point.buy(seller={"name": "a fifth"}, material_id="rice_straw")) == {"not_bought_here"}
    assert [it.counts for it in bought(point.session)] == [True, True, True, False, False, True]


def test_the_ledger_says_what_the_point_paid_and_earns_and_who_bears_it(point: Point) -> None:
    point.buy()
    point.buy(seller={"name": "another"}, kg=50, is_recyclable=False)
    made = post_purchases(point.session, bought(point.session))
    assert [it.kind for it in made] == [EntryKind.PURCHASE, EntryKind.PURCHASE]
    assert amounts(point.session) == {
        "point/R01/paid_out": -34_000,
        "point/R01/fee": -10_200,
        "city/purchases": 22_100,
        f"town/{point.town_id}/purchases": 22_100,
        "city/recycling": 7_200,
        "recycler/recycling": -7_200,
    }
    assert post_purchases(point.session, bought(point.session)) == []
    (balance,) = point_balances(point.session)
    assert (balance.point_id, balance.kg, balance.due_fen) == (POINT, 170, 44_200)
    assert first_money_fault(point.session) is None
    (month,) = month_sums(point.session)
    assert (month.entries, month.kg, month.charged_fen, month.points_fen) == (2, 0, 0, 44_200)
    year = business_day().year
    assert bought_kg(point.session, year) == {(point.town_id, "mulch_film"): 170}
    assert bought_kg(point.session, year - 1) == {}


def test_a_void_purchase_is_taken_back_whole(point: Point) -> None:
    receipt = point.buy()
    post_purchases(point.session, bought(point.session))
    point.void(receipt["id"])
    (taken,) = post_purchases(point.session, bought(point.session))
    assert taken.kind is EntryKind.REVERSAL
    assert amounts(point.session) == {}
    assert first_money_fault(point.session) is None
    assert first_ledger_fault(point.session) is None


def test_an_entry_that_says_another_weight_is_found(point: Point) -> None:
    point.buy()
    post_purchases(point.session, bought(point.session))
    without_triggers(point.session)
    entry = point.session.scalars(select(LedgerEntry)).one()
    entry.said = entry.said | {"kg": 130}
    point.session.flush()
    fault = first_money_fault(point.session)
    assert fault is not None


def test_film_is_in_no_sum_of_straw(point: Point) -> None:
    """Neither in the day's loads of the gate nor among the loads that nobody planned; nor can a yard buy it."""
    point.buy()
    day = business_day()
    assert numbers_of_day(point.session, None, day) == {}
    assert plan_against_weighed(point.session, day) == (None, {})
    assert point.session.scalar(select(func.count()).select_from(StockTransfer)) == 0
    opening = {
        "ticket_id": new_record_id(now()),
        "purpose": "purchase",
        "vehicle": {"plate": "浙F12345"},
        "material_id": "mulch_film",
        "bale_kind": "round_1m",
    }
    with pytest.raises(RefusedHere):
        point.store("opening", ("yard", "Y1"), opening, point.keeper)


def test_a_rate_that_the_county_sets_anew_is_posted_as_a_difference(point: Point, tmp_path: Path) -> None:
    """And a material that nobody buys any more costs nothing."""
    point.buy()
    post_purchases(point.session, bought(point.session))
    figure = '[recycling_yuan_per_kg]\nunit = "yuan/kg"\n[[recycling_yuan_per_kg.values]]\nsince = 2023-01-01\n'
    (tmp_path / "film.toml").write_text(f'{figure}value = 0.75\nsource = "agreed"\nverified = true\n', "utf-8")
    use_county(tmp_path)
    try:
        (made,) = post_purchases(point.session, bought(point.session))
        assert made.kind is EntryKind.CORRECTION
        assert {it.account: it.amount_fen for it in made.lines} == {
            "city/recycling": 1_800,
            "recycler/recycling": -1_800,
        }
        assert post_purchases(point.session, bought(point.session)) == []
        assert first_money_fault(point.session) is None
    finally:
        use_county(None)
    material = point.session.scalars(select(Material).where(Material.material_id == "mulch_film")).one()
    material.tariff = None
    point.session.flush()
    assert {it.kind for it in post_purchases(point.session, bought(point.session))} == {EntryKind.REVERSAL}
    assert amounts(point.session) == {}
    assert first_money_fault(point.session) is None
