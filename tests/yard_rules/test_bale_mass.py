from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules import bale_mass
from yard_rules.bale_mass import BaleKind, EstimateBasis, bale_volume_m3, estimated_load
from yard_rules.rulebook import RULEBOOKS_FOLDER, NoFigure, read_rulebook

TODAY = date(2026, 11, 12)
ROUND = BaleKind.ROUND_1M


@pytest.mark.parametrize(
    ("moisture_permille", "kg"),
    [(0, 86), (120, 98), (150, 102), (200, 108), (250, 115), (300, 123), (400, 144), (500, 173)],
)
def test_a_standard_bale_weighs_what_the_published_table_says(moisture_permille: int, kg: int) -> None:
    load = estimated_load(ROUND, 1, moisture_permille, TODAY)
    assert (load.mass_kg, load.basis) == (kg, EstimateBasis.DENSITY)


def test_loose_and_hard_bales_lie_within_the_uncertainty() -> None:
    load = estimated_load(ROUND, 48, 150, TODAY)
    assert (load.mass_kg, load.uncertainty_kg) == (4_879, 887)  # 102 kg a bale, 83 loose, 120 hard
    assert load.mass_kg - load.uncertainty_kg == pytest.approx(48 * 83.2, abs=3)
    assert load.mass_kg + load.uncertainty_kg == pytest.approx(48 * 120.1, abs=3)


def test_unsure_moisture_makes_the_estimate_less_sure() -> None:
    sure, unsure = (estimated_load(ROUND, 48, 300, TODAY, moisture_standard_error_permille=se) for se in (0, 50))
    assert sure.mass_kg == unsure.mass_kg == 5_924
    # 18.2 % of the density and 2 x 0.05 / 0.7 = 14.3 % of the moisture, as squares: 23.1 %.
    assert (sure.uncertainty_kg, unsure.uncertainty_kg) == (1_077, 1_370)


@pytest.mark.parametrize(
    ("kind", "lightest", "heaviest"), [(BaleKind.SMALL_ROUND, 13, 16), (BaleKind.SMALL_SQUARE, 15, 22)]
)
def test_small_bales_weigh_what_is_known_of_them(kind: BaleKind, lightest: int, heaviest: int) -> None:
    hundred = estimated_load(kind, 100, 150, TODAY)
    assert hundred.mass_kg - hundred.uncertainty_kg == pytest.approx(100 * lightest, abs=20)
    assert hundred.mass_kg + hundred.uncertainty_kg == pytest.approx(100 * heaviest, abs=20)


def test_the_volumes_are_those_of_a_cylinder_and_a_block() -> None:
    volumes = {kind: bale_volume_m3(kind, TODAY).quantize(Decimal("0.001")) for kind in BaleKind}
    assert volumes == {
        BaleKind.ROUND_1M: Decimal("0.785"),
        BaleKind.SMALL_ROUND: Decimal("0.182"),
        BaleKind.SMALL_SQUARE: Decimal("0.149"),
    }


def test_bales_of_the_load_on_a_small_scale_are_better_than_density() -> None:
    load = estimated_load(ROUND, 48, 150, TODAY, weighed_bales_kg=[104, 110, 98, 107, 101])
    # 48 x 104 kg; s = 4.743, t(4) = 2.776: 48 x 2.776 x 4.743 / sqrt(5) x sqrt(43 / 48) = 267.5
    assert (load.mass_kg, load.uncertainty_kg, load.basis) == (4_992, 268, EstimateBasis.WEIGHED_BALES)


def test_two_weighed_bales_say_too_little_unless_there_are_no_more() -> None:
    few = estimated_load(ROUND, 48, 150, TODAY, weighed_bales_kg=[104, 110])
    assert few == estimated_load(ROUND, 48, 150, TODAY)
    both = estimated_load(ROUND, 2, 150, TODAY, weighed_bales_kg=[Decimal("104.3"), Decimal("110.2")])
    assert (both.mass_kg, both.uncertainty_kg, both.basis) == (215, 4, EstimateBasis.WEIGHED_BALES)


def test_bales_that_are_all_alike_are_not_sure_beyond_the_small_scale() -> None:
    load = estimated_load(ROUND, 50, 150, TODAY, weighed_bales_kg=[100, 100, 100])
    assert (load.mass_kg, load.uncertainty_kg) == (5_000, 100)


def test_nineteen_loads_of_twenty_weigh_what_was_estimated_within_the_uncertainty() -> None:
    chance = Random(20261112)
    within = 0
    for _ in range(600):
        masses_kg = [round(chance.gauss(105, 12)) for _ in range(30)]
        load = estimated_load(ROUND, 30, 200, TODAY, weighed_bales_kg=chance.sample(masses_kg, 5))
        within += abs(load.mass_kg - sum(masses_kg)) <= load.uncertainty_kg
    assert 0.93 <= within / 600 <= 0.98


@given(st.sampled_from(BaleKind), st.integers(1, 300), st.integers(0, 998))
def test_more_bales_and_wetter_bales_weigh_more(kind: BaleKind, bales: int, moisture_permille: int) -> None:
    mass_kg = estimated_load(kind, bales, moisture_permille, TODAY).mass_kg
    assert mass_kg < estimated_load(kind, bales + 1, moisture_permille, TODAY).mass_kg
    assert mass_kg <= estimated_load(kind, bales, moisture_permille + 1, TODAY).mass_kg


@given(st.lists(st.integers(10, 300), min_size=3, max_size=60), st.integers(0, 200))
def test_a_sample_is_never_surer_than_the_least_uncertainty(weighed_kg: list[int], more: int) -> None:
    load = estimated_load(ROUND, len(weighed_kg) + more, 200, TODAY, weighed_bales_kg=weighed_kg)
    assert load.uncertainty_kg >= load.mass_kg * 0.02 - 1
    assert load.mass_kg >= (len(weighed_kg) + more) * min(weighed_kg)
    assert load.mass_kg <= (len(weighed_kg) + more) * max(weighed_kg)


def test_a_new_size_holds_from_its_day_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (RULEBOOKS_FOLDER / "bale_kinds.toml").read_text(encoding="utf-8")
    row = 'since = 2027-01-01\nvalue = 1200\nsource = "letter"\nverified = false\n'
    path = tmp_path / "bale_kinds.toml"
    path.write_text(
        text.replace("[round_1m_length_mm]", f"[[round_1m_diameter_mm.values]]\n{row}\n[round_1m_length_mm]"),
        encoding="utf-8",
    )
    changed = read_rulebook(path)
    monkeypatch.setattr(bale_mass, "rulebook", lambda name: changed)
    before, after = (estimated_load(ROUND, 10, 200, day).mass_kg for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert (before, after) == (1_080, 1_555)


@pytest.mark.parametrize(
    ("bales", "moisture_permille", "weighed_kg"),
    [(0, 200, []), (2, 200, [100, 100, 100]), (5, 1000, []), (5, -1, []), (5, 200, [0])],
)
def test_impossible_loads_are_refused(bales: int, moisture_permille: int, weighed_kg: list[int]) -> None:
    with pytest.raises(ValueError, match=r"bale|moisture"):
        estimated_load(ROUND, bales, moisture_permille, TODAY, weighed_bales_kg=weighed_kg)


def test_nothing_is_known_before_the_plan() -> None:
    with pytest.raises(NoFigure):
        estimated_load(ROUND, 10, 200, date(2022, 12, 31))
