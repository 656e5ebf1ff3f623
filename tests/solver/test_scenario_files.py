"""Scenario folders: what is read, what is refused with which place, and what is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import osmnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.csv_tables import CSV_LIMIT_BYTES
from solver.faults import FAULT_LIMIT, Fault
from solver.road_files import GRAPHML_LIMIT_BYTES
from solver.scenario import (
    CROPS,
    USES,
    Baler,
    DirectHaulApproval,
    EndUsePlant,
    FarmField,
    OpeningHours,
    RoadNetwork,
    Scenario,
    Town,
    TransferYard,
    Truck,
    TruckClass,
)
from solver.scenario_files import ScenarioFaults, read_scenario, write_scenario

TOML = """name = "Test county"
timezone = "Asia/Shanghai"
season_start = 2026-10-25
season_end = 2026-12-10
detour_factor = 1.35
road_speed_km_h = 32.0
load_minutes_per_t = 6
unload_minutes_per_t = 4.0
value_yuan_per_t = 350
shortage_yuan_per_t = 400
lateness_yuan_per_t_day = 20
"""

GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d5" for="edge" attr.name="max_truck_class" attr.type="string" />
<key id="d4" for="edge" attr.name="highway" attr.type="string" />
<key id="d3" for="edge" attr.name="travel_time" attr.type="string" />
<key id="d2" for="edge" attr.name="length" attr.type="string" />
<key id="d1" for="node" attr.name="x" attr.type="string" />
<key id="d0" for="node" attr.name="y" attr.type="string" />
<graph edgedefault="directed">
<node id="77"><data key="d0">30.50</data><data key="d1">120.50</data></node>
<node id="78"><data key="d0">30.51</data><data key="d1">120.51</data></node>
<edge source="77" target="78" id="0"><data key="d2">1500.5</data><data key="d3">120.0</data>
<data key="d4">['tertiary', 'residential']</data><data key="d5">small</data></edge>
<edge source="78" target="77" id="0"><data key="d2">1500.5</data><data key="d3">120.0</data>
<data key="d4">track</data></edge>
</graph></graphml>
"""

FILES: dict[str, str] = {
    "scenario.toml": TOML,
    "towns.csv": "town_id,name,lon,lat\n007,Seven,120.5,30.5\nNA,North,120.6,30.6\n",
    "fields.csv": (
        "field_id,town_id,grower,lon,lat,area_mu,crop,dry_straw_t,ready_date,clear_by,max_truck_class,already_baled_t\n"
        "F1,007,Grower 1,120.501,30.501,20,rice,10,2026-10-26,2026-11-05,small,2.5\n"
        "F2,NA,Grower 2,120.502,30.502,0,wheat,3,2026-10-27,2026-11-06,,3\n"
    ),
    "yards.csv": (
        "yard_id,town_id,name,lon,lat,area_mu,capacity_t,opening_stock_t,bays,open_from,open_until,opens_on,"
        "adjacent_plant_id\n"
        "Y1,007,Yard 1,120.503,30.503,6,160,5,2,06:00,20:00,,P1\n"
        "Y2,NA,Yard 2,120.504,30.504,4,0,0,1,20:00,04:00,2026-10-28,\n"
    ),
    "plants.csv": (
        "plant_id,town_id,name,lon,lat,use,daily_need_t,daily_max_t,storage_t,opening_stock_t,bays,open_from,open_until\n"
        "P1,007,Plant 1,120.505,30.505,fuel,25,0,4000,100,4,00:00,24:00\n"
    ),
    "balers.csv": (
        "baler_id,home_yard_id,rate_mu_per_h,road_speed_km_h,shift_start,shift_hours,yuan_per_h,yuan_per_km\n"
        "B1,Y1,10,15,08:00,7,100,4\n"
    ),
    "truck_classes.csv": "truck_class,rank,payload_t,bale_capacity\nsmall,1,2,8\nlarge,2,5,48\n",
    "trucks.csv": (
        "truck_id,truck_class,home_yard_id,shift_start,shift_hours,yuan_per_day,yuan_per_h,yuan_per_km\n"
        "T1,small,Y1,06:00,10,100,30,2\n"
    ),
    "weather.csv": "date,workable_fraction\n2026-10-26,0.5\n",
    "direct_hauls.csv": "town_id,plant_id,valid_from,valid_until\n007,P1,2026-10-25,2026-10-31\n",
    "hours.csv": "place_id,date,open_from,open_until\nY1,2026-10-28,,\nP1,2026-10-28,08:00,12:00\n",
    "outages.csv": (
        "kind,id,date,from,until,bays\nplace,P1,2026-10-28,10:40,13:00,2\nplace,Y1,2026-10-28,10:40,25:10,\n"
        "truck,T1,2026-10-28,00:00,09:00,\n"
    ),
    "roads.graphml": GRAPHML,
}


