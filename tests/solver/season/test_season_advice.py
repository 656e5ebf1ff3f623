"""What one more of a limit is worth by the duals, against the season solved again with more of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.season.advice import ROOM_T, Limit, season_worths
from solver.season.geometry import season_geometry
from solver.season.model import SeasonChoices, SeasonModel
from solver.season.state import SeasonState
from tests.solver.small_county import FIRST, small_county

# Without preferences the objective is yuan, as the worths are.
PLAIN = SeasonChoices(early_yuan_per_t_day=0.0, own_town_yuan_per_t=0.0)
A_LITTLE = 1e-4


def solved(scenario: Scenario, choices: SeasonChoices = PLAIN) -> tuple[float, dict[tuple[Limit, str], float]]:
    """The season's cost in yuan, and the worths of its one week."""
    geometry = season_geometry(scenario, ways_of(scenario))
    model = SeasonModel(scenario, geometry, SeasonState(scenario), FIRST, choices=choices)
    solution = model.lp.solve()
    worths = season_worths(model, solution)
    assert {(w.first_day, w.last_day) for w in worths} <= {(FIRST, scenario.season_end)}
    return solution.objective, {(w.limit, w.of_id): w.yuan for w in worths}


@pytest.fixture(scope="module")
def tight() -> Scenario:
    """More straw than the week's trucks, balers, bays and yards can move."""
    county = small_county(fields=60, days=6, seed=4)
    yards = tuple(replace(y, capacity_t=y.opening_stock_t + 12.0, bays=1) for y in county.yards)
    plants = tuple(replace(p, daily_max_t=60.0) for p in county.plants)
    return replace(county, yards=yards, plants=plants, direct_hauls=())


@pytest.mark.parametrize(
    ("limit", "relaxed", "have"),
    [("truck", "truck hours {id}", 3), ("baler", "balers", 4), ("yard_bay", "yard bays", 2)],
)
def test_the_worth_is_the_slope_of_the_seasons_cost(tight: Scenario, limit: Limit, relaxed: str, have: int) -> None:
    cost, worths = solved(tight)
    of_ids = ["large"] if limit == "truck" else ["Y1", "Y2"]
    more = SeasonChoices(
        early_yuan_per_t_day=0.0,
        own_town_yuan_per_t=0.0,
        relaxed=((relaxed.format(id=of_ids[0]), 1 + A_LITTLE),),
    )
    saved = cost - solved(tight, more)[0]
    promised = sum(worths.get((limit, of_id), 0.0) for of_id in of_ids) * have / len(of_ids) * A_LITTLE
    assert saved == pytest.approx(promised, rel=0.02)
    assert saved > 0


def test_room_is_worth_what_a_little_more_of_it_saves(tight: Scenario) -> None:
    cost, worths = solved(tight)
    yards = tuple(replace(y, capacity_t=y.capacity_t + 0.05) if y.yard_id == "Y1" else y for y in tight.yards)
    saved = cost - solved(replace(tight, yards=yards))[0]
    assert saved == pytest.approx(worths["yard_room_100_t", "Y1"] * 0.05 / ROOM_T, rel=0.02)
    assert saved > 0


def test_one_more_truck_saves_something_and_no_more_than_it_is_worth(tight: Scenario) -> None:
    cost, worths = solved(tight)
    one = next(t for t in tight.trucks if t.truck_class == "large")
    saved = cost - solved(replace(tight, trucks=(*tight.trucks, replace(one, truck_id="K9"))))[0]
    assert 10.0 < saved <= worths["truck", "large"]


def test_with_plenty_of_everything_nothing_more_is_worth_a_yuan() -> None:
    county = small_county(fields=6, days=6)
    fields = tuple(replace(f, ready_date=FIRST, clear_by=FIRST + timedelta(days=5)) for f in county.fields)
    yards = tuple(replace(y, capacity_t=5000.0, bays=9) for y in county.yards)
    assert not solved(replace(county, fields=fields, yards=yards, shortage_yuan_per_t=0.0))[1]
