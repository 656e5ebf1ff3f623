"""Layouts searched for from the page, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.clock import now
from app.database.engine import db
from app.fire_safety.drawings import design_runs
from app.fire_safety.drawings.design_runs import RunState, begin_run, cancel_run, proposals_of, run_of
from app.fire_safety.drawings.fault_texts import reason_text
from app.fire_safety.drawings.queries import versions_of
from tests.app.day_plan import PlannedTown
from tests.app.fire_safety.test_yard_drawings import at_work, drawing, hand_in

LONGEST_S = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for each in ("Y1", "Y2"):
        cancel_run(tmp_path, each)


def ended(folder: Path, yard_id: str) -> RunState:
    """How a run ended."""
    until = time.monotonic() + LONGEST_S
    while (run := run_of(folder, yard_id)) is not None and run.state is RunState.RUNS:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert run is not None
    return run.state


def site(yard_id: str, *kinds: str) -> str:
    """Only the things of these kinds."""
    content: dict[str, Any] = drawing(yard_id)
    content["features"] = [it for it in content["features"] if it["properties"]["kind"] in kinds]
    return json.dumps(content)


def test_a_site_without_a_gate_fails_and_says_why(folder: Path) -> None:
    assert run_of(folder, "Y1") is None
    assert begin_run(folder, "Y1", 1, site("Y1", "site"), 15)
    assert not begin_run(folder, "Y2", 1, site("Y2", "site"), 15)
    assert ended(folder, "Y1") is RunState.FAILED
    run = run_of(folder, "Y1")
    assert run is not None
    assert "gate" in run.said
    assert proposals_of(folder, "Y1") == []
    # the next one may begin
    assert begin_run(folder, "Y2", 1, site("Y2", "site"), 15)
    assert ended(folder, "Y2") is RunState.FAILED


def test_a_search_that_ends_while_it_is_looked_at_has_failed_and_was_not_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = design_runs._folder(folder, "Y1")
    here.mkdir(parents=True)
    said = {"yard_id": "Y1", "version": 1, "seconds": 60, "begun_at": now().isoformat(), "pid": 1, "began": "1"}
    (here / "run.json").write_text(json.dumps(said), encoding="utf-8")

    def ends(_said: dict[str, Any]) -> bool:
        (here / "ended").write_text("1", encoding="utf-8")
        return False

    monkeypatch.setattr(design_runs, "_goes_on", ends)
    run = run_of(folder, "Y1")
    assert run is not None
    assert run.state is RunState.FAILED


def test_a_search_goes_on_from_the_instant_at_which_it_was_begun_to_its_end() -> None:
    for _ in range(20):
        child = subprocess.Popen(["sleep", "60"], start_new_session=True)
        began = design_runs._began(child.pid)
        assert design_runs._goes_on({"pid": child.pid, "began": began})
        assert not design_runs._goes_on({"pid": child.pid, "began": str(int(began) - 1)})
        child.kill()
        child.wait()
        assert not design_runs._goes_on({"pid": child.pid, "began": began})


def test_of_searches_that_begin_at_one_instant_exactly_one_goes_on(folder: Path) -> None:
    whole, at_once = site("Y1", "site", "gate", "fence"), threading.Barrier(8)

    def begin(number: int) -> bool:
        at_once.wait()
        return begin_run(folder, "Y1" if number % 2 else "Y2", 1, whole, 60)

    with ThreadPoolExecutor(8) as threads:
        begun = list(threads.map(begin, range(8)))
    assert sum(begun) == 1
    runs = [run for yard_id in ("Y1", "Y2") if (run := run_of(folder, yard_id)) is not None]
    assert [run.state for run in runs] == [RunState.RUNS]


def test_so_it_is_where_the_server_has_several_processes(folder: Path) -> None:
    told = """
import sys, time
from pathlib import Path
from app.fire_safety.drawings.design_runs import begin_run
folder, whole = Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8")
(folder / f"ready-{sys.argv[3]}").touch()
while not (folder / "go").exists():
    time.sleep(0.0005)
