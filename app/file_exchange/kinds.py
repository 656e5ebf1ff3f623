"""Kinds of columns: how a cell is read, what is allowed in it, how its value is written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from app.clock import FIRST_DAY, LAST_DAY
from app.file_exchange.sheets import Cell
from app.file_exchange.words import (
    compact,
    comparable,
    date_from,
    minutes_from,
    number_from,
    written_yes_no,
    yes_no_words,
)
from app.texts import Message, _

Value = str | float | int | date | bool | None
_EXCEL_EPOCH = date(1899, 12, 30)
# Excel keeps 15 digits of a number: a longer id that was typed as a number has lost its end.
_EXCEL_DIGITS = 15
_FLOAT_NOISE = 1e-6
_LINE_BREAKS = re.compile(r"[\r\n\t]+")
_TIME_AFTER = re.compile(r"[ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class BadCell(Exception):
    """A cell that its column does not take; `what` says why."""

    def __init__(self, msgid: str, **values: object) -> None:
        super().__init__(msgid)
        self.what = Message(msgid, values)


class Kind(Protocol):
    """What a column holds. `quantity` names the unit of numbers ('' for anything else)."""

    @property
    def quantity(self) -> str: ...

    def read(self, cell: Cell, factor: Decimal) -> Value:
        """Return the value; raises BadCell. `factor` belongs to a unit that the heading named."""

    def allowed(self, language: str) -> Message:
        """Return what the column takes."""

    def written(self, value: Value, language: str) -> Cell:
        """Return what is put into the cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextKind:
    """A line of text, trimmed; numbers are taken as their digits."""

    longest: int = 200
    forbidden: str = ""
    quantity: str = ""

    def read(self, cell: Cell, factor: Decimal) -> str:
        if isinstance(cell, (bool, date, time, timedelta)):
            raise BadCell(_("The program that made the file has taken this text for a date or a yes/no."))
        if isinstance(cell, (int, float)):
            if not float(cell).is_integer() or abs(cell) >= 10**_EXCEL_DIGITS:
                raise BadCell(_("The program that made the file has taken this text for a number and may have cut it."))
            return str(int(cell))
        text = cell.strip()
        if not text.isprintable():
            text = _LINE_BREAKS.sub(" ", text)
            if _CONTROL.search(text):
                raise BadCell(_("This text holds control characters."))
        if len(text) > self.longest:
            raise BadCell(_("This text is too long."))
        if self.forbidden and any(character in text for character in self.forbidden):
            raise BadCell(_("This text holds a character that is not allowed here."))
        return text

    def allowed(self, language: str) -> Message:
        if self.forbidden:
            return Message(
                _("at most %(longest)s characters, none of %(forbidden)s"),
                {"longest": self.longest, "forbidden": self.forbidden},
            )
        return Message(_("at most %(longest)s characters"), {"longest": self.longest})

    def written(self, value: Value, language: str) -> str:
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberKind:
    """A number kept to `decimals` places, a whole one where that is 0; with separators and units as people write it.
    `exact`: one with more places is a fault and not rounded, as with amounts of money."""

    quantity: str = ""
    decimals: int = 0
    at_least: float = 0.0
    at_most: float = 1e9
    zero: bool = True
    exact: bool = False

    def read(self, cell: Cell, factor: Decimal) -> float | int:
        if isinstance(cell, (bool, date, time, timedelta)):
            raise BadCell(_("This is not a number."))
        if isinstance(cell, str):
            number = number_from(cell, self.quantity, factor)
            if number is None:
                raise BadCell(_("This is not a number."))
            value = float(number)
        else:
            value = float(cell) if factor == 1 else float(Decimal(repr(cell)) * factor)
        if not math.isfinite(value):
            raise BadCell(_("This is not a number."))
        if self.decimals == 0 and not value.is_integer():
            raise BadCell(_("This is not a whole number."))
        kept = round(value, self.decimals) + 0.0
        # a workbook's sums are off by what floats are off
        if self.exact and abs(kept - value) > _FLOAT_NOISE:
            raise BadCell(_("This has more than %(decimals)s decimals."), decimals=self.decimals)
        value = kept
        if not self.at_least <= value <= self.at_most or (value == 0 and not self.zero):
            raise BadCell(_("This number is too small.") if value <= self.at_least else _("This number is too large."))
        return value if self.decimals else int(value)

    def allowed(self, language: str) -> Message:
        limits = {"least": f"{self.at_least:g}", "most": f"{self.at_most:,.10g}"}
        if not self.zero and self.at_least == 0:
            return Message(_("a number above 0, at most %(most)s"), {"most": limits["most"]})
        if self.decimals == 0:
            return Message(_("a whole number from %(least)s to %(most)s"), limits)
        return Message(_("a number from %(least)s to %(most)s"), limits)

    def written(self, value: Value, language: str) -> float:
        assert isinstance(value, (int, float))
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class DateKind:
    """A day, as a date of Excel or in one of the spellings in use; `with_time`: a time of day after it is left out."""

    earliest: date = FIRST_DAY
    latest: date = LAST_DAY
    with_time: bool = False
    quantity: str = ""

    def read(self, cell: Cell, factor: Decimal) -> date:
        day = self._day(cell)
        if day is None:
            raise BadCell(_("This is not a date."))
        if not self.earliest <= day <= self.latest:
            raise BadCell(_("This date lies too far away."))
        return day

    def _day(self, cell: Cell) -> date | None:
        if isinstance(cell, datetime):
            if cell.time() != time() and not self.with_time:
                raise BadCell(_("This is a moment of a day, not a date."))
            return cell.date()
        if isinstance(cell, date):
            return cell
        if isinstance(cell, str):
            return date_from(_TIME_AFTER.sub("", cell) if self.with_time else cell)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and float(cell).is_integer():
            # Eight digits are a date written out; five are a date of Excel whose format was lost.
            if 10**7 <= cell < 10**8:
                return date_from(str(int(cell)))
            return _EXCEL_EPOCH + timedelta(days=int(cell)) if 0 < cell < 10**5 else None
        return None

    def allowed(self, language: str) -> Message:
        return Message(
            _("a date such as 2026-11-12, from %(earliest)s to %(latest)s"),
            {"earliest": self.earliest.isoformat(), "latest": self.latest.isoformat()},
        )

    def written(self, value: Value, language: str) -> date:
        assert isinstance(value, date)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeKind:
    """A time of day in whole minutes after midnight; hours after midnight go on as 24:00, 25:10."""

    quantity: str = ""

    def read(self, cell: Cell, factor: Decimal) -> int:
        minutes = self._minutes(cell)
        if minutes is None or not float(minutes).is_integer() or not 0 <= minutes <= 2 * 24 * 60:
            raise BadCell(_("This is not a time of day."))
        return int(minutes)

    def _minutes(self, cell: Cell) -> float | None:
        if isinstance(cell, time):
            return cell.hour * 60 + cell.minute + (cell.second + cell.microsecond / 1e6) / 60
        if isinstance(cell, timedelta):
            return cell.total_seconds() / 60
        if isinstance(cell, str):
            return minutes_from(cell)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
            # A time of Excel whose format was lost is a part of a day.
            return round(cell * 24 * 60, 6) if 0 <= cell <= 2 else None
        return None

    def allowed(self, language: str) -> Message:
        return Message(_("a time such as 06:30, from 00:00 to 48:00"))

    def written(self, value: Value, language: str) -> str:
        assert isinstance(value, int)
        return f"{value // 60:02d}:{value % 60:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoKind:
    """Yes or no."""

    quantity: str = ""

    def read(self, cell: Cell, factor: Decimal) -> bool:
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        answer = cell if isinstance(cell, bool) else yes_no_words().get(compact(str(cell)))
        if answer is None:
            raise BadCell(_("This is neither yes nor no."))
        return answer

    def allowed(self, language: str) -> Message:
        return Message(
            _("%(yes)s or %(no)s"), {"yes": written_yes_no(True, language), "no": written_yes_no(False, language)}
        )

    def written(self, value: Value, language: str) -> str:
        return written_yes_no(bool(value), language)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that a column may say: its code, and its name and other spellings by language."""

    code: str
    names: Mapping[str, str]
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceKind:
    """One of a few things, by its code or its name in any language."""

    choices: tuple[Choice, ...]
    quantity: str = ""
    _codes: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = {
            comparable(word): choice.code
            for choice in self.choices
            for word in (choice.code, *choice.names.values(), *choice.spellings)
        }
        object.__setattr__(self, "_codes", codes)

    def read(self, cell: Cell, factor: Decimal) -> str:
        code = self._codes.get(comparable(cell)) if isinstance(cell, str) else None
        if code is None:
            raise BadCell(_("This is none of the things that may stand here."))
        return code

    def allowed(self, language: str) -> Message:
        return Message(
            _("one of: %(names)s"),
            {"names": ", ".join(_in_language(choice.names, language) for choice in self.choices)},
        )

    def written(self, value: Value, language: str) -> str:
        return next(_in_language(choice.names, language) for choice in self.choices if choice.code == value)


def _in_language(names: Mapping[str, str], language: str) -> str:
    return names["zh" if language.startswith("zh") else "en"]
