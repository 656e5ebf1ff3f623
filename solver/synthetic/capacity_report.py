"""Does the arithmetic of a scenario hold? What is asked of machines, bays, yards and plants, beside what they can do.

Every figure is a rough sum, made before any planner runs: it tells a county that can be served from one that cannot,
and shows which limits bite on how many days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.roads.matrices import ways_of
from solver.scenario import Scenario, TransferYard, TruckClass
from solver.synthetic.neighbours import nearest_yard

Floats = npt.NDArray[np.float64]

BALING_EFFICIENCY = 0.85  # of a shift's hours, the rest is moves between fields and home [est]
BAY_EFFICIENCY = 0.85  # of a bay's hours: trucks do not come in an even stream [est]


@dataclass(frozen=True, slots=True)
class CapacityLine:
    """`asked` and `offered` in `unit`; `full_days`: days on which a simple forward run uses all that is offered."""

    subject: str
    unit: str
    asked: float
    offered: float
    full_days: int | None = None

    @property
    def load_percent(self) -> float:
        return 100 * self.asked / self.offered if self.offered else float("inf")


def capacity_lines(scenario: Scenario) -> tuple[CapacityLine, ...]:
    """Balers by region, truck hours by class, bay hours, yard turnover, plant intake and storage."""
    straw = _StrawFlow(scenario)
    return (
        *_baler_lines(scenario, straw),
        *_truck_lines(scenario, straw),
        *_bay_lines(scenario, straw),
        *_yard_lines(scenario, straw),
        *_plant_lines(scenario),
    )


def straw_baled_by_day_t(scenario: Scenario) -> Floats:
    """(days,) tonnes when each region's balers work by the earliest deadline whenever the weather lets them."""
    return np.asarray(_StrawFlow(scenario).baled_t.sum(axis=0), dtype=np.float64)


class _StrawFlow:
    """A forward run of baling: each field belongs to its nearest yard, each baler to its home."""

    def __init__(self, scenario: Scenario) -> None:
        fields, yards = scenario.fields, scenario.yards
        self.ways = ways_of(scenario)
        self.field_ids = [f.field_id for f in fields]
        self.yard_ids = [y.yard_id for y in yards]
        self.yard = nearest_yard(scenario, self.field_ids, self.ways)
        self.straw_t = np.array([f.dry_straw_t for f in fields])
        self.area_mu = np.array([f.area_mu for f in fields])
        self.capacity_mu = np.array([[_capacity_mu(scenario, y, day) for day in scenario.dates] for y in yards])
        self.baled_t = np.zeros((len(yards), len(scenario.dates)))
        self.full = np.zeros((len(yards), len(scenario.dates)), dtype=bool)
        self.late_t = np.zeros(len(yards))
        for index in range(len(yards)):
            self._bale(scenario, index)

    def _bale(self, scenario: Scenario, yard: int) -> None:
        mine = np.flatnonzero(self.yard == yard)
        mine = mine[np.argsort([scenario.fields[i].clear_by.toordinal() for i in mine], kind="stable")]
        left_mu = self.area_mu.copy()
        for number, day in enumerate(scenario.dates):
            room_mu = self.capacity_mu[yard, number]
            for i in mine:
                field = scenario.fields[i]
                if left_mu[i] <= 0 or not field.ready_date <= day <= field.clear_by:
                    continue
                done_mu = min(left_mu[i], room_mu)
                left_mu[i] -= done_mu
                room_mu -= done_mu
                self.baled_t[yard, number] += field.to_bale_t * done_mu / field.area_mu
                if room_mu <= 0:
                    break
            self.full[yard, number] = room_mu <= 0 < self.capacity_mu[yard, number]
        share_left = np.divide(left_mu[mine], self.area_mu[mine], where=self.area_mu[mine] > 0, out=np.zeros(len(mine)))
        self.late_t[yard] = float(np.sum(share_left * [scenario.fields[i].to_bale_t for i in mine]))


def _capacity_mu(scenario: Scenario, yard: TransferYard, day: date) -> float:
    rate = sum(b.rate_mu_per_h * b.shift_hours for b in scenario.balers if b.home_yard_id == yard.yard_id)
    return BALING_EFFICIENCY * rate * scenario.workable_fraction(day)


def _baler_lines(scenario: Scenario, straw: _StrawFlow) -> list[CapacityLine]:
    lines = [
        CapacityLine(
            f"balers of {yard.yard_id} ({straw.late_t[i]:.0f} t not baled in time without help)",
            "mu",
            float(straw.area_mu[straw.yard == i].sum()),
            float(straw.capacity_mu[i].sum()),
            int(straw.full[i].sum()),
        )
        for i, yard in enumerate(scenario.yards)
    ]
    total = CapacityLine("all balers", "mu", float(straw.area_mu.sum()), float(straw.capacity_mu.sum()))
    return [total, *lines]


