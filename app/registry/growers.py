"""Growers as field lists name them: by a name in a town, seldom by a code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.models import Grower

Values = Mapping[str, Any]


def named_growers(session: Session, fields: Iterable[Values]) -> tuple[list[Values], list[Values]]:
    """Return the growers to be added for names that their town does not have, and the fields with their growers' codes.

    A field that says its grower's code keeps it; one whose name two growers of the town bear gets none.
    """
    codes: dict[tuple[str, str], list[str]] = {}
    taken: set[str] = set()
    for grower_id, town_id, name in session.execute(select(Grower.grower_id, Grower.town_id, Grower.name)):
        codes.setdefault((town_id, name), []).append(grower_id)
        taken.add(grower_id)
    added: list[Values] = []
    numbers: dict[str, int] = {}
    with_codes: list[Values] = []
    for field in fields:
        if field.get("grower_id") is not None:
            with_codes.append(field)
            continue
        town_id, name = field["town_id"], field["grower"]
        known = codes.setdefault((town_id, name), [])
        if not known:
            known.append(_next_code(town_id, numbers, taken))
            added.append({"grower_id": known[0], "name": name, "town_id": town_id})
        with_codes.append({**field, "grower_id": known[0]} if len(known) == 1 else field)
    return added, with_codes


def _next_code(town_id: str, numbers: dict[str, int], taken: set[str]) -> str:
    while True:
        numbers[town_id] = numbers.get(town_id, 0) + 1
        code = f"{town_id}-{numbers[town_id]:04d}"
        if code not in taken:
            taken.add(code)
            return code
