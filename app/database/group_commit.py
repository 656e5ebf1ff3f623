"""Transactions of several requests made one.

Writers of the same rows wait for each other anyway. Whoever is first of those who wait does the work of all of them in
one transaction, so that what a transaction costs is paid once: its locks, its statements, its wait for the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.database.engine import writing

Job = TypeVar("Job")
Done = TypeVar("Done")


class _Waiting(Generic[Job, Done]):
    """A job in line: `done` or `fault` once it is over."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.is_over = False
        self.done: Done | None = None
        self.fault: BaseException | None = None


class GroupCommit(Generic[Job, Done]):
    """Does jobs of several threads together. `work` does some in a session that it does not commit and returns what
    became of each. Where it fails, or the commit does, each job is done again in a transaction of its own, so that a
    fault is told to whose job it is and to nobody else."""

    def __init__(self, engine: Engine, work: Callable[[Session, Sequence[Job]], Sequence[Done]], *, most: int) -> None:
        self._engine = engine
        self._work = work
        self._most = most
        self._line: list[_Waiting[Job, Done]] = []
        self._changed = threading.Condition()
        self._is_led = False

    def done(self, job: Job) -> Done:
        """Return what became of the job, which is committed then; raises what doing it raised."""
        own: _Waiting[Job, Done] = _Waiting(job)
        with self._changed:
            self._line.append(own)
            while self._is_led and not own.is_over:
                self._changed.wait()
            if leads := not own.is_over:
                self._is_led = True
        if leads:
            try:
                self._lead(own)
            finally:
                with self._changed:
                    self._is_led = False
                    self._changed.notify_all()
        if own.fault is not None:
            raise own.fault
        assert own.done is not None
        return own.done

    def _lead(self, own: _Waiting[Job, Done]) -> None:
        """Do the first in line and `own`, each of which is over then unless somebody stops this thread."""
        group = [own]
        try:
            with writing(), Session(self._engine) as session:
                session.connection()  # whoever comes while this waits for its turn to write comes along
                with self._changed:
                    group += [one for one in self._line if one is not own][: self._most - 1]
                self._do_at_once(session, group)
        except Exception:
            for one in group:
                self._do_alone(one)
        finally:
            with self._changed:
                self._line = [one for one in self._line if one is not own and not one.is_over]

    def _do_alone(self, one: _Waiting[Job, Done]) -> None:
        try:
            with writing(), Session(self._engine) as session:
                self._do_at_once(session, [one])
        except Exception as fault:  # it is raised where it belongs
            one.fault, one.is_over = fault, True

    def _do_at_once(self, session: Session, group: Sequence[_Waiting[Job, Done]]) -> None:
        done = self._work(session, [one.job for one in group])
        session.commit()
        for one, became in zip(group, done, strict=True):
            one.done, one.is_over = became, True
