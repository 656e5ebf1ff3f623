"""A yard whose records are stored as a tablet's are, at moments that a test chooses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from app.accounts.device_models import Device
from app.accounts.models import Account
from app.clock import COUNTY_ZONE, now
from app.database.engine import db
from app.intake.bodies import moment_text
from app.intake.ids import new_record_id
from app.intake.office_records import store_office_record
from app.intake.records import Sending, read_records, sender_of, store_records
from app.intake.remarks import RemarkKind
from app.registry.models import TransferYard
from app.storage.layouts import ensure_stacks, stacks_of
from app.tablet.record_kinds import RECORD_KINDS
from yard_rules.dry_straw import DryStrawMethod

# In the morning, county time, of a day in the season.
MORNING = datetime(2026, 11, 12, 8, tzinfo=COUNTY_ZONE)
EMPTY_TRUCK_KG = 9_000


@dataclass
class YardBook:
    """`stacks`: ids of the yard's stacks: the hot lane, the one apart, then those for dry bales."""

    device: Device
    yard_id: str
    stacks: list[str]
    moment: datetime = MORNING
    number: int = 0
    tickets: list[str] = field(default_factory=list)

    def told(self, kind: str, body: Mapping[str, Any], *, record_id: str | None = None) -> dict[str, Any]:
        """Store a record that happened at `moment`, a minute after the one before; returns its result."""
        self.moment += timedelta(minutes=1)
        return self.told_late(kind, body, self.moment, record_id=record_id)

    def told_late(
        self, kind: str, body: Mapping[str, Any], moment: datetime, *, record_id: str | None = None
    ) -> dict[str, Any]:
        """Store a record that happened at another moment than the last one."""
        self.number += 1
        text = json.dumps(
            {
                "id": record_id or new_record_id(moment),
                "kind": kind,
                "number": self.number,
                "made_at": moment_text(moment),
                "body": dict(body),
            }
        )
        sent_at = max(moment, self.moment)
        incoming = read_records([text], RECORD_KINDS)
        sending = Sending(
            sender=sender_of(self.device),
            sent_at=sent_at,
            received_at=sent_at,
            dry_method=DryStrawMethod.CAP,
        )
        [result] = store_records(db.session, sending, incoming)
        db.session.flush()
        return {
            "status": int(result.status),
            "id": result.id,
            "code": result.refusal and result.refusal.code,
            # The book's records name no operator; that is another test's matter.
            "remarks": {
                one["kind"]: one["values"]
                for one in (result.receipt or {"remarks": []})["remarks"]
                if one["kind"] != RemarkKind.NO_OPERATOR
            },
        }

    def came(
        self, bales: int, kg: int, stacks: Sequence[tuple[str, int]], *, permille: int = 170, at: datetime | None = None
    ) -> dict[str, Any]:
        """A load that was weighed, sampled and stacked."""
        return self._load("intake", "stored", bales, kg, stacks, permille, at)

    def left(
        self, bales: int, kg: int, stacks: Sequence[tuple[str, int]], *, at: datetime | None = None
    ) -> dict[str, Any]:
        """A load that was taken off stacks and weighed out."""
        return self._load("linehaul_out", "shipped", bales, kg, stacks, None, at)

    def opened(self, *, at: datetime | None = None) -> str:
        """A truck that came and has not left."""
        moment = at or self.moment + timedelta(minutes=1)
        self.moment = max(self.moment, moment)
        ticket_id = new_record_id(moment)
        opening = {
            "ticket_id": ticket_id,
            "purpose": "intake",
            "vehicle": {"plate": f"T{self.number:05d}"},
            "material_id": "rice_straw",
            "bale_kind": "round_1m",
            "weighing": _typed(12_000),
        }
        assert self.told_late("opening", opening, moment, record_id=ticket_id)["status"] == 201
        return ticket_id

    def made_void(self, ticket_id: str) -> dict[str, Any]:
        """Two people say that the ticket is void."""
        asked = self.told("void_request", {"ticket_id": ticket_id, "reason": "weighed twice"})
        assert asked["status"] == 201, asked
        self.moment += timedelta(minutes=1)
        account = db.session.scalars(select(Account).limit(1)).one()
        with patch("app.intake.office_records.now", return_value=self.moment):
            store_office_record(
                db.session,
                kind="void",
                place=("yard", self.yard_id),
                body={"ticket_id": ticket_id, "request_id": asked["id"]},
                account=account,
                kinds=RECORD_KINDS,
            )
        return asked

    def _load(
        self,
        purpose: str,
        outcome: str,
        bales: int,
        kg: int,
        stacks: Sequence[tuple[str, int]],
        permille: int | None,
        at: datetime | None,
    ) -> dict[str, Any]:
        moment = at or self.moment + timedelta(minutes=1)
        self.moment = max(self.moment, moment)
        ticket_id = new_record_id(moment)
        self.tickets.append(ticket_id)
        full, empty = _typed(EMPTY_TRUCK_KG + kg), _typed(EMPTY_TRUCK_KG)
        first, second = (full, empty) if outcome == "stored" else (empty, full)
        opening = {
            "ticket_id": ticket_id,
            "purpose": purpose,
            "vehicle": {"plate": f"T{self.number:05d}"},
            "material_id": "rice_straw",
            "bale_kind": "round_1m",
            "weighing": first,
        }
        assert self.told_late("opening", opening, moment, record_id=ticket_id)["status"] == 201
        if permille is not None:
            sample = {"ticket_id": ticket_id, "readings": [[bale, permille] for bale in range(1, 7)]}
            assert self.told_late("sample", sample, moment)["status"] == 201
        closing = {
            "ticket_id": ticket_id,
            "outcome": outcome,
            "weighing": second,
            "bales": bales,
            "stacks": [{"stack_id": stack_id, "bales": number} for stack_id, number in stacks],
        }
        return self.told_late("closing", closing, moment)


def yard_book(yard_id: str) -> YardBook:
    """The book of a yard of the county with the stacks that it begins with; inside an app context."""
    yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
    ensure_stacks(db.session, yard)
    device = Device(
        name="Gate 1", place_kind="yard", place_id=yard_id, page_token_digest=new_record_id(now()), enrolled_by=1
    )
    db.session.add(device)
    db.session.flush()
    return YardBook(device, yard_id, [stack.stack_id for stack in stacks_of(db.session, yard_id)])


def _typed(kg: int) -> dict[str, Any]:
    return {"source": "typed", "kg": kg, "reason": "test"}
