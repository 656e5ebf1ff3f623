"""Who has to hear of a plan that was changed: drivers and baler crews whose day is another than the one they know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from solver.replan.day import DayRows
from solver.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Told:
    """`kind`: truck or baler; `more`, `fewer`: hauls or fields that come or go; `moved`: stops at another time."""

    day: date
    kind: str
    own_id: str
    more: int
    fewer: int
    moved: int


def told_people(scenario: Scenario, before: Mapping[date, DayRows], after: Mapping[date, DayRows]) -> tuple[Told, ...]:
    """One entry for each day and machine whose stops differ."""
    told = []
    for day, rows in sorted(after.items()):
        was, is_ = _stops(before.get(day, DayRows())), _stops(rows)
        machines = [("truck", t.truck_id) for t in scenario.trucks] + [("baler", b.baler_id) for b in scenario.balers]
        for kind, own_id in machines:
            old, new = was.get((kind, own_id), {}), is_.get((kind, own_id), {})
            if old != new:
                moved = sum(old[key] != new[key] for key in old.keys() & new.keys())
                jobs_old, jobs_new = {key[0] for key in old}, {key[0] for key in new}
                told.append(Told(day, kind, own_id, len(jobs_new - jobs_old), len(jobs_old - jobs_new), moved))
    return tuple(told)


def _stops(rows: DayRows) -> dict[tuple[str, str], dict[tuple[str, str, int], tuple[object, ...]]]:
    """By machine: job, place and which time there, with the times."""
    found: dict[tuple[str, str], dict[tuple[str, str, int], tuple[object, ...]]] = {}
    for stop in rows.truck_stops:
        own = found.setdefault(("truck", stop.truck_id), {})
        key = (stop.haul_id, f"{stop.action} {stop.place_id}", 0)
        own[key] = (stop.start_min, stop.end_min, stop.dry_t)
    for baling in rows.baler_stops:
        own = found.setdefault(("baler", baling.baler_id), {})
        number = sum(key[0] == baling.field_id for key in own)
        own[baling.field_id, "", number] = (baling.start_min, baling.end_min, round(baling.area_mu, 4))
    return found
