"""Departures from nearest plant first (H15) and own town first (H16), and their reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from solver.allocation import allocation_deviations
from solver.plan import Haul, HaulKind, SeasonRow
from solver.roads.matrices import ways_of
from solver.scenario import EndUsePlant, Scenario, Town, TransferYard
from solver.season.geometry import season_geometry
from tests.solver.small_county import FIRST, small_county

NEXT = FIRST + timedelta(days=1)


@pytest.fixture
def two_towns() -> Scenario:
    """A yard and a plant in each of two towns, each plant close to its own town's yard."""
    county = small_county()
    west, east = county.yards
    plant = county.plants[0]
    return replace(
        county,
        towns=(Town("T1", "West", 120.55, 30.5), Town("T2", "East", 120.65, 30.5)),
        yards=(
            replace(west, yard_id="Y1", town_id="T1", lon=120.55, lat=30.5),
            replace(east, yard_id="Y2", town_id="T2", lon=120.65, lat=30.5),
        ),
        plants=(
            replace(plant, plant_id="P1", town_id="T1", lon=120.56, lat=30.5),
            replace(plant, plant_id="P2", town_id="T2", lon=120.66, lat=30.5, daily_need_t=0.0),
        ),
    )


def haul(day: date, number: int, origin: str, plant: str, dry_t: float, kind: HaulKind = "linehaul") -> Haul:
    return Haul(day, f"H{number}", kind, (origin,), plant, dry_t, 48)


def deviations(
    scenario: Scenario, *hauls: Haul, season: tuple[SeasonRow, ...] = ()
) -> list[tuple[object, object, object, object, object]]:
    keys = ("rule", "origin_id", "destination_id", "preferred_id", "dry_t")
    return [tuple(d[k] for k in keys) for d in found(scenario, *hauls, season=season)]  # type: ignore[misc]


def found(scenario: Scenario, *hauls: Haul, season: tuple[SeasonRow, ...] = ()) -> list[dict[str, object]]:
    return allocation_deviations(scenario, season_geometry(scenario, ways_of(scenario)), season, hauls)


def with_plant(scenario: Scenario, plant_id: str, **changes: object) -> Scenario:
    plants: tuple[EndUsePlant, ...] = tuple(
        replace(p, **changes) if p.plant_id == plant_id else p  # type: ignore[arg-type]
        for p in scenario.plants
    )
    return replace(scenario, plants=plants)


def test_straw_at_the_nearest_plant_of_its_own_town_is_no_departure(two_towns: Scenario) -> None:
    assert not deviations(two_towns, haul(FIRST, 1, "Y1", "P1", 4.8), haul(FIRST, 2, "Y2", "P2", 4.8))


def test_straw_past_the_nearest_plant_departs_from_h15(two_towns: Scenario) -> None:
    assert deviations(two_towns, haul(FIRST, 1, "Y1", "P2", 4.8), haul(NEXT, 2, "Y1", "P2", 3.2)) == [
        ("H15", "Y1", "P2", "P1", 8.0)
    ]


def test_a_full_daily_intake_of_the_nearest_plant_is_the_reason(two_towns: Scenario) -> None:
    scenario = with_plant(two_towns, "P1", daily_max_t=10.0)
    (entry,) = found(scenario, haul(FIRST, 1, "Y1", "P1", 9.0), haul(FIRST, 2, "Y1", "P2", 4.8))
    assert entry["reason"] == "P1 had reached its daily intake limit on 1 of 1 days"


def test_a_full_storage_of_the_nearest_plant_is_the_reason(two_towns: Scenario) -> None:
    scenario = with_plant(two_towns, "P1", storage_t=40.0, opening_stock_t=40.0, daily_need_t=1.0)
    (entry,) = found(scenario, haul(FIRST, 1, "Y1", "P2", 4.8))
    assert entry["reason"] == "P1 had its storage full on 1 of 1 days"


def test_a_closed_nearest_plant_is_the_reason(two_towns: Scenario) -> None:
    scenario = replace(two_towns, hours_by_place_and_date={("P1", FIRST): None})
    (entry,) = found(scenario, haul(FIRST, 1, "Y1", "P2", 4.8))
    assert entry["reason"] == "P1 was closed on 1 of 1 days"


def test_need_elsewhere_is_the_reason_when_that_plant_would_be_short(two_towns: Scenario) -> None:
    scenario = with_plant(two_towns, "P2", daily_need_t=30.0)
    (entry,) = found(scenario, haul(FIRST, 1, "Y1", "P2", 4.8))
    assert "without it P2 would be short" in str(entry["reason"])


def test_reasons_are_counted_by_days(two_towns: Scenario) -> None:
    scenario = with_plant(with_plant(two_towns, "P1", daily_max_t=10.0), "P2", daily_need_t=30.0)
    (entry,) = found(
        scenario, haul(FIRST, 1, "Y1", "P1", 9.0), haul(FIRST, 2, "Y1", "P2", 4.8), haul(NEXT, 3, "Y1", "P2", 4.8)
    )
    assert str(entry["reason"]).startswith("P1 had reached its daily intake limit on 1 of 2 days; on 1 of 2 days")


def test_foreign_straw_while_own_straw_goes_elsewhere_departs_from_h16(two_towns: Scenario) -> None:
    entries = found(two_towns, haul(FIRST, 1, "Y2", "P1", 4.8), haul(FIRST, 2, "Y1", "P2", 3.0))
    of_h16 = {
        (e["origin_id"], e["destination_id"], e["preferred_id"], e["dry_t"]) for e in entries if e["rule"] == "H16"
    }
    assert of_h16 == {("Y2", "P1", "Y1", 3.0), ("Y1", "P2", "Y2", 3.0)}
    assert all("exchanging" in str(e["reason"]) for e in entries if e["rule"] == "H16")


def test_own_straw_that_is_nearer_to_another_plant_goes_there_first(two_towns: Scenario) -> None:
    third = TransferYard("Y3", "T1", "Edge yard", 120.67, 30.5, 3.0, 90.0, 10.0, 1, two_towns.yards[0].hours)
    scenario = replace(two_towns, yards=(*two_towns.yards, third))
    entries = found(scenario, haul(FIRST, 1, "Y2", "P1", 4.8), haul(FIRST, 2, "Y3", "P2", 4.8))
    (reason,) = [e["reason"] for e in entries if e["rule"] == "H16" and e["origin_id"] == "Y2"]
    assert reason == "Y3 lies nearer to P2, which has first claim to it (H15)"


def test_on_different_days_own_and_foreign_straw_do_not_meet(two_towns: Scenario) -> None:
    entries = deviations(two_towns, haul(FIRST, 1, "Y2", "P1", 4.8), haul(NEXT, 2, "Y1", "P2", 4.8))
    assert {e[0] for e in entries} == {"H15"}


def test_direct_hauls_count_by_their_field(two_towns: Scenario) -> None:
    far = replace(two_towns.fields[0], lon=120.54, lat=30.5)
    scenario = replace(two_towns, fields=(far, *two_towns.fields[1:]))
    row = SeasonRow(far.field_id, FIRST, FIRST, "P2", 2.5)
    assert deviations(scenario, season=(row,)) == [("H15", far.field_id, "P2", "P1", 2.5)]


def test_a_county_without_plants_has_no_departures() -> None:
    assert not found(replace(small_county(), plants=(), direct_hauls=()))
