"""The benchmarks by name, in the order in which they run and are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.benchmark import Answer, Benchmark, Output
from tests.benchmarks.hauling import of_hauls, of_rivals
from tests.benchmarks.serving import (
    read_design,
    read_editor,
    read_files,
    read_fire,
    read_gate,
    read_imports,
    read_money,
    read_pages,
    read_tablet,
    read_verification,
)
from tests.benchmarks.solving import (
    read_counties,
    read_driven_season,
    read_large_routing,
    read_replan,
    read_roads,
    read_routing,
    read_season_programme,
    read_simulation,
)

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path("build/bench")
SEASON, SIMULATION, ROUTING = BUILD / "season", BUILD / "simulation", BUILD / "routing"
BEST_KNOWN = Path("tests/benchmarks/routing_best.csv")


def _simulation(outputs: Sequence[Output]) -> Answer:
    return read_simulation(ROOT / SIMULATION, outputs[-1].seconds)


_ALL = (
    of_hauls("hauls-a", "A", seconds=15, asked=0.1, goal=None),
    of_hauls("hauls-b", "B", seconds=60, asked=2.0, goal=1.0),
    of_hauls("hauls-b-no-bays", "B", seconds=60, asked=None, goal=None, bays=False),
    of_hauls("hauls-c", "C", seconds=600, asked=5.0, goal=3.0, is_long=True),
    of_rivals("rivals-a", "A", minutes=10),
    of_rivals("rivals-b", "B", minutes=35),
    Benchmark(
        name="routing",
        title="Routing beside one plain PyVRP process, made-up problems of three kinds",
        commands=(
            f"python -m tests.benchmarks.routing_problems {ROUTING}",
            f"strawline bench routing {ROUTING} --seconds 30 --workers 2 --seed 1 --best {BEST_KNOWN} --json",
        ),
        read=read_routing,
        writes=ROUTING,
        minutes=6.5,
    ),
    Benchmark(
        name="routing-large",
        title="Routing, 5,000 stops and 15 depots, beside one plain PyVRP process",
        commands=("strawline bench routing --large --seconds 60 --workers 2 --seed 1 --json",),
        read=read_large_routing,
        minutes=2.5,
    ),
    Benchmark(
        name="season-programme",
        title="Season's programme and its bound",
        commands=("python -m tests.solver.bench",),
        read=read_season_programme,
        minutes=3,
    ),
    Benchmark(
        name="season",
        title="The demo county's season, as it is driven after all day plans",
        commands=(f"strawline plan data/haining --workers 2 --seed 0 --out {SEASON}",),
        read=lambda _outputs: read_driven_season(ROOT / SEASON),
        writes=SEASON,
        minutes=11,
        is_long=True,
    ),
    Benchmark(
        name="replan",
        title="The demo county's plan repaired after an eventful morning",
        commands=("python -m solver.replan.bench",),
        read=read_replan,
        minutes=3,
    ),
    Benchmark(
        name="simulate",
        title="The demo county's season played 200 times (after `season`)",
        commands=(f"strawline simulate data/haining {SEASON} --runs 200 --workers 2 --seed 0 --out {SIMULATION}",),
        read=_simulation,
        writes=SIMULATION,
        minutes=20,
        is_long=True,
    ),
    Benchmark(
        name="counties",
        title="Ten made-up counties in one run",
        commands=("python -m solver.counties.bench",),
        read=read_counties,
        minutes=3,
    ),
    Benchmark(
        name="roads", title="Ways of a network of 50,000 nodes", commands=("python -m solver.roads.bench",),
        read=read_roads, minutes=0.5,
    ),
    Benchmark(
        name="pages", title="Every page with 20,000 fields", commands=("python -m app.pages.bench",), read=read_pages,
        minutes=8,
    ),
    Benchmark(
        name="files", title="20,000 fields from a file", commands=("python -m app.file_exchange.bench",),
        read=read_files, minutes=1,
    ),
    Benchmark(
        name="imports", title="20,000 fields into the register", commands=("python -m app.dispatch.bench",),
        read=read_imports, minutes=2,
    ),
    Benchmark(
        name="gate", title="Sixteen tablets at once", commands=("python -m tests.chaos.bench",), read=read_gate,
        minutes=3,
    ),
    Benchmark(
        name="tablet", title="A truck at the gate's tablet", commands=("python -m tests.browser.bench",),
        read=read_tablet, minutes=1.5,
    ),
    Benchmark(
        name="money", title="A year of 60,000 tickets, closed month by month",
        commands=("python -m tests.app.billing.bench",), read=read_money, minutes=30, is_long=True,
    ),
    Benchmark(
        name="yard-editor", title="The editor of drawn yards", commands=("python -m tests.app.fire_safety.bench",),
        read=read_editor, minutes=0.5,
    ),
    Benchmark(
        name="yard-check", title="Fire rules of a yard", commands=("python -m tests.yard_rules.fire.bench",),
        read=read_fire, minutes=0.5,
    ),
    Benchmark(
        name="yard-design", title="Yards laid out on twelve sites",
        commands=("python -m tests.yard_rules.stack_design.bench",), read=read_design, minutes=15, is_long=True,
    ),
    Benchmark(
        name="verification", title="Planted frauds",
        commands=("python -m tests.verification.bench --seeds 20 --first 1",),
        read=read_verification, minutes=20, is_long=True,
    ),
)  # fmt: skip
BENCHMARKS = {one.name: one for one in _ALL}
