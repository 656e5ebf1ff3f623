"""How far every field lies from every yard and plant, per truck class, as arrays: made once for a scenario."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.roads.ways import Ways
from solver.scenario import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SeasonGeometry:
    """F fields, H hubs (the yards, then the plants), C truck classes in the scenario's order.

    `tier`: (F,) index of the class with the most bales among those that a field admits and that the fleet has, -1
    where there is none. `round_trip_h`, `round_trip_km`: (F, H) for that class, inf without a way. `hub_h`, `hub_km`:
    (C, H, H). `admitted`: (F, C). `baler_round_km`: (F,) from the nearest home of a baler and back, inf where there is
    none.
    """

    field_ids: tuple[str, ...]
    hub_ids: tuple[str, ...]
    yards: int
    classes: tuple[str, ...]
    load_t: Floats
    tier: Ints
    round_trip_h: Floats
    round_trip_km: Floats
    hub_h: Floats
    hub_km: Floats
    admitted: npt.NDArray[np.bool_]
    baler_round_km: Floats


def season_geometry(scenario: Scenario, ways: Ways) -> SeasonGeometry:
    """The geometry of all fields, yards and plants of the scenario."""
    field_ids = tuple(f.field_id for f in scenario.fields)
    hub_ids = tuple(y.yard_id for y in scenario.yards) + tuple(p.plant_id for p in scenario.plants)
    in_fleet = {t.truck_class for t in scenario.trucks if t.shift_hours > 0}
    classes = tuple(c.truck_class for c in scenario.truck_classes if c.truck_class in in_fleet)
    load_t = np.array([full_load_t(scenario, name) for name in classes])
    admitted = np.array([[scenario.admits(f, name) for name in classes] for f in scenario.fields], dtype=bool)
    admitted = admitted.reshape(len(field_ids), len(classes))
    tier = np.full(len(field_ids), -1)
    if classes and field_ids:
        tier = np.where(admitted.any(axis=1), np.where(admitted, load_t, -1.0).argmax(axis=1), -1)
    round_trip_h = np.full((len(field_ids), len(hub_ids)), np.inf)
    round_trip_km = round_trip_h.copy()
    hub_h = np.zeros((len(classes), len(hub_ids), len(hub_ids)))
    hub_km = hub_h.copy()
    for index, name in enumerate(classes):
        between = ways.table(hub_ids, hub_ids, name)
        hub_h[index], hub_km[index] = between.hours, between.km
        rows = np.flatnonzero(tier == index)
        if rows.size:
            there = ways.table([field_ids[i] for i in rows], hub_ids, name)
            back = ways.table(hub_ids, [field_ids[i] for i in rows], name)
            round_trip_h[rows] = there.hours + back.hours.T
            round_trip_km[rows] = there.km + back.km.T
    return SeasonGeometry(
        field_ids=field_ids,
        hub_ids=hub_ids,
        yards=len(scenario.yards),
        classes=classes,
        load_t=load_t,
        tier=tier,
        round_trip_h=round_trip_h,
        round_trip_km=round_trip_km,
        hub_h=hub_h,
        hub_km=hub_km,
        admitted=admitted,
        baler_round_km=_baler_round_km(scenario, ways),
    )


def _baler_round_km(scenario: Scenario, ways: Ways) -> Floats:
    homes, fields = sorted({b.home_yard_id for b in scenario.balers}), [f.field_id for f in scenario.fields]
    if not homes or not fields:
        return np.full(len(fields), np.inf)
    both = ways.table(homes, fields, None).km + ways.table(fields, homes, None).km.T
    return np.asarray(both.min(axis=0), dtype=np.float64)


def full_load_t(scenario: Scenario, truck_class: str) -> float:
    """Dry straw on a full truck of the class, tonnes: as many whole bales as bed and payload take."""
    cls = scenario.class_by_name[truck_class]
    return min(cls.bale_capacity * scenario.bale_dry_t, cls.payload_t)
