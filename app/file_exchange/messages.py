"""What is said about a file from outside: sentences to be translated, why it is refused, which cells are bad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.texts import Message

_SHOWN_CHARACTERS = 80


class FileRefused(Exception):
    """The whole file is not read; `reason` says why and what to do."""

    def __init__(self, msgid: str, **values: object) -> None:
        self.reason = Message(msgid, values)
        super().__init__(str(self.reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFault:
    """One bad or doubtful cell; `row` as the user's program shows it, `heading` as the user wrote it.

    `heading` is empty where the fault is the row's as a whole.
    """

    sheet: str
    row: int
    heading: str
    value: str
    what: Message
    allowed: Message | None = None


def shown(value: object) -> str:
    """Return a cell's value as a person would see it, cut to a length that fits a line."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, datetime):
        value = value.isoformat(sep=" ")
    elif isinstance(value, (date, time)):
        value = value.isoformat()
    elif isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        value = f"{minutes // 60:02d}:{minutes % 60:02d}"
    text = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in str(value)[: _SHOWN_CHARACTERS + 1]
    )
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
