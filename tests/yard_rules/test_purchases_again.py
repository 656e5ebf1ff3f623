"""Purchases that are other purchases again are named, and what is like them by chance is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from yard_rules.verification.purchases import Purchase, suspicious_purchases

DAY = date(2026, 5, 12)
ONE = Purchase(
    ticket_id="1",
    point_id="R01",
    day=DAY,
    material_id="mulch_film",
    kg=120,
    seller_id="G1",
    paper_number="0001",
    photos=("a",),
)
ANOTHER = replace(ONE, ticket_id="2", kg=121, seller_id="G2", paper_number="0002", photos=("b",))


def named(*others: Purchase, since: date = DAY) -> list[tuple[str, str, str]]:
    found = suspicious_purchases([ONE, ANOTHER, *others], since=since)
    return [(it.detector, it.ticket_ids[0], str(it.evidence["like"])) for it in found]


def test_two_purchases_that_differ_are_not_suspected() -> None:
    assert named() == []


def test_a_receipt_is_entered_once_at_its_point() -> None:
    again = replace(ANOTHER, ticket_id="3", kg=50, paper_number="0001", photos=())
    assert named(again) == [("receipt_again", "3", "1")]
    assert named(replace(again, point_id="R02")) == []


def test_the_same_weight_of_the_same_grower_within_days_is_looked_at() -> None:
    again = replace(ONE, ticket_id="3", day=DAY + timedelta(days=14), paper_number="9", photos=(), point_id="R02")
    assert named(again) == [("same_purchase", "3", "1")]
    assert named(replace(again, day=DAY + timedelta(days=15))) == []
    assert named(replace(again, material_id="greenhouse_film")) == []
    nobody = replace(again, seller_id=None)
    assert named(nobody, replace(nobody, ticket_id="4")) == [("receipt_again", "4", "3")]


def test_a_photo_is_of_one_purchase_and_past_months_are_history() -> None:
    again = replace(ANOTHER, ticket_id="3", kg=50, paper_number="9", photos=("b",), day=DAY + timedelta(days=30))
    assert named(again) == [("used_photo", "3", "2")]
    assert named(again, since=DAY + timedelta(days=31)) == []