def _folder(parent: Path, files: Mapping[str, str | bytes] = FILES) -> Path:
    folder = parent / "scenario"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def _faults(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioFaults) as refused:
        read_scenario(folder)
    return refused.value.faults


def _changed(file: str, old: str, new: str) -> dict[str, str]:
    assert FILES[file].count(old) >= 1, old
    return {**FILES, file: FILES[file].replace(old, new, 1)}


def test_a_scenario_is_read_as_it_stands(tmp_path: Path) -> None:
    scenario = read_scenario(_folder(tmp_path))
    assert [town.town_id for town in scenario.towns] == ["007", "NA"]
    assert scenario.fields[0] == FarmField(
        *("F1", "007", "Grower 1", 120.501, 30.501, 20.0, "rice", 10.0, date(2026, 10, 26), date(2026, 11, 5)),
        max_truck_class="small",
        already_baled_t=2.5,
    )
    assert scenario.yards[1].hours == OpeningHours(1200, 1680)
    assert scenario.yards[1].opens_on == date(2026, 10, 28)
    assert scenario.plants[0].hours == OpeningHours(0, 1440)
    assert scenario.workable_fraction(date(2026, 10, 26)) == 0.5
    assert scenario.hours_by_place_and_date[("Y1", date(2026, 10, 28))] is None
    assert scenario.weigh_minutes == 0.0
    assert scenario.bale_dry_t == 0.1
    roads = scenario.roads
    assert roads is not None
    assert roads.road_classes == ("tertiary", "track")
    assert roads.edge_max_rank.tolist() == [1, -1]
    assert roads.edge_length_m.tolist() == [1500.5, 1500.5]


