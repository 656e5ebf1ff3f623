"""From a load on its way to the plant's payment and the town's claim, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.billing.ledger_check import first_money_fault
from app.billing.payments.check import first_payment_fault
from app.billing.statements.check import first_statement_fault
from app.clock import business_day
from app.database.engine import db
from app.intake.ledger_check import first_ledger_fault
from app.intake.models import WeighTicket
from app.registry.materials import ensure_materials
from tests.app.day_plan import PlannedTown
from tests.app.deliveries.road import EMPTY_KG, Road, accepted, road_between
from tests.app.gate import GateTablet, id_of
from tests.browser.conftest import SMALL, TABLET, VENDOR, log_in, served
from tests.conftest import PASSWORD, Template

ROLES = ("finance", "dispatcher", "town_official", "city_official")


@dataclass
class Made:
    """A served app with a load that left a yard, and one that came in, two months before this one."""

    base_url: str = ""
    app: Flask | None = None
    day: date = date.min
    load: str = ""
    intake: str = ""


@pytest.fixture(scope="module")
def made(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    if not VENDOR.is_dir():
        pytest.skip("NO BROWSER TESTS: browser libraries are missing, run `make setup`")
    found = Made()

    def prepare(app: Flask) -> None:
        with app.app_context():
            ensure_materials(db.session)
            db.session.commit()
        road = road_between(app, town)
        this_month = business_day().replace(day=1)
        found.app, found.day = app, (this_month - timedelta(days=1)).replace(day=1) - timedelta(days=14)
        ago = business_day() - found.day
        out = _made_then(road.yard, ago, _load_out(road))
        took_in = _made_then(road.yard, ago, _brought_in(town))
        with app.app_context():
            numbers = {it.id: it.number for it in db.session.scalars(select(WeighTicket))}
            found.load, found.intake = numbers[out], numbers[took_in]
            for role in (*ROLES, "second_official"):
                kind = "city_official" if role == "second_official" else role
                email = f"{role}@tests.example"
                account = open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[kind])
                if role == "town_official":
                    account.places = [AccountPlace(kind="town", place_id=town.scenario.yards[0].town_id)]
            db.session.commit()

    for base_url in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("instance"), prepare):
        found.base_url = base_url
        yield found


def _load_out(road: Road) -> Callable[[GateTablet], list[str]]:
    def texts(tablet: GateTablet) -> list[str]:
        said = {"purpose": "linehaul_out", "destination_id": road.plant_id}
        first = tablet.opening(weighing=_weighed_then(tablet, EMPTY_KG), **said)
        load, whole = id_of(first), _weighed_then(tablet, EMPTY_KG + 10_000)
        return [first, tablet.sample(load), tablet.closing(load, weighing=whole, outcome="shipped")]

    return texts


def _brought_in(town: PlannedTown) -> Callable[[GateTablet], list[str]]:
    field = town.scenario.fields[0]

    def texts(tablet: GateTablet) -> list[str]:
        origin = {"town_id": field.town_id, "field_ids": [field.field_id]}
        first = tablet.opening("浙F00002", origin=origin, weighing=_weighed_then(tablet, EMPTY_KG + 3_500))
        load, empty = id_of(first), _weighed_then(tablet, EMPTY_KG)
        return [first, tablet.sample(load), tablet.closing(load, weighing=empty)]

    return texts


def _weighed_then(tablet: GateTablet, kg: int) -> dict[str, Any]:
    """A weight that the scale signed by the tablet's clock."""
    moment = tablet.clock()
    return tablet.weight(kg, taken_at=moment, zero_seen_at=moment - timedelta(minutes=1))


def _made_then(tablet: GateTablet, ago: timedelta, texts: Callable[[GateTablet], list[str]]) -> str:
    """Records that were made long ago and are sent today; the id of their ticket."""
    tablet.clock_off = -ago
    records = texts(tablet)
    tablet.clock_off = timedelta(0)
    accepted(tablet.send(*records))
    return id_of(records[0])


@pytest.fixture
def somebody(guarded_context: Callable[..., BrowserContext], made: Made) -> Callable[[str], Page]:
    def opened(role: str) -> Page:
        page = guarded_context(base_url=made.base_url, viewport=SMALL).new_page()
        log_in(page, f"{role}@tests.example")
        return page

    return opened


