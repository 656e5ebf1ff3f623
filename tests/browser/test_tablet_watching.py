"""A watch without a network: an alarm seen, a stack measured, a round walked, a visitor in and out. Once the line is
back, the server has each of it once, and the office's pages show it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from app.accounts.models import Account
from app.clock import COUNTY_ZONE, business_day, now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm, AlarmAnswer
from app.fire_safety.alarms.operations import raise_alarm
from app.fire_safety.heat.models import MeasuredHeat, SmokeSeen, StackPicture
from app.fire_safety.patrols.models import PatrolRound
from app.fire_safety.patrols.operations import add_point
from app.fire_safety.watching import look_at_all
from app.intake.bodies import moment_text
from app.intake.office_records import store_office_record
from app.registry.models import TransferYard
from app.storage.layouts import ensure_stacks, stacks_of
from app.storage.visitors import VisitorEntry, VisitorLeaving
from app.tablet.record_kinds import RECORD_KINDS
from tests.app.day_plan import PlannedTown
from tests.app.fire_safety.watched import keep_on_roster
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import log_in, served
from tests.browser.gate_server import CUT_OFF, PIN, Line, in_gate, notebook_read_anew, opened_gate, prepared
from tests.browser.gate_tablet import LEAST_PX, LOW_KEYS
from tests.browser.test_gate_other_ways import CAMERA_SEES
from tests.conftest import EMAIL, Template
from yard_rules.patrols.interval import Conditions
from yard_rules.patrols.rounds import PointScan, Round, intervals_ahead, next_round

UPRIGHT = {"width": 800, "height": 1280}
WATCHER, VISITOR = "Li (demo)", "演示电工甲"
WHAT = "岗亭旁有烟味（演示）"
POINTS = ("东门", "北侧消火栓")
# When the round is due, as the tablet shows it.
DUE = """async () => {
    const { whenOf } = await import("/static/js/gate/format.js");
    return whenOf((await (await import("/static/js/gate/store.js")).notebook()).patrol.due_at);
}"""


class Yard:
    """A served app with a tablet of one yard in which bales lie, and the line before it."""

    def __init__(self) -> None:
        self.address, self.line, self.cookies = "", Line(), [""]
        self.app: Flask = None  # type: ignore[assignment]
        self.yard_id, self.stack_name = "", ""
        self.codes: list[str] = []

    def prepare(self, app: Flask, yard_id: str) -> None:
        self.app, self.yard_id = app, yard_id
        self.cookies = prepared(app, self.line, ("yard", yard_id), WATCHER, tablets=2)
        with app.app_context():
            ensure_stacks(db.session, db.session.scalars(select(TransferYard).filter_by(yard_id=yard_id)).one())
            stack = stacks_of(db.session, yard_id)[0]
            self.stack_name = stack.name
            store_office_record(
                db.session,
                kind="stack_count",
                place=("yard", yard_id),
                body={"counts": [{"stack_id": stack.stack_id, "bales": 180, "reason": "first count"}]},
                account=db.session.scalars(select(Account).where(Account.email == EMAIL)).one(),
                kinds=RECORD_KINDS,
            )
            self.codes = [add_point(db.session, yard_id, name, now()).code for name in POINTS]
            keep_on_roster(yard_id)
            look_at_all(db.session, [], now())
            said = {"what": WHAT}
            raise_alarm(db.session, yard_id=yard_id, kind="seen", subject="gate", said=said, key="seen/1", moment=now())
            db.session.commit()

    def known(self, *models: Any) -> list[int]:
        """How many rows the server has of each model."""

        def found() -> list[int]:
            with self.app.app_context():
                return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in models]

        counts: list[int] = self.asked(found)
        return counts

    @staticmethod
    def asked(question: Callable[[], Any]) -> Any:
        """The answer, asked away from the browser's event loop."""
        with ThreadPoolExecutor(max_workers=1) as own_thread:
            return own_thread.submit(question).result()


