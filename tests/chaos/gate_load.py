"""Tablets that send whole tickets to a real server as fast as it takes them, and remember what it acknowledged."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.accounts.devices import enrol, make_code, new_sync_token
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import ensure_roles, open_account
from app.accounts.pins import choose_pin
from app.clock import now
from app.database.engine import make_engine
from app.database.migrate import upgrade
from app.intake.bodies import moment_text
from app.intake.ids import new_record_id
from app.intake.models import ScaleAgent
from app.registry.models import EndUsePlant, Scale, Town, TransferYard
from app.storage.layouts import ensure_stacks
from app.weighbridge.signing import SignedReading, public_text, signed

TARE_KG, NET_KG, BALES = 8_960, 3_500, 30
PASSWORD, PIN = "only-for-tests-4711", "739164"
RECORDS_OF_TICKET = 3
_LONGEST_WAIT_S = 60


class Manner(StrEnum):
    """How a tablet sends a ticket."""

    AT_ONCE = "at once"
    TWICE = "everything twice"
    IN_HALVES = "in two halves"


@dataclass
class Ticket:
    """A ticket with the texts of its records, which never change."""

    id: str
    texts: list[str]
    ids: list[str]


@dataclass
class LoadTablet:
    """A tablet of one yard. `waiting`: what it made and nobody acknowledged; `seconds`: how long each sending took."""

    device_id: int
    yard_id: str
    header: str
    scale_id: str
    key: Ed25519PrivateKey
    operator_id: int
    second_person_id: int
    manner: Manner = Manner.AT_ONCE
    clock_off: timedelta = timedelta(0)
    number: int = 0
    made: list[Ticket] = field(default_factory=list)
    waiting: list[Ticket] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def ticket(self) -> Ticket:
        """A whole ticket of three records: weighed in, sampled, stacked and weighed out."""
        moment = now()
        ticket_id = new_record_id(moment)
        first = {
            "ticket_id": ticket_id,
            "purpose": "intake",
            # longer than a real one, so that no truck comes twice: that would be a remark, and another rule at work
            "vehicle": {"plate": f"浙F{self.device_id}-{self.number}"},
            "origin": {"field_ids": []},
            "material_id": "rice_straw",
            "bale_kind": "round_1m",
            "bales": BALES,
            "weighing": self.weight(TARE_KG + NET_KG, moment),
        }
        sample = {"ticket_id": ticket_id, "readings": [[1 + n // 2, 180 + n % 3] for n in range(20)]}
        last = {
            "ticket_id": ticket_id,
            "outcome": "stored",
            "bales": BALES,
            "stacks": [{"stack_id": f"{self.yard_id}-01", "bales": BALES}],
            "weighing": self.weight(TARE_KG, moment),
        }
        texts = [
            self.record("opening", first, moment, id_=ticket_id),
            self.record("sample", sample, moment),
            self.record("closing", last, moment),
        ]
        made = Ticket(ticket_id, texts, [json.loads(text)["id"] for text in texts])
        self.made.append(made)
        return made

    def record(self, kind: str, body: dict[str, Any], moment: datetime, *, id_: str | None = None) -> str:
        """The text of the next record of this tablet; `moment` by the county's clock, not by the tablet's."""
        self.number += 1
        whole = {
            "id": id_ or new_record_id(moment),
            "kind": kind,
            "number": self.number,
            "made_at": moment_text(moment + self.clock_off),
            "operator": {"id": self.operator_id, "checked": "device"},
            "where": None,
            "body": body,
        }
        return json.dumps(whole, ensure_ascii=False)

    def weight(self, kg: int, moment: datetime) -> dict[str, Any]:
        """A weight that the scale beside this tablet signed."""
        reading = SignedReading(
            scale_id=self.scale_id,
            kg=kg,
            division_kg=20,
            taken_at=moment,
            nonce=new_record_id(moment),
            seq=self.number,
            steady_for_ms=3_200,
            protocol="yaohua",
            kind="unknown",
            zero_seen_at=moment - timedelta(minutes=1),
            frames=("022b303138343630303103",) * 3,
            curve=(0, 6_000, 12_000, kg, kg),
            curve_step_ms=200,
        )
        payload, signature = signed(reading, self.key)
        return {"source": "scale", "kg": kg, "scale_id": self.scale_id, "payload": payload, "signature": signature}

    def forget_waiting(self) -> None:
        """What was made last and never sent is as if it had never been made."""
        del self.made[len(self.made) - len(self.waiting) :]
        self.number -= RECORDS_OF_TICKET * len(self.waiting)
        self.waiting.clear()

    def batch(self, texts: Sequence[str], nonce: str) -> bytes:
        """One sending, as bytes."""
        sent_at = moment_text(now() + self.clock_off)
        whole = {"nonce": nonce, "sent_at": sent_at, "client": 1, "records": list(texts)}
        return json.dumps(whole, ensure_ascii=False).encode()


def send(connection: http.client.HTTPConnection, tablet: LoadTablet, texts: Sequence[str]) -> tuple[int, Any]:
    """One sending; returns the status and what the server said."""
    nonce = new_record_id(now())
    headers = {"Authorization": tablet.header, "Content-Type": "application/json"}
    connection.request("POST", "/data/tablet/records", tablet.batch(texts, nonce), headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        return answer.status, said
    read = json.loads(said)
    assert read["nonce"] == nonce, read
    return answer.status, read


def send_until(tablets: Sequence[LoadTablet], port: int, stop: threading.Event, *, seconds: float = 600) -> None:
    """Every tablet sends what waits, then new tickets one after the other, until `stop` is set, the time is over or
    nobody answers."""
    end = time.perf_counter() + seconds
    threads = [threading.Thread(target=_send_until, args=(tablet, port, stop, end)) for tablet in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def send_until_killed(tablets: Sequence[LoadTablet], port: int, kill: Callable[[], None], *, tickets: int) -> None:
    """Every tablet sends; once so many more tickets are acknowledged, `kill` is called amid the writing."""
    stop = threading.Event()
    before = sum(len(tablet.acknowledged) for tablet in tablets)

    def watch() -> None:
        end = time.monotonic() + _LONGEST_WAIT_S
        while sum(len(tablet.acknowledged) for tablet in tablets) - before < tickets * RECORDS_OF_TICKET:
            if time.monotonic() > end or any(tablet.faults for tablet in tablets):
                break
            time.sleep(0.001)
        kill()
        stop.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    send_until(tablets, port, stop)
    watcher.join()


def send_waiting(tablets: Iterable[LoadTablet], port: int) -> None:
    """Send what waits, with the old numbers and ids, and nothing new."""
    for tablet in tablets:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while tablet.waiting:
            assert _deliver(connection, tablet, tablet.waiting[0]), tablet.faults
            tablet.waiting.pop(0)
        connection.close()


def _send_until(tablet: LoadTablet, port: int, stop: threading.Event, end: float) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        while not stop.is_set() and time.perf_counter() < end:
            if not tablet.waiting:
                tablet.waiting.append(tablet.ticket())
            if not _deliver(connection, tablet, tablet.waiting[0]):
                return
            tablet.waiting.pop(0)
    except (OSError, http.client.HTTPException):
        return  # what was on its way waits for the next server
    finally:
        connection.close()


def _deliver(connection: http.client.HTTPConnection, tablet: LoadTablet, ticket: Ticket) -> bool:
    """Send a ticket in the tablet's own manner; says whether the server acknowledged all of it."""
    parts = [ticket.texts] if tablet.manner is not Manner.IN_HALVES else [ticket.texts[:2], ticket.texts[2:]]
    if tablet.manner is Manner.TWICE:
        parts = [ticket.texts, ticket.texts]
    for part in parts:
        started = time.perf_counter()
        status, said = send(connection, tablet, part)
        tablet.seconds.append(time.perf_counter() - started)
        if status != 200 or any(result["status"] not in (200, 201) for result in said["results"]):
            tablet.faults.append(f"{status}: {str(said)[:1_000]}")
            return False
    tablet.acknowledged.update(ticket.ids)
    return True


