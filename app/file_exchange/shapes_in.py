"""GeoJSON and zipped shapefiles from outside as features: a geometry and its properties, nothing judged yet."""

from __future__ import annotations

import json
import re
import struct
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyogrio.raw
import shapely
from pyogrio.errors import CRSError as ShapefileCRSError
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.file_exchange.archives import ZIP_MAGIC, Archive, Limits, check_size
from app.file_exchange.messages import FileRefused
from app.file_exchange.sheets import Cell
from app.texts import _

_SHAPEFILE_CODE = 9994
_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:{1,2}([0-9]{4,6})", re.IGNORECASE)
_DEGREES_NAMES = ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84")
# What a .prj has no need of: other coordinate systems inside it, grid files.
_NOT_IN_WKT = re.compile(r"EXTENSION|BOUNDCRS|nadgrids", re.IGNORECASE)
_ENCODINGS = ("utf-8", "gb18030")
_READING_ERRORS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, ShapefileCRSError)


@dataclass(frozen=True, slots=True)
class Feature:
    """One shape; `geometry` is None where none can be made of what the file says."""

    geometry: BaseGeometry | None
    properties: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class FeaturesRead:
    """The features of a file, and the coordinate reference system that it states (None: plain degrees)."""

    features: Sequence[Feature]
    crs: CRS | None


def read_features(data: bytes, limits: Limits) -> FeaturesRead:
    """Return the features of a GeoJSON file or a zipped shapefile, told by content; raises FileRefused."""
    check_size(data, limits)
    if data.startswith(ZIP_MAGIC):
        read = _read_shapefile(Archive(data, limits))
    elif data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        read = _read_geojson(data)
    else:
        raise FileRefused(_("This is neither GeoJSON nor a zipped shapefile."))
    if not read.features:
        raise FileRefused(_("The file holds no shapes."))
    if len(read.features) > limits.rows:
        raise FileRefused(_("The table has more than %(limit)s rows. Split it into several files."), limit=limits.rows)
    return read


def _read_geojson(data: bytes) -> FeaturesRead:
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise FileRefused(_("The GeoJSON cannot be read: it is cut off, or not UTF-8.")) from error
    entries = content.get("features") if content.get("type") == "FeatureCollection" else [content]
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and entry.get("type") == "Feature" for entry in entries
    ):
        raise FileRefused(_("The GeoJSON is no collection of features."))
    return FeaturesRead([_feature(entry) for entry in entries], _stated_crs(content.get("crs")))


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _feature(entry: dict[str, Any]) -> Feature:
    properties = entry.get("properties")
    cells = {str(key): _cell(value) for key, value in properties.items()} if isinstance(properties, dict) else {}
    if entry.get("id") is not None:
        cells.setdefault("id", _cell(entry["id"]))
    return Feature(_geometry(entry.get("geometry")), cells)


def _geometry(entry: object) -> BaseGeometry | None:
    # Other kinds of shapes are judged later; GeometryCollection may nest without end.
    if not isinstance(entry, dict) or entry.get("type") not in ("Point", "LineString", "Polygon", "MultiPolygon"):
        return None
    try:
        return shape(entry)
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError, shapely.errors.ShapelyError):
        return None


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    return value if isinstance(value, (str, int, float, bool)) else json.dumps(value, ensure_ascii=False)


def _stated_crs(entry: object) -> CRS | None:
    if entry is None:
        return None
    properties = entry.get("properties") if isinstance(entry, dict) else None
    name = str(properties.get("name")) if isinstance(properties, dict) else ""
    if name in _DEGREES_NAMES:
        return None
    match = _EPSG.fullmatch(name)
    try:
        if match is not None:
            return CRS.from_epsg(int(match[1]))
    except CRSError:
        pass
    raise FileRefused(_("The file's coordinate reference system is not known: %(name)s."), name=name[:80])


def _read_shapefile(archive: Archive) -> FeaturesRead:
    shapes = [name for name in archive.names if name.endswith(".shp") and "__macosx" not in name]
    if len(shapes) != 1:
        raise FileRefused(
            _("The zip file holds %(count)s shapefiles (.shp); it must hold one, with .shx and .dbf."),
            count=len(shapes),
        )
    stem = shapes[0].removesuffix(".shp")
    parts = {ending: archive.read(stem + ending) for ending in (".shp", ".shx", ".dbf", ".prj", ".cpg")
             if stem + ending in archive.names}  # fmt: skip
    if ".shx" not in parts or ".dbf" not in parts:
        raise FileRefused(_("The shapefile is not whole: .shp, .shx and .dbf belong together."))
    for ending in (".shp", ".shx"):
        part = parts[ending]
        if len(part) < 100 or struct.unpack_from(">i", part)[0] != _SHAPEFILE_CODE:
            raise FileRefused(_("The shapefile is damaged. Export it again."))
    crs = _shapefile_crs(parts.get(".prj"))
    with tempfile.TemporaryDirectory() as folder:
        # Names of our own, and only what is looked at: the reader must not find anything else beside it.
        for ending in (".shp", ".shx", ".dbf"):
            Path(folder, f"parcels{ending}").write_bytes(parts[ending])
        return FeaturesRead(_shapefile_features(Path(folder, "parcels.shp"), _encoding(parts)), crs)


def _shapefile_features(path: Path, encoding: str) -> list[Feature]:
    try:
        with warnings.catch_warnings():
            # What the reader only warns of shows in the geometry.
            warnings.simplefilter("ignore")
            meta, _ids, geometries, columns = pyogrio.raw.read(
                path, encoding=encoding, datetime_as_string=True, force_2d=True
            )
            shapes = shapely.from_wkb(geometries, on_invalid="ignore")
    except (*_READING_ERRORS, ValueError, UnicodeDecodeError, OSError, shapely.errors.ShapelyError) as error:
        raise FileRefused(_("The shapefile is damaged. Export it again.")) from error
    names = [str(name) for name in meta["fields"]]
    rows = zip(*columns, strict=True) if names else ((),) * len(shapes)
    return [
        Feature(geometry, {name: _attribute(value) for name, value in zip(names, row, strict=True)})
        for geometry, row in zip(shapes, rows, strict=True)
    ]


def _attribute(value: object) -> Cell:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return value if isinstance(value, (bool, int, float)) else str(value)


def _shapefile_crs(prj: bytes | None) -> CRS | None:
    text = (prj or b"").decode("utf-8", errors="replace").strip()
    if not text:
        return None
    try:
        if len(text) > 10_000 or _NOT_IN_WKT.search(text):
            raise CRSError(text[:80])
        return CRS.from_wkt(text)
    except CRSError as error:
        raise FileRefused(
            _("The file's coordinate reference system is not known: %(name)s."), name=text[:80]
        ) from error


def _encoding(parts: Mapping[str, bytes]) -> str:
    """What the attribute table is written in: as .cpg says, else UTF-8 where it can be, else GB18030."""
    stated = parts.get(".cpg", b"").decode("ascii", errors="replace").strip().lower()
    if stated in ("utf-8", "utf8", "65001"):
        return "utf-8"
    if stated.removeprefix("cp") in ("gbk", "gb2312", "gb18030", "936"):
        return "gb18030"
    for encoding in _ENCODINGS:
        try:
            parts[".dbf"][32:].decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "gb18030"
