"""Clean tickets of a made-up county: what honest people, scales, weather and mistakes give. Same seed, same tickets.

Nothing in it is measured. Sizes, yields, speeds and moistures are the defaults of the project's planning figures, the
scatter is what a weighbridge's everyday brings: the scale's division, fuel and mud in the tare, somebody who sits in
the cab at one pass only, stored tares, balers that press differently, moisture that differs between bales, meters that
are a little off, tickets closed late or voided because a truck was weighed twice, plates and fields picked wrongly,
bales miscounted, days of rain.

It knows nothing of what looks for frauds in it.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

import numpy as np
import pandas as pd

BEIJING: Final = timezone(timedelta(hours=8))
KM_PER_LAT: Final = 111.2
KM_PER_LON: Final = 95.9
DETOUR: Final = 1.35
# bales, tare kg, tank kg of fuel
CLASSES: Final = {"c8": (8, 2600, 80), "c18": (18, 4300, 130), "c30": (30, 7300, 250), "c48": (48, 10600, 380)}
_STRAW_KG_PER_MU: Final = 450
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CountyTables:
    """Plain tables, as the detectors are given them; masses in kg, moisture in per mille, moments in UTC."""

    tickets: pd.DataFrame
    places: pd.DataFrame
    fields: pd.DataFrame
    distances: pd.DataFrame


@dataclass(slots=True)
class _Truck:
    truck_id: str
    plate: str
    kind: str
    tare_kg: float
    fuel: float
    free_at: datetime
    lon: float = 0.0
    lat: float = 0.0
    stored_tare: int | None = None

    @property
    def bales(self) -> int:
        return CLASSES[self.kind][0]


@dataclass(slots=True)
class _Place:
    kind: str
    place_id: str
    lon: float
    lat: float
    opens: time
    closes: time
    division_kg: int
    scale_bias: float
    meter_bias: float
    meter_step: int
    capacity_kg: float = 0.0
    bales: int = 0
    dry_kg: float = 0.0
    moisture: float = 180.0


@dataclass(slots=True)
class _Field:
    field_id: str
    town_id: str
    lon: float
    lat: float
    area_mu: float
    collectable_kg: int
    dry_kg_left: float
    density: float
    damp: float


@dataclass(slots=True)
class _Body:
    body_id: str
    town_id: str
    lon: float
    lat: float
    yard: _Place
    direct_to: _Place | None
    bale_dry_kg: float
    trucks: list[_Truck]
    fields: list[_Field] = field(default_factory=list)


def county_month(
    seed: int, *, bodies: int = 40, first_day: date = date(2026, 11, 1), days: int = 30, yards: int = 15
) -> CountyTables:
    """Return so many days of a county; by default about 20,000 tickets of 40 collecting bodies, 15 yards, 5 plants."""
    made = _Making(np.random.default_rng(seed), first_day)
    made.places(yards)
    made.bodies(bodies)
    for number in range(days):
        made.day(first_day + timedelta(days=number))
    return made.tables()


class _Making:
    def __init__(self, chance: np.random.Generator, first_day: date) -> None:
        self.chance, self.first_day = chance, first_day
        self.rows: list[dict[str, Any]] = []
        self.all_fields: list[_Field] = []
        self.rain_left = 0.0
        self.photo = 0

    def places(self, yards: int) -> None:
        chance = self.chance
        self.towns = [(chance.uniform(120.32, 120.82), chance.uniform(30.33, 30.57)) for _town in range(12)]
        self.yards = [self._place("yard", f"Y{1 + number:02d}", number) for number in range(yards)]
        self.plants = [self._place("plant", f"P{1 + number}", int(chance.integers(12))) for number in range(5)]
        for yard in self.yards:
            yard.capacity_kg = chance.uniform(200_000, 520_000)
            yard.bales = int(0.2 * yard.capacity_kg / 105)
            yard.dry_kg = yard.bales * 86.0
        self.opening = {yard.place_id: round(yard.dry_kg / (1 - yard.moisture / 1000)) for yard in self.yards}

    def _place(self, kind: str, place_id: str, town: int) -> _Place:
        chance = self.chance
        lon, lat = self.towns[town % 12]
        return _Place(
            kind=kind,
            place_id=place_id,
            lon=lon + chance.normal(0, 0.015),
            lat=lat + chance.normal(0, 0.012),
            opens=time(6),
            closes=time(20) if kind == "yard" else time(22),
            division_kg=int(chance.choice([10, 20, 20])),
            scale_bias=1 + chance.normal(0, 0.001),
            meter_bias=chance.normal(0, 6),
            meter_step=int(chance.choice([1, 1, 5])),
        )

    def bodies(self, count: int) -> None:
        chance, number = self.chance, 0
        kinds, shares = ["c8", "c18", "c30", "c48"], [0.2, 0.42, 0.33, 0.05]
        self.all_bodies: list[_Body] = []
        for index in range(count):
            lon, lat = self.towns[index % 12]
            yard = min(self.yards, key=lambda it: _km(it.lon, it.lat, lon, lat) * chance.uniform(0.7, 1.3))
            trucks = []
            for _truck in range(int(chance.integers(2, 5))):
                number += 1
                trucks.append(self._truck(number, str(chance.choice(kinds, p=shares)), yard))
            direct = self.plants[int(chance.integers(5))] if chance.random() < 0.1 else None
            pressed = 86 * float(np.exp(chance.normal(0, 0.08)))
            self.all_bodies.append(
                _Body(f"B{1 + index:02d}", f"T{1 + index % 12:02d}", lon, lat, yard, direct, pressed, trucks)
            )
        self.linehaul = []
        for _truck in range(max(2, count * 3 // 4)):
            number += 1
            at = self.yards[int(chance.integers(len(self.yards)))]
            self.linehaul.append(self._truck(number, "c48" if chance.random() < 0.85 else "c30", at))

    def _truck(self, number: int, kind: str, at: _Place) -> _Truck:
        chance = self.chance
        tare = CLASSES[kind][1] * (1 + chance.normal(0, 0.06))
        midnight = datetime.combine(self.first_day, time(0), BEIJING)
        truck = _Truck(f"T{number:03d}", f"浙F{10000 + 37 * number}", kind, tare, chance.random(), midnight)
        truck.lon, truck.lat = at.lon, at.lat
        if chance.random() < 0.2:
            truck.stored_tare = 0  # weighed on the first day it is needed
        return truck

    def day(self, day: date) -> None:
        chance = self.chance
        rained = chance.random() < 0.28
        self.rain_left = self.rain_left * 0.4 + (chance.uniform(30, 150) if rained else 0)
        self.mud = self.rain_left > 25
        workable = 0.0 if rained and chance.random() < 0.6 else 0.5 if rained else 1.0
        self.typed = {it.place_id for it in (*self.yards, *self.plants) if chance.random() < 0.015}
        self.skew = {it.place_id: chance.normal(0, 25) for it in (*self.yards, *self.plants)}
        self.pressed = chance.normal(0, 0.015, len(self.all_bodies))
        begun = len(self.rows)
        for index, body in enumerate(self.all_bodies):
            if workable:
                for truck in body.trucks:
                    if chance.random() < 0.92:
                        self._collecting(body, truck, day, workable, self.pressed[index])
        self._hauling(day)
        self._number(day, begun)

    def _collecting(self, body: _Body, truck: _Truck, day: date, workable: float, pressed: float) -> None:
        chance = self.chance
        now = datetime.combine(day, time(7, 30), BEIJING) + chance.uniform(0, 90) * _MINUTE
        if workable < 1:
            now += timedelta(hours=3)
        # Before rain some go on until the yard shuts, and queue there.
        last_start = datetime.combine(day, time(18, 50) if chance.random() < 0.04 else time(17, 45), BEIJING)
        at: tuple[float, float] = (truck.lon, truck.lat)
        while now < last_start:
            place = body.direct_to if body.direct_to is not None and chance.random() < 0.4 else body.yard
            wanted = truck.bales if chance.random() < 0.85 else int(truck.bales * chance.uniform(0.6, 1))
            if place.kind == "yard" and place.dry_kg > 0.85 * place.capacity_kg:
                return
            taken, bales, dry_kg, damp = self._loaded(body, wanted, pressed)
            now += self._driving(_km(*at, taken[0].lon, taken[0].lat))
            now += bales * chance.uniform(45, 75) / 60 * _MINUTE + chance.uniform(8, 18) * _MINUTE
            now += self._driving(_km(taken[0].lon, taken[0].lat, place.lon, place.lat))
            now += chance.exponential(6) * _MINUTE
            moisture = min(max(damp + self.rain_left + chance.normal(0, 12), 90), 600)
            at = (place.lon, place.lat)
            if moisture > 320 and chance.random() < 0.5:
                continue  # sent back to dry: no ticket counts
            stays = bales * chance.uniform(30, 50) / 60 * _MINUTE + chance.uniform(8, 20) * _MINUTE
            purpose = "intake" if place.kind == "yard" else "direct_in"
            self._ticket(
                place, truck, day, purpose, bales, dry_kg, moisture, now, now + stays,
                body=body, field_ids=tuple(it.field_id for it in taken),
            )  # fmt: skip
            if place.kind == "yard":
                water = place.dry_kg / (1 - place.moisture / 1000) * place.moisture / 1000
                water += dry_kg / (1 - moisture / 1000) * moisture / 1000
                place.bales, place.dry_kg = place.bales + bales, place.dry_kg + dry_kg
                place.moisture = 1000 * water / (water + place.dry_kg)
            now += stays
            truck.lon, truck.lat = at
        truck.free_at = now

    def _loaded(self, body: _Body, wanted: int, pressed: float) -> tuple[list[_Field], int, float, float]:
        """Bales from the field at hand; where it does not give enough, the rest from the next one."""
        chance = self.chance
        taken: list[_Field] = []
        bales, dry_kg, damp = 0, 0.0, 0.0
        while bales < wanted:
            if not body.fields:
                body.fields += [self._field(body) for _field in range(5)]
            here = body.fields[0]
            bale = body.bale_dry_kg * here.density * (1 + pressed)
            more = min(wanted - bales, int(here.dry_kg_left / bale))
            if more > 0:
                taken.append(here)
                mass = float(np.sum(chance.normal(bale, 0.07 * bale, more)))
                bales, dry_kg, damp = bales + more, dry_kg + mass, damp + more * here.damp
                here.dry_kg_left -= mass
            if here.dry_kg_left < 3 * bale:
                body.fields.pop(0)
        return taken, bales, dry_kg, damp / bales

    def _field(self, body: _Body) -> _Field:
        chance = self.chance
        area = round(float(np.exp(chance.normal(3.5, 0.55))), 1)
        grown = area * _STRAW_KG_PER_MU * float(np.exp(chance.normal(0, 0.16))) * chance.uniform(0.85, 0.97)
        made = _Field(
            field_id=f"F{1 + len(self.all_fields):05d}",
            town_id=body.town_id,
            lon=body.lon + chance.normal(0, 0.02),
            lat=body.lat + chance.normal(0, 0.018),
            area_mu=area,
            collectable_kg=round(area * _STRAW_KG_PER_MU),
            dry_kg_left=grown * 0.86,  # the yield per mu is of air-dry straw
            density=float(np.exp(chance.normal(0, 0.04))),
            damp=chance.uniform(140, 230),
        )
        self.all_fields.append(made)
        return made

    def _hauling(self, day: date) -> None:
        """Whatever truck is free goes where the yard is fullest."""
        chance = self.chance
        evening = datetime.combine(day, time(19), BEIJING)
        queue = [
            (datetime.combine(day, time(6, 15), BEIJING) + chance.uniform(0, 100) * _MINUTE, number)
            for number in range(len(self.linehaul))
        ]
        heapq.heapify(queue)
        while queue:
            now, number = heapq.heappop(queue)
            truck = self.linehaul[number]
            yard = max(self.yards, key=lambda it: it.dry_kg / it.capacity_kg * (1 + 0.1 * chance.random()))
            if now > evening or yard.dry_kg < 0.12 * yard.capacity_kg or yard.bales < truck.bales:
                continue
            now += self._driving(_km(truck.lon, truck.lat, yard.lon, yard.lat)) + chance.exponential(5) * _MINUTE
            if now > evening:
                continue
            bales = truck.bales if chance.random() < 0.9 else int(truck.bales * chance.uniform(0.7, 1))
            each = yard.dry_kg / yard.bales * (1 + chance.normal(0, 0.02))
            dry_kg = float(np.sum(chance.normal(each, 0.07 * each, bales)))
            yard.bales, yard.dry_kg = yard.bales - bales, max(0.0, yard.dry_kg - dry_kg)
            yard.moisture = max(160.0, yard.moisture - 0.3)
            moisture = yard.moisture + chance.normal(0, 10)
            sold = dry_kg * (1 - chance.uniform(0.0, 0.03))
            stays = bales * chance.uniform(45, 75) / 60 * _MINUTE + chance.uniform(10, 20) * _MINUTE
            plant = min(self.plants, key=lambda it: _km(it.lon, it.lat, yard.lon, yard.lat) * chance.uniform(0.6, 1.4))
            self._ticket(
                yard, truck, day, "linehaul_out", bales, sold, moisture, now, now + stays, destination=plant.place_id
            )
            now += (
                stays + self._driving(_km(yard.lon, yard.lat, plant.lon, plant.lat)) + chance.exponential(8) * _MINUTE
            )
            stays = bales * chance.uniform(30, 50) / 60 * _MINUTE + chance.uniform(8, 20) * _MINUTE
            arrived = sold * (1 - abs(chance.normal(0, 0.001)))
            self._ticket(
                plant, truck, day, "linehaul_in", bales, arrived, moisture, now, now + stays, origin=yard.place_id
            )
            truck.lon, truck.lat = plant.lon, plant.lat
            heapq.heappush(queue, (now + stays, number))

    def _driving(self, straight_km: float) -> timedelta:
        return timedelta(hours=DETOUR * straight_km / self.chance.uniform(22, 38)) + 2 * _MINUTE

    def _ticket(
        self, place: _Place, truck: _Truck, day: date, purpose: str, bales: int, dry_kg: float, moisture: float,
        opened_at: datetime, closed_at: datetime, *, body: _Body | None = None, field_ids: tuple[str, ...] = (),
        origin: str | None = None, destination: str | None = None,
    ) -> None:  # fmt: skip
        chance = self.chance
        tare, net = self._empty_kg(truck), dry_kg / (1 - moisture / 1000)
        sat_in = 75 if chance.random() < 0.02 else 0
        gross_kg = self._shown(place, tare + net + (sat_in if chance.random() < 0.5 else 0))
        tare_kg = self._shown(place, tare + (sat_in if chance.random() < 0.5 else 0))
        if truck.stored_tare is not None and purpose in ("intake", "direct_in"):
            truck.stored_tare = truck.stored_tare or tare_kg
            tare_kg = truck.stored_tare
        is_typed = place.place_id in self.typed or chance.random() < 0.004
        if is_typed and chance.random() < 0.1:
            gross_kg = 100 * round(gross_kg / 100)
        step = place.meter_step
        raw = moisture + place.meter_bias + chance.normal(0, 22, min(10, bales))
        readings = tuple(int(it) for it in np.clip(step * np.round(raw / step), 50, 600))
        counted = bales
        if chance.random() < 0.0002 * bales:
            counted = bales + int(chance.choice([-1, 1]))
        plate, fields = truck.plate, field_ids
        if chance.random() < 0.0004:
            plate = self.linehaul[int(chance.integers(len(self.linehaul)))].plate
        if field_ids and chance.random() < 0.0015:
            fields = (self.all_fields[int(chance.integers(len(self.all_fields)))].field_id,)
        late = chance.uniform(20, 120) if chance.random() < 0.004 else 0.0
        off = timedelta(seconds=self.skew[place.place_id])
        where = chance.standard_t(3, 2) * 0.02 if chance.random() < 0.995 else chance.normal(0, 0.4, 2)
        is_placed = chance.random() < 0.95
        self.photo += 2
        row = {
            "place_kind": place.kind,
            "place_id": place.place_id,
            "business_day": day,
            "purpose": purpose,
            "plate": plate,
            "truck_id": truck.truck_id if plate == truck.plate else None,
            "town_id": body.town_id if body else None,
            "body_id": body.body_id if body else None,
            "field_ids": fields,
            "origin_yard_id": origin,
            "destination_id": destination,
            "material_id": "straw",
            "bales": counted,
            "gross_kg": gross_kg,
            "tare_kg": tare_kg,
            "net_kg": gross_kg - tare_kg,
            "moisture_permille": round(float(np.mean(readings))),
            "readings": readings,
            "is_typed": is_typed,
            "is_void": False,
            "opened_at": opened_at + off,
            "closed_at": closed_at + off + late * _MINUTE,
            "lon": place.lon + where[0] / KM_PER_LON if is_placed else np.nan,
            "lat": place.lat + where[1] / KM_PER_LAT if is_placed else np.nan,
            "photos": () if chance.random() < 0.04 else (f"{self.photo:064x}", f"{self.photo + 1:064x}"),
        }
        self.rows.append(row)
        if chance.random() < 0.004:
            self._weighed_twice(place, row)

    def _weighed_twice(self, place: _Place, row: dict[str, Any]) -> None:
        """The truck rolled off too early: a second ticket minutes later, and the first one is made void."""
        again = dict(row)
        later = self.chance.uniform(2, 7) * _MINUTE
        again["opened_at"], again["closed_at"] = row["opened_at"] + later, row["closed_at"] + later
        again["gross_kg"] = row["gross_kg"] + int(self.chance.integers(-1, 2)) * place.division_kg
        again["net_kg"] = again["gross_kg"] - again["tare_kg"]
        self.photo += 2
        again["photos"] = (f"{self.photo:064x}", f"{self.photo + 1:064x}")
        row["is_void"] = True
        self.rows.append(again)

    def _empty_kg(self, truck: _Truck) -> float:
        chance = self.chance
        truck.fuel -= chance.uniform(0.02, 0.07)
        if truck.fuel < 0.15:
            truck.fuel = chance.uniform(0.7, 1)
        truck.tare_kg *= 1 + chance.normal(0, 0.0004)  # tarpaulin, spare wheel, tools
        mud = truck.tare_kg * chance.uniform(0, 0.01) if self.mud else 0
        return truck.tare_kg + truck.fuel * CLASSES[truck.kind][2] + mud

    def _shown(self, place: _Place, mass_kg: float) -> int:
        off = self.chance.normal(0, 0.5 * place.division_kg)
        return place.division_kg * round((mass_kg * place.scale_bias + off) / place.division_kg)

    def _number(self, day: date, begun: int) -> None:
        """Numbers of the day at each place, in the order in which tickets came to be."""
        last: dict[str, int] = {}
        for row in sorted(self.rows[begun:], key=lambda it: it["opened_at"]):
            place_id = row["place_id"]
            last[place_id] = last.get(place_id, 0) + 1
            row["day_number"] = last[place_id]
            row["number"] = f"{place_id}-{day:%y%m%d}-{last[place_id]:03d}"
            row["ticket_id"] = f"k{len(self.rows):06d}-{row['number']}"

    def tables(self) -> CountyTables:
        tickets = pd.DataFrame(self.rows)
        for column in ("opened_at", "closed_at"):
            tickets[column] = pd.to_datetime(tickets[column], utc=True).dt.floor("s")
        places = [*self.yards, *self.plants]
        named = [
            {
                "place_kind": it.kind,
                "place_id": it.place_id,
                "lon": it.lon,
                "lat": it.lat,
                "opens": it.opens,
                "closes": it.closes,
                "division_kg": it.division_kg,
                "capacity_kg": round(it.capacity_kg / 0.82) if it.kind == "yard" else np.nan,
                "opening_kg": self.opening.get(it.place_id, np.nan),
            }
            for it in places
        ]
        columns = ["field_id", "crop", "area_mu", "lon", "lat", "town_id", "collectable_kg"]
        grown = [{name: "rice" if name == "crop" else getattr(it, name) for name in columns} for it in self.all_fields]
        roads = [
            {"from_id": one.place_id, "to_id": two.place_id, "km": DETOUR * _km(one.lon, one.lat, two.lon, two.lat)}
            for one in places
            for two in places
            if one is not two
        ]
        return CountyTables(
            tickets.sort_values(["opened_at", "ticket_id"]).reset_index(drop=True),
            pd.DataFrame(named),
            pd.DataFrame(grown, columns=columns),
            pd.DataFrame(roads),
        )


def _km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    return float(np.hypot((lon - other_lon) * KM_PER_LON, (lat - other_lat) * KM_PER_LAT))
