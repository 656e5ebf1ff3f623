"""A small scenario and a plan for it that keeps every rule, made by hand: what the mutations start from.

Three days, two yards, two plants, two balers, three trucks: fields baled in parts, loads of several fields, direct
hauls, linehauls over midnight, a field left in part and one left whole.
"""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise
from typing import Any

from solver.plan import BalerStop, Haul, HaulKind, Plan, SeasonRow, StockRow, StopAction, TruckStop, UnservedRow
from solver.scenario import (
    EARTH_RADIUS_KM,
    Baler,
    DirectHaulApproval,
    EndUsePlant,
    FarmField,
    OpeningHours,
    Scenario,
    Town,
    TransferYard,
    Truck,
    TruckClass,
)

D1, D2, D3 = date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)
LON = 120.5
SPEED_KM_H = 30.0


def checked_scenario() -> Scenario:
    def farm(
        field_id: str, town: str, lat: float, mu: float, straw_t: float, ready: date, clear: date
    ) -> dict[str, Any]:
        return {
            **{"field_id": field_id, "town_id": town, "grower": f"Grower of {field_id}", "lon": LON, "lat": lat},
            **{"area_mu": mu, "crop": "rice", "dry_straw_t": straw_t, "ready_date": ready, "clear_by": clear},
        }

    return Scenario(
        name="Three days by hand",
        timezone="Asia/Shanghai",
        season_start=D1,
        season_end=D3,
        detour_factor=1.0,
        road_speed_km_h=SPEED_KM_H,
        load_minutes_per_t=6.0,
        unload_minutes_per_t=4.0,
        weigh_minutes=1.0,
        bale_dry_t=0.25,
        value_yuan_per_t=350.0,
        shortage_yuan_per_t=400.0,
        lateness_yuan_per_t_day=20.0,
        towns=(Town("T1", "First", LON, 30.5), Town("T2", "Second", LON, 30.6)),
        fields=(
            FarmField(**farm("F1", "T1", 30.51, 20.0, 10.0, D1, D2), max_truck_class="small"),
            FarmField(**farm("F2", "T1", 30.52, 10.0, 5.0, D1, D3), already_baled_t=2.0),
            FarmField(**farm("F3", "T2", 30.53, 8.0, 4.0, D2, D3)),
            FarmField(**farm("F4", "T2", 30.54, 0.0, 1.2, D1, D3), already_baled_t=1.2),
            FarmField(**farm("F5", "T2", 30.55, 4.0, 2.0, D1, D2)),
        ),
        yards=(
            TransferYard("Y1", "T1", "First yard", LON, 30.50, 6.0, 12.0, 5.0, 2, OpeningHours(360, 1200)),
            TransferYard("Y2", "T2", "Second yard", LON, 30.56, 4.0, 20.0, 6.0, 1, OpeningHours(0, 1440), D2),
        ),
        plants=(
            EndUsePlant("P1", "T1", "First", LON, 30.58, "fuel", 3.0, 9.0, 40.0, 2.0, 2, OpeningHours(0, 1440)),
            EndUsePlant("P2", "T2", "Second", LON, 30.60, "feed", 1.0, 10.0, 10.0, 0.5, 1, OpeningHours(480, 1080)),
        ),
        balers=(
            Baler("B1", "Y1", 10.0, 15.0, 420, 8.0, 100.0, 4.0),
            Baler("B2", "Y2", 8.0, 15.0, 420, 8.0, 90.0, 3.0),
        ),
        truck_classes=(TruckClass("small", 1, 2.0, 8), TruckClass("large", 2, 6.0, 20)),
        trucks=(
            Truck("S1", "small", "Y1", 360, 10.0, 100.0, 30.0, 2.0),
            Truck("G1", "large", "Y2", 1200, 10.0, 200.0, 40.0, 3.0),
            Truck("G2", "large", "Y1", 360, 12.0, 200.0, 40.0, 3.0),
        ),
        workable_fraction_by_date={D2: 0.6},
        direct_hauls=(DirectHaulApproval("T1", "P1", D1, D2),),
        hours_by_place_and_date={("Y1", D3): OpeningHours(420, 720), ("P2", D2): None},
    )


def way_km(scenario: Scenario, origin_id: str, destination_id: str) -> float:
    """All places lie on one meridian and there is no detour."""
    places = {**scenario.field_by_id, **scenario.yard_by_id, **scenario.plant_by_id}
    return abs(math.radians(places[origin_id].lat - places[destination_id].lat)) * EARTH_RADIUS_KM


