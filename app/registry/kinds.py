"""The kinds of records that the register keeps: their table, their columns, what each needs to be there before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_

from app.errors import NO_SUCH_LIST, Refusal
from app.file_exchange.columns import Column, Table
from app.file_exchange.registry_columns import REGISTRY_TABLES
from app.registry import models


@dataclass(frozen=True, slots=True)
class RecordKind:
    """`table` says how the columns are called in files and on pages, `model` where the records are kept."""

    key: str
    model: Any
    table: Table
    # Every value that a record holds, by the names of its columns (an outline belongs to no sheet); which are days.
    members: tuple[str, ...] = field(init=False)
    days: frozenset[str] = field(init=False)
    # What each member is where nothing is said of it.
    empty: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        own = tuple(column.key for column in self.table.columns)
        days = frozenset(name for name in own if getattr(self.model, name).type.python_type is date)
        object.__setattr__(self, "members", (*own, "outline") if hasattr(self.model, "outline") else own)
        object.__setattr__(self, "days", days)
        empty = {column.key: column.empty for column in self.table.columns}
        object.__setattr__(self, "empty", {name: empty.get(name) for name in self.members})

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(self.table.columns)

    @property
    def has_place(self) -> bool:
        return hasattr(self.model, "lon")

    def record_id(self, values: Mapping[str, Any]) -> str:
        """What the record is called in its history and addresses; codes hold no +."""
        return "+".join(str(values[name]) for name in self.table.id_keys)

    def id_of(self, found: Any) -> str:
        """The same of a record, or of a row with the columns that tell it from others."""
        return self.record_id({name: getattr(found, name) for name in self.table.id_keys})

    def id_values(self, record_id: str) -> dict[str, Any]:
        """The values of the columns that tell the record from others; raises ValueError where it cannot be an id."""
        names = self.table.id_keys
        parts = record_id.split("+") if len(names) > 1 else [record_id]
        types = [getattr(self.model, name).type.python_type for name in names]
        return {
            name: date.fromisoformat(part) if python_type is date else part
            for name, part, python_type in zip(names, parts, types, strict=True)
        }

    def is_record(self, record_id: str) -> ColumnElement[bool]:
        """The condition that tells the record from all others; raises ValueError where it cannot be an id."""
        return and_(*(getattr(self.model, name) == value for name, value in self.id_values(record_id).items()))

    def are_records(self, record_ids: Sequence[str]) -> ColumnElement[bool]:
        """The condition that tells these records from all others; raises ValueError where one cannot be an id."""
        if len(self.table.id_keys) > 1:
            return or_(*(self.is_record(record_id) for record_id in record_ids))
        (name,) = self.table.id_keys
        column: ColumnElement[Any] = getattr(self.model, name)
        return column.in_([self.id_values(record_id)[name] for record_id in record_ids])


# Those referred to stand before those that refer to them.
KINDS: Final[Mapping[str, RecordKind]] = {
    key: RecordKind(key, model, REGISTRY_TABLES[key])
    for key, model in {
        "towns": models.Town,
        "materials": models.Material,
        "truck_classes": models.TruckClass,
        "growers": models.Grower,
        "collecting_bodies": models.CollectingBody,
        "plants": models.EndUsePlant,
        "yards": models.TransferYard,
        "recycling_points": models.RecyclingPoint,
        "fields": models.FarmField,
        "trucks": models.Truck,
        "balers": models.Baler,
        "scales": models.Scale,
        "meters": models.MoistureMeter,
        "purchased_machines": models.PurchasedMachine,
        "material_uses": models.MaterialUse,
        "approvals": models.DirectHaulApproval,
        "seasons": models.PlanningSeason,
        "weather": models.DayWeather,
        "hours": models.DayHours,
    }.items()
}


def kind_of(key: str) -> RecordKind:
    """Return the kind with this key; raises Refusal where there is none."""
    if key not in KINDS:
        raise Refusal(NO_SUCH_LIST, [key])
    return KINDS[key]


@cache
def reference_keys(key: str) -> Mapping[str, str]:
    """The kind that each referring column of a kind looks for its value in."""
    return {column.key: column.refers_to for column in KINDS[key].columns if column.refers_to is not None}
