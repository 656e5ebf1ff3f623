"""How long an import of 20,000 fields takes from the file to the preview, to the register and back out of it
(goal: the preview within 5 s)."""

from __future__ import annotations

import csv
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import shapely
from flask import Flask

from app import create_app
from app.config import Config
from app.database.engine import db
from app.database.migrate import upgrade
from app.file_exchange.archives import Limits
from app.file_exchange.bench import ROWS, made_up_fields
from app.file_exchange.geojson_out import write_geojson
from app.file_exchange.marked_workbook import write_marked_workbook
from app.file_exchange.workbooks_out import write_workbook
from app.registry.changes import apply_changes, propose, stored_records
from app.registry.importing.files import read_file
from app.registry.importing.operations import ImportPreview, apply_preview, preview_of
from app.registry.importing.undo import undo_import
from app.registry.kinds import KINDS

_COUNTY = Path("data/haining")
_SECRET = "only for the bench, and no installation"
Made = TypeVar("Made")


def run() -> None:
    """Print one line for each step."""
    with tempfile.TemporaryDirectory() as folder:
        app = _app(Path(folder))
        with app.app_context():
            print(f"{ROWS} fields; on a busy machine the time at work says more")
            _run()
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _run() -> None:
    table = KINDS["fields"].table
    towns = [row["town_id"] for row in stored_records(db.session, "towns").values()]
    rows = made_up_fields(towns, ["c1", "c2", "c3"])
    workbook = write_workbook([(table, rows)], language="zh")
    preview = _timed("preview of a workbook, all new", lambda: _previewed(workbook))
    done = _timed("apply", lambda: apply_preview(db.session, preview, source_name="bench"))
    _timed("commit", db.session.commit)
    _timed("preview, nothing changed", lambda: _previewed(workbook))
    changed = write_workbook([(table, [{**row, "area_mu": row["area_mu"] + 1} for row in rows])], language="zh")
    _timed("preview, every row changed", lambda: _previewed(changed))
    bad = write_workbook([(table, [{**row, "town_id": f"town {i}"} for i, row in enumerate(rows)])], language="zh")
    faulty = _timed("preview, a fault in every row", lambda: _previewed(bad))
    _timed(
        "copy with the faults marked",
        lambda: write_marked_workbook(bad, faulty.faults, heading="x", reason=lambda fault: str(fault.what)),
    )
    parcels = write_geojson(_parcel(row) for row in rows)
    _timed("preview of GeoJSON, all outlines new", lambda: _previewed(parcels))
    _timed("write the list as Excel", lambda: write_workbook([(table, _stored())], language="zh"))
    _timed("undo", lambda: undo_import(db.session, done))
    _timed("commit", db.session.commit)


def _previewed(data: bytes) -> ImportPreview:
    read = read_file(data, "fields", limits=Limits(file_bytes=50_000_000))
    preview = preview_of(db.session, read, scope=None)
    print(f"  {preview.counts()}, unchanged {preview.unchanged}, faults {len(preview.faults)}; {preview.digest[:8]}")
    return preview


def _timed(what: str, work: Callable[[], Made]) -> Made:
    started, worked = time.perf_counter(), time.process_time()
    result = work()
    seconds, own_seconds = time.perf_counter() - started, time.process_time() - worked
    print(f"{what:40} {seconds:6.2f} s, of which at work {own_seconds:5.2f} s", flush=True)
    return result


def _stored() -> list[dict[str, Any]]:
    return list(stored_records(db.session, "fields").values())


def _app(instance: Path) -> Flask:
    """The demo county's towns and truck classes, and nothing else."""
    url = f"sqlite:///{instance / 'strawline.sqlite'}"
    app = create_app(Config(instance=instance, database_url=url, secret_key=_SECRET))
    with app.app_context():
        upgrade(db.engine)
        with (_COUNTY / "towns.csv").open(encoding="utf-8-sig", newline="") as file:
            towns = [{**row, "lon": float(row["lon"]), "lat": float(row["lat"])} for row in csv.DictReader(file)]
        classes = [
            {"truck_class": f"c{rank}", "rank": rank, "payload_t": 8.0, "bale_capacity": 20} for rank in (1, 2, 3)
        ]
        rows = {"towns": towns, "truck_classes": classes}
        apply_changes(db.session, propose(db.session, rows, withdraw_missing=False).changes)
        db.session.commit()
    return app


def _parcel(row: dict[str, Any]) -> tuple[shapely.Polygon, dict[str, Any]]:
    outline = shapely.Point(row["lon"], row["lat"]).buffer(0.001, quad_segs=5)
    return outline, {key: value for key, value in row.items() if key not in ("lon", "lat", "area_mu")}


if __name__ == "__main__":
    run()
