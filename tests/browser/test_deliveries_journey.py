"""A load from the yard's ticket to a weight that both sides agree to, and a refused one, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.clock import business_day
from app.database.engine import db
from app.deliveries.refusals import enter_refusal
from tests.app.day_plan import PlannedTown
from tests.app.deliveries.road import Road, road_between
from tests.app.deliveries.test_weight_files import HEADINGS, number_of
from tests.browser.accessibility import AXE, axe_faults
from tests.browser.conftest import SMALL, TABLET, VENDOR, log_in, served
from tests.conftest import PASSWORD, Template

PHONE = {"width": 390, "height": 844}
Contexts = Callable[..., BrowserContext]


@dataclass
class Deliveries:
    """A served app with loads, by what there is about them: their ids, and the numbers of their tickets."""

    base_url: str = ""
    plant_id: str = ""
    refusal_id: int = 0
    ids: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def made(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deliveries]:
    if not VENDOR.is_dir() or not AXE.exists():
        pytest.skip("NO BROWSER TESTS: browser libraries are missing, run `make setup`")
    found = Deliveries()

    def prepare(app: Flask) -> None:
        road = road_between(app, town)
        loads = {
            "agreed": road.sent(6_000),
            "disputed": road.sent(6_200, plate="浙F00002"),
            "to weigh": road.sent(6_400, plate="浙F00003"),
            "for file": road.sent(6_600, plate="浙F00004"),
            "refused": road.sent(6_800, plate="浙F00005"),
            "direct": road.came_straight(5_500, plate="浙F00006"),
        }
        road.arrived(5_990)
        road.weighed(loads["disputed"], 5_000, moisture_permille=210, slip_number="A-17")
        found.plant_id, found.ids = road.plant_id, loads
        found.numbers = {name: number_of(road, id_) for name, id_ in loads.items()}
        found.refusal_id = _people_and_refusal(road, loads["refused"])

    for base_url in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("instance"), prepare):
        found.base_url = base_url
        yield found


def _people_and_refusal(road: Road, load: str) -> int:
    with road.app.app_context():
        for role in ("finance", "plant", "city_official"):
            email = f"{role}@tests.example"
            account = open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[role])
            if role == "plant":
                account.places = [AccountPlace(kind="plant", place_id=road.plant_id)]
        refused_on = business_day() - timedelta(days=4)
        said = {"plant_id": road.plant_id, "delivery_id": load, "refused_on": refused_on}
        refusal = enter_refusal(db.session, **said, reason="no room in the shed")
        db.session.commit()
        return refusal.id


@pytest.fixture
def somebody(guarded_context: Contexts, made: Deliveries) -> Callable[[str], Page]:
    """The page of somebody of this role, logged in."""

    def opened(role: str) -> Page:
        context = guarded_context(base_url=made.base_url, viewport=SMALL, expected_faults=("422", "409"))
        page = context.new_page()
        log_in(page, f"{role}@tests.example")
        return page

    return opened


def test_no_page_of_deliveries_has_a_serious_fault_or_scrolls_sideways(
    somebody: Callable[[str], Page], made: Deliveries
) -> None:
    page = somebody("finance")
    faults = []
    loads = [f"/deliveries/{made.ids[name]}" for name in ("disputed", "to weigh", "direct", "refused")]
    others = ("/deliveries", "/disputes", "/refusals", f"/refusals/{made.refusal_id}", "/deliveries/weights/file")
    for size in (SMALL, TABLET, PHONE):
        page.set_viewport_size(size)
        for address in (*others, *loads):
            page.goto(address)
            if size != TABLET:
                faults += [f"{address} {size['width']}: {fault}" for fault in axe_faults(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                faults.append(f"{address} {size['width']}: scrolls sideways")
    assert faults == []


def test_a_typed_weight_that_differs_is_disputed_and_settled_by_both_sides(
    somebody: Callable[[str], Page], made: Deliveries
) -> None:
    office, plant = somebody("finance"), somebody("plant")
    office.goto("/deliveries")
    office.get_by_role("link", name=made.numbers["to weigh"]).click()
    office.fill("#net_kg", "5,400")
    office.fill("#moisture_percent", "19.55")
    office.locator("#weight button[type=submit]").click()
    expect(office.locator("#moisture_percent-error")).to_be_visible()
    office.fill("#moisture_percent", "19.5")
    office.locator("#weight button[type=submit]").click()
    expect(office.locator("#dispute")).to_contain_text("自动产生")
    plant.goto("/disputes")
    plant.get_by_role("link", name=made.numbers["to weigh"]).click()
    plant.select_option("#basis", "mean")
    plant.fill("#propose-reason", "half and half")
    plant.get_by_role("button", name="提出了结方案").click()
    expect(plant.locator("#dispute")).to_contain_text("另一人")
    office.reload()
    office.get_by_role("button", name="同意：按 5,900 千克了结").click()
    expect(office.locator("h1")).to_contain_text("已过磅")
    expect(office.locator(".ends-table")).to_contain_text("5,900")


def test_a_file_shows_its_faults_and_is_taken_in_when_they_are_mended(
    somebody: Callable[[str], Page], made: Deliveries, tmp_path: Path
) -> None:
    page, path = somebody("finance"), tmp_path / "weights.csv"
    number, today = made.numbers["for file"], business_day()

    def uploaded(line: str) -> None:
        path.write_text(f"{HEADINGS}\n{line}\n", encoding="utf-8-sig")
        page.goto("/deliveries/weights/file")
        page.set_input_files("#file", path)
        page.locator("main form button[type=submit]").click()

    uploaded(f"{number},heavy,{today},,,")
    expect(page.locator("#faults tbody tr")).to_have_count(1)
    expect(page.locator("#faults")).to_contain_text("heavy")
    assert axe_faults(page) == []
    uploaded(f"{number},6590,{today},20.1,B-1,")
    expect(page.locator("#lines")).to_contain_text("6,590")
    assert axe_faults(page) == []
    page.get_by_role("button", name="导入文件").click()
    page.wait_for_url("**/deliveries")
    expect(page.locator("#deliveries")).to_contain_text("6,590")


def test_the_company_says_that_a_refusal_was_not_mended_and_the_city_warns(
    somebody: Callable[[str], Page], made: Deliveries
) -> None:
    company, city = somebody("finance"), somebody("city_official")
    company.goto("/refusals")
    company.locator("#refusals a").click()
    company.get_by_label("逾期未整改").check()
    company.fill("textarea[name=reason]", "still full")
    company.locator("main form button[type=submit]").click()
    expect(company.locator("h1")).to_contain_text("逾期未整改")
    city.goto(f"/refusals/{made.refusal_id}")
    city.fill("textarea[name=reason]", "by the plan")
    city.locator("main form button[type=submit]").click()
    expect(city.locator("h1")).to_contain_text("已警告企业")
