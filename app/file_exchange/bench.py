"""How long 20,000 fields take from a workbook, a text table and parcels to judged rows (goal: a preview within 5 s)."""

from __future__ import annotations

import csv
import io
import resource
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely

from app.file_exchange.archives import Limits
from app.file_exchange.coordinates import CoordinateSystem
from app.file_exchange.geojson_out import write_geojson
from app.file_exchange.kinds import Value
from app.file_exchange.parcels import place_warnings, read_parcels
from app.file_exchange.registry_columns import REGISTRY_TABLES
from app.file_exchange.table_read import TableRead, read_rows_of
from app.file_exchange.workbooks_out import write_workbook

ROWS = 20_000
_FIELDS = REGISTRY_TABLES["fields"]
_COUNTY = shapely.Point(120.6, 30.4).buffer(0.25, quad_segs=250)


def run() -> None:
    """Print one line for each way in and out."""
    print(f"{ROWS} fields; on a busy machine the time at work says more")
    rows = made_up_fields([f"3304810{town:02d}" for town in range(12)], ["c8", "c18", "c30"])
    workbook = _timed("write workbook", lambda: write_workbook([(_FIELDS, rows)], language="zh"))
    _timed("read workbook, judge", lambda: _judged(read_rows_of(workbook, _FIELDS)))
    bad = write_workbook([(_FIELDS, [{**row, "crop": "rice", "ready_date": date(2026, 12, 31)} for row in rows])],
                         language="zh")  # fmt: skip
    _timed("read workbook, every row at fault", lambda: _judged(read_rows_of(bad, _FIELDS)))
    text = _text_table(rows)
    _timed("read GB18030 text, judge", lambda: _judged(read_rows_of(text, _FIELDS)))
    parcels = _timed("write GeoJSON", lambda: write_geojson(_parcel(row) for row in rows))
    limits = Limits(file_bytes=50_000_000)
    _timed(
        "read GeoJSON in GCJ-02, judge",
        lambda: _judged(read_parcels(parcels, _FIELDS, system=CoordinateSystem.GCJ02, limits=limits).table),
    )
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _timed(what: str, work: Callable[[], bytes]) -> bytes:
    started, worked = time.perf_counter(), time.process_time()
    result = work()
    seconds, own_seconds = time.perf_counter() - started, time.process_time() - worked
    size = f"  {len(result) / 1e6:.1f} MB" if result else ""
    print(f"{what:36} {seconds:6.2f} s, of which at work {own_seconds:5.2f} s{size}", flush=True)
    return result


def _judged(read: TableRead) -> bytes:
    warnings = [*read.warnings, *place_warnings(read, _COUNTY, system=CoordinateSystem.WGS84)]
    print(f"  {len(read.rows)} rows, {len(read.faults)} faults, {len(warnings)} warnings; refusal: {read.refusal}")
    return b""


def made_up_fields(towns: Sequence[str], classes: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of fields scattered over a county, their towns and classes in turn."""
    draw = np.random.default_rng(20261112)
    return [
        {
            "field_id": f"F{number:05d}",
            "town_id": towns[number % len(towns)],
            "grower": f"Grower {number % 3000}",
            "lon": round(float(draw.uniform(120.4, 120.8)), 6),
            "lat": round(float(draw.uniform(30.25, 30.55)), 6),
            "area_mu": round(float(draw.uniform(5, 200)), 2),
            "crop": "rice",
            "dry_straw_t": round(float(draw.uniform(2, 80)), 3),
            "ready_date": date(2026, 10, 25) + timedelta(days=number % 30),
            "clear_by": date(2026, 12, 10),
            "max_truck_class": (*classes, None)[number % (len(classes) + 1)],
            "already_baled_t": 0.0,
        }
        for number in range(ROWS)
    ]


def _text_table(rows: list[dict[str, Value]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name("zh") for column in _FIELDS.columns])
    writer.writerows(
        ["" if (value := row[column.key]) is None else column.kind.written(value, "zh") for column in _FIELDS.columns]
        for row in rows
    )
    return text.getvalue().encode("gb18030")


def _parcel(row: dict[str, Value]) -> tuple[shapely.Polygon, dict[str, Value]]:
    lon, lat = row["lon"], row["lat"]
    assert isinstance(lon, float)
    assert isinstance(lat, float)
    outline = shapely.Point(lon, lat).buffer(0.001, quad_segs=5)
    return outline, {key: value for key, value in row.items() if key not in ("lon", "lat", "area_mu")}


if __name__ == "__main__":
    run()
