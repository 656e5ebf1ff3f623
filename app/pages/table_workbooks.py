"""Any table of any page as Excel: the page sends what it shows, and gets it back as a workbook."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from app.accounts.permissions import Door, needs
from app.downloads import download
from app.errors import BAD_TABLE, Refusal
from app.file_exchange.workbooks_out import PlainSheet, PlainValue, write_plain_workbook
from app.form_sizes import takes_up_to

_MOST_ROWS, _MOST_COLUMNS = 20_000, 100
_LARGEST = 1e15  # Excel keeps 15 digits; what is no number at all is not below it either
_MOST_BYTES = 8_000_000

table_views = Blueprint("tables", __name__)


@table_views.post("/data/table.xlsx")
@needs(Door.MEMBERS)
@takes_up_to(_MOST_BYTES)
def table_workbook() -> Response:
    """`title`, `kinds` (text, number, date) and `headings` of the columns, `rows` of texts and numbers."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or not _is_table(sent):
        raise Refusal(BAD_TABLE)
    kinds = sent["kinds"]
    sheet = PlainSheet(
        title=sent["title"],
        headings=sent["headings"],
        rows=[[_value(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in sent["rows"]],
    )
    return download(write_plain_workbook([sheet]), "table.xlsx")


def _is_table(sent: dict[str, Any]) -> bool:
    title, headings, kinds, rows = (sent.get(name) for name in ("title", "headings", "kinds", "rows"))
    return (
        isinstance(title, str)
        and _are_texts(headings)
        and _are_texts(kinds)
        and isinstance(rows, list)
        and isinstance(headings, list)
        and isinstance(kinds, list)
        and 0 < len(headings) == len(kinds) <= _MOST_COLUMNS
        and len(rows) <= _MOST_ROWS
        and all(isinstance(row, list) and len(row) == len(headings) for row in rows)
        and all(_is_cell(cell) for row in rows for cell in row)
    )


def _is_cell(cell: Any) -> bool:
    return cell is None or isinstance(cell, str) or (isinstance(cell, (int, float)) and abs(cell) < _LARGEST)


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _value(cell: str | float | None, kind: str) -> PlainValue:
    """A number stays one, a day becomes one; whatever else is a text, which begins no formula."""
    if kind == "date" and isinstance(cell, str):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            return cell
    return cell
