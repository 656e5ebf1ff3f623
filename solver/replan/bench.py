"""Times repairing the demo county's plan after an eventful morning: `python -m solver.replan.bench`.

The season is planned by the dispatcher's rule, which takes seconds; what is timed is the repair of one day and of the
rest of the season, without reading the files.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path

from solver.greedy import plan_greedy
from solver.replan import changed_scenario, replan
from solver.replan.events import read_events
from solver.roads.matrices import ways_of
from solver.scenario_files import read_scenario

COUNTY = Path("data/haining")
NOW = datetime(2026, 11, 12, 10, 40)
CASES = {
    "a truck broken down": [{"kind": "breakdown", "truck": "T004"}],
    "rain until 13:00": [{"kind": "rain", "until": "2026-11-12 13:00"}],
    "a plant stopped": [{"kind": "plant_stop", "plant": "P1"}],
    "a yard closed": [{"kind": "closed_place", "place": "Y04"}],
}
CASES["all of it"] = [event for events in CASES.values() for event in events]


def main() -> None:
    """Print seconds, drivers and crews to be told today, and what the check finds, for each case."""
    scenario = read_scenario(COUNTY)
    ways = ways_of(scenario)
    plan = plan_greedy(scenario, ways)
    for name, given in CASES.items():
        events = read_events(json.dumps({"events": given}), scenario, NOW)
        changed = changed_scenario(scenario, events)
        for span, days, at_most_s in (("one day", 1, 10), ("rest of the season", None, 60)):
            started = time.perf_counter()
            answer = replan(changed, ways, plan, now=NOW, events=events, locks={}, days=days)
            seconds = time.perf_counter() - started
            told, left_t = answer.plan.summary["replan"]["told_today"], answer.plan.summary["tonnes"]["left"]
            print(
                f"replan: {name}, {span}: {seconds:.1f} s (at most {at_most_s}); told today {len(told)}; "
                f"left {left_t:.0f} t; violations {len(answer.violations)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
