"""Questions about several things at once whose text is the same for any number of them.

`column IN (?, ?, …)` is another statement for each number of values: SQLAlchemy puts it together anew each time, and
PostgreSQL plans it anew. Where a yard waits for the answer, the list is one value of a statement that stays
(docs/decisions/0020).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Dialect,
    Subquery,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine


class _Values(TypeDecorator[Any]):
    """An array where the database has them, else JSON."""

    impl = JSON
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array: TypeEngine[Any] = ARRAY(self.item)
        return dialect.type_descriptor(array if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value)


class _Rows(_Values):
    """The same, of rows: PostgreSQL gets each as a text of JSON, for it takes an array for short and JSON for long, and
    would rather read a whole table than look up so many."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        rows = [[cell.isoformat() if isinstance(cell, date) else cell for cell in row] for row in value]
        return [json.dumps(row) for row in rows] if dialect.name == "postgresql" else rows


class _Among(FunctionElement[bool]):
    # No Boolean: SQLite has none, `… IN (…) = 1` would be written, and no index be used.
    inherit_cache = True


class _EachRow(FunctionElement[Any]):
    inherit_cache = True


class _Cell(FunctionElement[Any]):
    inherit_cache = True
    _traverse_internals = [*FunctionElement._traverse_internals, ("type", InternalTraversal.dp_type)]  # noqa: RUF012

    def __init__(self, row: ColumnElement[Any], place: int, kind: TypeEngine[Any]) -> None:
        super().__init__(row, literal_column(str(place)))
        self.type = kind


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column's value is in the list given as the parameter `name`."""
    return _Among(column, bindparam(name, type_=_Values(column.type)))


def among_rows(columns: tuple[ColumnElement[Any], ...], name: str) -> ColumnElement[bool]:
    """Whether the columns' values, texts, whole numbers or dates, are together a row of the list given as `name`."""
    return tuple_(*columns).in_(select(given_rows(name, *(column.type for column in columns))))


def given_rows(name: str, *kinds: TypeEngine[Any]) -> Subquery:
    """The rows of the list given as `name`; their columns are `cell_0`, `cell_1` …"""
    # SQLite calls the column so, and PostgreSQL calls it as its table is called.
    rows = _EachRow(bindparam(name, type_=_Rows())).table_valued("value", name="value")
    cells = (_Cell(rows.c.value, place, kind).label(f"cell_{place}") for place, kind in enumerate(kinds))
    return select(*cells).select_from(rows).subquery()


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = element.clauses
    return compiler.process(column == any_(values), **more)


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_EachRow, "postgresql")
def _each_row_postgresql(element: _EachRow, compiler: SQLCompiler, **more: Any) -> str:
    return f"unnest({compiler.process(element.clauses, **more)})"


@compiles(_EachRow, "sqlite")
def _each_row_sqlite(element: _EachRow, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


@compiles(_Cell, "postgresql")
def _cell_postgresql(element: _Cell, compiler: SQLCompiler, **more: Any) -> str:
    row, place = (compiler.process(part, **more) for part in element.clauses)
    return f"CAST(CAST({row} AS JSON) ->> {place} AS {compiler.dialect.type_compiler_instance.process(element.type)})"


@compiles(_Cell, "sqlite")
def _cell_sqlite(element: _Cell, compiler: SQLCompiler, **more: Any) -> str:
    row, place = (compiler.process(part, **more) for part in element.clauses)
    return f"json_extract({row}, '$[{place}]')"
