"""Writers of one SQLite file wait in line, and nobody who died or only reads stands in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.database.engine import make_engine, only_reading

_WRITER = """
import sys, time
from sqlalchemy import text
from app.database.engine import make_engine
engine = make_engine(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with engine.begin() as connection:
        connection.execute(text("UPDATE count SET n = n + 1"))
with engine.begin() as connection:
    print("in front", flush=True)
    time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def engine(tmp_path: Path):
    engine = make_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE count (n INTEGER)"))
        connection.execute(text("INSERT INTO count VALUES (0)"))
    yield engine
    engine.dispose()


def counted(engine: Engine) -> int:
    with only_reading(), engine.connect() as connection:
        return int(connection.execute(text("SELECT n FROM count")).scalar_one())


def other_process(engine: Engine, times: int, stay_s: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(engine.url), str(times), str(stay_s)], stdout=subprocess.PIPE, text=True
    )


def test_threads_and_processes_write_one_after_the_other(engine: Engine) -> None:
    def write() -> None:
        for _time in range(20):
            with engine.begin() as connection:
                connection.execute(text("UPDATE count SET n = n + 1"))

    others = [other_process(engine, 50, 0) for _ in range(2)]
    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait() for other in others] == [0, 0]
    for other in others:
        other.stdout.close()
    assert counted(engine) == 260


def test_a_writer_waits_for_another_process_and_a_reader_does_not(engine: Engine) -> None:
    with other_process(engine, 0, 1.0) as other:
        assert other.stdout.readline() == "in front\n"
        assert counted(engine) == 0
        with engine.begin() as connection:
            connection.execute(text("UPDATE count SET n = 7"))
    assert counted(engine) == 7


def test_whoever_is_killed_in_front_leaves_the_line(engine: Engine) -> None:
    with other_process(engine, 0, 600) as other:
        assert other.stdout.readline() == "in front\n"
        os.kill(other.pid, signal.SIGKILL)
        with engine.begin() as connection:
            connection.execute(text("UPDATE count SET n = 8"))
    assert counted(engine) == 8


def test_a_transaction_that_fails_lets_the_next_one_in(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.begin():
        raise ZeroDivisionError
    with engine.connect() as connection:
        connection.execute(text("UPDATE count SET n = 1"))
        connection.commit()
        # the same connection goes on with another transaction
        connection.execute(text("UPDATE count SET n = n + 1"))
        connection.commit()
    assert counted(engine) == 2


def test_a_second_engine_of_the_same_thread_is_told_by_sqlite_and_does_not_wait_for_ever(engine: Engine) -> None:
    other = make_engine(str(engine.url), busy_timeout_ms=50)
    with engine.begin(), pytest.raises(OperationalError, match="locked"), other.begin():
        pass
    other.dispose()
