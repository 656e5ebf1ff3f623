"""Fields baled in company."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solver.plan import SeasonRow
from solver.roads.matrices import ways_of
from solver.season.company import company_h, lonely_share
from solver.season.geometry import season_geometry
from solver.season.programme import season_programme
from solver.season.state import SeasonState
from tests.solver.small_county import FIRST, small_county


def test_work_near_a_field_is_company_and_work_far_away_is_none() -> None:
    county = small_county(fields=3)
    first, near, far = county.fields
    near = replace(near, lon=first.lon, lat=first.lat + 1.25 / 111.2)
    far = replace(far, lon=first.lon + 1.0)
    county = replace(county, fields=(first, near, far))
    rows = [SeasonRow(f.field_id, FIRST, FIRST, "Y1", f.dry_straw_t) for f in (near, far)]
    company = company_h(county, rows)
    assert company[:, 0] == pytest.approx([0.5 * near.area_mu / 10, near.area_mu / 10, far.area_mu / 10], rel=0.01)
    assert not company[:, 1:].any()
    assert lonely_share(np.array([0.0, 1.0, 99.0])).tolist() == sorted(lonely_share(np.array([99.0, 1.0, 0.0])))[::-1]


def test_a_programme_follows_the_company_of_the_one_before() -> None:
    """Two fields side by side, each free to be baled on either day: the second goes where the first is wanted."""
    county = small_county(fields=2, days=4)
    fields = tuple(
        replace(f, lon=120.7, lat=30.5, area_mu=20.0, dry_straw_t=8.0, ready_date=FIRST, clear_by=county.season_end)
        for f in county.fields
    )
    county = replace(county, fields=fields, workable_fraction_by_date={}, direct_hauls=(), shortage_yuan_per_t=0.0)
    geometry = season_geometry(county, ways_of(county))
    whole = season_programme(county, geometry, SeasonState(county), FIRST)
    late = replace(whole, rows=(SeasonRow("F000", county.dates[2], county.dates[2], "Y1", 8.0),))
    moved = season_programme(county, geometry, SeasonState(county), FIRST, before=late)
    assert {r.bale_date for r in whole.rows} == {FIRST}
    assert {r.bale_date for r in moved.rows} == {county.dates[2]}
