"""A truck's whole way: it drives onto a scale that is played on a serial line, the agent signs what stands still, the
tablet takes it, and the server has the ticket and the stock. Once with a network, once without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import select

from app.clock import business_day, now
from app.database.engine import db
from app.dispatch.models import PlanHaul, PlanTruckStop, PlanVersion
from app.intake.ids import new_record_id
from app.intake.ledger_check import first_ledger_fault
from app.intake.models import ScaleAgent as EnrolledAgent
from app.intake.models import TicketClosing, Weighing, WeighTicket
from app.registry.models import Scale, Truck
from app.storage.ledger_check import first_stock_fault
from app.storage.models import StockTransfer
from app.weighbridge.agent import ScaleAgent
from app.weighbridge.simulation.playing import PlayedScale
from tests.app.day_plan import PlannedTown
from tests.app.weighbridge.played_agent import SETTINGS, agent_at_scale
from tests.browser.conftest import served
from tests.browser.gate_server import CUT_OFF, Line, opened_gate, prepared
from tests.browser.gate_tablet import ACROSS, Gate, Tablet
from tests.conftest import Template

LOADED_KG, EMPTY_KG = 14_620, 8_980
NET_KG, BALES = LOADED_KG - EMPTY_KG, 48


@dataclass
class RealGate:
    """A served app and the line before it, the agent beside its scale, which is played, and what the database says."""

    address: str
    agent_host: str
    line: Line
    played: PlayedScale
    cookies: list[str]
    plate: str
    asked: Callable[[Callable[[], Any]], Any]


class RealTablet(Tablet):
    """A tablet that asks the real server and the real agent."""

    def __init__(self, gate: RealGate, context: BrowserContext, pictures: Path) -> None:
        self.context, self.pictures, self.played = context, pictures, gate.played
        self.gate = Gate(address=gate.address)
        self.taps = self.numbers = 0
        self.page = opened_gate(context, gate.address, gate.cookies.pop())
        self.sign_in()

    def take(self, kg: int) -> None:
        """The truck drives on; what the tablet takes is what stands still."""
        self.played.deck.drive_on(kg)
        key = self.page.locator("[data-do=take]")
        expect(key).to_be_enabled(timeout=20_000)
        expect(key).to_contain_text(f"{kg:,}")
        self.tap(key)
        expect(key).to_have_count(0)
        self.played.deck.drive_off()


@pytest.fixture
def gate(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealGate]:
    line, yard_id = Line(), town.scenario.yards[0].yard_id
    app: list[Flask] = []
    cookies: list[str] = []

    def prepare(made: Flask) -> None:
        app.append(made)
        cookies.extend(prepared(made, line, ("yard", yard_id), "Li (demo)", tablets=1))

    def asked(question: Callable[[], Any]) -> Any:
        """The answer of the database, asked away from the browser's event loop."""

        def in_app() -> Any:
            with app[0].app_context():
                try:
                    return question()
                finally:
                    db.session.commit()

        with ThreadPoolExecutor(max_workers=1) as own_thread:
            return own_thread.submit(in_app).result()

    for address in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("gate"), prepare):
        plate = asked(lambda: planned_today(town, yard_id))
        scale_id = asked(lambda: db.session.scalars(select(Scale.scale_id).filter_by(yard_id=yard_id)).first())
        settings = replace(SETTINGS, scale_id=scale_id, origins=(address,))
        folder = tmp_path_factory.mktemp("agent")
        with agent_at_scale(folder, settings=settings) as (played, agent, servers):
            asked(partial(enrol_agent, scale_id, agent, servers.urls))
            yield RealGate(address, urlsplit(servers.urls[0]).netloc, line, played, cookies, plate, asked)


def planned_today(town: PlannedTown, yard_id: str) -> str:
    """The plan becomes one of today in which a truck brings 48 bales to the yard; returns its plate."""
    today, field_id = business_day(), town.scenario.fields[0].field_id
    version = db.session.scalars(select(PlanVersion)).one()
    version.first_day = version.last_day = today
    for number, truck in enumerate(db.session.scalars(select(Truck))):
        truck.plate = f"浙F{12345 + number}"
    truck_id = town.scenario.trucks[0].truck_id
    of_plan = {"plan_id": version.id, "day": today, "haul_id": "H1"}
    haul = PlanHaul(**of_plan, kind="collect", origin_ids=field_id, destination_id=yard_id, dry_t=4.8, bales=BALES)
    stop = {"truck_id": truck_id, "seq": 1, "place_id": yard_id, "action": "unload", "dry_t": 4.8}
    db.session.add_all([haul, PlanTruckStop(**of_plan, **stop, arrive_min=570, start_min=570, end_min=600)])
    db.session.flush()
    plate = db.session.scalars(select(Truck.plate).filter_by(truck_id=truck_id)).one()
    return plate


