"""Hand-made hauling days: places on a straight road where a kilometre takes a minute, trucks at round rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from small_county import DAY_HOURS, FIRST, CrowWays, small_county

from solver.hauling.plan import HaulingResult, plan_hauls
from solver.hauling.problem import HaulDay, Wish
from solver.plan import BalerStop, Plan, SeasonRow, TruckStop
from solver.plan_assembly import assemble_plan
from solver.roads.ways import WayTable
from solver.scenario import EndUsePlant, FarmField, Scenario, TransferYard, Truck

# A full load of the class "large" of the small county: 30 bales of 0.1 t. Six minutes a tonne to load, four to unload.
LOAD_T = 3.0


@dataclass
class LineWays:
    """Places at kilometres of one road, 60 km/h; `closed_to`: places that a class cannot reach."""

    at_km: Mapping[str, float]
    closed_to: Mapping[str, frozenset[str]] | None = None

    def table(self, origins: Sequence[str], destinations: Sequence[str], truck_class: str | None) -> WayTable:
        a = np.array([self.at_km[i] for i in origins])
        b = np.array([self.at_km[i] for i in destinations])
        km = np.abs(a[:, None] - b[None, :])
        closed = (self.closed_to or {}).get(truck_class or "", frozenset())
        shut = (
            np.array([i in closed for i in origins])[:, None] | np.array([i in closed for i in destinations])[None, :]
        )
        km = np.where(shut & (km > 0), np.inf, km)
        return WayTable(km=km, hours=km / 60.0)


LINE_KM = {"Y1": 0.0, "Y2": 40.0, "P1": 20.0, "F1": 10.0, "F2": 12.0, "F3": 30.0, "F4": 5.0}


def truck(
    truck_id: str, home_id: str = "Y1", *, cls: str = "large", start_min: int = 420, hours: float = 10.0
) -> Truck:
    return Truck(truck_id, cls, home_id, start_min, hours, 250.0, 80.0, 3.0)


def lying_field(field_id: str, dry_t: float, **changes: object) -> FarmField:
    """A field whose straw lies baled on the first morning and must be gone that day."""
    values: dict[str, object] = {
        "town_id": "T1", "grower": "Somebody", "lon": 120.6, "lat": 30.5, "area_mu": 0.0, "crop": "rice",
        "dry_straw_t": dry_t, "already_baled_t": dry_t, "ready_date": FIRST, "clear_by": FIRST,
    }  # fmt: skip
    return FarmField(field_id, **(values | changes))  # type: ignore[arg-type]


def line_county(
    fields: Mapping[str, float] | Iterable[FarmField], trucks: Sequence[Truck] = (truck("K1"),), **changes: object
) -> Scenario:
    """Y1 at 0 km, P1 at 20, Y2 at 40; fields F1 to F4 between them; weighing takes two minutes."""
    if isinstance(fields, Mapping):
        fields = [lying_field(f, t) for f, t in fields.items()]
    county = replace(
        small_county(fields=1, days=1),
        fields=tuple(fields),
        trucks=tuple(trucks),
        yards=(
            TransferYard("Y1", "T1", "North yard", 120.58, 30.52, 4.0, 120.0, 20.0, 2, DAY_HOURS),
            TransferYard("Y2", "T1", "South yard", 120.62, 30.47, 3.0, 90.0, 10.0, 1, DAY_HOURS),
        ),
        plants=(EndUsePlant("P1", "T1", "Mill", 120.64, 30.52, "fuel", 30.0, 150.0, 900.0, 40.0, 2, DAY_HOURS),),
    )
    return replace(county, **changes)


def collect(field_id: str, dry_t: float, to: str = "Y1") -> Wish:
    return Wish((field_id,), to, (dry_t,))


def haul_day(county: Scenario, wishes: Sequence[Wish], **changes: object) -> HaulDay:
    """The county's first day, with what lies baled and the yards' opening stocks."""
    values: dict[str, object] = {
        "released_t": {f.field_id: ((0.0, f.already_baled_t),) for f in county.fields},
        "stock_t": {y.yard_id: y.opening_stock_t for y in county.yards},
    }
    return HaulDay(county.season_start, tuple(wishes), **(values | changes))  # type: ignore[arg-type]


def hauled(
    county: Scenario, wishes: Sequence[Wish], *, ways: LineWays | None = None, seconds: float = 0.5, **changes: object
) -> HaulingResult:
    day = haul_day(county, wishes, **changes)
    return plan_hauls(county, ways or LineWays(LINE_KM), day, seconds=seconds, workers=1, seed=7)


def clock_of(stops: Sequence[TruckStop]) -> list[tuple[str, str, int, int]]:
    return [(s.action, s.place_id, s.start_min, s.end_min) for s in stops]


def services_at(result: HaulingResult, place_id: str) -> list[TruckStop]:
    at = [s for s in result.truck_stops if s.place_id == place_id and s.action in ("load", "unload")]
    return sorted(at, key=lambda s: s.start_min)


def one_day_plan(
    county: Scenario, result: HaulingResult, season: Sequence[SeasonRow], baler_stops: Sequence[BalerStop] = ()
) -> Plan:
    """The plan of the first day, over ways as the crow flies."""
    day = county.season_start
    return assemble_plan(
        county,
        CrowWays(county),
        season=season,
        baler_stops=baler_stops,
        hauls=result.hauls,
        truck_stops=result.truck_stops,
        unserved_reasons={},
        hauling={day.isoformat(): {"wanted_t": result.wanted_t, "lower_bound_yuan": result.bound_yuan}},
        first_day=day,
        last_day=day,
        seed=7,
        seconds=0.0,
        lower_bound_yuan=None,
    )


def lying_rows(result: HaulingResult) -> list[SeasonRow]:
    """Season rows of hauls whose straw lay baled on the first morning."""
    to = {h.haul_id: h.destination_id for h in result.hauls if h.kind != "linehaul"}
    moved: dict[tuple[str, str], float] = {}
    for stop in result.truck_stops:
        if stop.action == "load" and stop.haul_id in to:
            key = (stop.place_id, to[stop.haul_id])
            moved[key] = moved.get(key, 0.0) + stop.dry_t
    return [SeasonRow(f, None, FIRST, d, round(t, 6)) for (f, d), t in sorted(moved.items())]
