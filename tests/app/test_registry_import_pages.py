"""Importing in the browser: the file is kept, looked at, applied once, and can be undone."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from app.clock import now
from app.database.engine import db
from app.file_exchange.registry_columns import REGISTRY_TABLES
from app.file_exchange.table_read import read_rows_of
from app.registry.changes import change_record, stored_records
from app.registry.importing.models import RegistryUpload
from app.registry.kinds import KINDS
from app.registry.models import FarmField, RegistryImport
from tests.app.day_plan import PlannedTown
from tests.app.made_files import workbook
from tests.app.test_registry_imports import HEADINGS, TOWN, field_file, field_line, parcels
from tests.app.test_registry_pages import member
from tests.conftest import log_in


@pytest.fixture
def official(county_app: Flask) -> FlaskClient:
    """A browser in which the town's official is logged in; forms carry no token."""
    county_app.config["WTF_CSRF_ENABLED"] = False
    return member(county_app, "town_official", ("town", TOWN))


def send(browser: FlaskClient, data: bytes, key: str = "fields", name: str = "表.xlsx", **form: Any) -> TestResponse:
    return browser.post(f"/registry/{key}/import", data={"file": (BytesIO(data), name), **form}, follow_redirects=True)


def address_of(answer: TestResponse) -> str:
    return answer.request.path


def digest_in(answer: TestResponse) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', answer.text)
    assert found is not None, answer.text
    return found[1]


def imports_in(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(RegistryImport)) or 0


def test_a_file_is_previewed_applied_and_undone(county_app: Flask, official: FlaskClient) -> None:
    preview = send(official, field_file(field_line(1), field_line(2, 种植户="乙户")))
    assert preview.status_code == 200
    assert "N1" in preview.text
    assert imports_in(county_app) == 1
    answer = official.post(f"{address_of(preview)}/apply", data={"digest": digest_in(preview)}, follow_redirects=True)
    done = address_of(answer)
    assert re.fullmatch(r"/registry/imports/\d+", done)
    assert '"coordinates":' in answer.text.replace(" ", "")
    assert official.get("/registry/fields/N1").status_code == 200
    undone = official.post(f"{done}/undo", follow_redirects=True)
    assert undone.status_code == 200
    assert official.get("/registry/fields/N1").status_code == 404
    assert official.post(f"{done}/undo").status_code == 302


def test_a_second_click_applies_nothing_again(county_app: Flask, official: FlaskClient) -> None:
    preview = send(official, field_file(field_line(1)))
    form = {"digest": digest_in(preview)}
    first, second = (official.post(f"{address_of(preview)}/apply", data=form) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert imports_in(county_app) == 2
    assert official.get(address_of(preview)).headers["Location"] == first.headers["Location"]


def test_of_two_who_apply_at_the_same_moment_one_finds_the_others_work(
    county_app: Flask, official: FlaskClient
) -> None:
    preview = send(official, field_file(*(field_line(number) for number in range(50))))
    form, address = {"digest": digest_in(preview)}, f"{address_of(preview)}/apply"
    browsers = [log_in(county_app, "town_official@tests.example") for _tab in range(2)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda browser: browser.post(address, data=form), browsers))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert imports_in(county_app) == 2


def test_two_files_with_the_same_codes_are_not_both_added(county_app: Flask, official: FlaskClient) -> None:
    previews = [send(official, field_file(field_line(1, **{"面积（亩）": mu}))) for mu in (10, 11)]
    browsers = [log_in(county_app, "town_official@tests.example") for _tab in range(2)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda pair: pair[0].post(f"{address_of(pair[1])}/apply", data={"digest": digest_in(pair[1])}),
                zip(browsers, previews, strict=True),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [302, 409]


def test_a_register_that_changed_meanwhile_is_shown_again_instead_of_being_changed(
    county_app: Flask, official: FlaskClient
) -> None:
    with county_app.app_context():
        field = next(iter(stored_records(db.session, "fields").values()))
        columns = KINDS["fields"].columns
        row = [None if field[c.key] is None else c.kind.written(field[c.key], "zh") for c in columns]
        row[[c.key for c in columns].index("area_mu")] = 77.7
    preview = send(official, workbook({"田块": [[c.names["zh"] for c in columns], row]}))
    with county_app.app_context():
        change_record(db.session, "fields", field["field_id"], {"area_mu": 66.6})
        db.session.commit()
    answer = official.post(f"{address_of(preview)}/apply", data={"digest": digest_in(preview)})
    assert answer.status_code == 409
    assert "66.6" in answer.text
    assert imports_in(county_app) == 1
    assert official.post(f"{address_of(preview)}/apply", data={"digest": digest_in(answer)}).status_code == 302


def test_faults_are_listed_marked_in_the_file_and_mended_there(county_app: Flask, official: FlaskClient) -> None:
    bad = field_file(field_line(1, 作物="竹子"), field_line(2), field_line(3, **{"面积（亩）": "很多"}))
    preview = send(official, bad)
    assert preview.text.count('<td class="text cell-value">') == 2
    refused = official.post(f"{address_of(preview)}/apply", data={"digest": digest_in(preview)})
    assert refused.status_code == 422
    marked = official.get(f"{address_of(preview)}/faults.xlsx")
    read = read_rows_of(marked.data, REGISTRY_TABLES["fields"])
    assert [(fault.row, fault.heading) for fault in read.faults] == [(2, "作物"), (4, "面积（亩）")]
    assert read.unknown_headings == ["问题（不导入）"]
    again = send(official, marked.data)
    assert "问题（不导入）" not in again.text
    form = {"digest": digest_in(again), "good_rows_only": "y"}
    assert official.post(f"{address_of(again)}/apply", data=form).status_code == 302
    with county_app.app_context():
        assert db.session.scalars(select(FarmField.field_id).where(FarmField.field_id.like("N%"))).all() == ["N2"]


def test_a_file_that_is_not_read_says_why(official: FlaskClient) -> None:
    answer = send(official, b"%PDF-1.7 no table", name="表.pdf")
    assert answer.status_code == 200
    assert "文件没有读取" in answer.text
    assert send(official, b"").status_code == 422
    assert official.post("/registry/fields/import", data={}).status_code == 422
    assert send(official, b"x", coordinate_system="mars").status_code == 422
    without_column = send(official, field_file(field_line(1)[:-1], headings=HEADINGS[:-1]))
    assert "清田期限" in without_column.text


def test_a_file_that_is_too_large_is_refused_before_it_is_read(official: FlaskClient) -> None:
    answer = official.post(
        "/registry/fields/import",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "21000000"},
    )
    assert answer.status_code == 413
    assert "20 MB" in answer.text


