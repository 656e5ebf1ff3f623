"""A yard manager enrols a tablet; an attendant signs in on it with a PIN, is locked out while away, and comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.database.engine import db
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import SMALL, log_in, served
from tests.conftest import PASSWORD, Template

MANAGER = "manager@tests.example"
ATTENDANTS = ("Li (demo)", "Wang (demo)", "Zhao (demo)")
UPRIGHT, ACROSS = {"width": 800, "height": 1280}, {"width": 1280, "height": 800}
LEAST_PX = 64
# Refusals that the journey asks for.
REFUSED = ("status of 422", "status of 401")


@pytest.fixture(scope="module")
def tablet_server(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small town with somebody who answers for its yard, and three who work there."""

    def prepare(app: Flask) -> None:
        here = ("yard", town.scenario.yards[0].yard_id)
        people = [(MANAGER, "Manager", "yard_manager")]
        people += [(f"a{number}@tests.example", name, "attendant") for number, name in enumerate(ATTENDANTS)]
        with app.app_context():
            for email, name, role in people:
                account = open_account(db.session, email=email, name=name, password=PASSWORD, role_names=[role])
                account.places = [AccountPlace(kind=here[0], place_id=here[1])]
            db.session.commit()

    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("tablets"), prepare)


@pytest.mark.parametrize("size", [UPRIGHT, ACROSS], ids=["upright", "across"])
def test_a_tablet_is_enrolled_and_an_attendant_works_on_it(
    tablet_server: str, guarded_context: Callable[..., BrowserContext], size: dict[str, int], tmp_path: Path
) -> None:
    office = guarded_context(base_url=tablet_server, viewport=SMALL).new_page()
    log_in(office, MANAGER)
    address, name = enrolment_address(office, f"Gate {size['width']}")
    pin_of = one_time_pin(office, ATTENDANTS[0])

    tablet = guarded_context(
        base_url=tablet_server, viewport=size, has_touch=True, is_mobile=True, expected_faults=REFUSED
    ).new_page()
    tablet.clock.install()
    tablet.goto(address)
    looked_at(tablet, tmp_path, "confirm")
    tablet.get_by_role("button").filter(has_text="登记").tap()
    expect(tablet.locator("h1")).to_contain_text(name)
    expect(tablet.locator("#key-state")).to_have_attribute("data-state", "done")
    looked_at(tablet, tmp_path, "enrolled")
    tablet.get_by_role("link", name="去选择姓名").tap()

    expect(tablet.locator(".name-button")).to_have_count(len(ATTENDANTS))
    looked_at(tablet, tmp_path, "names")
    tablet.get_by_role("link", name=ATTENDANTS[0]).tap()
    type_pin(tablet, "604938")
    expect(tablet.locator("#pin-fault")).to_be_visible()
    looked_at(tablet, tmp_path, "keypad")
    type_pin(tablet, pin_of)
    tablet.wait_for_url(re.compile("/tablet/pin"))
    looked_at(tablet, tmp_path, "choose")
    type_pin(tablet, "739164")
    expect(tablet.locator("#again")).to_be_focused()
    type_pin(tablet, "739164")
    tablet.get_by_role("button", name="设置 PIN 码").tap()
    tablet.wait_for_url(re.compile("/$"))
    expect(tablet.locator(".user-menu summary")).to_contain_text("Li")

    locked_and_opened_again(tablet, tmp_path)
    handed_over(tablet)

    office.goto("/devices")
    row = office.locator("#devices tbody tr", has_text=name)
    expect(row).to_contain_text("使用中")
    looked_at(office, tmp_path, "devices", small_targets=True)
    row.get_by_role("button").click()
    office.get_by_role("dialog").get_by_role("button", name="吊销").click()
    expect(office.locator("#devices tbody tr", has_text=name)).to_contain_text("已吊销")
    tablet.reload()
    tablet.wait_for_url(re.compile("/tablet/enrol"))
    expect(tablet.locator(".notice-warning")).to_contain_text(name)
    looked_at(tablet, tmp_path, "revoked")


