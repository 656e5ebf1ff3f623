"""R6: a real browser goes offline and online, a fifth of the answers is lost, pages reload and crash, and three tabs
write at once: every record is stored once."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select

from app.database.engine import db
from app.intake.record_models import Attachment, GateRecord, RefusedRecord
from tests.app.day_plan import PlannedTown
from tests.browser.conftest import VENDOR, served
from tests.browser.gate_server import CUT_OFF, Line, in_gate, opened_gate, prepared
from tests.browser.test_tablet_offline import sign_in
from tests.chaos.conftest import IN_EARNEST, Report, size
from tests.chaos.gate_laws import check_ledger
from tests.conftest import Template

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PEOPLE = ("Li (demo)", "Wang (demo)")
TABS = 3
LOST_SHARE = 0.2
MOST_TRIES = 60
# No answer on purpose, and refusals of a server that is asked too much.
EXPECTED = (*CUT_OFF, "status of 4", "status of 503")

MAKE = """
    localStorage.setItem("strawline-gate-touched", String(Date.now()));
    const photos = [];
    if (a.photo) {
      const canvas = new OffscreenCanvas(64, 48);
      const drawn = canvas.getContext("2d");
      for (let n = 0; n < 40; n += 1) {
        drawn.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
        drawn.fillRect(Math.random() * 64, Math.random() * 48, 20, 20);
      }
      photos.push(await m.addAttachment(await canvas.convertToBlob({type: "image/jpeg"})));
    }
    const made = m.newRecord("tare", {
      vehicle: {plate: a.plate},
      weighing: {source: "typed", kg: a.kg, reason: "no signal", photos},
    }, {attachments: photos});
    return a.waits ? (await made).id : null;"""
SEND = "void m.sendNow();"
KEPT = """
    const texts = [...await m.sentEntries(), ...await m.outboxEntries(), ...await m.needPerson()];
    return texts.map((entry) => [entry.id, entry.number, entry.state, entry.text]);"""


@dataclass
class Yard:
    """The served app, the line before it, and its tablets."""

    address: str = ""
    line: Line = field(default_factory=Line)
    cookies: list[str] = field(default_factory=list)
    app: Flask = None  # type: ignore[assignment]


@dataclass
class Tablet:
    """A browser with the gate open in several tabs; `told`: ids of records that the gate said it had made."""

    context: BrowserContext
    tabs: list[Page]
    device_id: int
    told: set[str] = field(default_factory=set)


@pytest.fixture
def yard(sqlite_copy: Template, town: PlannedTown, tmp_path: Path) -> Iterator[Yard]:
    if not VENDOR.is_dir():
        pytest.skip("NO BROWSER TESTS: app/static/vendor is missing, run `make setup`")
    made = Yard()

    def prepare(app: Flask) -> None:
        made.app = app
        here = ("yard", town.scenario.yards[0].yard_id)
        made.cookies = prepared(app, made.line, here, *PEOPLE, tablets=2)

    for address in served(lambda: sqlite_copy("county"), tmp_path, prepare):
        made.address = address
        yield made


def test_r6_every_record_of_a_browser_on_a_flapping_line_is_stored_once(
    yard: Yard, guarded_context: Callable[..., BrowserContext], report: Report
) -> None:
    chance = random.Random(20261112)
    flaps = size(35, 100, 2_000)
    tablets = [_opened(yard, guarded_context) for _tablet in range(2 if IN_EARNEST else 1)]
    seen = {"reloads": 0, "crashes": 0}
    yard.line.lost_share = LOST_SHARE
    for flap in range(flaps):
        yard.line.cut = True
        tablet = chance.choice(tablets)
        for tab in chance.sample(tablet.tabs, 2):
            asked = {"plate": f"浙F{flap:05d}", "kg": 20 * chance.randint(300, 500)}
            asked |= {"photo": flap % 5 == 0, "waits": chance.random() < 0.7}
            id_ = in_gate(tab, "store", MAKE, asked)
            tablet.told |= {id_} - {None}
        _disturb(tablet, chance, seen)
        yard.line.cut = False
        for tab in chance.sample(tablet.tabs, chance.randint(1, TABS)):
            in_gate(tab, "sync", SEND)
        if chance.random() < 0.2:
            _disturb(tablet, chance, seen)
    yard.line.lost_share = 0.0
    for tablet in tablets:
        _sent_out(tablet)
    kept = {tablet.device_id: in_gate(tablet.tabs[0], "store", KEPT) for tablet in tablets}
    with ThreadPoolExecutor(max_workers=1) as own_thread:  # away from the browser's event loop
        own_thread.submit(_check, yard.app, tablets, kept).result()
    report(flaps=flaps, tablets=len(tablets), records=sum(map(len, kept.values())), requests=len(yard.line.log), **seen)


def _opened(yard: Yard, guarded_context: Callable[..., BrowserContext]) -> Tablet:
    context = guarded_context(base_url=yard.address, viewport={"width": 800, "height": 1280}, expected_faults=EXPECTED)
    first = opened_gate(context, yard.address, yard.cookies.pop())
    in_gate(first, "sync", "await m.sendNow();")
    sign_in(first, PEOPLE[0])
    tabs = [first]
    for _tab in range(TABS - 1):
        tabs.append(context.new_page())
        tabs[-1].goto("/tablet")
    return Tablet(context, tabs, int(first.locator("html").get_attribute("data-device-id") or 0))


def _disturb(tablet: Tablet, chance: random.Random, seen: dict[str, int]) -> None:
    """Sometimes somebody reloads a page, or a page is gone and is opened anew."""
    which, what = chance.randrange(TABS), chance.random()
    if what < 0.1:
        tablet.tabs[which].reload()
        seen["reloads"] += 1
    elif what < 0.14:
        tablet.tabs[which].close()
        tablet.tabs[which] = tablet.context.new_page()
        tablet.tabs[which].goto("/tablet")
        seen["crashes"] += 1


def _sent_out(tablet: Tablet) -> None:
    link: dict[str, Any] = {}
    for _try in range(MOST_TRIES):
        link = in_gate(tablet.tabs[0], "sync", "return await m.sendNow();")
        if link["unsent"] == link["unsentPhotos"] == 0:
            assert link["needPerson"] == 0
            return
    raise AssertionError(f"not sent: {link}")


def _check(app: Flask, tablets: list[Tablet], kept: dict[int, list[list[Any]]]) -> None:
    with app.app_context():
        for tablet in tablets:
            rows = kept[tablet.device_id]
            assert {state for _id, _number, state, _text in rows} == {"sent"}
            assert tablet.told <= {id_ for id_, *_rest in rows}
            assert sorted(number for _id, number, *_rest in rows) == list(range(1, len(rows) + 1))
            stored = select(GateRecord.id, GateRecord.device_number, GateRecord.text)
            found = db.session.execute(stored.where(GateRecord.device_id == tablet.device_id)).all()
            assert sorted(map(tuple, found)) == sorted((id_, number, text) for id_, number, _state, text in rows)
            named = {sha256 for row in found for sha256 in _photos(row.text)}
            assert named <= set(db.session.scalars(select(Attachment.sha256)))
            assert named or not IN_EARNEST
        assert db.session.scalars(select(RefusedRecord)).all() == []
        check_ledger(db.session)


def _photos(text: str) -> list[str]:
    return list(json.loads(text)["body"]["weighing"]["photos"])