def prepared(app: Flask, database_url: str, *, yards: int, tablets: int) -> list[LoadTablet]:
    """Bring the schema up to date, make a town with a plant and so many yards, and enrol tablets spread over them:
    every fourth sends everything twice, every fourth in halves. `app`, whatever its database, hashes passwords."""
    manners = (Manner.AT_ONCE, Manner.TWICE, Manner.AT_ONCE, Manner.IN_HALVES)
    engine = make_engine(database_url)
    upgrade(engine)
    with app.app_context(), Session(engine) as session:
        ensure_roles(session)
        maker = open_account(
            session, email="a@tests.example", name="A", password=PASSWORD, role_names=["administrator"]
        )
        made_yards = _yards(session, yards)
        people = {yard.yard_id: _attendants(session, yard.yard_id) for yard in made_yards}
        made = []
        for number in range(tablets):
            yard = made_yards[number % yards]
            made.append(_enrolled(session, maker, yard, number, people[yard.yard_id]))
            made[-1].manner = manners[number % 4]
        session.commit()
    engine.dispose()
    return made


PLANT_ID = "P01"


def _yards(session: Session, number: int) -> list[TransferYard]:
    town = _filled(Town, town_id="T01", name="Town (demo)", lon=120.5, lat=30.4)
    plant = _filled(EndUsePlant, plant_id=PLANT_ID, name="Plant (demo)", town_id="T01", lon=120.6, lat=30.4)
    session.add(town)
    session.flush()
    session.add(plant)
    session.flush()
    yards = [
        _filled(
            TransferYard, yard_id=f"Y{n:02d}", name=f"Yard {n}", town_id="T01", lon=120.5, lat=30.4, capacity_t=5_000
        )
        for n in range(1, number + 1)
    ]
    session.add_all(yards)
    session.flush()
    for yard in yards:
        ensure_stacks(session, yard)
    return yards


