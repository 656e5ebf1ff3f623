"""What a dispatcher has promised: `locks.csv` beside a plan (docs/events.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from solver.csv_tables import read_table, write_table
from solver.faults import FaultLog
from solver.plan import Plan
from solver.plan_files import PlanUnreadable

LOCKS_FILE = "locks.csv"
COLUMNS = ("date", "haul_id", "truck", "time", "order")


@dataclass(frozen=True, slots=True)
class Lock:
    """`truck`: stays on its truck; `time`: keeps its clock times; `order`: keeps the hauls before and after it."""

    day: date
    haul_id: str
    truck: bool
    time: bool
    order: bool


def read_locks(folder: Path, plan: Plan) -> Mapping[str, Lock]:
    """The locks of a plan folder by haul; raises PlanUnreadable with every fault."""
    faults = FaultLog()
    table = read_table(folder / LOCKS_FILE, required=COLUMNS, faults=faults, may_be_absent=True)
    locks: dict[str, Lock] = {}
    if table is not None:
        day_of = {haul.haul_id: haul.day for haul in plan.hauls}
        days, ids = table.dates("date"), table.cells("haul_id")
        flags = [table.cells(name) for name in COLUMNS[2:]]
        for index, (day, haul_id) in enumerate(zip(days, ids, strict=True)):
            for name, cells in zip(COLUMNS[2:], flags, strict=True):
                if cells[index] not in ("", "1"):
                    table.fault(index, name, "1 or empty")
            if day is not None and day_of.get(haul_id) != day:
                table.fault(index, "haul_id", "a haul of hauls.csv on that date")
            elif haul_id in locks:
                table.fault(index, "haul_id", "each haul once")
            elif day is not None:
                locks[haul_id] = Lock(day, haul_id, *(cells[index] == "1" for cells in flags))
    if faults:
        raise PlanUnreadable(faults.all())
    return locks


def write_locks(locks: Sequence[Lock], folder: Path) -> None:
    """Writes the locks; without any, the file goes."""
    if not locks:
        (folder / LOCKS_FILE).unlink(missing_ok=True)
        return
    rows = [
        [lock.day.isoformat(), lock.haul_id, *("1" if flag else "" for flag in (lock.truck, lock.time, lock.order))]
        for lock in locks
    ]
    write_table(folder / LOCKS_FILE, COLUMNS, rows)
