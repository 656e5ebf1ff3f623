"""The tables of a scenario folder: read, judged against each other, and turned into the scenario's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from solver.csv_tables import Table, closing_minute, read_table
from solver.faults import FaultLog
from solver.scenario import (
    CROPS,
    MINUTES_PER_DAY,
    OUTAGE_KINDS,
    USES,
    Baler,
    DirectHaulApproval,
    EndUsePlant,
    FarmField,
    OpeningHours,
    Outage,
    Town,
    TransferYard,
    Truck,
    TruckClass,
)
from solver.scenario_faults import check_ids, check_outages, check_references

LATEST_START_MIN = MINUTES_PER_DAY - 1
LATEST_OUTAGE_MIN = 2 * MINUTES_PER_DAY

# Straw that weighs less than this is nothing: differences of written figures leave such crumbs.
NO_STRAW_T = 1e-9

COLUMNS: dict[str, tuple[str, ...]] = {
    "towns.csv": ("town_id", "name", "lon", "lat"),
    "fields.csv": (
        *("field_id", "town_id", "grower", "lon", "lat", "area_mu", "crop", "dry_straw_t", "ready_date", "clear_by"),
        "max_truck_class",
    ),
    "yards.csv": (
        *("yard_id", "town_id", "name", "lon", "lat", "area_mu", "capacity_t", "opening_stock_t", "bays"),
        *("open_from", "open_until", "opens_on", "adjacent_plant_id"),
    ),
    "plants.csv": (
        *("plant_id", "town_id", "name", "lon", "lat", "use", "daily_need_t", "daily_max_t", "storage_t"),
        *("opening_stock_t", "bays", "open_from", "open_until"),
    ),
    "balers.csv": (
        *("baler_id", "home_yard_id", "rate_mu_per_h", "road_speed_km_h", "shift_start", "shift_hours"),
        *("yuan_per_h", "yuan_per_km"),
    ),
    "truck_classes.csv": ("truck_class", "rank", "payload_t", "bale_capacity"),
    "trucks.csv": (
        *("truck_id", "truck_class", "home_yard_id", "shift_start", "shift_hours"),
        *("yuan_per_day", "yuan_per_h", "yuan_per_km"),
    ),
    "weather.csv": ("date", "workable_fraction"),
    "direct_hauls.csv": ("town_id", "plant_id", "valid_from", "valid_until"),
    "hours.csv": ("place_id", "date", "open_from", "open_until"),
    "outages.csv": ("kind", "id", "date", "from", "until", "bays"),
}
OPTIONAL_COLUMNS: dict[str, tuple[str, ...]] = {"fields.csv": ("already_baled_t",)}
OPTIONAL_FILES = ("direct_hauls.csv", "hours.csv", "outages.csv")

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Rows:
    """The parsed columns of one file, by the names that the value made of a row has; None where a cell is at fault."""

    table: Table
    values: dict[str, Sequence[Any]]

    def made(self, kind: Callable[..., _Kind]) -> tuple[_Kind, ...]:
        """One `kind` per row; only for tables without a fault."""
        names = tuple(self.values)
        return tuple(kind(**dict(zip(names, row, strict=True))) for row in zip(*self.values.values(), strict=True))


@dataclass(frozen=True, slots=True)
class ScenarioTables:
    """Every table that could be read, by file name."""

    rows: Mapping[str, Rows]

    def values(self) -> dict[str, Any]:
        """The members of `Scenario` that come from tables; only for tables without a fault."""
        made = {
            "towns": self.rows["towns.csv"].made(Town),
            "fields": self.rows["fields.csv"].made(FarmField),
            "yards": self.rows["yards.csv"].made(TransferYard),
            "plants": self.rows["plants.csv"].made(EndUsePlant),
            "balers": self.rows["balers.csv"].made(Baler),
            "truck_classes": self.rows["truck_classes.csv"].made(TruckClass),
            "trucks": self.rows["trucks.csv"].made(Truck),
            "workable_fraction_by_date": dict(self.rows["weather.csv"].made(_dated_fraction)),
        }
        if "direct_hauls.csv" in self.rows:
            made["direct_hauls"] = self.rows["direct_hauls.csv"].made(DirectHaulApproval)
        if "hours.csv" in self.rows:
            made["hours_by_place_and_date"] = dict(self.rows["hours.csv"].made(_placed_hours))
        if "outages.csv" in self.rows:
            made["outages"] = self.rows["outages.csv"].made(Outage)
        return made


def read_tables(folder: Path, faults: FaultLog) -> ScenarioTables:
    """Reads all tables and notes every fault within them and between them."""
    rows: dict[str, Rows] = {}
    for file, columns in COLUMNS.items():
        table = read_table(
            folder / file,
            required=columns,
            optional=OPTIONAL_COLUMNS.get(file, ()),
            faults=faults,
            may_be_absent=file in OPTIONAL_FILES,
        )
        if table is not None:
            rows[file] = Rows(table, _PARSERS[file](table))
    tables = {file: parsed.table for file, parsed in rows.items()}
    check_ids(tables)
    check_references(tables)
    check_outages(tables)
    return ScenarioTables(rows)


def _towns(table: Table) -> dict[str, Sequence[Any]]:
    return {"town_id": table.cells("town_id"), "name": table.cells("name"), **_place(table)}


def _fields(table: Table) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {
        "field_id": table.cells("field_id"),
        "town_id": table.cells("town_id"),
        "grower": table.cells("grower"),
        **_place(table),
        "area_mu": table.numbers("area_mu"),
        "crop": _one_of(table, "crop", CROPS),
        "dry_straw_t": table.numbers("dry_straw_t"),
        "ready_date": table.dates("ready_date"),
        "clear_by": table.dates("clear_by"),
        "max_truck_class": [text or None for text in table.cells("max_truck_class")],
        "already_baled_t": table.numbers("already_baled_t", default=0.0),
    }
    _check_not_before(table, columns, later="clear_by", earlier="ready_date")
    _check_at_most(table, columns, less="already_baled_t", more="dry_straw_t")
    for index, (area_mu, straw_t, baled_t) in enumerate(
        zip(columns["area_mu"], columns["dry_straw_t"], columns["already_baled_t"], strict=True)
    ):
        if area_mu == 0 and straw_t is not None and baled_t is not None and straw_t - baled_t > NO_STRAW_T:
            table.fault(index, "area_mu", "above 0 where straw is left to bale (dry_straw_t above already_baled_t)")
    return columns


def _yards(table: Table) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {
        "yard_id": table.cells("yard_id"),
        "town_id": table.cells("town_id"),
        "name": table.cells("name"),
        **_place(table),
        "area_mu": table.numbers("area_mu"),
        "capacity_t": table.numbers("capacity_t"),
        "opening_stock_t": table.numbers("opening_stock_t"),
        "bays": table.whole_numbers("bays", least=1),
        "hours": _hours(table),
        "opens_on": table.dates("opens_on", may_be_empty=True),
        "adjacent_plant_id": [text or None for text in table.cells("adjacent_plant_id")],
    }
    _check_at_most(table, columns, less="opening_stock_t", more="capacity_t")
    return columns


def _plants(table: Table) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {
        "plant_id": table.cells("plant_id"),
        "town_id": table.cells("town_id"),
        "name": table.cells("name"),
        **_place(table),
        "use": _one_of(table, "use", USES),
        "daily_need_t": table.numbers("daily_need_t"),
        "daily_max_t": table.numbers("daily_max_t"),
        "storage_t": table.numbers("storage_t"),
        "opening_stock_t": table.numbers("opening_stock_t"),
        "bays": table.whole_numbers("bays", least=1),
        "hours": _hours(table),
    }
    _check_at_most(table, columns, less="opening_stock_t", more="storage_t")
    return columns


def _balers(table: Table) -> dict[str, Sequence[Any]]:
    return {
        "baler_id": table.cells("baler_id"),
        "home_yard_id": table.cells("home_yard_id"),
        "rate_mu_per_h": table.numbers("rate_mu_per_h", above_zero=True),
        "road_speed_km_h": table.numbers("road_speed_km_h", above_zero=True),
        "shift_start_min": table.times("shift_start", latest_min=LATEST_START_MIN),
        "shift_hours": table.numbers("shift_hours"),
        "yuan_per_h": table.numbers("yuan_per_h"),
        "yuan_per_km": table.numbers("yuan_per_km"),
    }


def _truck_classes(table: Table) -> dict[str, Sequence[Any]]:
    return {
        "truck_class": table.cells("truck_class"),
        "rank": table.whole_numbers("rank"),
        "payload_t": table.numbers("payload_t", above_zero=True),
        "bale_capacity": table.whole_numbers("bale_capacity", least=1),
    }


def _trucks(table: Table) -> dict[str, Sequence[Any]]:
    return {
        "truck_id": table.cells("truck_id"),
        "truck_class": table.cells("truck_class"),
        "home_yard_id": table.cells("home_yard_id"),
        "shift_start_min": table.times("shift_start", latest_min=LATEST_START_MIN),
        "shift_hours": table.numbers("shift_hours"),
        "yuan_per_day": table.numbers("yuan_per_day"),
        "yuan_per_h": table.numbers("yuan_per_h"),
        "yuan_per_km": table.numbers("yuan_per_km"),
    }


def _weather(table: Table) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {
        "day": table.dates("date"),
        "fraction": table.numbers("workable_fraction", most=1.0),
    }
    _check_once(table, columns["day"], "date", "each date once")
    return columns


def _direct_hauls(table: Table) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {
        "town_id": table.cells("town_id"),
        "plant_id": table.cells("plant_id"),
        "valid_from": table.dates("valid_from"),
        "valid_until": table.dates("valid_until"),
    }
    _check_not_before(table, columns, later="valid_until", earlier="valid_from")
    return columns


def _special_hours(table: Table) -> dict[str, Sequence[Any]]:
    days = table.dates("date")
    place_ids = table.cells("place_id")
    keys = [(place, day) if place and day else None for place, day in zip(place_ids, days, strict=True)]
    _check_once(table, keys, "date", "each place and date once")
    return {"place_id": place_ids, "day": days, "hours": _hours(table, may_be_closed=True)}


def _outages(table: Table) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {
        "kind": _one_of(table, "kind", OUTAGE_KINDS),
        "own_id": table.cells("id"),
        "day": table.dates("date"),
        "from_min": table.times("from", latest_min=LATEST_OUTAGE_MIN),
        "until_min": table.times("until", latest_min=LATEST_OUTAGE_MIN),
        "bays": [bays or None for bays in _bays_out(table)],
    }
    for index, (first, last) in enumerate(zip(columns["from_min"], columns["until_min"], strict=True)):
        if first is not None and last is not None and last <= first:
            table.fault(index, "until", "after from; past midnight 24:00, 25:10 …")
    return columns


def _bays_out(table: Table) -> list[int | None]:
    bays: list[int | None] = []
    for index, (kind, text) in enumerate(zip(table.cells("kind"), table.cells("bays"), strict=True)):
        bays.append(int(text) if text.isdecimal() and len(text) < 7 else None)
        if text and (kind != "place" or not bays[-1]):
            table.fault(index, "bays", "for a place the number of bays that are out, 1 or more; empty: all")
    return bays


_PARSERS: dict[str, Callable[[Table], dict[str, Sequence[Any]]]] = {
    "towns.csv": _towns,
    "fields.csv": _fields,
    "yards.csv": _yards,
    "plants.csv": _plants,
    "balers.csv": _balers,
    "truck_classes.csv": _truck_classes,
    "trucks.csv": _trucks,
    "weather.csv": _weather,
    "direct_hauls.csv": _direct_hauls,
    "hours.csv": _special_hours,
    "outages.csv": _outages,
}


def _place(table: Table) -> dict[str, Sequence[Any]]:
    return {
        "lon": table.numbers("lon", least=-180.0, most=180.0),
        "lat": table.numbers("lat", least=-90.0, most=90.0),
    }


def _hours(table: Table, *, may_be_closed: bool = False) -> list[OpeningHours | None]:
    opens = table.times("open_from", latest_min=LATEST_START_MIN, may_be_empty=may_be_closed)
    closes = table.times("open_until", latest_min=MINUTES_PER_DAY, may_be_empty=may_be_closed)
    if may_be_closed and table.has("open_from") and table.has("open_until"):
        for index, cells in enumerate(zip(table.cells("open_from"), table.cells("open_until"), strict=True)):
            if bool(cells[0]) != bool(cells[1]):
                table.fault(index, "open_until" if cells[0] else "open_from", "both times, or both empty for closed")
    return [
        None
        if open_min is None or until_min is None
        else OpeningHours(open_min, closing_minute(open_min=open_min, until_min=until_min))
        for open_min, until_min in zip(opens, closes, strict=True)
    ]


def _one_of(table: Table, column: str, allowed: Sequence[str]) -> Sequence[str]:
    cells = table.cells(column)
    if table.has(column):
        for index, text in enumerate(cells):
            if text not in allowed:
                table.fault(index, column, f"one of {', '.join(allowed)}")
    return cells


def _check_not_before(table: Table, columns: Mapping[str, Sequence[Any]], *, later: str, earlier: str) -> None:
    for index, (last, first) in enumerate(zip(columns[later], columns[earlier], strict=True)):
        if last is not None and first is not None and last < first:
            table.fault(index, later, f"not before {earlier}, {first}")


def _check_at_most(table: Table, columns: Mapping[str, Sequence[Any]], *, less: str, more: str) -> None:
    for index, (low, high) in enumerate(zip(columns[less], columns[more], strict=True)):
        if low is not None and high is not None and low > high:
            table.fault(index, less, f"at most {more}, {high:g}")


def _check_once(table: Table, keys: Sequence[object], column: str, allowed: str) -> None:
    first: dict[object, int] = {}
    for index, key in enumerate(keys):
        if key is None:
            continue
        if key in first:
            table.fault(index, column, f"{allowed}; row {first[key]} has it already")
        else:
            first[key] = table.rows[index]


def _dated_fraction(*, day: date, fraction: float) -> tuple[date, float]:
    return day, fraction


def _placed_hours(*, place_id: str, day: date, hours: OpeningHours | None) -> tuple[tuple[str, date], Any]:
    return (place_id, day), hours