@pytest.fixture(scope="module")
def yard(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    yard = Yard()
    yard_id = town.scenario.yards[0].yard_id
    for address in served(
        lambda: sqlite_copy("county"), tmp_path_factory.mktemp("yard"), lambda app: yard.prepare(app, yard_id)
    ):
        yard.address = address
        yield yard


def picture() -> bytes:
    """What a camera gives."""
    content = io.BytesIO()
    Image.new("RGB", (60, 40), "goldenrod").save(content, "PNG")
    return content.getvalue()


def do(page: Page, name: str) -> None:
    page.locator(f"#gate [data-do='{name}']").click()


def typed(page: Page, text: str) -> None:
    for sign in text:
        page.locator(f"#gate [data-key='{sign}']").click()


def fit_for_gloves(page: Page) -> None:
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= UPRIGHT["width"]
    for where in ("#gate", "#frame-bars"):
        assert page.evaluate(LOW_KEYS, [where, LEAST_PX]) == []


def sign_in(page: Page) -> None:
    page.get_by_role("button", name=WATCHER).click()
    for digit in PIN:
        page.locator(f".gate-cover [data-key='{digit}']").click()
    expect(page.locator(".gate-cover")).to_have_count(0)


def test_a_round_that_becomes_overdue_without_a_network_stands_above_every_screen_until_it_is_walked(
    yard: Yard, guarded_context: Callable[..., BrowserContext], tmp_path: object
) -> None:
    context = guarded_context(base_url=yard.address, viewport=UPRIGHT, expected_faults=CUT_OFF)
    context.clock.install()
    page = opened_gate(context, yard.address, yard.cookies.pop())
    sign_in(page)
    yard.line.cut = True
    bar = page.locator(".alarm-bar[data-alarm=round]")

    page.clock.fast_forward("01:00:00")
    expect(page.locator("#frame-link")).to_have_attribute("data-state", "offline")
    expect(page.locator(".alarm-bar")).to_contain_text(WHAT)  # the server told of it; the round is not due yet
    expect(bar).to_have_count(0)
    page.clock.fast_forward("02:00:00")
    # nobody is signed in any more
    due = page.evaluate(DUE)
    expect(bar).to_contain_text(f"巡查已超时（应于{due}前）")
    page.screenshot(path=f"{tmp_path}/overdue.png")
    sign_in(page)
    fit_for_gloves(page)
    page.reload()
    bar.get_by_role("button").click()
    expect(page.locator(".round-due")).to_have_attribute("data-late", "true")

    do(page, "begin")
    for name, code in zip(POINTS, yard.codes, strict=True):
        page.locator(".points .key", has_text=name).click()
        page.locator("dialog input").fill(code[-4:])
        page.locator("dialog [data-do=enter]").click()
    do(page, "finish")
    expect(bar).to_have_count(0)
    expect(page.locator(".round-due")).to_have_attribute("data-late", "false")
    page.clock.fast_forward("03:00:00")
    expect(bar).to_be_visible()
    context.close()  # its round of a made-up day must not reach the server that the next test counts on
    yard.line.cut = False


def test_a_tablet_counts_the_next_round_as_the_server_does(
    yard: Yard, guarded_context: Callable[..., BrowserContext]
) -> None:
    context = guarded_context(base_url=yard.address, viewport=UPRIGHT)
    page = context.new_page()
    page.goto("/login")
    noon = datetime(2026, 11, 12, 12, tzinfo=COUNTY_ZONE)
    conditions = [Conditions(since=noon - timedelta(hours=4), stock_kg=100_000)]
    ahead = intervals_ahead(conditions, moment=noon, until=noon + timedelta(hours=36))
    intervals = [
        {"from": None if begins == noon else utc(begins), "every_min": interval.every // timedelta(minutes=1)}
        for begins, interval in ahead
        if interval.every is not None
    ]
    told = {
        "last_at": None,
        "due_at": utc(noon),
        "overdue_at": utc(noon + timedelta(minutes=10)),
        "intervals": intervals,
    }
    for minute in range(0, 24 * 60, 17):
        walked = noon + timedelta(minutes=minute)
        scans = (PointScan(point="A", at=walked),)
        rounds = [Round(round_id="1", who="A", scans=scans, received_at=walked)]
        following = next_round(conditions, rounds, points=frozenset({"A"}), moment=walked)
        here = in_gate(page, "rounds", "return m.roundAfter(a[0], a[1]);", [told, utc(walked)])
        assert following.due_at is not None
        assert following.alarm_at is not None
        assert (here["due_at"], here["overdue_at"]) == (utc(following.due_at), utc(following.alarm_at)), walked


def utc(moment: datetime) -> str:
    return moment_text(moment.astimezone(UTC))


def test_a_watch_without_a_network_is_on_the_server_once_it_is_back(
    yard: Yard, guarded_context: Callable[..., BrowserContext], tmp_path: object
) -> None:
    context = guarded_context(base_url=yard.address, viewport=UPRIGHT, expected_faults=CUT_OFF)
    page = opened_gate(context, yard.address, yard.cookies.pop())
    sign_in(page)
    yard.line.cut = True

    bar = page.locator(".alarm-bar")
    expect(bar).to_contain_text(WHAT)
    page.screenshot(path=f"{tmp_path}/alarm.png")
    fit_for_gloves(page)
    bar.get_by_role("button").click()
    expect(bar).to_have_count(0)

    page.locator("[data-tab=yard]").click()
    page.screenshot(path=f"{tmp_path}/yard.png")
    page.locator("[data-to=heat]").click()
    page.screenshot(path=f"{tmp_path}/heat.png")
    fit_for_gloves(page)
    page.locator(".heat-tile", has_text=yard.stack_name).click()
    typed(page, "63.5")
    page.locator("#gate .key-enter").click()
    typed(page, "41")
    page.locator("#gate [data-slot=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
    )
    expect(page.locator("#gate [data-slot=photos]")).to_contain_text("1")
    page.screenshot(path=f"{tmp_path}/stack.png")
    fit_for_gloves(page)
    do(page, "enter")
    expect(page.locator(".heat-tile", has_text=yard.stack_name)).to_contain_text("待发送")
    page.locator(".heat-tile", has_text=yard.stack_name).click()
    do(page, "smoke")
    page.screenshot(path=f"{tmp_path}/smoke.png")
    page.locator("dialog [data-do=choose]").click()
    expect(page.locator("#gate .note")).to_contain_text("119")

    do(page, "back")
    page.locator("[data-to=patrol]").click()
    expect(page.locator("#gate [data-slot=holds]")).to_contain_text("天气未知")
    page.screenshot(path=f"{tmp_path}/round_due.png")
    do(page, "begin")
    (typed_name, scanned_name), (code, scanned) = POINTS, yard.codes
    done = page.locator(".points [data-done=true]")
    page.locator(".points .key", has_text=typed_name).click()
    page.locator("dialog input").fill("0000" if code[-4:] != "0000" else "1111")
    page.locator("dialog [data-do=enter]").click()
    expect(page.locator("dialog .fault")).to_contain_text(typed_name)
    page.locator("dialog input").fill(code[-4:].lower())
    page.locator("dialog [data-do=enter]").click()
    expect(done).to_have_count(1)
    # Where there is a camera and a reader of codes the round goes on with them, after a break too.
    page.evaluate(CAMERA_SEES, scanned)
    do(page, "back")
    page.locator("[data-to=patrol]").click()
    expect(done.filter(has_text=scanned_name)).to_have_count(1)
    expect(done).to_have_count(2)
    page.screenshot(path=f"{tmp_path}/round.png")
    fit_for_gloves(page)
    do(page, "finish")
    expect(page.locator("#gate .note")).to_be_visible()

    do(page, "back")
    page.locator("[data-to=visitors]").click()
    page.locator("#gate [data-slot=name]").fill(VISITOR)
    page.get_by_role("button", name="维修").click()
    page.screenshot(path=f"{tmp_path}/visitor.png")
    do(page, "enter")
    expect(page.locator(".visitors")).to_contain_text(VISITOR)
    page.screenshot(path=f"{tmp_path}/visitors.png")
    fit_for_gloves(page)
    page.locator(".visitors button").click()
    expect(page.locator(".visitors li")).to_have_count(0)
    kinds = (AlarmAnswer, MeasuredHeat, StackPicture, SmokeSeen, PatrolRound, VisitorEntry, VisitorLeaving)
    assert yard.known(*kinds) == [0] * 7
    expect(page.locator("#frame-unsent b")).to_have_text("7")

    yard.line.cut = False
    page.locator("#frame-link").click()
    expect(page.locator("#frame-unsent b")).to_have_text("0")
    assert yard.known(*kinds) == [1, 2, 1, 1, 1, 1, 1]

    def looked() -> None:
        with yard.app.app_context():
            look_at_all(db.session, [], now())
            db.session.commit()

    yard.asked(looked)
    notebook_read_anew(page)
    expect(page.locator(".alarm-bar[data-severity=blocks]")).to_contain_text(yard.stack_name)
    expect(page.locator(".alarm-bar", has_text=WHAT)).to_have_count(0)
    page.screenshot(path=f"{tmp_path}/smoke alarm.png")

    office = context.browser.new_page(base_url=yard.address)  # type: ignore[union-attr]
    log_in(office)
    for address, text in (
        ("/alarms?state=all", WATCHER),
        (f"/heat/{yard.yard_id}", "63.5"),
        (f"/patrols/{yard.yard_id}", WATCHER),
        (f"/stock/{yard.yard_id}/visitors", VISITOR),
        (f"/stock/{yard.yard_id}/days/{business_day()}", VISITOR),
    ):
        office.goto(address)
        expect(office.locator("#content")).to_contain_text(text)
        assert axe_faults(office) == [], address
    office.screenshot(path=f"{tmp_path}/day.png", full_page=True)
    office.goto(f"/heat/{yard.yard_id}")
    expect(office.locator(".picture-strip img")).to_have_js_property("naturalWidth", 60)
    office.screenshot(path=f"{tmp_path}/pictures.png", full_page=True)
    office.goto(f"/stock/{yard.yard_id}/visitors")
    office.screenshot(path=f"{tmp_path}/office visitors.png")
    office.close()
    assert yard.known(Alarm) >= [2]
