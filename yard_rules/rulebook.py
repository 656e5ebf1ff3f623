"""The figures in force on a day, and where each comes from.

A rulebook is a TOML file of rulebooks/: under the name of a figure its unit, and a row for each value it has had, with
the day from which that holds, its source, and whether somebody has compared it with the source's own text. Past values
stay: what was true on a day stays answerable.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

RULEBOOKS_FOLDER: Final = Path(__file__).with_name("rulebooks")


class NoFigure(LookupError):
    """No such figure was in force on that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value in `unit`, in force from `since` on; `verified`: compared with the text of `source`."""

    name: str
    value: Decimal
    unit: str
    since: date
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every value that each figure has had, oldest first, by the figure's name."""

    name: str
    figures: Mapping[str, tuple[Figure, ...]]

    def figure(self, name: str, day: date) -> Figure:
        """Return the figure in force on the day; raises NoFigure where it was not in force yet, or never was."""
        held = [figure for figure in self.figures.get(name, ()) if figure.since <= day]
        if not held:
            raise NoFigure(f"{self.name}: {name} on {day}")
        return held[-1]

    def whole(self, name: str, day: date) -> int:
        """Return the value in force on the day of a figure that is a whole number, in the figure's unit.

        Raises NoFigure as `figure` does, ValueError where the value is not whole.
        """
        value = self.figure(name, day).value
        if value != int(value):
            raise ValueError(f"{self.name}: {name} is not whole: {value}")
        return int(value)

    def in_force(self, day: date) -> Mapping[str, Figure]:
        """Return all figures in force on the day, by name."""
        return {
            name: [figure for figure in held if figure.since <= day][-1]
            for name, held in self.figures.items()
            if held[0].since <= day
        }


@cache
def rulebook(name: str) -> Rulebook:
    """Return one of the rulebooks that the project brings, with the county's figures in place of ours where it has set
    some (`use_county`); raises FileNotFoundError where there is none."""
    ours = read_rulebook(RULEBOOKS_FOLDER / f"{name}.toml")
    return overridden(ours, _county[name]) if name in _county else ours


def county_books(folder: Path) -> Mapping[str, Rulebook]:
    """Return a county's rulebooks, by name: files called as ours are, with the figures that differ.

    Raises ValueError with every fault: files that cannot be read or are called as none of ours, figures that ours do
    not have, or in another unit.
    """
    books: dict[str, Rulebook] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            books[path.stem] = read_rulebook(path)
            overridden(read_rulebook(RULEBOOKS_FOLDER / path.name), books[path.stem])
        except FileNotFoundError:
            faults.append(f"{path.name}: there is no rulebook of this name")
        except (ValueError, OSError) as fault:
            faults.append(f"{path.name}: {fault}")
    if faults:
        raise ValueError("; ".join(faults))
    return books


def use_county(folder: Path | None) -> None:
    """Let `rulebook` answer with the figures of the county whose rulebooks the folder holds, from now on in this whole
    process; with ours where it is None. Raises ValueError as `county_books` does."""
    books = {} if folder is None else county_books(folder)
    if books != _county:
        _county.clear()
        _county.update(books)
        rulebook.cache_clear()


_county: dict[str, Rulebook] = {}


def read_rulebook(path: Path) -> Rulebook:
    """Return the rulebook that a file holds; raises ValueError, naming the figure, for anything left out or doubled."""
    content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return Rulebook(path.stem, {name: _held(f"{path.stem}: {name}", name, entry) for name, entry in content.items()})


def joined(name: str, books: Iterable[Rulebook]) -> Rulebook:
    """Return one rulebook with the figures of several; raises ValueError where two have a figure of one name."""
    figures: dict[str, tuple[Figure, ...]] = {}
    for book in books:
        if doubled := figures.keys() & book.figures.keys():
            raise ValueError(f"{book.name}: {', '.join(sorted(doubled))} in another rulebook too")
        figures.update(book.figures)
    return Rulebook(name, figures)


def overridden(ours: Rulebook, theirs: Rulebook) -> Rulebook:
    """Return our rulebook with each figure of theirs in its place, from the first day of theirs on.

    Before that day ours stays. Raises ValueError, naming every figure, where theirs has one that ours has not, or in
    another unit.
    """
    faults = [
        f"{name}: there is no such figure" if name not in ours.figures else f"{name}: in {ours.figures[name][0].unit}"
        for name, held in theirs.figures.items()
        if name not in ours.figures or held[0].unit != ours.figures[name][0].unit
    ]
    if faults:
        raise ValueError(f"{theirs.name}: {'; '.join(faults)}")
    replaced = {
        name: (*(figure for figure in ours.figures[name] if figure.since < held[0].since), *held)
        for name, held in theirs.figures.items()
    }
    return Rulebook(ours.name, {**ours.figures, **replaced})


def _held(where: str, name: str, entry: dict[str, Any]) -> tuple[Figure, ...]:
    if set(entry) != {"unit", "values"} or not entry["values"]:
        raise ValueError(f"{where}: a figure has its unit and its values, and nothing else")
    figures = sorted((_figure(where, name, entry["unit"], row) for row in entry["values"]), key=lambda f: f.since)
    if len({figure.since for figure in figures}) < len(figures):
        raise ValueError(f"{where}: two values begin on one day")
    return tuple(figures)


def _figure(where: str, name: str, unit: str, row: dict[str, Any]) -> Figure:
    if set(row) != {"since", "value", "source", "verified"}:
        raise ValueError(f"{where}: a value has since, value, source and verified")
    value, since = row["value"], row["since"]
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or type(since) is not date:
        raise ValueError(f"{where}: the value is a number, since a date")
    if not isinstance(row["verified"], bool) or not unit or not row["source"]:
        raise ValueError(f"{where}: verified is true or false; unit and source are not empty")
    return Figure(
        name=name, value=Decimal(value), unit=unit, since=since, source=row["source"], verified=row["verified"]
    )
