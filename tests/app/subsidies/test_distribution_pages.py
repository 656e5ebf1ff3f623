"""Formulas, distributions and inspections of stubble in the browser."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.database.engine import db
from app.registry.models import FarmField
from app.subsidies.models import StubbleInspection
from tests.app.subsidies.claim_book import FIRST_DAY, ClaimBook
from tests.app.subsidies.test_claim_pages import book, confirmed_claim, posted, somebody, towns  # noqa: F401 - fixtures
from tests.conftest import csrf_token

FORM_ID = "00000000-0000-4000-8000-000000000001"
FORMULA = {"base_yuan_per_t": "100", "bonus_per": "t", "bonus_yuan": "5.50", "reason": "decision 3"}


@pytest.fixture
def own_field(county_app: Flask, towns: list[str]) -> str:  # noqa: F811
    with county_app.app_context():
        return db.session.scalars(select(FarmField.field_id).where(FarmField.town_id == towns[0])).first() or ""


def test_a_town_sets_its_formula_and_sees_who_would_get_what(
    county_app: Flask, towns: list[str], book: ClaimBook  # noqa: F811
) -> None:  # fmt: skip
    official, checker = confirmed_claim(county_app, towns, book)
    here = "/subsidies/claims/1/distribution"
    assert "分配办法" in official.get(here).text
    assert official.get(f"{here}.csv").status_code == 409
    since = {"valid_from": FIRST_DAY.isoformat()}
    assert posted(official, "/subsidies/formulas", town=towns[1], **FORMULA, **since).startswith("422")
    for wrong in ({"base_yuan_per_t": "1.234"}, {"bonus_per": "kg"}, {"valid_from": "soon"}, {"bonus_yuan": "x"}):
        assert posted(official, "/subsidies/formulas", town=towns[0], **(FORMULA | since | wrong)).startswith("422")
    assert "100.00" in posted(official, "/subsidies/formulas", town=towns[0], **FORMULA, **since)
    page = official.get(here).text
    assert "1,500.00" in page
    assert "预览" in page
    assert posted(official, here).startswith("409")
    assert posted(checker, here).startswith("403")
    assert official.get(f"{here}.csv").text.startswith("\ufeff")
    with official.get(f"{here}.xlsx") as workbook:
        assert workbook.data.startswith(b"PK")
    other = somebody(county_app, "Other", "town_official", towns[1])
    assert other.get(here).status_code == 404
    assert "decision 3" not in other.get("/subsidies/formulas").text


def test_a_field_is_inspected_on_a_phone(county_app: Flask, towns: list[str], own_field: str) -> None:  # noqa: F811
    official = somebody(county_app, "Town", "town_official", towns[0])
    here = f"/subsidies/fields/{own_field}/stubble"
    assert here in official.get(f"/subsidies/stubble?q={own_field}").text
    answer = official.get(here)
    assert "geolocation=(self)" in answer.headers["Permissions-Policy"]
    picture = io.BytesIO()
    Image.new("RGB", (20, 10), "green").save(picture, "JPEG")
    for _again in range(2):
        form = {
            "csrf_token": csrf_token(official, here),
            "id": FORM_ID,
            "removed": "no",
            "reading-1": "12.5",
            "reading-2": "8",
            "reading-3": "9.0",
            "inspected_on": FIRST_DAY.isoformat(),
            "lon": "120.5",
            "lat": "30.4",
            "accuracy_m": "6",
            "photo": (io.BytesIO(picture.getvalue()), "field.jpg"),
        }
        page = official.post(here, data=form, follow_redirects=True).text
        assert "超过 10 厘米" in page
    with county_app.app_context():
        kept = db.session.scalars(select(StubbleInspection)).one()
        assert (kept.readings_mm, kept.lon, len(kept.photos)) == ([125, 80, 90], 120.5, 1)
        photo = f"/subsidies/stubble/{kept.id}/photos/{kept.photos[0]}"
    assert official.get(photo).mimetype == "image/jpeg"
    with official.get("/subsidies/stubble.xlsx") as workbook:
        assert workbook.data.startswith(b"PK")
    other = somebody(county_app, "Other", "town_official", towns[1])
    for address in (here, photo):
        assert other.get(address).status_code == 404


def test_an_inspection_without_proof_says_what_is_missing(
    county_app: Flask, towns: list[str], own_field: str  # noqa: F811
) -> None:  # fmt: skip
    official = somebody(county_app, "Town", "town_official", towns[0])
    form = {"id": FORM_ID, "removed": "yes", "inspected_on": FIRST_DAY.isoformat()}
    page = posted(official, f"/subsidies/fields/{own_field}/stubble", **form)
    assert "已保存，无读数、无照片、无位置" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"reading-1": "1,5"},
        {"removed": ""},
        {"inspected_on": ""},
        {"inspected_on": "2999-01-01"},
        {"inspected_on": "2022-12-31"},
        {"id": "no id"},
        {"reading-2": ""},
    ],
)
def test_an_inspection_with_faults_is_refused(
    county_app: Flask, towns: list[str], own_field: str, wrong: dict[str, str]  # noqa: F811
) -> None:  # fmt: skip
    official = somebody(county_app, "Town", "town_official", towns[0])
    day = (FIRST_DAY + timedelta(days=1)).isoformat()
    form = {"id": FORM_ID, "removed": "no", "reading-1": "5", "reading-2": "5", "reading-3": "5", "inspected_on": day}
    assert posted(official, f"/subsidies/fields/{own_field}/stubble", **(form | wrong)).startswith("422")
