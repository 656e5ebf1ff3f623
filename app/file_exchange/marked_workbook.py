"""The user's own table with its faults marked: coloured cells, and the reasons in a column at the end of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

from xlsxwriter import Workbook

from app.file_exchange.archives import Limits
from app.file_exchange.messages import CellFault, shown
from app.file_exchange.sheets import Cell, Sheet
from app.file_exchange.table_files import read_sheets
from app.file_exchange.words import comparable
from app.file_exchange.workbooks_out import OPTIONS, cleaned, sheet_title

_REASON_WIDTH, _WIDTH = 60, 16
_RED, _HEAD = "#FFC7CE", "#DDE4EA"


def write_marked_workbook(
    data: bytes,
    faults: Sequence[CellFault],
    *,
    heading: str,
    reason: Callable[[CellFault], str],
    limits: Limits | None = None,
) -> bytes:
    """Return the table in `data` as a workbook, each row where it stood; `heading` is that of the column of reasons.

    Raises FileRefused where the file is none that is read. A mended copy is imported as it is: the column of reasons
    is left out then.
    """
    of_sheet: dict[str, dict[int, list[CellFault]]] = {}
    for fault in faults:
        of_sheet.setdefault(fault.sheet, {}).setdefault(fault.row, []).append(fault)
    content = BytesIO()
    with Workbook(content, OPTIONS) as workbook:
        for number, sheet in enumerate(read_sheets(data, limits or Limits()), start=1):
            _Marking(workbook, sheet, number, heading, reason).write(of_sheet.get(sheet.name, {}))
    return content.getvalue()


class _Marking:
    """One sheet of the copy."""

    def __init__(
        self, workbook: Workbook, sheet: Sheet, number: int, heading: str, reason: Callable[[CellFault], str]
    ) -> None:
        self._sheet = sheet
        self._page = workbook.add_worksheet(sheet_title(sheet.name, number))
        self._heading = heading
        self._reason = reason
        self._date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._bad = workbook.add_format({"bg_color": _RED})
        self._bad_date = workbook.add_format({"bg_color": _RED, "num_format": "yyyy-mm-dd"})
        self._bold = workbook.add_format({"bold": True, "bg_color": _HEAD})
        self._sentence = workbook.add_format({"bg_color": _RED, "text_wrap": True})

    def write(self, faults: Mapping[int, Sequence[CellFault]]) -> None:
        rows = self._sheet.rows
        width = max((len(row) for row in rows), default=0)
        heading_row = self._heading_row(faults)
        columns = (
            {comparable(str(cell)): index for index, cell in enumerate(rows[heading_row])}
            if heading_row is not None
            else {}
        )
        # A copy that was marked before gets its reasons where they stood.
        end = columns.get(comparable(self._heading), width)
        for index, row in enumerate(rows):
            own = faults.get(index + self._sheet.first_row, ())
            bad = {columns.get(comparable(fault.heading)) for fault in own}
            at = index + self._sheet.first_row - 1
            for column, cell in enumerate(row):
                if column != end:
                    self._write(at, column, cell, index == heading_row, column in bad)
            for empty in bad:
                if empty is not None and (empty >= len(row) or row[empty] == ""):
                    self._page.write_blank(at, empty, None, self._bad)
            if own:
                self._page.write_string(at, end, cleaned("\n".join(map(self._reason, own))), self._sentence)
            if index == heading_row:
                self._page.write_string(at, end, self._heading, self._bold)
        self._page.set_column(0, max(0, end - 1), _WIDTH)
        self._page.set_column(end, end, _REASON_WIDTH)

    def _heading_row(self, faults: Mapping[int, Sequence[CellFault]]) -> int | None:
        """The row above the first fault that holds most of the headings that the faults name."""
        if not faults:
            return None
        wanted = {comparable(fault.heading) for own in faults.values() for fault in own if fault.heading}
        before = self._sheet.rows[: min(faults) - self._sheet.first_row]
        held = [len(wanted & {comparable(str(cell)) for cell in row}) for row in before]
        most = max(held, default=0)
        return held.index(most) if most else None

    def _write(self, row: int, column: int, cell: Cell, is_heading: bool, is_bad: bool) -> None:
        look = self._bold if is_heading else self._bad if is_bad else None
        match cell:
            case "":
                pass
            case bool():
                self._page.write_boolean(row, column, cell, look)
            case int() | float():
                self._page.write_number(row, column, cell, look)
            case datetime() if cell.time() != time():
                self._page.write_string(row, column, shown(cell), look)
            case date():
                self._page.write_datetime(row, column, cell, self._bad_date if is_bad else self._date)
            case time() | timedelta():
                self._page.write_string(row, column, shown(cell), look)
            case _:
                self._page.write_string(row, column, cleaned(cell), look)
