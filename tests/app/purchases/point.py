"""A recycling point with its keeper, and purchases there, by the office's form or by records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import ensure_roles, open_account
from app.billing.charging.purchases import post_purchases
from app.billing.payments.models import PayoutWish
from app.billing.payments.payouts import Payout, ask_payout
from app.clock import business_day, now
from app.database.engine import db
from app.intake.ids import new_record_id
from app.intake.models import VoidRequest, WeighTicket
from app.intake.office_records import store_office_record
from app.intake.purchase_queries import bought
from app.registry.changes import apply_changes, propose
from app.registry.materials import ensure_materials
from app.registry.models import RecyclingPoint, Town
from app.tablet.record_kinds import RECORD_KINDS
from tests.app.billing.money import actor
from tests.conftest import PASSWORD, csrf_token, log_in

POINT, OTHER_POINT = "R01", "R02"
BODY: dict[str, Any] = {
    "seller": {"name": "Demo grower"},
    "material_id": "mulch_film",
    "weighing": {"source": "typed", "kg": 120, "reason": "small scale"},
    "is_recyclable": True,
}


@dataclass
class Point:
    """`keeper` buys and asks for voids, `second` agrees."""

    session: Session
    keeper: Account
    second: Account
    town_id: str
    receipts: int = 0

    def buy(self, place_id: str = POINT, **changed: Any) -> Any:
        """A purchase as the office stores it; returns the receipt."""
        kg, record_id = changed.pop("kg", None), changed.pop("record_id", None)
        self.receipts += 1
        body = (
            BODY
            | {"paper_number": f"{self.receipts:04}"}
            | changed
            | ({"weighing": BODY["weighing"] | {"kg": kg}} if kg else {})
        )
        return self.store("purchase", ("point", place_id), body, self.keeper, record_id)

    def void(self, ticket_id: str, place_id: str = POINT) -> None:
        self.store(
            "void_request", ("point", place_id), {"ticket_id": ticket_id, "reason": "entered twice"}, self.keeper
        )
        asked = self.session.scalars(select(VoidRequest).where(VoidRequest.ticket_id == ticket_id)).one()
        body = {"ticket_id": ticket_id, "request_id": asked.record_id}
        self.store("void", ("point", place_id), body, self.second)

    def ticket(self, ticket_id: str) -> WeighTicket:
        return self.session.get_one(WeighTicket, ticket_id)

    def store(self, kind: str, place: tuple[str, str], body: Any, who: Account, record_id: str | None = None) -> Any:
        """A record that the office makes."""
        return store_office_record(
            self.session,
            kind=kind,
            place=place,
            body=body,
            account=who,
            kinds=RECORD_KINDS,
            record_id=record_id,
        )


def point_in(session: Session) -> Point:
    """Two points in the first town of the register, which is made where there is none; film is in the register."""
    ensure_materials(session)
    ensure_roles(session)
    town_id = session.scalar(select(Town.town_id).order_by(Town.id).limit(1))
    rows: dict[str, list[dict[str, Any]]] = {}
    if town_id is None:
        town_id = "T1"
        rows["towns"] = [{"town_id": town_id, "name": "Town", "lon": 120.5, "lat": 30.4}]
    rows["recycling_points"] = [
        {"point_id": it, "name": f"Point {it}", "town_id": town_id, "lon": 120.5, "lat": 30.4, "filed_on": filed_on}
        for it, filed_on in ((POINT, date(2023, 5, 1)), (OTHER_POINT, None))
    ]
    apply_changes(session, propose(session, rows, withdraw_missing=False).changes)
    people = [
        open_account(session, email=f"{name}@tests.example", name=name, password=PASSWORD, role_names=["point_keeper"])
        for name in ("keeper", "second")
    ]
    for person in people:
        person.places = [AccountPlace(kind="point", place_id=POINT)]
    session.flush()
    assert session.scalar(select(RecyclingPoint.id).where(RecyclingPoint.point_id == POINT)) is not None
    return Point(session, people[0], people[1], town_id)


def keeper_browser(app: Flask) -> FlaskClient:
    """The keeper, logged in."""
    with app.app_context():
        point_in(db.session)
        db.session.commit()
    return log_in(app, "keeper@tests.example")


def bought_by_form(browser: FlaskClient, **changed: str) -> Any:
    """What the form answers."""
    said = {
        "csrf_token": csrf_token(browser, "/purchases/new"),
        "record_id": new_record_id(now()),
        "point": POINT,
        "seller": "a farmer",
        "material": "mulch_film",
        "kg": "120",
        "recyclable": "yes",
        "paper_number": "0001",
    }
    return browser.post("/purchases/new", data=said | changed)


def point_with_purchase(session: Session) -> Point:
    """120 kg at 2 yuan with a fee of 30 %: 312 yuan to the point, half by the city; 72 yuan for recycling."""
    point = point_in(session)
    point.buy()
    post_purchases(session, bought(session))
    return point


def point_with_payout(session: Session) -> PayoutWish:
    """The point was paid for it, as one person says; another has to agree."""
    point_with_purchase(session)
    payout = Payout(payee=POINT, amount_fen=31_200, paid_on=business_day(), reference="order 1")
    with acting_as(actor(1)):
        return ask_payout(session, payout)
