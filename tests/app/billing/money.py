"""Deliveries and people for tests of money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.accounts.actors import Actor, ActorKind, acting_as
from app.billing.charging.everything import charge_deliveries
from app.billing.charging.operations import post_charges
from app.billing.ledger.models import LedgerLine
from app.billing.ledger.months import close_month
from app.billing.payments.operations import Movement, keys_of, note
from app.billing.payments.refunds import note_refund
from app.billing.payments.reminders import remind
from app.billing.prices.models import PriceTerm
from app.billing.prices.operations import Proposal, decide, propose
from app.billing.statements.models import Statement
from app.billing.statements.operations import issue_statements
from app.deliveries.queries import Delivered, DeliveryState
from app.registry.models import EndUsePlant, Material, Town

MATERIAL = "straw"
PRICE: dict[str, Any] = {
    "material_id": MATERIAL,
    "kind": "provisional",
    "valid_from": date(2025, 1, 1),
    "yuan_per_t": Decimal(200),
    "reason": "H17",
}


def actor(number: int) -> Actor:
    """Somebody with a login."""
    return Actor(kind=ActorKind.ACCOUNT, name=f"Demo person {number}", where_from="test", account_id=number)


def load(name: str, **others: Any) -> Delivered:
    """Ten tonnes from a yard, weighed at both ends."""
    values: dict[str, Any] = {
        "delivery_id": name,
        "plant_id": "P1",
        "yard_id": "Y1",
        "town_id": None,
        "body_id": None,
        "material_id": MATERIAL,
        "day": date(2025, 11, 12),
        "state": DeliveryState.WEIGHED,
        "yard_kg": 10_020,
        "plant_kg": 10_000,
        "moisture_permille": 180,
        "dry_kg": 10_000,
        "agreed_kg": None,
    }
    return Delivered(**(values | others))


def registered(session: Session, *plant_ids: str, material_id: str = MATERIAL) -> None:
    """Plants and a material that the register knows, so that they can have prices."""
    if not session.scalar(select(Material.id).where(Material.material_id == material_id)):
        session.add(Material(material_id=material_id, name=material_id, stream="straw", unit="t"))
    known = set(session.scalars(select(EndUsePlant.plant_id)))
    if set(plant_ids) <= known:
        return
    if not session.scalar(select(Town.id).where(Town.town_id == "T1")):
        session.add(Town(town_id="T1", name="Town 1 (demo)", lon=116.0, lat=32.0))
        session.flush()
    figures = {"lon": 116.0, "lat": 32.0, "daily_need_t": 0.0, "daily_max_t": 0.0, "storage_t": 0.0}
    hub = {"use": "power", "opening_stock_t": 0.0, "bays": 1, "open_min": 0, "close_min": 1440}
    session.add_all(
        EndUsePlant(plant_id=it, town_id="T1", name=it, **figures, **hub) for it in sorted({*plant_ids} - known)
    )
    session.flush()


def agreed_price(session: Session, **others: Any) -> PriceTerm:
    """A price that one proposed and another agreed to: provisionally 200 yuan a tonne where nothing else is said."""
    wish = PRICE | others
    registered(session, *filter(None, [wish.get("plant_id")]), material_id=wish["material_id"])
    with acting_as(actor(1)):
        term = propose(session, Proposal(**PRICE | others))
    with acting_as(actor(2)):
        return decide(session, term.id, is_agreed=True)


def balance_fen(session: Session, account: str) -> int:
    """What all entries so far come to."""
    return int(session.scalar(select(func.sum(LedgerLine.amount_fen)).where(LedgerLine.account == account)) or 0)


def loads_of_two_months(plant_id: str, town_id: str) -> list[Delivered]:
    """Two of November, one of them straight from the field, and one of December."""
    direct = load("D2", plant_id=plant_id, yard_id=None, town_id=town_id, body_id="B1")
    return [load("D1", plant_id=plant_id), direct, load("D3", plant_id=plant_id, day=date(2025, 12, 3))]


def settled_month(session: Session, plant_id: str, town_id: str) -> Statement:
    """A price that waits, loads at another, a month that is closed with the plant's statement, an open one,
    a payment, one that waits, and a reminder."""
    agreed_price(session, town_permille=300)
    post_charges(session, loads_of_two_months(plant_id, town_id))
    (statement,) = issue_statements(session, close_month(session, date(2025, 11, 1)))
    with acting_as(actor(1)):
        propose(session, Proposal(**PRICE | {"kind": "final", "yuan_per_t": Decimal(210), "plant_id": plant_id}))
        came = [
            Movement(paid_on=date(2025, 12, 9), amount_fen=100_000, payer=payer, said=said, bank_number=None)
            for payer, said in (("Bank (demo)", "interest"), ("A company (demo)", statement.number))
        ]
        note(session, list(zip(keys_of(came), came, strict=True)))
        remind(session, plant_id)
    return statement


def trued_up_with_refund(session: Session, plant_id: str, town_id: str) -> Statement:
    """After such a month: the statement of a true-up, a payment of too much, and a refund that waits for a second
    person."""
    agreed_price(session, kind="final", yuan_per_t=Decimal(190), plant_id=plant_id)
    (correction,) = charge_deliveries(session, loads_of_two_months(plant_id, town_id))[1]
    came, went = (
        Movement(paid_on=date(2025, 12, day), amount_fen=fen, payer="A company (demo)", said=said, bank_number=None)
        for day, fen, said in ((11, 800_000, correction.number), (12, -50_000, "transfer 7"))
    )
    with acting_as(actor(1)):
        note(session, list(zip(keys_of([came]), [came], strict=True)))
        note_refund(session, plant_id, went, "paid too much")
    return correction


def without_triggers(session: Session) -> None:
    """What somebody does who has the whole database to himself."""
    if session.get_bind().dialect.name == "postgresql":
        for table in ("ledger_entry", "ledger_line", "ledger_head"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    for (name,) in session.execute(
        text("SELECT name FROM sqlite_master WHERE type='trigger' AND name LIKE 'ledger%'")
    ).all():
        session.execute(text(f"DROP TRIGGER {name}"))
