"""The planner's answer as frozen values: the rows of a plan folder.

Masses are tonnes of dry straw, areas mu. A time is whole minutes after the midnight that begins the row's date
(24:10 is 1450). Rows keep the order of their file, so row i of a tuple is line i + 2 of the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

HaulKind = Literal["collect", "direct", "linehaul"]
StopAction = Literal["leave", "load", "unload", "return"]


@dataclass(frozen=True, slots=True)
class SeasonRow:
    """`bale_date` None: it lay baled before the season began."""

    field_id: str
    bale_date: date | None
    haul_date: date
    destination_id: str
    dry_t: float


@dataclass(frozen=True, slots=True)
class BalerStop:
    day: date
    baler_id: str
    seq: int
    field_id: str
    arrive_min: int
    start_min: int
    end_min: int
    area_mu: float


@dataclass(frozen=True, slots=True)
class Haul:
    day: date
    haul_id: str
    kind: HaulKind
    origin_ids: tuple[str, ...]
    destination_id: str
    dry_t: float
    bales: int


@dataclass(frozen=True, slots=True)
class TruckStop:
    """`haul_id` is empty on leave and return."""

    day: date
    truck_id: str
    seq: int
    haul_id: str
    place_id: str
    action: StopAction
    arrive_min: int
    start_min: int
    end_min: int
    dry_t: float


@dataclass(frozen=True, slots=True)
class StockRow:
    day: date
    place_id: str
    opening_t: float
    in_t: float
    out_t: float
    used_t: float
    closing_t: float
    short_t: float


@dataclass(frozen=True, slots=True)
class UnservedRow:
    field_id: str
    dry_t: float
    reason: str
    would_be_served_if: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`summary` is `summary.json` as it stands (design: scenario.md)."""

    season: tuple[SeasonRow, ...]
    baler_stops: tuple[BalerStop, ...]
    hauls: tuple[Haul, ...]
    truck_stops: tuple[TruckStop, ...]
    stock: tuple[StockRow, ...]
    unserved: tuple[UnservedRow, ...]
    summary: dict[str, Any] = field(default_factory=dict)
