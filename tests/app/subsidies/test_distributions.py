"""How a town divides what it was paid, on both databases."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts.actors import acting_as
from app.errors import Refusal
from app.registry.models import FarmField, Town
from app.subsidies.contents import content_hash
from app.subsidies.distribution_files import distribution_csv
from app.subsidies.distributions import FormulaWish, decide_distribution, distribution_content, set_formula
from app.subsidies.inspections import Seen, keep_inspection, newest_inspections
from app.subsidies.models import SubsidyClaim
from app.subsidies.queries import said_of, whole_claim
from tests.app.subsidies.claim_book import FIRST_DAY, TOWN, ClaimBook, person
from tests.app.subsidies.test_claims import LAST_DAY, code_of, confirmed, paid
from yard_rules.distribution import BonusPer

SEEN_ON = FIRST_DAY + timedelta(days=5)
IDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(9)]


@pytest.fixture
def fields(book: ClaimBook) -> list[str]:
    """Two fields of ten and three mu."""
    book.session.add(Town(town_id=TOWN, name="Changan", lon=120.5, lat=30.4))
    book.session.flush()
    figures = {"town_id": TOWN, "crop": "rice", "dry_straw_t": 5.0, "lon": 120.5, "lat": 30.4, "grower": "Demo grower"}
    days = {"ready_date": FIRST_DAY, "clear_by": FIRST_DAY + timedelta(days=20)}
    for code, area_mu in (("F1", 10.0), ("F2", 3.0)):
        book.session.add(FarmField(field_id=code, area_mu=area_mu, **figures, **days))
    book.session.flush()
    return ["F1", "F2"]


def formula(book: ClaimBook, per: BonusPer = BonusPer.MU, *, since: date = FIRST_DAY, base_fen: int = 10_000) -> None:
    with acting_as(person(1)):
        wish = FormulaWish(
            valid_from=since, base_fen_per_t=base_fen, bonus_per=per, bonus_fen=1_000, reason="decision 3"
        )
        set_formula(book.session, TOWN, wish)


def inspected(book: ClaimBook, field_id: str, at: int, *, removed: bool = True, on: date = SEEN_ON) -> None:
    readings = () if removed else (120, 80, 90)
    with acting_as(person(5)):
        seen = Seen(id=IDS[at], inspected_on=on, readings_mm=readings, is_removed=removed)
        keep_inspection(book.session, field_id, seen)


def content_of(book: ClaimBook, claim_id: int) -> dict:
    claim = book.session.get_one(SubsidyClaim, claim_id)
    return distribution_content(book.session, claim, said_of(book.session, whole_claim(book.session, claim_id, None)))


def test_removed_stubble_gives_a_bonus_by_the_mu_and_the_rest_goes_by_weight(
    book: ClaimBook, fields: list[str]
) -> None:
    book.took_in(6_000, field_ids=["F1"])
    book.took_in(2_000, body="B2", field_ids=["F1", "F2"])
    inspected(book, "F1", 0)
    inspected(book, "F2", 1, removed=False)
    formula(book)
    kept = paid(book)
    content = content_of(book, kept.claim_id)
    first, second = content["bodies"]
    # ten mu go by what came off that field: six tonnes and one
    assert (first["removed_centimu"], second["removed_centimu"]) == (857, 143)
    assert (first["removed_kg"], second["removed_kg"]) == (6_000, 1_000)
    assert (first["base_fen"], first["bonus_fen"], first["rest_fen"]) == (60_000, 8_570, 22_500)
    assert content["amount_fen"] == kept.amount_fen == 120_000
    assert not content["is_cut"]


def test_what_is_decided_stays_and_rewards_an_area_once_a_harvest(book: ClaimBook, fields: list[str]) -> None:
    book.took_in(6_000, field_ids=["F1"])
    inspected(book, "F1", 0)
    formula(book)
    first = paid(book)
    kept = decide_distribution(book.session, first.claim_id)
    assert content_hash(kept.text) == kept.text_hash
    with pytest.raises(Refusal) as refused:
        decide_distribution(book.session, first.claim_id)
    assert code_of(refused) == "not-to-distribute"
    with pytest.raises(Refusal) as refused:
        formula(book, base_fen=0)
    assert code_of(refused) == "formula-too-early"
    formula(book, base_fen=0, since=LAST_DAY + timedelta(days=1))
    assert json.loads(kept.text)["formula"]["base_fen_per_t"] == 10_000
    book.took_in(1_000, field_ids=["F1"], day=8)
    inspected(book, "F1", 1, on=SEEN_ON + timedelta(days=3))
    second = content_of(book, confirmed(book).claim_id)
    assert second["fields"][0]["is_rewarded_before"]
    assert (second["bodies"][0]["removed_centimu"], second["bodies"][0]["bonus_fen"]) == (0, 0)
    with pytest.raises(DBAPIError), book.session.begin_nested():
        book.session.execute(text("UPDATE claim_distribution SET text = ''"))


def test_the_formula_of_the_claims_last_day_counts(book: ClaimBook, fields: list[str]) -> None:
    book.took_in(1_000)
    kept = confirmed(book)
    with pytest.raises(Refusal) as refused:
        content_of(book, kept.claim_id)
    assert code_of(refused) == "no-formula"
    formula(book, BonusPer.T)
    formula(book, BonusPer.NONE, since=FIRST_DAY + timedelta(days=60))
    assert content_of(book, kept.claim_id)["formula"]["bonus_per"] == "t"
    with pytest.raises(Refusal) as refused:
        decide_distribution(book.session, kept.claim_id)
    assert code_of(refused) == "not-to-distribute"


def test_what_is_taken_back_is_taken_from_the_body_that_had_it(book: ClaimBook, fields: list[str]) -> None:
    void = book.took_in(1_000)
    gone = book.took_in(500, body="B9")
    formula(book)
    paid(book)
    book.voided(void)
    book.voided(gone)
    book.took_in(4_000)
    book.took_in(2_000, body="B2")
    second = paid(book)
    content = json.loads(decide_distribution(book.session, second.claim_id).text)
    assert {it["body_id"]: (it["taken_back_fen"], it["amount_fen"]) for it in content["bodies"]} == {
        "B1": (-15_000, 45_000), "B2": (0, 30_000), "B9": (-7_500, -7_500),
    }  # fmt: skip
    assert content["amount_fen"] == second.amount_fen


def test_an_inspection_far_from_the_harvest_rewards_nothing(book: ClaimBook, fields: list[str]) -> None:
    book.took_in(1_000, field_ids=["F1"])
    inspected(book, "F1", 0, on=FIRST_DAY - timedelta(days=61))
    formula(book)
    assert content_of(book, confirmed(book).claim_id)["fields"] == []


def test_an_inspection_is_kept_once_and_the_newest_counts(book: ClaimBook, fields: list[str]) -> None:
    inspected(book, "F1", 0, removed=False)
    inspected(book, "F1", 0, removed=False)
    inspected(book, "F1", 1, on=SEEN_ON + timedelta(days=1))
    assert newest_inspections(book.session, ["F1", "F2"])["F1"].is_removed
    assert not newest_inspections(book.session, ["F1"], until=SEEN_ON)["F1"].is_removed
    with pytest.raises(Refusal) as refused:
        inspected(book, "F2", 0, removed=False)
    assert code_of(refused) == "other-bytes"
    with pytest.raises(Refusal) as refused:
        inspected(book, "F9", 3)
    assert code_of(refused) == "no-such-thing"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"id": "x"}, "id"),
        ({"inspected_on": date(2999, 1, 1)}, "inspected_on"),
        ({"readings_mm": (100, 90), "is_removed": False}, "readings_cm"),
        ({"readings_mm": (2_001,)}, "readings_cm"),
        ({"position": (181.0, 30.0, 5.0)}, "position"),
    ],
)
def test_what_cannot_be_seen_in_a_field_is_refused(
    book: ClaimBook, fields: list[str], changed: dict, fault: str
) -> None:
    seen = {"id": IDS[0], "inspected_on": SEEN_ON, "readings_mm": (), "is_removed": True}
    with pytest.raises(Refusal) as refused:
        keep_inspection(book.session, "F1", Seen(**(seen | changed)))
    assert refused.value.details == (fault,)


def test_amounts_and_reasons_of_formulas_are_asked_for(book: ClaimBook) -> None:
    for base_fen, reason, code in ((-1, "x", "bad-formula"), (1, " ", "reason-needed")):
        wish = FormulaWish(
            valid_from=FIRST_DAY, base_fen_per_t=base_fen, bonus_per=BonusPer.NONE, bonus_fen=0, reason=reason
        )
        with pytest.raises(Refusal) as refused:
            set_formula(book.session, TOWN, wish)
        assert code_of(refused) == code


def test_a_formula_does_not_begin_in_days_that_were_paid_by_another(book: ClaimBook) -> None:
    book.took_in(10_000)
    paid(book)
    formula(book)
    with pytest.raises(Refusal) as refused:
        formula(book, since=LAST_DAY, base_fen=1)
    assert code_of(refused) == "formula-too-early"
    formula(book, since=LAST_DAY + timedelta(days=1), base_fen=1)


@pytest.mark.parametrize("name", ["=1+1", "+A1", "@SUM(A1)", "\uff1d1"])
def test_a_name_never_begins_a_formula(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.subsidies.distribution_files.gettext", lambda message: message)
    fen = dict.fromkeys(("base_fen", "bonus_fen", "rest_fen", "taken_back_fen", "amount_fen"), -150)
    line = {"name": name, "dry_kg": 1, "removed_centimu": 5, "removed_kg": 0} | fen
    assert distribution_csv({"bodies": [line]}).splitlines()[1].startswith(f"'{name},1,0.05,0,-1.50")
