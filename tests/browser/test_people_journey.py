"""An administrator invites somebody, who chooses a password and comes in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from app.accounts.operations import open_account
from app.database.engine import db
from tests.browser.conftest import LARGE, SMALL, log_in, served
from tests.conftest import PASSWORD, Template

ADMINISTRATOR = "chief@tests.example"
REFUSED = ("status of 422",)


@pytest.fixture(scope="module")
def people_server(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small town with an administrator."""
    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("people"), _open_administrator)


def test_an_invited_town_official_chooses_a_password_and_comes_in(
    people_server: str, guarded_context: Callable[..., BrowserContext]
) -> None:
    office = guarded_context(base_url=people_server, viewport=SMALL, expected_faults=REFUSED).new_page()
    log_in(office, ADMINISTRATOR)
    office.goto("/people")
    office.get_by_role("link", name="邀请人员").click()
    office.fill("#name", "甲镇（演示）")
    office.fill("#email", "town@tests.example")
    office.get_by_label("镇（街道）主管").check()
    office.get_by_role("button", name="生成邀请").click()
    # nothing typed is lost when something is missing
    expect(office.locator(".fault-list")).to_contain_text("请选择")
    expect(office.locator("#email")).to_have_value("town@tests.example")
    office.locator("#places input[name=town]").first.check()
    office.get_by_role("button", name="生成邀请").click()
    link = office.locator("#one-time-link").inner_text()
    assert link.startswith(people_server)

    guest = guarded_context(base_url=people_server, viewport=LARGE, expected_faults=REFUSED).new_page()
    guest.goto(link)
    guest.fill("#password", "123456qwerty")
    guest.fill("#again", "123456qwerty")
    guest.get_by_role("button", name="设置密码").click()
    expect(guest.locator(".fault-list")).to_be_visible()
    guest.fill("#password", PASSWORD)
    guest.fill("#again", PASSWORD)
    guest.get_by_role("button", name="设置密码").click()
    guest.wait_for_url(re.compile("/login"))
    log_in(guest, "town@tests.example")
    expect(guest.locator(".user-menu summary")).to_contain_text("甲镇")

    office.goto("/people?q=town@")
    expect(office.locator("#people tbody tr")).to_have_count(1)
    expect(office.locator("#people tbody tr")).to_contain_text("正常")


def _open_administrator(app: Flask) -> None:
    with app.app_context():
        open_account(db.session, email=ADMINISTRATOR, name="Chief", password=PASSWORD, role_names=["administrator"])
        db.session.commit()