def test_a_code_is_typed_by_hand_where_there_is_no_camera_and_a_first_pin_leads_to_ones_own(
    tablet_server: str, guarded_context: Callable[..., BrowserContext]
) -> None:
    office = guarded_context(base_url=tablet_server, viewport=SMALL).new_page()
    log_in(office, MANAGER)
    enrolment_address(office, "By hand")
    code = office.locator("#short-code").inner_text()
    tablet = guarded_context(base_url=tablet_server, viewport=UPRIGHT, expected_faults=REFUSED).new_page()
    tablet.goto("/tablet")
    tablet.fill("#code", "wrong")
    tablet.locator("main button").click()
    expect(tablet.locator("#code-error")).to_be_visible()
    tablet.fill("#code", code.lower())
    tablet.locator("main button").click()
    expect(tablet.locator("h1")).to_contain_text("By hand")
    tablet.get_by_role("button").filter(has_text="登记").click()
    expect(tablet.locator("#key-state")).to_have_attribute("data-state", "done")
    pin = one_time_pin(office, ATTENDANTS[1])
    tablet.goto("/tablet")
    tablet.get_by_role("button", name=ATTENDANTS[1]).click()
    for digit in pin:
        tablet.locator(f".gate-cover [data-key='{digit}']").click()
    tablet.get_by_role("link", name="设置自己的 PIN 码").click()
    tablet.wait_for_url(re.compile(r"/tablet/people/\d+$"))
    expect(tablet.locator("h1")).to_contain_text("Wang")


def enrolment_address(office: Page, name: str) -> tuple[str, str]:
    """Make a code for a tablet of this name; return the address in its QR code, and the name."""
    office.goto("/devices/new")
    office.fill("#name", name)
    office.locator("main button[type=submit]").click()
    expect(office.locator(".enrol-code")).to_be_visible()
    assert office.evaluate("document.querySelector('.enrol-code').naturalWidth") > 0
    assert axe_faults(office) == []
    return office.locator("#enrol-address").text_content() or "", name


def one_time_pin(office: Page, name: str) -> str:
    office.goto("/devices")
    office.locator("#attendants tbody tr", has_text=name).get_by_role("button").click()
    return office.locator("#one-time-pin").inner_text()


def type_pin(page: Page, pin: str) -> None:
    for digit in pin:
        page.locator(f"[data-keypad]:visible [data-key='{digit}']").tap()


def locked_and_opened_again(tablet: Page, tmp_path: Path) -> None:
    """What was typed is there when the one who typed it comes back."""
    tablet.goto("/pin")
    tablet.fill("#current", "7391")
    tablet.clock.fast_forward("31:00")
    lock = tablet.get_by_role("dialog")
    expect(lock).to_be_visible()
    looked_at(tablet, tmp_path, "locked")
    tablet.keyboard.press("Escape")
    expect(lock).to_be_visible()
    type_pin(tablet, "604938")
    expect(tablet.locator("#lock-fault")).to_be_visible()
    type_pin(tablet, "739164")
    expect(lock).to_be_hidden()
    expect(tablet.locator("#current")).to_have_value("7391")


def handed_over(tablet: Page) -> None:
    tablet.locator(".user-menu summary").tap()
    tablet.get_by_role("button", name="锁定平板").tap()
    tablet.wait_for_url(re.compile("/tablet/names$"))


def looked_at(page: Page, tmp_path: Path, name: str, *, small_targets: bool = False) -> None:
    """No serious fault, nothing beyond the side, and nothing to press that a glove would miss."""
    page.screenshot(path=tmp_path / f"{name}.png")
    assert axe_faults(page) == [], name
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if not small_targets:
        where = "dialog[open]" if page.locator("dialog[open]").count() else "main"
        pressed = page.locator(f"{where} :is(button, a.btn, a.name-button)").all()
        low = [each.inner_text() for each in pressed if (each.bounding_box() or {"height": 0})["height"] < LEAST_PX]
        assert low == [], name