def _filled(model: Any, **known: Any) -> Any:
    """A record with something in every column that must not be empty."""
    for column in inspect(model).columns:
        if column.key in known or column.nullable or column.primary_key or column.default or column.server_default:
            continue
        kind = column.type.python_type
        known[column.key] = kind(1) if kind in (int, float) else kind() if kind is not str else "-"
    return model(**known)


def _attendants(session: Session, yard_id: str) -> tuple[int, int]:
    """Two people of the yard who know their PIN."""
    ids = []
    for which in ("first", "second"):
        person = open_account(
            session,
            email=f"{which}-{yard_id.lower()}@tests.example",
            name=f"{which} of {yard_id} (demo)",
            password=PASSWORD,
            role_names=["attendant"],
        )
        person.places = [AccountPlace(kind="yard", place_id=yard_id)]
        assert choose_pin(session, person, PIN) == []
        session.flush()
        ids.append(person.id)
    return ids[0], ids[1]


def _enrolled(session: Session, maker: Account, yard: TransferYard, number: int, people: tuple[int, int]) -> LoadTablet:
    _code, text = make_code(session, name=f"Gate {number}", place=("yard", yard.yard_id), made_by=maker)
    device, _token = enrol(session, text)
    sync_key = new_sync_token(session, device)
    key, scale_id = Ed25519PrivateKey.generate(), f"{yard.yard_id}-T{number}"
    until = (now() + timedelta(days=200)).date()
    session.add(
        Scale(
            scale_id=scale_id,
            name=scale_id,
            yard_id=yard.yard_id,
            division_kg=20,
            capacity_kg=60_000,
            certificate_number="T-1",
            certified_until=until,
        )
    )
    session.flush()
    session.add(
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
    return LoadTablet(device.id, yard.yard_id, f"Device {sync_key}", scale_id, key, people[0], people[1])