def test_parcels_are_told_by_their_content(official: FlaskClient) -> None:
    preview = send(official, parcels(1, 2), name="地块.geojson")
    assert "N2" in preview.text


def test_nobody_sees_the_files_and_imports_of_others(county_app: Flask, official: FlaskClient) -> None:
    preview = address_of(send(official, field_file(field_line(1))))
    official.post(f"{preview}/apply", data={"digest": digest_in(official.get(preview))})
    second = address_of(send(official, field_file(field_line(2))))
    stranger = member(county_app, "dispatcher")
    assert stranger.get(second).status_code == 404
    # whoever sees the whole county sees its imports; somebody of a town only the own
    assert stranger.get("/registry/imports/2").status_code == 200
    assert official.get("/registry/imports/1").status_code == 404
    assert official.post("/registry/imports/1/undo").status_code == 404
    assert official.get("/registry/imports").text.count("<tr>") == 2


def test_kinds_of_the_county_are_not_imported_by_a_town(official: FlaskClient) -> None:
    for key in ("towns", "truck_classes", "weather", "hours", "approvals", "seasons", "scenario", "people"):
        assert official.get(f"/registry/{key}/import").status_code == 404, key
        assert send(official, b"x", key).status_code == 404, key
    for key in ("fields", "growers", "yards", "trucks"):
        assert official.get(f"/registry/{key}/import/template.xlsx").status_code == 200, key


def test_a_file_is_kept_for_a_day_and_a_few_at_most(county_app: Flask, official: FlaskClient) -> None:
    first = address_of(send(official, field_file(field_line(1))))
    assert official.get(first).status_code == 200
    for number in range(2, 7):
        latest = address_of(send(official, field_file(field_line(number))))
    assert official.get(first).status_code == 404
    assert official.post(f"{latest}/discard").status_code == 302
    assert official.get(latest).status_code == 404
    with county_app.app_context():
        db.session.execute(update(RegistryUpload).values(uploaded_at=now() - timedelta(days=2)))
        db.session.commit()
    send(official, field_file(field_line(9)))
    with county_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RegistryUpload)) == 1


def test_the_whole_preview_can_be_had_as_a_workbook(official: FlaskClient) -> None:
    preview = send(official, field_file(*(field_line(number) for number in range(150))))
    assert preview.text.count('<th scope="row" class="text">') == 100
    answer = official.get(f"{address_of(preview)}/preview.xlsx")
    assert answer.status_code == 200
    assert len(answer.data) > 5_000


def test_a_list_goes_out_as_geojson_and_all_of_it_as_a_workbook(
    county_app: Flask, official: FlaskClient, town: PlannedTown
) -> None:
    answer = official.get("/registry/fields.geojson")
    assert answer.mimetype == "application/geo+json"
    assert len(answer.json["features"]) == len(town.scenario.fields)
    shifted = official.get("/registry/fields.geojson?system=gcj02").json["features"][0]["geometry"]["coordinates"]
    place = answer.json["features"][0]["geometry"]["coordinates"]
    assert 0.001 < abs(shifted[0] - place[0]) < 0.01
    assert official.get("/registry/trucks.geojson").status_code == 404
    book = official.get("/registry/export/register.xlsx").data
    read = read_rows_of(book, REGISTRY_TABLES["fields"])
    assert len(read.rows) == len(town.scenario.fields)
    # what went out comes in again without a change
    for data, system in ((answer.data, "wgs84"), (book, "wgs84")):
        assert "登记表里已经都是这样" in send(official, data, coordinate_system=system).text


def test_the_scenario_folder_is_for_those_who_plan(county_app: Flask, official: FlaskClient) -> None:
    assert official.get("/registry/export/scenario.zip").status_code == 403
    assert member(county_app, "dispatcher").get("/registry/export/scenario.zip").data.startswith(b"PK")


def test_any_table_of_a_page_becomes_a_workbook_without_formulas(official: FlaskClient) -> None:
    table = {
        "title": "甲/乙",
        "headings": ["名称", "亩", "日期"],
        "kinds": ["text", "number", "date"],
        "rows": [["=1+1", 12.5, "2026-11-12"], ["@x", None, "soon"]],
    }
    answer = official.post("/data/table.xlsx", json=table)
    assert answer.data.startswith(b"PK")
    for wrong in (None, [], {**table, "kinds": []}, {**table, "rows": [["x"]]}, {**table, "rows": [[{}, 1, ""]]}):
        assert official.post("/data/table.xlsx", json=wrong).status_code == 422
    nan = '{"title":"x","headings":["a"],"kinds":["number"],"rows":[[NaN]]}'
    assert official.post("/data/table.xlsx", data=nan, content_type="application/json").status_code == 422
