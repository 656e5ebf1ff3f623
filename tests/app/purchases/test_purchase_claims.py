"""A town claims the city's part of what its points bought, on the same claims as for straw."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.actors import acting_as
from app.billing.charging.purchases import post_purchases
from app.clock import business_day
from app.database.engine import db
from app.errors import Refusal
from app.intake.purchase_queries import bought
from app.registry.models import Material
from app.subsidies.bases import claimed_streams
from app.subsidies.distributions import distribution_content
from app.subsidies.models import ClaimText, SubsidyClaim
from app.subsidies.operations import Payment, approve_claim, check_claim, confirm_claim, draft_claim, pay_claim
from app.verification.desk import DeskFilters, raised_suspicions
from app.verification.queries import Standing, standing_of
from app.verification.runs import verify_month
from tests.app.billing.money import balance_fen
from tests.app.purchases.point import Point, point_in
from tests.app.subsidies.claim_book import person


@pytest.fixture
def point(app: Flask) -> Iterator[Point]:
    with app.app_context():
        yield point_in(db.session)


def drafted(point: Point, stream: str = "film") -> int:
    day = business_day()
    with acting_as(person(1)):
        return draft_claim(point.session, point.town_id, day - timedelta(days=30), day, stream).id


def confirmed(point: Point) -> ClaimText:
    with acting_as(person(1)):
        return confirm_claim(point.session, drafted(point))


def test_only_verified_purchases_are_claimed_with_the_citys_half(point: Point) -> None:
    first, second = point.buy(), point.buy(seller={"name": "another"}, kg=51, is_recyclable=False)
    point.buy(seller={"name": "a third"}, paper_number=None)
    assert set(standing_of(point.session, [first["id"]]).values()) == {Standing.UNVERIFIED}
    with pytest.raises(Refusal, match="No verified ticket"):
        confirmed(point)
    run = verify_month(point.session, business_day().replace(day=1))
    assert (run.tickets, run.net_kg) == (0, 0)  # tonnes of straw
    assert set(standing_of(point.session, [first["id"], second["id"]]).values()) == {Standing.VERIFIED}
    kept = confirmed(point)
    said = json.loads(kept.text)
    assert (said["stream"], kept.tickets, kept.dry_kg) == ("film", 2, 171)
    assert (said["price_fen"], said["fee_fen"], said["recycling_fen"]) == (34_200, 10_260, 7_200)
    assert kept.amount_fen == said["city_fen"] == said["town_fen"] == 22_230
    assert [(it["why"], it["dry_kg"]) for it in said["left_out"]] == [("not_for_settlement", 120)]
    assert [(it["body_id"], it["name"], len(it["tickets"])) for it in said["bodies"]] == [("R01", "Point R01", 2)]
    post_purchases(point.session, bought(point.session))
    assert balance_fen(point.session, "city/purchases") == kept.amount_fen
    with pytest.raises(Refusal, match="There is no such claim"):
        distribution_content(point.session, point.session.get_one(SubsidyClaim, kept.claim_id), said)


def test_straw_and_film_are_never_on_one_claim(point: Point) -> None:
    point.buy()
    verify_month(point.session, business_day().replace(day=1))
    with pytest.raises(Refusal, match="No verified ticket"), acting_as(person(1)):
        confirm_claim(point.session, drafted(point, "straw"))


def test_what_is_void_after_it_was_paid_is_taken_off_the_next_claim_for_film(point: Point) -> None:
    receipt = point.buy()
    verify_month(point.session, business_day().replace(day=1))
    kept = confirmed(point)
    for number, step in ((2, check_claim), (3, approve_claim)):
        with acting_as(person(number)):
            step(point.session, kept.claim_id)
    with acting_as(person(4)):
        pay_claim(point.session, kept.claim_id, Payment(paid_on=business_day(), reference="order 17"))
    point.void(receipt["id"])
    with pytest.raises(Refusal, match="More is taken off"):
        confirmed(point)
    point.buy(kg=150)
    verify_month(point.session, business_day().replace(day=1))
    again = confirmed(point)
    assert (again.tickets, again.dry_kg, again.amount_fen) == (1, 30, 3_900)
    assert point.session.scalars(select(SubsidyClaim.stream).distinct()).all() == ["film"]


def test_a_receipt_that_was_entered_twice_holds_its_second_purchase_back(point: Point) -> None:
    point.buy(paper_number="0815")
    again = point.buy(paper_number="0815", seller={"name": "another"}, kg=30)
    run = verify_month(point.session, business_day().replace(day=1))
    (raised,) = raised_suspicions(point.session, None, DeskFilters(month=run.month))
    assert (raised.raised.detector, raised.raised.subject_id) == ("receipt_again", again["id"])
    said = json.loads(confirmed(point).text)
    assert (said["tickets"], [it["why"] for it in said["left_out"]]) == (1, ["suspected"])


def test_another_material_with_a_tariff_is_bought_posted_and_claimed_without_a_line_of_code(point: Point) -> None:
    material = point.session.scalars(select(Material).where(Material.material_id == "other_planting_waste")).one()
    assert "other_planting_waste" not in claimed_streams(point.session)
    material.tariff = "film"
    point.session.flush()
    assert claimed_streams(point.session) == ["straw", "film", "other_planting_waste"]
    point.buy(material_id=material.material_id, kg=10)
    post_purchases(point.session, bought(point.session))
    assert balance_fen(point.session, "city/purchases") == 1_300
    verify_month(point.session, business_day().replace(day=1))
    claim_id = drafted(point, material.stream)
    with acting_as(person(1)):
        assert confirm_claim(point.session, claim_id).amount_fen == 1_300
