"""The next trip of one truck: which load, by which stops, to which place, at what minutes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.greedy.bays import BayBook
from solver.greedy.county import MARGIN_MIN, County
from solver.greedy.rows import Service
from solver.greedy.rule import DispatchRule
from solver.greedy.stocks import PlantBook, YardBook
from solver.greedy.straw import BaledStraw
from solver.plan import HaulKind
from solver.scenario import TransferYard

FAILED_TRIES = 6
FEWEST_KG = 100


@dataclass(frozen=True, slots=True)
class Asking:
    """A truck that asks for work: where it is free from when on. `waits_at_home`: waiting costs it nothing."""

    day: int
    truck_class: int
    place: int
    home: int
    free_min: float
    shift_end_min: float
    waits_at_home: bool


@dataclass(frozen=True, slots=True)
class Trip:
    """`fields`: the origins by index, empty for a linehaul. `score_min`: when it begins to load, as weighed."""

    kind: HaulKind
    origin_hub: int
    fields: tuple[int, ...]
    loads: tuple[Service, ...]
    hub: int
    unload: Service
    drive_min: float
    score_min: float


class TripFinder:
    """Finds trips; books nothing. `no_room`: (fields,) whether a truck ever found no place for the field's straw."""

    def __init__(
        self,
        county: County,
        rule: DispatchRule,
        straw: BaledStraw,
        bays: list[BayBook],
        yards: list[YardBook],
        plants: list[PlantBook],
    ) -> None:
        self._county, self._rule, self._straw = county, rule, straw
        self._bays, self._yards, self._plants = bays, yards, plants
        self._weigh_min = county.scenario.weigh_minutes + MARGIN_MIN
        self.field_free_min = np.zeros(len(county.fields))
        self.no_room = np.zeros(len(county.fields), dtype=bool)
        self._towns = [f.town_id for f in county.fields]
        self._approved: dict[str, list[int]] = {}
        self._serving: list[int] = []
        self._to_come_kg = 0.0
        largest_kg = max((kg for kg, used in zip(county.class_kg, county.class_used, strict=True) if used), default=0)
        self.drives_for_yards = [kg >= rule.linehaul_share * largest_kg for kg in county.class_kg]
        self.goes_to_fields = [bool(admits.any()) for admits in county.admits]

    def begin_day(self, day: int, *, to_come_kg: float) -> None:
        """Note which yards serve on rows of this date, which plants are approved, and what straw is still to come."""
        county = self._county
        today = county.scenario.dates[day]
        self._to_come_kg = to_come_kg
        self._serving = [i for i in range(county.yards) if _serves(county.hubs[i], day, county)]
        self._approved = {
            town.town_id: [
                county.yards + j
                for j, plant in enumerate(county.scenario.plants)
                if county.scenario.direct_haul_allowed(town.town_id, plant.plant_id, today)
            ]
            for town in county.scenario.towns
        }

    def field_trip(self, asking: Asking) -> Trip | None:
        """The nearest load in a field for this truck, brought to the nearest place with room; None if there is none."""
        county, rule, c = self._county, self._rule, asking.truck_class
        if not self.goes_to_fields[c]:
            return None
        lying = np.flatnonzero(self._straw.open_kg)
        if not lying.size:
            return None
        open_kg, due = self._straw.open_kg[lying], county.due_day[lying]
        drive = county.to_field_min[c, asking.place, lying]
        there = asking.free_min + drive
        start = np.maximum(np.maximum(there, self.field_free_min[lying]), self._straw.ready_min[c, lying])
        fill = np.minimum(open_kg / county.class_kg[c], 1.0)
        service = fill * county.class_kg[c] * (county.load_min_per_kg + county.unload_min_per_kg) + self._weigh_min
        good = county.admits[c, lying] & (due >= asking.day)
        good &= start + service + county.home_by_hub_min[c, asking.home, lying] <= asking.shift_end_min
        if asking.waits_at_home:
            good &= start - drive <= asking.free_min + rule.look_again_min
        else:
            good &= start - there <= rule.patience_min
        candidates = np.flatnonzero(good)
        if not candidates.size:
            return None
        score = start + self._ride_to_room(c, lying) + rule.home_weight * county.to_field_min[c, asking.home, lying]
        score += rule.part_load_min * (1.0 - fill)
        score -= rule.own_class_min * (county.best_class[lying] == c) + rule.due_today_min * (due == asking.day)
        for _ in range(min(FAILED_TRIES, candidates.size)):
            equal = candidates[score[candidates] <= score[candidates].min() + rule.equal_min]
            chosen = int(equal[np.lexsort((score[equal], due[equal]))[0]])
            trip = self._tour(asking, int(lying[chosen]), float(score[chosen]))
            if trip is not None:
                return trip
            candidates = candidates[candidates != chosen]
            if not candidates.size:
                break
        return None

    def yard_trip(self, asking: Asking) -> Trip | None:
        """The nearest yard that is to be relieved, or any for a plant in need, and on to a plant; None if none is."""
        county, rule, c = self._county, self._rule, asking.truck_class
        if not self.drives_for_yards[c] or not self._plants:
            return None
        kg = county.class_kg[c]
        left_days = county.days - asking.day
        in_need = any(p.cover_days < min(rule.cover_days, left_days) for p in self._plants)
        if self.goes_to_fields[c]:
            fullest = rule.field_truck_relieve_fill
        else:
            fullest = rule.call_out_fill if asking.waits_at_home else rule.relieve_fill
        room_kg = sum(self._yards[yard].capacity_kg - self._yards[yard].booked_kg for yard in self._serving)
        if self._to_come_kg < rule.last_room_share * room_kg:
            fullest = rule.last_relieve_fill
        service = kg * county.load_min_per_kg + self._weigh_min
        starts = []
        for yard in self._serving:
            book = self._yards[yard]
            if book.booked_kg < kg or (not in_need and book.booked_kg - kg < fullest * book.capacity_kg):
                continue
            arrive = asking.free_min + float(county.hub_min[c, asking.place, yard])
            ready = book.straw_from(arrive, kg)
            if ready - arrive > rule.patience_min:
                continue
            start = self._bays[yard].earliest(ready, service)
            if start - arrive <= rule.patience_min or asking.waits_at_home:
                starts.append((start, yard, arrive))
        for start, yard, arrive in sorted(starts)[:FAILED_TRIES]:
            trip = self._linehaul(asking, yard, arrive, start, service, kg, left_days)
            if trip is not None:
                return trip
        return None

    def _ride_to_room(self, truck_class: int, fields: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """From each of the fields to the nearest yard with room for one more load, minutes; 0 where none has any."""
        kg = self._county.class_kg[truck_class]
        roomy = [y for y in self._serving if self._yards[y].booked_kg + kg <= self._yards[y].capacity_kg]
        if not roomy:
            return np.zeros(len(fields))
        nearest: npt.NDArray[np.float64] = self._county.from_field_min[truck_class][fields][:, roomy].min(axis=1)
        return nearest

    def _linehaul(
        self, asking: Asking, yard: int, arrive: float, start: float, service: float, kg: int, left_days: int
    ) -> Trip | None:
        county, c = self._county, asking.truck_class
        if asking.waits_at_home:
            if start - (arrive - asking.free_min) > asking.free_min + self._rule.look_again_min:
                return None
            arrive = start
        end = start + service
        unload_min = kg * county.unload_min_per_kg + self._weigh_min
        ride = county.hub_min[c, yard]
        plants = [i for i, plant in enumerate(self._plants) if plant.has_room(kg)]
        wanting = min(self._rule.cover_days, left_days)
        # A plant short of straw goes first, then the nearest (H15).
        plants.sort(key=lambda i: (min(self._plants[i].cover_days, wanting), ride[county.yards + i]))
        for plant in plants:
            hub = county.yards + plant
            there = end + float(ride[hub])
            unload = self._bays[hub].earliest(there, unload_min)
            home = unload + unload_min + float(county.hub_min[c, hub, asking.home])
            if home > asking.shift_end_min or unload - there > 2 * self._rule.patience_min:
                continue
            return Trip(
                kind="linehaul",
                origin_hub=yard,
                fields=(),
                loads=(Service(county.hub_ids[yard], arrive, start, end, kg),),
                hub=hub,
                unload=Service(county.hub_ids[hub], there, unload, unload + unload_min, kg),
                drive_min=float(county.hub_min[c, asking.place, yard]),
                score_min=start,
            )
        return None

    def _tour(self, asking: Asking, first: int, score: float) -> Trip | None:
        """The trip that begins at field `first` and fills up near by; None if nobody can take it in time."""
        county, c = self._county, asking.truck_class
        drive = float(county.to_field_min[c, asking.place, first])
        start = max(asking.free_min + drive, self.field_free_min[first], self._straw.ready_min[c, first])
        arrive = start if asking.waits_at_home else asking.free_min + drive
        kg = min(county.class_kg[c], self._straw.available_kg(first, start))
        loads = [self._load(first, arrive, float(start), kg)]
        fields = [first]
        while county.class_kg[c] - kg >= FEWEST_KG and len(fields) < self._rule.fill_up_stops:
            more = self._fill_up(asking, fields, loads[-1].end_min, county.class_kg[c] - kg)
            if more is None:
                break
            field, load = more
            fields.append(field)
            loads.append(load)
            kg += load.kg
        while loads:
            goal = self._nearest_place_with_room(asking, fields, loads[-1].end_min, kg)
            if goal is not None:
                hub, unload = goal
                kind: HaulKind = "collect" if hub < county.yards else "direct"
                return Trip(
                    kind=kind,
                    origin_hub=-1,
                    fields=tuple(fields),
                    loads=tuple(loads),
                    hub=hub,
                    unload=unload,
                    drive_min=drive,
                    score_min=score,
                )
            # Without the last stop it may still be home in time.
            fields.pop()
            kg -= loads.pop().kg
        return None

    def _fill_up(self, asking: Asking, fields: list[int], at_min: float, rest_kg: int) -> tuple[int, Service] | None:
        """The nearest field whose part load fits: all that is open there, or what is over whole loads."""
        county, c, here = self._county, asking.truck_class, fields[-1]
        near = county.neighbours[here]
        minutes = county.neighbour_min[c, here]
        for k in np.argsort(minutes, kind="stable"):
            if minutes[k] > self._rule.fill_up_min:
                return None
            field = int(near[k])
            open_kg = int(self._straw.open_kg[field])
            kg = open_kg if open_kg <= rest_kg else open_kg % county.class_kg[c]
            if not (FEWEST_KG <= kg <= rest_kg) or field in fields:
                continue
            if not county.admits[c, field] or county.due_day[field] < asking.day or self._straw.more_to_come[field]:
                continue
            arrive = at_min + float(minutes[k])
            start = max(arrive, float(self.field_free_min[field]))
            if start - arrive <= self._rule.fill_up_min and self._straw.available_kg(field, start) >= kg:
                return field, self._load(field, arrive, start, kg)
        return None

    def _load(self, field: int, arrive: float, start: float, kg: int) -> Service:
        end = start + kg * self._county.load_min_per_kg + MARGIN_MIN
        return Service(self._county.field_ids[field], arrive, start, end, kg)

    def _nearest_place_with_room(
        self, asking: Asking, fields: list[int], at_min: float, kg: int
    ) -> tuple[int, Service] | None:
        """Where the load is off the truck first, counting the ways and the waits for room and a bay."""
        county, c = self._county, asking.truck_class
        ride = county.from_field_min[c, fields[-1]]
        unload_min = kg * county.unload_min_per_kg + self._weigh_min
        approved = set(self._approved.get(self._towns[fields[0]], ()))
        for field in fields[1:]:
            approved &= set(self._approved.get(self._towns[field], ()))
        offered = [(float(ride[hub]), hub) for hub in self._serving]
        offered += [(float(ride[hub]) - self._rule.direct_min, hub) for hub in approved]
        best: tuple[float, int, Service] | None = None
        full = True
        for weighed_ride, hub in sorted(offered):
            if best is not None and at_min + weighed_ride + unload_min >= best[0]:
                break
            arrive = at_min + float(ride[hub])
            if hub < county.yards:
                room = self._yards[hub].room_from(arrive + unload_min, kg)
            else:
                room = arrive if self._plants[hub - county.yards].has_room(kg) else math.inf
            if math.isinf(room):
                continue
            full = False
            start = self._bays[hub].earliest(max(arrive, room - unload_min), unload_min)
            end = start + unload_min
            if end + float(county.hub_min[c, hub, asking.home]) > asking.shift_end_min:
                continue
            weighed_end = end - (float(ride[hub]) - weighed_ride)
            if best is None or weighed_end < best[0]:
                best = (weighed_end, hub, Service(county.hub_ids[hub], arrive, start, end, kg))
        if full:
            self.no_room[fields] = True
        return None if best is None else (best[1], best[2])


def _serves(hub: object, day: int, county: County) -> bool:
    opens_on = hub.opens_on if isinstance(hub, TransferYard) else None
    return opens_on is None or county.day_index(opens_on) <= day