def test_a_byte_order_mark_carriage_returns_spaces_and_empty_rows_are_read(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    plain = read_scenario(_folder(tmp_path / "plain"))
    odd: dict[str, str | bytes] = dict(FILES)
    for name, text in FILES.items():
        if name.endswith(".csv"):
            spaced = text.replace(",", " , ") + " ,\t\n\n"
            odd[name] = b"\xef\xbb\xbf" + spaced.replace("\n", "\r\n").encode()
    odd["scenario.toml"] = b"\xef\xbb\xbf" + TOML.replace("\n", "\r\n").encode()
    read = read_scenario(_folder(tmp_path, odd))
    assert replace(read, roads=None) == replace(plain, roads=None)


def test_the_row_of_a_fault_counts_empty_rows(tmp_path: Path) -> None:
    [fault] = _faults(_folder(tmp_path, _changed("towns.csv", "NA,North,120.6", "\n\nNA,North,east")))
    assert (fault.row, fault.column, fault.value) == (5, "lon", "east")


def test_optional_files_and_columns_may_be_absent_and_others_are_passed_over(tmp_path: Path) -> None:
    files = {
        name: text
        for name, text in FILES.items()
        if name not in ("direct_hauls.csv", "hours.csv", "outages.csv", "roads.graphml")
    }
    files["truck_classes.csv"] = "note,bale_capacity,rank,truck_class,payload_t\nx,8,1,small,2\ny,48,2,large,5\n"
    files["fields.csv"] = (
        "field_id,town_id,grower,lon,lat,area_mu,crop,dry_straw_t,ready_date,clear_by,max_truck_class\n"
        "F1,007,Grower 1,120.501,30.501,20,rice,10,2026-10-26,2026-11-05,small\n"
    )
    files["notes.txt"] = "anything"
    files["scenario.toml"] += "[extra]\nmember = true\n"
    scenario = read_scenario(_folder(tmp_path, files))
    assert scenario.roads is None
    assert scenario.direct_hauls == ()
    assert scenario.fields[0].already_baled_t == 0.0
    assert scenario.truck_classes[1] == TruckClass("large", 2, 5.0, 48)


# file, text there, text instead; row and column of the fault
REFUSED: list[tuple[str, str, str, int | None, str | None]] = [
    # scenario.toml
    ("scenario.toml", "detour_factor = 1.35", "detour_factor = 0.99", None, "detour_factor"),
    ("scenario.toml", "detour_factor = 1.35\n", "", None, "detour_factor"),
    ("scenario.toml", "detour_factor = 1.35", "detour_factor = true", None, "detour_factor"),
    ("scenario.toml", "detour_factor = 1.35", 'detour_factor = "1.35"', None, "detour_factor"),
    ("scenario.toml", "detour_factor = 1.35", "detour_factor = nan", None, "detour_factor"),
    ("scenario.toml", "detour_factor = 1.35", "detour_factor = inf", None, "detour_factor"),
    ("scenario.toml", "road_speed_km_h = 32.0", "road_speed_km_h = 0", None, "road_speed_km_h"),
    ("scenario.toml", "road_speed_km_h = 32.0", "road_speed_km_h = 1e999", None, "road_speed_km_h"),
    ("scenario.toml", "load_minutes_per_t = 6", "load_minutes_per_t = -6", None, "load_minutes_per_t"),
    ("scenario.toml", "value_yuan_per_t = 350", "value_yuan_per_t = [350]", None, "value_yuan_per_t"),
    ("scenario.toml", "season_end = 2026-12-10", "season_end = 2026-10-24", None, "season_end"),
    ("scenario.toml", "season_end = 2026-12-10", "season_end = 2926-12-10", None, "season_end"),
    ("scenario.toml", "season_end = 2026-12-10", 'season_end = "2026-12-10"', None, "season_end"),
    ("scenario.toml", "season_end = 2026-12-10", "season_end = 2026-12-10T08:00:00", None, "season_end"),
    ("scenario.toml", "season_end = 2026-12-10", "season_end = 2026-12-32", 4, None),
    ("scenario.toml", 'name = "Test county"', "name = 5", None, "name"),
    ("scenario.toml", "Asia/Shanghai", "Mars/Olympus", None, "timezone"),
    ("scenario.toml", 'name = "Test county"', 'name = "Test county', 1, None),
    ("scenario.toml", "detour_factor = 1.35", "bale_dry_t = 0\ndetour_factor = 1.35", None, "bale_dry_t"),
    ("scenario.toml", "detour_factor = 1.35", "weigh_minutes = -1\ndetour_factor = 1.35", None, "weigh_minutes"),
    # ids
    ("towns.csv", "NA,North", ",North", 3, "town_id"),
    ("towns.csv", "NA,North", "007,North", 3, "town_id"),
    ("towns.csv", "NA,North", "N+A,North", 3, "town_id"),
    ("fields.csv", "F2,NA", "F1,NA", 3, "field_id"),
    ("fields.csv", "F2,NA", "  ,NA", 3, "field_id"),
    ("yards.csv", "Y2,NA", "F1,NA", 3, "yard_id"),
    ("plants.csv", "P1,007", "Y1,007", 2, "plant_id"),
    ("trucks.csv", "T1,small", "T+1,small", 2, "truck_id"),
    ("balers.csv", "B1,", ",", 2, "baler_id"),
    ("truck_classes.csv", "large,2", "small,2", 3, "truck_class"),
    # references
    ("fields.csv", "F1,007", "F1,7", 2, "town_id"),
    ("fields.csv", "2026-11-05,small", "2026-11-05,medium", 2, "max_truck_class"),
    ("yards.csv", "Y1,007", "Y1,008", 2, "town_id"),
    ("yards.csv", "20:00,,P1", "20:00,,P9", 2, "adjacent_plant_id"),
    ("plants.csv", "P1,007", "P1,", 2, "town_id"),
    ("balers.csv", "B1,Y1", "B1,P1", 2, "home_yard_id"),
    ("trucks.csv", "small,Y1", "small,Y9", 2, "home_yard_id"),
    ("trucks.csv", "T1,small", "T1,tiny", 2, "truck_class"),
    ("direct_hauls.csv", "007,P1", "008,P1", 2, "town_id"),
    ("direct_hauls.csv", "007,P1", "007,Y1", 2, "plant_id"),
    ("hours.csv", "Y1,2026", "F1,2026", 2, "place_id"),
    ("outages.csv", "place,P1", "place,T1", 2, "id"),
    ("outages.csv", "truck,T1", "truck,T9", 4, "id"),
    ("outages.csv", "truck,T1", "tractor,T1", 4, "kind"),
    ("outages.csv", "10:40,13:00", "10:40,10:40", 2, "until"),
    ("outages.csv", "13:00,2", "13:00,0", 2, "bays"),
    ("outages.csv", "09:00,", "09:00,1", 4, "bays"),
    # numbers
    ("fields.csv", "30.501,20,", "30.501,twenty,", 2, "area_mu"),
    ("fields.csv", "30.501,20,", "30.501,,", 2, "area_mu"),
    ("fields.csv", "30.501,20,", '30.501,"20,5",', 2, "area_mu"),
    ("fields.csv", "30.501,20,", "30.501,2_0,", 2, "area_mu"),
    ("fields.csv", "30.501,20,", "30.501,２０,", 2, "area_mu"),
    ("fields.csv", "30.501,20,", "30.501,nan,", 2, "area_mu"),
    ("fields.csv", "30.501,20,", "30.501,-1,", 2, "area_mu"),
    ("fields.csv", "rice,10,", "rice,inf,", 2, "dry_straw_t"),
    ("fields.csv", "rice,10,", "rice,1e999,", 2, "dry_straw_t"),
    ("fields.csv", "rice,10,", "rice,1e15,", 2, "dry_straw_t"),
    ("fields.csv", "30.501,20,", "30.501,0,", 2, "area_mu"),
    ("fields.csv", "small,2.5", "small,10.5", 2, "already_baled_t"),
    ("fields.csv", "small,2.5", "small,-1", 2, "already_baled_t"),
    ("fields.csv", "120.501,", "180.501,", 2, "lon"),
    ("fields.csv", "30.501,", "-90.5,", 2, "lat"),
    ("towns.csv", "120.6,30.6", "120.6,91", 3, "lat"),
    ("yards.csv", "160,5,2", "160,161,2", 2, "opening_stock_t"),
    ("yards.csv", "160,5,2", "160,5,0", 2, "bays"),
    ("yards.csv", "160,5,2", "160,5,1.5", 2, "bays"),
    ("yards.csv", "160,5,2", "-160,5,2", 2, "capacity_t"),
    ("plants.csv", "4000,100,4", "4000,4001,4", 2, "opening_stock_t"),
    ("plants.csv", "4000,100,4", "4000,100,-4", 2, "bays"),
    ("plants.csv", "fuel,25", "fuel,-25", 2, "daily_need_t"),
    ("balers.csv", "Y1,10,15", "Y1,0,15", 2, "rate_mu_per_h"),
    ("balers.csv", "Y1,10,15", "Y1,10,0", 2, "road_speed_km_h"),
    ("balers.csv", "08:00,7,100", "08:00,-7,100", 2, "shift_hours"),
    ("truck_classes.csv", "small,1,2,8", "small,1,0,8", 2, "payload_t"),
    ("truck_classes.csv", "small,1,2,8", "small,1,2,0", 2, "bale_capacity"),
    ("truck_classes.csv", "small,1,2,8", "small,1,2,8.5", 2, "bale_capacity"),
    ("truck_classes.csv", "small,1,2,8", "small,-1,2,8", 2, "rank"),
    ("trucks.csv", "100,30,2", "100,-30,2", 2, "yuan_per_h"),
    ("weather.csv", "0.5", "1.01", 2, "workable_fraction"),
    ("weather.csv", "0.5", "-0.01", 2, "workable_fraction"),
    # choices
    ("fields.csv", "rice", "Rice", 2, "crop"),
    ("plants.csv", "fuel", "power", 2, "use"),
    # dates and times
    ("fields.csv", "2026-10-26", "26.10.2026", 2, "ready_date"),
    ("fields.csv", "2026-10-26", "2026-02-30", 2, "ready_date"),
    ("fields.csv", "2026-10-26", "20261026", 2, "ready_date"),
    ("fields.csv", "2026-11-05", "2026-10-25", 2, "clear_by"),
    ("fields.csv", "2026-11-05", "", 2, "clear_by"),
    ("yards.csv", "06:00", "7:5", 2, "open_from"),
    ("yards.csv", "06:00", "24:00", 2, "open_from"),
    ("yards.csv", "20:00,,P1", "24:01,,P1", 2, "open_until"),
    ("yards.csv", "20:00,,P1", "25:10,,P1", 2, "open_until"),
    ("yards.csv", "20:00,,P1", "19:60,,P1", 2, "open_until"),
    ("yards.csv", "20:00,,P1", ",,P1", 2, "open_until"),
    ("yards.csv", "20:00,,P1", "20:00,soon,P1", 2, "opens_on"),
    ("balers.csv", "08:00", "8am", 2, "shift_start"),
    ("trucks.csv", "06:00", "06:00:00", 2, "shift_start"),
    ("weather.csv", "0.5\n", "0.5\n2026-10-26,1\n", 3, "date"),
    ("weather.csv", "2026-10-26", "", 2, "date"),
    ("direct_hauls.csv", "2026-10-31", "2026-10-24", 2, "valid_until"),
    ("hours.csv", "P1,2026-10-28", "Y1,2026-10-28", 3, "date"),
    ("hours.csv", "08:00,12:00", "08:00,", 3, "open_until"),
    # shape
    ("towns.csv", "town_id,name,lon,lat", "town_id,name,lon,latitude", 1, "lat"),
    ("towns.csv", "town_id,name,lon,lat", "town_id,name,lon,lon", 1, "lon"),
    ("towns.csv", "town_id,name,lon,lat\n", "", 1, "town_id"),
    ("towns.csv", "town_id,name,lon,lat\n", "\ntown_id,name,lon,lat\n", 1, None),
    ("towns.csv", "120.6,30.6", "120.6", 3, None),
    ("towns.csv", "120.6,30.6", "120.6,30.6,", 3, None),
    ("towns.csv", "NA,North", 'NA,"North', 3, None),
    # roads
    ("roads.graphml", '<data key="d5">small', '<data key="d5">tiny', 12, "max_truck_class"),
    ("roads.graphml", "1500.5", "-1", 12, "length"),
    ("roads.graphml", "1500.5", "nan", 12, "length"),
    ("roads.graphml", '<data key="d2">1500.5</data>', "", 12, "length"),
    ("roads.graphml", '<data key="d3">120.0</data>', "", 12, "travel_time"),
    ("roads.graphml", "120.0</data>", "inf</data>", 12, "travel_time"),
    ("roads.graphml", "120.50</data>", "</data>", 10, "x"),
    ("roads.graphml", "30.50</data>", "99</data>", 10, "y"),
    ("roads.graphml", 'id="78"', 'id="77"', 11, None),
    ("roads.graphml", 'target="78"', 'target="79"', 12, None),
    ("roads.graphml", "</graph></graphml>", "</graph>", 17, None),
    ("roads.graphml", "<graphml xmlns", "<!DOCTYPE x [<!ENTITY a 'aaaa'>]>\n<graphml xmlns", None, None),
    ("fields.csv", "120.501,30.501", "120.601,30.501", 2, "field_id"),
    ("yards.csv", "120.503,30.503", "120.503,30.703", 2, "yard_id"),
    ("plants.csv", "120.505,30.505", "120.505,30.405", 2, "plant_id"),
]


@pytest.mark.parametrize(("file", "old", "new", "row", "column"), REFUSED)
def test_a_fault_is_refused_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, row: int | None, column: str | None
) -> None:
    faults = _faults(_folder(tmp_path, _changed(file, old, new)))
    assert (file, row, column) in {(fault.file, fault.row, fault.column) for fault in faults}
    assert all(fault.allowed for fault in faults)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("yards.csv", "160,5,2", "5,5,2"),
        ("plants.csv", "25,0,4000,100,4", "25,0,0,0,4"),
        ("balers.csv", "08:00,7,100", "08:00,0,100"),
        ("trucks.csv", "06:00,10,100", "00:00,0,100"),
        ("fields.csv", "2026-11-05", "2026-10-26"),
        ("scenario.toml", "season_end = 2026-12-10", "season_end = 2026-10-25"),
        ("scenario.toml", "detour_factor = 1.35", "detour_factor = 1"),
        ("fields.csv", "30.501,20,", "30.501,+2.0e1,"),
        ("roads.graphml", "small", ""),
        ("roads.graphml", "small", "['large', 'small']"),
        ("towns.csv", "NA,North", '"NA","North, ""far"""'),
        ("towns.csv", "NA,North", "NA,"),
    ],
)
def test_values_at_their_limits_are_read(tmp_path: Path, file: str, old: str, new: str) -> None:
    read_scenario(_folder(tmp_path, _changed(file, old, new)))


