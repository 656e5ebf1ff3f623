"""A second factor in a real browser, with the codes of a real clock: set up, asked for, mistyped, lost, required."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.operations import open_account
from app.database.engine import db
from tests.app.authenticator import STEP_S, code_of
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import SMALL, log_in, served
from tests.conftest import PASSWORD, Template

OWNER, NEWCOMER, ADMINISTRATOR = "finance@tests.example", "town@tests.example", "chief@tests.example"
UPRIGHT = {"width": 800, "height": 1280}
REFUSED = ("status of 422",)
# Where pictures of the pages are put for somebody to look at; nowhere unless asked for.
PICTURES = os.environ.get("STRAWLINE_TEST_PICTURES")


@pytest.fixture(scope="module")
def office_server(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small town with people of the office."""
    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("office"), _open_accounts)


@pytest.fixture(scope="module")
def strict_server(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same where a second factor is required."""
    yield from served(
        lambda: sqlite_copy("county"), tmp_path_factory.mktemp("strict"), _open_accounts, second_factor="required"
    )


def test_an_owner_sets_it_up_logs_in_with_it_and_loses_the_phone(
    office_server: str, guarded_context: Callable[..., BrowserContext]
) -> None:
    page = guarded_context(base_url=office_server, viewport=SMALL, expected_faults=REFUSED).new_page()
    log_in(page, OWNER)
    page.locator(".user-menu summary").click()
    page.get_by_role("link", name="我的账号").click()
    look(page, "account-without")
    page.get_by_role("link", name="设置双重验证").click()
    expect(page.locator("#code")).to_be_focused()
    code_image = page.locator(".second-factor-key img")
    assert code_image.evaluate("image => image.complete && image.naturalWidth > 0")
    key = page.locator("#key").inner_text()
    look(page, "setup")

    # a wrong code changes nothing, the key stays; then everything by keyboard
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.locator(".fault-list")).to_be_visible()
    expect(page.locator("#key")).to_have_text(key)
    look(page, "setup-wrong")
    page.locator("#code").fill(code_of(key))
    confirmed_at = time.time() // STEP_S
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    codes = page.locator("#recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    look(page, "recovery-codes")
    page.emulate_media(media="print")
    expect(page.locator("#recovery-codes")).to_be_visible()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    look(page, "recovery-codes-printed")
    page.emulate_media(media="screen")
    page.get_by_role("link", name="我已保存").click()
    expect(page.locator("#second-factor")).to_contain_text("已设置")
    look(page, "account-with")

    log_out(page)
    give_password(page, OWNER)
    page.wait_for_url(re.compile("/login/code"))
    look(page, "code")
    page.locator("#code").fill("123")
    page.keyboard.press("Enter")
    expect(page.locator(".field-error")).to_contain_text("六位")
    page.locator("#code").fill(wrong_code(key))
    page.keyboard.press("Enter")
    expect(page.locator(".field-error")).to_contain_text("验证码不正确")
    look(page, "code-wrong")
    # the next one: a phone may be ahead by half a minute, and the last one is used up
    page.locator("#code").fill(code_of(key, (confirmed_at + 1) * STEP_S))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/$"))
    look(page, "logged-in")

    log_out(page)
    give_password(page, OWNER)
    page.get_by_role("link", name="使用恢复码").click()
    look(page, "recovery")
    page.locator("#code").fill(codes[4].upper().replace("-", " "))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/$"))
    expect(page.locator(".notice-warning")).to_contain_text("9")
    page.goto("/account")
    page.locator("#off-code").fill(codes[4])
    page.get_by_role("button", name="关闭双重验证").click()
    expect(page.locator("#off-code-error")).to_contain_text("不正确")
    look(page, "account-refused")
    page.locator("#renew-code").fill(codes[5])
    page.get_by_role("button", name="重新生成恢复码").click()
    expect(page.locator("#recovery-codes code")).to_have_count(10)

    # phone and paper are gone: the administrator takes it away, and the session ends
    office = guarded_context(base_url=office_server, viewport=UPRIGHT).new_page()
    log_in(office, ADMINISTRATOR)
    office.goto(f"/people?q={OWNER}")
    office.locator("#people tbody th a").click()
    look(office, "person")
    office.get_by_role("button", name="解除双重验证").click()
    expect(office.locator(".notice-success")).to_contain_text("已解除")
    page.goto("/account")
    page.wait_for_url(re.compile("/login"))
    log_in(page, OWNER)


def test_where_it_is_required_a_newcomer_is_led_to_the_set_up(
    strict_server: str, guarded_context: Callable[..., BrowserContext]
) -> None:
    page = guarded_context(base_url=strict_server, viewport=UPRIGHT, has_touch=True).new_page()
    give_password(page, NEWCOMER)
    page.wait_for_url(re.compile("/account/second-factor"))
    look(page, "required")
    page.goto("/registry")
    page.wait_for_url(re.compile("/account/second-factor"))
    page.locator("#code").fill(code_of(page.locator("#key").inner_text()))
    page.keyboard.press("Enter")
    page.get_by_role("link", name="我已保存").click()
    look(page, "required-account")
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/$"))


def log_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(re.compile("/login"))


def give_password(page: Page, email: str) -> None:
    page.goto("/login")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: urlsplit(address).path != "/login")


def wrong_code(key: str) -> str:
    near = {code_of(key, time.time() + step * STEP_S) for step in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near)


def look(page: Page, name: str) -> None:
    """No serious fault for those who cannot see or point, nothing wider than the page; a picture if they are wanted."""
    assert axe_faults(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if PICTURES:
        for size in (SMALL, UPRIGHT):
            own = page.viewport_size
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.screenshot(path=f"{PICTURES}/{name}-{size['width']}.png", full_page=True)
            page.set_viewport_size(own)  # type: ignore[arg-type]


def _open_accounts(app: Flask) -> None:
    with app.app_context():
        for email, name, role in (
            (OWNER, "乙某（演示）", "finance"),
            (NEWCOMER, "丙某（演示）", "town_official"),
            (ADMINISTRATOR, "Chief", "administrator"),
        ):
            open_account(db.session, email=email, name=name, password=PASSWORD, role_names=[role])
        db.session.commit()
