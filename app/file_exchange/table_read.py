"""A file from outside read into typed rows, with every fault at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.file_exchange.archives import Limits
from app.file_exchange.columns import Column, Order, Table, headings_of
from app.file_exchange.kinds import BadCell, Value
from app.file_exchange.messages import CellFault, FileRefused, shown
from app.file_exchange.sheets import Cell, Sheet
from app.file_exchange.table_files import read_sheets
from app.file_exchange.words import comparable, heading_parts, unit_factor
from app.file_exchange.workbooks_in import ERROR_VALUES, UNCALCULATED
from app.texts import Message, _

# A title and a few remarks may stand above the headings.
_ROWS_ABOVE_TABLE = 30
# No column takes longer texts; much longer ones would take their time to be looked through.
_LONGEST_CELL = 1_000
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row without a fault: where it stands, and its values by the columns' keys (None: empty)."""

    sheet: str
    row: int
    values: dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """What a file says. `rows` are those without a fault; a file that is refused has a `refusal` and nothing else.

    `unknown_headings` belong to columns that are left out, `other_sheets` are sheets that do not hold this table.
    `headings`: by sheet, how the file calls each column that it has, by the column's key.
    """

    rows: Sequence[TableRow] = ()
    faults: Sequence[CellFault] = ()
    warnings: Sequence[CellFault] = ()
    unknown_headings: Sequence[str] = ()
    missing_headings: Sequence[str] = ()
    other_sheets: Sequence[str] = ()
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    refusal: Message | None = None

    @property
    def can_be_used(self) -> bool:
        """Whether every row of the file is in `rows`."""
        return self.refusal is None and not self.faults and not self.missing_headings

    def given(self, row: TableRow) -> dict[str, Value]:
        """Return the row's values of the columns that its sheet has: what a file has no column for, it does not say."""
        return {key: row.values[key] for key in self.headings[row.sheet]}


def read_table(
    data: bytes,
    columns: Sequence[Column],
    *,
    titles: Sequence[str] = (),
    orders: Sequence[Order] = (),
    limits: Limits | None = None,
) -> TableRead:
    """Return the rows of every sheet that bears one of the `titles`, else of every sheet with the needed headings.

    Never raises: what is wrong with the file is in the answer.
    """
    try:
        sheets = read_sheets(data, limits or Limits())
    except FileRefused as refused:
        return TableRead(refusal=refused.reason)
    return read_rows(sheets, columns, titles=titles, orders=orders)


def read_rows(
    sheets: Sequence[Sheet], columns: Sequence[Column], *, titles: Sequence[str] = (), orders: Sequence[Order] = ()
) -> TableRead:
    """Return what sheets of plain cells say, as `read_table` does for a file."""
    try:
        found = _sheets_with_table(sheets, columns, titles)
    except FileRefused as refused:
        return TableRead(refusal=refused.reason)
    reading = _Reading(columns, orders)
    missing = [column for column in columns if column.required and any(column not in each.keys for each in found)]
    if not missing:
        for each in found:
            reading.read(each)
    read_names = {each.sheet.name for each in found}
    return TableRead(
        rows=reading.rows,
        faults=[*(fault for each in found for fault in each.faults), *reading.faults],
        warnings=reading.warnings,
        unknown_headings=list(dict.fromkeys(heading for each in found for heading in each.unknown)),
        missing_headings=[column.name(found[0].language) for column in missing],
        other_sheets=[sheet.name for sheet in sheets if sheet.name not in read_names],
        headings={each.sheet.name: {bound.column.key: bound.heading for bound in each.bound} for each in found},
    )


def read_rows_of(data: bytes, table: Table, *, limits: Limits | None = None) -> TableRead:
    """Return what the file says about one of the tables that are kept as data."""
    titles = (table.key, *table.names.values())
    return read_table(data, table.columns, titles=titles, orders=table.orders, limits=limits)


@dataclass(frozen=True, slots=True)
class _Bound:
    """A column of a sheet: where it stands, what it holds, how the user calls it, in which unit."""

    index: int
    column: Column
    heading: str
    factor: Decimal
    # Texts that were read before: crops, towns and dates stand in thousands of rows.
    known: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class _FoundTable:
    """The headings of a sheet, `row` counted from 0."""

    sheet: Sheet
    row: int
    bound: list[_Bound] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    @property
    def keys(self) -> list[Column]:
        return [bound.column for bound in self.bound]

    @property
    def language(self) -> str:
        """The language of the file: that of most of its headings."""
        chinese = sum(any(ord(character) > 0x2E80 for character in bound.heading) for bound in self.bound)
        return "zh" if 2 * chinese >= len(self.bound) else "en"


def _sheets_with_table(sheets: Sequence[Sheet], columns: Sequence[Column], titles: Sequence[str]) -> list[_FoundTable]:
    wanted = {comparable(title) for title in titles}
    titled = [sheet for sheet in sheets if comparable(sheet.name) in wanted]
    spellings = headings_of(columns)
    found = [_found_table(sheet, spellings) for sheet in titled or sheets]
    if not any(each.bound for each in found):
        raise FileRefused(
            _("No sheet has the headings of this table. Download the template and put your rows into it.")
        )
    if titled:
        return [each for each in found if each.bound] or found
    needed = [column for column in columns if column.required]
    whole = [each for each in found if all(column in each.keys for column in needed)]
    return whole or [max(found, key=lambda each: len(each.bound))]


