"""A record mended by hand, and a direct haul from its application into force, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.clock import business_day
from app.database.engine import db
from app.registry.changes import apply_changes, propose
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import LARGE, SMALL, TABLET, log_in, served
from tests.conftest import PASSWORD, Template

REFUSED = ("status of 422", "status of 409")
Contexts = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def register_server(
    sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The small town with a town official, the task force, a dispatcher, and a collecting body that is not filed."""
    own = town.scenario.towns[0].town_id

    def prepare(app: Flask) -> None:
        with app.app_context():
            for role in ("town_official", "city_official", "dispatcher"):
                account = open_account(
                    db.session, email=f"{role}@tests.example", name=role, password=PASSWORD, role_names=[role]
                )
                if role == "town_official":
                    account.places = [AccountPlace(kind="town", place_id=own)]
            rows = [{"body_id": "B1", "name": "示范合作社", "town_id": own, "kind": "cooperative"}]
            apply_changes(db.session, propose(db.session, {"collecting_bodies": rows}, withdraw_missing=False).changes)
            db.session.commit()

    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("records"), prepare)


def opened(contexts: Contexts, server: str, role: str, size: dict[str, int] = SMALL) -> Page:
    page = contexts(base_url=server, viewport=size, locale="zh-CN", expected_faults=REFUSED).new_page()
    log_in(page, f"{role}@tests.example")
    return page


def test_a_fault_stands_beside_its_field_and_what_is_mended_stands_in_the_history(
    register_server: str, guarded_context: Contexts, town: PlannedTown
) -> None:
    page = opened(guarded_context, register_server, "dispatcher")
    yard = town.scenario.yards[0]
    page.goto(f"/registry/yards/{yard.yard_id}")
    page.get_by_role("link", name="修改", exact=True).click()
    page.fill("#bays", "两个")
    page.fill("#capacity_t", "1")
    page.fill("#opening_stock_t", "24")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".fault-list")).to_be_focused()
    expect(page.locator("#bays-error")).to_contain_text("数")
    expect(page.locator("#capacity_t-error")).to_contain_text("24")
    expect(page.locator("#bays")).to_have_value("两个")
    assert axe_faults(page) == []
    page.locator(".fault-list a").first.click()
    expect(page.locator(":focus")).to_have_attribute("aria-invalid", "true")
    page.fill("#bays", "7")
    page.fill("#capacity_t", "130")
    # the point is moved on the map: into its middle, where it is already, then a little beside
    point_map = page.locator("#point-map[data-base=shown]")
    point_map.scroll_into_view_if_needed()
    box = point_map.bounding_box()
    assert box is not None
    before = page.input_value("#lon")
    point_map.click(position={"x": box["width"] / 2 + 60, "y": box["height"] / 2})
    assert 0 < float(page.input_value("#lon")) - float(before) < 0.02
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".notice-success")).to_be_visible()
    newest = page.locator(".history-list > li").first
    expect(newest).to_contain_text("dispatcher")
    expect(newest).to_contain_text("装卸位")
    expect(newest.get_by_text("7", exact=True)).to_be_visible()
    assert axe_faults(page) == []


def test_withdrawing_asks_first_and_tells_what_refers_to_it(
    register_server: str, guarded_context: Contexts, town: PlannedTown
) -> None:
    page = opened(guarded_context, register_server, "dispatcher", LARGE)
    page.goto(f"/registry/yards/{town.scenario.yards[0].yard_id}")
    page.get_by_role("button", name="停用……").click()
    trucks = sum(truck.home_yard_id == town.scenario.yards[0].yard_id for truck in town.scenario.trucks)
    expect(page.locator("#why-not")).to_contain_text(f"运输车 {trucks}")
    page.goto(f"/registry/fields/{town.scenario.fields[-1].field_id}")
    page.get_by_role("button", name="停用……").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="取消").click()
    expect(page.get_by_role("button", name="恢复使用")).to_have_count(0)
    page.get_by_role("button", name="停用……").click()
    dialog.get_by_role("button", name="停用", exact=True).click()
    page.get_by_role("button", name="恢复使用").click()
    expect(page.get_by_role("button", name="停用……")).to_be_visible()


def test_a_direct_haul_goes_from_its_application_into_force_by_three_people(
    register_server: str, guarded_context: Contexts, town: PlannedTown
) -> None:
    official = opened(guarded_context, register_server, "town_official")
    official.goto("/registry/approvals")
    official.get_by_role("link", name="提交申请").first.click()
    today = business_day()
    # whoever has one town has no choice of it
    expect(official.locator("#town_id")).to_have_value(town.scenario.towns[0].town_id)
    official.select_option("#plant_id", town.scenario.plants[0].plant_id)
    official.fill("#valid_from", (today + timedelta(days=3)).isoformat())
    official.fill("#valid_until", today.isoformat())
    official.get_by_role("button", name="提交申请").click()
    expect(official.locator("#valid_until-error")).to_be_visible()
    official.fill("#valid_from", today.isoformat())
    official.fill("#valid_until", (today + timedelta(days=20)).isoformat())
    official.fill("#reason", "机耕路直达企业")
    official.get_by_role("button", name="提交申请").click()
    expect(official.locator("h1")).to_contain_text("已申请")
    address = official.url
    expect(official.get_by_role("button", name="同意")).to_have_count(0)

    city = opened(guarded_context, register_server, "city_official", TABLET)
    expect(city.locator("#home-register + .task-list")).to_contain_text("1 项直运申请")
    city.locator("#home-register + .task-list a").first.click()
    city.locator("tbody th a").first.click()
    assert axe_faults(city) == []
    city.get_by_role("button", name="同意", exact=True).click()
    expect(city.locator(".step-line .step-done")).to_have_count(2)
    expect(city.get_by_role("button", name="同意", exact=True)).to_have_count(0)

    company = opened(guarded_context, register_server, "dispatcher", LARGE)
    company.goto(address)
    company.get_by_role("button", name="不同意……").click()
    dialog = company.get_by_role("dialog")
    dialog.get_by_role("button", name="取消").click()
    company.get_by_role("button", name="同意", exact=True).click()
    expect(company.locator("h1")).to_contain_text("有效")

    official.reload()
    expect(official.locator("h1")).to_contain_text("有效")
    expect(official.locator(".step-line")).to_contain_text("city_official")
    expect(official.locator(".history-list")).to_contain_text("特许经营公司同意日期")
    official.get_by_role("button", name="撤回……").click()
    official.fill("#end-reason", "中转场已建成")
    official.get_by_role("button", name="撤回", exact=True).click()
    expect(official.locator("h1")).to_contain_text("已撤回")
    company.goto("/registry/approvals?step=withdrawn")
    expect(company.locator("tbody tr")).to_have_count(1)


def test_a_collecting_body_is_filed_by_two_people(register_server: str, guarded_context: Contexts) -> None:
    official = opened(guarded_context, register_server, "town_official")
    official.locator("#home-register + .task-list a").first.click()
    official.locator("tbody th a").first.click()
    official.get_by_role("button", name="申请备案").click()
    expect(official.locator("h1")).to_contain_text("已申请备案")
    city = opened(guarded_context, register_server, "city_official")
    city.goto(official.url)
    city.fill("#filing-number", "专班-7")
    assert axe_faults(city) == []
    city.get_by_role("button", name="确认备案").click()
    expect(city.locator("h1")).to_contain_text("已备案")
    expect(city.locator("#content")).to_contain_text("专班-7")
