"""When the people of a yard are to hold their next drill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from yard_rules.equipment import DueState
from yard_rules.rulebook import Figure, Rulebook, rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillDue:
    """The next drill is held on `due_on` at the latest. `figures`: the binding one first, then the other."""

    due_on: date
    state: DueState
    figures: tuple[Figure, ...]


def next_drill(last: date | None, since: date, day: date, book: Rulebook | None = None) -> DrillDue:
    """Return when the next drill is due: so long after the last one, or the day on which there was something to drill
    for (`since`). The stricter of the figures for key units and for others binds. A drill said to be held after `day`
    has not been held. Raises NoFigure before 2023. Sources: rulebooks/drills.toml."""
    book = book or rulebook("drills")
    figures = sorted(
        (book.figure(name, day) for name in ("key_unit_drill_every_days", "drill_every_days")),
        key=lambda figure: figure.value,
    )
    base = last if last is not None and last <= day else since
    due_on = base + timedelta(days=int(figures[0].value))
    state = DueState.DONE
    if day > due_on:
        state = DueState.OVERDUE
    elif day >= due_on - timedelta(days=book.whole("due_soon_days", day)):
        state = DueState.SOON
    return DrillDue(due_on=due_on, state=state, figures=tuple(figures))
