"""Excel workbooks as we write them: texts are texts, never formulas; what is read back is what was written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.file_exchange.columns import Column, Table, short
from app.file_exchange.kinds import ChoiceKind, DateKind, NumberKind, TimeKind, Value, YesNoKind
from app.file_exchange.words import written_yes_no
from app.texts import Translate, _

# Formulas, links and numbers are not guessed from texts, whatever a text begins with.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
_CELL_CHARACTERS = 32_767
_LIST_CHARACTERS = 255
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
_TITLE_CHARACTERS = 31
# Column widths in characters
_NARROW, _WIDE, _SENTENCE = 12, 20, 60
_TEMPLATE_ROWS = 5_000

PlainValue = str | int | float | Decimal | bool | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSheet:
    """A table of a page as it is shown: for reading, not for being imported again."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[PlainValue]]


def write_workbook(
    sheets: Sequence[tuple[Table, Iterable[Mapping[str, Value]]]],
    *,
    language: str,
    translate: Translate = str,
) -> bytes:
    """Return a workbook with one sheet for each table and one that explains their columns.

    `language` chooses headings and names (`zh…` or `en`), `translate` the sentences of the explanations.
    """
    content = BytesIO()
    with Workbook(content, OPTIONS) as workbook:
        looks = _Looks(workbook)
        for table, rows in sheets:
            _write_table(workbook.add_worksheet(table.name(language)), table, rows, language, looks)
        _write_explanations(
            workbook.add_worksheet(translate(_("Explanations"))), [table for table, _rows in sheets], language,
            translate, looks,
        )  # fmt: skip
    return content.getvalue()


def template_workbook(tables: Sequence[Table], *, language: str, translate: Translate = str) -> bytes:
    """Return a workbook to be filled in: headings, lists to choose from, explanations."""
    return write_workbook([(table, ()) for table in tables], language=language, translate=translate)


def write_plain_workbook(sheets: Sequence[PlainSheet]) -> bytes:
    """Return a workbook of tables as pages show them."""
    content = BytesIO()
    with Workbook(content, OPTIONS) as workbook:
        looks = _Looks(workbook)
        for number, sheet in enumerate(sheets, start=1):
            page = workbook.add_worksheet(sheet_title(sheet.title, number))
            for column, heading in enumerate(sheet.headings):
                _write_text(page, 0, column, heading, looks.heading)
            for row, values in enumerate(sheet.rows, start=1):
                for column, value in enumerate(values):
                    _write_value(page, row, column, value, looks)
            page.freeze_panes(1, 0)
            page.set_column(0, max(0, len(sheet.headings) - 1), _WIDE)
    return content.getvalue()


class _Looks:
    """The formats of a workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self.heading: Format = workbook.add_format({"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True})
        self.needed: Format = workbook.add_format(
            {"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True, "bg_color": "#FFF2CC"}
        )
        self.text: Format = workbook.add_format({"num_format": "@"})
        self.sentence: Format = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self.date: Format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.moment: Format = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})


def _write_table(
    sheet: Worksheet, table: Table, rows: Iterable[Mapping[str, Value]], language: str, looks: _Looks
) -> None:
    for index, column in enumerate(table.columns):
        _write_text(sheet, 0, index, column.name(language), looks.needed if column.required else looks.heading)
        sheet.set_column(index, index, _width(column), _cell_format(column, looks))
        _offer_choices(sheet, index, column, language)
    for number, row in enumerate(rows, start=1):
        for index, column in enumerate(table.columns):
            value = row.get(column.key)
            if value is not None:
                _write_value(sheet, number, index, column.kind.written(value, language), looks)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, 0, len(table.columns) - 1)


def _write_explanations(
    sheet: Worksheet, tables: Sequence[Table], language: str, translate: Translate, looks: _Looks
) -> None:
    headings = (
        translate(_("Sheet")),
        translate(_("Column")),
        translate(_("Must be filled in")),
        translate(_("What may stand there")),
        translate(_("Remark")),
    )
    for index, heading in enumerate(headings):
        _write_text(sheet, 0, index, heading, looks.heading)
    row = 0
    for table in tables:
        for column in table.columns:
            row += 1
            texts = (
                table.name(language),
                column.name(language),
                written_yes_no(column.required, language),
                column.kind.allowed(language).text(translate),
                column.note(language),
            )
            for index, text in enumerate(texts):
                _write_text(sheet, row, index, text, looks.sentence)
    sheet.set_column(0, 2, _WIDE)
    sheet.set_column(3, 4, _SENTENCE)
    sheet.freeze_panes(1, 0)


def _write_value(sheet: Worksheet, row: int, column: int, value: object, looks: _Looks) -> None:
    match value:
        case None | "":
            pass
        case bool():
            sheet.write_boolean(row, column, value)
        case int() | float() | Decimal():
            sheet.write_number(row, column, float(value))
        case datetime():
            # A workbook knows no time zones: the caller gives the clock that is meant.
            sheet.write_datetime(row, column, value.replace(tzinfo=None), looks.moment)
        case date():
            sheet.write_datetime(row, column, value, looks.date)
        case _:
            _write_text(sheet, row, column, str(value), looks.text)


def _write_text(sheet: Worksheet, row: int, column: int, text: str, look: Format) -> None:
    sheet.write_string(row, column, cleaned(text), look)


def cleaned(text: str) -> str:
    """Return the text without what no workbook can hold, cut to what a cell takes."""
    text = _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= _CELL_CHARACTERS else text[: _CELL_CHARACTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _cell_format(column: Column, looks: _Looks) -> Format | None:
    """The format of cells still to be filled in: a code such as 007 typed into one stays a text."""
    if isinstance(column.kind, DateKind):
        return looks.date
    return None if isinstance(column.kind, NumberKind) else looks.text


def _width(column: Column) -> int:
    return _NARROW if isinstance(column.kind, (NumberKind, DateKind, TimeKind, YesNoKind)) else _WIDE


def _offer_choices(sheet: Worksheet, index: int, column: Column, language: str) -> None:
    if isinstance(column.kind, ChoiceKind):
        names = [choice.names[short(language)] for choice in column.kind.choices]
    elif isinstance(column.kind, YesNoKind):
        names = [written_yes_no(answer, language) for answer in (True, False)]
    else:
        return
    if len(",".join(names)) <= _LIST_CHARACTERS:
        sheet.data_validation(1, index, _TEMPLATE_ROWS, index, {"validate": "list", "source": names})


def sheet_title(title: str, number: int) -> str:
    """Return the title as a workbook allows it; the number where nothing is left of it."""
    return _NOT_IN_TITLES.sub(" ", title)[:_TITLE_CHARACTERS].strip() or str(number)
