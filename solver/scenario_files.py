"""A scenario's folder: read with all its faults at once, and written the same bytes for the same scenario.

The format is a public contract: columns may be added, names and meanings do not change.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from solver.csv_tables import is_folder, write_table, written_number, written_time
from solver.faults import Fault, FaultLog, faults_text
from solver.road_files import read_roads, write_roads
from solver.roads.snapping import snap
from solver.scenario import (
    MINUTES_PER_DAY,
    SNAP_LIMIT_M,
    Baler,
    EndUsePlant,
    FarmField,
    OpeningHours,
    RoadNetwork,
    Scenario,
    Town,
    TransferYard,
    Truck,
)
from solver.scenario_settings import read_settings, settings_text
from solver.scenario_tables import COLUMNS, OPTIONAL_COLUMNS, OPTIONAL_FILES, Rows, ScenarioTables, read_tables

ROADS_FILE = "roads.graphml"


class ScenarioFaults(Exception):
    """The folder is no scenario: `faults` holds everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(faults_text(self.faults))


def read_scenario(folder: Path) -> Scenario:
    """The scenario of a folder; raises `ScenarioFaults` with every fault of every file."""
    folder = Path(folder)
    if not is_folder(folder):
        raise ScenarioFaults([Fault(str(folder), None, None, None, "is not a folder")])
    faults = FaultLog()
    settings = read_settings(folder, faults)
    tables = read_tables(folder, faults)
    roads = None
    if (folder / ROADS_FILE).exists():
        roads = read_roads(folder / ROADS_FILE, rank_by_class=_rank_by_class(tables), faults=faults)
        if roads is not None:
            _check_roads_near(tables, roads)
    if faults:
        raise ScenarioFaults(faults.all())
    return Scenario(**settings, **tables.values(), roads=roads)


def write_scenario(scenario: Scenario, folder: Path) -> None:
    """Writes all files of the scenario, `roads.graphml` too where it has roads; an optional file it lacks is removed.

    Everything is written beside the folder first and then moved in, so a failure while writing changes nothing.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        (draft / "scenario.toml").write_text(settings_text(scenario), encoding="utf-8", newline="\n")
        for file, rows in _written_tables(scenario).items():
            write_table(draft / file, [*COLUMNS[file], *OPTIONAL_COLUMNS.get(file, ())], rows)
        if scenario.roads is not None:
            write_roads(draft / ROADS_FILE, scenario.roads, scenario.truck_classes)
        folder.mkdir(exist_ok=True)
        written = sorted(path.name for path in draft.iterdir())
        for name in written:
            (draft / name).replace(folder / name)
        for name in (*OPTIONAL_FILES, ROADS_FILE):
            if name not in written:
                (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _rank_by_class(tables: ScenarioTables) -> dict[str, int] | None:
    rows = tables.rows.get("truck_classes.csv")
    if rows is None or not rows.table.has("truck_class") or None in rows.values["rank"]:
        return None
    return dict(zip(rows.values["truck_class"], rows.values["rank"], strict=True))


def _check_roads_near(tables: ScenarioTables, roads: RoadNetwork) -> None:
    for file, column in (("fields.csv", "field_id"), ("yards.csv", "yard_id"), ("plants.csv", "plant_id")):
        rows = tables.rows.get(file)
        if rows is None:
            continue
        placed = _placed(rows)
        snapping = snap(
            roads,
            lon=[rows.values["lon"][index] for index in placed],
            lat=[rows.values["lat"][index] for index in placed],
        )
        for position in snapping.too_far.tolist():
            distance_km = snapping.distance_m[position] / 1000
            rows.table.fault(
                placed[position],
                column,
                f"a place with a road within {SNAP_LIMIT_M / 1000:g} km; the nearest is {distance_km:.1f} km away",
            )


def _placed(rows: Rows) -> list[int]:
    places = zip(rows.values["lon"], rows.values["lat"], strict=True)
    return [index for index, (lon, lat) in enumerate(places) if lon is not None and lat is not None]


def _written_tables(scenario: Scenario) -> Mapping[str, Iterable[Sequence[str]]]:
    """The rows of every table of the scenario, in the scenario's order."""
    written: dict[str, Iterable[Sequence[str]]] = {
        "towns.csv": ([t.town_id, t.name, *_lon_lat(t)] for t in scenario.towns),
        "fields.csv": (_field_row(f) for f in scenario.fields),
        "yards.csv": (_yard_row(y) for y in scenario.yards),
        "plants.csv": (_plant_row(p) for p in scenario.plants),
        "balers.csv": (_baler_row(b) for b in scenario.balers),
        "truck_classes.csv": (
            [c.truck_class, str(c.rank), written_number(c.payload_t, decimals=3), str(c.bale_capacity)]
            for c in scenario.truck_classes
        ),
        "trucks.csv": (_truck_row(t) for t in scenario.trucks),
        "weather.csv": (
            [day.isoformat(), written_number(fraction)]
            for day, fraction in sorted(scenario.workable_fraction_by_date.items())
        ),
        "direct_hauls.csv": (
            [a.town_id, a.plant_id, a.valid_from.isoformat(), a.valid_until.isoformat()] for a in scenario.direct_hauls
        ),
    }
    if scenario.hours_by_place_and_date:
        written["hours.csv"] = (
            [place_id, day.isoformat(), *(_hours(hours) if hours else ("", ""))]
            for (place_id, day), hours in sorted(scenario.hours_by_place_and_date.items(), key=lambda item: item[0])
        )
    if scenario.outages:
        written["outages.csv"] = (
            [
                *(o.kind, o.own_id, o.day.isoformat(), written_time(o.from_min), written_time(o.until_min)),
                "" if o.bays is None else str(o.bays),
            ]
            for o in sorted(scenario.outages, key=lambda o: (o.kind, o.own_id, o.day, o.from_min, o.until_min))
        )
    return written