@pytest.mark.parametrize(
    "file", sorted(FILES.keys() - {"direct_hauls.csv", "hours.csv", "outages.csv", "roads.graphml"})
)
def test_a_missing_file_is_one_fault_and_hides_no_other(tmp_path: Path, file: str) -> None:
    other = "weather.csv" if file != "weather.csv" else "towns.csv"
    files = {name: text for name, text in FILES.items() if name != file}
    files[other] += "x\n"
    faults = _faults(_folder(tmp_path, files))
    assert [(fault.file, fault.row) for fault in faults] == sorted(
        [(file, None), (other, 3 if other == "weather.csv" else 4)]
    )


@pytest.mark.parametrize("file", sorted(FILES))
@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"\x89PNG\r\n\x1a\n\0\0\0", "é".encode("latin-1") * 40, "name,x\n".encode("utf-16"), b"\n\n\n"],
    ids=["empty", "zeros", "picture", "latin", "utf16", "blank"],
)
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, file: str, content: bytes) -> None:
    faults = _faults(_folder(tmp_path, {**FILES, file: content}))
    assert {fault.file for fault in faults} == {file}


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    [fault] = _faults(tmp_path / "nowhere")
    assert "not a folder" in fault.allowed
    (tmp_path / "file").write_text("x")
    assert _faults(tmp_path / "file")


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    for name in ("towns.csv", "roads.graphml", "scenario.toml"):
        (folder / name).unlink()
        (folder / name).mkdir()
    assert [fault.file for fault in _faults(folder)] == ["roads.graphml", "scenario.toml", "towns.csv"]


