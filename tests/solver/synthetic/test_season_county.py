"""The made-up county of any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.scenario_files import read_scenario, write_scenario
from solver.synthetic.season_county import season_county


def test_the_same_seed_gives_a_county_that_the_scenario_format_takes(tmp_path: Path) -> None:
    county = season_county(fields=60, days=16, yards=3, plants=2, seed=7)
    write_scenario(county, tmp_path)
    assert read_scenario(tmp_path) == county == season_county(fields=60, days=16, yards=3, plants=2, seed=7)
    assert season_county(fields=60, days=16, yards=3, plants=2, seed=8) != county


@pytest.mark.parametrize("wrong", [{"days": 15}, {"fields": 0}])
def test_a_season_too_short_or_empty_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="16 days"):
        season_county(**wrong)
