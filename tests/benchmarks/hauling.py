"""Days of hauls beside their bound, and beside what other engines find."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from tests.benchmarks.benchmark import Answer, Benchmark, Figure, Output

# Runs with so much of the seconds beside the one with all: what the gap is when there is less time.
SHARES = (0.125, 0.25, 0.5, 1.0)
RIVAL_LINE = re.compile(r"^\w: (?P<who>[\w-]+), (?P<seconds>\d+) s: (?P<cost>[\d,.]+), (?P<gap>-?[\d.]+) % above", re.M)


def of_hauls(
    name: str, problem: str, *, seconds: float, asked: float | None, goal: float | None, bays: bool = True,
    is_long: bool = False,
) -> Benchmark:  # fmt: skip
    """The made-up day `problem` planned with growing time, the last with `seconds`."""
    days = {"A": "573 hauls, empty km", "B": "1,500 hauls, yuan", "C": "6,000 hauls, yuan"}
    without = "" if bays else " --no-bays"
    return Benchmark(
        name=name,
        title=f"Hauling, day {problem}: {days[problem]}{'' if bays else ', a bay for every truck'}",
        commands=tuple(
            f"strawline bench hauls {problem}{without} --seconds {seconds * share:g} --workers 2 --seed 0 --json"
            for share in SHARES
        ),
        read=_read_hauls(asked, goal, seconds),
        minutes=sum(SHARES) * seconds / 60 + 0.5,
        is_long=is_long,
    )


def of_rivals(name: str, problem: str, *, minutes: float) -> Benchmark:
    """Other engines on the same day without bays, at our time and at ten times as long."""
    return Benchmark(
        name=name,
        title=f"Hauling, day {problem} beside other engines, no bays, at our time and ten times as long",
        commands=(f"python -m tests.solver.rivals.bench {problem}",),
        read=_read_rivals,
        minutes=minutes,
        is_long=True,
    )


def _read_hauls(asked: float | None, goal: float | None, seconds: float) -> Callable[[Sequence[Output]], Answer]:
    def read(outputs: Sequence[Output]) -> Answer:
        said = [json.loads(output.text) for output in outputs]
        last = said[-1]
        unit = last["unit"]
        curve = {name: [one[name] for one in said] for name in ("seconds", "cost", "bound")}
        return Answer(
            figures=(
                Figure("above the bound", last["gap_percent"], "%", asked, goal),
                Figure("bound and plan", last["seconds"], "s", seconds),
                Figure("cost", last["cost"], unit),
                Figure("lower bound", last["bound"], unit),
                Figure("loads left", last["left"], "", 0),
                Figure("rules broken", len(last["faults"]), "", 0),
            ),
            series={"unit": unit, **curve},
        )

    return read


def _read_rivals(outputs: Sequence[Output]) -> Answer:
    """Ours is the first line, then each engine twice; `better` by how much ours is cheaper."""
    lines = [m.groupdict() for m in RIVAL_LINE.finditer(outputs[0].text)]
    if not lines or lines[0]["who"] != "ours":
        raise ValueError(f"no answer of ours:\n{outputs[0].text}")
    cost = [float(line["cost"].replace(",", "")) for line in lines]
    gaps = [{"who": "ours", "longer": 1, "gap": float(lines[0]["gap"])}]
    figures = [Figure("ours above the bound", float(lines[0]["gap"]), "%")]
    times: dict[str, int] = {}
    for line, theirs in zip(lines[1:], cost[1:], strict=True):
        times[line["who"]] = times.get(line["who"], 0) + 1
        longer = (1, 10)[times[line["who"]] - 1]
        gaps.append({"who": line["who"], "longer": longer, "gap": float(line["gap"])})
        more = round(100 * (theirs / cost[0] - 1), 3)
        what = f"{line['who']} dearer than ours, {line['seconds']} s"
        figures.append(Figure(what, more, "%", 0.001, better="more"))
    return Answer(tuple(figures), {"gaps": gaps})