class PlanBook:
    """Writes rows with the earliest times that the rules allow."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.season: list[SeasonRow] = []
        self.baler_stops: list[BalerStop] = []
        self.hauls: list[Haul] = []
        self.truck_stops: list[TruckStop] = []

    def bale(self, day: date, baler_id: str, *fields: tuple[str, float, int]) -> None:
        """Fields with the mu baled there and the earliest start."""
        baler = self.scenario.baler_by_id[baler_id]
        here, free_min = baler.home_yard_id, float(baler.shift_start_min)
        for seq, (field_id, area_mu, not_before) in enumerate(fields, start=1):
            way_min = way_km(self.scenario, here, field_id) / baler.road_speed_km_h * 60
            arrive = math.ceil(free_min + way_min)
            start = max(arrive, not_before)
            end = start + math.ceil(area_mu / baler.rate_mu_per_h * 60)
            self.baler_stops.append(BalerStop(day, baler_id, seq, field_id, arrive, start, end, area_mu))
            here, free_min = field_id, float(end)

    def haul(self, day: date, haul_id: str, kind: HaulKind, parts: dict[str, float], destination_id: str) -> Haul:
        dry_t = round(sum(parts.values()), 3)
        bales = sum(math.ceil(t / self.scenario.bale_dry_t - 0.01) for t in parts.values())
        haul = Haul(day, haul_id, kind, tuple(parts), destination_id, dry_t, bales)
        self.hauls.append(haul)
        return haul

    def drive(self, day: date, truck_id: str, leave_min: int, *loads: tuple[Haul, dict[str, float], int]) -> None:
        """Hauls with their parts and the earliest start of the first load."""
        home = self.scenario.truck_by_id[truck_id].home_yard_id
        rows: list[tuple[str, str, StopAction, float, int]] = []
        for haul, parts, not_before in loads:
            rows += [(haul.haul_id, place, "load", t, not_before) for place, t in parts.items()]
            rows.append((haul.haul_id, haul.destination_id, "unload", haul.dry_t, 0))
        self._stop(day, truck_id, 0, "", home, "leave", (leave_min, leave_min, leave_min), 0.0)
        here, free_min = home, leave_min
        for seq, (haul_id, place, action, dry_t, not_before) in enumerate(rows, start=1):
            arrive = self._arrival(here, place, free_min)
            start = max(arrive, not_before)
            rate = self.scenario.load_minutes_per_t if action == "load" else self.scenario.unload_minutes_per_t
            weigh_min = 0.0 if place in self.scenario.field_by_id else self.scenario.weigh_minutes
            end = start + math.ceil(rate * dry_t + weigh_min)
            self._stop(day, truck_id, seq, haul_id, place, action, (arrive, start, end), dry_t)
            here, free_min = place, end
        back = self._arrival(here, home, free_min)
        self._stop(day, truck_id, len(rows) + 1, "", home, "return", (back, back, back), 0.0)

    def _arrival(self, here: str, there: str, free_min: int) -> int:
        return math.ceil(free_min + way_km(self.scenario, here, there) / SPEED_KM_H * 60)

    def _stop(
        self,
        day: date,
        truck_id: str,
        seq: int,
        haul_id: str,
        place_id: str,
        action: StopAction,
        times: tuple[int, int, int],
        dry_t: float,
    ) -> None:
        self.truck_stops.append(TruckStop(day, truck_id, seq, haul_id, place_id, action, *times, dry_t))


def checked_plan(scenario: Scenario) -> Plan:
    book = PlanBook(scenario)
    book.bale(D1, "B1", ("F1", 12.0, 450), ("F2", 10.0, 0))
    book.bale(D1, "B2", ("F1", 8.0, 0))
    book.bale(D2, "B2", ("F3", 6.0, 0))
    small = {f"H{i}": {"F1": 2.0} for i in range(1, 6)}
    hauls = {name: book.haul(D1 if name < "H4" else D2, name, "collect", parts, "Y1") for name, parts in small.items()}
    line_1 = book.haul(D1, "L1", "linehaul", {"Y1": 5.0}, "P1")
    direct = book.haul(D1, "D1", "direct", {"F2": 3.0}, "P1")
    mixed = book.haul(D2, "M1", "collect", {"F2": 2.0, "F4": 1.2}, "Y2")
    third = book.haul(D3, "C3", "collect", {"F3": 3.0}, "Y2")
    line_2 = book.haul(D2, "L2", "linehaul", {"Y2": 2.5}, "P1")
    line_3 = book.haul(D2, "L3", "linehaul", {"Y2": 2.5}, "P1")
    line_4 = book.haul(D3, "L4", "linehaul", {"Y1": 2.0}, "P2")
    # The third load reaches the yard while the linehaul is being loaded there.
    book.drive(
        D1, "S1", 500, (hauls["H1"], small["H1"], 540), (hauls["H2"], small["H2"], 0), (hauls["H3"], small["H3"], 640)
    )
    book.drive(D2, "S1", 400, (hauls["H4"], small["H4"], 0), (hauls["H5"], small["H5"], 0))
    book.drive(D1, "G2", 640, (line_1, {"Y1": 5.0}, 655), (direct, {"F2": 3.0}, 0))
    book.drive(D2, "G2", 600, (mixed, {"F2": 2.0, "F4": 1.2}, 0))
    book.drive(D2, "G1", 1400, (line_2, {"Y2": 2.5}, 1430), (line_3, {"Y2": 2.5}, 0))
    book.drive(D3, "G2", 460, (line_4, {"Y1": 2.0}, 0), (third, {"F3": 3.0}, 0))
    book.season += [
        SeasonRow("F1", D1, D1, "Y1", 6.0),
        SeasonRow("F1", D1, D2, "Y1", 4.0),
        SeasonRow("F2", D1, D1, "P1", 3.0),
        SeasonRow("F2", None, D2, "Y2", 2.0),
        SeasonRow("F4", None, D2, "Y2", 1.2),
        SeasonRow("F3", D2, D3, "Y2", 3.0),
    ]
    return Plan(
        season=tuple(book.season),
        baler_stops=tuple(book.baler_stops),
        hauls=tuple(book.hauls),
        # Rows may stand in any order.
        truck_stops=tuple(reversed(book.truck_stops)),
        stock=(
            StockRow(D1, "Y1", 5.0, 6.0, 5.0, 0.0, 6.0, 0.0),
            StockRow(D2, "Y1", 6.0, 4.0, 0.0, 0.0, 10.0, 0.0),
            StockRow(D3, "Y1", 10.0, 0.0, 2.0, 0.0, 8.0, 0.0),
            StockRow(D1, "Y2", 6.0, 0.0, 0.0, 0.0, 6.0, 0.0),
            StockRow(D2, "Y2", 6.0, 3.2, 5.0, 0.0, 4.2, 0.0),
            StockRow(D3, "Y2", 4.2, 3.0, 0.0, 0.0, 7.2, 0.0),
            StockRow(D1, "P1", 2.0, 8.0, 0.0, 3.0, 7.0, 0.0),
            StockRow(D2, "P1", 7.0, 5.0, 0.0, 3.0, 9.0, 0.0),
            StockRow(D3, "P1", 9.0, 0.0, 0.0, 3.0, 6.0, 0.0),
            StockRow(D1, "P2", 0.5, 0.0, 0.0, 0.5, 0.0, 0.5),
            StockRow(D2, "P2", 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
            StockRow(D3, "P2", 0.0, 2.0, 0.0, 1.0, 1.0, 0.0),
        ),
        unserved=(
            UnservedRow("F3", 1.0, "two mu stay unbaled", "the baler came once more"),
            UnservedRow("F5", 2.0, "nobody came", "a baler came"),
        ),
        summary=_summary(scenario, book),
    )


def _summary(scenario: Scenario, book: PlanBook) -> dict[str, Any]:
    truck_yuan = {D1: 0.0, D2: 0.0, D3: 0.0}
    cost = dict.fromkeys(("truck_day", "truck_hour", "truck_km", "baler_hour", "baler_km"), 0.0)
    km = {"loaded": 0.0, "empty": 0.0, "baler": 0.0}
    for here, there in pairwise(book.truck_stops):
        truck = scenario.truck_by_id[here.truck_id]
        if here.action == "return":
            continue
        leg_km = way_km(scenario, here.place_id, there.place_id)
        km["loaded" if here.action == "load" else "empty"] += leg_km
        parts = {
            "truck_day": truck.yuan_per_day if here.action == "leave" else 0.0,
            "truck_hour": (there.end_min - here.end_min) / 60 * truck.yuan_per_h,
            "truck_km": leg_km * truck.yuan_per_km,
        }
        for name, yuan in parts.items():
            cost[name] += yuan
            truck_yuan[here.day] += yuan
    for day, baler_id in {(stop.day, stop.baler_id): None for stop in book.baler_stops}:
        baler = scenario.baler_by_id[baler_id]
        stops = [stop for stop in book.baler_stops if (stop.day, stop.baler_id) == (day, baler_id)]
        places = [baler.home_yard_id, *(stop.field_id for stop in stops), baler.home_yard_id]
        legs = [way_km(scenario, a, b) for a, b in pairwise(places)]
        km["baler"] += sum(legs)
        hours = (stops[-1].end_min - stops[0].arrive_min) / 60 + (legs[0] + legs[-1]) / baler.road_speed_km_h
        cost["baler_hour"] += hours * baler.yuan_per_h
        cost["baler_km"] += sum(legs) * baler.yuan_per_km
    cost["left_in_field"] = 3.0 * 350
    cost["shortage"] = 1.5 * 400
    cost["lateness"] = (4.0 + 2.0 + 1.2 + 3.0) * 20
    cost["total"] = sum(cost.values())
    wanted = {D1: 14.0, D2: 12.2, D3: 6.0}
    hauled = {D1: 14.0, D2: 12.2, D3: 5.0}
    hauling = {}
    for day, yuan in truck_yuan.items():
        yuan += 350 * (wanted[day] - hauled[day])
        hauling[day.isoformat()] = {
            "wanted_t": wanted[day],
            "hauled_t": hauled[day],
            "cost_yuan": yuan,
            "lower_bound_yuan": 0.9 * yuan,
            "gap_percent": 10.0,
        }
    return {
        "cost_yuan": cost,
        "km": km,
        "tonnes": {"straw": 22.2, "baled": 19.2, "hauled": 19.2, "left": 3.0, "linehauled": 12.0, "short": 1.5},
        "lower_bound_yuan": 0.75 * cost["total"],
        "gap_percent": 25.0,
        "hauling": hauling,
        "allocation_deviations": [],
        "seconds": 0.0,
        "versions": {},
        "seed": 0,
    }
