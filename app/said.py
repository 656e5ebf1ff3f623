"""What the words of forms and addresses come to: the page of a list, a day, a share; None where they say none."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from flask import request

from app.clock import FIRST_DAY, LAST_DAY
from yard_rules.dry_straw import WHOLE_PERMILLE

# No list is so long, and its rows can be counted still.
_MOST_PAGES: Final = 1_000_000
_PERCENT: Final = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?")


def page_asked(first: int = 1) -> int:
    """Return which page of a list the address asks for; the first where it asks for none."""
    return min(max(request.args.get("page", first, type=int), first), _MOST_PAGES)


def day_said(text: str) -> date | None:
    """Return the day that a text says as ISO 8601, None where it is none of our years."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def permille_said(text: str) -> int | None:
    """Return a share in percent as per mille; None where it is none, or has more decimals than are kept."""
    found = _PERCENT.fullmatch(text)
    permille = None if found is None else 10 * int(found[1]) + int(found[2] or 0)
    return permille if permille is not None and permille <= WHOLE_PERMILLE else None
