"""How figures, days and moments are written on pages, and the order of Chinese names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from flask import Flask
from flask_babel import format_datetime, get_locale, pgettext

from app.clock import business_day
from app.database.pinyin import pinyin_key


def set_up_formats(app: Flask) -> None:
    """Give templates the filters `figure`, `shown_day`, `shown_date`, `shown_moment`, `shown_short`, `shown_second`,
    `by_pinyin` and `merged`."""
    app.add_template_filter(figure)
    app.add_template_filter(shown_day)
    app.add_template_filter(shown_date)
    app.add_template_filter(shown_moment)
    app.add_template_filter(shown_short)
    app.add_template_filter(shown_second)
    app.add_template_filter(by_pinyin)
    app.add_template_filter(_merged, "merged")


def figure(value: float | Decimal, decimals: int = 0) -> str:
    """Return the number with thousands apart and exactly so many decimals.

    Chinese and English readers write numbers alike, and Python's own writing takes a tenth of a library's time: a page
    may hold a thousand.
    """
    return f"{value:,.{decimals}f}"


def shown_day(day: date) -> str:
    """Return the day with its weekday, without its year, in the reader's language."""
    return _written_day(day, pgettext("date pattern", "d MMM (EEE)"), str(get_locale()))


def shown_date(day: date) -> str:
    """Return the day with its year, for what may lie years back."""
    return _written_day(day, pgettext("date pattern", "d MMM yyyy"), str(get_locale()))


@lru_cache(maxsize=4096)
def _written_day(day: date, pattern: str, locale: str) -> str:
    """A list names the same few days again and again."""
    text: str = format_date(day, pattern, locale=locale)
    return text


def shown_moment(moment: datetime) -> str:
    """Return day and time of an aware moment, on the county's clock."""
    text: str = format_datetime(moment, pgettext("date pattern", "d MMM yyyy, HH:mm"))
    return text


def shown_short(moment: datetime) -> str:
    """Return the same as short as it stays clear today: the time, with its day where it was another, with its year
    where that was another."""
    today, day = business_day(), business_day(moment)
    if day.year != today.year:
        return shown_moment(moment)
    pattern = pgettext("date pattern", "HH:mm") if day == today else pgettext("date pattern", "d MMM, HH:mm")
    text: str = format_datetime(moment, pattern)
    return text


def shown_second(moment: datetime) -> str:
    """Return the same to the second, for what is compared."""
    text: str = format_datetime(moment, pgettext("date pattern", "d MMM, HH:mm:ss"))
    return text


def by_pinyin(rows: list[Any], attribute: str | None = None) -> list[Any]:
    """Return the rows in the order in which a Chinese reader looks for their names."""

    def key(row: Any) -> bytes:
        return pinyin_key(str(row if attribute is None else getattr(row, attribute))) or b""

    return sorted(rows, key=key)


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {**first, **second}