@pytest.mark.parametrize(("file", "limit"), [("fields.csv", CSV_LIMIT_BYTES), ("roads.graphml", GRAPHML_LIMIT_BYTES)])
def test_a_huge_file_is_refused_unread(tmp_path: Path, file: str, limit: int) -> None:
    folder = _folder(tmp_path)
    # A file with a hole takes no room on the disk.
    os.truncate(folder / file, limit + 1)
    [fault] = _faults(folder)
    assert fault.file == file
    assert "bytes" in fault.allowed


def test_a_long_line_is_refused(tmp_path: Path) -> None:
    files = {**FILES, "towns.csv": FILES["towns.csv"] + "A," + "x" * 1_000_000 + ",120.5,30.5\n"}
    [fault] = _faults(_folder(tmp_path, files))
    assert (fault.file, fault.row) == ("towns.csv", 4)
    wide = {**FILES, "towns.csv": "a," * 5000 + "\n"}
    (tmp_path / "wide").mkdir()
    assert {fault.file for fault in _faults(_folder(tmp_path / "wide", wide))} == {"towns.csv"}


def test_all_faults_are_told_at_once_and_a_shown_value_is_short(tmp_path: Path) -> None:
    files = _changed("fields.csv", "rice,10,", f"{'x' * 500},ten,")
    files["scenario.toml"] = TOML.replace("1.35", "0.5")
    files["trucks.csv"] = files["trucks.csv"].replace("06:00", "6")
    del files["weather.csv"]
    faults = _faults(_folder(tmp_path, files))
    places = [(fault.file, fault.column) for fault in faults]
    assert places == [
        ("fields.csv", "crop"),
        ("fields.csv", "dry_straw_t"),
        ("scenario.toml", "detour_factor"),
        ("trucks.csv", "shift_start"),
        ("weather.csv", None),
    ]
    assert max(len(fault.value or "") for fault in faults) < 100
    assert "row 2" in str(faults[0])


