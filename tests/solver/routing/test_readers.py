"""Files of known problems are read with the rounding their best known costs were counted in."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.routing.judge import judge
from solver.routing.problem import Answer, Route
from solver.routing.readers import UnreadableInstance, read_instance

CVRPLIB = """NAME : tiny
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 1 1
3 2 2
4 0 3
DEMAND_SECTION
1 0
2 4
3 5
4 6
DEPOT_SECTION
1
-1
EOF
"""
SOLOMON = """tiny\r
\r
VEHICLE\r
NUMBER     CAPACITY\r
  3          10\r
\r
CUSTOMER\r
CUST NO.  XCOORD.    YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME\r
\r
    0      0         0          0        0        100          0\r
    1      1         1          4        10        20          5\r
    2      2         2          5        0         50          5\r
"""
CORDEAU = """2 1 2 2
30 10
30 10
1 1 1 2 4 1 2 1 2
2 5 5 2 4 1 2 1 2
3 0 0 0 0 0 0
4 6 6 0 0 0 0
"""
DIALECT = """NAME: reloads
TYPE: MTVRPTWR
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 3
VEHICLES: 2
CAPACITY: 5
SERVICE_TIME: 1
NODE_COORD_SECTION
1 0 0
2 1 1
3 2 2
DEMAND_SECTION
1 0
2 4
3 5
TIME_WINDOW_SECTION
1 0 100
2 0 100
3 0 100
RELEASE_TIME_SECTION
1 0
2 0
3 9
VEHICLES_RELOAD_DEPOT_SECTION
1 1
2 1
DEPOT_SECTION
1
-1
EOF
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_cvrplib_in_whole_distances_unless_its_solution_was_counted_otherwise(tmp_path: Path) -> None:
    path = written(tmp_path, "tiny.vrp", CVRPLIB)
    assert (read_instance(path).rounding, read_instance(path).best_known) == ("round", None)
    solution = tmp_path / "tiny.sol"
    solution.write_text("Route #1: 1 2\nRoute #2: 3\nCost 11\n")
    whole = read_instance(path)
    assert (whole.rounding, whole.unit, whole.best_known) == ("round", 1, 11)
    solution.write_text("Route #1: 1 2\nRoute #2: 3\nCost 11.656\n")
    exact = read_instance(path)
    assert (exact.rounding, exact.unit, exact.best_known) == ("exact", 1000, 11.656)


def test_solomon_cut_to_a_decimal_or_with_vehicles_first_and_never_both(tmp_path: Path) -> None:
    path = written(tmp_path, "tiny.txt", SOLOMON)
    (tmp_path / "tiny.hier.sol").write_text("Solution\nRoute 1 : 1 2\n")
    distance_only = read_instance(path)
    assert (distance_only.unit, distance_only.best_known) == (10, None)
    verdict = judge(distance_only.problem, Answer((Route(0, (0, 1)),)))
    assert (verdict.broken, verdict.cost) == ((), 14 + 14 + 28)
    vehicles_first = read_instance(path, vehicles_first=True)
    assert vehicles_first.unit == 1000
    assert vehicles_first.best_known == pytest.approx(1_000_000 + 5.656)


def test_cordeau_with_depots_behind_the_customers_and_a_longest_route(tmp_path: Path) -> None:
    problem = read_instance(written(tmp_path, "p00.txt", CORDEAU)).problem
    assert judge(problem, Answer((Route(0, (0,)), Route(1, (1,))))).broken == ()
    assert problem.fleet.longest_time.tolist() == [30_000, 30_000]
    assert judge(problem, Answer((Route(0, (0,)), Route(1, (1,))))).cost == 4 * 1414


def test_the_dialect_with_reloads_and_releases(tmp_path: Path) -> None:
    problem = read_instance(written(tmp_path, "reloads.vrp", DIALECT)).problem
    assert problem.stops.release.tolist() == [0, 90]
    assert judge(problem, Answer((Route(0, (0, ~0, 1)),))).broken == ()
    assert [b.rule for b in judge(problem, Answer((Route(0, (0, 1)),))).broken] == ["capacity"]


def test_what_is_no_such_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInstance, match="none of CVRPLIB"):
        read_instance(written(tmp_path, "notes.txt", "nothing here\n"))
    with pytest.raises(UnreadableInstance, match="types 2 and 6"):
        read_instance(written(tmp_path, "p01.txt", CORDEAU.replace("2 1 2 2", "3 1 2 2")))
