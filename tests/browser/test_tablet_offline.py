"""The gate without a network: what was taken stays, whatever breaks, and arrives once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.database.engine import db
from app.intake.record_models import GateRecord
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import served
from tests.browser.gate_server import CUT_OFF, PIN, Line, in_gate, opened_gate, prepared
from tests.conftest import Template

UPRIGHT = {"width": 800, "height": 1280}
FIRST, SECOND = "Li (demo)", "Wang (demo)"
REFUSED = ("status of 4",)
TARE = {"vehicle": {"plate": "浙F12345"}, "weighing": {"source": "typed", "kg": 9000, "reason": "test", "photos": []}}


@dataclass
class Gate:
    """A served app with tablets of one yard, and the line before it."""

    address: str
    line: Line
    cookies: list[str]
    app: Flask

    def stored(self) -> list[tuple[int, int]]:
        """Device and number of every record that the server has, in the order in which they came."""

        def found() -> list[tuple[int, int]]:
            chosen = select(GateRecord.device_id, GateRecord.device_number).order_by(GateRecord.position)
            with self.app.app_context():
                return [(device, number) for device, number in db.session.execute(chosen)]

        # away from the browser's event loop
        with ThreadPoolExecutor(max_workers=1) as own_thread:
            return own_thread.submit(found).result()


@pytest.fixture(scope="module")
def gate_server(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    gate = Gate("", Line(), [], None)  # type: ignore[arg-type]

    def prepare(app: Flask) -> None:
        gate.app = app
        here = ("yard", town.scenario.yards[0].yard_id)
        gate.cookies = prepared(app, gate.line, here, FIRST, SECOND, tablets=13)

    for address in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("gate"), prepare):
        gate.address = address
        yield gate


@pytest.fixture
def gate(gate_server: Gate) -> Iterator[Gate]:
    """The line is whole again afterwards; each test takes a tablet of its own."""
    yield gate_server
    gate_server.line.cut = gate_server.line.is_newer = False
    gate_server.line.lost_share = 0.0


@pytest.fixture
def tablet(gate: Gate, guarded_context: Callable[..., BrowserContext]) -> Page:
    """A page of a tablet that nobody has used yet, with the gate open, online, and somebody signed in."""
    context = guarded_context(base_url=gate.address, viewport=UPRIGHT, expected_faults=(*CUT_OFF, *REFUSED))
    page = opened_gate(context, gate.address, gate.cookies.pop())
    expect(page.locator("#frame-link")).to_have_attribute("data-state", "online")
    sign_in(page)
    return page


def test_the_gate_opens_without_a_server_after_the_first_load(tablet: Page, gate: Gate) -> None:
    checked = tablet.context.new_page()
    checked.goto("/tablet-check")
    expect(checked.locator("[data-test=enrolled]")).to_have_attribute("data-state", "good")
    assert axe_faults(checked) == []
    tablet.locator("#frame-menu summary").click()
    assert axe_faults(tablet) == []
    gate.line.cut = True
    tablet.reload()
    expect(tablet.locator("#frame-link")).to_have_attribute("data-state", "offline")
    expect(tablet.locator("#frame-operator")).to_have_text(FIRST)
    tablet.goto("/tablet/names")
    expect(tablet.locator("#gate")).to_be_attached()
    tablet.goto("/tablet-check")
    expect(tablet.locator("[data-test=worker]")).to_have_attribute("data-state", "good")


def test_records_and_drafts_survive_a_reload_and_a_crash_and_go_out_by_themselves(tablet: Page, gate: Gate) -> None:
    gate.line.cut = True
    made = make_record(tablet)
    in_gate(tablet, "store", "await m.saveDraft('ticket 1', {kg: 18460});")
    tablet.reload()
    make_record(tablet)
    context = tablet.context
    tablet.close()  # as a crash does, without asking
    again = context.new_page()
    again.goto("/tablet")
    expect(again.locator("#frame-unsent b")).to_have_text("2")
    assert in_gate(again, "store", "return await m.draft('ticket 1');") == {"kg": 18460}

    gate.line.cut = False
    expect(again.locator("#frame-unsent b")).to_have_text("0", timeout=8_000)
    sent = in_gate(again, "store", "return await m.sentEntries();")
    assert [entry["number"] for entry in sent] == [1, 2]
    assert sent[0]["id"] == made["id"] == sent[0]["receipt"]["id"]
    assert [number for device, number in gate.stored() if device == device_of(again)] == [1, 2]


def test_three_tabs_at_once_number_without_gaps_and_each_record_arrives_once_over_a_bad_line(
    tablet: Page, gate: Gate
) -> None:
    tabs = [tablet, tablet.context.new_page(), tablet.context.new_page()]
    for tab in tabs[1:]:
        tab.goto("/tablet")
        expect(tab.locator("html")).to_have_attribute("data-offline-ready", "yes")
    gate.line.lost_share = 0.2
    for tab in tabs:  # none waits for another
        in_gate(tab, "store", "self.making = Promise.all(a.map((body) => m.newRecord('tare', body)));", [TARE] * 8)
    numbers = sorted(made["number"] for tab in tabs for made in tab.evaluate("self.making"))
    assert numbers == list(range(1, 25))
    photo = in_gate(tablet, "store", ADD_PHOTO, TARE)
    assert send_all(tablet, tries=10)["state"] in ("online", "offline")
    gate.line.lost_share = 0.0
    counts = send_all(tablet)
    assert (counts["unsent"], counts["unsentPhotos"], counts["needPerson"]) == (0, 0, 0)
    stored = [number for device, number in gate.stored() if device == device_of(tablet)]
    assert sorted(stored) == list(range(1, 26))
    assert ("PUT", f"/data/tablet/attachments/{photo}") in gate.line.log


def test_a_photo_waits_to_be_sent_once_a_record_names_it_and_not_before(tablet: Page, gate: Gate) -> None:
    """Its page may be closed before: what nobody reported must not stand there as unsent for ever."""
    gate.line.cut = True
    unsent = "return (await m.counts()).unsentPhotos;"
    loose = in_gate(tablet, "store", ADD_PHOTO)
    assert in_gate(tablet, "store", unsent) == 0
    assert in_gate(tablet, "store", ADD_PHOTO, TARE) == loose
    assert in_gate(tablet, "store", unsent) == 1
    gate.line.cut = False
    assert send_all(tablet)["unsentPhotos"] == 0
    assert ("PUT", f"/data/tablet/attachments/{loose}") in gate.line.log


def test_what_the_server_refuses_waits_for_a_person_and_stops_nothing(tablet: Page) -> None:
    in_gate(tablet, "store", "await m.newRecord('tare', {nonsense: true});")
    make_record(tablet)
    expect(tablet.locator("#frame-unsent")).to_have_attribute("data-person", "true", timeout=8_000)
    assert send_all(tablet)["unsent"] == 0
    refused = in_gate(tablet, "store", "return await m.needPerson();")
    assert [entry["problem"]["status"] for entry in refused] == [422]
    assert refused[0]["problem"]["what"]
    saved = in_gate(tablet, "export", "return JSON.parse(await m.unsentText());")
    assert saved["records"] == [refused[0]["text"]]
    assert len(in_gate(tablet, "export", "return await m.unsentCodes();")) == 1


def test_an_answer_without_our_nonce_is_no_answer(tablet: Page) -> None:
    """A portal of the mobile network says 200 to everything."""
    tablet.context.route(
        "**/data/tablet/**", lambda route: route.fulfill(status=200, json={"nonce": "another", "results": []})
    )
    make_record(tablet)
    link = in_gate(tablet, "sync", "return await m.sendNow();")
    assert (link["state"], link["unsent"]) == ("offline", 1)
    tablet.context.unroute_all()
    expect(tablet.locator("#frame-link")).to_have_attribute("data-state", "online", timeout=8_000)
    expect(tablet.locator("#frame-unsent b")).to_have_text("0")


def test_a_new_version_waits_until_nothing_is_unsent(tablet: Page, gate: Gate) -> None:
    before = versions(tablet)
    gate.line.cut = True
    make_record(tablet)
    # Before the line is back: a try may be on its way.
    gate.line.lost_share = 1.0
    gate.line.cut = False
    gate.line.is_newer = True
    in_gate(tablet, "updates", "await (await navigator.serviceWorker.getRegistration('/tablet')).update();")
    expect(tablet.locator("#frame-update")).to_be_visible()
    now = versions(tablet)
    assert now["inUse"] == before["inUse"] != now["own"]
    tablet.reload()
    expect(tablet.locator("html")).not_to_have_attribute("data-newer", "yes")

    gate.line.lost_share = 0.0
    expect(tablet.locator("#frame-unsent b")).to_have_text("0", timeout=8_000)
    context = tablet.context
    tablet.close()
    again = context.new_page()
    again.goto("/tablet")  # nothing waits any more: the new one comes in by itself
    expect(again.locator("html")).to_have_attribute("data-newer", "yes", timeout=8_000)
    assert versions(again)["inUse"] == now["own"]


def test_a_full_disk_is_told_and_nothing_is_half_written(tablet: Page) -> None:
    """The browser says so when the transaction is written; here the store says it."""
    tablet.evaluate(FILL_DISK)
    told = in_gate(tablet, "store", TRY_TO_KEEP, TARE)
    assert told["name"] == "StorageFull"
    assert "存储已满" in told["message"]
    assert told["nextStep"]
    tablet.reload()
    assert in_gate(tablet, "store", "return (await m.counts()).unsent;") == 0
    assert make_record(tablet)["number"] == 1


def test_a_pin_is_tried_here_when_the_server_cannot_be_reached(tablet: Page, gate: Gate) -> None:
    first, second = in_gate(tablet, "operators", "return (await m.people()).map((person) => person.id);")
    gate.line.cut = True
    in_gate(tablet, "operators", "await m.lock();")
    assert try_pin(tablet, second)["state"] == "none-here"
    assert [try_pin(tablet, first, "604938")["state"] for _try in range(5)] == ["wrong"] * 4 + ["wait"]
    tablet.reload()
    assert try_pin(tablet, first)["state"] == "wait"
    in_gate(tablet, "database", FORGET_WAIT, first)
    assert try_pin(tablet, first) == {"state": "right", "checked": "device"}
    make_record(tablet)
    entry = in_gate(tablet, "store", "return (await m.outboxEntries())[0].record;")
    assert entry["operator"] == {"id": first, "checked": "device"}

    gate.line.cut = False
    assert try_pin(tablet, second)["checked"] == "server"
    expect(tablet.locator("#frame-operator")).to_have_text(SECOND)


def test_a_device_that_the_server_does_not_know_any_more_loses_nothing(tablet: Page) -> None:
    refusal = {"error": {"code": "device-needed", "what": "This device is not enrolled.", "next_step": "Enrol it."}}
    tablet.context.route("**/data/tablet/records", lambda route: route.fulfill(status=401, json=refusal))
    make_record(tablet)
    expect(tablet.locator("#frame-link")).to_have_attribute("data-state", "refused")
    expect(tablet.locator("#frame-notice")).to_contain_text("not enrolled")
    expect(tablet.locator("#frame-mend")).to_have_attribute("href", "/tablet/enrolled")
    in_gate(tablet, "database", AGE_RECORDS)
    expect(tablet.locator("#frame-unsent")).to_have_attribute("data-old", "true")  # two hours
    tablet.context.unroute_all()
    in_gate(tablet, "sync", "await m.sendNow();")
    expect(tablet.locator("#frame-unsent b")).to_have_text("0")
    expect(tablet.locator("#frame-unsent")).to_have_attribute("data-old", "false")
    expect(tablet.locator("#frame-notice")).to_be_hidden()


def test_an_idle_tablet_locks_itself_and_keeps_what_was_typed(tablet: Page) -> None:
    in_gate(tablet, "store", "await m.saveDraft('ticket 1', {kg: 1});")
    tablet.evaluate("localStorage.setItem('strawline-gate-touched', '0')")
    tablet.mouse.click(5, 300)
    expect(tablet.locator("#frame-operator")).to_have_text("无人登录")
    told = in_gate(tablet, "store", TRY_TO_KEEP, TARE)
    assert told["name"] == "NotReady"
    sign_in(tablet, SECOND)
    expect(tablet.locator("#frame-operator")).to_have_text(SECOND)
    people = in_gate(tablet, "store", "return await m.notebook();")
    people["people"] = [person for person in people["people"] if person["name"] != SECOND]
    in_gate(tablet, "store", "await m.keepNotebook(a);", people)  # does not work here any more
    expect(tablet.locator("#frame-operator")).to_have_text("无人登录")
    assert in_gate(tablet, "store", "return (await m.drafts()).map((each) => each.value);") == [{"kg": 1}]


def test_numbers_go_on_where_a_browser_or_a_server_has_lost_its_memory(tablet: Page, gate: Gate) -> None:
    make_record(tablet)
    expect(tablet.locator("#frame-unsent b")).to_have_text("0", timeout=8_000)
    # the server was restored from a backup and says that it lacks the first: it gets the same bytes again
    in_gate(tablet, "outcomes", "await m.sendAnew([1], a);", device_of(tablet))
    assert in_gate(tablet, "store", "return (await m.counts()).unsent;") == 1
    assert send_all(tablet)["unsent"] == 0
    assert [number for device, number in gate.stored() if device == device_of(tablet)] == [1]
    # the browser has cleared its storage; the page lets go of it and opens anew
    with tablet.expect_navigation():
        tablet.evaluate("void indexedDB.deleteDatabase('strawline-gate')")
    expect(tablet.locator("#frame-link")).to_have_attribute("data-state", "online")
    sign_in(tablet)
    assert make_record(tablet)["number"] == 2


def test_ids_sort_by_their_making_and_waits_grow_to_a_minute(tablet: Page) -> None:
    ids = in_gate(tablet, "ids", "return Array.from({length: 3000}, m.newId);")
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", id_) for id_ in ids)
    assert ids == sorted(set(ids))
    waits_ms = in_gate(tablet, "sync", "return [1, 2, 5, 9, 99].map((n) => [m.waitAfter(n, 0), m.waitAfter(n, 1)]);")
    assert waits_ms == [[1_000, 1_000], [2_000, 1_000], [16_000, 8_000], [60_000, 30_000], [60_000, 30_000]]


ADD_PHOTO = """
    const canvas = new OffscreenCanvas(40, 30);
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, 20, 20);
    const sha256 = await m.addAttachment(await canvas.convertToBlob({type: "image/jpeg"}));
    if (!a) return sha256;
    const body = {...a, weighing: {...a.weighing, photos: [sha256]}};
    await m.newRecord("tare", body, {attachments: [sha256]});
    return sha256;"""
FILL_DISK = """
    () => { IDBObjectStore.prototype.add = function () { throw new DOMException("full", "QuotaExceededError"); }; }"""
TRY_TO_KEEP = """
    try { await m.newRecord("tare", a); return null; }
    catch (error) { return {name: error.name, message: error.message, nextStep: error.nextStep}; }"""
AGE_RECORDS = """
    await m.written(["records"], async (transaction) => {
      const store = transaction.objectStore("records");
      for (const entry of await store.getAll()) await store.put({...entry, madeAt: "2026-01-01T00:00:00.000Z"});
    });
    m.changed("records");"""
FORGET_WAIT = """
    await m.written(["verifiers"], async (transaction) => {
      const store = transaction.objectStore("verifiers");
      await store.put({...await store.get(a), waitUntil: 0});
    });"""


def sign_in(page: Page, name: str = FIRST) -> None:
    people = in_gate(page, "operators", "return await m.people();")
    number = next(person["id"] for person in people if person["name"] == name)
    assert try_pin(page, number) == {"state": "right", "checked": "server"}


def try_pin(page: Page, person_id: int, pin: str = PIN) -> dict[str, Any]:
    tried = in_gate(page, "operators", "return await m.signIn(a[0], a[1]);", [person_id, pin])
    return {key: tried[key] for key in ("state", "checked") if key in tried}


def make_record(page: Page) -> dict[str, Any]:
    made: dict[str, Any] = in_gate(page, "store", "return await m.newRecord('tare', a);", TARE)
    return made


def send_all(page: Page, tries: int = 5) -> dict[str, Any]:
    """What the link says once nothing waits, or after so many tries by hand."""
    link: dict[str, Any] = {}
    for _try in range(tries):
        link = in_gate(page, "sync", "return await m.sendNow();")
        if link["unsent"] + link["unsentPhotos"] == 0:
            break
    return link


def device_of(page: Page) -> int:
    return int(page.locator("html").get_attribute("data-device-id") or 0)


def versions(page: Page) -> dict[str, str]:
    known: dict[str, str] = in_gate(page, "updates", "return await m.versions();")
    return known
