from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules import acceptance as acceptance_module
from yard_rules.acceptance import AcceptanceKind, acceptance, acceptance_table
from yard_rules.rulebook import RULEBOOKS_FOLDER, NoFigure, Rulebook, read_rulebook

TODAY = date(2026, 11, 12)
FREELY, APART, HOT, BACK = AcceptanceKind
moistures_permille = st.integers(0, 1000)


@pytest.mark.parametrize(
    ("moisture_permille", "kind", "is_paid_in_full"),
    [
        (0, FREELY, True),
        (180, FREELY, True),
        (181, APART, True),
        (190, APART, True),
        (220, APART, True),
        (221, HOT, True),
        (300, HOT, True),
        (301, BACK, False),
        (1000, BACK, False),
    ],
)
def test_what_is_paid_is_not_what_is_safe_to_stack(
    moisture_permille: int, kind: AcceptanceKind, is_paid_in_full: bool
) -> None:
    load = acceptance(moisture_permille, TODAY)
    assert (load.kind, load.is_paid_in_full, load.has_bales_to_set_aside) == (kind, is_paid_in_full, False)


def test_every_way_to_stack_says_what_it_asks_of_the_yard() -> None:
    freely, apart, hot, back = (acceptance(permille, TODAY).stacking for permille in (150, 200, 250, 350))
    assert (apart.probe_every_h, apart.probe_for_days, apart.ship_within_h) == (24, 21, None)
    assert (hot.probe_every_h, hot.probe_for_days, hot.ship_warn_h, hot.ship_within_h) == (24, None, 48, 72)
    for nothing in (freely, back):
        assert (nothing.probe_every_h, nothing.probe_for_days, nothing.ship_warn_h, nothing.ship_within_h) == (
            None,
        ) * 4


def test_the_limits_on_both_sides_are_named_with_their_sources() -> None:
    load = acceptance(190, TODAY)
    limits = {figure.name: figure.value for figure in load.thresholds if figure.unit == "permille"}
    assert limits == {"paid_permille": 300, "stack_freely_up_to_permille": 180, "stack_apart_up_to_permille": 220}
    assert all(figure.source for figure in load.thresholds)
    assert [figure.name for figure in acceptance(400, TODAY).thresholds] == [
        "paid_permille",
        "hot_lane_up_to_permille",
    ]


def test_safety_goes_by_the_wettest_bale_and_pay_by_the_mean() -> None:
    load = acceptance(170, TODAY, wettest_bale_permille=230)
    assert (load.kind, load.is_paid_in_full) == (HOT, True)


def test_one_soaked_bale_is_set_aside_and_does_not_send_its_load_back() -> None:
    load = acceptance(240, TODAY, wettest_bale_permille=310)
    assert (load.kind, load.has_bales_to_set_aside, load.is_paid_in_full) == (HOT, True, True)
    wet = acceptance(301, TODAY, wettest_bale_permille=310)
    assert (wet.kind, wet.has_bales_to_set_aside) == (BACK, False)


@given(moistures_permille, moistures_permille)
def test_a_wetter_bale_never_makes_a_load_safer(one: int, other: int) -> None:
    mean_permille, wettest_permille = sorted((one, other))
    order = list(AcceptanceKind)
    alone = acceptance(mean_permille, TODAY)
    together = acceptance(mean_permille, TODAY, wettest_bale_permille=wettest_permille)
    assert order.index(alone.kind) <= order.index(together.kind)
    assert together.is_paid_in_full == alone.is_paid_in_full
    assert (together.kind is BACK) == (alone.kind is BACK)


def test_the_tablets_table_says_the_same_for_every_moisture() -> None:
    rows = acceptance_table(TODAY)
    covered = [permille for row in rows for permille in range(row.from_permille, row.to_permille + 1)]
    assert covered == list(range(1001))
    assert [(row.to_permille, row.stacking.kind) for row in rows] == [
        (180, FREELY),
        (220, APART),
        (300, HOT),
        (1000, BACK),
    ]
    for row in rows:
        for permille in (row.from_permille, row.to_permille):
            load = acceptance(permille, TODAY)
            assert (load.stacking, load.is_paid_in_full) == (row.stacking, row.is_paid_in_full)


@pytest.mark.parametrize("paid_permille", [0, 180, 250, 1000])
def test_the_table_splits_where_the_pay_changes(
    paid_permille: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (RULEBOOKS_FOLDER / "acceptance.toml").read_text(encoding="utf-8")
    path = tmp_path / "acceptance.toml"
    path.write_text(text.replace("value = 300", f"value = {paid_permille}", 1), encoding="utf-8")
    changed: Rulebook = read_rulebook(path)
    monkeypatch.setattr(acceptance_module, "rulebook", lambda name: changed)
    rows = acceptance_table(TODAY)
    covered = [permille for row in rows for permille in range(row.from_permille, row.to_permille + 1)]
    assert covered == list(range(1001))
    for row in rows:
        assert row.is_paid_in_full == (row.from_permille <= paid_permille) == (row.to_permille <= paid_permille)


@pytest.mark.parametrize(("mean_permille", "wettest_permille"), [(-1, 100), (200, 199), (900, 1001)])
def test_impossible_moistures_are_refused(mean_permille: int, wettest_permille: int) -> None:
    with pytest.raises(ValueError, match="per mille"):
        acceptance(mean_permille, TODAY, wettest_bale_permille=wettest_permille)


def test_nothing_is_known_before_the_plan() -> None:
    for asked in (lambda day: acceptance(200, day), acceptance_table):
        with pytest.raises(NoFigure):
            asked(date(2022, 12, 31))
