"""The levels of heat, and what each forbids, asks for and tells to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Final

from yard_rules.audiences import Audience
from yard_rules.rulebook import Figure, Rulebook, rulebook


class HeatLevel(IntEnum):
    """How hot a stack is; more is worse."""

    NORMAL = 0
    WATCH = 1
    WARNING = 2
    ALARM = 3
    EMERGENCY = 4


class Ban(StrEnum):
    """What may not be done with a stack."""

    MORE_BALES = "more_bales"
    LOADING = "loading"  # onto a truck, of any bale of the stack
    OPENING = "opening"


class Task(StrEnum):
    """What is to be done about a stack, in the order in which it is done."""

    CALL_119 = "call_119"
    EVACUATE = "evacuate"
    STOP_VENTILATION = "stop_ventilation"
    CHARGE_HOSE = "charge_hose"
    SECOND_PERSON = "second_person"
    CLEAR_NEIGHBOURS = "clear_neighbours"
    TAKE_DOWN = "take_down"
    OPEN = "open"
    CHECK_WET_LINE = "check_wet_line"
    # Before all other stacks, as soon as the ban on loading is lifted, or bale by bale once opened and measured cool.
    DISPATCH_FIRST = "dispatch_first"
    PLAN_DISPATCH = "plan_dispatch"


LEVELS_ABOVE_NORMAL: Final = tuple(level for level in HeatLevel if level > HeatLevel.NORMAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One level: from how many tenths of a degree Celsius on, and what it means.

    `from_dc` and `probe_every` are None for the normal level, whose interval follows from the stack's age; `tasks`:
    what is done first comes first.
    """

    level: HeatLevel
    from_dc: int | None
    probe_every: timedelta | None
    bans: tuple[Ban, ...]
    tasks: tuple[Task, ...]
    told: tuple[Audience, ...]
    figures: tuple[Figure, ...]


def ladder(day: date, book: Rulebook | None = None) -> tuple[Rung, ...]:
    """Return the levels in force on a day, from normal to emergency; `book` where a county has figures of its own.

    Raises NoFigure before 2023. Source: figures of rulebooks/heat.toml, which name theirs.
    """
    return _ladder(day, book) if book is not None else _usual_ladder(day)


def tenths(figure: Figure) -> int:
    """Return a temperature's figure in tenths of a degree."""
    return int(figure.value * 10)


@lru_cache(maxsize=64)
def _usual_ladder(day: date) -> tuple[Rung, ...]:
    return _ladder(day, rulebook("heat"))


def _ladder(day: date, book: Rulebook) -> tuple[Rung, ...]:
    return tuple(_rung(level, day, book) for level in HeatLevel)


def _rung(level: HeatLevel, day: date, book: Rulebook) -> Rung:
    begins = interval = None
    if level > HeatLevel.NORMAL:
        begins = book.figure(f"{level.name.lower()}_from_c", day)
        interval = book.figure(f"{level.name.lower()}_probe_every_min", day)
    return Rung(
        level=level,
        from_dc=None if begins is None else tenths(begins),
        probe_every=None if interval is None else timedelta(minutes=int(interval.value)),
        bans=tuple(ban for ban in Ban if level >= book.whole(f"ban_{ban}_from_level", day)),
        tasks=tuple(
            task
            for task in Task
            if book.whole(f"task_{task}_from_level", day) <= level <= book.whole(f"task_{task}_until_level", day)
        ),
        told=tuple(who for who in Audience if level >= book.whole(f"tell_{who}_from_level", day)),
        figures=tuple(figure for figure in (begins, interval) if figure),
    )