def test_a_load_is_weighed_charged_stated_trued_up_paid_and_its_straw_claimed(
    somebody: Callable[[str], Page], made: Made
) -> None:
    finance, second = somebody("finance"), somebody("dispatcher")
    # the plant's weight: 9,980 kg, 20 kg less than the yard's
    finance.goto(f"/deliveries?from={made.day}&to={business_day()}")
    finance.get_by_role("link", name=made.load).click()
    finance.fill("#net_kg", "9,980")
    finance.fill("#weighed_on", made.day.isoformat())
    finance.locator("#weight button[type=submit]").click()
    expect(finance.locator("h1")).to_contain_text("已过磅")

    _price(finance, second, kind="provisional", yuan="200", made=made)
    finance.goto("/money")
    expect(finance.locator(".money-facts")).to_contain_text("1,996.00")  # 9.980 t at 200
    _close_month(finance)
    finance.goto("/money/statements")
    first_number = finance.locator("#statements tbody th a").inner_text()
    finance.get_by_role("link", name=first_number).click()
    expect(finance.locator(".is-sum")).to_contain_text("1,996.00")
    finance.set_viewport_size(TABLET)
    assert finance.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]

    # the final price: 9.980 t at 10 yuan more are 99.80, in the month that is open
    _price(finance, second, kind="final", yuan="210", made=made)
    _close_month(finance)
    finance.goto("/money/statements")
    finance.locator("#statements tbody th a").first.click()
    expect(finance.locator(".statement-sums")).to_contain_text("99.80")
    expect(finance.locator(".is-sum")).to_contain_text("2,095.80")
    second_number = finance.locator("h1").inner_text().split()[1]
    assert second_number != first_number

    finance.goto("/money/payments")
    finance.fill("#yuan", "2,095.80")
    finance.fill("#payer", "A bank (demo)")
    finance.fill("#said", f"{second_number} fee")
    finance.locator("form[action='/money/payments'] button[type=submit]").click()
    expect(finance.locator("#matched tbody")).to_contain_text(second_number)
    finance.goto("/money/open")
    expect(finance.locator("#open tbody tr")).to_contain_text("0.00")
    assert "2,095.80" not in finance.locator("#open").inner_text()

    # from the payment down to the ticket, and from the ticket up to what it cost
    finance.goto(f"/money/statements/{second_number}")
    finance.locator("#lines tbody a[href^='/money/statements/']").first.click()  # that of the true-up, by delivery
    expect(finance.locator(".is-sum")).to_contain_text("99.80")
    finance.locator("#lines tbody a[href^='/money/ledger/']").first.click()
    finance.locator(f"a:has-text('{made.load}')").first.click()
    expect(finance.locator("body")).to_contain_text(made.load)

    _claim(somebody, made)
    _nothing_is_wrong(made)


def _price(asking: Page, agreeing: Page, *, kind: str, yuan: str, made: Made) -> None:
    asking.goto("/money/prices")
    asking.select_option("#material_id", "rice_straw")
    asking.select_option("#kind", kind)
    asking.fill("#yuan_per_t", yuan)
    asking.fill("#valid_from", made.day.replace(day=1).isoformat())
    asking.fill("#reason", "agreed with the plant (demo)")
    asking.locator("form[action='/money/prices'] button[type=submit]").click()
    expect(asking).to_have_url(re.compile(r"/money/prices/\d+$"))
    agreeing.goto("/money")
    agreeing.locator(".due-lists a[href^='/money/prices/']").click()
    agreeing.locator("form[action$='/agree'] button").click()
    expect(agreeing.locator(".notice-success").first).to_be_visible()


def _close_month(page: Page) -> None:
    page.goto("/money")
    page.locator("form[action$='/close'] button").first.click()
    expect(page.locator(".notice-success", has_text="money/ledger:")).to_be_visible()


def _claim(somebody: Callable[[str], Page], made: Made) -> None:
    """3,500 kg of dry straw at 150 yuan a tonne, by people of town and city."""
    city = somebody("city_official")
    city.goto(f"/verification?month={made.day:%Y-%m}")
    city.locator(f"form[action='/verification/months/{made.day:%Y-%m}/run'] button").click()
    expect(city.locator(".notice-success")).to_be_visible()
    # two tickets of a day say too little of each other: what is suspected of them is explained, one after the other
    city.locator("main a[href^='/verification/']").first.click()
    while city.locator("form[action$='/verdict']").count():
        city.check("[name=kind][value=explained]")
        city.fill("[name=reason]", "made for this test")
        city.locator("form[action$='/verdict'] button").click()
        city.wait_for_load_state()
    town = somebody("town_official")
    town.goto("/subsidies")
    town.fill("#month", f"{made.day:%Y-%m}")
    town.locator("form[action='/subsidies/claims'] button").click()
    expect(town.locator("h1")).to_contain_text("申报")
    address = town.url
    expect(town.locator(".is-sum")).to_contain_text("525.00")
    town.locator("form[action$='/confirm'] button").click()
    for page, step in ((city, "check"), (somebody("second_official"), "approve")):
        page.goto(address)
        page.locator(f"form[action$='/{step}'] button").click()
        expect(page.locator(".notice-success").first).to_be_visible()
    # whoever checked it does not pay it
    city.goto(address)
    expect(city.locator("form[action$='/pay']")).to_have_count(0)
    cashier = somebody("finance")
    cashier.goto(address)
    cashier.fill("#reference", "DEMO-1")
    cashier.locator("form[action$='/pay'] button").click()
    expect(cashier.locator(".is-sum .money-final")).to_contain_text("525.00")


def _nothing_is_wrong(made: Made) -> None:
    assert made.app is not None
    with made.app.app_context():
        checks = (first_ledger_fault, first_money_fault, first_payment_fault, first_statement_fault)
        assert [check(db.session) for check in checks] == [None] * 4
