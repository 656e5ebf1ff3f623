"""An inspection without a network: what fails closes the yard once it was sent, is mended, and checked by another."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.operations import ensure_roles, open_account
from app.clock import now
from app.database.engine import db
from app.fire_safety.inspections.queries import actions_now
from app.registry.models import TransferYard
from app.registry.suspensions import suspensions_in_force
from app.storage.layouts import ensure_stacks
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import log_in, served
from tests.browser.gate_server import CUT_OFF, PIN, Line, notebook_read_anew, opened_gate, prepared
from tests.conftest import PASSWORD, Template

UPRIGHT = {"width": 800, "height": 1280}
BRIGADE = "brigade@tests.example"
FIRST, SECOND = "Li (demo)", "Wang (demo)"


class Yard:
    """A served app with a tablet of one yard, and the line before it."""

    def __init__(self) -> None:
        self.address, self.line, self.cookies = "", Line(), [""]
        self.app: Flask = None  # type: ignore[assignment]
        self.yard_id = ""

    def known(self) -> tuple[list[str], int]:
        """How the corrective actions stand, and how much is closed, by the server."""

        def found() -> tuple[list[str], int]:
            with self.app.app_context():
                actions = actions_now(db.session, [self.yard_id], now())
                return [it.state.value for it in actions], len(suspensions_in_force(db.session, self.yard_id))

        # away from the browser's event loop
        with ThreadPoolExecutor(max_workers=1) as own_thread:
            return own_thread.submit(found).result()


@pytest.fixture(scope="module")
def yard(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    yard = Yard()

    def prepare(app: Flask) -> None:
        yard.app, yard.yard_id = app, town.scenario.yards[0].yard_id
        yard.cookies = prepared(app, yard.line, ("yard", yard.yard_id), FIRST, SECOND)
        with app.app_context():
            found = select(TransferYard).where(TransferYard.yard_id == yard.yard_id)
            ensure_stacks(db.session, db.session.scalars(found).one())
            manager = db.session.scalars(select(Account).where(Account.name == SECOND)).one()
            manager.roles.append(ensure_roles(db.session)["yard_manager"])
            open_account(db.session, email=BRIGADE, name="b", password=PASSWORD, role_names=["fire_brigade"])
            db.session.commit()

    for address in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("yard"), prepare):
        yard.address = address
        yield yard


def photo(colour: str) -> dict[str, object]:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(content, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def signed_in(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    for digit in PIN:
        page.locator(f".gate-cover [data-key='{digit}']").click()
    expect(page.locator(".gate-cover")).to_have_count(0)


def do(page: Page, name: str) -> None:
    page.locator(f"#gate [data-do='{name}']").click()


def all_sent(page: Page) -> None:
    expect(page.locator("#frame-unsent b")).to_have_text("0", timeout=20_000)
    notebook_read_anew(page)


def test_what_fails_offline_is_mended_and_checked_by_another(
    yard: Yard, guarded_context: Callable[..., BrowserContext], tmp_path: object
) -> None:
    context = guarded_context(base_url=yard.address, viewport=UPRIGHT, expected_faults=CUT_OFF)
    page = opened_gate(context, yard.address, yard.cookies.pop())
    signed_in(page, FIRST)
    yard.line.cut = True
    page.locator("[data-tab=yard]").click()
    page.locator("[data-to=inspect]").click()
    expect(page.get_by_role("button", name="每周")).to_have_count(0)
    page.get_by_role("button", name="每日").click()
    strip = page.locator(".question", has_text="6米").first
    strip.get_by_role("button", name="不合格").click()
    do(page, "enter")
    expect(strip.locator("[data-slot=why]")).to_contain_text("拍照")
    strip.locator("[data-slot=note]").fill("停着一辆板车")
    strip.locator("[data-slot=file]").set_input_files(photo("red"))
    expect(strip.locator("[data-slot=photos]")).to_contain_text("1")
    page.screenshot(path=f"{tmp_path}/list.png")
    assert axe_faults(page) == []
    do(page, "enter")
    expect(page.locator("#frame-unsent b")).to_have_text("1")
    assert yard.known() == ([], 0)

    yard.line.cut = False
    page.locator("#frame-link").click()
    all_sent(page)
    assert yard.known() == (["open"], 1)
    do(page, "back")
    expect(page.locator(".closed-bar")).to_contain_text("停着一辆板车", timeout=20_000)
    page.screenshot(path=f"{tmp_path}/closed.png")
    assert axe_faults(page) == []

    page.locator("[data-to=inspect]").click()
    page.screenshot(path=f"{tmp_path}/due.png")
    daily = page.get_by_role("button", name="每日")
    expect(daily).to_contain_text("还缺")
    daily.click()
    expect(strip.get_by_role("button", name="不合格")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#gate [data-do=enter]")).to_be_disabled()
    do(page, "back")
    action = page.locator("[data-slot=actions] button")
    action.click()
    page.locator("#gate [data-slot=file]").set_input_files(photo("green"))
    expect(page.locator("#gate [data-do=mended]")).to_be_enabled()
    page.screenshot(path=f"{tmp_path}/action.png")
    assert axe_faults(page) == []
    do(page, "mended")
    action.click()
    expect(page.locator("#gate [data-do=good]")).to_be_hidden()
    all_sent(page)
    assert yard.known() == (["mended"], 1)

    page.locator("#frame-menu summary").click()
    page.locator("#frame-lock").click()
    signed_in(page, SECOND)
    do(page, "back")
    # Who inspects by another role goes through the manager's lists here as well.
    expect(page.get_by_role("button", name="每周")).to_be_visible()
    expect(page.get_by_role("button", name="每月")).to_be_visible()
    action.click()
    do(page, "good")
    all_sent(page)
    assert yard.known() == (["done"], 0)
    do(page, "back")
    expect(page.locator(".closed-bar")).to_have_count(0, timeout=20_000)


def test_the_form_of_an_office_inspector_loses_nothing_without_a_line(
    yard: Yard, guarded_context: Callable[..., BrowserContext], tmp_path: object
) -> None:
    context = guarded_context(base_url=yard.address, viewport={"width": 390, "height": 844}, expected_faults=CUT_OFF)
    page = context.new_page()
    log_in(page, BRIGADE)
    before = len(yard.known()[0])
    page.goto(f"/yards/{yard.yard_id}/inspections/brigade_visit")
    strip = page.locator("fieldset", has_text="6米").first
    strip.get_by_text("不合格").click()
    strip.locator("input[type=text]").fill("停着一辆板车")
    strip.locator("input[type=file]").set_input_files(photo("blue"))
    notice = page.locator("[data-notice]")
    context.set_offline(True)
    page.get_by_role("button", name="保存检查").click()
    expect(notice).to_contain_text("没有网络")
    page.screenshot(path=f"{tmp_path}/no-line.png")
    context.set_offline(False)
    page.reload()
    expect(notice).to_contain_text("尚未发送")
    expect(strip.locator("input[type=radio]:checked")).to_have_value("failed")
    expect(strip.locator("input[type=text]")).to_have_value("停着一辆板车")
    assert axe_faults(page) == []
    strip.locator("input[type=file]").set_input_files(photo("blue"))
    page.get_by_role("button", name="保存检查").click()
    page.wait_for_url(f"**/yards/{yard.yard_id}/inspections")
    expect(page.get_by_text("本次检查尚未完成")).to_be_visible()
    assert len(yard.known()[0]) == before + 1
    page.goto(f"/yards/{yard.yard_id}/inspections/brigade_visit")
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)
