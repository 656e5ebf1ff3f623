"""The office's pages of the gate in a real browser: with tickets on them, at every size that they are read at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.accounts.operations import open_account
from app.clock import now
from app.database.engine import db
from app.fire_safety.alarms.operations import raise_alarm
from app.intake.models import WeighTicket
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet, id_of
from tests.browser.accessibility import AXE, axe_faults
from tests.browser.conftest import LARGE, SMALL, VENDOR, log_in, served
from tests.conftest import PASSWORD, Template
from yard_rules.finding import Severity

PHONE = {"width": 390, "height": 844}
Contexts = Callable[..., BrowserContext]


@dataclass
class Gate:
    """A served gate with tickets: of a load that was weighed out wet, of one sent back, of one still there."""

    base_url: str
    tablet: GateTablet
    number: str
    ticket_id: str


@pytest.fixture(scope="module")
def gate(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    if not VENDOR.is_dir() or not AXE.exists():
        pytest.skip("NO BROWSER TESTS: browser libraries are missing, run `make setup`")
    made: list[tuple[GateTablet, str, str]] = []

    def prepare(app: Flask) -> None:
        tablet = gate_tablet(app, ("yard", town.scenario.yards[0].yard_id))
        first = tablet.opening(vehicle={"plate": "浙F12345", "driver": "Made-up Driver"})
        tablet.send(first, tablet.sample(id_of(first), 400, 410, 400, 410), tablet.closing(id_of(first), bales=29))
        back = tablet.opening("浙F00002")
        tablet.send(back, tablet.closing(id_of(back), kg=None, outcome="sent_back", reason="too wet"))
        typed = {"source": "typed", "kg": 9_000, "reason": "cable broken"}
        tablet.send(tablet.opening("浙F00003", weighing=typed, made_at=now() - timedelta(minutes=35)))
        tablet.send(tablet.closing(id_of(first)))
        with app.app_context():
            open_account(db.session, email="a@tests.example", name="A", password=PASSWORD, role_names=["dispatcher"])
            number = db.session.scalars(select(WeighTicket.number).where(WeighTicket.id == id_of(first))).one()
            db.session.commit()
        made.append((tablet, number, id_of(first)))

    for base_url in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("instance"), prepare):
        yield Gate(base_url, *made[0])


@pytest.fixture
def page(guarded_context: Contexts, gate: Gate) -> Page:
    context = guarded_context(base_url=gate.base_url, viewport=SMALL, expected_faults=("404",))
    found = context.new_page()
    log_in(found)
    return found


def test_no_page_of_the_gate_has_a_serious_fault_or_scrolls_sideways(page: Page, gate: Gate) -> None:
    scale = f"/registry/scales/{gate.tablet.scale_id}"
    addresses = ("/gate", "/tickets", f"/tickets/{gate.number}", "/records/refused", "/records/import", scale)
    faults = []
    for size in (SMALL, LARGE, PHONE):
        page.set_viewport_size(size)
        for address in (*addresses, f"/v/{gate.ticket_id}", "/v/0193b1c2-0000-7000-8000-000000000001"):
            page.goto(address)
            if size == SMALL or (size == PHONE and address.startswith("/v/")):
                faults += [f"{address} {size['width']}: {fault}" for fault in axe_faults(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                faults.append(f"{address} {size['width']}: scrolls sideways")
    assert faults == []


def test_the_queue_reads_itself_again_and_a_new_truck_stands_in_it(page: Page, gate: Gate) -> None:
    page.clock.install()
    page.goto("/gate")
    expect(page.get_by_role("link", name="浙F00003").first).to_be_visible()
    page.route("**/data/gate/queue", lambda route: route.fulfill(content_type="text/html", body="<p>read again</p>"))
    page.clock.run_for(11_000)
    expect(page.locator("#queue")).to_have_text("read again")


def test_the_book_of_alarms_reads_itself_again_but_for_somebody_who_answers(page: Page, gate: Gate) -> None:
    def raised(key: str, severity: Severity) -> None:
        with gate.tablet.app.app_context():
            yard_id = gate.tablet.place[1]
            raise_alarm(
                db.session, yard_id=yard_id, kind="seen", subject="gate", said={"what": key}, key=key, moment=now(),
                severity=severity,
            )  # fmt: skip
            db.session.commit()

    def told(key: str, severity: Severity) -> None:
        # the browser's event loop runs in this thread
        with ThreadPoolExecutor(1) as pool:
            pool.submit(raised, key, severity).result()

    page.clock.install()
    page.goto("/alarms")
    rows = page.locator(".alarm-row")
    expect(rows).to_have_count(0)
    told("smell of smoke", Severity.MEND)
    page.clock.run_for(21_000)
    expect(rows).to_have_count(1)
    expect(page.locator("#to-alarms .nav-count")).to_have_text("1")
    page.locator(".alarm-answer summary").click()
    page.locator(".alarm-answer input[name=what]").fill("looking")
    told("flames", Severity.BLOCKS)
    page.clock.run_for(21_000)
    expect(rows).to_have_count(1)
    page.locator(".alarm-answer button").click()
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("flames")
    expect(rows.last).to_contain_text("looking")
    expect(page.locator("#to-alarms .nav-count")).to_have_text("1")
    for size in (SMALL, PHONE):
        page.set_viewport_size(size)
        assert axe_faults(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")


def test_a_wish_to_void_a_ticket_is_declined_in_a_dialog(guarded_context: Contexts, page: Page, gate: Gate) -> None:
    page.goto(f"/tickets/{gate.number}")
    page.locator("[data-opens=ask-void]").click()
    page.get_by_role("dialog").locator("textarea").fill("wrong truck")
    page.get_by_role("dialog").locator("button[type=submit]").click()
    other = guarded_context(base_url=gate.base_url, viewport=SMALL).new_page()
    log_in(other, "a@tests.example")
    other.goto(f"/tickets/{gate.number}")
    other.locator("[data-opens=decline-void]").click()
    assert axe_faults(other) == []
    other.get_by_role("dialog").locator("textarea").fill("the truck is right")
    other.get_by_role("dialog").locator("button[type=submit]").click()
    expect(other.locator("#void")).to_contain_text("the truck is right")
    expect(other.locator("[data-opens=ask-void]")).to_be_visible()


def test_a_ticket_is_voided_by_two_people(guarded_context: Contexts, page: Page, gate: Gate) -> None:
    page.goto(f"/tickets/{gate.number}")
    page.locator("[data-opens=ask-void]").click()
    page.get_by_role("dialog").locator("textarea").fill("wrong truck")
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.locator(".notice-success")).to_be_visible()
    expect(page.locator("#void form")).to_have_count(0)
    other = guarded_context(base_url=gate.base_url, viewport=SMALL).new_page()
    log_in(other, "a@tests.example")
    other.goto(f"/tickets/{gate.number}")
    other.locator("#void button[type=submit]").click()
    other.locator("[data-confirmed]").click()
    expect(other.locator("h1 .state-bad")).to_be_visible()
    other.goto(f"/v/{gate.ticket_id}")
    expect(other.locator(".severity-blocks").first).to_be_visible()
