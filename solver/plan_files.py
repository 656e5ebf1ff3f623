"""A plan's folder: read with all its faults at once, and written so that an interruption leaves no half plan."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from solver.csv_tables import Table, is_folder, read_table, read_text, write_table, written_number, written_time
from solver.faults import Fault, FaultLog, faults_text
from solver.plan import BalerStop, Haul, Plan, SeasonRow, StockRow, TruckStop, UnservedRow

COLUMNS: dict[str, tuple[str, ...]] = {
    "season.csv": ("field_id", "bale_date", "haul_date", "destination_id", "dry_t"),
    "baler_stops.csv": ("date", "baler_id", "seq", "field_id", "arrive", "start", "end", "area_mu"),
    "hauls.csv": ("date", "haul_id", "kind", "origin_ids", "destination_id", "dry_t", "bales"),
    "truck_stops.csv": (
        *("date", "truck_id", "seq", "haul_id", "place_id", "action", "arrive", "start", "end", "dry_t"),
    ),
    "stock.csv": ("date", "place_id", "opening_t", "in_t", "out_t", "used_t", "closing_t", "short_t"),
    "unserved.csv": ("field_id", "dry_t", "reason", "would_be_served_if"),
}
SUMMARY_FILE = "summary.json"
SUMMARY_LIMIT_BYTES = 64 * 1024 * 1024

# A shift of a week, more than any row's time can mean.
LATEST_MIN = 7 * 24 * 60


class PlanUnreadable(Exception):
    """The folder holds no plan that could be judged: `faults` says everything that cannot be read."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(faults_text(self.faults))


