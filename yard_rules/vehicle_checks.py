"""What is asked of every vehicle before it goes into a yard (H38)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from yard_rules.checklists import CHECKLISTS_FOLDER, ItemSource


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleCheck:
    """One thing that somebody at the gate sees to; `words` is an English msgid. In force from `since` on."""

    check_id: str
    since: date
    words: str
    source: ItemSource


def vehicle_checks(day: date) -> tuple[VehicleCheck, ...]:
    """Return what is asked on a day, each once, in the order of the book."""
    held: dict[str, VehicleCheck] = {}
    for check in sorted(_every_check(), key=lambda it: it.since):
        if check.since <= day:
            held[check.check_id] = check
    return tuple(held.values())


def not_confirmed(answers: Mapping[str, bool], day: date) -> tuple[VehicleCheck, ...]:
    """Return what was asked on that day and is not answered with yes."""
    return tuple(check for check in vehicle_checks(day) if not answers.get(check.check_id, False))


def words_of(check_id: str) -> str | None:
    """Return the newest words of a check; None where the book has none of this id."""
    return next((check.words for check in reversed(_every_check()) if check.check_id == check_id), None)


@cache
def _every_check() -> tuple[VehicleCheck, ...]:
    """Raises KeyError for a row that leaves something out."""
    content = tomllib.loads((CHECKLISTS_FOLDER / "vehicles.toml").read_text(encoding="utf-8"))
    return tuple(
        VehicleCheck(
            check_id=row["id"],
            since=row["since"],
            words=row["words"],
            source=ItemSource(source=row["source"], verified=row["verified"]),
        )
        for row in content["checks"]
    )
