"""Tables of a scenario or plan folder: columns of trimmed text that are parsed cell by cell, all faults noted."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from solver.faults import FaultLog
from solver.scenario import MINUTES_PER_DAY

# A county's largest table, a season's truck stops, is about 10 MB.
CSV_LIMIT_BYTES = 64 * 1024 * 1024
COLUMN_LIMIT = 1000
NUMBER_LIMIT = 1e12
DECIMALS_KEPT = 9

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_DATE = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2,3}):([0-5][0-9])")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Table:
    """The data rows of one CSV file. `rows[i]` is the row number (the header is 1) of the i-th cell of a column.

    A method named after a kind of value returns one value per row, None where the cell has a fault or is empty;
    the faults go to `faults`.
    """

    file: str
    rows: Sequence[int]
    columns: dict[str, Sequence[str]]
    faults: FaultLog

    def has(self, column: str) -> bool:
        return column in self.columns

    def cells(self, column: str) -> Sequence[str]:
        """The trimmed text of the column; all empty where an optional column is not there."""
        return self.columns.get(column, [""] * len(self.rows))

    def fault(self, index: int, column: str, allowed: str) -> None:
        """Notes a fault of the cell in row `rows[index]`."""
        value = self.columns[column][index] if column in self.columns else None
        self.faults.add(self.file, allowed, row=self.rows[index], column=column, value=value)

    def numbers(
        self,
        column: str,
        *,
        least: float | None = 0.0,
        most: float | None = None,
        above_zero: bool = False,
        default: float | None = None,
    ) -> list[float | None]:
        """Finite numbers with `.` as decimal point, by default 0 or more; an empty cell is `default` if given."""
        allowed = _allowed_number(least=least, most=most, above_zero=above_zero)

        def parse(text: str) -> float:
            number = _parsed_number(text)
            out = (least is not None and number < least) or (most is not None and number > most)
            if out or (above_zero and number <= 0.0):
                raise ValueError(allowed)
            return number

        return self._parsed(column, parse, allowed=allowed, default=default)

    def whole_numbers(self, column: str, *, least: int | None = 0) -> list[int | None]:
        allowed = "a whole number" if least is None else f"a whole number, {least} or more"

        def parse(text: str) -> int:
            number = _parsed_number(text)
            if not number.is_integer() or (least is not None and number < least):
                raise ValueError(allowed)
            return int(number)

        return self._parsed(column, parse, allowed=allowed, default=None)

    def dates(self, column: str, *, may_be_empty: bool = False) -> list[date | None]:
        return self._parsed(column, parsed_date, allowed="a date as 2026-11-05", default=None, optional=may_be_empty)

    def times(self, column: str, *, latest_min: int, may_be_empty: bool = False) -> list[int | None]:
        """Minutes after midnight of `HH:MM`, at most `latest_min`."""
        allowed = f"a time as 07:05, at most {written_time(latest_min)}"

        def parse(text: str) -> int:
            minutes = parsed_time(text)
            if minutes > latest_min:
                raise ValueError(allowed)
            return minutes

        return self._parsed(column, parse, allowed=allowed, default=None, optional=may_be_empty)

    def _parsed(
        self,
        column: str,
        parse: Callable[[str], _Value],
        *,
        allowed: str,
        default: _Value | None,
        optional: bool = False,
    ) -> list[_Value | None]:
        known: dict[str, _Value | None] = {}
        if default is not None or optional:
            known[""] = default
        values: list[_Value | None] = []
        for index, text in enumerate(self.cells(column)):
            if text in known:
                values.append(known[text])
                continue
            try:
                value = parse(text)
            except ValueError as error:
                # A missing required column is one fault, noted when the table was opened.
                if column in self.columns:
                    self.fault(index, column, str(error) or allowed)
                values.append(None)
                continue
            known[text] = value
            values.append(value)
        return values


def read_table(
    path: Path, *, required: Sequence[str], optional: Sequence[str] = (), faults: FaultLog, may_be_absent: bool = False
) -> Table | None:
    """The columns of the file that the caller asks for, None (with the faults noted) where nothing can be read.

    Wholly empty rows are passed over; columns not asked for are ignored. Faults: no such file, larger than
    `CSV_LIMIT_BYTES`, not UTF-8, NUL bytes, unbalanced quotes, columns missing or twice, rows too short or long.
    """
    if may_be_absent and not path.exists():
        return None
    text = read_text(path, limit_bytes=CSV_LIMIT_BYTES, faults=faults)
    if text is None:
        return None
    records, rows = _records(path.name, text, faults)
    if not records:
        faults.add(path.name, f"the first row must be the header, with the columns {', '.join(required)}", row=1)
        return None
    header = [name.strip() for name in records[0]]
    complete = _check_header(path.name, header, required=required, optional=optional, faults=faults)
    if not complete:
        # Cells under doubtful columns would only give misleading faults; absent columns leave the others readable.
        return None
    kept_rows: list[int] = []
    kept: list[list[str]] = []
    for row, record in zip(rows[1:], records[1:], strict=True):
        if len(record) == len(header):
            kept_rows.append(row)
            kept.append(record)
        else:
            faults.add(path.name, f"has {len(record)} cells; the header has {len(header)}", row=row)
    wanted = {*required, *optional}
    by_column: Iterable[Sequence[str]] = zip(*kept, strict=True) if kept else [()] * len(header)
    columns: dict[str, Sequence[str]] = {
        name: [cell.strip() for cell in cells] for name, cells in zip(header, by_column, strict=True) if name in wanted
    }
    return Table(file=path.name, rows=kept_rows, columns=columns, faults=faults)


def is_folder(path: Path) -> bool:
    """Whether there is a folder; not where the name itself is impossible or may not be looked at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def read_text(path: Path, *, limit_bytes: int, faults: FaultLog) -> str | None:
    """The file's text without a byte-order mark; None with a fault where it is absent, too large or not UTF-8."""
    try:
        if not path.exists():
            faults.add(path.name, "the file is missing")
            return None
        if not path.is_file():
            faults.add(path.name, "is not a file")
            return None
        size = path.stat().st_size
        if size > limit_bytes:
            faults.add(path.name, f"has {size:,} bytes; at most {limit_bytes:,} are read")
            return None
        with path.open("rb") as stream:
            raw = stream.read(limit_bytes + 1)
    except OSError as error:
        faults.add(path.name, f"cannot be read: {error.strerror or error}")
        return None
    if len(raw) > limit_bytes:
        faults.add(path.name, f"has more than {limit_bytes:,} bytes")
        return None
    nul = raw.find(b"\0")
    if nul >= 0:
        faults.add(path.name, "holds a NUL byte: not a text file in UTF-8", row=raw.count(b"\n", 0, nul) + 1)
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        faults.add(path.name, "is not UTF-8 text", row=row, value=raw[error.start : error.start + 4].hex(" "))
        return None


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes UTF-8 with LF line ends, the same bytes for the same rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def written_number(value: float, *, decimals: int = 0) -> str:
    """The number with at least `decimals` and at most `DECIMALS_KEPT` decimals, without an exponent."""
    text = f"{value:.{DECIMALS_KEPT}f}"
    kept = text.rstrip("0")
    whole, _, fraction = kept.partition(".")
    fraction = fraction.ljust(decimals, "0")
    if whole == "-0" and not fraction.strip("0"):
        whole = "0"
    return f"{whole}.{fraction}" if fraction else whole


