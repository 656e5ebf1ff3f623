"""The search of the top bar finds things by kinds, and nothing that whoever asks may not see."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.database.engine import db
from tests.app.day_plan import PlannedTown
from tests.conftest import EMAIL, PASSWORD, log_in

ADDRESSES = ("/search", "/data/search")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_place_a_field_and_a_truck_are_found_by_name_or_id(
    logged_in_client: FlaskClient, town: PlannedTown, address: str
) -> None:
    scenario = town.scenario
    for key, word in (
        ("yards", scenario.yards[0].name),
        ("plants", scenario.plants[0].plant_id),
        ("fields", scenario.fields[0].field_id),
        ("trucks", scenario.trucks[0].truck_id),
    ):
        found = links(logged_in_client.get(address, query_string={"q": word}).text)
        assert any(link.startswith(f"/registry/{key}/") for link in found), (key, word, found)


def test_few_are_shown_as_one_types_and_the_list_has_the_rest(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    words = town.scenario.fields[0].field_id[:2]
    found = links(logged_in_client.get("/data/search", query_string={"q": words}).text)
    assert len([link for link in found if link.startswith("/registry/fields/")]) == 5
    assert f"/registry/fields?q={words}" in found


def test_pages_of_the_menu_are_found_by_their_names(logged_in_client: FlaskClient) -> None:
    page = logged_in_client.get("/").text
    name = re.search(r'<a [^>]*href="/days"[^>]*>([^<]+)</a>', page)
    assert name is not None
    assert "/days" in links(logged_in_client.get("/data/search", query_string={"q": name[1]}).text)


def test_people_are_found_only_by_those_who_may_see_them(county_app: Flask, logged_in_client: FlaskClient) -> None:
    assert "/people/" not in logged_in_client.get("/search", query_string={"q": EMAIL}).text
    browser = as_role(county_app, "administrator")
    found = links(browser.get("/search", query_string={"q": EMAIL}).text)
    assert any(link.startswith("/people/") for link in found)


def test_nothing_of_others_is_found(county_app: Flask, town: PlannedTown) -> None:
    own, other = (yard.yard_id for yard in town.scenario.yards[:2])
    browser = as_role(county_app, "yard_manager", AccountPlace(kind="yard", place_id=own))
    assert f"/registry/yards/{own}" in links(browser.get("/search", query_string={"q": own}).text)
    assert f"/registry/yards/{other}" not in links(browser.get("/search", query_string={"q": other}).text)


@pytest.mark.parametrize("text", ["", " ", "a", "%", "zzzz-no-such-thing", "' OR 1=1 --", "x" * 5000])
def test_what_means_nothing_finds_nothing(logged_in_client: FlaskClient, text: str) -> None:
    for address in ADDRESSES:
        answer = logged_in_client.get(address, query_string={"q": text})
        assert answer.status_code == 200
        assert 'class="found-kind"' not in answer.text


def test_what_was_typed_stands_on_the_page_as_text(logged_in_client: FlaskClient) -> None:
    page = logged_in_client.get("/search", query_string={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_without_a_county_the_pages_are_still_found(app: Flask) -> None:
    answer = log_in(app).get("/search", query_string={"q": "no county here"})
    assert answer.status_code == 200


def test_the_part_of_the_page_refuses_in_json(client: FlaskClient) -> None:
    answer = client.get("/data/search?q=abc")
    assert answer.status_code == 401
    assert answer.json["error"]["what"]


def links(page: str) -> list[str]:
    """Where the things that were found lead to."""
    return re.findall(r'<a href="([^"]+)"', page.split('id="content"')[-1])


def as_role(app: Flask, role: str, *places: AccountPlace) -> FlaskClient:
    """A browser in which somebody with this role is logged in."""
    email = f"{role}@tests.example"
    with app.app_context():
        open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[role])
        db.session.query(Account).filter_by(email=email).one().places = list(places)
        db.session.commit()
    return log_in(app, email)
