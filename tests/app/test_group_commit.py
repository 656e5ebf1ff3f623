"""Jobs of several threads are done in one transaction, and a fault is told only to whose job it was."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.database.engine import make_engine
from app.database.group_commit import GroupCommit


@pytest.fixture
def engine(tmp_path: Path):
    engine = make_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE job (n INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()


def stored(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT n FROM job ORDER BY n")).scalars())


class Counted:
    """Stores numbers, and remembers which went in together; 13 is refused."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.goes_on = threading.Event()
        self.goes_on.set()

    def work(self, session: Session, numbers: Sequence[int]) -> list[str]:
        self.goes_on.wait(10)
        self.groups.append(list(numbers))
        for number in numbers:
            if number == 13:
                raise ValueError("thirteen")
            session.execute(text("INSERT INTO job VALUES (:n)"), {"n": number})
        return [f"did {number}" for number in numbers]


def all_done(group: GroupCommit[int, str], numbers: Sequence[int]) -> list[str | Exception]:
    def done(number: int) -> str | Exception:
        try:
            return group.done(number)
        except Exception as fault:
            return fault

    with ThreadPoolExecutor(len(numbers)) as threads:
        return list(threads.map(done, numbers))


def done_while_another_writes(
    engine: Engine, group: GroupCommit[int, str], numbers: Sequence[int]
) -> Sequence[Future[str]]:
    """All of these come while somebody else holds the lock that the first of them waits for."""
    with ThreadPoolExecutor(len(numbers)) as threads, engine.begin():
        answers = [threads.submit(group.done, number) for number in numbers]
        while len(group._line) < len(numbers):
            time.sleep(0.01)
    return answers


def test_what_comes_while_somebody_writes_goes_in_together(engine: Engine) -> None:
    counted = Counted()
    group = GroupCommit(engine, counted.work, most=16)
    answers = done_while_another_writes(engine, group, range(10))
    assert [answer.result() for answer in answers] == [f"did {number}" for number in range(10)]
    assert [sorted(one) for one in counted.groups] == [list(range(10))]
    assert stored(engine) == list(range(10))


def test_no_group_is_larger_than_the_most(engine: Engine) -> None:
    counted = Counted()
    group = GroupCommit(engine, counted.work, most=3)
    all_done(group, range(12))
    assert max(len(one) for one in counted.groups) <= 3
    assert stored(engine) == list(range(12))


def test_a_fault_in_the_work_is_told_to_its_job_alone(engine: Engine) -> None:
    counted = Counted()
    group = GroupCommit(engine, counted.work, most=16)
    answers = all_done(group, range(10, 20))
    assert isinstance(answers[3], ValueError)
    assert [answer for answer in answers if isinstance(answer, str)] == [
        f"did {number}" for number in range(10, 20) if number != 13
    ]
    assert stored(engine) == [number for number in range(10, 20) if number != 13]


def test_a_row_that_the_database_refuses_is_told_to_its_job_alone(engine: Engine) -> None:
    counted = Counted()
    group = GroupCommit(engine, counted.work, most=16)
    group.done(5)
    answers = all_done(group, range(8))
    assert [type(answer) is str for answer in answers] == [number != 5 for number in range(8)]
    assert stored(engine) == list(range(8))


def test_whoever_is_stopped_amid_the_work_leaves_it_to_the_next(engine: Engine) -> None:
    counted = Counted()
    group = GroupCommit(engine, counted.work, most=16)
    stopped = threading.Event()

    def work(session: Session, numbers: Sequence[int]) -> list[str]:
        if not stopped.is_set():
            stopped.set()
            raise SystemExit
        return counted.work(session, numbers)

    group._work = work
    faults = [answer.exception() for answer in done_while_another_writes(engine, group, range(4))]
    assert sum(isinstance(fault, SystemExit) for fault in faults) == 1
    assert stored(engine) == [number for number, fault in enumerate(faults) if fault is None]
