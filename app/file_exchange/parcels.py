"""Parcels from a map: outlines in WGS-84, area and a point inside from the outline, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from app.file_exchange.archives import Limits
from app.file_exchange.columns import Table, headings_of
from app.file_exchange.coordinates import CoordinateSystem, to_wgs84
from app.file_exchange.messages import CellFault, FileRefused, shown
from app.file_exchange.shapes_in import Feature, FeaturesRead, read_features
from app.file_exchange.sheets import Cell, Sheet
from app.file_exchange.table_read import TableRead, read_rows
from app.file_exchange.words import heading_parts, number_from, unit_factor
from app.texts import Message, _

MU_M2: Final = 2000 / 3
_WGS84: Final = CRS.from_epsg(4326)
# A drawn and a stated area that differ by more are not of one parcel, or one of them is wrong.
_AREA_TOLERANCE = 0.1
_CHINA_LON_DEGREES = (73, 136)
_DRAWN = ("lon", "lat", "area_mu")
_COORDINATE_DECIMALS = 7
_MOST_PROPERTIES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelsRead:
    """What a file of parcels says: rows as of a sheet (`row` is the number of the feature), outlines by that number."""

    table: TableRead
    outlines: dict[int, BaseGeometry] = field(default_factory=dict)


def read_parcels(
    data: bytes,
    table: Table,
    *,
    system: CoordinateSystem = CoordinateSystem.WGS84,
    limits: Limits | None = None,
    take_points: bool = False,
) -> ParcelsRead:
    """Return the rows of `table` with longitude, latitude and area drawn from the outlines. Never raises.

    Properties are matched with the columns as headings of a sheet are. `system` says what degrees in the file are;
    a projected system that the file states is undone first. With `take_points` a point is a parcel too: it has no
    outline, and the area that the file states.
    """
    try:
        read = read_features(data, limits or Limits())
        names = _property_names(read)
        geometries = _in_wgs84(read, system)
    except FileRefused as refused:
        return ParcelsRead(table=TableRead(refusal=refused.reason))
    are_points = take_points & (shapely.get_type_id(geometries) == shapely.GeometryType.POINT)
    faults = _faults(geometries, are_points)
    good = np.array([number not in faults for number in range(1, len(geometries) + 1)])
    usable = geometries.copy()
    usable[~good] = shapely.Polygon()
    areas = areas_mu(usable)
    points = np.zeros((len(usable), 2))
    points[good] = _points_inside(usable[good])
    spellings = headings_of(table.columns)
    keys = {name: column.key for name in names if (column := spellings.get(heading_parts(name)[0])) is not None}
    kept = [name for name in names if keys.get(name) not in _DRAWN]
    area_name = next((name for name in names if keys.get(name) == "area_mu"), None)
    rows: list[list[Cell]] = [[*kept, *_DRAWN]]
    for feature, point, area, is_good, is_point in zip(read.features, points, areas, good, are_points, strict=True):
        mu = _stated_area(feature, area_name) if is_point else float(area)
        drawn: list[Cell] = [float(point[0]), float(point[1]), mu] if is_good else [0.0, 0.0, 1.0]
        rows.append([feature.properties.get(name, "") for name in kept] + drawn)
    result = read_rows([Sheet("", rows, first_row=0)], table.columns, orders=table.orders)
    result = replace(
        result,
        rows=[row for row in result.rows if row.row not in faults],
        faults=[*(_at(number, what) for number, what in faults.items()), *result.faults],
        warnings=[
            *(warning for warning in result.warnings if warning.row not in faults),
            *_area_warnings(read, area_name, areas, good & ~are_points),
        ],
    )
    drawn_rows = [row.row for row in result.rows if not are_points[row.row - 1]]
    return ParcelsRead(table=result, outlines={number: geometries[number - 1] for number in drawn_rows})


def areas_mu(geometries: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the areas on the ellipsoid, in mu, of outlines in WGS-84 (empty: 0), by an equal-area projection."""
    array = np.asarray(geometries, dtype=object)
    coordinates = shapely.get_coordinates(array)
    if not len(coordinates):
        return np.zeros(len(array))
    lon, lat = np.median(coordinates, axis=0)
    equal_area = CRS.from_proj4(f"+proj=laea +lat_0={lat:.3f} +lon_0={lon:.3f} +datum=WGS84 +units=m")
    projected = _transformed(array, Transformer.from_crs(_WGS84, equal_area, always_xy=True))
    return np.round(shapely.area(projected) / MU_M2, 4)


def outside(lon: NDArray[np.float64], lat: NDArray[np.float64], county: BaseGeometry) -> NDArray[np.bool_]:
    """Return which points do not lie in the county's outline (WGS-84), its edge counted in."""
    shapely.prepare(county)
    return ~shapely.intersects_xy(county, lon, lat)


def place_warnings(read: TableRead, county: BaseGeometry, *, system: CoordinateSystem) -> list[CellFault]:
    """Return a warning for each row whose point, given in `system`, lies outside the county's outline (WGS-84)."""
    rows = [row for row in read.rows if row.values.get("lon") is not None and row.values.get("lat") is not None]
    if not rows:
        return []
    points = np.array([[row.values["lon"], row.values["lat"]] for row in rows], dtype=np.float64)
    far = outside(*to_wgs84(points[:, 0], points[:, 1], system), county)
    exchanged = ~outside(points[:, 1], points[:, 0], shapely.box(*county.bounds))
    return [
        CellFault(
            sheet=row.sheet,
            row=row.row,
            heading="",
            value=f"{row.values['lon']}, {row.values['lat']}",
            what=Message(
                _("Longitude and latitude are exchanged.") if is_exchanged else _("This point lies outside the county.")
            ),
        )
        for row, is_far, is_exchanged in zip(rows, far, exchanged, strict=True)
        if is_far
    ]


