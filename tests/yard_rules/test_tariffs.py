from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules.dry_straw import DryStrawMethod
from yard_rules.tariffs import (
    Charge,
    CountedEnd,
    Deduction,
    Load,
    MouldDeduction,
    OffFor,
    PriceKind,
    Quality,
    Terms,
    WeightBasis,
    charge,
    counted_kg,
    is_above_ceiling,
    off_permille,
)

TERMS = Terms(
    kind=PriceKind.PROVISIONAL,
    yuan_per_t=Decimal(200),
    counted_end=CountedEnd.PLANT,
    basis=WeightBasis.AS_WEIGHED,
    dry_method=DryStrawMethod.CAP,
    deductions=(Deduction(200, 20), Deduction(300, 100)),
    town_permille=300,
)
LOAD = Load(
    day=date(2026, 11, 12), yard_kg=12_340, plant_kg=12_300, agreed_kg=None, moisture_permille=180, is_direct=False
)


def test_two_hundred_yuan_a_tonne_of_what_the_plant_weighed() -> None:
    assert charge(LOAD, TERMS) == Charge(
        kg=12_300, gross_fen=246_000, deduction_fen=0, amount_fen=246_000, town_fen=0
    )  # fmt: skip


@pytest.mark.parametrize(
    ("end", "agreed_kg", "plant_kg", "counted"),
    [
        (CountedEnd.PLANT, None, 12_300, 12_300),
        (CountedEnd.YARD, None, 12_300, 12_340),
        (CountedEnd.MEAN, None, 12_301, 12_321),
        (CountedEnd.PLANT, None, None, 12_340),
        (CountedEnd.YARD, 12_310, 12_300, 12_310),
    ],
)
def test_the_contract_says_which_weight_counts_unless_another_was_agreed(
    end: CountedEnd, agreed_kg: int | None, plant_kg: int | None, counted: int
) -> None:
    assert counted_kg(replace(LOAD, agreed_kg=agreed_kg, plant_kg=plant_kg), end) == counted


def test_without_a_weight_nothing_is_owed_yet() -> None:
    assert charge(replace(LOAD, yard_kg=None, plant_kg=None), TERMS) is None


def test_dry_straw_is_priced_where_the_contract_says_so_and_the_moisture_is_known() -> None:
    dry = replace(TERMS, basis=WeightBasis.DRY)
    wet = replace(LOAD, plant_kg=10_000, moisture_permille=440)
    assert [it and it.kg for it in (charge(wet, dry), charge(wet, TERMS))] == [8_000, 10_000]
    assert charge(replace(wet, moisture_permille=None), dry) == charge(replace(wet, moisture_permille=None), TERMS)


@pytest.mark.parametrize(("moisture", "off"), [(None, 0), (200, 0), (201, 20), (300, 20), (301, 100), (900, 100)])
def test_the_highest_band_that_the_moisture_is_above_counts(moisture: int | None, off: int) -> None:
    assert off_permille(moisture, TERMS.deductions) == off


def test_a_direct_haul_is_charged_in_full_and_the_town_has_its_part() -> None:
    told = charge(replace(LOAD, is_direct=True, yard_kg=None), TERMS)
    assert told is not None
    assert (told.amount_fen, told.town_fen) == (246_000, 73_800)


def test_a_price_above_one_of_the_ceilings_is_too_high() -> None:
    ceilings = [Decimal(220), Decimal(210)]
    assert [is_above_ceiling(Decimal(price), ceilings) for price in (210, 211)] == [False, True]
    assert not is_above_ceiling(Decimal(999), [])


@given(
    kg=st.integers(0, 60_000),
    fen_per_t=st.integers(0, 100_000),
    moisture=st.one_of(st.none(), st.integers(0, 1000)),
    town=st.integers(0, 1000),
)
def test_parts_add_up_and_nothing_is_below_zero(kg: int, fen_per_t: int, moisture: int | None, town: int) -> None:
    load = replace(LOAD, plant_kg=kg, moisture_permille=moisture, is_direct=True)
    told = charge(load, replace(TERMS, yuan_per_t=Decimal(fen_per_t) / 100, town_permille=town))
    assert told is not None
    assert told.gross_fen == told.amount_fen + told.deduction_fen
    assert abs(told.gross_fen * 1000 - fen_per_t * kg) <= 500
    assert 0 <= told.town_fen <= told.amount_fen


@pytest.mark.parametrize(
    ("quality", "moisture", "off", "deduction_fen"),
    [
        (Quality(), 180, {}, 0),
        (Quality(impurity_permille=50, mould_grade=1), 180, {}, 0),
        (Quality(impurity_permille=51), 180, {OffFor.IMPURITY: 15}, 3_690),
        (Quality(impurity_permille=51, mould_grade=3), 201, {"moisture": 20, "impurity": 15, "mould": 70}, 25_830),
        (Quality(mould_grade=4), 400, {OffFor.MOISTURE: 100, OffFor.MOULD: 950}, 246_000),
    ],
)
def test_impurities_and_mould_take_off_what_the_contract_says_up_to_the_whole_price(
    quality: Quality, moisture: int, off: dict[OffFor, int], deduction_fen: int
) -> None:
    terms = replace(
        TERMS,
        impurity_deductions=(Deduction(50, 15),),
        mould_deductions=(MouldDeduction(3, 70), MouldDeduction(4, 950)),
    )
    told = charge(replace(LOAD, quality=quality, moisture_permille=moisture), terms)
    assert told is not None
    assert (told.off_permille, told.deduction_fen) == (off, deduction_fen)
    assert told.amount_fen == told.gross_fen - deduction_fen
