"""The screens of the gate: a truck's way over the scale in few taps, and the ways that are not straight.

Scale, notebook and the taking of records are stand-ins; what a tablet sends is read as the server reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Route, expect

from app.clock import business_day
from tests.app.day_plan import PlannedTown
from tests.browser.conftest import served
from tests.browser.gate_server import CUT_OFF, Line, opened_gate, prepared
from tests.browser.gate_stand_in import AGENT, Scale, notebook_for, taken_records
from tests.browser.test_design import axe_faults
from tests.conftest import Template

UPRIGHT, ACROSS = {"width": 800, "height": 1280}, {"width": 1280, "height": 800}
LEAST_PX = 64
MOST_TAPS, MOST_NUMBERS = 6, 2
EXPECTED, SECOND, WITH_TARE, OUTWARD = "浙F12345", "浙F67890", "浙F24680", "浙FB8808"
WORKER = "Li (demo)"
PIN = "739164"


@dataclass
class Gate:
    """A served app whose tablets find a scale, a notebook and somebody who takes records."""

    address: str = ""
    scale: Scale = field(default_factory=Scale)
    cookies: list[str] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def gate_server(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    gate = Gate()

    def prepare(app: Flask) -> None:
        here = ("yard", town.scenario.yards[0].yard_id)
        gate.cookies = prepared(app, Line(), here, "Li (demo)", "Wang (demo)", tablets=12)
        app.wsgi_app = gate.scale.before(app.wsgi_app)  # type: ignore[method-assign]

    for address in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("gate"), prepare):
        gate.address = address
        yield gate


class Tablet:
    """A tablet at the gate. Counts what is tapped and which numbers are typed."""

    def __init__(self, gate: Gate, context: BrowserContext, pictures: Path) -> None:
        self.gate, self.context, self.pictures = gate, context, pictures
        self.records: list[dict[str, Any]] = []
        self.taps = self.numbers = 0
        self.changes: dict[str, Any] = {}
        context.route("**/data/tablet/notebook", self._notebook)
        context.route("**/data/tablet/records", self._take)
        self.page = opened_gate(context, gate.address, gate.cookies.pop())
        self.sign_in()

    def sign_in(self) -> None:
        self.page.get_by_role("button", name=WORKER).click()
        for digit in PIN:
            self.page.locator(f".gate-cover [data-key='{digit}']").click()
        expect(self.page.locator(".gate-cover")).to_have_count(0)

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.click()

    def truck(self, plate: str) -> Locator:
        return self.page.locator(".truck", has_text=f"{plate[:2]}·{plate[2:]}").first

    def type_number(self, digits: str, within: str = "#gate") -> None:
        self.numbers += 1
        for digit in digits:
            self.page.locator(f"{within} [data-key='{digit}']").click()

    def take(self, kg: int) -> None:
        self.gate.scale.stand(kg)
        key = self.page.locator("[data-do=take]")
        expect(key).to_contain_text(f"{kg:,}")
        self.tap(key)

    def sign(self) -> None:
        box = self.page.locator("canvas.sign").bounding_box()
        assert box
        mouse = self.page.mouse
        mouse.move(box["x"] + 30, box["y"] + 60)
        mouse.down()
        for step in range(12):
            mouse.move(box["x"] + 30 + 20 * step, box["y"] + 60 + 30 * (step % 2))
        mouse.up()

    def do(self, name: str) -> Locator:
        return self.page.locator(f"#gate [data-do='{name}']")

    def sent(self, *kinds: str) -> list[dict[str, Any]]:
        """The bodies of what was sent of these kinds, once nothing is unsent."""
        expect(self.page.locator("#frame-unsent b")).to_have_text("0", timeout=8_000)
        return [record["body"] for record in self.records if record["kind"] in kinds]

    def look(self, name: str) -> None:
        """No serious fault, nothing beyond the side, nothing to press that a glove would miss."""
        page = self.page
        page.screenshot(path=self.pictures / f"{name}.png")
        assert axe_faults(page) == [], name
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        where = "dialog[open]" if page.locator("dialog[open]").count() else "#gate"
        low = page.evaluate(LOW_KEYS, [where, LEAST_PX])
        assert low == [], name

    def _notebook(self, route: Route) -> None:
        real = route.fetch(headers=route.request.headers | {"if-none-match": ""}).json()
        made = notebook_for(real, business_day())
        made["scales"][0]["address"] = f"{self.gate.address}{AGENT}"
        route.fulfill(json=made | self.changes, headers={"ETag": "W/1"})

    def _take(self, route: Route) -> None:
        records, answer = taken_records(route.request.post_data or "")
        self.records += records
        route.fulfill(json=answer)


LOW_KEYS = """([where, least]) => [...document.querySelector(where).querySelectorAll("button, a.key, label.key")]
    .filter((key) => key.offsetParent && key.getBoundingClientRect().height < least)
    .map((key) => key.outerHTML.slice(0, 120))"""


@pytest.fixture
def tablet(gate_server: Gate, guarded_context: Callable[..., BrowserContext], tmp_path: Path) -> Callable[..., Tablet]:
    gate_server.scale.set("empty", 0, "empty")

    def opened(size: dict[str, int] = ACROSS) -> Tablet:
        faults = (*CUT_OFF, "status of 409")
        context = guarded_context(base_url=gate_server.address, viewport=size, has_touch=True, expected_faults=faults)
        return Tablet(gate_server, context, tmp_path)

    return opened


@pytest.mark.parametrize("size", [UPRIGHT, ACROSS], ids=["upright", "across"])
def test_an_expected_truck_is_weighed_sampled_stacked_and_signed_for_in_six_taps_and_two_numbers(
    tablet: Callable[..., Tablet], size: dict[str, int]
) -> None:
    at = tablet(size)
    page = at.page
    at.look("list")
    at.tap(at.truck(EXPECTED))
    at.gate.scale.set("moving", 14_020, "moving")
    expect(page.locator(".live")).to_have_attribute("data-state", "moving")
    expect(at.do("take")).to_be_disabled()
    at.look("weigh moving")
    at.gate.scale.stand(14_620)
    expect(page.locator(".live")).to_have_attribute("data-state", "ready")
    at.look("weigh ready")
    box = page.locator(".live").bounding_box()
    assert box
    assert box["height"] >= size["height"] / 3
    at.take(14_620)
    at.type_number("165")
    at.type_number("17.5")
    expect(page.locator(".class-card")).to_have_attribute("data-class", "stack_freely")
    expect(page.locator(".stack-line")).to_contain_text("A1")
    at.look("moisture")
    at.tap(at.do("go-on"))
    expect(page.locator(".note")).to_contain_text("A1")
    expect(at.truck(EXPECTED)).to_have_attribute("data-state", "open")
    at.look("list open")
    at.tap(at.truck(EXPECTED))
    at.take(8_980)
    expect(page.locator(".net .figure")).to_have_text("5,640")
    at.sign()
    at.look("finish")
    at.tap(at.do("finish"))
    assert (at.taps, at.numbers) <= (MOST_TAPS, MOST_NUMBERS)
    expect(page.locator(".paper svg.qr")).to_be_visible()
    at.look("ticket")
    (opening,) = at.sent("opening")
    (sample,) = at.sent("sample")
    (closing,) = at.sent("closing")
    assert opening["haul"]["haul_id"] == "H0"
    assert opening["weighing"]["kg"] == 14_620
    assert [permille for _bale, permille in sample["readings"]] == [165, 175]
    assert (closing["outcome"], closing["weighing"]["kg"], closing["bales"]) == ("stored", 8_980, 48)
    assert closing["stacks"] == [{"stack_id": "S1", "bales": 48}]
    assert len(closing["signature"]) == 64
