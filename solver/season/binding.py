"""What holds the season back: on how many days each limit binds, and what relaxing it would save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from solver.scenario import Scenario
from solver.season.geometry import SeasonGeometry
from solver.season.model import SeasonChoices
from solver.season.programme import season_programme
from solver.season.state import SeasonState


@dataclass(frozen=True, slots=True)
class BindingLine:
    """`days`: on which the limit has a price; `saved_yuan`: what the programme costs less with the limit relaxed."""

    limit: str
    days: int
    saved_yuan: float


def binding_lines(
    scenario: Scenario,
    geometry: SeasonGeometry,
    *,
    relax_percent: float,
    told: Callable[[str], None] = lambda limit: None,
) -> tuple[float, tuple[BindingLine, ...]]:
    """The programme's cost in yuan, and a line for baler hours, bays, yard room, plant intake and each truck class.

    The season is solved once, and once more for each limit with that one relaxed by `relax_percent` on every day;
    `told` hears the limit before each.
    """
    state = SeasonState(scenario)
    told("")
    base = season_programme(scenario, geometry, state, scenario.season_start)
    lines = []
    for limit, days in base.binding.items():
        told(limit)
        choices = SeasonChoices(relaxed=((limit, 1 + relax_percent / 100),))
        relaxed = season_programme(scenario, geometry, state, scenario.season_start, choices=choices)
        lines.append(BindingLine(limit, days, base.cost_yuan - relaxed.cost_yuan))
    return base.cost_yuan, tuple(lines)
