"""Rule 7, the season: the sums of `season.csv` are those of the hauls, and no more than was baled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from solver.plan_check.case import Case
from solver.plan_check.violation import Violation, differ_t, more_t, row_of

FILE = "season.csv"

# by field, haul date and destination; by field and bale date
_HauledKey = tuple[str, date, str]
_BaledKey = tuple[str, date | None]


def check_season(case: Case) -> Iterator[Violation]:
    """Equal to the hauls by field, haul date and destination; at most what was baled by field and bale date."""
    hauled_t: dict[_HauledKey, float] = defaultdict(float)
    hauled_row: dict[_HauledKey, int] = {}
    baled_t: dict[_BaledKey, float] = defaultdict(float)
    baled_row: dict[_BaledKey, int] = {}
    for row, season in enumerate(case.plan.season):
        if season.field_id not in case.scenario.field_by_id:
            yield Violation(7, FILE, row_of(row), f"field {season.field_id} is not in the scenario")
        if season.dry_t < 0:
            yield Violation(7, FILE, row_of(row), f"{season.dry_t:.3f} t cannot be hauled")
        if season.bale_date is not None and season.bale_date > season.haul_date:
            message = f"field {season.field_id} is hauled on {season.haul_date}, before it is baled"
            yield Violation(1, FILE, row_of(row), f"{message} on {season.bale_date}")
        hauled_key = season.field_id, season.haul_date, season.destination_id
        baled_key = season.field_id, season.bale_date
        hauled_t[hauled_key] += season.dry_t
        baled_t[baled_key] += season.dry_t
        hauled_row.setdefault(hauled_key, row)
        baled_row.setdefault(baled_key, row)
    yield from _against_hauls(case, hauled_t, hauled_row)
    yield from _against_baling(case, baled_t, baled_row)


def _against_hauls(
    case: Case, hauled_t: dict[_HauledKey, float], row_by_key: dict[_HauledKey, int]
) -> Iterator[Violation]:
    loaded_t: dict[_HauledKey, float] = defaultdict(float)
    for stop in case.plan.truck_stops:
        haul = case.haul_by_id.get(stop.haul_id)
        if stop.action == "load" and haul is not None and stop.place_id in case.scenario.field_by_id:
            loaded_t[stop.place_id, haul.day, haul.destination_id] += stop.dry_t
    for key in {**hauled_t, **loaded_t}:
        field_id, day, destination_id = key
        if differ_t(hauled_t.get(key, 0.0), loaded_t.get(key, 0.0)):
            row = row_by_key.get(key)
            message = f"from field {field_id} to {destination_id} on {day}: {hauled_t.get(key, 0.0):.3f} t here"
            note = f"{message}, {loaded_t.get(key, 0.0):.3f} t in the hauls"
            yield Violation(7, FILE, None if row is None else row_of(row), note)


def _against_baling(
    case: Case, baled_t: dict[_BaledKey, float], row_by_key: dict[_BaledKey, int]
) -> Iterator[Violation]:
    for key, dry_t in baled_t.items():
        field_id, bale_date = key
        farm_field = case.scenario.field_by_id.get(field_id)
        if farm_field is None:
            continue
        if bale_date is None:
            there_t, when = farm_field.already_baled_t, "already baled"
        else:
            there_t, when = case.baled_t_by_field_and_day.get((field_id, bale_date), 0.0), f"baled on {bale_date}"
        if more_t(dry_t, there_t):
            message = f"field {field_id}: {dry_t:.3f} t hauled of {there_t:.3f} t {when}"
            yield Violation(7, FILE, row_of(row_by_key[key]), message)
