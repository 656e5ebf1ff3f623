"""The committed counties are what the generator makes, and are of the size that was agreed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import MultiPoint, shape

from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import read_scenario, write_scenario
from solver.synthetic.capacity_report import capacity_lines, straw_baled_by_day_t
from solver.synthetic.demo_counties import DEMO_COUNTIES
from solver.synthetic.places import KM_PER_DEGREE_LAT, haining_places

DATA = Path(__file__).parents[3] / "data"
BOUNDARY = Path(__file__).parents[4] / "shared" / "geo" / "haining_boundary.geojson"
LARGEST_FILE_BYTES = 6_000_000


@pytest.fixture(scope="module")
def haining() -> Scenario:
    return read_scenario(DATA / "haining")


@pytest.fixture(scope="module")
def one_town() -> Scenario:
    return read_scenario(DATA / "one_town")


@pytest.mark.parametrize("county", DEMO_COUNTIES)
def test_the_generator_writes_the_committed_files_byte_for_byte(county: str, tmp_path: Path) -> None:
    write_scenario(DEMO_COUNTIES[county](), tmp_path / county)
    committed = {p.name: p.read_bytes() for p in (DATA / county).iterdir() if p.name != "README.md"}
    made = {p.name: p.read_bytes() for p in (tmp_path / county).iterdir()}
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []


@pytest.mark.parametrize("county", DEMO_COUNTIES)
def test_no_committed_file_is_larger_than_six_megabytes(county: str) -> None:
    assert max(p.stat().st_size for p in (DATA / county).iterdir()) < LARGEST_FILE_BYTES


@pytest.mark.parametrize("county", DEMO_COUNTIES)
def test_every_county_says_that_it_is_synthetic(county: str) -> None:
    assert "synthetic" in read_scenario(DATA / county).name
    assert "synthetic" in (DATA / county / "README.md").read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize("county", DEMO_COUNTIES)
def test_every_class_reaches_every_yard_from_the_fields_that_admit_it_and_the_plants(county: str) -> None:
    scenario = read_scenario(DATA / county)
    ways = ways_of(scenario)
    yards = [y.yard_id for y in scenario.yards]
    for truck_class in (c.truck_class for c in scenario.truck_classes):
        places = [f.field_id for f in scenario.fields if scenario.admits(f, truck_class)]
        places += [p.plant_id for p in scenario.plants]
        assert np.isfinite(ways.table(places, yards, truck_class).km).all(), truck_class
        assert np.isfinite(ways.table(yards, places, truck_class).km).all(), truck_class


def test_hainings_roads_are_some_eight_thousand_nodes_and_a_third_longer_than_the_straight_line(
    haining: Scenario,
) -> None:
    assert haining.roads is not None
    assert len(haining.roads.node_lon) == pytest.approx(8000, rel=0.15)
    fields, yards = [f.field_id for f in haining.fields], [y.yard_id for y in haining.yards]
    by_road_km = ways_of(haining).table(fields, yards, None).km
    straight_km = ways_of(replace(haining, roads=None, detour_factor=1.0)).table(fields, yards, None).km
    assert 1.3 <= by_road_km.sum() / straight_km.sum() <= 1.4


def test_no_region_asks_more_of_its_balers_than_they_have_and_the_county_asks_most(haining: Scenario) -> None:
    lines = {line.subject: line for line in capacity_lines(haining)}
    assert 75 <= lines["all balers"].load_percent <= 95
    assert all(line.load_percent <= 100 for subject, line in lines.items() if subject.startswith("balers of"))
    assert lines["room at plants and yards with the season's use"].load_percent <= 100


def test_more_than_1400_t_can_be_baled_on_the_peak_day_and_on_each_of_the_two_before(haining: Scenario) -> None:
    baled_t = dict(zip(haining.dates, straw_baled_by_day_t(haining), strict=True))
    assert min(baled_t[date(2026, 11, day)] for day in (10, 11, 12)) > 1400


def test_haining_has_the_agreed_season_and_counts(haining: Scenario) -> None:
    assert (haining.season_start, haining.season_end) == (date(2026, 10, 25), date(2026, 12, 10))
    assert len(haining.towns) == 12
    assert len(haining.fields) == 3000
    assert len(haining.yards) == 15
    assert len(haining.plants) == 5
    assert len(haining.balers) == 78
    assert Counter(t.truck_class for t in haining.trucks) == {"c8": 25, "c18": 50, "c30": 45, "c48": 30}
    assert [c.bale_capacity for c in haining.truck_classes] == [8, 18, 30, 48]
    assert len(haining.direct_hauls) == 2


def test_haining_has_the_agreed_straw_and_field_sizes(haining: Scenario) -> None:
    straw_t = np.array([f.dry_straw_t for f in haining.fields])
    area_mu = np.array([f.area_mu for f in haining.fields])
    assert straw_t.sum() == pytest.approx(55_000, rel=0.01)
    assert area_mu.min() >= 5
    assert area_mu.max() <= 150
    assert np.median(area_mu) == pytest.approx(32, abs=2)
    assert area_mu.mean() == pytest.approx(41, abs=2)
    kg_per_mu = 1000 * np.array([f.to_bale_t for f in haining.fields]) / area_mu
    assert kg_per_mu.mean() == pytest.approx(450, rel=0.02)
    assert kg_per_mu.std() / kg_per_mu.mean() == pytest.approx(0.17, abs=0.02)


def test_haining_has_the_agreed_yards_and_plants(haining: Scenario) -> None:
    yards, plants = haining.yards, haining.plants
    assert {y.town_id for y in yards} == {t.town_id for t in haining.towns}
    assert sum(y.capacity_t for y in yards) == 4700
    assert all(160 <= y.capacity_t <= 500 and 3 <= y.area_mu <= 7 for y in yards)
    assert all(y.bays == (3 if y.area_mu >= 6 else 2) for y in yards)
    assert any(y.adjacent_plant_id for y in yards)
    assert len({p.use for p in plants}) == 5
    assert sum(p.daily_need_t for p in plants) == 235
    assert all(25 <= p.daily_need_t <= 80 for p in plants)
    assert sum(p.daily_max_t for p in plants) == 1800
    assert sum(p.storage_t for p in plants) == 44_000
    assert all(4000 <= p.storage_t <= 14_000 for p in plants)
    assert sum(p.opening_stock_t for p in plants) == 1000
    assert all(p.bays == 4 for p in plants)


def test_a_tenth_of_the_straw_is_reached_only_by_the_smallest_trucks_and_none_by_the_largest(haining: Scenario) -> None:
    straw_t: Counter[str | None] = Counter()
    for f in haining.fields:
        straw_t[f.max_truck_class] += f.dry_straw_t
    assert straw_t["c8"] == pytest.approx(0.10 * straw_t.total(), rel=0.02)
    assert straw_t.keys() == {"c8", "c18", "c30"}


def test_twelve_days_are_rainy_and_the_peak_day_is_the_end_of_three_dry_ones(haining: Scenario) -> None:
    assert sum(haining.workable_fraction(day) == 0 for day in haining.dates) == 12
    assert all(haining.workable_fraction(date(2026, 11, day)) == 1 for day in (10, 11, 12))


def test_every_field_has_weather_to_be_baled_in_before_the_season_ends(haining: Scenario) -> None:
    for f in haining.fields:
        window = [d for d in haining.dates if f.ready_date <= d <= f.clear_by]
        assert sum(haining.workable_fraction(d) for d in window) >= 2, f.field_id


def test_ids_are_sorted_and_growers_are_plainly_made_up(haining: Scenario) -> None:
    ids = [f.field_id for f in haining.fields]
    assert ids == sorted(ids)
    endings = tuple(pattern.split("{")[0] for pattern in haining_places().grower_names.values())
    assert all(f.grower.startswith(endings) for f in haining.fields)


def test_the_fields_lie_north_of_the_river_and_nearly_all_inside_the_county(haining: Scenario) -> None:
    bank = haining_places().river_bank
    assert all(f.lat > np.interp(f.lon, bank[:, 0], bank[:, 1]) for f in haining.fields)
    if not BOUNDARY.exists():
        pytest.skip("the county's outline is not at hand")
    features = json.loads(BOUNDARY.read_text(encoding="utf-8"))["features"]
    county = next(shape(f["geometry"]) for f in features if f["properties"]["adcode"] == "330481")
    # The outline is generalised to half a kilometre or one.
    county = county.buffer(1 / KM_PER_DEGREE_LAT)
    inside = sum(county.covers(point) for point in MultiPoint([(f.lon, f.lat) for f in haining.fields]).geoms)
    assert inside >= 0.99 * len(haining.fields)


def test_one_town_is_small_and_holds_a_rain_day_and_an_approval(one_town: Scenario) -> None:
    assert (len(one_town.towns), len(one_town.fields), len(one_town.yards), len(one_town.plants)) == (1, 60, 2, 1)
    assert len(one_town.dates) == 6
    assert sum(f.dry_straw_t for f in one_town.fields) < 1000
    assert [one_town.workable_fraction(d) for d in one_town.dates].count(0) == 1
    assert len(one_town.direct_hauls) == 1
    assert len({t.truck_class for t in one_town.trucks}) == 3
    assert any(f.already_baled_t == f.dry_straw_t and f.area_mu == 0 for f in one_town.fields)