def enrol_agent(scale_id: str, agent: ScaleAgent, addresses: list[str]) -> None:
    db.session.add(
        EnrolledAgent(
            scale_id=scale_id,
            code_digest=new_record_id(now()),
            code_expires_at=now(),
            made_by=1,
            enrolled_at=now(),
            public_key=agent.who()["public_key"],
            addresses=addresses[:1],
        )
    )


def whats_stored() -> dict[str, Any]:
    """What the server knows of the one load."""
    fault = first_ledger_fault(db.session) or first_stock_fault(db.session)
    ticket = db.session.scalars(select(WeighTicket)).one()
    closing = db.session.scalars(select(TicketClosing)).one()
    return {
        "fault": fault,
        "number": ticket.number,
        "haul_id": ticket.haul_id,
        "weights": sorted(db.session.execute(select(Weighing.kg, Weighing.source)).all()),
        "net_kg": closing.net_kg,
        "moisture_permille": closing.moisture_permille,
        "bales": closing.bales,
        "stock": [tuple(row) for row in db.session.execute(select(StockTransfer.bales, StockTransfer.kg))],
    }


def test_a_truck_is_weighed_by_a_played_scale_and_its_load_is_in_the_stock(
    gate: RealGate, guarded_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    at = weighed_in(gate, guarded_context, tmp_path)
    weighed_out(at, gate)
    expect(at.page.locator(".paper-number")).to_be_visible()
    expect(at.page.locator("#frame-unsent b")).to_have_text("0")
    stored = gate.asked(whats_stored)
    expect(at.page.locator(".paper-number")).to_have_text(stored["number"])
    assert_stored(stored)
    # whoever scans the code on the paper sees the same weight, and no plate
    at.page.goto(f"/v/{gate.asked(lambda: db.session.scalars(select(WeighTicket.id)).one())}")
    expect(at.page.locator("main")).to_contain_text(f"{NET_KG / 1000:.3f} t")
    expect(at.page.locator("main")).not_to_contain_text(gate.plate)


def test_without_a_network_the_load_waits_on_the_tablet_and_is_stored_once_when_it_is_back(
    gate: RealGate, guarded_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    at = weighed_in(gate, guarded_context, tmp_path, cut=True)
    page = at.page
    page.reload()
    expect(at.truck(gate.plate)).to_have_attribute("data-state", "open")
    weighed_out(at, gate)
    expect(page.locator("#frame-unsent b")).to_have_text("3")
    assert gate.asked(lambda: db.session.scalars(select(WeighTicket)).all()) == []
    gate.line.cut = False
    expect(page.locator("#frame-unsent b")).to_have_text("0", timeout=20_000)
    assert_stored(gate.asked(whats_stored))


def weighed_in(
    gate: RealGate, guarded_context: Callable[..., BrowserContext], pictures: Path, *, cut: bool = False
) -> RealTablet:
    """A signed-in tablet that has weighed and sampled the expected truck; with `cut` the server is gone by then."""
    context = guarded_context(
        base_url=gate.address,
        viewport=ACROSS,
        expected_faults=CUT_OFF,
        also_asked=(gate.agent_host,),
        permissions=["local-network-access"],
    )
    at = RealTablet(gate, context, pictures)
    expect(at.truck(gate.plate)).to_be_visible()
    gate.line.cut = cut
    at.tap(at.truck(gate.plate))
    at.take(LOADED_KG)
    at.type_number("165")
    at.type_number("17.5")
    at.tap(at.do("go-on"))
    expect(at.truck(gate.plate)).to_have_attribute("data-state", "open")
    return at


def weighed_out(at: RealTablet, gate: RealGate) -> None:
    at.tap(at.truck(gate.plate))
    at.take(EMPTY_KG)
    expect(at.page.locator(".net .figure")).to_have_text(f"{NET_KG:,}")
    at.sign_and_finish()


def assert_stored(stored: dict[str, Any]) -> None:
    assert stored["fault"] is None
    assert stored["haul_id"] == "H1"
    assert stored["weights"] == [(EMPTY_KG, "scale"), (LOADED_KG, "scale")]
    assert (stored["net_kg"], stored["moisture_permille"], stored["bales"]) == (NET_KG, 170, BALES)
    assert stored["stock"] == [(BALES, NET_KG)]
