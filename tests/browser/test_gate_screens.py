"""The screens of the gate: a truck's way over the scale in few taps, and the ways that are not straight.

Scale, notebook and the taking of records are stand-ins; what a tablet sends is read as the server reads it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Error, Locator, Route, expect

from app.clock import business_day
from tests.app.day_plan import PlannedTown
from tests.browser.conftest import served
from tests.browser.gate_server import CUT_OFF, Line, in_gate, opened_gate, prepared
from tests.browser.gate_stand_in import AGENT, TICKET_NUMBER, Scale, notebook_for, taken_records
from tests.browser.test_design import axe_faults
from tests.conftest import Template
from yard_rules.acceptance import acceptance
from yard_rules.moisture_sampling import Probe, summarised

UPRIGHT, ACROSS = {"width": 800, "height": 1280}, {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
BODY = {"kind": "body", "id": "B1", "name": "示例合作社", "lon": None, "lat": None}
PLANT = {"kind": "plant", "id": "P1", "name": "示例生物质电厂", "lon": None, "lat": None}
FIELD_TICKET = "0193a000-0000-7000-8000-0000abcd1234"
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
        gate.cookies = prepared(app, Line(), here, "Li (demo)", "Wang (demo)", tablets=24)
        app.wsgi_app = gate.scale.before(app.wsgi_app)  # type: ignore[method-assign]

    for address in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("gate"), prepare):
        gate.address = address
        yield gate


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


@pytest.fixture
def tablet(gate_server: Gate, guarded_context: Callable[..., BrowserContext], tmp_path: Path) -> Callable[..., Tablet]:
    gate_server.scale.set("empty", 0, "empty")
    gate_server.scale.loses_answers = False

    def opened(size: dict[str, int] = ACROSS, **changes: Any) -> Tablet:
        faults = (*CUT_OFF, "status of 409")
        context = guarded_context(base_url=gate_server.address, viewport=size, has_touch=True, expected_faults=faults)
        return Tablet(gate_server, context, tmp_path, changes)

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
    expect(page.locator(".paper-number")).to_have_text(TICKET_NUMBER)
    at.look("ticket")
    (opening,) = at.sent("opening")
    (sample,) = at.sent("sample")
    (closing,) = at.sent("closing")
    assert opening["haul"]["haul_id"] == "H0"
    assert opening["weighing"]["kg"] == 14_620
    assert sample["readings"] == [[3, 165], [8, 175]]
    assert (closing["outcome"], closing["weighing"]["kg"], closing["bales"]) == ("stored", 8_980, 48)
    assert closing["stacks"] == [{"stack_id": "S1", "bales": 48}]
    assert len(closing["signature"]) == 64


def test_a_load_too_wet_is_sent_back_with_its_reason(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page = at.page
    at.tap(at.truck(SECOND))
    at.take(11_240)
    for reading in ("342", "36.1"):
        at.type_number(reading)
    expect(page.locator(".class-card")).to_have_attribute("data-class", "send_back")
    expect(at.do("go-on")).to_be_disabled()
    at.look("too wet")
    at.tap(at.do("send-back"))
    at.look("why sent back")
    at.tap(page.get_by_role("button", name="过湿"))
    expect(page.locator(".paper")).to_contain_text("退回单")
    at.look("sent back")
    (closing,) = at.sent("closing")
    assert (closing["outcome"], closing["reason"]) == ("sent_back", "过湿")
    assert (closing["weighing"], closing["stacks"]) == (None, [])
    at.do("home").click()
    expect(at.truck(SECOND)).to_have_attribute("data-state", "back")


def test_a_wet_bale_sends_the_load_to_the_hot_lane_with_a_day_to_ship_by(tablet: Callable[..., Tablet]) -> None:
    at = tablet(UPRIGHT)
    page = at.page
    at.tap(at.truck(SECOND))
    at.take(11_240)
    for reading in ("185", "190", "270", "275"):
        at.type_number(reading)
    expect(page.locator(".class-card")).to_have_attribute("data-class", "hot_lane")
    expect(page.locator(".class-do")).to_contain_text("前外运")
    expect(page.locator(".stack-line")).to_contain_text("C1")
    at.look("hot lane")
    page.locator(".reading").first.click()
    expect(page.locator(".reading")).to_have_text(["519.0 %", "827.0 %", "1127.5 %"])
    expect(page.locator("[data-slot=which]")).to_contain_text("2")
    at.type_number("999")
    expect(page.locator(".fault")).to_contain_text("超出水分仪范围")
    page.locator("#gate .keys [data-key='9']").click()
    page.locator("#gate .keys [data-key='back']").click()
    page.locator(".stack-line").click()
    at.look("stack")
    page.locator(".stack-button", has_text="A3").click()
    expect(page.locator(".stack-chosen")).to_contain_text("A3")
    at.type_number("20")
    at.do("split").click()
    page.locator(".stack-button", has_text="B1").click()
    at.look("stack in parts")
    at.do("go-on").click()
    expect(page.locator(".note")).to_contain_text("A3")
    at.truck(SECOND).click()
    at.take(6_900)
    at.sign_and_finish()
    (closing,) = at.sent("closing")
    assert closing["stacks"] == [{"stack_id": "S3", "bales": 20}, {"stack_id": "S4", "bales": 10}]


def test_the_tablet_reckons_moisture_as_the_server_does(tablet: Callable[..., Tablet]) -> None:
    page = tablet().page
    real = page.evaluate("async () => (await import('/static/js/gate/store.js')).notebook()")
    chance = random.Random(4)
    samples = [[[1, 300], [1, 300], [2, 330]]] + [
        [[chance.randint(1, 6), chance.randint(140, 400)] for _reading in range(chance.randint(1, 24))]
        for _load in range(200)
    ]
    found = in_gate(
        page,
        "flow",
        "return a.samples.map((each) => m.judged(each, a.rules));",
        {"samples": samples, "rules": real["rules"]},
    )
    assert found[0]["mean_permille"] == 315
    day = business_day()
    for sample, said in zip(samples, found, strict=True):
        summary = summarised([Probe(bale_number=bale, moisture_permille=value) for bale, value in sample], day)
        judged = acceptance(summary.mean_permille, day, wettest_bale_permille=summary.wettest_bale_permille)
        assert (said["mean_permille"], said["wettest"], said["acceptance"]) == (
            summary.mean_permille,
            summary.wettest_bale_permille,
            judged.kind,
        ), sample
        assert (said["set_aside"], said["paid_in_full"]) == (judged.has_bales_to_set_aside, judged.is_paid_in_full)


def test_whose_straw_it_is_is_asked_and_never_guessed(tablet: Callable[..., Tablet]) -> None:
    made = notebook_for({"place": {"id": "Y1"}}, business_day())
    for haul in made["expected"][:2]:
        haul["origin"]["bodies"] = made["bodies"]
    at = tablet(expected=made["expected"])
    at.tap(at.truck(EXPECTED))
    at.look("who brings it")
    at.page.get_by_role("button", name="演示农机站", exact=True).click()
    at.weigh_in(14_620)
    at.do("back").click()
    at.truck(SECOND).click()
    at.page.locator("dialog [data-do=cancel]").click()
    at.weigh_in(11_240)
    at.do("back").click()
    at.do("other").click()
    for sign in "999K8":
        at.page.get_by_role("button", name=sign, exact=True).click()
    at.do("go-on").click()
    at.page.get_by_role("button", name="丁桥镇").click()
    expect(at.page.locator("[data-slot=body] [aria-pressed=true]")).to_have_count(0)
    assert [opening["origin"]["body_id"] for opening in at.sent("opening")] == ["B2", None]


def test_a_truck_with_a_stored_tare_needs_one_pass(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    at.tap(at.truck(WITH_TARE))
    at.take(10_080)
    at.type_number("205")
    at.tap(at.do("go-on"))
    expect(at.do("tare")).to_be_visible()
    at.look("weigh out with stored tare")
    at.tap(at.do("tare"))
    expect(at.page.locator(".net .figure")).to_have_text("3,240")
    at.sign_and_finish()
    assert at.taps <= MOST_TAPS
    (closing,) = at.sent("closing")
    assert closing["weighing"] is None
    assert closing["stored_tare_id"].startswith("0193a000")


def test_a_ticket_prints_on_rolls_as_long_as_it_is_and_counts_reprints(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page = at.page
    page.evaluate("window.print = () => {}")
    at.truck(WITH_TARE).click()
    at.take(10_080)
    at.type_number("205")
    at.do("go-on").click()
    at.do("tare").click()
    at.sign_and_finish()
    for name, paper, width_mm in (("roll58", "58 mm", 58), ("roll80", "80 mm", 80), ("a5", "A5", 148)):
        page.get_by_role("button", name=paper).click()
        at.do("print").click()
        if name == "roll80":
            at.look("why again")
        if name != "roll58":
            page.locator("dialog[open] [data-do=choose]").nth(1 if name == "roll80" else 3).click()
        expect(page.locator("html")).to_have_attribute("data-paper", name)
        pdf = page.pdf(prefer_css_page_size=True)
        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
        assert len(boxes) == 1, paper
        assert round(float(boxes[0][0]) * 25.4 / 72) == width_mm
        (at.pictures / f"{paper}.pdf").write_bytes(pdf)
    expect(page.locator(".paper")).to_contain_text("补打 2")
    expect(page.locator(".paper")).to_contain_text("1 号地磅 (检定证书 T-1)")
    expect(page.locator(".paper")).to_contain_text("水分仪 1")
    assert [said["reason"] for said in at.sent("reprint")] == ["司机遗失", None]


def test_the_paper_says_that_a_ticket_of_a_lapsed_scale_is_not_for_settlement(
    tablet: Callable[..., Tablet],
) -> None:
    lapsed = notebook_for({"place": {"id": "Y1"}}, business_day())["scales"][0] | {"state": "lapsed"}
    at = tablet(lapsed_scale=lapsed)
    at.truck(WITH_TARE).click()
    at.weigh_in(10_080)
    at.type_number("205")
    at.do("go-on").click()
    at.do("tare").click()
    expect(at.page.locator("#gate [data-slot=not-trade]")).to_contain_text("不作结算依据: 地磅未检定")
    at.sign_and_finish()
    expect(at.page.locator(".paper-not-trade")).to_have_text("不作结算依据: 地磅未检定")
    at.look("not for settlement")
    at.do("home").click()
    at.page.locator("[data-tab=day]").click()
    expect(at.truck(WITH_TARE)).to_contain_text("不作结算依据")


def test_a_load_goes_out_to_a_plant(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page = at.page
    page.locator("[data-tab=out]").click()
    at.look("out")
    at.tap(at.truck(OUTWARD))
    at.take(14_980)
    expect(page.locator(".stack-chosen")).to_contain_text("A2")
    at.look("load from")
    at.tap(at.do("go-on"))
    at.tap(at.truck(OUTWARD))
    at.take(22_900)
    at.sign_and_finish()
    expect(page.locator(".paper")).to_contain_text("外运过磅单")
    (opening,) = at.sent("opening")
    (closing,) = at.sent("closing")
    assert (opening["purpose"], opening["destination_id"]) == ("linehaul_out", "P1")
    assert (closing["outcome"], closing["bales"]) == ("shipped", 72)
    assert closing["stacks"] == [{"stack_id": "S2", "bales": 72}]


def test_without_a_scale_bales_are_counted_and_the_weight_is_marked_as_estimated(
    tablet: Callable[..., Tablet],
) -> None:
    at = tablet(UPRIGHT)
    page = at.page
    page.locator("[data-tab=yard]").click()
    at.look("yard")
    at.do("other-count").click()
    for sign in "999":
        page.get_by_role("button", name=sign, exact=True).click()
    at.look("plate")
    for sign in "K8":
        page.get_by_role("button", name=sign, exact=True).click()
    expect(page.locator(".plate-typed")).to_have_text("浙F·999K8")
    at.do("go-on").click()
    page.get_by_role("button", name="丁桥镇").click()
    page.get_by_role("button", name="示例合作社").click()
    at.type_number("18")
    at.look("who brings what")
    at.do("go-on").click()
    at.type_number("145")
    at.do("go-on").click()
    expect(page.locator(".net")).to_contain_text("估算")
    expect(page.locator(".net .figure")).to_have_text("1,836")
    page.locator("[data-step=count]").click()
    for mass in ("104", "98"):
        at.type_number(mass, within="[data-slot=masses]")
        page.locator("[data-slot=masses] [data-key=enter]").click()
    at.look("count")
    at.do("go-on").click()
    expect(page.locator(".net .figure")).to_have_text("1,818")
    at.look("estimated")
    at.sign_and_finish()
    expect(page.locator("[data-slot=marks]")).to_contain_text("估算")
    (opening,) = at.sent("opening")
    (closing,) = at.sent("closing")
    assert opening["vehicle"]["plate"] == "浙F999K8"
    assert (opening["weighing"], opening["origin"]["town_id"], opening["origin"]["body_id"]) == (None, "W1", "B1")
    assert (closing["estimate"], closing["weighing"], closing["bales"]) == ({"bale_masses_kg": [104, 98]}, None, 18)


def test_two_trucks_are_open_at_once_and_nothing_typed_is_lost(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page = at.page
    at.truck(EXPECTED).click()
    at.take(14_620)
    at.type_number("165")
    at.do("back").click()
    at.truck(SECOND).click()
    at.take(11_240)
    at.type_number("301")
    page.reload()
    expect(page.locator(".reading")).to_have_text(["230.1 %"])
    at.do("back").click()
    expect(page.locator("[data-slot=open] .truck")).to_have_count(2)
    page.locator(".search input").fill("1234")
    expect(page.locator(".truck")).to_have_count(2)
    at.look("search")
    at.truck(EXPECTED).click()
    expect(page.locator(".reading")).to_have_count(1)
    at.type_number("170")
    at.do("go-on").click()
    at.truck(EXPECTED).click()
    page.locator("[data-step=finish]").click()
    expect(at.do("finish")).to_be_disabled()
    at.look("still missing")
    page.locator("[data-step=weigh]").click()
    expect(page.locator(".live-kg")).to_contain_text("14,620")
    assert len(at.sent("opening")) == 2


def test_what_the_scale_will_not_give_is_typed_with_a_reason_and_marked(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page = at.page
    at.gate.scale.set("no-link", None, "no-link")
    at.truck(EXPECTED).click()
    expect(page.locator(".live")).to_have_attribute("data-state", "no-link")
    expect(page.locator(".live-kg .figure")).to_have_text("– – –")
    at.look("no link")
    at.do("type").click()
    enter = page.locator("dialog [data-do=enter]")
    at.type_number("14630", within="dialog")
    page.get_by_role("button", name="停电").click()
    expect(page.locator("dialog .fault")).to_contain_text("20")
    expect(enter).to_be_disabled()
    page.locator("dialog [data-key=back]").click()
    page.locator("dialog [data-key=back]").click()
    at.type_number("20", within="dialog")
    at.look("typed")
    enter.click()
    expect(page.locator(".steps [data-step=weigh]")).to_have_attribute("data-done", "true")
    (opening,) = at.sent("opening")
    assert opening["weighing"] | {"photos": []} == {
        "source": "typed",
        "kg": 14_620,
        "scale_id": "Y-1",
        "reason": "停电",
        "photos": [],
    }


def test_a_weight_whose_answer_was_lost_comes_back_with_its_own_kilograms(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page, scale = at.page, at.gate.scale
    lost_take(at, EXPECTED, 14_620)
    scale.loses_answers = False
    scale.set("steady", 9_000, "already-taken")
    at.truck(EXPECTED).click()
    expect(page.locator(".live-kg .figure")).to_have_text("14,620")
    expect(at.do("anew")).to_be_visible()
    at.look("taken before")
    at.do("take").click()
    expect(page.locator("[data-slot=which]")).to_be_visible()
    at.do("back").click()

    scale.set("empty", 0, "empty")
    lost_take(at, SECOND, 11_240)
    scale.loses_answers = False
    at.truck(WITH_TARE).click()
    at.weigh_in(10_080)
    at.do("back").click()
    scale.set("moving", 12_000, "moving")
    at.truck(SECOND).click()
    expect(page.locator(".live-kg .figure")).to_have_text("12,000")
    expect(at.do("take")).to_be_disabled()
    assert [opening["weighing"]["kg"] for opening in at.sent("opening")] == [14_620, 10_080]


def lost_take(at: Tablet, plate: str, kg: int) -> None:
    """Take a weight of which nobody hears, and leave the screen."""
    at.gate.scale.loses_answers = True
    at.truck(plate).click()
    at.take(kg)
    expect(at.page.locator(".fault")).to_be_visible()
    at.do("back").click()


def test_a_ticket_is_asked_to_be_void_and_what_the_yard_does_beside_is_recorded(
    tablet: Callable[..., Tablet],
) -> None:
    at = tablet()
    page = at.page
    at.truck(WITH_TARE).click()
    at.take(10_080)
    at.type_number("205")
    at.do("go-on").click()
    at.do("tare").click()
    at.sign_and_finish()
    at.do("void").click()
    page.get_by_role("button", name="重量错误").click()
    at.do("agree").click()
    at.look("second person")
    page.locator("dialog [data-do=cancel]").click()
    at.do("home").click()
    page.locator("[data-tab=day]").click()
    expect(page.locator(".sums")).to_contain_text("3.240")
    at.look("day")

    page.locator("[data-tab=yard]").click()
    page.get_by_role("button", name="移垛").click()
    for stack in ("A1", "A3"):
        page.locator(".stack-button", has_text=stack).click()
    at.type_number("12")
    at.look("move")
    at.do("enter").click()
    page.get_by_role("button", name="温度偏高").click()
    page.get_by_role("button", name="日结").click()
    for bales in ("150", "215", "0", "60", "96", "12"):
        at.type_number(bales)
        page.locator("#gate [data-key=enter]").click()
    at.look("close the day")
    at.do("enter").click()
    page.get_by_role("button", name="此前数错").click()
    page.get_by_role("button", name="覆盖、揭开").click()
    page.locator(".stack-button", has_text="B1").click()
    at.look("cover")
    at.do("uncover").click()
    expect(page.locator("[data-slot=kept]")).to_be_visible()
    at.do("back").click()
    page.get_by_role("button", name="值班").click()
    at.look("watch")
    page.get_by_role("button", name="我已巡查一圈").click()
    expect(page.locator("[data-slot=kept]")).to_be_visible()
    at.do("back").click()
    page.get_by_role("button", name="称预置皮重").click()
    page.get_by_role("button", name="6", exact=True).click()
    page.locator(".known-truck", has_text="67890").click()
    at.take(6_780)
    expect(page.locator(".note")).to_contain_text("6780")
    page.locator("[data-slot=unsent-tab]").click()
    at.look("unsent")
    (move,) = at.sent("stack_move")
    assert (move["from_stack_id"], move["to_stack_id"], move["bales"]) == ("S1", "S3", 12)
    (close,) = at.sent("day_close")
    assert {each["stack_id"]: each["bales"] for each in close["counts"]} == {
        "S1": 150, "S2": 215, "S3": 0, "S4": 60, "S5": 96, "S6": 12
    }  # fmt: skip
    assert close["explanation"] == "此前数错"
    assert [len(at.sent(kind)) for kind in ("void_request", "stack_care", "watch", "tare")] == [1, 1, 1, 1]


def test_what_is_set_aside_is_asked_about_and_stays_for_good(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page = at.page
    at.context.route("**/data/tablet/records", lambda route: route.abort())
    record = in_gate(page, "store", "return m.newRecord('watch', { event: 'round' });")
    refused = [{"id": record["id"], "status": 409, "error": {"code": "told", "what": "demo", "details": []}}]
    in_gate(page, "outcomes", "return m.noteResults(a);", refused)
    page.locator("[data-slot=unsent-tab]").click()
    at.do("aside").click()
    at.look("set aside")
    page.locator("dialog[open] [data-do=cancel]").click()
    at.do("aside").click()
    page.locator("dialog[open] [data-do=choose]").click()
    expect(page.locator("[data-slot=aside] li")).to_have_count(1)
    expect(at.do("export")).to_be_visible()
    page.evaluate("() => { const now = Date.now(); Date.now = () => now + 400 * 86_400_000; }")
    in_gate(page, "outcomes", "return m.removeOld();")
    assert record["id"] in in_gate(page, "export", "return m.unsentText();")


def test_a_phone_at_the_field_counts_bales_and_shows_the_code_for_the_plant(tablet: Callable[..., Tablet]) -> None:
    at = tablet(PHONE, place=BODY, scales=[], stacks=[], people=[])
    page = at.page
    expect(page.locator(".choice[aria-pressed=true]").first).to_contain_text("示例生物质电厂")
    at.look("field")
    page.locator(".choice", has_text="12345").click()
    page.locator(".choice", has_text="F0").click()
    at.type_number("46")
    page.locator("input[type=file]").set_input_files(
        {"name": "load.png", "mimeType": "image/png", "buffer": page.screenshot()}
    )
    expect(page.locator(".camera img")).to_be_visible()
    at.look("field filled in")
    page.reload()
    expect(page.locator(".camera img")).to_be_visible()
    expect(page.locator(".keys-shown")).to_have_text("46")
    at.do("finish").click()
    expect(page.locator(".paper svg.qr")).to_be_visible()
    at.look("field code")
    (count,) = at.sent("field_count")
    assert (count["approval_id"], count["plant_id"], count["town_id"], count["body_id"]) == ("A1", "P1", "W1", "B1")
    assert (count["field_ids"], count["bales"], len(count["photos"])) == (["F0"], 46, 1)
    at.do("home").click()
    expect(page.locator(".truck")).to_have_count(1)
    expect(page.locator(".keys-shown")).to_have_text("")


def test_a_plant_finds_a_direct_haul_by_the_last_signs_of_its_code(tablet: Callable[..., Tablet]) -> None:
    opened_at = "2026-11-12T01:00:00.000Z"
    coming = {
        "id": FIELD_TICKET, "number": "P1-20261112-0001", "purpose": "direct_in", "plate": EXPECTED,
        "opened_at": opened_at, "state": "open", "void_requested": False, "first_kg": None, "first_source": None,
        "sample": None, "net_kg": None, "dry_kg": None, "moisture_permille": None, "bales": None,
        "bales_declared": 46, "outcome": None, "origin": {"town_id": "W1", "field_ids": ["F0"], "body_id": "B1"},
        "destination_id": "P1", "haul_id": None, "estimated": False, "typed": False, "remarks": [],
    }  # fmt: skip
    at = tablet(ACROSS, place=PLANT, stacks=[], expected=[], tickets=[coming])
    page = at.page
    at.look("plant")
    at.do("scan").click()
    at.look("scan")
    page.locator(".code-input").fill("abcd1234")
    at.take(14_620)
    at.type_number("165")
    at.do("go-on").click()
    at.truck(EXPECTED).click()
    at.take(9_020)
    at.sign_and_finish()
    (opening,) = at.sent("opening")
    (closing,) = at.sent("closing")
    assert (opening["ticket_id"], opening["purpose"]) == (FIELD_TICKET, "direct_in")
    assert next(each["id"] for each in at.records if each["kind"] == "opening") != FIELD_TICKET
    assert (closing["ticket_id"], closing["outcome"], closing["bales"]) == (FIELD_TICKET, "delivered", 46)
    assert closing["stacks"] == []


def test_a_code_that_nobody_knows_is_asked_about_and_stays_with_its_own_load(tablet: Callable[..., Tablet]) -> None:
    at = tablet(ACROSS, place=PLANT, stacks=[], expected=[], tickets=[])
    page = at.page
    page.evaluate(CAMERA_SEES, f"https://straw.example/v/{FIELD_TICKET}")

    def scanned(what: str) -> None:
        at.do("scan").click()
        page.locator(f"dialog [data-value={what}]").click()

    def begun(plate: str) -> None:
        for sign in plate[2:]:
            page.locator("[data-slot=keys]").get_by_role("button", name=sign, exact=True).click()
        at.do("go-on").click()

    scanned("other")
    begun(EXPECTED)
    at.do("go-on").click()
    at.weigh_in(14_620)
    at.do("back").click()
    scanned("field")
    begun(SECOND)
    at.do("back").click()  # the plate was wrong: the code goes with it
    begun(WITH_TARE)
    at.do("go-on").click()
    at.weigh_in(11_240)
    at.do("back").click()
    at.do("scan").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    at.look("unknown code")
    page.locator("dialog [data-value=field]").click()
    begun(OUTWARD)
    at.do("go-on").click()
    at.weigh_in(10_060)
    yard_load, other_load, field_load = at.sent("opening")
    assert (yard_load["purpose"], other_load["purpose"]) == ("linehaul_in", "direct_in")
    assert FIELD_TICKET not in (yard_load["ticket_id"], other_load["ticket_id"])
    assert (field_load["purpose"], field_load["ticket_id"]) == ("direct_in", FIELD_TICKET)
    assert field_load["vehicle"]["plate"] == OUTWARD


CAMERA_SEES = """(text) => {
  window.BarcodeDetector = class { async detect() { return [{ rawValue: text }]; } };
  const picture = document.createElement("canvas");
  const drawn = picture.getContext("2d");
  setInterval(() => drawn.fillRect(0, 0, Math.random() * 9, 9), 50);
  navigator.mediaDevices.getUserMedia = async () => picture.captureStream(5);
}"""
