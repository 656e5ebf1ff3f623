"""The emergency card and checks of equipment on the tablet, without a network; once it is back, the office has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.database.engine import db
from app.fire_safety.drawings.demo_drawings import DEMO_YARDS
from app.fire_safety.drawings.operations import add_version, put_in_force
from app.fire_safety.drawings.queries import drawing_of_yard, judged
from app.fire_safety.emergency.operations import set_sheet
from app.fire_safety.equipment.models import EquipmentCheck
from app.registry.models import TransferYard
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import served
from tests.browser.gate_server import CUT_OFF, PIN, Line, opened_gate, prepared
from tests.browser.gate_tablet import LEAST_PX, LOW_KEYS
from tests.conftest import Template

UPRIGHT = {"width": 800, "height": 1280}
ATTENDANT = "Li (demo)"


class Yard:
    """A served app with a tablet of one yard whose drawing is in force, and the line before it."""

    def __init__(self) -> None:
        self.address, self.line, self.cookies = "", Line(), [""]
        self.app: Flask = None  # type: ignore[assignment]

    def prepare(self, app: Flask, yard_id: str) -> None:
        self.app = app
        self.cookies = prepared(app, self.line, ("yard", yard_id), ATTENDANT)
        content = json.loads((DEMO_YARDS / "Y01.geojson").read_text(encoding="utf-8"))
        content["strawline"]["yard_id"] = yard_id
        with app.app_context():
            yard = db.session.scalars(select(TransferYard).filter_by(yard_id=yard_id)).one()
            text = json.dumps(content)
            version = add_version(db.session, yard, text, note=None)
            put_in_force(db.session, yard, version, judged(drawing_of_yard(text, yard_id)))
            set_sheet(db.session, None, [{"name": "Brigade (demo)", "number": "demo 01"}])
            db.session.commit()

    def checks(self) -> list[tuple[str, str, bool]]:
        def found() -> Any:
            with self.app.app_context():
                rows = db.session.scalars(select(EquipmentCheck).order_by(EquipmentCheck.id)).all()
                return [(row.equipment_id, row.duty, row.passed) for row in rows]

        with ThreadPoolExecutor(max_workers=1) as own_thread:
            rows: list[tuple[str, str, bool]] = own_thread.submit(found).result()
        return rows


@pytest.fixture(scope="module")
def yard(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    yard = Yard()
    yard_id = town.scenario.yards[0].yard_id
    folder = tmp_path_factory.mktemp("ready")
    for address in served(lambda: sqlite_copy("county"), folder, lambda app: yard.prepare(app, yard_id)):
        yard.address = address
        yield yard


def fit_for_gloves(page: Page) -> None:
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= UPRIGHT["width"]
    assert page.evaluate(LOW_KEYS, ["#gate", LEAST_PX]) == []


def test_the_card_is_read_and_equipment_is_checked_without_a_network(
    yard: Yard, guarded_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    context = guarded_context(base_url=yard.address, viewport=UPRIGHT, expected_faults=CUT_OFF)
    page = opened_gate(context, yard.address, yard.cookies.pop())
    page.get_by_role("button", name=ATTENDANT).click()
    for digit in PIN:
        page.locator(f".gate-cover [data-key='{digit}']").click()
    expect(page.locator(".gate-cover")).to_have_count(0)
    yard.line.cut = True

    page.locator("[data-tab=yard]").click()
    page.locator("[data-to=card]").click()
    card = page.locator(".tablet-card")
    for words in ("119", "demo 01", "30.531"):
        expect(card).to_contain_text(words)
    expect(card.locator("svg.yard-drawing .kind-stack")).to_have_count(4)
    page.screenshot(path=f"{tmp_path}/card.png", full_page=True)
    fit_for_gloves(page)

    page.locator("#gate [data-do=back]").click()
    page.locator("[data-to=equipment]").click()
    page.screenshot(path=f"{tmp_path}/equipment.png")
    page.locator("#gate .tile").nth(0).click()
    page.locator("#gate [data-do=all]").click()
    pieces, outcomes = page.locator(".piece-keys .choice"), page.locator("[data-slot=outcomes] .choice")
    expect(pieces).to_have_count(6)
    for piece in range(2, 6):
        pieces.nth(piece).click()
    outcomes.nth(1).click()
    enter = page.locator("#gate [data-do=enter]")
    expect(enter).to_be_disabled()
    page.locator("#gate [data-slot=note]").fill("压力表在红区（演示）")
    page.screenshot(path=f"{tmp_path}/check.png", full_page=True)
    fit_for_gloves(page)
    enter.click()
    expect(page.locator("#gate .note")).to_be_visible()
    expect(page.locator("#frame-unsent b")).to_have_text("1")
    assert yard.checks() == []

    yard.line.cut = False
    page.locator("#frame-link").click()
    expect(page.locator("#frame-unsent b")).to_have_text("0")
    assert yard.checks() == [("extinguisher-1", "look", False), ("extinguisher-2", "look", False)]
