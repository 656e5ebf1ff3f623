"""The rules of a yard's layout on a day: figures, what a miss means, and the words of each rule."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from yard_rules.finding import Basis, Finding, Mark, Severity
from yard_rules.rulebook import (
    RULEBOOKS_FOLDER,
    Figure,
    NoFigure,
    Rulebook,
    joined,
    overridden,
    read_rulebook,
    rulebook,
)

# A miss of up to that is none, by the unit of the measure; a whole kilogram too much is one.
SLACK: Final[Mapping[str, float]] = MappingProxyType({"m": 0.001, "m2": 0.1, "kg": 0.999, "mu": 0.001, "m3": 0.001})
_BOOKS: Final = ("stacks", "fire")
_DECIMALS: Final = 3
# Figures that the plan itself demands, and whether they are the least that it asks for or the most that it allows.
_OF_PLAN: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "ring_m": True,
        "site_least_mu": True,
        "site_most_mu": False,
        "line_m": True,
        "temporary_line_m": True,
        "hydrant_ends": True,
        "hose_whole": True,
        "extinguisher_m": False,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry:
    """What a rule is called, what to do about a miss, and what a miss means.

    `severity`: where a verified basis is broken; `mend_days`: where it comes out as to be mended, None where it cannot;
    `demand`: the source of a rule that demands something without a figure; `closes_yard`: where it blocks, no stack of
    the yard may hold anything.
    """

    rule: str
    severity: Severity
    mend_days: int | None
    title: str
    remedy: str
    demand: str | None
    closes_yard: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure and what it comes to here, in the unit of the measure."""

    figure: Figure
    value: float


