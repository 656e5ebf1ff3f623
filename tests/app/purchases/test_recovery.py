"""How much film came back, against what towns used and the target of the year."""

from __future__ import annotations

import io

from flask import Flask
from python_calamine import CalamineWorkbook

from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.clock import business_day
from app.database.engine import db
from app.registry.changes import apply_changes, propose
from app.registry.demo_points import ensure_demo_points
from app.registry.materials import ensure_materials
from app.registry.models import Town
from app.subsidies.recovery import recovery_of_year, recovery_years
from tests.app.purchases.point import Point, point_in
from tests.conftest import PASSWORD, log_in


def used(point: Point, town_id: str, material_id: str, used_t: float) -> None:
    year = business_day().year
    row = {"use_id": f"{town_id}-{material_id}-{year}", "town_id": town_id, "material_id": material_id}
    rows = {"material_uses": [row | {"year": year, "used_t": used_t, "source": "survey"}]}
    apply_changes(point.session, propose(point.session, rows, withdraw_missing=False).changes)


def test_bought_is_held_against_used_by_town_with_voids_and_straw_left_out(app: Flask) -> None:
    year = business_day().year
    with app.app_context():
        point = point_in(db.session)
        db.session.add(Town(town_id="T2", name="Other", lon=120.6, lat=30.5))
        db.session.flush()
        point.void(point.buy()["id"])
        point.buy(seller={"name": "b"}, kg=800)
        point.buy(seller={"name": "c"}, kg=115, material_id="greenhouse_film")
        for town_id, material_id, used_t in (
            (point.town_id, "mulch_film", 0.8),
            (point.town_id, "greenhouse_film", 0.2),
            (point.town_id, "rice_straw", 70.0),
            ("T2", "mulch_film", 1.0),
        ):
            used(point, town_id, material_id, used_t)
        (film,) = recovery_of_year(db.session, year, None)
        assert [(it.town_id, it.permille, it.is_reached, it.missing_kg) for it in film.towns] == [
            (point.town_id, 915, False, 5),
            ("T2", 0, False, 920),
        ]
        assert (film.whole.used_kg, film.whole.bought_kg, film.whole.permille) == (2_000, 915, 458)
        point.buy(seller={"name": "d"}, kg=5)
        (own,) = recovery_of_year(db.session, year, {point.town_id})
        assert own.whole.is_reached
        assert recovery_of_year(db.session, year - 1, None) == []
        assert recovery_years(db.session) == [year]


def test_a_town_sees_its_own_rate_on_the_page_and_in_the_workbook(county_app: Flask) -> None:
    with county_app.app_context():
        ensure_materials(db.session)
        assert [ensure_demo_points(db.session) > 0 for _time in range(2)] == [True, False]
        point = point_in(db.session)
        point.buy(kg=1_000)
        account = open_account(
            db.session, email="t@tests.example", name="Town", password=PASSWORD, role_names=["town_official"]
        )
        account.places = [AccountPlace(kind="town", place_id=point.town_id)]
        db.session.commit()
    town = log_in(county_app, "t@tests.example")
    page = town.get("/subsidies/recovery")
    assert "92.0" in page.text
    rows = CalamineWorkbook.from_filelike(io.BytesIO(town.get("/subsidies/recovery.xlsx").data)).get_sheet_by_index(0)
    values = rows.to_python()
    assert len(values) == 3
    assert values[1][3] == values[2][3] == 1_000
    assert town.get("/subsidies/recovery?year=2023").status_code == 200
