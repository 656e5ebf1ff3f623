"""Film is bought at a recycling point, comes into the ledger, is verified and claimed, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.clock import business_day
from app.database.engine import db
from app.registry.changes import apply_changes, propose
from tests.app.purchases.point import point_in
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import SMALL, TABLET, VENDOR, log_in, served
from tests.conftest import PASSWORD, Template


@pytest.fixture(scope="module")
def points_server(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not VENDOR.is_dir():
        pytest.skip("NO BROWSER TESTS: browser libraries are missing, run `make setup`")

    def prepare(app: Flask) -> None:
        with app.app_context():
            point = point_in(db.session)
            use = {"use_id": "U1", "town_id": point.town_id, "material_id": "mulch_film", "used_t": 0.25}
            rows = {"material_uses": [use | {"year": business_day().year}]}
            apply_changes(db.session, propose(db.session, rows, withdraw_missing=False).changes)
            for role in ("finance", "town_official", "city_official"):
                email = f"{role}@tests.example"
                account = open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[role])
                if role == "town_official":
                    account.places = [AccountPlace(kind="town", place_id=point.town_id)]
            db.session.commit()

    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("instance"), prepare)


def test_film_is_bought_posted_verified_and_claimed(
    guarded_context: Callable[..., BrowserContext], points_server: str
) -> None:
    def somebody(name: str, **options: object) -> Page:
        context = guarded_context(base_url=points_server, **({"viewport": SMALL} | options))
        page = context.new_page()
        log_in(page, f"{name}@tests.example")
        return page

    number = _bought(somebody("keeper", viewport=TABLET, expected_faults=("ERR_INTERNET_DISCONNECTED",)))

    finance = somebody("finance")
    finance.goto("/money")
    finance.locator("form[action='/money/charge'] button").click()
    expect(finance.locator("#points")).to_contain_text("312.00")  # 120 kg at 2 yuan, and 30 % of that
    expect(finance.locator("#borne")).to_contain_text("156.00")
    assert axe_faults(finance) == []

    city = somebody("city_official")
    month = f"{business_day():%Y-%m}"
    city.goto(f"/verification?month={month}")
    city.locator(f"form[action='/verification/months/{month}/run'] button").click()
    expect(city.locator(".notice-success")).to_be_visible()

    town = somebody("town_official")
    town.goto("/subsidies")
    town.select_option("#stream", "film")
    town.fill("#month", month)
    town.locator("form[action='/subsidies/claims'] button").click()
    expect(town.locator(".is-sum")).to_contain_text("156.00")
    town.locator("form[action$='/confirm'] button").click()
    expect(town.locator("h1")).to_contain_text("已确认")
    town.get_by_role("link", name="Point R01").click()
    expect(town.locator("#tickets")).to_contain_text(number)
    assert axe_faults(town) == []
    town.goto("/subsidies/recovery")
    expect(town.locator("#content")).to_contain_text("48.0")  # 120 of 250 kg
    assert axe_faults(town) == []


def _bought(keeper: Page) -> str:
    """Without a line nothing is lost, and with one it is stored once."""
    keeper.goto("/purchases/new")
    assert axe_faults(keeper) == []
    keeper.fill("#seller", "农户甲")
    keeper.select_option("#material", "mulch_film")
    keeper.fill("#kg", "120")
    keeper.check("input[name=recyclable][value=yes]")
    for name in ("seller_png", "point_png"):
        _sign(keeper, name)
    keeper.context.set_offline(True)
    keeper.locator("button[type=submit].btn-primary").click()
    expect(keeper.locator("[data-notice]")).to_contain_text("没有网络")
    keeper.context.set_offline(False)
    keeper.goto("/purchases/new")
    expect(keeper.locator("#kg")).to_have_value("120")
    expect(keeper.locator("#seller_png img")).to_be_visible()
    keeper.locator("button[type=submit].btn-primary").click()
    expect(keeper.locator("#tickets tbody tr")).to_have_count(1)
    keeper.locator("#tickets tbody a").first.click()
    expect(keeper.locator("#content")).to_contain_text("240.00")
    expect(keeper.locator(".ticket-picture")).to_have_count(2)
    assert keeper.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]
    assert axe_faults(keeper) == []
    for it in keeper.locator(".ticket-picture").all():
        assert it.evaluate("(picture) => { picture.loading = 'eager'; return picture.decode().then(() => true); }")
    return str(keeper.locator("h1").text_content()).split()[0]


def _sign(keeper: Page, name: str) -> None:
    canvas = keeper.locator(f"#{name} canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    keeper.mouse.move(box["x"] + 20, box["y"] + 20)
    keeper.mouse.down()
    for step in range(1, 12):
        keeper.mouse.move(box["x"] + 20 + 12 * step, box["y"] + 20 + 40 * (step % 2))
    keeper.mouse.up()
    expect(keeper.locator(f"#{name} img")).to_be_visible()
