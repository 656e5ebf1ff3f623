"""Parcels come from GeoJSON and shapefiles with area and point from their outline; broken ones are faults."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Polygon, box, mapping

from app.file_exchange.archives import Limits
from app.file_exchange.columns import Table
from app.file_exchange.coordinates import CoordinateSystem, from_wgs84
from app.file_exchange.geojson_out import write_geojson
from app.file_exchange.kinds import NumberKind
from app.file_exchange.parcels import ParcelsRead, areas_mu, outside, place_warnings, read_parcels
from app.file_exchange.sheets import Sheet
from app.file_exchange.table_read import read_rows
from tests.app.made_files import CODE, CROP, column, zipped

DEGREES = NumberKind(quantity="degree", decimals=7, at_least=-180, at_most=180)
AREA = column(
    "area_mu", NumberKind(quantity="mu", decimals=4, at_most=1e6, zero=False), "面积（亩）", "Area", warn_above=500
)
PARCELS = Table(
    key="parcels",
    names={"zh": "地块", "en": "Parcels"},
    columns=(CODE, CROP, column("lon", DEGREES, "经度", "Longitude"), column("lat", DEGREES, "纬度", "Latitude"), AREA),
)
# 300 m by 200 m in CGCS2000 / 3-degree Gauss-Krüger CM 120E: 90 mu, near the town of Xucun.
PLANE = box(534_000, 3_368_000, 534_300, 3_368_200)
TO_DEGREES = Transformer.from_crs(4549, 4326, always_xy=True)
PARCEL = shapely.transform(PLANE, lambda points: np.column_stack(TO_DEGREES.transform(points[:, 0], points[:, 1])))
PROPERTIES: dict[str, object] = {"编号": "P1", "作物": "水稻"}


def geojson(*features: tuple[Any, dict[str, object]], **more: object) -> bytes:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": mapping(shape) if hasattr(shape, "geom_type") else shape,
                    "properties": properties,
                }
                for shape, properties in features
            ],
            **more,
        }
    ).encode()


def shapefile(
    shape: Polygon, crs: int | None, encoding: str = "utf-8", properties: dict[str, object] | None = None
) -> dict[str, bytes]:
    """The parts of a shapefile, as a desktop GIS writes them."""
    import tempfile

    frame = geopandas.GeoDataFrame([PROPERTIES if properties is None else properties], geometry=[shape], crs=crs)
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder, "地块.shp"), encoding=encoding)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def read(data: bytes, system: CoordinateSystem = CoordinateSystem.WGS84) -> ParcelsRead:
    return read_parcels(data, PARCELS, system=system)


def only_row(answer: ParcelsRead) -> dict[str, Any]:
    assert answer.table.can_be_used, answer.table
    assert len(answer.table.rows) == 1
    return answer.table.rows[0].values


def test_a_parcel_of_geojson_has_its_area_and_a_point_inside() -> None:
    values = only_row(read(geojson((PARCEL, PROPERTIES))))
    assert values["code"] == "P1"
    assert values["crop"] == "rice"
    # The plane of the survey is 0.003 % larger than the ellipsoid this far from its meridian.
    assert values["area_mu"] == pytest.approx(90, rel=1e-4)
    assert PARCEL.contains(shapely.Point(values["lon"], values["lat"]))


@pytest.mark.parametrize(("crs", "shape"), [(4326, PARCEL), (4490, PARCEL), (4549, PLANE)])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_a_parcel_of_a_shapefile_is_the_same_in_any_system_and_encoding(
    crs: int, shape: Polygon, encoding: str, with_cpg: bool
) -> None:
    parts = shapefile(shape, crs, encoding)
    if not with_cpg:
        parts = {name: part for name, part in parts.items() if not name.endswith(".cpg")}
    values = only_row(read(zipped({f"folder/{name.upper()}": part for name, part in parts.items()})))
    assert (values["code"], values["crop"]) == ("P1", "rice")
    assert values["area_mu"] == pytest.approx(90, rel=1e-4)
    assert PARCEL.contains(shapely.Point(values["lon"], values["lat"]))


@pytest.mark.parametrize("system", [CoordinateSystem.GCJ02, CoordinateSystem.BD09])
def test_outlines_in_a_shifted_system_come_back_to_their_place(system: CoordinateSystem) -> None:
    shifted = shapely.transform(PARCEL, lambda points: np.column_stack(from_wgs84(points[:, 0], points[:, 1], system)))
    answer = read(geojson((shifted, PROPERTIES)), system)
    assert shapely.hausdorff_distance(answer.outlines[1], PARCEL) < 1e-8
    assert only_row(answer)["area_mu"] == pytest.approx(90, rel=1e-4)


def test_holes_and_several_parts_count_as_they_are() -> None:
    hole = shapely.affinity.scale(PARCEL, 0.5, 0.5)
    ring = Polygon(PARCEL.exterior, [hole.exterior])
    values = only_row(read(geojson((ring, PROPERTIES))))
    assert values["area_mu"] == pytest.approx(67.5, rel=1e-4)
    assert ring.contains(shapely.Point(values["lon"], values["lat"]))
    two = MultiPolygon([PARCEL, shapely.affinity.translate(PARCEL, 0.01, 0)])
    assert only_row(read(geojson((two, PROPERTIES))))["area_mu"] == pytest.approx(180, rel=1e-4)


CROSSED = Polygon([(120.4, 30.4), (120.41, 30.41), (120.41, 30.4), (120.4, 30.41)])
EXCHANGED = shapely.transform(PARCEL, lambda points: points[:, ::-1])


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (CROSSED, "crosses"),
        (EXCHANGED, "exchanged"),
        (shapely.Point(120, 30), "not an area"),
        (shapely.LineString([(120, 30), (121, 30)]), "not an area"),
        (Polygon(), "no shape"),
        (None, "no shape"),
        ({"type": "Polygon", "coordinates": "x"}, "no shape"),
        ({"type": "Polygon", "coordinates": [[[120, 30], [121, 30]]]}, "no shape"),
        ({"type": "Polygon"}, "no shape"),
        ({"type": "GeometryCollection", "geometries": []}, "no shape"),
        (PLANE, "no longitude and latitude"),
    ],
)
def test_a_broken_outline_is_a_fault_with_the_number_of_the_feature(shape: object, reason: str) -> None:
    answer = read(geojson((PARCEL, PROPERTIES), (shape, {**PROPERTIES, "编号": "P2"}))).table
    assert [(fault.row, reason in str(fault.what)) for fault in answer.faults] == [(2, True)], answer.faults
    assert [row.row for row in answer.rows] == [1]


def test_properties_are_judged_as_cells_are() -> None:
    answer = read(geojson((PARCEL, {"编号": "P1", "作物": "甘蔗", "备注": "x"}), (PARCEL, PROPERTIES))).table
    assert [(fault.row, fault.heading, fault.value) for fault in answer.faults] == [(1, "作物", "甘蔗")]
    assert answer.unknown_headings == ["备注"]
    assert [row.row for row in answer.rows] == [2]


def test_a_stated_area_that_the_outline_does_not_have_warns() -> None:
    answer = read(
        geojson((PARCEL, {**PROPERTIES, "面积": "45亩"}), (PARCEL, {"编号": "P2", "作物": "水稻", "面积": 91}))
    ).table
    assert [(warning.row, warning.heading) for warning in answer.warnings] == [(1, "面积")]
    assert [row.values["area_mu"] for row in answer.rows] == pytest.approx([90, 90], rel=1e-4)


def test_an_impossible_area_warns() -> None:
    huge = box(120.3, 30.3, 120.4, 30.4)
    answer = read(geojson((huge, PROPERTIES))).table
    assert [(warning.row, warning.heading) for warning in answer.warnings] == [(1, "area_mu")]


def test_areas_are_those_of_the_ellipsoid() -> None:
    from pyproj import Geod

    shapes = [PARCEL, box(120.3, 30.3, 120.4, 30.4), Polygon()]
    geod = Geod(ellps="WGS84")
    wanted = [abs(geod.geometry_area_perimeter(shapely.segmentize(shape, 0.001))[0]) / (2000 / 3) for shape in shapes]
    assert areas_mu(shapes) == pytest.approx(wanted, rel=2e-5)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello", "neither GeoJSON nor"),
        (b'{"type": "FeatureCollection", "features": [', "cut off"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "cut off"),
        (b'{"a":' * 100_000, "cut off"),
        (b'{"a":' + b"9" * 5_000 + b"}", "cut off"),
        (b"\xff\xfe{", "neither GeoJSON nor"),
        (b'{"type": "Topology"}', "no collection"),
        (b'{"type": "FeatureCollection", "features": {}}', "no collection"),
        (b'{"type": "FeatureCollection", "features": []}', "no shapes"),
        (geojson((PARCEL, PROPERTIES), crs={"type": "name", "properties": {"name": "EPSG:999999"}}), "not known"),
        (geojson((PARCEL, PROPERTIES), crs={"type": "name", "properties": {"name": "+nadgrids=@/x"}}), "not known"),
        (geojson((PARCEL, {f"p{number}": 1 for number in range(300)})), "properties"),
    ],
)
def test_files_that_are_no_parcels_are_refused_with_a_reason(data: bytes, reason: str) -> None:
    answer = read(data).table
    assert reason in str(answer.refusal)
    assert not answer.rows


def test_geojson_that_states_its_system_is_read_in_it() -> None:
    stated = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}
    assert only_row(read(geojson((PLANE, PROPERTIES), crs=stated)))["area_mu"] == pytest.approx(90, rel=1e-4)


def damaged_shapefiles() -> list[tuple[dict[str, bytes], str]]:
    parts = shapefile(PARCEL, 4326)
    virtual = b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>".ljust(200)
    grids = b'GEOGCS["x",DATUM["x",SPHEROID["x",6378137,298]],EXTENSION["PROJ4","+proj=longlat +nadgrids=/etc/passwd"]]'
    return [
        ({name: part for name, part in parts.items() if not name.endswith(".shp")}, "0 shapefiles"),
        ({**parts, "二.shp": parts["地块.shp"]}, "2 shapefiles"),
        ({name: part for name, part in parts.items() if not name.endswith(".dbf")}, "not whole"),
        ({**parts, "地块.shp": virtual}, "damaged"),
        ({**parts, "地块.shp": parts["地块.shp"][:50]}, "damaged"),
        ({**parts, "地块.prj": b"no system"}, "not known"),
        ({**parts, "地块.prj": grids}, "not known"),
    ]


@pytest.mark.parametrize(("parts", "reason"), damaged_shapefiles())
def test_shapefiles_that_are_not_whole_are_refused(parts: dict[str, bytes], reason: str) -> None:
    assert reason in str(read(zipped(parts)).table.refusal)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([".shp", ".shx", ".dbf"]), st.data())
def test_a_damaged_shapefile_never_raises(ending: str, data: st.DataObject) -> None:
    part = bytearray(SHAPEFILE[f"地块{ending}"])
    for _change in range(data.draw(st.integers(min_value=1, max_value=6))):
        part[data.draw(st.integers(min_value=0, max_value=len(part) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read(zipped({**SHAPEFILE, f"地块{ending}": bytes(part)})), ParcelsRead)


SHAPEFILE = shapefile(PARCEL, 4326)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just("Polygon"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(json_values, json_values)
def test_any_geojson_never_raises(coordinates: object, properties: object) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": coordinates},
        "properties": properties,
        "id": properties,
    }
    data = json.dumps({"type": "FeatureCollection", "features": [feature], "crs": None}).encode()
    for system in CoordinateSystem:
        assert isinstance(read(data, system), ParcelsRead)


def test_what_is_written_as_geojson_is_read_back_to_a_centimetre() -> None:
    data = write_geojson([(PARCEL, {**PROPERTIES, "说明": "=1+1"})])
    first = read(data)
    assert shapely.hausdorff_distance(first.outlines[1], PARCEL) < 1e-7
    again = write_geojson([(first.outlines[1], {**PROPERTIES, "说明": "=1+1"})])
    assert again == data
    assert json.loads(data)["features"][0]["properties"]["说明"] == "=1+1"


def test_points_outside_the_county_warn_with_their_row() -> None:
    county = box(120.3, 30.2, 121.0, 30.6)
    rows = [
        ("编号", "作物", "经度", "纬度", "面积"),
        ("A", "水稻", 120.5, 30.5, 1),
        ("B", "水稻", 121.5, 30.5, 1),
        ("C", "水稻", 30.5, 120.5 - 90, 1),
    ]
    read = read_rows([Sheet("田块", rows)], PARCELS.columns)
    warnings = place_warnings(read, county, system=CoordinateSystem.WGS84)
    assert [(warning.row, str(warning.what)) for warning in warnings] == [
        (3, "This point lies outside the county."),
        (4, "This point lies outside the county."),
    ]
    assert list(outside(np.array([120.5, 120.3, 0]), np.array([30.5, 30.2, 0]), county)) == [False, False, True]


def test_exchanged_coordinates_are_told() -> None:
    county = box(70.3, 30.2, 71.0, 30.6)
    rows = [("编号", "作物", "经度", "纬度", "面积"), ("A", "水稻", 30.5, 70.5, 1)]
    read = read_rows([Sheet("", rows)], PARCELS.columns)
    warnings = place_warnings(read, county, system=CoordinateSystem.WGS84)
    assert [str(warning.what) for warning in warnings] == ["Longitude and latitude are exchanged."]


def test_too_many_features_are_refused() -> None:
    data = geojson(*[(PARCEL, {**PROPERTIES, "编号": f"P{number}"}) for number in range(11)])
    assert "more than 10" in str(read_parcels(data, PARCELS, limits=Limits(rows=10)).table.refusal)
    assert BytesIO(data).read() == data