def _truck_lines(scenario: Scenario, straw: _StrawFlow) -> list[CapacityLine]:
    """Straw goes to the largest class its field admits; the largest class of all does the linehaul."""
    classes = sorted(scenario.truck_classes, key=lambda c: c.rank)
    lines = []
    for c in classes:
        mine = np.array([f.max_truck_class == c.truck_class for f in scenario.fields])
        if not mine.any():
            continue
        there = straw.ways.table(straw.field_ids, straw.yard_ids, c.truck_class).hours
        away_h = there[np.arange(len(mine)), straw.yard]
        hours = float(
            np.sum((straw.straw_t * _hours_per_t(scenario, away_h, _full_load_t(scenario, c), weighings=1))[mine])
        )
        subject = f"collection by {c.truck_class} where it is the largest"
        lines.append(CapacityLine(subject, "h", hours, _shift_hours(scenario, c)))
    largest = classes[-1]
    plant_ids = [p.plant_id for p in scenario.plants]
    away_h = straw.ways.table(straw.yard_ids, plant_ids, largest.truck_class).hours.min(axis=1)
    by_yard_t = np.bincount(straw.yard, weights=straw.straw_t, minlength=len(scenario.yards))
    hours = float(np.sum(by_yard_t * _hours_per_t(scenario, away_h, _full_load_t(scenario, largest), weighings=2)))
    subject = f"linehaul of everything by {largest.truck_class} to the nearest plant"
    return [*lines, CapacityLine(subject, "h", hours, _shift_hours(scenario, largest))]


def _full_load_t(scenario: Scenario, truck_class: TruckClass) -> float:
    return min(truck_class.payload_t, truck_class.bale_capacity * scenario.bale_dry_t)


def _shift_hours(scenario: Scenario, truck_class: TruckClass) -> float:
    a_day = sum(t.shift_hours for t in scenario.trucks if t.truck_class == truck_class.truck_class)
    return len(scenario.dates) * a_day


def _hours_per_t(scenario: Scenario, away_h: Floats, load_t: float, *, weighings: int) -> Floats:
    service_min = (
        scenario.load_minutes_per_t + scenario.unload_minutes_per_t + weighings * scenario.weigh_minutes / load_t
    )
    return np.asarray(2 * away_h / load_t + service_min / 60, dtype=np.float64)


def _bay_lines(scenario: Scenario, straw: _StrawFlow) -> list[CapacityLine]:
    """What comes in over the dock goes out over it; loads of the middle classes in, of the largest out."""
    loads_t = sorted(_full_load_t(scenario, c) for c in scenario.truck_classes)
    in_min = scenario.unload_minutes_per_t + scenario.weigh_minutes / loads_t[len(loads_t) // 2 - 1]
    out_min = scenario.load_minutes_per_t + scenario.weigh_minutes / loads_t[-1]
    by_yard_t = np.bincount(straw.yard, weights=straw.straw_t, minlength=len(scenario.yards))
    lines = []
    for i, yard in enumerate(scenario.yards):
        a_day_h = BAY_EFFICIENCY * yard.bays * (yard.hours.close_min - yard.hours.open_min) / 60
        daily_h = straw.baled_t[i] * (in_min + out_min) / 60
        lines.append(
            CapacityLine(
                f"bays of {yard.yard_id}",
                "h",
                float(by_yard_t[i]) * (in_min + out_min) / 60,
                a_day_h * len(scenario.dates),
                int(np.sum(daily_h > a_day_h)),
            )
        )
    return lines


def _yard_lines(scenario: Scenario, straw: _StrawFlow) -> list[CapacityLine]:
    by_yard_t = np.bincount(straw.yard, weights=straw.straw_t, minlength=len(scenario.yards))
    return [
        CapacityLine(
            f"room of {yard.yard_id}: turned over {by_yard_t[i] / yard.capacity_t:.0f} times; most on one day",
            "t",
            float(straw.baled_t[i].max()),
            yard.capacity_t,
            int(np.sum(straw.baled_t[i] > yard.capacity_t / 2)),
        )
        for i, yard in enumerate(scenario.yards)
    ]


def _plant_lines(scenario: Scenario) -> list[CapacityLine]:
    days = len(scenario.dates)
    straw_t = sum(f.dry_straw_t for f in scenario.fields)
    start_t = sum(y.opening_stock_t for y in scenario.yards) + sum(p.opening_stock_t for p in scenario.plants)
    room_t = sum(p.storage_t + days * p.daily_need_t for p in scenario.plants) + sum(
        y.capacity_t for y in scenario.yards
    )
    baled_t = straw_baled_by_day_t(scenario)
    intake_t = sum(p.daily_max_t for p in scenario.plants)
    return [
        CapacityLine("plant intake over the season", "t", straw_t, days * intake_t, int(np.sum(baled_t > intake_t))),
        CapacityLine("room at plants and yards with the season's use", "t", straw_t + start_t, room_t),
    ]


def report_rows(lines: Sequence[CapacityLine]) -> list[tuple[str, ...]]:
    """One row of texts per line: subject, asked, offered, unit, percent, full days."""
    return [
        (
            line.subject,
            f"{line.asked:,.0f}",
            f"{line.offered:,.0f}",
            line.unit,
            f"{line.load_percent:.0f} %",
            "" if line.full_days is None else str(line.full_days),
        )
        for line in lines
    ]
