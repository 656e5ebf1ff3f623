"""How figures, days and moments are written on pages, and the order of Chinese names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, pgettext

from app.database.pinyin import pinyin_key


def set_up_formats(app: Flask) -> None:
    """Give templates the filters `figure`, `shown_day`, `shown_date`, `shown_moment`, `by_pinyin` and `merged`."""
    app.add_template_filter(figure)
    app.add_template_filter(shown_day)
    app.add_template_filter(shown_date)
    app.add_template_filter(shown_moment)
    app.add_template_filter(by_pinyin)
    app.add_template_filter(_merged, "merged")


def figure(value: float | Decimal, decimals: int = 0) -> str:
    """Return the number with thousands apart and exactly so many decimals."""
    fraction = f".{'0' * decimals}" if decimals else ""
    text: str = format_decimal(value, format=f"#,##0{fraction}")
    return text


def shown_day(day: date) -> str:
    """Return the day with its weekday, without its year, in the reader's language."""
    text: str = format_date(day, pgettext("date pattern", "d MMM (EEE)"))
    return text


def shown_date(day: date) -> str:
    """Return the day with its year, for what may lie years back."""
    text: str = format_date(day, pgettext("date pattern", "d MMM yyyy"))
    return text


def shown_moment(moment: datetime) -> str:
    """Return day and time of an aware moment, on the county's clock."""
    text: str = format_datetime(moment, pgettext("date pattern", "d MMM yyyy, HH:mm"))
    return text


def by_pinyin(rows: list[Any], attribute: str | None = None) -> list[Any]:
    """Return the rows in the order in which a Chinese reader looks for their names."""

    def key(row: Any) -> bytes:
        return pinyin_key(str(row if attribute is None else getattr(row, attribute))) or b""

    return sorted(rows, key=key)


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {**first, **second}
