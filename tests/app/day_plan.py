"""A real plan of one day with its season's programme, made from the small demo town by the dispatcher's rule."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from solver.greedy import plan_greedy
from solver.plan import Plan
from solver.plan_files import write_plan
from solver.roads.matrices import ways_of
from solver.scenario import FarmField, Scenario
from solver.scenario_files import read_scenario, write_scenario

ONE_TOWN = Path(__file__).resolve().parents[2] / "data" / "one_town"


@dataclass(frozen=True, slots=True)
class PlannedTown:
    """`programme` is the whole season by the rule, `plan` the one day of `day_scenario` alone."""

    scenario_folder: Path
    plan_folder: Path
    scenario: Scenario
    programme: Plan
    day_scenario: Scenario
    plan: Plan
    day: date


def planned_town(folder: Path) -> PlannedTown:
    """Write the town's scenario and a plan of its busiest day into `folder`, and return what was written."""
    scenario = read_scenario(ONE_TOWN)
    programme = plan_greedy(scenario, ways_of(scenario))
    hauled_t: dict[date, float] = defaultdict(float)
    for haul in programme.hauls:
        hauled_t[haul.day] += haul.dry_t
    day = max(hauled_t, key=lambda d: hauled_t[d])
    day_scenario = _as_of(scenario, programme, day)
    plan = plan_greedy(day_scenario, ways_of(day_scenario))
    scenario_folder, plan_folder = folder / "one_town", folder / "plan"
    write_scenario(scenario, scenario_folder)
    write_plan(plan, plan_folder)
    write_scenario(day_scenario, plan_folder / "scenario")
    _write_programme(programme, plan_folder / "programme")
    return PlannedTown(
        scenario_folder=scenario_folder,
        plan_folder=plan_folder,
        scenario=scenario,
        programme=programme,
        day_scenario=day_scenario,
        plan=plan,
        day=day,
    )


def _as_of(scenario: Scenario, programme: Plan, day: date) -> Scenario:
    """The town on the morning of the day, which is also the last that is planned."""
    stock_t = {row.place_id: row.closing_t for row in programme.stock if row.day == day - timedelta(days=1)}
    return replace(
        scenario,
        season_start=day,
        season_end=day,
        fields=tuple(_field_as_of(f, programme, day) for f in scenario.fields if f.clear_by >= day),
        yards=tuple(replace(y, opening_stock_t=stock_t.get(y.yard_id, y.opening_stock_t)) for y in scenario.yards),
        plants=tuple(replace(p, opening_stock_t=stock_t.get(p.plant_id, p.opening_stock_t)) for p in scenario.plants),
    )


def _field_as_of(farm_field: FarmField, programme: Plan, day: date) -> FarmField:
    baled_mu = sum(s.area_mu for s in programme.baler_stops if s.field_id == farm_field.field_id and s.day < day)
    hauled_t = sum(r.dry_t for r in programme.season if r.field_id == farm_field.field_id and r.haul_date < day)
    left_mu = max(0.0, farm_field.area_mu - baled_mu)
    left_mu = 0.0 if left_mu < 0.01 else round(left_mu, 4)
    to_bale_t = round(farm_field.to_bale_t * left_mu / farm_field.area_mu, 3) if farm_field.area_mu else 0.0
    lying_t = max(0.0, round(farm_field.dry_straw_t - to_bale_t - hauled_t, 3))
    return replace(farm_field, area_mu=left_mu, dry_straw_t=round(to_bale_t + lying_t, 3), already_baled_t=lying_t)


def _write_programme(programme: Plan, folder: Path) -> None:
    folder.mkdir()
    _write(
        folder / "season.csv",
        ("field_id", "bale_date", "haul_date", "destination_id", "dry_t"),
        ((r.field_id, r.bale_date or "", r.haul_date, r.destination_id, r.dry_t) for r in programme.season),
    )
    _write(
        folder / "stock.csv",
        ("date", "place_id", "opening_t", "in_t", "out_t", "used_t", "closing_t", "short_t"),
        ((r.day, r.place_id, r.opening_t, r.in_t, r.out_t, r.used_t, r.closing_t, r.short_t) for r in programme.stock),
    )
    moved_t: dict[tuple[date, str, str], float] = defaultdict(float)
    for haul in programme.hauls:
        if haul.kind == "linehaul":
            moved_t[haul.day, haul.origin_ids[0], haul.destination_id] += haul.dry_t
    _write(
        folder / "linehauls.csv",
        ("date", "origin_id", "destination_id", "dry_t"),
        ((*key, round(dry_t, 3)) for key, dry_t in moved_t.items()),
    )
    (folder / "summary.json").write_text(json.dumps(programme.summary), encoding="utf-8")


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
