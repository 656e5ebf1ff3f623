"""A yard's gate for tests: an enrolled tablet that makes and sends records, and a scale whose agent signs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.devices import enrol, make_code, new_sync_token
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.accounts.pins import choose_pin
from app.clock import now
from app.database.engine import db
from app.intake.bodies import moment_text
from app.intake.ids import new_record_id
from app.intake.models import ScaleAgent, VoidRequest
from app.intake.office_records import store_office_record
from app.registry.models import Scale, TransferYard
from app.storage.layouts import ensure_stacks
from app.tablet.record_kinds import RECORD_KINDS
from app.weighbridge.signing import SignedReading, public_text, signed
from tests.conftest import EMAIL, PASSWORD

PIN = "739164"
# The hash of a photo of the truck on the scale; its bytes never come.
PHOTO = "ab" * 32
Place = tuple[str, str]


@dataclass
class GateTablet:
    """`key` signs for the scale of the place; `clock_off` is how far the tablet's clock is ahead."""

    app: Flask
    browser: FlaskClient
    id: int
    header: dict[str, str]
    place: Place
    operator_id: int
    key: Ed25519PrivateKey
    scale_id: str
    number: int = 0
    clock_off: timedelta = timedelta(0)
    seq: int = field(default=0)

    def clock(self) -> datetime:
        return now() + self.clock_off

    def record(self, kind: str, body: Mapping[str, Any], *, id: str | None = None, **envelope: Any) -> str:
        """The text of the next record of this tablet."""
        self.number += 1
        made_at = envelope.pop("made_at", self.clock())
        whole = {
            "id": id or new_record_id(made_at),
            "kind": kind,
            "number": self.number,
            "made_at": moment_text(made_at),
            "operator": {"id": self.operator_id, "checked": "server"},
            "where": None,
            **envelope,
            "body": dict(body),
        }
        return json.dumps(whole, ensure_ascii=False)

    def send(self, *texts: str, client: int = 1) -> Any:
        """What the server answers, as JSON."""
        body = {
            "nonce": new_record_id(now()),
            "sent_at": moment_text(self.clock()),
            "client": client,
            "records": list(texts),
        }
        answer = self.browser.post("/data/tablet/records", json=body, headers=self.header)
        assert answer.status_code < 500, answer.text
        said = answer.get_json()
        if answer.status_code == 200:
            assert said["nonce"] == body["nonce"]
        return said

    def weight(self, kg: int, *, nonce: str | None = None, **changed: Any) -> dict[str, Any]:
        """A weight that the scale signed."""
        self.seq += 1
        moment = now()
        reading = SignedReading(
            **{
                "scale_id": self.scale_id,
                "kg": kg,
                "division_kg": 20,
                "taken_at": moment,
                "nonce": nonce or new_record_id(moment),
                "seq": self.seq,
                "steady_for_ms": 3200,
                "protocol": "yaohua",
                "kind": "unknown",
                "zero_seen_at": moment - timedelta(minutes=1),
                "frames": ("022b303138343630303103",),
                "curve": (0, kg // 2, kg, kg),
                "curve_step_ms": 200,
                **changed,
            }
        )
        payload, signature = signed(reading, self.key)
        return {
            "source": "scale",
            "kg": kg,
            "scale_id": self.scale_id,
            "payload": payload,
            "signature": signature,
            "photos": [PHOTO],
        }

    def _weight_of(self, kg: int, envelope: Mapping[str, Any]) -> dict[str, Any]:
        """Signed when the record was made; the scale's clock is right."""
        made_at = envelope.get("made_at")
        return self.weight(kg) if made_at is None else self.weight(kg, taken_at=made_at - self.clock_off)

    def opening(self, plate: str = "浙F12345", *, kg: int | None = 12_460, **changed: Any) -> str:
        id_ = changed.pop("id", None) or new_record_id(now())
        envelope = {name: changed.pop(name) for name in ("made_at", "operator") if name in changed}
        body = {
            "ticket_id": id_,
            "purpose": "intake",
            "vehicle": {"plate": plate},
            "origin": {"field_ids": []},
            "material_id": "rice_straw",
            "bale_kind": "round_1m",
            "bales": 30,
            **changed,
        }
        if kg is not None and "weighing" not in changed:
            body["weighing"] = self._weight_of(kg, envelope)
        return self.record("opening", body, id=id_, **envelope)

    def sample(self, ticket_id: str, *permille: int, **envelope: Any) -> str:
        whole_plan = (*(180, 190, 200, 190, 180, 200) * 3, 190, 190)
        readings = [[1 + bale // 2, one] for bale, one in enumerate(permille or whole_plan)]
        return self.record("sample", {"ticket_id": ticket_id, "readings": readings}, **envelope)

    def closing(self, ticket_id: str, *, kg: int | None = 8_960, **changed: Any) -> str:
        envelope = {name: changed.pop(name) for name in ("made_at",) if name in changed}
        body = {"ticket_id": ticket_id, "outcome": "stored", "bales": 30, **changed}
        if body["outcome"] in ("stored", "shipped") and "stacks" not in body:
            body["stacks"] = [{"stack_id": f"{self.place[1]}-01", "bales": body["bales"]}]
        if kg is not None and "weighing" not in changed:
            body["weighing"] = self._weight_of(kg, envelope)
        return self.record("closing", body, **envelope)

    def whole_ticket(self, plate: str = "浙F12345", **closing: Any) -> list[str]:
        """Weighed in, sampled, stacked and weighed out."""
        first = self.opening(plate)
        ticket_id = id_of(first)
        return [first, self.sample(ticket_id), self.closing(ticket_id, **closing)]

    def void(self, ticket_id: str) -> None:
        """The attendant asks for it, and somebody of the office agrees."""
        self.send(self.record("void_request", {"ticket_id": ticket_id, "reason": "wrong truck"}))
        with self.app.app_context():
            request = db.session.scalars(select(VoidRequest).where(VoidRequest.ticket_id == ticket_id)).one()
            store_office_record(
                db.session,
                kind="void",
                place=self.place,
                body={"ticket_id": ticket_id, "request_id": request.record_id},
                account=db.session.scalars(select(Account).where(Account.email == EMAIL)).one(),
                kinds=RECORD_KINDS,
            )
            db.session.commit()

    def notebook(self) -> Any:
        answer = self.browser.get("/data/tablet/notebook", headers=self.header)
        assert answer.status_code == 200, answer.text
        return answer.get_json()


def id_of(text: str) -> str:
    return str(json.loads(text)["id"])


def gate_tablet(app: Flask, place: Place, name: str = "Gate 1", *, certified_until: date | None = None) -> GateTablet:
    """A tablet enrolled at the place, an attendant there with a PIN, and the place's scale with its agent."""
    with app.app_context():
        maker = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
        _code, text = make_code(db.session, name=name, place=place, made_by=maker)
        device, token = enrol(db.session, text)
        sync_key = new_sync_token(db.session, device)
        email = f"{place[1]}@tests.example".lower()
        attendant = db.session.scalar(select(Account).where(Account.email == email))
        if attendant is None:
            attendant = open_account(
                db.session,
                email=email,
                name="Attendant",
                password=PASSWORD,
                role_names=["plant_attendant" if place[0] == "plant" else "attendant"],
            )
            attendant.places = [AccountPlace(kind=place[0], place_id=place[1])]
            assert choose_pin(db.session, attendant, PIN) == []
        if place[0] == "yard":
            ensure_stacks(db.session, db.session.scalars(select(TransferYard).filter_by(yard_id=place[1])).one())
        key, scale_id = Ed25519PrivateKey.generate(), f"{place[1]}-T{device.id}"
        if place[0] != "body":
            until = certified_until or (now() + timedelta(days=200)).date()
            db.session.add(
                Scale(
                    scale_id=scale_id,
                    name=f"Scale {scale_id}",
                    yard_id=place[1] if place[0] == "yard" else None,
                    plant_id=place[1] if place[0] == "plant" else None,
                    division_kg=20,
                    capacity_kg=60_000,
                    certificate_number="T-1",
                    certified_until=until,
                )
            )
            db.session.flush()
            db.session.add(
                ScaleAgent(
                    scale_id=scale_id,
                    code_digest=new_record_id(now()),
                    code_expires_at=now(),
                    made_by=maker.id,
                    enrolled_at=now(),
                    public_key=public_text(key),
                    addresses=[],
                )
            )
        db.session.commit()
        device_id, operator_id = device.id, attendant.id
    browser = app.test_client()
    browser.set_cookie("strawline_tablet", token)
    return GateTablet(
        app=app,
        browser=browser,
        id=device_id,
        header={"Authorization": f"Device {sync_key}"},
        place=place,
        operator_id=operator_id,
        key=key,
        scale_id=scale_id,
    )
