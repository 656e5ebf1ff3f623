"""A tablet at the gate in a real browser; the fixtures `gate_server` and `tablet` of conftest.py make them.

Scale, notebook and the taking of records are stand-ins; what a tablet sends is read as the server reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Locator, Route, expect

from app.clock import business_day
from tests.browser.accessibility import axe_faults
from tests.browser.gate_server import opened_gate
from tests.browser.gate_stand_in import AGENT, Scale, notebook_for, taken_records

UPRIGHT, ACROSS = {"width": 800, "height": 1280}, {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
BODY = {"kind": "body", "id": "B1", "name": "示例合作社", "lon": None, "lat": None}
PLANT = {"kind": "plant", "id": "P1", "name": "示例生物质电厂", "lon": None, "lat": None}
FIELD_TICKET = "0193a000-0000-7000-8000-0000abcd1234"
LEAST_PX = 64
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


class Tablet:
    """A tablet at the gate. Counts what is tapped and which numbers are typed."""

    def __init__(self, gate: Gate, context: BrowserContext, pictures: Path, changes: dict[str, Any]) -> None:
        self.gate, self.context, self.pictures, self.changes = gate, context, pictures, changes
        self.records: list[dict[str, Any]] = []
        self.taps = self.numbers = 0
        context.route("**/data/tablet/notebook", self._notebook)
        context.route("**/data/tablet/records", self._take)
        self.page = opened_gate(context, gate.address, gate.cookies.pop())
        if changes.get("place", {}).get("kind") != "body":
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

    def weigh_in(self, kg: int) -> None:
        self.take(kg)
        expect(self.page.locator("[data-slot=which]")).to_be_visible()

    def sign(self) -> None:
        box = self.page.locator("canvas.sign").bounding_box()
        assert box
        mouse = self.page.mouse
        mouse.move(box["x"] + 30, box["y"] + 60)
        mouse.down()
        for step in range(12):
            mouse.move(box["x"] + 30 + 20 * step, box["y"] + 60 + 30 * (step % 2))
        mouse.up()

    def sign_and_finish(self) -> None:
        self.sign()
        self.tap(self.do("finish"))
        expect(self.page.locator(".paper")).to_be_visible()

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
        try:
            real = route.fetch(headers=route.request.headers | {"if-none-match": ""}).json()
        except Error:  # the page that asked is gone
            return
        made = notebook_for(real, business_day())
        if "lapsed_scale" in self.changes:
            made["scales"] = [self.changes["lapsed_scale"]]
        made["scales"][0]["address"] = f"{self.gate.address}{AGENT}"
        route.fulfill(json=made | self.changes, headers={"ETag": "W/1"})

    def _take(self, route: Route) -> None:
        records, answer = taken_records(route.request.post_data or "")
        self.records += records
        route.fulfill(json=answer)


LOW_KEYS = """([where, least]) => [...document.querySelector(where).querySelectorAll("button, a.key, label.key")]
    .filter((key) => key.offsetParent && key.getBoundingClientRect().height < least)
    .map((key) => key.outerHTML.slice(0, 120))"""