def _found_table(sheet: Sheet, spellings: dict[str, Column]) -> _FoundTable:
    best = _FoundTable(sheet, 0)
    for number, row in enumerate(sheet.rows[:_ROWS_ABOVE_TABLE]):
        found = _headings(sheet, number, row, spellings)
        if len(found.bound) > len(best.bound):
            best = found
    return best


def _headings(sheet: Sheet, number: int, row: Sequence[Cell], spellings: dict[str, Column]) -> _FoundTable:
    found = _FoundTable(sheet, number)
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or not cell.strip():
            continue
        if len(cell) > _LONGEST_CELL:
            found.unknown.append(shown(cell.strip()))
            continue
        heading, unit = heading_parts(cell)
        column = spellings.get(heading) or spellings.get(comparable(cell))
        factor: Decimal | None = _ONE
        if column is not None and unit and column.kind.quantity:
            factor = unit_factor(column.kind.quantity, unit)
        if column is None or factor is None:
            found.unknown.append(shown(cell.strip()))
        elif column in found.keys:
            found.faults.append(
                CellFault(
                    sheet=sheet.name,
                    row=number + sheet.first_row,
                    heading=shown(cell),
                    value=shown(cell),
                    what=Message(_("This column is there twice.")),
                )
            )
        else:
            found.bound.append(_Bound(index, column, shown(" ".join(cell.split())), factor))
    return found


class _Reading:
    """Rows and faults as they come together from one or several sheets."""

    def __init__(self, columns: Sequence[Column], orders: Sequence[Order]) -> None:
        self.rows: list[TableRow] = []
        self.faults: list[CellFault] = []
        self.warnings: list[CellFault] = []
        self._columns = columns
        self._orders = orders
        self._seen: dict[str, dict[Value, tuple[str, int]]] = {column.key: {} for column in columns if column.unique}

    def read(self, found: _FoundTable) -> None:
        absent: dict[str, Value] = {column.key: None for column in self._columns}
        name, language = found.sheet.name, found.language
        bound = found.bound
        judged = [each for each in bound if each.column.is_judged]
        for number, cells in enumerate(found.sheet.rows[found.row + 1 :], start=found.row + 1 + found.sheet.first_row):
            if not any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in cells):
                continue
            faults_before = len(self.faults)
            values = dict(absent)
            for each in bound:
                cell = cells[each.index] if each.index < len(cells) else ""
                values[each.column.key] = self._value(cell, each, name, number, language)
            if len(self.faults) == faults_before:
                self._judge(values, judged, name, number)
                self._compare(values, bound, name, number)
            if len(self.faults) == faults_before:
                self.rows.append(TableRow(name, number, values))

    def _value(self, cell: Cell, bound: _Bound, sheet: str, row: int, language: str) -> Value:
        column = bound.column
        if isinstance(cell, str):
            if cell in bound.known:
                return bound.known[cell]
            stripped = cell.strip()
            if not stripped:
                if column.required:
                    self._fault(bound, sheet, row, cell, Message(_("This cell must not be empty.")), language)
                return None
            if len(stripped) > _LONGEST_CELL:
                self._fault(bound, sheet, row, cell, Message(_("This text is too long.")), language)
                return None
            if stripped[0] == "#" and stripped in ERROR_VALUES:
                what = (
                    Message(_("Nothing has computed this formula yet. Open the file in Excel or WPS and save it."))
                    if stripped == UNCALCULATED
                    else Message(_("The formula in this cell has failed."))
                )
                self._fault(bound, sheet, row, cell, what, language)
                return None
        try:
            value = column.kind.read(cell, bound.factor)
            if isinstance(cell, str) and not column.unique:
                bound.known[cell] = value
            return value
        except BadCell as bad:
            self._fault(bound, sheet, row, cell, bad.what, language)
            return None

    def _judge(self, values: dict[str, Value], bound: Sequence[_Bound], sheet: str, row: int) -> None:
        """What must not stand twice, and what is possible but unlikely."""
        for each in bound:
            key, column = each.column.key, each.column
            value = values[key]
            if value is None:
                continue
            if column.unique:
                first_sheet, first_row = self._seen[key].setdefault(value, (sheet, row))
                if (first_sheet, first_row) != (sheet, row):
                    what = Message(_("This stands already in row %(row)s."), {"row": first_row})
                    if first_sheet != sheet:
                        what = Message(
                            _("This stands already in row %(row)s of the sheet %(sheet)s."),
                            {"row": first_row, "sheet": first_sheet},
                        )
                    self._fault(each, sheet, row, shown(value), what, None)
            for doubt in column.doubts(value):
                self._warn(each, sheet, row, value, doubt)

    def _compare(self, values: dict[str, Value], bound: Sequence[_Bound], sheet: str, row: int) -> None:
        for order in self._orders:
            if order.is_broken(values):
                headings = {each.column.key: each.heading for each in bound}
                self.faults.append(
                    CellFault(
                        sheet=sheet,
                        row=row,
                        heading=headings[order.greater],
                        value=shown(values[order.greater]),
                        what=order.fault(values, headings[order.lesser]),
                    )
                )

    def _fault(self, bound: _Bound, sheet: str, row: int, cell: Cell, what: Message, language: str | None) -> None:
        allowed = None if language is None else bound.column.kind.allowed(language)
        self.faults.append(
            CellFault(sheet=sheet, row=row, heading=bound.heading, value=shown(cell), what=what, allowed=allowed)
        )

    def _warn(self, bound: _Bound, sheet: str, row: int, cell: Cell, what: Message) -> None:
        self.warnings.append(CellFault(sheet=sheet, row=row, heading=bound.heading, value=shown(cell), what=what))
