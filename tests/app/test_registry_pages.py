"""The registry's lists: what is in them, who sees which of it, and what comes out as a workbook."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.database.engine import db
from app.file_exchange.registry_columns import REGISTRY_TABLES
from app.file_exchange.table_read import read_rows_of
from app.registry.views import SHOWN_KINDS
from tests.app.day_plan import PlannedTown
from tests.conftest import PASSWORD, log_in


def member(app: Flask, role: str, *places: tuple[str, str]) -> FlaskClient:
    """A browser in which somebody with this role, who belongs to these places, is logged in."""
    email = f"{role}@tests.example"
    with app.app_context():
        account = open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[role])
        account.places = [AccountPlace(kind=kind, place_id=place_id) for kind, place_id in places]
        db.session.commit()
    return log_in(app, email)


def ids_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="text"><a [^>]*>([^<]*)</a>', page)


def test_every_list_opens_and_counts_what_the_scenario_has(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    scenario = town.scenario
    for key, things in {"fields": scenario.fields, "yards": scenario.yards, "plants": scenario.plants}.items():
        page = logged_in_client.get(f"/registry/{key}").text
        assert re.search(rf'<small class="number">{len(things)}</small>', page), key
        assert len(ids_in(page)) == min(len(things), 100)


def test_a_list_is_searched_and_sorted_by_the_server(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    one = town.scenario.fields[7]
    assert ids_in(logged_in_client.get(f"/registry/fields?q={one.field_id}").text) == [one.field_id]
    largest = max(town.scenario.fields, key=lambda field: field.area_mu)
    assert ids_in(logged_in_client.get("/registry/fields?sort=-area_mu").text)[0] == largest.field_id
    assert logged_in_client.get("/registry/fields?sort=no_such_column&page=-3&q=%25").status_code == 200


def test_a_workbook_of_a_list_reads_back_as_what_is_stored(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    for key in SHOWN_KINDS:
        answer = logged_in_client.get(f"/registry/{key}.xlsx")
        assert answer.status_code == 200
        read = read_rows_of(answer.data, REGISTRY_TABLES[key])
        assert not read.faults, (key, read.faults)
        assert len(read.rows) == {"fields": len(town.scenario.fields), "yards": len(town.scenario.yards)}.get(
            key, len(read.rows)
        )


def test_somebody_of_a_plant_sees_that_plant_and_no_other(county_app: Flask, town: PlannedTown) -> None:
    own = town.scenario.plants[0].plant_id
    browser = member(county_app, "plant", ("plant", own))
    assert ids_in(browser.get("/registry/plants").text) == [own]
    assert ids_in(browser.get("/registry/fields").text) == []
    assert browser.get(f"/registry/plants/{own}").status_code == 200
    for field in town.scenario.fields[:3]:
        assert browser.get(f"/registry/fields/{field.field_id}").status_code == 404


def test_what_belongs_to_others_is_not_there(county_app: Flask, town: PlannedTown) -> None:
    """The same answer as for an id that does not exist: nobody learns what there is elsewhere."""
    yard, other = town.scenario.yards[:2]
    browser = member(county_app, "attendant", ("yard", yard.yard_id))
    assert ids_in(browser.get("/registry/yards").text) == [yard.yard_id]
    assert browser.get(f"/registry/yards/{other.yard_id}").status_code == 404
    assert browser.get("/registry/yards/no-such-yard").status_code == 404
    trucks = set(ids_in(browser.get("/registry/trucks").text))
    assert trucks == {truck.truck_id for truck in town.scenario.trucks if truck.home_yard_id == yard.yard_id}
    read = read_rows_of(browser.get("/registry/yards.xlsx").data, REGISTRY_TABLES["yards"])
    assert len(read.rows) == 1


@pytest.mark.parametrize("places", [(), (("town", "no such town"),)])
def test_a_town_official_without_a_town_sees_nothing(county_app: Flask, places: tuple[tuple[str, str], ...]) -> None:
    browser = member(county_app, "town_official", *places)
    for key in SHOWN_KINDS:
        if key not in ("truck_classes", "materials", "seasons"):
            assert ids_in(browser.get(f"/registry/{key}").text) == []


def test_a_town_official_sees_the_town(county_app: Flask, town: PlannedTown) -> None:
    own = town.scenario.towns[0].town_id
    browser = member(county_app, "town_official", ("town", own))
    answer = browser.get("/registry", follow_redirects=True)
    fields = [field for field in town.scenario.fields if field.town_id == own]
    assert f'<small class="number">{len(fields)}</small>' in answer.text


def test_a_list_that_does_not_exist_is_refused(logged_in_client: FlaskClient) -> None:
    assert logged_in_client.get("/registry/people").status_code == 404
    assert logged_in_client.get("/registry/people.xlsx").status_code == 404


def test_the_map_of_a_list_knows_all_records_that_it_asks_for_and_nobody_elses(
    county_app: Flask, town: PlannedTown
) -> None:
    everything = log_in(county_app).get("/data/registry/fields/points").get_json()
    assert {point[2] for point in everything["points"]} == {f.field_id for f in town.scenario.fields}
    first = town.scenario.fields[0]
    narrowed = log_in(county_app).get(f"/data/registry/fields/points?q={first.field_id}").get_json()
    assert [first.lon, first.lat, first.field_id] == narrowed["points"][0][:3]
    stranger = member(county_app, "town_official", ("town", "no such town"))
    assert stranger.get("/data/registry/fields/points").get_json()["points"] == []
    assert log_in(county_app).get("/data/registry/trucks/points").get_json()["points"] == []
