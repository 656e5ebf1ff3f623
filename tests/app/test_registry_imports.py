"""What an import would do, does, and undoes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import shapely
from flask import Flask
from sqlalchemy import func, select

from app.accounts.audit import AuditEntry
from app.accounts.scope import Scope
from app.database.engine import db
from app.dispatch.scenario_exchange import read_scenario_zip, scenario_zip
from app.errors import CHANGED_SINCE_IMPORT, IMPORT_WITH_FAULTS, STILL_REFERRED_TO, Refusal
from app.file_exchange.coordinates import CoordinateSystem, from_wgs84
from app.file_exchange.geojson_out import write_geojson
from app.file_exchange.parcels import areas_mu
from app.file_exchange.workbooks_out import write_workbook
from app.registry.changes import apply_changes, change_record, propose, stored_records, withdraw_record
from app.registry.importing.files import IMPORTED_KINDS, LIMITS, read_file
from app.registry.importing.operations import ImportPreview, apply_preview, preview_of
from app.registry.importing.undo import undo_import
from app.registry.kinds import KINDS
from app.registry.models import FarmField, RegistryChange, RegistryImport
from tests.app.day_plan import PlannedTown
from tests.app.made_files import workbook

TOWN = "330481107"
OTHER_TOWN = {"town_id": "330481999", "name": "示范乙镇", "lon": 120.6, "lat": 30.5}
HEADINGS = ("田块编号", "镇街", "种植户", "经度", "纬度", "面积（亩）", "作物", "干草重", "可打捆日期", "清田期限")


def field_line(number: int, **cells: Any) -> tuple[Any, ...]:
    line = {
        "田块编号": f"N{number}", "镇街": TOWN, "种植户": "示范户", "经度": 120.5, "纬度": 30.5, "面积（亩）": 10,
        "作物": "水稻", "干草重": 4, "可打捆日期": "2026-11-10", "清田期限": "2026-11-20",
    }  # fmt: skip
    return tuple({**line, **cells}.values())


def field_file(*lines: Sequence[Any], headings: Sequence[str] = HEADINGS) -> bytes:
    return workbook({"田块": [headings, *lines]})


def previewed(data: bytes, key: str = "fields", *, scope: Scope | None = None, **options: Any) -> ImportPreview:
    return preview_of(db.session, read_file(data, key, **options), scope=scope)


def applied(data: bytes, key: str = "fields", **options: Any) -> RegistryImport:
    return apply_preview(db.session, previewed(data, key), source_name="fields.xlsx", **options)


def written(key: str, rows: Sequence[Mapping[str, Any]], language: str = "zh") -> bytes:
    return write_workbook([(KINDS[key].table, rows)], language=language)


def register() -> dict[str, Any]:
    db.session.expire_all()
    return {key: stored_records(db.session, key) for key in KINDS}


def what(preview: ImportPreview) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.heading, fault.what.msgid) for fault in preview.faults]


def test_a_preview_tells_what_a_file_would_do_and_writes_nothing(county_app: Flask) -> None:
    with county_app.app_context():
        kept, altered, *missing = stored_records(db.session, "fields").values()
        before = register()
        rows = [kept, {**altered, "area_mu": 99.5}]
        data = written("fields", [*rows, {**kept, "field_id": "N1", "grower": "新户", "grower_id": None}])
        preview = previewed(data)
        assert preview.is_faultless
        assert preview.counts() == {"growers": {"added": 1}, "fields": {"added": 1, "changed": 1}}
        assert preview.unchanged == {"fields": 1}
        assert len(preview.missing["fields"]) == len(missing)
        db.session.rollback()
        assert register() == before
        assert db.session.scalar(select(func.count()).select_from(RegistryImport)) == 1


def test_columns_that_a_file_does_not_have_leave_the_values_as_they_are(county_app: Flask) -> None:
    with county_app.app_context():
        record_id = next(iter(stored_records(db.session, "yards")))
        change_record(db.session, "yards", record_id, {"land_kind": "construction", "opens_on": date(2026, 11, 1)})
        columns = [c for c in KINDS["yards"].columns if c.key not in ("land_kind", "opens_on")]
        yard = stored_records(db.session, "yards")[record_id]
        data = workbook(
            {
                "场站": [
                    [c.names["zh"] for c in columns],
                    [c.kind.written(yard[c.key], "zh") if yard[c.key] is not None else None for c in columns],
                ]
            }
        )
        assert not previewed(data, "yards").changes
        # an empty cell of a column that is there does empty it
        assert previewed(written("yards", [{**yard, "land_kind": None}]), "yards").counts() == {"yards": {"changed": 1}}


def test_an_import_is_applied_as_one_and_has_one_entry_in_the_audit_trail(county_app: Flask) -> None:
    with county_app.app_context():
        entries = select(func.count()).select_from(AuditEntry).where(AuditEntry.subject_kind == "import")
        done = applied(field_file(field_line(1), field_line(2, 种植户="乙户")))
        db.session.commit()
        assert done.counts == {"growers": {"added": 2}, "fields": {"added": 2}}
        assert db.session.scalar(entries) == 1
        made = db.session.scalars(select(FarmField).where(FarmField.field_id.in_(["N1", "N2"]))).all()
        assert len({field.grower_id for field in made}) == 2
        assert undo_import(db.session, done)
        db.session.commit()
        assert db.session.scalar(entries) == 2


def test_a_file_with_faults_is_not_applied_unless_its_good_rows_are_chosen(county_app: Flask) -> None:
    with county_app.app_context():
        data = field_file(field_line(1), field_line(2, 作物="竹子"), field_line(3, 镇街="不存在的镇"))
        with pytest.raises(Refusal) as refused:
            applied(data)
        assert refused.value.kind is IMPORT_WITH_FAULTS
        before = set(stored_records(db.session, "fields"))
        done = applied(data, good_rows_only=True, withdraw_missing=True)
        assert done.counts == {"growers": {"added": 1}, "fields": {"added": 1}}
        stored = stored_records(db.session, "fields")
        assert set(stored) - before == {"N1"}
        assert not any(record["withdrawn"] for record in stored.values())


def test_records_that_a_file_does_not_name_are_withdrawn_only_where_that_was_chosen(county_app: Flask) -> None:
    with county_app.app_context():
        first, *others = stored_records(db.session, "fields").values()
        done = applied(written("fields", [first]), withdraw_missing=True)
        assert done.counts == {"fields": {"withdrawn": len(others)}}
        assert undo_import(db.session, done)
        assert not any(record["withdrawn"] for record in stored_records(db.session, "fields").values())


def test_references_are_found_by_code_or_by_name_and_otherwise_the_nearest_are_named(county_app: Flask) -> None:
    with county_app.app_context():
        town = stored_records(db.session, "towns")[TOWN]["name"]
        truck_class = next(iter(stored_records(db.session, "truck_classes")))
        headings = (*HEADINGS, "最大车型")
        good = (*field_line(1, 镇街=f" {town} "), truck_class)
        bad = (*field_line(2, 镇街=town[:-1] + "乡"), truck_class + "9")
        preview = previewed(field_file(good, bad, headings=headings))
        assert [change.after["town_id"] for change in preview.changes if change.key == "fields" and change.after] == [
            TOWN
        ]
        unknown = "The register has nothing in use with this code or name."
        assert what(preview) == [(3, "镇街", unknown), (3, "最大车型", unknown)]
        assert town in str(preview.faults[0].allowed)
        assert truck_class in str(preview.faults[1].allowed)


def test_a_name_that_two_records_bear_must_be_said_by_its_code(county_app: Flask) -> None:
    with county_app.app_context():
        yards = list(stored_records(db.session, "yards").values())
        change_record(db.session, "yards", yards[1]["yard_id"], {"name": yards[0]["name"]})
        truck = next(iter(stored_records(db.session, "trucks").values()))
        preview = previewed(written("trucks", [{**truck, "home_yard_id": yards[0]["name"]}]), "trucks")
        assert [fault.what.msgid for fault in preview.faults] == ["Several have this name. Write the code."]
        assert yards[0]["yard_id"] in str(preview.faults[0].allowed)


def test_what_is_out_of_use_is_referred_to_only_where_it_was_before(county_app: Flask) -> None:
    with county_app.app_context():
        truck = next(iter(stored_records(db.session, "trucks").values()))
        withdraw_record(db.session, "yards", truck["home_yard_id"])
        assert not previewed(written("trucks", [truck]), "trucks").changes
        preview = previewed(written("trucks", [{**truck, "truck_id": "T-new"}]), "trucks")
        assert [fault.heading for fault in preview.faults] == [KINDS["trucks"].table.columns[3].names["zh"]]


def test_a_town_official_changes_the_own_town_and_learns_nothing_of_others(county_app: Flask) -> None:
    own = Scope(town_ids=frozenset({TOWN}))
    with county_app.app_context():
        apply_changes(db.session, propose(db.session, {"towns": [OTHER_TOWN]}, withdraw_missing=False).changes)
        applied(field_file(field_line(900, 镇街=OTHER_TOWN["town_id"])))
        data = field_file(field_line(1), field_line(2, 镇街=OTHER_TOWN["name"]), field_line(900))
        preview = previewed(data, scope=own)
        assert [row for row, *_rest in what(preview)] == [3, 4]
        assert preview.good_rows == 1
        belongs, taken = preview.faults
        assert "another town" in str(belongs.what)
        assert "cannot be used" in str(taken.what)
        assert str(OTHER_TOWN["name"]) not in str(taken)
        assert "N900" not in preview.missing["fields"]
        assert preview.missing["fields"]
        # machines go by their yard
        truck = next(iter(stored_records(db.session, "trucks").values()))
        nowhere = Scope(town_ids=frozenset({str(OTHER_TOWN["town_id"])}))
        (fault,) = previewed(written("trucks", [{**truck, "truck_id": "T-new"}]), "trucks", scope=nowhere).faults
        assert fault.allowed is None


def test_a_filing_is_not_imported_but_an_export_comes_back(county_app: Flask) -> None:
    row = {"body_id": "B1", "name": "示范合作社", "town_id": TOWN, "kind": "cooperative"}
    filed = {**row, "filed_on": date(2026, 9, 1), "filing_number": "7"}
    with county_app.app_context():
        assert len(previewed(written("collecting_bodies", [filed]), "collecting_bodies").faults) == 2
        apply_changes(db.session, propose(db.session, {"collecting_bodies": [filed]}, withdraw_missing=False).changes)
        for same in (filed, row):
            preview = previewed(written("collecting_bodies", [same]), "collecting_bodies")
            assert not preview.faults
            assert not preview.changes


@pytest.mark.parametrize("system", [CoordinateSystem.GCJ02, CoordinateSystem.BD09])
def test_other_coordinates_are_stored_as_wgs84(county_app: Flask, system: CoordinateSystem) -> None:
    lon, lat = from_wgs84(120.5, 30.5, system)
    with county_app.app_context():
        preview = previewed(field_file(field_line(1, 经度=float(lon), 纬度=float(lat))), system=system)
        (field,) = [change.after for change in preview.changes if change.key == "fields"]
        assert field is not None
        assert (field["lon"], field["lat"]) == (pytest.approx(120.5, abs=2e-7), pytest.approx(30.5, abs=2e-7))
        far = previewed(field_file(field_line(1, 经度=100.0, 纬度=25.0)), system=system)
        (warning,) = far.warnings
        assert warning.value == "100.0, 25.0"
        assert far.is_faultless


def parcels(*numbers: int, system: CoordinateSystem = CoordinateSystem.WGS84) -> bytes:
    def outline(number: int) -> shapely.Polygon:
        lon, lat = from_wgs84(120.5 + 0.003 * number, 30.5, system)
        return shapely.box(float(lon), float(lat), float(lon) + 0.001, float(lat) + 0.001)

    names = dict(
        zip(
            HEADINGS,
            ("field_id", "town_id", "grower", "", "", "", "crop", "dry_straw_t", "ready_date", "clear_by"),
            strict=True,
        )
    )
    return write_geojson(
        (
            outline(number),
            {names[key]: value for key, value in zip(HEADINGS, field_line(number), strict=True) if names[key]},
        )
        for number in numbers
    )


def test_parcels_bring_their_outline_area_and_place(county_app: Flask) -> None:
    with county_app.app_context():
        applied(parcels(1, 2))
        db.session.commit()
        db.session.expire_all()
        field = db.session.scalar(select(FarmField).where(FarmField.field_id == "N2"))
        assert field is not None
        assert field.outline is not None
        shape = shapely.from_geojson(json.dumps(field.outline))
        assert shape.contains(shapely.Point(field.lon, field.lat))
        assert field.area_mu == pytest.approx(areas_mu([shape])[0], abs=1e-3)
        assert not previewed(parcels(1, 2)).changes
        # a table without outlines leaves them alone
        line = field_line(2, 经度=field.lon, 纬度=field.lat, **{"面积（亩）": field.area_mu})
        assert not previewed(field_file(line)).changes


def test_impossible_areas_are_doubted_or_refused(county_app: Flask) -> None:
    with county_app.app_context():
        preview = previewed(field_file(field_line(1, **{"面积（亩）": 5000}), field_line(2, **{"面积（亩）": -1})))
        assert [warning.row for warning in preview.warnings] == [2]
        assert [fault.row for fault in preview.faults] == [3]


def test_an_import_is_not_undone_over_later_changes(county_app: Flask) -> None:
    with county_app.app_context():
        done = applied(field_file(field_line(1), field_line(2)))
        change_record(db.session, "fields", "N2", {"area_mu": 11.0})
        before = register()
        with pytest.raises(Refusal) as refused:
            undo_import(db.session, done)
        assert (refused.value.kind, refused.value.details) == (CHANGED_SINCE_IMPORT, ("N2",))
        assert register() == before
        change_record(db.session, "fields", "N2", {"area_mu": 10.0})
        assert undo_import(db.session, done)
        assert not undo_import(db.session, done)


def test_an_import_is_not_undone_where_others_refer_to_what_it_added(county_app: Flask) -> None:
    with county_app.app_context():
        done = applied(written("towns", [OTHER_TOWN]), "towns")
        applied(field_file(field_line(1, 镇街=OTHER_TOWN["town_id"])))
        with pytest.raises(Refusal) as refused:
            undo_import(db.session, done)
        assert refused.value.kind is STILL_REFERRED_TO
        assert "N1" in refused.value.details


def test_undoing_leaves_every_record_as_it_was_and_the_history_whole(county_app: Flask) -> None:
    with county_app.app_context():
        before = register()
        first, second, *_ = before["fields"].values()
        rows = [{**first, "area_mu": 1.5}, {**second, "grower": "新户", "grower_id": None}]
        done = applied(written("fields", rows), withdraw_missing=True)
        assert undo_import(db.session, done)
        assert register() == before
        lines = select(func.count()).select_from(RegistryChange).where(RegistryChange.record_id == first["field_id"])
        assert db.session.scalar(lines) == 3


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_every_kind_goes_out_and_comes_back_without_a_change(county_app: Flask, language: str) -> None:
    with county_app.app_context():
        applied(parcels(1, 2))
        for key in IMPORTED_KINDS:
            rows = [row for row in stored_records(db.session, key).values() if not row["withdrawn"]]
            if rows:
                preview = previewed(written(key, rows, language), key)
                assert preview.is_faultless, (key, preview.faults[:3])
                assert not preview.changes, key
                assert not preview.missing[key]


def test_a_scenario_folder_goes_out_as_a_zip_and_comes_back_without_a_change(county_app: Flask) -> None:
    with county_app.app_context():
        _name, data = scenario_zip(db.session)
        read = read_scenario_zip(data, LIMITS)
        preview = preview_of(db.session, read, scope=None)
        assert preview.is_faultless, preview.faults
        assert not preview.changes
        assert not any(preview.missing.values())


def test_a_scenario_zip_fills_an_empty_register(app: Flask, town: PlannedTown) -> None:
    content = BytesIO()
    with ZipFile(content, "w") as target:
        for path in town.scenario_folder.iterdir():
            target.write(path, f"some folder/{path.name}")
    with app.app_context():
        read = read_scenario_zip(content.getvalue(), LIMITS)
        preview = preview_of(db.session, read, scope=None)
        done = apply_preview(db.session, preview, source_name="one_town.zip", read=read)
        assert done.counts["fields"] == {"added": len(town.scenario.fields)}
        assert "approvals" not in done.counts
        again = preview_of(db.session, read, scope=None)
        assert not again.changes


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "scenario.toml"),
        ({"a/scenario.toml": b"", "b/scenario.toml": b""}, "more than one"),
        ({"scenario.toml": b"", "roads.graphml": b"<!DOCTYPE x>"}, "plain GraphML"),
    ],
)
def test_a_zip_that_is_no_scenario_is_refused(files: dict[str, bytes], said: str) -> None:
    content = BytesIO()
    with ZipFile(content, "w") as target:
        target.writestr("readme.txt", "nothing")
        for name, data in files.items():
            target.writestr(name, data)
    refusal = read_scenario_zip(content.getvalue(), LIMITS).refusal
    assert refusal is not None
    assert said in str(refusal)


def test_cells_of_a_scenario_that_are_at_fault_are_named(app: Flask, town: PlannedTown) -> None:
    content = BytesIO()
    with ZipFile(content, "w") as target:
        for path in town.scenario_folder.iterdir():
            data = path.read_bytes()
            target.writestr(path.name, data.replace(b"rice", b"bamboo", 1) if path.name == "fields.csv" else data)
    with app.app_context():
        preview = preview_of(db.session, read_scenario_zip(content.getvalue(), LIMITS), scope=None)
        (fault,) = preview.faults
        assert (fault.sheet, fault.value) == ("fields.csv", "bamboo")
