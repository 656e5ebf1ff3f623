"""The plan's rows, written down as the dispatcher books them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from solver.greedy.county import County
from solver.greedy.straw import ALREADY_BALED
from solver.plan import BalerStop, Haul, HaulKind, SeasonRow, StopAction, TruckStop
from solver.scenario import MINUTES_PER_DAY


@dataclass(frozen=True, slots=True)
class Service:
    """A load or unload of a trip; minutes after the season's first midnight."""

    place_id: str
    arrive_min: float
    start_min: float
    end_min: float
    kg: int


class RowBook:
    def __init__(self, county: County) -> None:
        self._county = county
        self.baler_stops: list[BalerStop] = []
        self.hauls: list[Haul] = []
        self.truck_stops: list[TruckStop] = []
        self._season_kg: dict[tuple[int, int, int, int], int] = defaultdict(int)
        self._seq: dict[tuple[int, str], int] = defaultdict(int)

    def day(self, index: int) -> date:
        return self._county.scenario.season_start + timedelta(days=index)

    def baler_stop(
        self, *, day: int, baler_id: str, field: int, arrive_min: float, start_min: float, end_min: float, mu: float
    ) -> None:
        self._seq[day, baler_id] += 1
        self.baler_stops.append(
            BalerStop(
                day=self.day(day),
                baler_id=baler_id,
                seq=self._seq[day, baler_id],
                field_id=self._county.field_ids[field],
                arrive_min=_whole(arrive_min, day),
                start_min=_whole(start_min, day),
                end_min=_whole(end_min, day),
                area_mu=mu,
            )
        )

    def hauled(self, *, day: int, field: int, hub: int, taken: Sequence[tuple[int, int]]) -> None:
        """Note what a load took from a field: (bale day, kg) each."""
        for bale_day, kg in taken:
            self._season_kg[field, bale_day, day, hub] += kg

    def trip(
        self, *, day: int, truck_id: str, kind: HaulKind, loads: Sequence[Service], unload: Service, bale_kg: float
    ) -> None:
        haul_id = f"H{len(self.hauls) + 1:06d}"
        self.hauls.append(
            Haul(
                day=self.day(day),
                haul_id=haul_id,
                kind=kind,
                origin_ids=tuple(load.place_id for load in loads),
                destination_id=unload.place_id,
                dry_t=unload.kg / 1000,
                bales=math.ceil(unload.kg / bale_kg - 0.01),
            )
        )
        for load in loads:
            self._truck_stop(day, truck_id, haul_id, "load", load)
        self._truck_stop(day, truck_id, haul_id, "unload", unload)

    def at_home(self, *, day: int, truck_id: str, home_id: str, action: StopAction, minute: float) -> None:
        self._truck_stop(day, truck_id, "", action, Service(home_id, minute, minute, minute, 0))

    def season_rows(self) -> list[SeasonRow]:
        county = self._county
        return [
            SeasonRow(
                field_id=county.field_ids[field],
                bale_date=None if bale_day == ALREADY_BALED else self.day(bale_day),
                haul_date=self.day(haul_day),
                destination_id=county.hub_ids[hub],
                dry_t=kg / 1000,
            )
            for (field, bale_day, haul_day, hub), kg in sorted(self._season_kg.items())
        ]

    def _truck_stop(self, day: int, truck_id: str, haul_id: str, action: StopAction, service: Service) -> None:
        self._seq[day, truck_id] += 1
        self.truck_stops.append(
            TruckStop(
                day=self.day(day),
                truck_id=truck_id,
                seq=self._seq[day, truck_id],
                haul_id=haul_id,
                place_id=service.place_id,
                action=action,
                arrive_min=_whole(service.arrive_min, day),
                start_min=_whole(service.start_min, day),
                end_min=_whole(service.end_min, day),
                dry_t=service.kg / 1000,
            )
        )


def _whole(minute: float, day: int) -> int:
    """Whole minutes of the row's date, always rounded down: the order of events stays as it was."""
    return math.floor(minute + 1e-6) - day * MINUTES_PER_DAY
