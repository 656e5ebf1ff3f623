"""Made-up days of hauls: what the bound promises, what the search finds, what the judge sees, what the command says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from app.cli import main
from solver.hauling.day_answer import TruckLoad, judge, truck_loads
from solver.hauling.improvement import improved_schedule
from solver.hauling.network import haul_flow
from solver.hauling.problem import HaulArrays
from solver.synthetic.haul_days import FLEET, HAUL_DAYS, HaulDayKind, synthetic_haul_day, without_bays

# Two trucks; with a load or so of each wish, few enough to try every schedule.
TINY = HaulDayKind(2, 2, 1, 14, 2, 12.0, tuple(replace(c, fleet_share=0.5) for c in FLEET[:2]), True, 600.0)


def planned(day: HaulArrays, *, seconds: float = 0.2, seed: int = 1) -> tuple[TruckLoad, ...]:
    flow = haul_flow(day)
    schedule, _ = improved_schedule(day, flow.prices, flow.truck_days, seconds=seconds, workers=1, seed=seed)
    return truck_loads(schedule)


def every_schedule(day: HaulArrays) -> Iterator[list[TruckLoad]]:
    """Every choice of loads, their order in each truck and the order in which places serve, as early as can be."""
    loads = [w for w, n in enumerate(day.wanted_t) for _ in range(int(n))]
    for kept in range(len(loads) + 1):
        for chosen in set(combinations(loads, kept)):
            for order in set(permutations(chosen)):
                for cut in range(kept + 1):
                    for turns in set(permutations([0] * 2 * cut + [1] * 2 * (kept - cut))) if kept else [()]:
                        yield served(day, (order[:cut], order[cut:]), turns)


def served(day: HaulArrays, orders: tuple[tuple[int, ...], ...], turns: tuple[int, ...]) -> list[TruckLoad]:
    """The trucks' loads in time: in each turn a truck's next service, as early as its way and a free bay let it."""
    held = np.zeros((len(day.place_ids), day.blocked.shape[1]), dtype=int)
    at = [int(h) for h in day.truck_home]
    clock = [float(m) for m in day.shift_start]
    times: list[list[float]] = [[], []]
    for truck in turns:
        c, number = int(day.truck_class[truck]), len(times[truck]) // 4
        wish = orders[truck][number]
        is_loading = len(times[truck]) % 4 == 0
        place = int(day.origins[wish, 0] if is_loading else day.destination[wish])
        minutes = day.load_min_per_t if is_loading else day.unload_min_per_t
        minutes += day.weigh_min if place < day.hubs else 0.0
        start = clock[truck] + day.travel_min[c, at[truck], place]
        if is_loading:
            start = max(start, float((day.slack_t[place] >= day.wanted_t[wish]).argmax()))
        while (held[place, int(start) : int(start + minutes)] >= day.bays[place]).any():
            start = float(int(start) + 1)
        held[place, int(start) : int(start + minutes)] += 1
        times[truck] += [start, start + minutes]
        at[truck], clock[truck] = place, start + minutes
    return [
        TruckLoad(truck, wish, *times[truck][4 * n : 4 * n + 4])
        for truck, order in enumerate(orders)
        for n, wish in enumerate(order)
    ]


@pytest.mark.parametrize("bays", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_no_schedule_of_all_costs_less_than_the_bound_and_the_search_finds_none_dearer(bays: bool, seed: int) -> None:
    day = synthetic_haul_day(TINY, seed)
    wanted = np.arange(len(day.wanted_t)) < (3 if bays else 4)
    day = replace(day, wanted_t=wanted.astype(float), bays=np.ones_like(day.bays))
    day = day if bays else without_bays(day)
    verdicts = (judge(day, rows) for rows in every_schedule(day))
    cheapest = min(verdict.cost for verdict in verdicts if not verdict.faults)
    assert haul_flow(day).bound_yuan <= cheapest + 1e-6
    assert judge(day, planned(day)).cost <= cheapest + 1e-6


def test_the_judge_and_the_search_agree_on_a_day_with_bays_and_nothing_is_left() -> None:
    day = synthetic_haul_day(HAUL_DAYS["B"].sized(0.2), 3)
    flow = haul_flow(day)
    schedule, cost = improved_schedule(day, flow.prices, flow.truck_days, seconds=1.0, workers=2, seed=1)
    verdict = judge(day, truck_loads(schedule))
    assert verdict.faults == ()
    assert verdict.left == 0
    assert verdict.cost == pytest.approx(cost, abs=1e-3)
    assert flow.bound_yuan <= verdict.cost


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda row: replace(row, load_start_min=row.load_start_min - 400.0), "drives to the load"),
        (lambda row: replace(row, load_end_min=row.load_start_min), "loads in"),
        (lambda row: replace(row, unload_start_min=row.load_end_min), "drives with the load"),
        (lambda row: replace(row, unload_end_min=row.unload_start_min), "unloads in"),
        (lambda row: replace(row, unload_end_min=row.unload_end_min + 900.0), "the shift ends"),
    ],
)
def test_the_judge_names_what_is_broken(change, said: str) -> None:  # type: ignore[no-untyped-def]
    day = synthetic_haul_day(HAUL_DAYS["B"].sized(0.05), 3)
    *rows, last = planned(day)
    assert said in " ".join(judge(day, [*rows, change(last)]).faults)


def test_the_judge_counts_bays_bales_and_loads() -> None:
    day = synthetic_haul_day(HAUL_DAYS["B"].sized(0.05), 3)
    rows = planned(day)
    one_more = [row for row in rows if row.truck != rows[-1].truck] + [rows[-1]] * (int(day.wanted_t.max()) + 1)
    assert "are wanted" in " ".join(judge(day, one_more).faults)
    assert "more than its bays" in " ".join(judge(replace(day, bays=np.zeros_like(day.bays)), rows).faults)
    never = replace(day, slack_t=np.zeros_like(day.slack_t))
    assert "is not ready yet" in " ".join(judge(never, rows).faults)


def test_one_seed_is_one_day() -> None:
    one, other = (synthetic_haul_day(HAUL_DAYS["A"].sized(0.2), 5) for _ in range(2))
    assert (one.travel_km == other.travel_km).all()
    assert (one.wanted_t == other.wanted_t).all()
    assert one.wanted_t.sum() == HAUL_DAYS["A"].sized(0.2).hauls


def test_the_command_plans_a_day_within_its_bound_and_writes_what_others_can_read(tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        main, ["bench", "hauls", "A", "--seconds", "3", "--json", "--save", str(tmp_path / "A")]
    )
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert said["faults"] == []
    assert said["gap_percent"] >= 0.0
    hauls = pd.read_csv(tmp_path / "A" / "hauls.csv")
    assert hauls["loads"].sum() == 573 == said["loads"] + said["left"]
    km = pd.read_csv(tmp_path / "A" / "km.csv", index_col="from")
    rows = pd.read_csv(tmp_path / "A" / "answer.csv").merge(hauls, on="haul_id")
    trucks = pd.read_csv(tmp_path / "A" / "trucks.csv").set_index("truck_id")["home_id"]
    empty_km = 0.0
    for truck_id, of_truck in rows.sort_values("seq").groupby("truck_id"):
        at = [trucks[truck_id], *of_truck["destination_id"]]
        to = [*of_truck["origin_id"], trucks[truck_id]]
        empty_km += sum(km.loc[a, b] for a, b in zip(at, to, strict=True))
    assert empty_km == pytest.approx(said["cost"], abs=0.01)
