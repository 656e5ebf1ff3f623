"""Tickets as they lie in the database, without a gate: many, soon, and with whatever standing a test wants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.accounts.actors import Actor, ActorKind, acting_as
from app.clock import business_day
from app.intake.models import TicketClosing, TicketVoid, VoidRequest, WeighTicket
from app.intake.record_models import GateRecord, PlaceChain
from app.registry.materials import ensure_materials
from app.registry.models import FarmField
from app.subsidies import contents
from app.subsidies.distributions import FormulaWish, set_formula
from app.subsidies.inspections import Seen, keep_inspection
from app.subsidies.operations import (
    Payment,
    approve_claim,
    check_claim,
    confirm_claim,
    draft_claim,
    pay_claim,
    return_claim,
)
from app.verification.queries import Standing
from yard_rules.distribution import BonusPer

FIRST_DAY = date(2025, 11, 1)
TOWN, OTHER_TOWN = "changan", "xieqiao"
_START = "0" * 64
_MOMENT = datetime(2025, 11, 1, 1, tzinfo=UTC)


def person(number: int) -> Actor:
    """Somebody with a login."""
    return Actor(kind=ActorKind.ACCOUNT, name=f"Demo person {number}", where_from="test", account_id=number)


@dataclass
class ClaimBook:
    """All tickets hang on one record of one yard; `standings`: those of which verification says something else than
    that they are verified."""

    session: Session
    standings: dict[str, Standing] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        ensure_materials(self.session)
        chain = PlaceChain(place_kind="yard", place_id="Y1", last_position=0, last_hash=_START)
        self.session.add(chain)
        self.session.flush()
        self.session.execute(insert(GateRecord), [_record()])

    def took_in(
        self,
        dry_kg: int,
        *,
        town: str = TOWN,
        body: str | None = "B1",
        day: int = 0,
        is_trade: bool = True,
        is_closed: bool = True,
        **others: Any,
    ) -> str:
        """A load that was weighed in on a day after the first; returns the ticket's id."""
        self.count += 1
        ticket_id = f"ticket-{self.count}"
        ticket = {
            "id": ticket_id,
            "record_id": "record-1",
            "number": f"Y1-{self.count:05}",
            "place_kind": "yard",
            "place_id": "Y1",
            "business_day": FIRST_DAY + timedelta(days=day),
            "day_number": self.count,
            "purpose": "intake",
            "plate": "T00001",
            "town_id": town,
            "field_ids": [],
            "body_id": body,
            "material_id": "rice_straw",
            "bale_kind": "round_1m",
            "opened_at": _MOMENT,
        }
        self.session.execute(insert(WeighTicket), [ticket | others])
        if is_closed:
            self.session.execute(insert(TicketClosing), [_closing(ticket_id, dry_kg, is_trade)])
        return ticket_id

    def voided(self, ticket_id: str) -> None:
        """Two people say that the ticket counts no more."""
        asked = VoidRequest(
            record_id="record-1", ticket_id=ticket_id, asked_name="A", reason="weighed twice", asked_at=_MOMENT
        )
        if self.session.get(VoidRequest, "record-1") is None:
            self.session.add(asked)
            self.session.flush()
        void = TicketVoid(
            ticket_id=ticket_id, record_id="record-1", request_id="record-1", agreed_by=1, agreed_name="B",
            voided_at=_MOMENT,
        )  # fmt: skip
        self.session.add(void)
        self.session.flush()

    def standing_of(self, _session: Session, ticket_ids: Collection[str]) -> dict[str, Standing]:
        return {ticket_id: self.standings.get(ticket_id, Standing.VERIFIED) for ticket_id in ticket_ids}


def claim_book(session: Session, monkeypatch: pytest.MonkeyPatch) -> ClaimBook:
    """A book by which claims ask how tickets stand."""
    book = ClaimBook(session)
    monkeypatch.setattr(contents, "standing_of", book.standing_of)
    return book


def _record() -> dict[str, Any]:
    return {
        "id": "record-1",
        "place_kind": "yard",
        "place_id": "Y1",
        "position": 1,
        "kind": "opening",
        "operator_name": "test",
        "operator_checked": "server",
        "made_at": _MOMENT,
        "sent_at": _MOMENT,
        "happened_at": _MOMENT,
        "received_at": _MOMENT,
        "business_day": FIRST_DAY,
        "text": "{}",
        "text_hash": _START,
        "receipt": {},
        "previous_hash": _START,
        "record_hash": "1" * 64,
    }


def _closing(ticket_id: str, dry_kg: int, is_trade: bool) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "record_id": "record-1",
        "outcome": "stored",
        "net_kg": dry_kg,
        "is_estimated": False,
        "uncertainty_kg": 20,
        "bales": 10,
        "moisture_permille": 180,
        "dry_method": "cap",
        "dry_kg": dry_kg,
        "photos": [],
        "is_trade": is_trade,
        "closed_at": _MOMENT,
    }


def town_with_claims(session: Session, town_id: str) -> dict[str, int]:
    """A town with a claim that was paid, one that was returned and one that is drafted, by their states."""
    book = ClaimBook(session)
    made: dict[str, int] = {}
    field_id = session.scalars(select(FarmField.field_id).where(FarmField.town_id == town_id)).first()
    wish = FormulaWish(
        valid_from=FIRST_DAY, base_fen_per_t=10_000, bonus_per=BonusPer.MU, bonus_fen=500, reason="demo decision 3"
    )
    seen = Seen(id=f"{0:08}-0000-4000-8000-{1:012}", inspected_on=FIRST_DAY, readings_mm=(40, 55), is_removed=True)
    with acting_as(person(901)):
        set_formula(session, town_id, wish)
        if field_id is not None:
            keep_inspection(session, field_id, seen)
    with patch.object(contents, "standing_of", book.standing_of):
        for month, state in enumerate(("paid", "returned", "drafted")):
            tickets = [
                book.took_in(
                    6_000 + 137 * at,
                    town=town_id,
                    body=body,
                    day=30 * month + at,
                    field_ids=[] if field_id is None else [field_id],
                )
                for at, body in enumerate(["B1", "B1", "B2", None, "B1", "B2"])
            ]
            book.standings[tickets[0]] = Standing.SUSPECTED
            book.took_in(0, town=town_id, day=30 * month, is_closed=False)
            first_day = FIRST_DAY + timedelta(days=30 * month)
            made[state] = _claimed(session, town_id, first_day, state)
    return made


def _claimed(session: Session, town_id: str, first_day: date, state: str) -> int:
    with acting_as(person(901)):
        claim_id = draft_claim(session, town_id, first_day, first_day + timedelta(days=29)).id
        if state == "drafted":
            return claim_id
        confirm_claim(session, claim_id)
    with acting_as(person(902)):
        check_claim(session, claim_id, "ten tickets looked at")
        if state == "returned":
            return_claim(session, claim_id, "two tickets were weighed twice")
            return claim_id
    with acting_as(person(903)):
        approve_claim(session, claim_id)
    with acting_as(person(904)):
        pay_claim(session, claim_id, Payment(paid_on=business_day(), reference=f"demo order {claim_id}"))
    return claim_id
