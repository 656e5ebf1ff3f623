"""Questions about many ids: no database takes an endless list of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy.orm import Session

_AT_ONCE = 1000


def in_parts(
    session: Session, ids: Collection[str], chosen: Callable[[list[str]], Any], *, whole: bool = False
) -> list[Any]:
    """Return all rows for these ids, or (not `whole`) their first column, a thousand ids at a time: a workbook asks for
    twenty thousand. `chosen` makes the question for some of them."""
    every = list(ids)
    found: list[Any] = []
    for first in range(0, len(every), _AT_ONCE):
        rows = session.execute(chosen(every[first : first + _AT_ONCE]))
        found += rows.all() if whole else rows.scalars().all()
    return found
