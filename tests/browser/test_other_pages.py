"""Login, the driver's sheet, refusals and the page without a county, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.app.day_plan import PlannedTown
from tests.browser.conftest import SHOWN, SMALL, log_in
from tests.conftest import EMAIL, PASSWORD

Contexts = Callable[..., BrowserContext]


def test_a_visitor_logs_in_opens_the_day_and_logs_out(
    guarded_context: Contexts, server: str, town: PlannedTown
) -> None:
    page = guarded_context(base_url=server, viewport=SMALL).new_page()
    page.goto("/")
    expect(page).to_have_url(re.compile("/login"))
    assert re.search("[\u3400-\u9fff]", page.locator(".notices").inner_text())
    log_in(page)
    page.locator(f'main a[href="/days/{town.day}"]').first.click()
    page.wait_for_selector(SHOWN)
    page.locator(".user-menu summary").click()
    page.locator(".user-menu button").click()
    expect(page).to_have_url(re.compile("/login"))


def test_a_wrong_password_is_refused_in_chinese(guarded_context: Contexts, server: str) -> None:
    page = guarded_context(base_url=server).new_page()
    page.goto("/login")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD + "x")
    page.click("main button[type=submit]")
    alert = page.locator("[role=alert]").first
    expect(alert).to_be_visible()
    assert re.search("[\u3400-\u9fff]", alert.inner_text())


def test_a_trucks_day_fits_the_paper_and_names_every_stop(open_day: Callable[..., Page], town: PlannedTown) -> None:
    page = open_day()
    truck_id = town.plan.truck_stops[0].truck_id
    stops = [stop for stop in town.plan.truck_stops if stop.truck_id == truck_id]
    page.goto(f"/days/{town.day}/trucks/{truck_id}")
    expect(page.locator("h1")).to_contain_text(truck_id)
    expect(page.locator(".paper-table tbody tr")).to_have_count(len(stops))
    expect(page.locator(".paper-date")).to_contain_text(f"{town.day.month}\u6708{town.day.day}\u65e5 (\u5468")
    page.emulate_media(media="print")
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.locator("#print-sheet")).to_be_hidden()
    page.set_viewport_size({"width": 718, "height": 1000})  # what A4 leaves between its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")


def test_the_sheet_is_linked_from_the_chosen_truck(open_day: Callable[..., Page], town: PlannedTown) -> None:
    truck_id = town.plan.truck_stops[0].truck_id
    page = open_day(f"/days/{town.day}#truck={truck_id}")
    with page.expect_popup() as popup:
        page.locator(".sheet-link").click()
    expect(popup.value.locator("h1")).to_contain_text(truck_id)


def test_an_unknown_day_is_refused_with_what_to_do(open_day: Callable[..., Page]) -> None:
    page = open_day(expected_faults=("404",))
    page.goto("/days/1999-01-01")
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main a.btn")).to_have_attribute("href", "/")


def test_without_a_county_the_page_teaches_what_to_import(guarded_context: Contexts, empty_server: str) -> None:
    page = guarded_context(base_url=empty_server).new_page()
    page.goto("/login")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    expect(page.locator("main")).to_contain_text("strawline import scenario")