def test_faults_without_end_are_counted_not_kept(tmp_path: Path) -> None:
    files = {**FILES, "weather.csv": "date,workable_fraction\n" + "never,often\n" * FAULT_LIMIT}
    faults = _faults(_folder(tmp_path, files))
    assert len(faults) == FAULT_LIMIT + 1
    assert faults[-1].allowed == f"{FAULT_LIMIT} more faults are not listed"


def test_a_written_scenario_reads_back_the_same_and_is_written_the_same(tmp_path: Path) -> None:
    first = read_scenario(_folder(tmp_path))
    write_scenario(first, tmp_path / "second")
    second = read_scenario(tmp_path / "second")
    write_scenario(second, tmp_path / "third")
    assert replace(first, roads=None) == replace(second, roads=None)
    _assert_same_roads(first.roads, second.roads)
    assert _bytes(tmp_path / "second") == _bytes(tmp_path / "third")


def test_binary_dust_is_not_written(tmp_path: Path) -> None:
    scenario = replace(read_scenario(_folder(tmp_path)), value_yuan_per_t=0.1 + 0.2, lateness_yuan_per_t_day=1 / 3)
    write_scenario(scenario, tmp_path / "out")
    toml = (tmp_path / "out" / "scenario.toml").read_text()
    assert "value_yuan_per_t = 0.3\n" in toml
    assert "lateness_yuan_per_t_day = 0.333333333\n" in toml


