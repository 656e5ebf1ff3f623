"""A drawing of a yard in a real browser: a stack too near, what the server says of it, undone, saved as a version."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.actors import Actor, ActorKind, acting_as
from app.accounts.operations import open_account
from app.database.engine import db
from app.fire_safety.drawings.operations import add_version
from app.registry.models import TransferYard
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import LARGE, SMALL, TABLET, log_in, served
from tests.conftest import PASSWORD, Template

DRAWN = Path(__file__).resolve().parents[2] / "data" / "yards" / "Y01.geojson"
NOBODY = Actor(kind=ActorKind.COMMAND, name="tests", where_from="here")


@pytest.fixture(scope="module")
def drawn_server(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small town, its first yard drawn: four stacks that keep every rule."""

    def prepare(app: Flask) -> None:
        with app.app_context(), acting_as(NOBODY):
            open_account(db.session, email="d@tests.example", name="d", password=PASSWORD, role_names=["dispatcher"])
            yard = db.session.query(TransferYard).filter_by(yard_id=town.scenario.yards[0].yard_id).one()
            content = json.loads(DRAWN.read_text(encoding="utf-8"))
            content["strawline"]["yard_id"] = yard.yard_id
            add_version(db.session, yard, json.dumps(content), note=None)
            db.session.commit()

    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("drawn"), prepare)


def test_a_stack_dragged_too_near_shows_its_measure_is_undone_moved_by_keys_and_saved(
    drawn_server: str, guarded_context: Callable[..., BrowserContext], town: PlannedTown
) -> None:
    page = guarded_context(base_url=drawn_server, viewport=SMALL, locale="zh-CN").new_page()
    log_in(page, "d@tests.example")
    address = f"/yards/{town.scenario.yards[0].yard_id}/drawing"
    page.goto(address)
    expect(page.get_by_text("图纸未违反任何规则。")).to_be_visible()
    assert axe_faults(page) == []
    page.get_by_role("link", name="调整布置").click()
    expect(page.get_by_role("button", name="撤销")).to_be_disabled()
    expect(page.locator("#yard-drawing[data-ready]")).to_be_attached()
    drag(page, "stack-1", right_m=2.6)
    expect(page.locator("#yard-drawing")).to_have_attribute("data-judged", "1")
    # 4 m lay between the stacks at 15.8 m and 19.8 m; its corner went from 6.3 m to the half metre beside 8.9 m
    found = page.locator(".finding", has_text="垛与垛间距")
    expect(found.locator(".finding-measure").first).to_have_text("实际1.3 m，要求4 m")
    expect(page.locator("#marks .mark-line").first).to_be_attached()
    expect(page.locator("#marks text", has_text="实际1.3 m，要求4 m").first).to_be_visible()
    assert axe_faults(page) == []
    for size in (LARGE, TABLET, SMALL):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.keyboard.press("Control+z")
    expect(page.get_by_text("图纸未违反任何规则。")).to_be_visible()
    expect(page.get_by_role("button", name="存为新版本")).to_be_disabled()
    page.locator('.thing[data-id="light-1"]').focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#yard-drawing")).to_have_attribute("data-judged", "1")
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="重做").click()
    expect(page.locator("#yard-drawing")).to_have_attribute("data-judged", "1")
    page.get_by_label("备注").fill("灯移了半米")
    page.get_by_role("button", name="存为新版本").click()
    page.wait_for_url(re.compile(r"version=2$"))
    expect(page.locator("#versions")).to_contain_text("灯移了半米")
    page.get_by_role("button", name="使其生效").click()
    expect(page.locator(".notice-success")).to_contain_text("第2版已生效")
    page.get_by_role("link", name="打印给消防部门").click()
    expect(page.locator(".thing.kind-stack")).to_have_count(4)
    assert axe_faults(page) == []


def drag(page: Page, thing_id: str, *, right_m: float) -> None:
    """Take hold of a thing in its middle and let it go so far to the right."""
    box = page.locator(f'.thing[data-id="{thing_id}"] > path').bounding_box()
    assert box is not None
    px_for_m = page.evaluate("document.getElementById('yard-drawing').getScreenCTM().a")
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right_m * px_for_m / 2, y, steps=3)
    page.mouse.move(x + right_m * px_for_m, y, steps=3)
    page.mouse.up()
