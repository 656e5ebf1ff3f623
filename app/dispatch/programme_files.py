"""The season's programme that comes with a plan, in its folder `programme`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from app.errors import UNREADABLE_PLAN, Refusal
from solver.csv_tables import Table, read_table, read_text
from solver.faults import FaultLog
from solver.plan import SeasonRow, StockRow

SUMMARY_LIMIT_BYTES = 16 * 1024 * 1024
_STOCK_NUMBERS = ("opening_t", "in_t", "out_t", "used_t", "closing_t", "short_t")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Linehaul:
    """Tonnes that the programme moves from a yard to a plant on a day."""

    day: date
    origin_id: str
    destination_id: str
    dry_t: float


@dataclass(frozen=True, slots=True)
class Programme:
    """What the season program wants of the whole season, before a day is planned in detail."""

    season: tuple[SeasonRow, ...]
    stock: tuple[StockRow, ...]
    linehauls: tuple[Linehaul, ...]
    summary: dict[str, Any] = field(default_factory=dict)


def read_programme(folder: Path) -> Programme | None:
    """Return the programme in `folder`, None if there is no such folder; raises Refusal with every fault."""
    if not folder.is_dir():
        return None
    faults = FaultLog()
    season = read_table(
        folder / "season.csv",
        required=("field_id", "bale_date", "haul_date", "destination_id", "dry_t"),
        faults=faults,
    )
    stock = read_table(folder / "stock.csv", required=("date", "place_id", *_STOCK_NUMBERS), faults=faults)
    linehauls = read_table(
        folder / "linehauls.csv",
        required=("date", "origin_id", "destination_id", "dry_t"),
        faults=faults,
        may_be_absent=True,
    )
    programme = Programme(
        season=() if season is None else _season_rows(season),
        stock=() if stock is None else _stock_rows(stock),
        linehauls=() if linehauls is None else _linehauls(linehauls),
        summary=_summary(folder / "summary.json", faults),
    )
    if faults:
        raise Refusal(UNREADABLE_PLAN, [f"programme/{fault}" for fault in faults.all()])
    return programme


def _season_rows(table: Table) -> tuple[SeasonRow, ...]:
    return tuple(
        SeasonRow(field_id=field_id, bale_date=bale, haul_date=haul, destination_id=destination, dry_t=dry_t)
        for field_id, bale, haul, destination, dry_t in zip(
            table.cells("field_id"),
            table.dates("bale_date", may_be_empty=True),
            _whole(table.dates("haul_date")),
            table.cells("destination_id"),
            _whole(table.numbers("dry_t")),
            strict=True,
        )
    )


def _stock_rows(table: Table) -> tuple[StockRow, ...]:
    numbers = [_whole(table.numbers(column)) for column in _STOCK_NUMBERS]
    return tuple(
        StockRow(day, place_id, *figures)
        for day, place_id, *figures in zip(_whole(table.dates("date")), table.cells("place_id"), *numbers, strict=True)
    )


def _linehauls(table: Table) -> tuple[Linehaul, ...]:
    return tuple(
        Linehaul(day=day, origin_id=origin, destination_id=destination, dry_t=dry_t)
        for day, origin, destination, dry_t in zip(
            _whole(table.dates("date")),
            table.cells("origin_id"),
            table.cells("destination_id"),
            _whole(table.numbers("dry_t")),
            strict=True,
        )
    )


def _whole(values: Sequence[Value | None]) -> list[Value]:
    """The values as if none were missing: a missing one is a noted fault, and a programme with faults is refused."""
    return values  # type: ignore[return-value]


def _summary(path: Path, faults: FaultLog) -> dict[str, Any]:
    if not path.exists():
        return {}
    text = read_text(path, limit_bytes=SUMMARY_LIMIT_BYTES, faults=faults)
    if text is None:
        return {}
    try:
        summary = json.loads(text)
    except ValueError as error:
        faults.add(path.name, f"is not JSON: {error}")
        return {}
    if not isinstance(summary, dict):
        faults.add(path.name, "must hold an object")
        return {}
    return summary
