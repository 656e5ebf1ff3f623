"""Balers and trucks of a made-up county, shared out over the home yards."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.scenario import Baler, Truck, TruckClass


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckTerms:
    """A class of trucks with what one of them costs."""

    truck_class: str
    rank: int
    payload_t: float
    bale_capacity: int
    yuan_per_day: float
    yuan_per_h: float
    yuan_per_km: float

    def as_class(self) -> TruckClass:
        return TruckClass(self.truck_class, self.rank, self.payload_t, self.bale_capacity)


# Bales, payload: operations.md section 7 (4.2 m light, medium, 6.8 m, 9.6 m). yuan_per_h: its upper end for the two
# smaller classes, the middle and the lower end for the larger ones: a large truck is worth waiting for. yuan_per_km:
# the middle of its range less yuan_per_h / 40, for a scenario pays the hours of driving too. yuan_per_day: about an
# hour standing [est].
TRUCK_TERMS = (
    TruckTerms(
        truck_class="c8", rank=1, payload_t=1.6, bale_capacity=8, yuan_per_day=70, yuan_per_h=70, yuan_per_km=0.35
    ),
    TruckTerms(
        truck_class="c18", rank=2, payload_t=5.0, bale_capacity=18, yuan_per_day=80, yuan_per_h=80, yuan_per_km=0.7
    ),
    TruckTerms(
        truck_class="c30", rank=3, payload_t=9.0, bale_capacity=30, yuan_per_day=90, yuan_per_h=90, yuan_per_km=1.35
    ),
    TruckTerms(
        truck_class="c48", rank=4, payload_t=16.0, bale_capacity=48, yuan_per_day=90, yuan_per_h=100, yuan_per_km=2.2
    ),
)
TRUCK_SHIFT_STARTS_MIN = (360, 420, 480, 540, 600)
TRUCK_SHIFT_HOURS = 10.0

# 10 mu/h on the field; a contract price of 60-80 yuan/mu is 550 yuan an hour when moves and waiting are paid too.
BALER_RATE_MU_PER_H = 10.0
BALER_SHIFT_START_MIN = 570
BALER_SHIFT_HOURS = 7.0
BALER_YUAN_PER_H = 550.0
BALER_YUAN_PER_KM = 8.0
BALER_SPEEDS_KM_H = (20.0, 18.0)  # wheeled; on rubber tracks


def make_balers(count_by_home: Mapping[str, int]) -> tuple[Baler, ...]:
    """Balers B01, B02 …, by home."""
    homes = [home for home, count in count_by_home.items() for _ in range(count)]
    return tuple(
        Baler(
            baler_id=f"B{number:02d}",
            home_yard_id=home,
            rate_mu_per_h=BALER_RATE_MU_PER_H,
            road_speed_km_h=BALER_SPEEDS_KM_H[number % len(BALER_SPEEDS_KM_H)],
            shift_start_min=BALER_SHIFT_START_MIN,
            shift_hours=BALER_SHIFT_HOURS,
            yuan_per_h=BALER_YUAN_PER_H,
            yuan_per_km=BALER_YUAN_PER_KM,
        )
        for number, home in enumerate(homes, start=1)
    )


def make_trucks(count_by_class_and_home: Mapping[str, Mapping[str, int]]) -> tuple[Truck, ...]:
    """Trucks T001, T002 …, by class and home; shifts start in turn between 06:00 and 10:00, so that
    the bays work all day."""
    terms = {t.truck_class: t for t in TRUCK_TERMS}
    places = [
        (truck_class, home)
        for truck_class, counts in count_by_class_and_home.items()
        for home, count in counts.items()
        for _ in range(count)
    ]
    return tuple(
        Truck(
            truck_id=f"T{number:03d}",
            truck_class=truck_class,
            home_yard_id=home,
            shift_start_min=TRUCK_SHIFT_STARTS_MIN[number % len(TRUCK_SHIFT_STARTS_MIN)],
            shift_hours=TRUCK_SHIFT_HOURS,
            yuan_per_day=terms[truck_class].yuan_per_day,
            yuan_per_h=terms[truck_class].yuan_per_h,
            yuan_per_km=terms[truck_class].yuan_per_km,
        )
        for number, (truck_class, home) in enumerate(places, start=1)
    )


def apportion(total: int, weights: Sequence[float] | npt.NDArray[np.float64]) -> list[int]:
    """`total` in whole parts, at least one each, so that the largest weight per part is as small as can be.

    Every weight gets one part, and each further part goes where the weight per part is the largest.
    """
    parts = [1] * len(weights)
    queue = [(-float(weight), index) for index, weight in enumerate(weights)]
    heapq.heapify(queue)
    for _ in range(total - len(parts)):
        _, index = queue[0]
        parts[index] += 1
        heapq.heapreplace(queue, (-float(weights[index]) / parts[index], index))
    return parts
