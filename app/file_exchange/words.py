"""How cells are compared and taken apart: width, case and spaces forgiven; Chinese units, dates and times."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
_NOT_COMPARED = re.compile(r"[\s_*:;,.\-/'\"\u3001\u3002]+")
_BRACKETED = re.compile(r"([^(\[\u3010]*)[(\[\u3010]([^)\]\u3011]*)[)\]\u3011]?(.*)")
_NUMBER = re.compile(r"([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?(?:e[+-]?[0-9]{1,2})?)(.*)")
# 2026-11-12, 2026/11/12, 2026.11.12, with the Chinese signs for year, month and day, or 20261112
_DATE = re.compile(
    r"([0-9]{4})(?:[-/.\u5e74]([0-9]{1,2})[-/.\u6708]([0-9]{1,2})[\u65e5\u53f7]?|([0-9]{2})([0-9]{2}))(?:00:00(?::00)?)?"
)
_TIME = re.compile(r"([0-9]{1,2})(?::([0-9]{2})(?::00)?|[\u65f6\u70b9](?:([0-9]{1,2})\u5206?|(\u534a))?)")


def comparable(text: str) -> str:
    """Return the text without what two people write differently: width of characters, case, spaces, light marks."""
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", text).casefold())


def compact(text: str) -> str:
    """Return the text in half-width characters, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def heading_parts(heading: str) -> tuple[str, str]:
    """Return a heading as it is compared, and what stands in its brackets (a unit, a remark)."""
    text = compact(heading)
    match = _BRACKETED.fullmatch(text)
    if match is None:
        return comparable(text), ""
    return comparable(match[1] + match[3]), match[2]


@cache
def unit_factor(quantity: str, unit: str) -> Decimal | None:
    """Return what one `unit` is in the unit that the quantity is kept in; None for an unknown one."""
    factor = {compact(name): factor for name, factor in _WORDS["units"].get(quantity, {}).items()}.get(unit)
    return None if factor is None else Decimal(factor)


def number_from(text: str, quantity: str, factor: Decimal) -> Decimal | None:
    """Return the number that the text says, in the quantity's own unit; None if it says none.

    `factor` belongs to the heading's unit and holds for a number that names no unit of its own.
    """
    match = _NUMBER.fullmatch(compact(text).lstrip("\xa5"))
    if match is None or not re.search("[0-9]", match[1]):
        return None
    number, unit = Decimal(match[1].replace(",", "")), match[2]
    for word, multiplier in _WORDS["multipliers"].items():
        if unit.startswith(word) and unit_factor(quantity, unit) is None:
            number, unit = number * multiplier, unit[len(word) :]
            break
    own_factor = unit_factor(quantity, unit) if unit else factor
    return None if own_factor is None else number * own_factor


def date_from(text: str) -> date | None:
    """Return the date that the text says; None if it says none."""
    match = _DATE.fullmatch(compact(text))
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
    except ValueError:
        return None


def minutes_from(text: str) -> int | None:
    """Return the minutes after midnight that the text says, up to two days; None if it says no time of day."""
    match = _TIME.fullmatch(compact(text))
    if match is None:
        return None
    minutes = int(match[2] or match[3] or (30 if match[4] else 0))
    total = int(match[1]) * 60 + minutes
    return total if minutes < 60 and total <= 48 * 60 else None


@cache
def yes_no_words() -> dict[str, bool]:
    """Every word for yes and no, as it is compared."""
    return {compact(word): answer for answer, key in ((True, "yes"), (False, "no")) for word in _WORDS[key]}


def written_yes_no(answer: bool, language: str) -> str:
    """Return the word that is written for yes or no."""
    words: list[str] = _WORDS["yes" if answer else "no"]
    return words[0] if language.startswith("zh") else next(word for word in words if word in ("yes", "no"))
