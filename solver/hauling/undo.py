"""What is remembered of a truck's day before it is changed."""

from __future__ import annotations

from solver.hauling.kernels import inner
from solver.hauling.timing import book


@inner
def touch(schedule, t, touched, old):  # type: ignore[no-untyped-def]
    if touched[t]:
        return
    touched[t] = True
    n = schedule.hauls[t]
    old[3][t] = n
    old[0][t, :n] = schedule.wish[t, :n]
    old[1][t, :n] = schedule.dry_t[t, :n]
    old[2][t, :n] = schedule.times[t, :n]


@inner
def undo(problem, schedule, touched, old):  # type: ignore[no-untyped-def]
    """The days of all trucks that were touched as they were before."""
    for t in range(len(touched)):
        if touched[t]:
            for j in range(schedule.hauls[t]):
                book(problem, schedule, t, j, -1)
    for t in range(len(touched)):
        if touched[t]:
            n = old[3][t]
            schedule.hauls[t] = n
            schedule.wish[t, :n] = old[0][t, :n]
            schedule.dry_t[t, :n] = old[1][t, :n]
            schedule.times[t, :n] = old[2][t, :n]
            for j in range(n):
                book(problem, schedule, t, j, 1)