print(begin_run(folder / "runs", "Y1", 1, whole, 60))
"""
    drawn = folder / "site.geojson"
    drawn.write_text(site("Y1", "site", "gate", "fence"), encoding="utf-8")
    command = [sys.executable, "-c", told, str(folder), str(drawn)]
    processes = [subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, text=True) for number in range(4)]
    until = time.monotonic() + LONGEST_S
    while len(list(folder.glob("ready-*"))) < len(processes):
        assert time.monotonic() < until
        time.sleep(0.05)
    (folder / "go").touch()
    try:
        assert sorted(process.communicate(timeout=LONGEST_S)[0].strip() for process in processes) == [
            *["False"] * 3,
            "True",
        ]
    finally:
        cancel_run(folder / "runs", "Y1")


def test_a_search_that_is_cancelled_is_forgotten_and_one_whose_process_is_gone_is_lost(folder: Path) -> None:
    whole = site("Y1", "site", "gate", "fence")
    assert begin_run(folder, "Y1", 1, whole, 60)
    cancel_run(folder, "Y1")
    assert run_of(folder, "Y1") is None
    here = design_runs._folder(folder, "Y1")
    here.mkdir(parents=True)
    said = {"yard_id": "Y1", "version": 1, "seconds": 60, "begun_at": "2026-11-01T00:00:00+00:00", "pid": 2**22 + 1}
    (here / "run.json").write_text(json.dumps(said), encoding="utf-8")
    run = run_of(folder, "Y1")
    assert run is not None
    assert run.state is RunState.LOST


def test_what_was_found_is_kept_and_compared_from_the_page(county_app: Flask, town: PlannedTown) -> None:
    yard_id = town.scenario.yards[0].yard_id
    browser = at_work(county_app)
    page = f"/yards/{yard_id}/drawing/design"
    assert browser.get(page).status_code == 200
    assert browser.post(page, data={"seconds": "15"}).status_code == 404
    hand_in(browser, yard_id, drawing(yard_id))
    # as the process leaves it
    folder = county_app.extensions["strawline.config"].instance / "designs"
    here = design_runs._folder(folder, yard_id)
    here.mkdir(parents=True)
    said = {"yard_id": yard_id, "version": 1, "seconds": 15, "begun_at": "2026-11-23T00:00:00+00:00", "pid": 2**22 + 1}
    (here / "run.json").write_text(json.dumps(said), encoding="utf-8")
    assert browser.get(f"/data{page}").get_json()["state"] == "lost"
    assert browser.post(f"{page}/keep").status_code == 404
    found = drawing(yard_id)
    found["features"] = [it for it in found["features"] if it["id"] != "light-1"]
    (here / "room.geojson").write_text(json.dumps(found), encoding="utf-8")
    rows = [{"goal": "room", "bound_bales": 1836}]
    (here / "proposals.json").write_text(json.dumps({"proposals": rows}), encoding="utf-8")
    assert browser.get(f"/data{page}").get_json()["state"] == "done"
    answer = browser.post(f"{page}/keep")
    assert answer.headers["Location"].endswith(f"/yards/{yard_id}/drawing/compare?v=1&v=2")
    assert browser.get(f"/data{page}").get_json()["state"] is None
    with county_app.app_context():
        assert [it.note for it in versions_of(db.session, yard_id)] == ["room", None]
    browser.post(f"{page}/cancel")
    assert browser.get(page).status_code == 200


def test_why_nothing_was_found_is_told_in_the_readers_language(county_app: Flask) -> None:
    narrow = "the site is too narrow or too small: a stack of 4 m with a strip of 6 m all around needs 16 m"
    said = [
        "the site has no gate for vehicles: draw one at the road",
        narrow,
        "b-1: 20 m to it leave 1,200 of 3,000 m2",
    ]
    with county_app.test_request_context(headers={"Accept-Language": "zh"}):
        told = [reason_text(line) for line in said]
    assert all(before != after for before, after in zip(said, told, strict=True))
    assert "16" in told[1]
    assert "1,200" in told[2]
