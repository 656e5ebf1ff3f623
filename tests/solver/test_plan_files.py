"""Plan folders: read and written without a loss, refused where they cannot be read, never left half."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.plan import BalerStop, Haul, Plan, SeasonRow, StockRow, TruckStop, UnservedRow
from solver.plan_files import COLUMNS, PlanUnreadable, read_plan, write_plan

DAY = date(2026, 11, 1)
PLAN = Plan(
    season=(SeasonRow("007", None, DAY, "NA", 1.5), SeasonRow("007", DAY, DAY, "NA", 2.1234)),
    baler_stops=(BalerStop(DAY, "B1", 1, "007", 430, 440, 1510, 3.25),),
    hauls=(Haul(DAY, "H1", "collect", ("007", "F2"), "NA", 3.6234, 40),),
    truck_stops=(
        TruckStop(DAY, "T1", 0, "", "NA", "leave", 400, 400, 400, 0.0),
        TruckStop(DAY, "T1", 1, "H1", "007", "load", 410, 420, 1510, 3.6234),
    ),
    stock=(StockRow(DAY, "NA", 1.0, 2.0, 0.5, 0.0, 2.5, 0.0),),
    unserved=(UnservedRow("F3", 0.5, 'too wet, "they say"', "it dried"),),
    summary={"cost_yuan": {"total": 1.25}, "note": "秸运", "seed": 7},
)


def test_a_plan_is_written_as_the_format_says_and_read_back(tmp_path: Path) -> None:
    write_plan(PLAN, tmp_path / "plan")
    assert (tmp_path / "plan" / "truck_stops.csv").read_text() == (
        "date,truck_id,seq,haul_id,place_id,action,arrive,start,end,dry_t\n"
        "2026-11-01,T1,0,,NA,leave,06:40,06:40,06:40,0.000\n"
        "2026-11-01,T1,1,H1,007,load,06:50,07:00,25:10,3.6234\n"
    )
    assert (tmp_path / "plan" / "hauls.csv").read_text().splitlines()[1] == "2026-11-01,H1,collect,007+F2,NA,3.6234,40"
    assert (tmp_path / "plan" / "baler_stops.csv").read_text().splitlines()[1].endswith(",25:10,3.2500")
    assert (tmp_path / "plan" / "season.csv").read_text().splitlines()[1] == "007,,2026-11-01,NA,1.500"
    assert read_plan(tmp_path / "plan") == PLAN


def test_writing_is_the_same_every_time_and_keeps_what_else_lies_there(tmp_path: Path) -> None:
    (tmp_path / "plan" / "scenario").mkdir(parents=True)
    (tmp_path / "plan" / "scenario" / "towns.csv").write_text("mine")
    write_plan(PLAN, tmp_path / "plan")
    first = {name: (tmp_path / "plan" / name).read_bytes() for name in (*COLUMNS, "summary.json")}
    write_plan(read_plan(tmp_path / "plan"), tmp_path / "plan")
    assert {name: (tmp_path / "plan" / name).read_bytes() for name in first} == first
    assert (tmp_path / "plan" / "scenario" / "towns.csv").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_a_failure_while_writing_leaves_the_old_plan(tmp_path: Path) -> None:
    write_plan(PLAN, tmp_path / "plan")
    bad = Plan((), (), (), (), (), (), {"cost_yuan": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        write_plan(bad, tmp_path / "plan")
    assert read_plan(tmp_path / "plan") == PLAN
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_an_interrupted_move_leaves_a_folder_that_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_plan(PLAN, tmp_path / "plan")
    replace_file = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == "stock.csv":
            raise KeyboardInterrupt
        return replace_file(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_plan(PLAN, tmp_path / "plan")
    [fault] = _faults(tmp_path / "plan")
    assert fault == ("summary.json", None, None)


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column"),
    [
        ("season.csv", "2026-11-01,NA,1.500", "soon,NA,1.500", 2, "haul_date"),
        ("season.csv", "1.500", "much", 2, "dry_t"),
        ("season.csv", "1.500", "nan", 2, "dry_t"),
        ("baler_stops.csv", "25:10", "25:61", 2, "end"),
        ("baler_stops.csv", "B1,1,", "B1,1.5,", 2, "seq"),
        ("hauls.csv", ",40", ",40.5", 2, "bales"),
        ("hauls.csv", ",40", "", 2, None),
        ("hauls.csv", "haul_id", "haul", 1, "haul_id"),
        ("truck_stops.csv", "06:50", "6:50", 3, "arrive"),
        ("truck_stops.csv", "2026-11-01,T1,1", "2026-13-01,T1,1", 3, "date"),
        ("truck_stops.csv", "2026-11-01,T1,1", "\n2026-11-01,T1,1", 3, None),
        ("stock.csv", "0.500", "inf", 2, "out_t"),
        ("unserved.csv", '""they say""', '"they say"', 2, None),
        ("summary.json", "1.25", "NaN", None, None),
        ("summary.json", '"note"', "note", 5, None),
        ("summary.json", "{", "[", 2, None),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, row: int | None, column: str | None
) -> None:
    write_plan(PLAN, tmp_path / "plan")
    path = tmp_path / "plan" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert (file, row, column) in _faults(tmp_path / "plan")


def test_all_faults_of_a_plan_are_told_at_once(tmp_path: Path) -> None:
    assert len(_faults(tmp_path / "nowhere")) == 1
    (tmp_path / "empty").mkdir()
    assert {file for file, _, _ in _faults(tmp_path / "empty")} == {*COLUMNS, "summary.json"}


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"\xff\xfe{", b"5", b"[]", b"{" * 100_000, b"[" * 100_000])
def test_a_summary_that_is_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    write_plan(PLAN, tmp_path / "plan")
    (tmp_path / "plan" / "summary.json").write_bytes(content)
    assert {file for file, _, _ in _faults(tmp_path / "plan")} == {"summary.json"}


def test_unknown_kinds_actions_and_negative_masses_are_read_for_the_check_to_judge(tmp_path: Path) -> None:
    write_plan(PLAN, tmp_path / "plan")
    for file, old, new in (
        ("hauls.csv", "collect", "magic"),
        ("truck_stops.csv", "leave", "fly"),
        ("season.csv", "1.500", "-1.500"),
    ):
        path = tmp_path / "plan" / file
        path.write_text(path.read_text().replace(old, new))
    plan = read_plan(tmp_path / "plan")
    assert (plan.hauls[0].kind, plan.truck_stops[0].action, plan.season[0].dry_t) == ("magic", "fly", -1.5)


def test_carriage_returns_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    write_plan(PLAN, tmp_path / "plan")
    for name in (*COLUMNS, "summary.json"):
        path = tmp_path / "plan" / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_plan(tmp_path / "plan") == PLAN


def _rows(kind: Callable[..., Any], *columns: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.builds(kind, *columns), max_size=3).map(tuple)


_ID = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6).map(
    lambda text: text.strip().replace("+", "")
)
_MASS = st.integers(-(10**9), 10**9).map(lambda grams: grams / 1e6)
_MIN = st.integers(0, 48 * 60)
_DATE = st.dates(date(2000, 1, 1), date(2100, 1, 1))
_SEQ = st.integers(-5, 99)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_PLANS = st.builds(
    Plan,
    season=_rows(SeasonRow, _ID, st.none() | _DATE, _DATE, _ID, _MASS),
    baler_stops=_rows(BalerStop, _DATE, _ID, _SEQ, _ID, _MIN, _MIN, _MIN, _MASS),
    hauls=_rows(
        Haul, _DATE, _ID, st.just("direct"), st.lists(_ID, min_size=1, max_size=3).map(tuple), _ID, _MASS, _SEQ
    ),
    truck_stops=_rows(TruckStop, _DATE, _ID, _SEQ, _ID, _ID, st.just("load"), _MIN, _MIN, _MIN, _MASS),
    stock=_rows(StockRow, _DATE, _ID, *([_MASS] * 6)),
    unserved=_rows(UnservedRow, _ID, _MASS, _ID, _ID),
    summary=st.dictionaries(st.text(max_size=5), _JSON, max_size=3),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=_PLANS)
def test_whatever_is_written_reads_back_the_same(tmp_path: Path, plan: Plan) -> None:
    write_plan(plan, tmp_path / "plan")
    assert read_plan(tmp_path / "plan") == plan


def _faults(folder: Path) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(PlanUnreadable) as refused:
        read_plan(folder)
    return [(fault.file, fault.row, fault.column) for fault in refused.value.faults]
