"""The season's programme as a folder beside a plan: what the days that are not planned in full are meant to do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from solver.csv_tables import write_table, written_number
from solver.plan import Haul
from solver.plan_assembly import stock_rows
from solver.plan_files import COLUMNS, season_cells, stock_cells
from solver.scenario import Scenario
from solver.season.programme import Programme

FILES = ("season.csv", "linehauls.csv", "stock.csv", "summary.json")
LINEHAUL_COLUMNS = ("date", "origin_id", "destination_id", "dry_t")


def write_programme(scenario: Scenario, programme: Programme, folder: Path) -> None:
    """Write season.csv, linehauls.csv, stock.csv and summary.json of the programme; the folder is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "season.csv", COLUMNS["season.csv"], (season_cells(row) for row in programme.rows))
    write_table(
        folder / "linehauls.csv",
        LINEHAUL_COLUMNS,
        ((r.day.isoformat(), r.yard_id, r.plant_id, written_number(r.dry_t, decimals=3)) for r in programme.linehauls),
    )
    stock = stock_rows(scenario, _moves(scenario, programme), scenario.dates)
    write_table(folder / "stock.csv", COLUMNS["stock.csv"], (stock_cells(row) for row in stock))
    summary = {
        "cost_yuan": round(programme.cost_yuan, 2),
        "hauled_t": round(sum(row.dry_t for row in programme.rows), 3),
        "binding_days": dict(programme.binding),
        "blocked_by": {field_id: list(blocked) for field_id, blocked in programme.blocked_by.items()},
    }
    (folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def remove_programme(folder: Path) -> None:
    """Remove the files that `write_programme` writes, and the folder where nothing else is in it."""
    remove_files(folder, FILES)


def remove_files(folder: Path, names: Iterable[str]) -> None:
    """Remove these files, and the folder where nothing else is in it; a folder that is not there is no fault."""
    if not folder.is_dir():
        return
    for name in names:
        (folder / name).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _moves(scenario: Scenario, programme: Programme) -> list[Haul]:
    """The programme's flows as if each were one haul."""
    moves = [
        Haul(
            row.haul_date,
            "",
            "collect" if row.destination_id in scenario.yard_by_id else "direct",
            (row.field_id,),
            row.destination_id,
            row.dry_t,
            0,
        )
        for row in programme.rows
    ]
    moves += [Haul(r.day, "", "linehaul", (r.yard_id,), r.plant_id, r.dry_t, 0) for r in programme.linehauls]
    return moves