def read_plan(folder: Path) -> Plan:
    """The plan of a folder, rows in the order of their files; raises `PlanUnreadable` with every fault.

    Only what cannot be read is refused. Whether the ids are known, the kinds and actions exist and the figures make
    sense is for the plan's check to say.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise PlanUnreadable([Fault(str(folder), None, None, None, "is not a folder")])
    faults = FaultLog()
    tables = {file: _table(folder / file, faults) for file in COLUMNS}
    summary = _summary(folder / SUMMARY_FILE, faults)
    columns = {file: _PARSERS[file](table) for file, table in tables.items() if table is not None}
    if faults:
        raise PlanUnreadable(faults.all())
    return Plan(
        season=tuple(map(SeasonRow, *columns["season.csv"])),
        baler_stops=tuple(map(BalerStop, *columns["baler_stops.csv"])),
        hauls=tuple(map(Haul, *columns["hauls.csv"])),
        truck_stops=tuple(map(TruckStop, *columns["truck_stops.csv"])),
        stock=tuple(map(StockRow, *columns["stock.csv"])),
        unserved=tuple(map(UnservedRow, *columns["unserved.csv"])),
        summary=summary,
    )


def write_plan(plan: Plan, folder: Path) -> None:
    """Writes the plan's files; other files and folders of the target stay.

    The files are written beside the target first. `summary.json`, without which a folder is no plan, goes first and
    comes last, so whatever interrupts the move leaves a folder that is refused, never a mixture that is believed.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for file, rows in _written_tables(plan).items():
            write_table(draft / file, COLUMNS[file], rows)
        text = json.dumps(plan.summary, ensure_ascii=False, allow_nan=False, indent=2)
        (draft / SUMMARY_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
        folder.mkdir(exist_ok=True)
        (folder / SUMMARY_FILE).unlink(missing_ok=True)
        for file in (*COLUMNS, SUMMARY_FILE):
            (draft / file).replace(folder / file)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _table(path: Path, faults: FaultLog) -> Table | None:
    table = read_table(path, required=COLUMNS[path.name], faults=faults)
    if table is not None and table.rows and not faults and table.rows[-1] != len(table.rows) + 1:
        first_gap = next(i for i, row in enumerate(table.rows) if row != i + 2)
        faults.add(path.name, "an empty row stands between the rows", row=first_gap + 2)
    return table


def _summary(path: Path, faults: FaultLog) -> dict[str, Any]:
    text = read_text(path, limit_bytes=SUMMARY_LIMIT_BYTES, faults=faults)
    if text is None:
        return {}
    try:
        summary = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        faults.add(path.name, f"is not JSON: {error.msg}", row=error.lineno)
        return {}
    except (ValueError, RecursionError) as error:
        faults.add(path.name, f"is not JSON: {error}"[:200])
        return {}
    if not isinstance(summary, dict):
        faults.add(path.name, "a JSON object is needed")
        return {}
    return summary


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _signed(table: Table, column: str) -> Sequence[Any]:
    # A mass below zero can be read; that it must not be is a rule, not a matter of format.
    return table.numbers(column, least=None)


def _times(table: Table) -> list[Sequence[Any]]:
    return [table.times(column, latest_min=LATEST_MIN) for column in ("arrive", "start", "end")]


def _season(table: Table) -> list[Sequence[Any]]:
    return [
        table.cells("field_id"),
        table.dates("bale_date", may_be_empty=True),
        table.dates("haul_date"),
        table.cells("destination_id"),
        _signed(table, "dry_t"),
    ]


def _baler_stops(table: Table) -> list[Sequence[Any]]:
    return [
        table.dates("date"),
        table.cells("baler_id"),
        table.whole_numbers("seq", least=None),
        table.cells("field_id"),
        *_times(table),
        _signed(table, "area_mu"),
    ]


def _hauls(table: Table) -> list[Sequence[Any]]:
    return [
        table.dates("date"),
        table.cells("haul_id"),
        table.cells("kind"),
        [tuple(part.strip() for part in text.split("+")) for text in table.cells("origin_ids")],
        table.cells("destination_id"),
        _signed(table, "dry_t"),
        table.whole_numbers("bales", least=None),
    ]


def _truck_stops(table: Table) -> list[Sequence[Any]]:
    return [
        table.dates("date"),
        table.cells("truck_id"),
        table.whole_numbers("seq", least=None),
        table.cells("haul_id"),
        table.cells("place_id"),
        table.cells("action"),
        *_times(table),
        _signed(table, "dry_t"),
    ]


def _stock(table: Table) -> list[Sequence[Any]]:
    masses = ("opening_t", "in_t", "out_t", "used_t", "closing_t", "short_t")
    return [table.dates("date"), table.cells("place_id"), *(_signed(table, column) for column in masses)]


def _unserved(table: Table) -> list[Sequence[Any]]:
    return [
        table.cells("field_id"),
        _signed(table, "dry_t"),
        table.cells("reason"),
        table.cells("would_be_served_if"),
    ]


_PARSERS = {
    "season.csv": _season,
    "baler_stops.csv": _baler_stops,
    "hauls.csv": _hauls,
    "truck_stops.csv": _truck_stops,
    "stock.csv": _stock,
    "unserved.csv": _unserved,
}


def season_cells(row: SeasonRow) -> list[str]:
    """A line of season.csv."""
    bale_date = row.bale_date.isoformat() if row.bale_date else ""
    return [row.field_id, bale_date, row.haul_date.isoformat(), row.destination_id, _mass(row.dry_t)]


def stock_cells(row: StockRow) -> list[str]:
    """A line of stock.csv."""
    masses = (row.opening_t, row.in_t, row.out_t, row.used_t, row.closing_t, row.short_t)
    return [row.day.isoformat(), row.place_id, *map(_mass, masses)]


def _written_tables(plan: Plan) -> Mapping[str, Iterable[Sequence[str]]]:
    return {
        "season.csv": (season_cells(row) for row in plan.season),
        "baler_stops.csv": (
            [
                *(stop.day.isoformat(), stop.baler_id, str(stop.seq), stop.field_id),
                *map(written_time, (stop.arrive_min, stop.start_min, stop.end_min)),
                written_number(stop.area_mu, decimals=4),
            ]
            for stop in plan.baler_stops
        ),
        "hauls.csv": (
            [
                *(haul.day.isoformat(), haul.haul_id, haul.kind, "+".join(haul.origin_ids), haul.destination_id),
                *(_mass(haul.dry_t), str(haul.bales)),
            ]
            for haul in plan.hauls
        ),
        "truck_stops.csv": (
            [
                *(stop.day.isoformat(), stop.truck_id, str(stop.seq), stop.haul_id, stop.place_id, stop.action),
                *map(written_time, (stop.arrive_min, stop.start_min, stop.end_min)),
                _mass(stop.dry_t),
            ]
            for stop in plan.truck_stops
        ),
        "stock.csv": (stock_cells(row) for row in plan.stock),
        "unserved.csv": ([row.field_id, _mass(row.dry_t), row.reason, row.would_be_served_if] for row in plan.unserved),
    }


def _mass(dry_t: float) -> str:
    return written_number(dry_t, decimals=3)
