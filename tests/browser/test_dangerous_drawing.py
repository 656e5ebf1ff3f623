"""A drawing without water in a real browser: the list asks first, the brigade agrees, and the yard is closed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.actors import acting_as
from app.accounts.operations import open_account
from app.database.engine import db
from app.fire_safety.drawings.operations import add_version
from app.registry.models import TransferYard
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import LARGE, SMALL, TABLET, log_in, served
from tests.browser.test_yard_editor import DRAWN, NOBODY
from tests.conftest import PASSWORD, Template


@pytest.fixture(scope="module")
def dry_server(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small town, its first yard drawn without water."""

    def prepare(app: Flask) -> None:
        with app.app_context(), acting_as(NOBODY):
            for role in ("dispatcher", "fire_brigade"):
                email = f"{role}@tests.example"
                open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[role])
            yard = db.session.query(TransferYard).filter_by(yard_id=town.scenario.yards[0].yard_id).one()
            content = json.loads(DRAWN.read_text(encoding="utf-8"))
            content["strawline"]["yard_id"] = yard.yard_id
            content["features"] = [it for it in content["features"] if it["properties"]["kind"] != "hydrant"]
            add_version(db.session, yard, json.dumps(content), note=None)
            db.session.commit()

    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("dry"), prepare)


def test_a_drawing_without_water_asks_first_and_closes_the_yard_when_the_brigade_agrees(
    dry_server: str, guarded_context: Callable[..., BrowserContext], town: PlannedTown, tmp_path: object
) -> None:
    yard_id = town.scenario.yards[0].yard_id

    def opened(role: str) -> Page:
        page = guarded_context(base_url=dry_server, viewport=SMALL, locale="zh-CN").new_page()
        log_in(page, f"{role}@tests.example")
        page.goto(f"/yards/{yard_id}/drawing")
        return page

    page = opened("dispatcher")
    page.get_by_role("button", name="使其生效").click()
    expect(page.locator(".finding-blocks").first).to_be_visible()
    page.get_by_label("为什么须按现状生效").fill("消火栓下周安装")
    page.screenshot(path=f"{tmp_path}/wish.png")
    for size in (LARGE, TABLET, SMALL):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert axe_faults(page) == []
    page.get_by_role("button", name="请消防队或乡镇同意").click()
    expect(page.get_by_text("待消防队或乡镇同意").first).to_be_visible()

    brigade = opened("fire_brigade")
    brigade.get_by_role("link", name="待消防队或乡镇同意").click()
    brigade.screenshot(path=f"{tmp_path}/answer.png")
    assert axe_faults(brigade) == []
    brigade.get_by_role("button", name="同意：").click()
    expect(brigade.get_by_text("已立即停用").first).to_be_visible()
    brigade.goto(f"/yards/{yard_id}/inspections")
    expect(brigade.locator(".suspension").first).to_contain_text("消火栓")
    brigade.screenshot(path=f"{tmp_path}/closed.png", full_page=True)
