"""The chain of a place: each record of the gate holds the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, Final

from sqlalchemy import Table

from app.database.base import Base

HASH_OF_NOTHING: Final = "0" * 64
# The one way of writing what is hashed; made once, because a season has half a million rows.
_WRITTEN: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
# What the hash of a record speaks for, in this order.
_HASHED: Final = (
    "place_kind",
    "place_id",
    "position",
    "id",
    "kind",
    "device_id",
    "device_number",
    "operator_id",
    "operator_name",
    "operator_checked",
    "made_at",
    "sent_at",
    "happened_at",
    "received_at",
    "business_day",
    "text_hash",
    "receipt",
)


def text_hash(text: str) -> str:
    """Return the SHA-256 of a record's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def record_hash(record: Mapping[str, Any], previous_hash: str) -> str:
    """Return the hash of a record (columns of GateRecord by name) that follows the one with `previous_hash`.

    The receipt counts without the hash that it tells the device.
    """
    said = [previous_hash, *(_said(record[name]) for name in _HASHED)]
    return hashlib.sha256(_WRITTEN(said).encode("ascii")).hexdigest()


def rows_hash(rows: Iterable[tuple[Table, Mapping[str, Any]]]) -> str:
    """Return one hash of all rows that a record made, in whatever order they come: any of them that is changed, lost or
    added gives another. Numbers that the database itself gives to rows do not count, nor do columns that were added
    later where they are empty."""
    said = sorted(_WRITTEN([table.name, _counted_values(table, values)]) for table, values in rows)
    return hashlib.sha256("\n".join(said).encode("ascii")).hexdigest()


def tables_of_records() -> list[Table]:
    """Return the tables whose rows records make: each row says by which, and is never changed."""
    return [table for table in Base.metadata.sorted_tables if is_of_records(table)]


@cache
def is_of_records(table: Table) -> bool:
    """Whether rows of the table are made by records."""
    keys = table.columns["record_id"].foreign_keys if "record_id" in table.columns else ()
    return any(key.target_fullname == "gate_record.id" for key in keys)


def _counted_values(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    from_start, later = _counted(table)
    counted = {column: _plain(values.get(column)) for column in from_start}
    for column in later:
        if values.get(column) is not None:
            counted[column] = _plain(values[column])
    return counted


@cache
def _counted(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that the table had from the start, and those that were added later."""
    columns = [column for column in table.columns if column is not table.autoincrement_column]
    return (
        tuple(column.name for column in columns if "added_later" not in column.info),
        tuple(column.name for column in columns if "added_later" in column.info),
    )


def _plain(value: Any) -> Any:
    if value is None or type(value) in (str, int):  # most are
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (date, Enum)):
        return value.isoformat() if isinstance(value, date) else value.value
    return list(value) if isinstance(value, tuple) else value


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: member for name, member in value.items() if name != "hash"}
    return value.isoformat() if hasattr(value, "isoformat") else value
