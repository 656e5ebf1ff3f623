"""The pages of loads to plants: what stands on them, who sees it, and what is typed there."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from app.clock import business_day
from app.deliveries.queries import DeliveryState
from tests.app.deliveries.road import Road
from tests.app.deliveries.test_weight_files import file_of, number_of
from tests.app.members import member
from tests.conftest import csrf_token


@pytest.fixture
def finance(road: Road) -> FlaskClient:
    return member(road.app, "finance")


@pytest.fixture
def plant(road: Road) -> FlaskClient:
    """Somebody of the plant that the road leads to."""
    return member(road.app, "plant", ("plant", road.plant_id))


@pytest.fixture
def other_plant(road: Road) -> FlaskClient:
    return member(road.app, "plant", ("plant", "another"), email="other@tests.example")


def sent(browser: FlaskClient, address: str, page: str = "/deliveries/weights/file", **form: object) -> TestResponse:
    """A form of a page; the token is one of any page with a form."""
    token = csrf_token(browser, page if browser.get(page).status_code == 200 else "/refusals")
    return browser.post(address, data={"csrf_token": token, **form})


def typed(net_kg: object, **changed: object) -> dict[str, object]:
    return {"net_kg": net_kg, "weighed_on": business_day().isoformat(), "moisture_percent": "", **changed}


def test_the_list_has_both_weights_and_is_narrowed_by_what_one_asks(road: Road, finance: FlaskClient) -> None:
    one, two = road.sent(6_000), road.sent(7_000, plate="浙F54321")
    road.weighed(one, 5_000)
    numbers = number_of(road, one), number_of(road, two)
    page = finance.get("/deliveries").text
    assert all(number in page for number in numbers)
    assert "−1,000" in page
    for asked in ("state=disputed", "q=F12345", f"plant={road.plant_id}&state=disputed", f"q={numbers[0]}"):
        page = finance.get(f"/deliveries?{asked}").text
        assert (numbers[0] in page, numbers[1] in page) == (True, False), asked
    yesterday = business_day() - timedelta(days=1)
    assert not any(number in finance.get(f"/deliveries?to={yesterday}").text for number in numbers)
    book = CalamineWorkbook.from_filelike(io.BytesIO(finance.get("/deliveries.xlsx?state=disputed").data))
    _head, row = book.get_sheet_by_index(0).to_python()
    assert (row[0], row[8:11]) == (numbers[0], [6_000, 5_000, -1_000])


def test_a_plant_sees_its_own_loads_only_and_speaks_of_no_others(
    road: Road, plant: FlaskClient, other_plant: FlaskClient
) -> None:
    load = road.sent(6_000)
    number = number_of(road, load)
    assert number in plant.get("/deliveries").text
    assert plant.get(f"/deliveries/{load}").status_code == 200
    assert number not in other_plant.get("/deliveries").text
    others = CalamineWorkbook.from_filelike(io.BytesIO(other_plant.get("/deliveries.xlsx").data))
    assert len(others.get_sheet_by_index(0).to_python()) == 1
    assert other_plant.get(f"/deliveries/{load}").status_code == 404
    assert sent(other_plant, f"/deliveries/{load}/weight", **typed(6_000)).status_code == 404
    assert sent(other_plant, f"/deliveries/{load}/dispute/open", reason="x").status_code == 404
    assert sent(plant, f"/deliveries/{load}/weight", **typed("6,000", moisture_percent="20.5")).status_code == 302
    found = road.one(load)
    assert (found.plant_kg, found.moisture_permille) == (6_000, 205)


def test_what_is_wrong_with_a_typed_weight_is_said_at_its_field(road: Road, finance: FlaskClient) -> None:
    load = road.sent(6_000)
    tomorrow = (business_day() + timedelta(days=1)).isoformat()
    for form, field in (
        (typed("heavy"), "net_kg"),
        (typed(0), "net_kg"),
        (typed(6_000, weighed_on="never"), "weighed_on"),
        (typed(6_000, weighed_on=tomorrow), "weighed_on"),
        (typed(6_000, moisture_percent="20.55"), "moisture_percent"),
        (typed(6_000, moisture_percent="nan"), "moisture_percent"),
        (typed(6_000, moisture_percent="1e999999999"), "moisture_percent"),
    ):
        answer = sent(finance, f"/deliveries/{load}/weight", **form)
        assert answer.status_code == 422, form
        assert f'href="#{field}"' in answer.text, form
    assert road.one(load).state is DeliveryState.UNDER_WAY
    assert sent(finance, f"/deliveries/{load}/weight", **typed(6_000)).status_code == 302
    assert sent(finance, f"/deliveries/{load}/weight", **typed(6_010)).status_code == 422
    assert sent(finance, f"/deliveries/{load}/weight", **typed(6_010, reason="misread")).status_code == 302
    page = finance.get(f"/deliveries/{load}").text
    assert "<del>6,000 kg</del>" in page
    assert "misread" in page


def test_both_sides_settle_a_dispute_on_the_page_of_the_load(
    road: Road, finance: FlaskClient, plant: FlaskClient
) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_000)
    here = f"/deliveries/{load}/dispute"
    assert number_of(road, load) in plant.get("/disputes").text
    assert sent(plant, f"{here}/answer", reason="our scale is right").status_code == 302
    assert sent(plant, f"{here}/propose", basis="none", reason="x").status_code == 422
    assert sent(plant, f"{here}/propose", basis="mean").status_code == 422
    assert sent(plant, f"{here}/propose", basis="mean", reason="half and half").status_code == 302
    assert sent(plant, f"{here}/agree").status_code == 409
    assert "5,500" in finance.get(f"/deliveries/{load}").text
    assert sent(finance, f"{here}/decline", reason="weigh it again").status_code == 302
    assert sent(finance, f"{here}/propose", basis="reweighed", reweighed_kg="5,800", reason="so").status_code == 302
    assert sent(plant, f"{here}/agree").status_code == 302
    assert (road.one(load).state, road.one(load).agreed_kg) == (DeliveryState.WEIGHED, 5_800)
    assert number_of(road, load) not in finance.get("/disputes").text
    assert number_of(road, load) in finance.get("/disputes?show=over").text
    assert sent(finance, f"{here}/open", reason="still wrong").status_code == 302
    assert road.one(load).state is DeliveryState.DISPUTED
    assert sent(plant, f"{here}/withdraw", reason="not ours").status_code == 403
    assert sent(finance, f"{here}/withdraw", reason="it is right").status_code == 302


def test_a_file_of_weights_is_looked_at_before_it_is_taken_in(
    road: Road, finance: FlaskClient, other_plant: FlaskClient
) -> None:
    load = road.sent(6_000)
    good = file_of(f"{number_of(road, load)},5990,{business_day()},,,")

    def uploaded(browser: FlaskClient, data: bytes) -> str:
        answer = sent(browser, "/deliveries/weights/file", file=(io.BytesIO(data), "weights.csv"))
        assert answer.status_code == 302
        return str(answer.headers["Location"])

    bad = uploaded(finance, file_of(f"{number_of(road, load)},much,{business_day()},,,"))
    page = finance.get(bad).text
    assert "much" in page
    assert "/take-in" not in page
    assert sent(finance, f"{bad}/take-in").status_code == 422
    assert sent(finance, f"{bad}/discard").status_code == 302
    assert finance.get(bad).status_code == 404
    here = uploaded(finance, good)
    assert "5,990" in finance.get(here).text
    assert other_plant.get(here).status_code == 404
    assert "5,990" not in other_plant.get(uploaded(other_plant, good)).text
    assert sent(finance, f"{here}/take-in").status_code == 302
    assert road.one(load).plant_kg == 5_990
    assert sent(finance, f"{uploaded(finance, good)}/take-in").status_code == 409
    assert sent(finance, "/deliveries/weights/file").status_code == 422
    assert finance.get("/deliveries/weights/file/template.xlsx").status_code == 200


def test_a_refusal_is_entered_with_a_photo_and_judged_by_the_task_force(
    road: Road, finance: FlaskClient, plant: FlaskClient, other_plant: FlaskClient
) -> None:
    city, second = member(road.app, "city_official"), member(road.app, "city_official", email="second@tests.example")
    load = road.sent(6_000)
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(picture, "JPEG")
    refused_on = (business_day() - timedelta(days=4)).isoformat()
    form = {"plant": road.plant_id, "ticket": number_of(road, load), "refused_on": refused_on, "reason": "no room"}
    for changed in ({"plant": "none"}, {"ticket": "none"}, {"refused_on": "2099-01-01"}, {"reason": " "}):
        assert sent(finance, "/refusals", **(form | changed)).status_code == 422
    picture.seek(0)
    here = sent(finance, "/refusals", **form, photo=(picture, "truck.jpg")).headers["Location"]
    assert road.one(load).state is DeliveryState.REFUSED
    page = plant.get(here).text
    assert "no room" in page
    [photo] = set(re.findall(rf"{here}/photos/[0-9a-f]{{64}}", page))
    assert plant.get(photo).mimetype == "image/jpeg"
    assert other_plant.get(here).status_code == other_plant.get(photo).status_code == 404
    assert "no room" not in other_plant.get("/refusals").text
    assert sent(finance, f"{here}/say", step="not_mended").status_code == 422
    assert sent(finance, f"{here}/say", step="nonsense", reason="x").status_code == 409
    assert sent(finance, f"{here}/say", step="warned", reason="x").status_code == 409
    assert sent(finance, f"{here}/say", step="not_mended", reason="still full").status_code == 302
    assert sent(plant, f"{here}/say", step="mended", reason="we say so").status_code == 403
    for browser, step, status in (
        (city, "warned", 302),
        (city, "strike_proposed", 302),
        (city, "struck_off", 409),
        (second, "struck_off", 302),
    ):
        assert sent(browser, f"{here}/judge", "/refusals", step=step, reason="by the plan").status_code == status
    assert "已取消备案" in finance.get("/refusals").text


def test_a_load_at_a_plant_that_no_yard_sent_stands_below_the_list(road: Road, finance: FlaskClient) -> None:
    stray = road.arrived(6_000)
    assert number_of(road, stray) in finance.get("/deliveries").text
