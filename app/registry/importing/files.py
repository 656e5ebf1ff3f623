"""A file from outside as rows of the register's kinds: workbook, text table, parcels or a zipped scenario folder."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.file_exchange.archives import ZIP_MAGIC, Archive, Limits
from app.file_exchange.coordinates import CoordinateSystem, to_wgs84
from app.file_exchange.messages import CellFault, FileRefused
from app.file_exchange.parcels import read_parcels
from app.file_exchange.table_read import TableRead, TableRow, read_rows_of
from app.registry.kinds import KINDS
from app.texts import Message, _

LIMITS: Final = Limits()
SCENARIO: Final = "scenario"
# Approvals have a procedure, and a season's figures are the planner's: neither comes in by a table.
IMPORTED_KINDS: Final = tuple(key for key in KINDS if key not in ("approvals", "seasons"))
_OUTLINE_DECIMALS = 7
_PLACE_DECIMALS = 7


class ScenarioRest(Protocol):
    """What a scenario folder holds beside records."""

    def store(self, session: Session) -> None:
        """Put it where the planner looks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """What a file says: by kind its rows, with places in WGS-84, and their faults.

    `outlines`: GeoJSON geometries by the number of the row. `given_points`: places as the file has them, by kind, sheet
    and row, where they were converted.
    """

    tables: Mapping[str, TableRead] = field(default_factory=dict)
    outlines: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    given_points: Mapping[tuple[str, str, int], str] = field(default_factory=dict)
    refusal: Message | None = None
    rest: ScenarioRest | None = None

    @property
    def faults(self) -> list[CellFault]:
        return [fault for table in self.tables.values() for fault in table.faults]


ReadScenario = Callable[[bytes, Limits], FileRead]


def read_file(
    data: bytes,
    key: str,
    *,
    system: CoordinateSystem = CoordinateSystem.WGS84,
    limits: Limits = LIMITS,
    read_scenario: ReadScenario | None = None,
) -> FileRead:
    """Return what the file says of the kind `key` (or, for `scenario`, of all kinds). Never raises."""
    with collecting_no_garbage():
        if key == SCENARIO:
            assert read_scenario is not None
            return read_scenario(data, limits)
        return _read_kind(data, key, system, limits)


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """While hundreds of thousands of values are made that all live on, looking through them again and again for what
    does not would take half of the time."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


def _read_kind(data: bytes, key: str, system: CoordinateSystem, limits: Limits) -> FileRead:
    if key == "fields" and _are_parcels(data, limits):
        return _parcels(data, key, system, limits)
    table = read_rows_of(data, KINDS[key].table, limits=limits)
    if table.refusal is not None:
        return FileRead(refusal=table.refusal)
    if not table.rows and not table.faults and not table.missing_headings:
        return FileRead(refusal=Message(_("The file has the headings but no row below them.")))
    converted, points = _in_wgs84(key, table, system)
    return FileRead(tables={key: converted}, given_points=points)


def _are_parcels(data: bytes, limits: Limits) -> bool:
    """Whether the content is GeoJSON or holds a shapefile; what is wrong with a zip its reader says."""
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return True
    if not data.startswith(ZIP_MAGIC) or len(data) > limits.file_bytes:
        return False
    try:
        return any(name.endswith(".shp") for name in Archive(data, limits).names)
    except FileRefused:
        return False


def _parcels(data: bytes, key: str, system: CoordinateSystem, limits: Limits) -> FileRead:
    read = read_parcels(data, KINDS[key].table, system=system, limits=limits, take_points=True)
    if read.table.refusal is not None:
        return FileRead(refusal=read.table.refusal)
    numbers = list(read.outlines)
    rounded = shapely.transform(
        np.array([read.outlines[number] for number in numbers], dtype=object),
        lambda points: np.round(points, _OUTLINE_DECIMALS),
    )
    outlines = {number: json.loads(shapely.to_geojson(shape)) for number, shape in zip(numbers, rounded, strict=True)}
    return FileRead(tables={key: read.table}, outlines=outlines)


def _in_wgs84(
    key: str, table: TableRead, system: CoordinateSystem
) -> tuple[TableRead, dict[tuple[str, str, int], str]]:
    """The rows with places in WGS-84, and what the file gave as their places."""
    if system is CoordinateSystem.WGS84 or not KINDS[key].has_place:
        return table, {}
    placed = [row for row in table.rows if row.values.get("lon") is not None and row.values.get("lat") is not None]
    if not placed:
        return table, {}
    lon, lat = to_wgs84([row.values["lon"] for row in placed], [row.values["lat"] for row in placed], system)
    found = dict(zip(((row.sheet, row.row) for row in placed), _rounded(lon, lat), strict=True))
    given = {(key, row.sheet, row.row): f"{row.values['lon']}, {row.values['lat']}" for row in placed}
    rows = [
        TableRow(row.sheet, row.row, {**row.values, "lon": found[at][0], "lat": found[at][1]}) if at in found else row
        for row in table.rows
        for at in [(row.sheet, row.row)]
    ]
    return replace(table, rows=rows), given


def _rounded(lon: Any, lat: Any) -> Iterator[tuple[float, float]]:
    for x, y in zip(np.round(lon, _PLACE_DECIMALS), np.round(lat, _PLACE_DECIMALS), strict=True):
        yield float(x), float(y)
