"""Tickets as they lie in the database, without a gate: many, soon, and with whatever standing a test wants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.accounts.actors import Actor, ActorKind
from app.intake.models import TicketClosing, TicketVoid, VoidRequest, WeighTicket
from app.intake.record_models import GateRecord, PlaceChain
from app.registry.materials import ensure_materials
from app.subsidies import contents
from app.verification.queries import Standing

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


def claim_book(session: Session, patch: pytest.MonkeyPatch) -> ClaimBook:
    """A book by which claims ask how tickets stand."""
    book = ClaimBook(session)
    patch.setattr(contents, "standing_of", book.standing_of)
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
