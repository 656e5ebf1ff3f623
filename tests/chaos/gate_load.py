"""Tablets that send whole tickets to a real server as fast as it takes them, and remember what it acknowledged."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.accounts.devices import enrol, make_code, new_sync_token
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import ensure_roles, open_account
from app.clock import now
from app.config import Config
from app.database.engine import db
from app.database.migrate import upgrade
from app.dispatch.operations import import_scenario
from app.intake.bodies import moment_text
from app.intake.ids import new_record_id
from app.intake.models import ScaleAgent
from app.registry.models import Scale, TransferYard
from app.storage.layouts import ensure_stacks
from app.weighbridge.signing import SignedReading, public_text, signed

SECRET = "a key that only these tests know, and no installation"
COUNTY = Path(__file__).resolve().parents[2] / "data" / "haining"
NET_KG, BALES = 3_500, 30


@dataclass
class LoadTablet:
    """A tablet of one yard. `acknowledged`: ids of tickets whose three records the server said it had stored; `sent`:
    of all that left the tablet."""

    yard_id: str
    header: str
    scale_id: str
    key: Ed25519PrivateKey
    operator_id: int
    number: int = 0
    acknowledged: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def ticket(self) -> tuple[str, list[str]]:
        """The id and the three records of a whole ticket."""
        moment = now()
        ticket_id = new_record_id(moment)
        plate = f"浙F{self.number % 100_000:05d}"
        first = {
            "ticket_id": ticket_id,
            "purpose": "intake",
            "vehicle": {"plate": plate},
            "origin": {"field_ids": []},
            "material_id": "rice_straw",
            "bale_kind": "round_1m",
            "bales": BALES,
            "weighing": self._weight(8_960 + NET_KG),
        }
        sample = {"ticket_id": ticket_id, "readings": [[1 + n // 2, 180 + n % 3] for n in range(20)]}
        last = {
            "ticket_id": ticket_id,
            "outcome": "stored",
            "bales": BALES,
            "stacks": [{"stack_id": f"{self.yard_id}-01", "bales": BALES}],
            "weighing": self._weight(8_960),
        }
        texts = [
            self._record("opening", first, ticket_id),
            self._record("sample", sample),
            self._record("closing", last),
        ]
        return ticket_id, texts

    def _record(self, kind: str, body: dict[str, Any], id_: str | None = None) -> str:
        self.number += 1
        moment = now()
        whole = {
            "id": id_ or new_record_id(moment),
            "kind": kind,
            "number": self.number,
            "made_at": moment_text(moment),
            "operator": {"id": self.operator_id, "checked": "device"},
            "where": None,
            "body": body,
        }
        return json.dumps(whole, ensure_ascii=False)

    def _weight(self, kg: int) -> dict[str, Any]:
        moment = now()
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


def prepared(database_url: str, instance: Path, *, tablets: int) -> list[LoadTablet]:
    """Fill the database with the demo county and enrol tablets, spread over its yards."""
    app = _app(database_url, instance)
    with app.app_context():
        upgrade(db.engine)
        ensure_roles(db.session)
        maker = open_account(
            db.session, email="a@tests.example", name="A", password="only-for-tests-4711", role_names=["administrator"]
        )
        import_scenario(db.session, COUNTY)
        db.session.flush()
        yards = db.session.scalars(select(TransferYard).order_by(TransferYard.id)).all()
        made = [_enrolled(maker, yards[n % len(yards)], n) for n in range(tablets)]
        db.session.commit()
        db.engine.dispose()
    return made


def _app(database_url: str, instance: Path) -> Flask:
    return create_app(Config(instance=instance, database_url=database_url, secret_key=SECRET))


def _enrolled(maker: Account, yard: TransferYard, number: int) -> LoadTablet:
    ensure_stacks(db.session, yard)
    place = ("yard", yard.yard_id)
    attendant = open_account(
        db.session,
        email=f"t{number}@tests.example",
        name=f"Attendant {number}",
        password="only-for-tests-4711",
        role_names=["attendant"],
    )
    attendant.places = [AccountPlace(kind="yard", place_id=yard.yard_id)]
    _code, text = make_code(db.session, name=f"Gate {number}", place=place, made_by=maker)
    device, _token = enrol(db.session, text)
    sync_key = new_sync_token(db.session, device)
    key, scale_id = Ed25519PrivateKey.generate(), f"{yard.yard_id}-T{number}"
    until = (now() + timedelta(days=200)).date()
    db.session.add(
        Scale(
            scale_id=scale_id,
            name=scale_id,
            yard_id=yard.yard_id,
            division_kg=20,
            capacity_kg=60_000,
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
    return LoadTablet(yard.yard_id, f"Device {sync_key}", scale_id, key, attendant.id)


@contextmanager
def served(database_url: str, instance: Path, *, workers: int = 2, port: int = 0) -> Iterator[tuple[int, Any]]:
    """`strawline serve` in a process group of its own; gives its port and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    environment = {
        "STRAWLINE_INSTANCE": str(instance),
        "STRAWLINE_DATABASE_URL": database_url,
        "STRAWLINE_SECRET_KEY": SECRET,
        "STRAWLINE_LOG_LEVEL": "error",
        "PATH": os.environ["PATH"],
        "HOME": str(instance),
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield port, process
    finally:
        kill_group(process)


def kill_group(process: Any) -> None:
    """`kill -9` of the server and all of its processes."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(port: int) -> None:
    for _try in range(1200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def send_for(tablets: list[LoadTablet], port: int, seconds: float, *, ahead: int = 0) -> float:
    """Every tablet sends whole tickets, one after the other, for so long; returns the seconds that it took.

    `ahead`: so many tickets of each tablet are made before the clock runs, as tablets make theirs hours before.
    """
    waiting = {id(tablet): [tablet.ticket() for _ in range(ahead)] for tablet in tablets}
    started = time.perf_counter()
    end = started + seconds
    threads = [
        threading.Thread(target=_send_until, args=(tablet, port, end, waiting[id(tablet)])) for tablet in tablets
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def send(connection: http.client.HTTPConnection, tablet: LoadTablet, texts: list[str]) -> tuple[int, Any]:
    """One sending; returns the status and what the server said."""
    body = json.dumps(
        {"nonce": "n" * 12, "sent_at": moment_text(now()), "client": 1, "records": texts}, ensure_ascii=False
    ).encode()
    headers = {"Authorization": tablet.header, "Content-Type": "application/json"}
    connection.request("POST", "/data/tablet/records", body, headers)
    answer = connection.getresponse()
    said = answer.read()
    return answer.status, json.loads(said) if answer.status == 200 else said


def _send_until(tablet: LoadTablet, port: int, end: float, waiting: list[tuple[str, list[str]]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    waiting.reverse()
    while time.perf_counter() < end:
        ticket_id, texts = waiting.pop() if waiting else tablet.ticket()
        tablet.sent.append(ticket_id)
        started = time.perf_counter()
        try:
            status, said = send(connection, tablet, texts)
        except (OSError, http.client.HTTPException):
            connection.close()
            return
        tablet.seconds.append(time.perf_counter() - started)
        if status == 200 and [result["status"] for result in said["results"]] == [201] * 3:
            tablet.acknowledged.append(ticket_id)
        else:
            tablet.faults.append(f"{status}: {str(said)[:500]}")
    connection.close()
