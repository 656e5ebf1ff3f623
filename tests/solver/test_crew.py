"""A crew does every unit once, whatever happens to its workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from slow_units import deadly, faulty, slow_double

from solver.crew import Crew, Unit, WorkerLost, WorkStopped, WrongCluster
from solver.crew.kept_results import KeptResults

HERE = Path(__file__).parent
UNITS = 12


def _units(seconds: float) -> list[Unit]:
    return [Unit(number, slow_double, (number, seconds)) for number in range(UNITS)]


def _doubled_while_one_dies(crew: Crew) -> list[int]:
    """The answers in order; the worker that gives the second one is killed."""
    answers: dict[object, int] = {}

    def done(unit: Unit, answer: tuple[int, int]) -> None:
        assert unit.key not in answers, "handed over twice"
        answers[unit.key] = answer[0]
        if len(answers) == 2:
            os.kill(answer[1], signal.SIGKILL)

    crew.run(_units(0.05), done)
    return [answers[number] for number in range(UNITS)]


def test_a_killed_process_loses_no_unit() -> None:
    assert _doubled_while_one_dies(Crew(workers=2)) == [2 * n for n in range(UNITS)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """A Dask scheduler and two workers, each a process of its own, none restarted."""
    file = tmp_path / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    worker = ["worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    worker += ["--host", "127.0.0.1", "--local-directory", str(tmp_path)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for arguments in (scheduler, worker, worker)
    ]
    try:
        yield _address(file, workers=2)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _address(file: Path, *, workers: int) -> str:
    from distributed import Client

    for _ in range(600):
        if file.exists() and file.stat().st_size:
            break
        time.sleep(0.1)
    with Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)
        address: str = client.scheduler.address
    return address


def test_a_killed_worker_of_a_cluster_loses_no_unit(cluster: str) -> None:
    assert _doubled_while_one_dies(Crew(cluster=cluster)) == [2 * n for n in range(UNITS)]


def test_a_unit_that_kills_every_worker_is_named() -> None:
    with pytest.raises(WorkerLost) as lost:
        Crew(workers=2).run([Unit("deadly", deadly, (1,))], lambda unit, answer: None)
    assert lost.value.key == "deadly"


def test_what_a_unit_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="no 7"):
        Crew(workers=1).run([Unit("faulty", faulty, (7,))], lambda unit, answer: None)


def test_an_answer_may_give_further_units_and_a_stop_keeps_what_was_handed_over() -> None:
    answers: list[int] = []

    def done(unit: Unit, answer: tuple[int, int]) -> list[Unit]:
        answers.append(answer[0])
        return [Unit(answer[0], slow_double, (answer[0], 0.0))]

    with pytest.raises(WorkStopped):
        Crew(workers=1).run([Unit(1, slow_double, (1, 0.0))], done, told=lambda: len(answers) < 4)
    assert answers == [2, 4, 8, 16]


def test_an_address_without_a_scheduler_is_told() -> None:
    with pytest.raises(WrongCluster, match="no scheduler"):
        Crew(cluster="nonsense://127.0.0.1:1").run(_units(0.0), lambda unit, answer: None)


def test_a_result_is_written_once(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path / "kept", "one")
    kept.write("a", b"first")
    kept.write("a", b"second")
    assert KeptResults(tmp_path / "kept", "one").read("a") == b"first"
    assert sorted(p.name for p in (tmp_path / "kept").iterdir()) == ["a", "key"]


def test_results_of_other_work_are_not_taken_for_this(tmp_path: Path) -> None:
    KeptResults(tmp_path, "one").write("a", b"first")
    assert KeptResults(tmp_path, "other").read("a") is None
