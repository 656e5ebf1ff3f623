"""Rows as lines of JSON, the same for both databases, and back.

Moments are written in UTC without a zone, decimals as text, bytes in base64, JSON columns as the text that is stored.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import IO, Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Time,
    Uuid,
    bindparam,
    cast,
    insert,
    select,
    type_coerce,
)

_ROWS_AT_ONCE = 1000


def lines_of(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[bytes]:
    """Every row of the table, by primary key: one line each, with the values of these columns in this order."""
    as_text = cast if connection.dialect.name == "postgresql" else type_coerce
    chosen = [table.columns[name] for name in names]
    columns = [as_text(column, Text) if isinstance(column.type, JSON) else column for column in chosen]
    rows = connection.execute(
        select(*columns).order_by(*table.primary_key), execution_options={"yield_per": _ROWS_AT_ONCE}
    )
    for row in rows:
        yield json.dumps([_written(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def insert_lines(connection: Connection, table: Table, columns: Sequence[str], lines: IO[bytes]) -> None:
    """Insert every line as a row; `columns` names the values of a line."""
    as_json = connection.dialect.name == "postgresql"
    values = {
        name: cast(bindparam(name, type_=Text), JSON)
        if as_json and isinstance(table.columns[name].type, JSON)
        else bindparam(name, type_=Text() if isinstance(table.columns[name].type, JSON) else table.columns[name].type)
        for name in columns
    }
    statement = insert(table).values(values)
    readers = [(name, _reader(table.columns[name])) for name in columns]
    while batch := list(islice(lines, _ROWS_AT_ONCE)):
        connection.execute(
            statement,
            [
                {
                    name: None if value is None else read(value)
                    for (name, read), value in zip(readers, json.loads(line), strict=True)
                }
                for line in batch
            ],
        )


def _written(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return (value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode("ascii")
    raise TypeError(f"a backup cannot hold a {type(value).__name__}")


def _reader(column: Column[Any]) -> Any:
    """What makes the column's value of what `_written` made of it."""
    match column.type:
        case DateTime(timezone=True):
            return lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)
        case DateTime():
            return datetime.fromisoformat
        case Date():
            return date.fromisoformat
        case Time():
            return time.fromisoformat
        case Numeric(asdecimal=True):
            return Decimal
        case LargeBinary():
            return base64.b64decode
        case Uuid():
            return UUID
    return lambda value: value