def written_time(minutes: int) -> str:
    """`HH:MM`; minutes past the next midnight give 24:00, 25:10 …"""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parsed_date(text: str) -> date:
    """The date of `YYYY-MM-DD` from 1900 to 2999; ValueError else."""
    if not _DATE.fullmatch(text):
        raise ValueError("a date as 2026-11-05")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("a date of the calendar as 2026-11-05") from None


def parsed_time(text: str) -> int:
    """Minutes of `HH:MM`, the hours without upper limit; ValueError else."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("a time as 07:05")
    return int(match[1]) * 60 + int(match[2])


def closing_minute(*, open_min: int, until_min: int) -> int:
    """`until_min`, or that of the next day where it is not later than the opening."""
    return until_min if until_min > open_min else until_min + MINUTES_PER_DAY


def _records(file: str, text: str, faults: FaultLog) -> tuple[list[list[str]], list[int]]:
    """Records that are not wholly empty, with their row numbers."""
    records: list[list[str]] = []
    rows: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    try:
        for record in reader:
            row += 1
            if any(record) and any(cell.strip() for cell in record):
                records.append(record)
                rows.append(row)
            elif row == 1:
                break
    except csv.Error as error:
        faults.add(file, f"is not CSV: {error} (an unbalanced quotation mark, or an overlong cell)", row=row + 1)
    return records, rows


def _check_header(
    file: str, header: Sequence[str], *, required: Sequence[str], optional: Sequence[str], faults: FaultLog
) -> bool:
    if len(header) > COLUMN_LIMIT:
        faults.add(file, f"has {len(header)} columns; at most {COLUMN_LIMIT} are read", row=1)
        return False
    sound = True
    for name, times in Counter(header).items():
        if times > 1 and name:
            sound = sound and name not in required and name not in optional
            faults.add(file, f"the column stands {times} times", row=1, column=name)
    for name in required:
        if name not in header:
            faults.add(file, f"the column is missing; the file has {', '.join(header)}"[:500], row=1, column=name)
    return sound


def _parsed_number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        if _NOT_FINITE.fullmatch(text):
            raise ValueError("a finite number")
        raise ValueError("")
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a finite number")
    if abs(number) > NUMBER_LIMIT:
        raise ValueError(f"a number of at most {NUMBER_LIMIT:.0e}")
    return number


def _allowed_number(*, least: float | None, most: float | None, above_zero: bool) -> str:
    if least is not None and most is not None:
        return f"a number from {least:g} to {most:g}"
    if above_zero:
        return "a number above 0"
    if least is not None:
        return f"a number, {least:g} or more"
    return "a number"