def test_writing_again_removes_optional_files_and_keeps_others(tmp_path: Path) -> None:
    scenario = read_scenario(_folder(tmp_path))
    target = tmp_path / "scenario"
    (target / "README.md").write_text("mine")
    write_scenario(replace(scenario, roads=None, hours_by_place_and_date={}), target)
    assert not (target / "roads.graphml").exists()
    assert not (target / "hours.csv").exists()
    assert (target / "README.md").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scenario"]


def test_a_failure_while_writing_changes_nothing(tmp_path: Path) -> None:
    scenario = read_scenario(_folder(tmp_path))
    before = _bytes(tmp_path / "scenario")
    assert scenario.roads is not None
    unsayable = replace(scenario.roads, edge_max_rank=np.array([0, 0]))
    with pytest.raises(ValueError, match="admits no truck class"):
        write_scenario(replace(scenario, name="other", roads=unsayable), tmp_path / "scenario")
    assert _bytes(tmp_path / "scenario") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scenario"]


def test_osmnx_opens_the_written_roads_and_what_it_saves_is_read(tmp_path: Path) -> None:
    scenario = read_scenario(_folder(tmp_path))
    write_scenario(scenario, tmp_path / "out")
    graph = osmnx.load_graphml(tmp_path / "out" / "roads.graphml")
    assert graph.graph["crs"] == "epsg:4326"
    assert graph.nodes[0] == {"x": 120.5, "y": 30.5}
    assert graph.edges[0, 1, 0] == {
        **{"length": 1500.5, "travel_time": 120.0, "highway": "tertiary", "max_truck_class": "small"},
    }
    osmnx.save_graphml(graph, tmp_path / "out" / "roads.graphml")
    _assert_same_roads(scenario.roads, read_scenario(tmp_path / "out").roads)


def _assert_same_roads(first: RoadNetwork | None, second: RoadNetwork | None) -> None:
    assert first is not None
    assert second is not None
    for member in fields(RoadNetwork):
        assert np.array_equal(getattr(first, member.name), getattr(second, member.name)), member.name


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(str.strip)
_MASS = st.integers(0, 10**9).map(lambda grams: grams / 1e6)
_POSITIVE = st.integers(1, 10**8).map(lambda millis: millis / 1000)
_LON = st.integers(-180 * 10**6, 180 * 10**6).map(lambda micro: micro / 1e6)
_LAT = st.integers(-90 * 10**6, 90 * 10**6).map(lambda micro: micro / 1e6)
_DAY = st.dates(date(1990, 1, 1), date(2090, 1, 1))
_BAYS = st.integers(1, 9)


@st.composite
def _hours(draw: st.DrawFn) -> OpeningHours:
    open_min = draw(st.integers(0, 1439))
    return OpeningHours(open_min, draw(st.integers(open_min + 1, open_min + 1440)))


