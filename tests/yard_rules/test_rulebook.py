from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from yard_rules.reclamation import DepositState, deposit
from yard_rules.rounding import whole_fen
from yard_rules.rulebook import RULEBOOKS_FOLDER, NoFigure, county_books, read_rulebook, rulebook, use_county
from yard_rules.vehicle_limits import legal_gross_t

TODAY = date(2026, 11, 12)
PRICE = """
[fee_yuan_per_t]
unit = "yuan/t"
[[fee_yuan_per_t.values]]
since = 2025-06-01
value = 210.5
source = "price letter 2"
verified = true
[[fee_yuan_per_t.values]]
since = 2024-01-01
value = 200
source = "price letter 1"
verified = false
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "fees.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_day_has_the_figure_that_was_in_force_then(tmp_path: Path) -> None:
    fees = read_rulebook(written(tmp_path, PRICE))
    first, second = date(2024, 1, 1), date(2025, 6, 1)
    for day, value in {first: "200", second - timedelta(days=1): "200", second: "210.5", TODAY: "210.5"}.items():
        assert fees.figure("fee_yuan_per_t", day).value == Decimal(value)
        assert fees.in_force(day)["fee_yuan_per_t"].value == Decimal(value)
    assert fees.figure("fee_yuan_per_t", second).source == "price letter 2"
    assert not fees.figure("fee_yuan_per_t", first).verified


def test_there_is_no_figure_before_its_first_day(tmp_path: Path) -> None:
    fees = read_rulebook(written(tmp_path, PRICE))
    with pytest.raises(NoFigure):
        fees.figure("fee_yuan_per_t", date(2023, 12, 31))
    with pytest.raises(NoFigure):
        fees.figure("no_such_fee", TODAY)
    assert fees.in_force(date(2023, 12, 31)) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('unit = "yuan/t"', ""),
        ("value = 200", 'value = "200"'),
        ("value = 200", "value = true"),
        ("since = 2024-01-01", 'since = "2024"'),
        ("since = 2024-01-01", "since = 2024-01-01T00:00:00"),
        ("since = 2024-01-01", "since = 2025-06-01"),
        ('source = "price letter 1"', 'source = ""'),
        ("verified = false", ""),
        ("verified = false", 'verified = false\nremark = "x"'),
    ],
)
def test_a_figure_without_unit_source_or_day_is_refused(tmp_path: Path, old: str, new: str) -> None:
    assert old in PRICE
    with pytest.raises(ValueError, match="fee_yuan_per_t"):
        read_rulebook(written(tmp_path, PRICE.replace(old, new)))


@pytest.mark.parametrize("path", sorted(RULEBOOKS_FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_rulebook_of_the_project_can_be_read(path: Path) -> None:
    assert rulebook(path.stem).figures


def test_a_yard_on_agricultural_facility_land_owes_ten_yuan_a_square_metre() -> None:
    owed = deposit(land_kind="agricultural_facility", area_mu=4.5, paid_yuan=None, is_returned=False, day=TODAY)
    assert (owed.state, owed.due_fen, owed.missing_fen) == (DepositState.MISSING, 3_000_015, 3_000_015)
    assert owed.rate is not None
    assert (owed.rate.value, owed.rate.unit) == (10, "yuan/m2")


def test_a_deposit_paid_in_part_is_missing_in_part() -> None:
    part = deposit(land_kind="agricultural_facility", area_mu=3.0, paid_yuan=20_000, is_returned=False, day=TODAY)
    assert (part.state, part.due_fen, part.missing_fen) == (DepositState.MISSING, 2_000_010, 10)
    whole = deposit(land_kind="agricultural_facility", area_mu=3.0, paid_yuan=20_000.1, is_returned=False, day=TODAY)
    assert (whole.state, whole.missing_fen) == (DepositState.PAID, 0)
    returned = deposit(land_kind="agricultural_facility", area_mu=3.0, paid_yuan=20_000.1, is_returned=True, day=TODAY)
    assert (returned.state, returned.missing_fen) == (DepositState.RETURNED, 0)


@pytest.mark.parametrize("land_kind", ["construction", "temporary", "other", None])
def test_other_land_owes_nothing(land_kind: str | None) -> None:
    free = deposit(land_kind=land_kind, area_mu=5.0, paid_yuan=None, is_returned=False, day=TODAY)
    assert (free.state, free.due_fen, free.rate) == (DepositState.NOT_OWED, 0, None)


def test_half_a_fen_goes_up() -> None:
    assert [whole_fen(Decimal(text)) for text in ("1.005", "1.004999", "-1.005", "0")] == [101, 100, -101, 0]


def test_legal_gross_mass_goes_by_axles() -> None:
    found = {axles: legal_gross_t(axles, TODAY) for axles in (2, 3, 4, 5, 6)}
    assert {axles: figure and figure.value for axles, figure in found.items()} == {2: 18, 3: 27, 4: 36, 5: 43, 6: 49}
    assert legal_gross_t(7, TODAY) is None
    assert legal_gross_t(None, TODAY) is None
    assert legal_gross_t(2, date(2016, 9, 20)) is None


def test_a_figure_that_must_be_whole_is_refused_where_it_is_not(tmp_path: Path) -> None:
    fees = read_rulebook(written(tmp_path, PRICE))
    assert fees.whole("fee_yuan_per_t", date(2024, 1, 1)) == 200
    with pytest.raises(ValueError, match="fee_yuan_per_t is not whole"):
        fees.whole("fee_yuan_per_t", TODAY)


WATER = """
[hydrant_m]
unit = "m"
[[hydrant_m.values]]
since = 2026-09-01
value = 80
source = "letter of the county's fire brigade (made up)"
verified = true
"""


@pytest.fixture
def county(tmp_path: Path):
    yield tmp_path
    use_county(None)


def a_figure_of_ours() -> tuple[str, str]:
    name, held = next(iter(rulebook("fire").figures.items()))
    return name, held[0].unit


def test_a_countys_figure_takes_the_place_of_ours_from_its_first_day(county: Path) -> None:
    name, unit = a_figure_of_ours()
    before = rulebook("fire").figure(name, TODAY)
    (county / "fire.toml").write_text(WATER.replace("hydrant_m", name).replace('"m"', f'"{unit}"'), encoding="utf-8")
    use_county(county)
    assert rulebook("fire").figure(name, TODAY).value == 80
    assert rulebook("fire").figure(name, TODAY).source.startswith("letter")
    assert rulebook("fire").figure(name, date(2026, 8, 31)) == before
    use_county(None)
    assert rulebook("fire").figure(name, TODAY) == before


def test_all_faults_of_a_countys_rulebooks_are_told_at_once(county: Path) -> None:
    (county / "fire.toml").write_text(WATER, encoding="utf-8")
    (county / "water.toml").write_text(WATER, encoding="utf-8")
    (county / "heat.toml").write_text("[", encoding="utf-8")
    with pytest.raises(ValueError, match="no rulebook of this name") as told:
        county_books(county)
    assert "hydrant_m: there is no such figure" in str(told.value)
    assert "water.toml: there is no rulebook of this name" in str(told.value)
    assert "heat.toml: " in str(told.value)
