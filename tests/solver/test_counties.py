"""Several counties in one run: each gets the plan that it would get alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from small_county import small_county

from solver.counties import CountyOutcome, CountyTask, plan_counties
from solver.crew import Crew
from solver.plan import Plan
from solver.planner import plan_season
from solver.roads.matrices import ways_of

SECONDS = 20.0  # far more than the few loads take: on a busy machine too the rounds end the search, not the clock
COUNTIES = {"east": small_county(fields=4, days=2, seed=1), "west": small_county(fields=3, days=2, seed=2)}


def _planned(kept: Path, *, stop_at: float = 2.0) -> tuple[CountyOutcome, ...]:
    """East and west by two workers, stopped where so large a share is done."""
    tasks = [CountyTask(name, county, kept / name) for name, county in COUNTIES.items()]
    return plan_counties(tasks, Crew(workers=2), seconds_per_day=SECONDS, seed=7, told=lambda share: share < stop_at)


def _without_seconds(plan: Plan) -> Plan:
    return replace(plan, summary={k: v for k, v in plan.summary.items() if k != "seconds"})


def test_each_county_gets_the_plan_that_it_gets_alone_also_where_the_run_was_stopped_between(tmp_path: Path) -> None:
    stopped = _planned(tmp_path, stop_at=0.3)
    assert not all(o.plan is not None for o in stopped)
    for outcome in _planned(tmp_path):
        county = COUNTIES[outcome.name]
        alone = plan_season(county, ways_of(county), seconds_per_day=SECONDS, seed=7)
        assert outcome.violations == ()
        assert outcome.plan is not None
        assert _without_seconds(outcome.plan) == _without_seconds(alone.plan)
        assert outcome.programme == alone.programme
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
