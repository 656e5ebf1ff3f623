"""Routing, season, replanning, played seasons and several counties."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.benchmark import Answer, Figure, Output, number_in, numbers_in

REPLAN_LINE = re.compile(
    r"^replan: (?P<case>.+), (?P<span>one day|rest of the season): (?P<s>[\d.]+) s .*; violations (?P<faults>\d+)", re.M
)


def read_routing(outputs: Sequence[Output]) -> Answer:
    """Mean gaps, ours over plain PyVRP's; the best known is the best of both where nobody has found a better one."""
    said = json.loads(outputs[-1].text)
    rows = []
    for row in said["instances"]:
        costs = [row[name] for name in ("best_known", "ours", "plain") if row[name] is not None]
        gap = {name: None if row[name] is None else 100 * (row[name] / min(costs) - 1) for name in ("ours", "plain")}
        rows.append({"name": row["name"], "stops": row["stops"], **gap})
    both = [(r["ours"], r["plain"]) for r in rows if r["ours"] is not None and r["plain"] is not None]
    ours, plain = (sum(pair[i] for pair in both) / max(len(both), 1) for i in (0, 1))
    worst = max((a - b for a, b in both), default=None)
    return Answer(
        figures=(
            Figure("mean gap over plain PyVRP's", ours / plain if plain else None, "×", 1.0, 0.8),
            Figure("mean gap, ours", ours, "%"),
            Figure("mean gap, plain PyVRP", plain, "%"),
            Figure("worst instance, ours above plain", worst, "points", 0.2),
        ),
        series={"rows": [{k: round(v, 4) if isinstance(v, float) else v for k, v in r.items()} for r in rows]},
    )


def read_large_routing(outputs: Sequence[Output]) -> Answer:
    """Ours over plain PyVRP."""
    (row,) = json.loads(outputs[-1].text)["instances"]
    return Answer(
        figures=(
            Figure("ours over plain PyVRP", row["ours_to_plain"], "%", -15.0),
            Figure("cost, ours", row["ours"], ""),
            Figure("cost, plain PyVRP", row["plain"], ""),
        )
    )


def read_season_programme(outputs: Sequence[Output]) -> Answer:
    """The made-up county of 5,000 fields is the second of two."""
    text = outputs[-1].text.split("5000 fields, 47 days", 1)[-1]
    return Answer(
        figures=(
            Figure("5,000 × 47 × 15 × 6, both programmes", number_in(text, r"programme ([\d.]+) s"), "s", 60.0),
            Figure("its bound", number_in(text, r"bound ([\d.]+) s"), "s"),
            Figure("programme above the bound", number_in(text, r"([\d.]+) % below it"), "%"),
            Figure("demo county, both programmes", number_in(outputs[-1].text, r"programme ([\d.]+) s"), "s"),
        )
    )


def read_driven_season(folder: Path) -> Answer:
    """From the summary of the plan that the command wrote."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    distance, tonnes = summary["distance_to_bound"], summary["tonnes"]
    return Answer(
        figures=(
            Figure("(cost − bound) ÷ cost", summary["gap_percent"], "%", 8.0, 5.0),
            Figure("straw left, no more than in the programme", tonnes["left"], "t", distance["programme_left_t"]),
            Figure("cost driven", distance["driven_yuan"], "yuan"),
            Figure("lower bound", distance["bound_yuan"], "yuan"),
            Figure("gap without the balers' time in the fields", distance["gap_without_field_work_percent"], "%"),
            Figure("seconds", summary["seconds"], "s"),
        ),
        series={"driven_yuan": distance["driven_yuan"], "parts_yuan": distance["parts_yuan"]},
    )


def read_replan(outputs: Sequence[Output]) -> Answer:
    """The slowest of the eventful mornings."""
    found = list(REPLAN_LINE.finditer(outputs[-1].text))
    if not found:
        raise ValueError(f"no line of the bench of replanning:\n{outputs[-1].text}")
    slowest = {
        span: max(float(m["s"]) for m in found if m["span"] == span) for span in ("one day", "rest of the season")
    }
    return Answer(
        figures=(
            Figure("one day, slowest of five mornings", slowest["one day"], "s", 10.0),
            Figure("rest of the season, slowest", slowest["rest of the season"], "s", 60.0),
            Figure("rules broken", sum(int(m["faults"]) for m in found), "", 0),
        )
    )


def read_simulation(folder: Path, seconds: float) -> Answer:
    """From the file that the command wrote. `seconds`: its time by the clock."""
    said = json.loads((folder / "simulation.json").read_text(encoding="utf-8"))
    season = (said.get("rule_beside_planner") or {}).get("season")
    figures = [
        Figure(f"{said['runs']} seasons played", seconds, "s", 1200.0),
        *(Figure(f"straw lost, {part}", said["distributions"]["lost_t"][part], "t") for part in ("p10", "p50", "p90")),
    ]
    if season:
        more = 100 * (season["rule_yuan"] / season["planner_yuan"] - 1)
        figures.append(Figure("the fast rule dearer than the planner, a season", more, "%"))
    return Answer(tuple(figures))


def read_counties(outputs: Sequence[Output]) -> Answer:
    """Two workers over one, by the clock and by time at work."""
    text = outputs[-1].text
    return Answer(
        figures=(
            Figure("2 workers over 1, by the clock", number_in(text, r"clock, 2 workers over 1: ([\d.]+)"), "×", 0.6),
            Figure("busier of 2 workers over 1, at work", number_in(text, r"over 1: ([\d.]+) \(on a"), "×"),
        )
    )


def read_roads(outputs: Sequence[Output]) -> Answer:
    """Ways of a county's size."""
    first, second = numbers_in(outputs[-1].text, r"edges: ([\d.]+) s")
    return Answer((Figure("5,000 fields × 20 places", first, "s", 3.0), Figure("1,000 × 1,000", second, "s", 6.0)))