def _property_names(read: FeaturesRead) -> list[str]:
    names = list(dict.fromkeys(name for feature in read.features for name in feature.properties))
    if len(names) > _MOST_PROPERTIES:
        raise FileRefused(
            _("The features have %(count)s different properties; at most %(limit)s are read."),
            count=len(names),
            limit=_MOST_PROPERTIES,
        )
    return names


def _in_wgs84(read: FeaturesRead, system: CoordinateSystem) -> NDArray[np.object_]:
    array = np.empty(len(read.features), dtype=object)
    array[:] = [feature.geometry for feature in read.features]
    array = shapely.force_2d(array)
    if read.crs is not None and not read.crs.equals(_WGS84, ignore_axis_order=True):
        try:
            array = _transformed(array, Transformer.from_crs(read.crs, _WGS84, always_xy=True))
        except ProjError as error:
            raise FileRefused(
                _("The file's coordinate reference system is not known: %(name)s."), name=read.crs.name
            ) from error
    if system is not CoordinateSystem.WGS84:
        array = shapely.transform(array, lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1], system)))
    return array


def _transformed(array: NDArray[np.object_], transformer: Transformer) -> NDArray[np.object_]:
    return shapely.transform(array, lambda points: np.column_stack(transformer.transform(points[:, 0], points[:, 1])))


def _faults(array: NDArray[np.object_], are_points: NDArray[np.bool_]) -> dict[int, Message]:
    """What is wrong with the outlines (WGS-84), by the number of the feature; the first that applies."""
    shapes = shapely.is_geometry(array) & ~shapely.is_empty(array)
    kinds = shapely.get_type_id(array)
    areas = shapes & np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    coordinates, owners = shapely.get_coordinates(array, return_index=True)
    lon, lat = coordinates[:, 0], coordinates[:, 1]
    west, east = _CHINA_LON_DEGREES
    with np.errstate(invalid="ignore"):
        endless = ~(np.isfinite(lon) & np.isfinite(lat))
        elsewhere = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
        straight = ~((np.abs(lon) <= 90) & (lat > west) & (lat < east))

    def with_any(points: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.bincount(owners[points], minlength=len(array)) > 0

    away, crossing = with_any(elsewhere), areas & ~shapely.is_valid(array)
    not_areas = ~areas & ~are_points
    found: dict[int, Message] = {}
    for bad, msgid in (
        (~shapes, _("This feature has no shape that can be read.")),
        (not_areas, _("This feature is not an area but a %(kind)s.")),
        (with_any(endless), _("This outline has points without a place.")),
        (away & ~with_any(straight), _("Longitude and latitude are exchanged.")),
        (away, _("This outline has points that are no longitude and latitude.")),
        (crossing, _("This outline crosses or touches itself.")),
    ):
        for index in np.flatnonzero(bad):
            if index + 1 not in found:
                values = {"kind": array[index].geom_type} if bad is not_areas else {}
                found[int(index) + 1] = Message(msgid, values)
    return found


def _points_inside(array: NDArray[np.object_]) -> NDArray[np.float64]:
    """The centroid where it lies inside, else a point that does; WGS-84 degrees, one row for each outline."""
    centroids = shapely.centroid(array)
    shapely.prepare(array)
    inside = np.where(shapely.contains(array, centroids), centroids, shapely.point_on_surface(array))
    points: NDArray[np.float64] = np.column_stack([shapely.get_x(inside), shapely.get_y(inside)])
    return np.round(points, _COORDINATE_DECIMALS)


def _stated_area(feature: Feature, name: str | None) -> Cell:
    """What the file says of the area: in mu where it can be read, else as it stands there, to be judged."""
    value = feature.properties.get(name, "") if name else ""
    unit = heading_parts(name)[1] if name else ""
    factor = unit_factor("mu", unit) if unit else Decimal(1)
    stated = number_from(str(value), "mu", factor) if factor is not None else None
    return value if stated is None else float(stated)


def _area_warnings(
    read: FeaturesRead, name: str | None, areas: NDArray[np.float64], good: NDArray[np.bool_]
) -> list[CellFault]:
    if name is None:
        return []
    found = []
    for number, (feature, area, is_good) in enumerate(zip(read.features, areas, good, strict=True), start=1):
        stated = number_from(str(feature.properties.get(name, "")), "mu", Decimal(1))
        if is_good and stated is not None and abs(float(stated) - area) > _AREA_TOLERANCE * area:
            what = Message(
                _("The outline has %(drawn)s mu, the file says %(stated)s mu; the outline counts."),
                {"drawn": f"{area:.2f}", "stated": f"{stated:.2f}"},
            )
            found.append(replace(_at(number, what), heading=name, value=shown(str(stated))))
    return found


def _at(number: int, what: Message) -> CellFault:
    return CellFault(sheet="", row=number, heading="", value="", what=what)