class FireRules:
    """The figures in force on a day, a county's in place of ours, and the findings that they lead to."""

    def __init__(self, day: date, county: Rulebook | None = None) -> None:
        """Raises NoFigure for a day before the plan.

        Raises ValueError where the county's rulebook has a figure that ours does not have, or in another unit.
        """
        book = joined("fire", [rulebook(name) for name in _BOOKS])
        self.day = day
        self.figures = (book if county is None else overridden(book, county)).in_force(day)
        if missing := book.figures.keys() - self.figures.keys():
            raise NoFigure(f"{', '.join(sorted(missing)[:3])} on {day}")
        self.entries = rule_entries()
        self._weaker = {
            name: plan
            for name, is_least in _OF_PLAN.items()
            for plan in [plan_figure(name, day)]
            if (self.figures[name].value < plan.value if is_least else self.figures[name].value > plan.value)
        }

    def value(self, name: str) -> float:
        """Return the value of a figure; raises KeyError where it was not in force on the day."""
        return float(self.figures[name].value)

    def limit(self, name: str, *, times: float = 1.0, value: float | None = None) -> Limit:
        """Return a figure as a limit: its value times `times`, or `value` where it is worked out otherwise."""
        figure = self.figures[name]
        return Limit(figure, float(figure.value) * times if value is None else value)

    def too_low(
        self, rule: str, subject: Iterable[str], measured: float, limits: Sequence[Limit], unit: str, *marks: Mark
    ) -> list[Finding]:
        """Return a finding where the measure is below the highest limit, else none."""
        return self._judged(rule, subject, measured, limits, unit, marks, is_least=True)

    def too_high(
        self, rule: str, subject: Iterable[str], measured: float, limits: Sequence[Limit], unit: str, *marks: Mark
    ) -> list[Finding]:
        """Return a finding where the measure is above the lowest limit, else none."""
        return self._judged(rule, subject, measured, limits, unit, marks, is_least=False)

    def missing(self, rule: str, subject: Iterable[str], *marks: Mark, limits: Sequence[Limit] = ()) -> Finding:
        """Return the finding that something demanded is not there, with the rule's own severity."""
        demand = self._demand(rule)
        bases = (*([demand] if demand else []), *(_basis(limit) for limit in limits), *self._of_plan(limits))
        return self._finding(rule, subject, bases, are_verified=bases[0].verified, marks=marks)

    def unwanted(self, rule: str, subject: Iterable[str], measured: float, unit: str, *marks: Mark) -> list[Finding]:
        """Return a finding where there is more than a trace of something that may not be at all, else none."""
        if measured <= SLACK[unit]:
            return []
        demand = self._demand(rule)
        if demand is None:
            raise ValueError(f"{rule}: it demands nothing without a figure")
        found = self._finding(
            rule, subject, (demand,), are_verified=True, marks=marks, measured=measured, required=0.0, unit=unit
        )
        return [found]

    def _judged(
        self,
        rule: str,
        subject: Iterable[str],
        measured: float,
        limits: Sequence[Limit],
        unit: str,
        marks: Sequence[Mark],
        *,
        is_least: bool,
    ) -> list[Finding]:
        slack = SLACK.get(unit, 1e-6)
        strictest = sorted(limits, key=lambda limit: (-limit.value if is_least else limit.value, limit.figure.name))
        broken = [
            limit
            for limit in strictest
            if (measured < limit.value - slack if is_least else measured > limit.value + slack)
        ]
        if not broken:
            return []
        found = self._finding(
            rule,
            subject,
            (*(_basis(limit) for limit in strictest), *self._of_plan(strictest)),
            are_verified=any(limit.figure.verified for limit in broken),
            marks=marks,
            measured=measured,
            required=strictest[0].value,
            unit=unit,
        )
        return [found]

    def _finding(
        self,
        rule: str,
        subject: Iterable[str],
        bases: tuple[Basis, ...],
        *,
        are_verified: bool,
        marks: Sequence[Mark],
        measured: float | None = None,
        required: float | None = None,
        unit: str | None = None,
    ) -> Finding:
        entry = self.entries[rule]
        is_capped = entry.severity is Severity.BLOCKS and not are_verified
        severity = Severity.MEND if is_capped else entry.severity
        return Finding(
            rule=rule,
            subject=tuple(subject),
            measured=None if measured is None else round(measured, _DECIMALS),
            required=None if required is None else round(required, _DECIMALS),
            unit=unit,
            severity=severity,
            mend_days=(entry.mend_days or 0) if severity is Severity.MEND else None,
            bases=bases,
            ask_brigade=bool(bases) and not bases[0].verified,
            where=tuple(marks),
        )

    def weaker_than_plan(self) -> Mapping[str, Figure]:
        """Return the plan's own figures, by name, where the county has set weaker ones."""
        return self._weaker

    def weaker(self, rule: str, subject: Iterable[str], name: str, plan: Figure, *marks: Mark) -> Finding:
        """Return the finding that the county's figure is weaker than the plan's."""
        limits = [Limit(plan, float(plan.value)), self.limit(name)]
        return self._finding(
            rule,
            subject,
            tuple(map(_basis, limits)),
            are_verified=True,
            marks=marks,
            measured=limits[1].value,
            required=limits[0].value,
            unit=plan.unit,
        )

    def _of_plan(self, limits: Sequence[Limit]) -> list[Basis]:
        """What the plan demands where the county's figure, which is judged by, is weaker."""
        weaker = [self._weaker[limit.figure.name] for limit in limits if limit.figure.name in self._weaker]
        return [_basis(Limit(figure, float(figure.value))) for figure in weaker]

    def _demand(self, rule: str) -> Basis | None:
        source = self.entries[rule].demand
        return None if source is None else Basis(figure=rule, source=source, value=None, verified=True)


def plan_figure(name: str, day: date) -> Figure:
    """Return what the plan itself demands, whatever the county has set."""
    return _our_books().figure(name, day)


@cache
def _our_books() -> Rulebook:
    return joined("fire", [read_rulebook(RULEBOOKS_FOLDER / f"{name}.toml") for name in _BOOKS])


@cache
def rule_entries() -> Mapping[str, RuleEntry]:
    """Return every rule by its id, in the order of rules.toml."""
    content = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            rule: RuleEntry(
                rule=rule,
                severity=Severity(entry["severity"]),
                mend_days=entry.get("mend_days"),
                title=entry["title"],
                remedy=entry["remedy"],
                demand=entry.get("demand"),
                closes_yard=entry.get("closes_yard", False),
            )
            for rule, entry in content.items()
        }
    )


def _basis(limit: Limit) -> Basis:
    figure = limit.figure
    return Basis(
        figure=figure.name, source=figure.source, value=round(limit.value, _DECIMALS), verified=figure.verified
    )
