"""Nights on which fireworks are let off or paper is burnt near the yards."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Final

from yard_rules.rulebook import RULEBOOKS_FOLDER, Rulebook, rulebook

_TABLE: Final = RULEBOOKS_FOLDER / "calendars" / "festival_nights.toml"


@dataclass(frozen=True, slots=True)
class FestivalNights:
    """A festival: from the evening of `first` to that of `last`."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class FestivalTable:
    """All that are known, `covers_until` that day; where they come from."""

    nights: tuple[FestivalNights, ...]
    covers_until: date
    source: str
    verified: bool


def festival_night(at: datetime, book: Rulebook | None = None) -> FestivalNights | None:
    """Return the festival in whose night a moment of the county's clock lies, None in any other.

    The night of a day begins at `festival_night_from_h` and ends the next morning at `festival_night_until_h`. Beyond
    the table's last day there is no answer but None: `patrol_findings` says in time that somebody has to continue it.
    Sources: rulebooks/patrols.toml, rulebooks/calendars/festival_nights.toml.
    """
    if book is None:
        return _usual_night(at.date(), at.hour)
    return _night(at.date(), at.hour, book)


@lru_cache(maxsize=2048)
def _usual_night(day: date, hour: int) -> FestivalNights | None:
    return _night(day, hour, rulebook("patrols"))


def _night(day: date, hour: int, book: Rulebook) -> FestivalNights | None:
    if hour < book.whole("festival_night_until_h", day):
        day -= timedelta(days=1)
    elif hour < book.whole("festival_night_from_h", day):
        return None
    return next((it for it in festival_table().nights if it.first <= day <= it.last), None)


@cache
def festival_table() -> FestivalTable:
    """Return the table that the project brings; raises ValueError for one that ends before it begins."""
    content = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    nights = tuple(_nights(row) for row in content["nights"])
    return FestivalTable(
        nights=nights,
        covers_until=content["covers_until"],
        source=content["source"],
        verified=content["verified"],
    )


def _nights(row: dict[str, Any]) -> FestivalNights:
    if row["last"] < row["first"]:
        raise ValueError(f"{row['name']} ends before it begins: {row['first']}")
    return FestivalNights(row["name"], row["first"], row["last"])