def _field_row(f: FarmField) -> list[str]:
    return [
        *(f.field_id, f.town_id, f.grower, *_lon_lat(f), written_number(f.area_mu, decimals=4), f.crop),
        *(written_number(f.dry_straw_t, decimals=3), f.ready_date.isoformat(), f.clear_by.isoformat()),
        *(f.max_truck_class or "", written_number(f.already_baled_t, decimals=3)),
    ]


def _yard_row(y: TransferYard) -> list[str]:
    return [
        *(y.yard_id, y.town_id, y.name, *_lon_lat(y), written_number(y.area_mu, decimals=4)),
        *(written_number(y.capacity_t, decimals=3), written_number(y.opening_stock_t, decimals=3), str(y.bays)),
        *(*_hours(y.hours), y.opens_on.isoformat() if y.opens_on else "", y.adjacent_plant_id or ""),
    ]


def _plant_row(p: EndUsePlant) -> list[str]:
    masses = (p.daily_need_t, p.daily_max_t, p.storage_t, p.opening_stock_t)
    return [
        *(p.plant_id, p.town_id, p.name, *_lon_lat(p), p.use),
        *(written_number(mass_t, decimals=3) for mass_t in masses),
        *(str(p.bays), *_hours(p.hours)),
    ]


def _baler_row(b: Baler) -> list[str]:
    return [
        *(b.baler_id, b.home_yard_id, written_number(b.rate_mu_per_h), written_number(b.road_speed_km_h)),
        *(written_time(b.shift_start_min), written_number(b.shift_hours)),
        *(written_number(b.yuan_per_h), written_number(b.yuan_per_km)),
    ]


def _truck_row(t: Truck) -> list[str]:
    return [
        *(t.truck_id, t.truck_class, t.home_yard_id, written_time(t.shift_start_min), written_number(t.shift_hours)),
        *(written_number(t.yuan_per_day), written_number(t.yuan_per_h), written_number(t.yuan_per_km)),
    ]


def _lon_lat(place: Town | FarmField | TransferYard | EndUsePlant) -> tuple[str, str]:
    return written_number(place.lon, decimals=6), written_number(place.lat, decimals=6)


def _hours(hours: OpeningHours) -> tuple[str, str]:
    # 24:00 is a closing time of its own; only later ones are the next day's.
    late = hours.close_min > MINUTES_PER_DAY
    return written_time(hours.open_min), written_time(hours.close_min - MINUTES_PER_DAY if late else hours.close_min)
