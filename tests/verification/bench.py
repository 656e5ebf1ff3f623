"""Which planted frauds are found, by kind and size, and how many clean tickets raise an alarm.

`make bench-verification`, or `python -m tests.verification.bench --seeds 20 [--first 1] [--write]`. Without `--first`
the seeds are drawn, and printed. `--write` brings the tables of docs/verification.md up to date.

A fraud is found when at least half of its tickets are named by suspicions, or the thing that it is about is a subject.
"""

from __future__ import annotations

import argparse
import re
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from tests.verification.county_year import CountyTables, county_month
from tests.verification.planted_frauds import UNITS, Plant, plant_frauds
from yard_rules.verification.checks import verified
from yard_rules.verification.records import CountyRecords
from yard_rules.verification.suspicion import Suspicion

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "verification.md"
# Where the sizes of a kind are cut into classes.
CLASSES: Final = {
    "weight padded": (5, 10, 20),
    "weight and bales padded": (5, 10, 20),
    "tare lowered": (5, 10, 20),
    "near copy": (3, 6, 10),
    "phantom trip": (25, 50, 75),
    "moisture copied": (3, 6),
    "moisture under 300": (5, 9),
    "straw from outside": (20, 50, 100),
    "trips too quick": (25, 50, 75),
    "ticket at night": (0.75, 2),
    "device far": (1, 5),
    "plate substituted": (2, 5, 10),
    "weights made up": (6, 10),
    "yard pads all": (5, 10, 20),
}


@dataclass(slots=True)
class Tally:
    """What came of all seeds."""

    found: dict[str, list[tuple[float, bool, bool]]] = field(default_factory=lambda: defaultdict(list))
    clean_shares: list[float] = field(default_factory=list)
    beside_shares: list[float] = field(default_factory=list)
    clean_subjects: list[int] = field(default_factory=list)
    alarms: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tickets: int = 0
    seconds: list[float] = field(default_factory=list)

    def add_clean(self, tables: CountyTables, suspicions: tuple[Suspicion, ...]) -> None:
        named = {it for suspicion in suspicions for it in suspicion.ticket_ids}
        self.clean_shares.append(len(named) / len(tables.tickets))
        self.clean_subjects.append(sum(not it.ticket_ids for it in suspicions))
        self.tickets += len(tables.tickets)
        for suspicion in suspicions:
            self.alarms[suspicion.detector] += max(1, len(suspicion.ticket_ids))

    def add_planted(self, tables: CountyTables, plants: tuple[Plant, ...], suspicions: tuple[Suspicion, ...]) -> None:
        named = {it for suspicion in suspicions for it in suspicion.ticket_ids}
        false = {it for plant in plants if plant.kind != "nothing" for it in plant.ticket_ids}
        self.beside_shares.append(len(named - false) / (len(tables.tickets) - len(false)))
        for plant in plants:
            self.found[plant.kind].append((plant.size, is_found(plant, suspicions), plant.is_gross))

    def share_found(self, *, gross: bool = False) -> float:
        """Of all that was planted, or of what was gross."""
        counted = [
            found
            for kind, plants in self.found.items()
            for _size, found, is_gross in plants
            if kind != "nothing" and (is_gross or not gross)
        ]
        return sum(counted) / len(counted)


def is_found(plant: Plant, suspicions: tuple[Suspicion, ...]) -> bool:
    """Whether half of the tickets are named, or the thing."""
    named = {it for suspicion in suspicions for it in suspicion.ticket_ids}
    half = 2 * sum(it in named for it in plant.ticket_ids) >= len(plant.ticket_ids)
    return half or any(it.subject in plant.subjects for it in suspicions)


def records_of(tables: CountyTables) -> CountyRecords:
    return CountyRecords(tables.tickets, tables.places, tables.fields, tables.distances, ZoneInfo("Asia/Shanghai"))


def tally_of(seeds: list[int]) -> Tally:
    tally = Tally()
    for seed in seeds:
        clean = county_month(seed)
        began = time.perf_counter()
        tally.add_clean(clean, verified(records_of(clean)))
        tally.seconds.append(time.perf_counter() - began)
        planted, plants = plant_frauds(clean, seed + 1)
        tally.add_planted(planted, plants, verified(records_of(planted)))
    return tally


def tables_of(tally: Tally, seeds: list[int]) -> str:
    """The tables of the document."""
    seen = [plant for kind, plants in tally.found.items() if kind != "nothing" for plant in plants]
    gross = [plant for plant in seen if plant[2]]
    lines = [
        f"{len(seeds)} county-months, {tally.tickets:,} clean tickets, {len(seen):,} frauds, seeds {seeds}:",
        "",
        "| measure | goal | reached |",
        "|---|---|---|",
        f"| gross frauds found | all | {_of(gross)} |",
        f"| all frauds found | at least 80 % | {_of(seen)} |",
        f"| clean tickets with an alarm, clean months | at most 1 % | {100 * np.mean(tally.clean_shares):.2f} %,"
        f" worst month {100 * max(tally.clean_shares):.2f} % |",
        f"| clean tickets with an alarm beside frauds | at most 1 % | {100 * np.mean(tally.beside_shares):.2f} %,"
        f" worst month {100 * max(tally.beside_shares):.2f} % |",
        f"| alarms of a sum (a yard), clean months | none | {sum(tally.clean_subjects)} |",
        f"| seconds for a month | at most 60 | {np.median(tally.seconds):.1f}, longest {max(tally.seconds):.1f} |",
        "",
        "| kind | size in | size | found |",
        "|---|---|---|---|",
    ]
    for kind, unit in UNITS.items():
        for name, plants in _classes(kind, tally.found.get(kind, [])):
            lines.append(f"| {kind} | {unit} | {name} | {_of(plants)} |")
    lines += ["", "| detector | tickets named in clean months, of 10,000 |", "|---|---|"]
    for detector, count in sorted(tally.alarms.items(), key=lambda it: -it[1]):
        lines.append(f"| {detector} | {10_000 * count / tally.tickets:.1f} |")
    return "\n".join(lines) + "\n"


def _classes(kind: str, plants: list[tuple[float, bool, bool]]) -> list[tuple[str, list[tuple[float, bool, bool]]]]:
    limits = (0.0, *CLASSES.get(kind, ()), float("inf"))
    made = []
    for low, high in pairwise(limits):
        inside = [plant for plant in plants if low <= plant[0] < high]
        name = "all" if len(limits) == 2 else f"{low:g} and more" if high == float("inf") else f"{low:g} to {high:g}"
        if inside:
            made.append((name, inside))
    return made


def _of(plants: list[tuple[float, bool, bool]]) -> str:
    found = sum(plant[1] for plant in plants)
    return f"{found} of {len(plants)}" + (f" ({100 * found / len(plants):.1f} %)" if plants else "")


def run() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--first", type=int, default=None)
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    first = told.first if told.first is not None else secrets.randbelow(10**6)
    seeds = [first + 2 * number for number in range(told.seeds)]
    text = tables_of(tally_of(seeds), seeds)
    print(text)
    if told.write:
        document = DOCUMENT.read_text(encoding="utf-8")
        begins, ends = "<!-- measured -->\n", "<!-- end -->"
        pattern = re.compile(re.escape(begins) + ".*?" + re.escape(ends), re.DOTALL)
        DOCUMENT.write_text(pattern.sub(lambda _it: begins + text + ends, document), encoding="utf-8")


if __name__ == "__main__":
    run()
