"""The verification desk in a real browser: a city official judges what waits, with the keyboard alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from app.accounts.operations import open_account
from app.database.engine import db
from app.verification.runs import verify_month
from tests.app.verification.county_tickets import store_county
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import SMALL, TABLET, Template, log_in, served
from tests.conftest import PASSWORD
from tests.verification.county_year import county_month
from tests.verification.planted_frauds import plant_frauds

MONTH = date(2026, 11, 1)
# Where pictures of the pages go, for whoever wants to look at them.
PICTURES = os.environ.get("STRAWLINE_PICTURES")


@pytest.fixture(scope="module")
def desk_server(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A county with six days of tickets, some of them false, which were verified."""

    def prepare(app: Flask) -> None:
        tables, _plants = plant_frauds(county_month(7, bodies=10, days=6, yards=4), 8, of_each=1)
        with app.app_context():
            open_account(
                db.session, email="city@tests.example", name="City", password=PASSWORD, role_names=["city_official"]
            )
            store_county(db.session, tables)
            db.session.commit()
            verify_month(db.session, MONTH)
            db.session.commit()

    yield from served(lambda: sqlite_copy("empty"), tmp_path_factory.mktemp("instance"), prepare)


@pytest.fixture
def desk(
    desk_server: str, browser: object, guarded_context: Callable[..., BrowserContext]
) -> Callable[[dict[str, int]], Page]:
    state: list[StorageState] = []

    def open_(size: dict[str, int]) -> Page:
        options: dict[str, object] = {"storage_state": state[0]} if state else {}
        context = guarded_context(base_url=desk_server, viewport=size, **options)
        page = context.new_page()
        if not state:
            log_in(page, "city@tests.example")
            state.append(context.storage_state())
        page.goto("/verification")
        return page

    return open_


def pictured(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def test_what_weighs_most_is_judged_with_the_keyboard_and_the_next_follows(
    desk: Callable[[dict[str, int]], Page],
) -> None:
    page = desk(SMALL)
    rows, count = page.locator("#suspicions tbody tr"), page.locator("h1 .number")
    waiting = int(count.inner_text())
    assert waiting > 5
    title = rows.first.get_by_role("link").inner_text()
    pictured(page, "desk")
    rows.first.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(title)
    pictured(page, "suspicion")
    here = page.url
    page.locator("input[value=explained]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("checked against the field book")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(here)
    page.goto("/verification")
    expect(count).to_have_text(str(waiting - 1))
    page.goto("/verification?state=upheld")
    expect(rows).to_have_count(1)


@pytest.mark.parametrize("size", [SMALL, TABLET], ids=["desk", "tablet"])
def test_no_page_of_the_desk_scrolls_sideways_or_leaves_somebody_out(
    desk: Callable[[dict[str, int]], Page], size: dict[str, int]
) -> None:
    page = desk(size)
    addresses = ["/verification", "/verification?detector=tare&state=gone"]
    addresses += [it.get_attribute("href") or "" for it in page.locator("#suspicions tbody a").all()[:40:4]]
    for number, address in enumerate(addresses):
        page.goto(address)
        pictured(page, f"{size['width']}-{number}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
        assert axe_faults(page) == [], address