@st.composite
def _scenarios(draw: st.DrawFn) -> Scenario:
    ids = draw(st.lists(_TEXT.filter(lambda text: text != "" and "+" not in text), min_size=8, max_size=8, unique=True))
    town, other, farm, yard, plant, machine, truck_class, _ = ids
    start, ready = draw(_DAY), draw(_DAY)
    straw, stock = sorted((draw(_MASS), draw(_MASS)), reverse=True)
    return Scenario(
        name=draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
        timezone=draw(st.sampled_from(["Asia/Shanghai", "UTC"])),
        season_start=start,
        season_end=draw(st.dates(start, date(start.year + 5, 1, 1))),
        detour_factor=round(1 + draw(_POSITIVE), 3),
        road_speed_km_h=draw(_POSITIVE),
        load_minutes_per_t=draw(_MASS),
        unload_minutes_per_t=draw(_MASS),
        value_yuan_per_t=draw(_MASS),
        shortage_yuan_per_t=draw(_MASS),
        lateness_yuan_per_t_day=draw(_MASS),
        weigh_minutes=draw(_MASS),
        bale_dry_t=draw(_POSITIVE),
        towns=(Town(town, draw(_TEXT), draw(_LON), draw(_LAT)), Town(other, "", 0.0, 0.0)),
        fields=(
            FarmField(
                *(
                    farm,
                    other,
                    draw(_TEXT),
                    draw(_LON),
                    draw(_LAT),
                    draw(_POSITIVE),
                    draw(st.sampled_from(CROPS)),
                    straw,
                ),
                *(ready, draw(st.dates(ready, date(2095, 1, 1))), draw(st.sampled_from([None, truck_class])), stock),
            ),
        ),
        yards=(
            TransferYard(
                *(
                    yard,
                    town,
                    draw(_TEXT),
                    draw(_LON),
                    draw(_LAT),
                    draw(_MASS),
                    straw,
                    stock,
                    draw(_BAYS),
                    draw(_hours()),
                ),
                *(draw(st.none() | _DAY), draw(st.sampled_from([None, plant]))),
            ),
        ),
        plants=(
            EndUsePlant(
                *(
                    plant,
                    town,
                    draw(_TEXT),
                    draw(_LON),
                    draw(_LAT),
                    draw(st.sampled_from(USES)),
                    draw(_MASS),
                    draw(_MASS),
                ),
                *(straw, stock, draw(_BAYS), draw(_hours())),
            ),
        ),
        balers=(
            Baler(
                machine,
                yard,
                draw(_POSITIVE),
                draw(_POSITIVE),
                draw(st.integers(0, 1439)),
                *(draw(_MASS) for _ in "abc"),
            ),
        ),
        truck_classes=(TruckClass(truck_class, draw(st.integers(0, 9)), draw(_POSITIVE), draw(st.integers(1, 99))),),
        trucks=(Truck(machine, truck_class, yard, draw(st.integers(0, 1439)), *(draw(_MASS) for _ in "abcd")),),
        workable_fraction_by_date=draw(st.dictionaries(_DAY, st.integers(0, 1000).map(lambda n: n / 1000), max_size=3)),
        direct_hauls=tuple(
            DirectHaulApproval(other, plant, day, draw(st.dates(day, date(2095, 1, 1))))
            for day in draw(st.lists(_DAY, max_size=2))
        ),
        hours_by_place_and_date=draw(
            st.dictionaries(st.tuples(st.sampled_from([yard, plant]), _DAY), st.none() | _hours(), max_size=3)
        ),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scenario=_scenarios())
def test_whatever_is_written_reads_back_the_same(tmp_path: Path, scenario: Scenario) -> None:
    write_scenario(scenario, tmp_path / "once")
    read = read_scenario(tmp_path / "once")
    assert read == scenario
    write_scenario(read, tmp_path / "twice")
    assert _bytes(tmp_path / "once") == _bytes(tmp_path / "twice")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(), file=st.sampled_from(sorted(FILES)), junk=st.binary(max_size=12) | st.text(max_size=6).map(_utf8)
)
def test_whatever_a_folder_holds_it_is_read_or_refused(
    tmp_path: Path, data: st.DataObject, file: str, junk: bytes
) -> None:
    content = FILES[file].encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 30)))
    folder = tmp_path / "scenario"
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / file).write_bytes(content[:start] + junk + content[end:])
    with suppress(ScenarioFaults):
        assert read_scenario(folder).detour_factor >= 1
