"""What `make bench` keeps and writes: figures beside what was asked, the kept ones of benchmarks that were not run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solver.routing.readers import read_instance
from tests.benchmarks import __main__ as bench
from tests.benchmarks.benchmark import Answer, Benchmark, Figure, Output
from tests.benchmarks.catalogue import BENCHMARKS, ROOT
from tests.benchmarks.document import write_document
from tests.benchmarks.routing_problems import write_problems

HAULS = [
    {"unit": "yuan", "cost": 99.0 + 1 / n, "bound": 98.0, "seconds": n, "gap_percent": 1.5, "left": 0, "faults": []}
    for n in (1, 2, 4, 8)
]
RIVALS = (
    "A: ours, 15 s: 2,510.62, 0.00 % above the bound, 0 left\n"
    "A: PyVRP, 15 s: 2,600.00, 3.56 % above the bound, 0 left\n"
    "A: PyVRP, 150 s: 2,550.00, 1.57 % above the bound, 0 left\n"
    "A: OR-Tools, 150 s: 2,500.00, -0.42 % above the bound, 0 left, 1 faults: F1: 2 trucks\n"
)


def outputs(*texts: str) -> list[Output]:
    return [Output(text, 1.0) for text in texts]


def test_figures_say_whether_what_was_asked_is_met() -> None:
    assert Figure("gap", 1.5, "%", 2.0).holds is True
    assert Figure("gap", 2.5, "%", 2.0).holds is False
    assert Figure("dearer", 0.5, "%", 0.1, better="more").holds is True
    assert Figure("gap", None, "%", 2.0).holds is False
    assert Figure("cost", 2.5, "yuan").holds is None


def test_the_answers_of_hauls_and_of_other_engines_are_read() -> None:
    said = BENCHMARKS["hauls-b"].read(outputs(*map(json.dumps, HAULS)))
    assert [f.holds for f in said.figures] == [True, True, None, None, True, True]
    assert said.series["cost"] == [one["cost"] for one in HAULS]
    rivals = {f.what: f.value for f in BENCHMARKS["rivals-a"].read(outputs(RIVALS)).figures}
    assert rivals["PyVRP dearer than ours, 150 s"] == pytest.approx(1.569, abs=0.001)
    with pytest.raises(ValueError, match="does not say"):
        BENCHMARKS["roads"].read(outputs("nothing of the kind"))


def test_what_is_not_run_keeps_its_result_and_a_benchmark_that_fails_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(outputs: list[Output]) -> Answer:
        return Answer((Figure("said", float(outputs[-1].text), "s", 2.0),))

    def one(name: str, code: str) -> Benchmark:
        return Benchmark(name=name, title=name, commands=(f"python -c '{code}'",), read=told, minutes=0.1)

    made = {name: one(name, code) for name, code in (("hauls-a", "print(1)"), ("roads", "print(3)"), ("gate", "1/0"))}
    for module in (bench, bench.write_document.__globals__):
        target = module if isinstance(module, dict) else vars(module)
        monkeypatch.setitem(target, "BENCHMARKS", made)
    monkeypatch.setattr(bench, "DOCS", tmp_path)
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "benchmarks" / "results.json")
    monkeypatch.setattr(bench, "BUILD", tmp_path / "build")
    assert bench.main(["--only", "hauls-a"]) == 0
    first = json.loads(bench.RESULTS.read_text())["hauls-a"]
    assert bench.main(["--only", "gate,roads"]) == 1
    assert "failed: gate" in capsys.readouterr().out
    kept = json.loads(bench.RESULTS.read_text())
    assert list(kept) == ["hauls-a", "roads"]
    assert kept["hauls-a"] == first
    text = (tmp_path / "benchmarks.md").read_text()
    assert "| ≤ 2 s | 1 s | holds |" in text
    assert "| ≤ 2 s | 3 s | **not met** |" in text
    assert "Not measured yet: `gate`" in text


def test_the_same_results_give_the_same_small_pictures(tmp_path: Path) -> None:
    kept = json.loads((ROOT / "docs" / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        write_document(kept, tmp_path / folder)
    pictures = sorted((tmp_path / "one" / "benchmarks").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.read_bytes() == (tmp_path / "other" / "benchmarks" / picture.name).read_bytes()
        assert picture.stat().st_size < 60_000
    text = (tmp_path / "one" / "benchmarks.md").read_text(encoding="utf-8")
    assert all(f"(benchmarks/{picture.name})" in text for picture in pictures)
    assert str(ROOT) not in text


def test_the_made_up_routing_problems_are_read_as_what_they_are(tmp_path: Path) -> None:
    write_problems(tmp_path)
    read = {path.stem: read_instance(path).problem for path in sorted(tmp_path.iterdir())}
    assert {name: len(problem.stops) for name, problem in read.items()} == {
        f"{kind}{stops}": stops for kind in "CDW" for stops in (200, 400)
    }
    assert len(set(read["D200"].fleet.start_place.tolist())) == 4
    assert (read["W200"].stops.latest - read["W200"].stops.earliest).max() < read["W200"].fleet.latest.max()
