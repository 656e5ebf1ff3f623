"""Values of records as pages show them: numbers, days, times and choices as people read them, names for codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.file_exchange.columns import Column
from app.file_exchange.kinds import DateKind, NumberKind, TimeKind
from app.i18n import reader_language
from app.registry.kinds import KINDS, RecordKind
from app.texts import _

# What is shown of numbers; a workbook has all of it.
_DECIMALS: Final = {"degree": 5, "yuan": 2}
# The columns of a list that matter most stand first; those that are not named here follow.
_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "fields": ("field_id", "town_id", "grower", "crop", "area_mu", "dry_straw_t", "ready_date", "clear_by",
               "already_baled_t", "max_truck_class"),
    "growers": ("grower_id", "name", "town_id", "kind", "phone"),
    "yards": ("yard_id", "name", "town_id", "area_mu", "capacity_t", "opening_stock_t", "bays", "open_min",
              "close_min", "land_kind", "adjacent_plant_id"),
    "plants": ("plant_id", "name", "town_id", "use", "daily_need_t", "daily_max_t", "storage_t", "open_min",
               "close_min"),
    "trucks": ("truck_id", "plate", "truck_class", "home_yard_id", "shift_start_min", "shift_hours",
               "inspected_until"),
    "balers": ("baler_id", "home_yard_id", "rate_mu_per_h", "shift_start_min", "shift_hours"),
    "scales": ("scale_id", "name", "yard_id", "plant_id", "division_kg", "capacity_kg", "certified_from",
               "certified_until", "certificate_number"),
    "meters": ("meter_id", "name", "yard_id", "plant_id", "calibrated_until"),
    "recycling_points": ("point_id", "name", "town_id", "filed_on", "filing_number"),
    "material_uses": ("use_id", "town_id", "material_id", "year", "used_t", "source"),
    "purchased_machines": ("machine_id", "town_id", "body_id", "category", "model", "bought_on", "price_yuan",
                           "national_subsidy_yuan", "city_subsidy_yuan", "subsidy_paid_on"),
    "collecting_bodies": ("body_id", "name", "town_id", "kind", "filed_on", "filing_number"),
    "approvals": ("approval_id", "town_id", "plant_id", "body_id", "valid_from", "valid_until"),
}  # fmt: skip
# Where a thing lies is seen on the map.
_LAST: Final = ("lon", "lat")
# How the facts of a page are grouped.
_GROUPS: Final = (
    ("what", _("What it is")),
    ("figures", _("Figures")),
    ("times", _("Days and hours")),
    ("money", _("Money")),
    ("place", _("Place (WGS-84)")),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind`: "number" (with `decimals`), "day" or "text"; `value` None where there is nothing. `to`: kind and id of
    the record that it names."""

    kind: str
    value: Any
    decimals: int = 0
    to: tuple[str, str] | None = None


def cell(column: Column, value: Any, names: Mapping[str, Mapping[str, str]], language: str) -> Cell:
    """Return what is shown of a value; `names` stand for codes, by the column's key."""
    if value is None:
        return Cell("text", None)
    if column.refers_to is not None:
        return Cell("text", names.get(column.key, {}).get(value, value), to=(column.refers_to, value))
    written = column.kind.written(value, language)
    if isinstance(column.kind, NumberKind):
        return Cell("number", written, min(column.kind.decimals, _DECIMALS.get(column.kind.quantity, 1)))
    if isinstance(value, date):
        return Cell("day", value)
    return Cell("text", written)


def choice_name(key: str, member: str, value: str) -> str:
    """Return what one of a column's choices is called, in the reader's language."""
    column = next(it for it in KINDS[key].columns if it.key == member)
    return str(column.kind.written(value, reader_language()))


def columns_in_order(kind: RecordKind) -> list[Column]:
    """The columns of a list, those that matter first."""
    first = _FIRST.get(kind.key, ())

    def place(column: Column) -> tuple[int, int]:
        return (column.key in _LAST, first.index(column.key) if column.key in first else len(first))

    return sorted(kind.columns, key=place)


def grouped(columns: Sequence[Column]) -> list[tuple[str, list[Column]]]:
    """The columns of a record's page by groups: what the group is called (a message id), and what belongs to it."""
    groups = ((title, [column for column in columns if _group(column) == name]) for name, title in _GROUPS)
    return [(title, members) for title, members in groups if members]


def _group(column: Column) -> str:
    if isinstance(column.kind, (DateKind, TimeKind)) or column.key == "shift_hours":
        return "times"
    if isinstance(column.kind, NumberKind):
        if column.kind.quantity == "degree":
            return "place"
        return "money" if "yuan" in column.key else "figures"
    return "what"
