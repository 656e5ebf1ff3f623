"""Layouts of a yard in a real browser: searched for, watched, compared, one put in force; stock and planner follow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, expect

from app.accounts.actors import Actor, ActorKind, acting_as
from app.database.engine import db
from app.dispatch.register_scenario import scenario_from_register
from app.fire_safety.drawings.operations import add_version
from app.registry.models import TransferYard
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import SMALL, log_in, served
from tests.conftest import Template

# Large enough that the search lasts for some looks of the page.
DRAWN = Path(__file__).resolve().parents[2] / "data" / "yards" / "Y05.geojson"
NOBODY = Actor(kind=ActorKind.COMMAND, name="tests", where_from="here")
# The search takes its time, a process begins, three proposals are checked; this on a machine that does much else.
LONGEST_MS = 120_000


class DrawnYard:
    """A served app with one yard drawn, which the register lets hold more than any drawing of it."""

    def __init__(self, yard_id: str) -> None:
        self.address, self.yard_id = "", yard_id
        self.app: Flask = None  # type: ignore[assignment]

    def prepare(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), acting_as(NOBODY):
            yard = db.session.query(TransferYard).filter_by(yard_id=self.yard_id).one()
            content = json.loads(DRAWN.read_text(encoding="utf-8"))
            content["strawline"]["yard_id"] = self.yard_id
            add_version(db.session, yard, json.dumps(content), note=None)
            yard.capacity_t = 99_000.0
            db.session.commit()

    def planned_t(self) -> float:
        """How much the planner may plan into the yard; asked away from the browser's event loop."""

        def found() -> float:
            with self.app.app_context():
                yards = scenario_from_register(db.session).yards
                return next(yard.capacity_t for yard in yards if yard.yard_id == self.yard_id)

        with ThreadPoolExecutor(max_workers=1) as own_thread:
            return own_thread.submit(found).result()


@pytest.fixture(scope="module")
def yard(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrawnYard]:
    drawn = DrawnYard(town.scenario.yards[0].yard_id)
    for address in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("designed"), drawn.prepare):
        drawn.address = address
        yield drawn


def test_layouts_are_searched_for_compared_and_one_in_force_limits_stock_and_planner(
    yard: DrawnYard, guarded_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    assert yard.planned_t() == 99_000
    page = guarded_context(base_url=yard.address, viewport=SMALL, locale="zh-CN").new_page()
    log_in(page)
    page.goto(f"/yards/{yard.yard_id}/drawing")
    page.screenshot(path=tmp_path / "drawing.png")
    page.get_by_role("link", name="生成方案").click()
    page.get_by_role("button", name="生成方案").click()
    # how far it is goes on by itself
    elapsed = page.locator("#design-elapsed")
    expect(elapsed).to_have_text(re.compile(r"^[1-9]\d*$"))
    page.screenshot(path=tmp_path / "search.png")
    page.get_by_role("button", name="保存并对比").click(timeout=LONGEST_MS)

    # the goals may come to one layout; it stands beside the drawing that it began with
    columns = page.locator(".compare-columns > section")
    expect(columns.nth(1)).to_be_visible()
    page.screenshot(path=tmp_path / "compare.png", full_page=True)
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    roomiest = columns.filter(has_text="库容最大")
    place = next(it for it in range(columns.count()) if "库容最大" in columns.nth(it).inner_text())
    most_t = tonnes(page.locator(".compare-table tr", has_text="按规则可存秸秆").locator("td").nth(place))
    roomiest.get_by_role("button", name="使其生效").click()
    expect(page.locator(".notice-success")).to_contain_text("已生效")

    page.goto(f"/stock/{yard.yard_id}")
    page.screenshot(path=tmp_path / "stock.png")
    assert tonnes(page.locator(".stock-facts dl > *", has_text="库容（吨）").first) == pytest.approx(most_t, abs=0.06)
    assert yard.planned_t() == pytest.approx(most_t, abs=0.06)


def tonnes(shown: Locator) -> float:
    found = re.search(r"\d[\d,]*(?:\.\d+)?", shown.inner_text())
    assert found is not None
    return float(found[0].replace(",", ""))
