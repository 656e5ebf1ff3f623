"""Some days at the gates of a demonstration, made up and named so: tickets, stock, heat and rounds; and some of the
month before, of which all straw has left for the plants.

They go in as a tablet's records do, each with the moment of its making as that of its coming: every page, chain and
check sees what it would see after such days.
"""

from __future__ import annotations

import hashlib
import json
import random
import secrets
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.device_models import Device
from app.accounts.devices import enrol, make_code
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.clock import COUNTY_ZONE, business_day
from app.fire_safety.patrols.operations import add_point, add_shift, note_conditions
from app.fire_safety.watching import look_at_all
from app.intake.attachments import keep_attachment
from app.intake.bodies import moment_text
from app.intake.ids import new_record_id
from app.intake.models import Outcome, Purpose
from app.intake.record_models import GateRecord
from app.intake.records import Sending, read_records, sender_of, store_records
from app.registry.models import MoistureMeter, Scale, TransferYard
from app.storage.layouts import ensure_stacks, stacks_of
from app.storage.models import StackKind
from app.tablet.demo_places import agent_of, origins_of, picture_of, plant_of
from app.tablet.record_kinds import RECORD_KINDS
from app.weighbridge.signing import SignedReading, signed
from yard_rules.dry_straw import DryStrawMethod
from yard_rules.patrols.interval import Weather

_FILE: Final = Path(__file__).with_name("demo_gate.toml")
# Dry loads fill the first stacks, wetter ones the last.
_FILLED = (StackKind.STACK_FREELY, StackKind.ANY, StackKind.HOT_LANE, StackKind.STACK_APART)
_OPENS, _CLOSES = time(7), time(17)
_TRUCKS = 12
_LINEHAUL_BALES = 60
# Nobody logs in as an attendant of a demonstration that its commands name no password of.
_ADDRESS = "gate-{yard_id}@demo.example"

Event = tuple[datetime, Callable[["_Gate", datetime], None]]


def play_demo_gate(session: Session, moment: datetime) -> int:
    """Play the days before `moment` at the first yards of a demonstration's register, and let the watch look at them;
    return how many records that made: none where somebody has weighed before, or where there is no demonstration."""
    said = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    maker = session.scalar(select(Account).where(Account.is_demo).order_by(Account.id).limit(1))
    if maker is None or session.scalar(select(GateRecord.id).limit(1)) is not None:
        return 0
    yards = session.scalars(
        select(TransferYard)
        .join(Scale, Scale.yard_id == TransferYard.yard_id)
        .where(TransferYard.withdrawn_at.is_(None), Scale.withdrawn_at.is_(None))
        .order_by(TransferYard.id)
        .limit(said["yards"])
    ).all()
    made = 0
    for number, yard in enumerate(yards):
        gate = _opened_gate(session, yard, number, maker, said, moment)
        for happens_at, play in sorted(_days(gate, moment), key=lambda event: event[0]):
            play(gate, happens_at.astimezone(UTC))
        made += gate.records
    # as if the watch had looked on: what was due when, and how hot it was then
    every = timedelta(hours=said["watched_every_h"])
    for look in range(said["days"] * 24 // said["watched_every_h"] if made else 0):
        looked_at = moment - timedelta(days=said["days"]) + every * (look + 1)
        for yard in yards:
            note_conditions(session, yard.yard_id, looked_at, weather=Weather(**said["weather"]), rains=False)
        look_at_all(session, (), looked_at)
    return made


@dataclass
class _Gate:
    """A yard with its tablet, its scale's key, and who works there."""

    session: Session
    said: dict[str, Any]
    yard: TransferYard
    number: int
    device: Device
    attendant: Account
    scale: Scale
    key: Ed25519PrivateKey
    meter_id: str | None
    origins: list[tuple[str, str, str | None]]
    stack_ids: list[str]
    plant_id: str | None
    points: list[str]
    chance: random.Random
    held: Counter[str] = field(default_factory=Counter)
    records: int = 0
    loads: int = 0
    stacked: int = 0  # since the yard was last empty
    probings: int = 0

    def store(self, kind: str, body: dict[str, Any], moment: datetime, *, id_: str | None = None) -> None:
        """Put a record in as if the tablet had sent it at once."""
        self.records += 1
        whole = {
            "id": id_ or new_record_id(moment),
            "kind": kind,
            "number": self.records,
            "made_at": moment_text(moment),
            "operator": {"id": self.attendant.id, "checked": "device"},
            "where": None,
            "body": body,
        }
        incoming = read_records([json.dumps(whole, ensure_ascii=False)], RECORD_KINDS)
        sender = sender_of(self.device)
        sending = Sending(sender=sender, sent_at=moment, received_at=moment, dry_method=DryStrawMethod.CAP)
        (result,) = store_records(self.session, sending, incoming)
        assert result.refusal is None, (kind, result)

    def weight(self, kg: int, moment: datetime) -> dict[str, Any]:
        """What the scale would have signed."""
        reading = SignedReading(
            scale_id=self.scale.scale_id,
            kg=kg,
            division_kg=self.scale.division_kg,
            taken_at=moment,
            nonce=secrets.token_hex(8),
            seq=self.records + 1,
            steady_for_ms=3_000,
            protocol="demo",
            kind="unknown",
            zero_seen_at=moment - timedelta(minutes=1),
            frames=(),
            curve=(0, kg // 3, kg * 4 // 5, kg, kg),
            curve_step_ms=400,
        )
        payload, signature = signed(reading, self.key)
        told = {"source": "scale", "kg": kg, "scale_id": self.scale.scale_id}
        return {**told, "photos": [self.photographed(kg, moment)], "payload": payload, "signature": signature}

    def photographed(self, kg: int, moment: datetime) -> str:
        """Keep a photo of this weighing, for no two weighings have the same one, and return its hash."""
        words = f"{self.said['picture']}\n{self.scale.scale_id}  {moment_text(moment)}\n{kg} kg"
        picture = picture_of(words)
        sha256 = hashlib.sha256(picture).hexdigest()
        keep_attachment(self.session, sha256, picture, device_id=self.device.id)
        return sha256

    def stack_of(self, moisture_permille: int) -> str:
        """Loads fill one stack after the other; what is wetter lies on the last."""
        per_stack = self.said["loads_per_day"] * self.said["days"] // 2 + 1
        at = min(self.stacked // per_stack, len(self.stack_ids) - 1)
        return self.stack_ids[-1] if moisture_permille > self.said["dry_permille"] else self.stack_ids[at]


def _opened_gate(
    session: Session, yard: TransferYard, number: int, maker: Account, said: dict[str, Any], moment: datetime
) -> _Gate:
    """A tablet, an attendant, points of the rounds and the shifts of the watch."""
    first = moment - timedelta(days=said["days"])
    told = {"place": yard.name}
    ensure_stacks(session, yard)
    stacks = sorted(stacks_of(session, yard.yard_id), key=lambda stack: _FILLED.index(StackKind(stack.kind)))
    device, _token = enrol(session, make_code(
        session, name=said["device"].format(**told), place=("yard", yard.yard_id), made_by=maker
    )[1])  # fmt: skip
    attendant = open_account(
        session,
        email=_ADDRESS.format(yard_id=yard.yard_id.lower()),
        name=said["attendant"].format(**told),
        password=secrets.token_urlsafe(24),
        role_names=["attendant"],
        is_demo=True,
    )
    attendant.places = [AccountPlace(kind="yard", place_id=yard.yard_id)]
    scale = session.scalars(select(Scale).where(Scale.yard_id == yard.yard_id).order_by(Scale.id).limit(1)).one()
    key = Ed25519PrivateKey.generate()
    session.add(agent_of(scale, key, maker, first))
    points = [add_point(session, yard.yard_id, name, first).code for name in said["points"]]
    for day in range(said["days"] + 7):
        begins_at = datetime.combine(business_day(first) + timedelta(days=day), _OPENS, COUNTY_ZONE)
        for shift, watcher in enumerate(said["watchers"]):
            begins = begins_at + timedelta(hours=12 * shift)
            add_shift(session, yard.yard_id, watcher, begins, begins + timedelta(hours=12), first)
    session.flush()
    return _Gate(
        session=session,
        said=said,
        yard=yard,
        number=number,
        device=device,
        attendant=attendant,
        scale=scale,
        key=key,
        meter_id=session.scalar(select(MoistureMeter.meter_id).where(MoistureMeter.yard_id == yard.yard_id).limit(1)),
        origins=origins_of(session, yard),
        stack_ids=[stack.stack_id for stack in stacks],
        plant_id=plant_of(session, number),
        points=points,
        chance=random.Random(number),
    )


def _days(gate: _Gate, moment: datetime) -> Iterator[Event]:
    """What happens in the yard, in no order; whatever has begun is over by `moment`."""
    for day in _days_of_month_before(business_day(moment), gate.said):
        yield from _day_emptied(gate, day)
    days = [business_day(moment) - timedelta(days=ago) for ago in range(gate.said["days"], -1, -1)]
    for number, day in enumerate(days):
        for event in _day(gate, day, number):
            if event[0] + _LASTS.get(event[1], timedelta(minutes=1)) < moment:
                yield event


def _days_of_month_before(today: date, said: dict[str, Any]) -> list[date]:
    last_month = today.replace(day=1) - timedelta(days=1)
    return [last_month.replace(day=said["earlier_from_day"] + ago) for ago in range(said["earlier_days"])]


def _day_emptied(gate: _Gate, day: date) -> Iterator[Event]:
    """Straw that comes in the morning and leaves in the afternoon: nothing is left to be watched over."""
    begins = datetime.combine(day, _OPENS, COUNTY_ZONE) + timedelta(minutes=7 * gate.number)
    loads = gate.said["earlier_loads"]
    for load in range(loads):
        yield begins + timedelta(minutes=40 * load), _load
    for truck in range(gate.said["earlier_linehauls"]):
        yield begins + timedelta(minutes=40 * loads + 45 * truck), _linehaul
    yield begins + timedelta(hours=13), _day_closed


def _day(gate: _Gate, day: date, number: int) -> Iterator[Event]:
    begins = datetime.combine(day, _OPENS, COUNTY_ZONE)
    loads = gate.said["loads_per_day"]
    between = timedelta(hours=_CLOSES.hour - _OPENS.hour) / loads
    # every yard at its own minute
    begins += timedelta(minutes=7 * gate.number)
    for load in range(loads):
        yield begins + between * load, _load
    if number and gate.plant_id is not None:
        yield begins + timedelta(hours=11), _linehaul
    yield begins + timedelta(hours=13), _day_closed
    for minutes in range(20, 24 * 60, gate.said["round_every_min"]):
        yield begins + timedelta(minutes=minutes), _round
    for hours in range(0, 24, gate.said["probing_every_h"]):
        yield begins + timedelta(hours=hours, minutes=40), _probed


def _load(gate: _Gate, moment: datetime) -> None:
    """A truck with straw: weighed in, sampled, stacked, weighed out."""
    moistures = gate.said["moisture_permille"]
    permille = moistures[gate.stacked % len(moistures)]
    town_id, field_id, grower = gate.origins[gate.loads % len(gate.origins)] if gate.origins else ("", "", None)
    truck, bales = gate.loads % _TRUCKS, 20 + 3 * (gate.loads % 4)
    tare_kg = 8_440 + 20 * truck + 20 * gate.chance.randint(-1, 1)
    net_kg = 20 * round(bales * gate.chance.gauss(112, 2) / 20)
    ticket_id = new_record_id(moment)
    opening = {
        "ticket_id": ticket_id,
        "purpose": Purpose.INTAKE,
        "vehicle": _vehicle(gate, truck),
        "origin": {"town_id": town_id or None, "field_ids": [field_id] if field_id else [], "grower": grower},
        "material_id": "rice_straw",
        "bale_kind": "round_1m",
        "bales": bales,
        "weighing": gate.weight(tare_kg + net_kg, moment),
    }
    gate.store("opening", opening, moment, id_=ticket_id)
    _sampled(gate, ticket_id, permille, moment + timedelta(minutes=4))
    stack_id = gate.stack_of(permille)
    _closed(gate, ticket_id, Outcome.STORED, bales, stack_id, tare_kg, moment + timedelta(minutes=15))
    gate.held[stack_id] += bales
    gate.loads += 1
    gate.stacked += 1


def _linehaul(gate: _Gate, moment: datetime) -> None:
    """An empty truck leaves with bales of the fullest stack."""
    stack_id = max(sorted(gate.held), key=lambda it: gate.held[it], default=None)
    if stack_id is None or not gate.held[stack_id]:
        return
    ticket_id, bales, tare_kg = new_record_id(moment), min(_LINEHAUL_BALES, gate.held[stack_id]), 10_200
    opening = {
        "ticket_id": ticket_id,
        "purpose": Purpose.LINEHAUL_OUT,
        "vehicle": _vehicle(gate, _TRUCKS),
        "destination_id": gate.plant_id,
        "material_id": "rice_straw",
        "bale_kind": "round_1m",
        "bales": bales,
        "weighing": gate.weight(tare_kg, moment),
    }
    gate.store("opening", opening, moment, id_=ticket_id)
    _sampled(gate, ticket_id, 148, moment + timedelta(minutes=4))
    _closed(
        gate,
        ticket_id,
        Outcome.SHIPPED,
        bales,
        stack_id,
        tare_kg + 20 * round(bales * gate.chance.gauss(112, 1) / 20),
        moment + timedelta(minutes=40),
    )
    gate.held[stack_id] -= bales
    if not any(gate.held.values()):
        gate.stacked = 0


def _day_closed(gate: _Gate, moment: datetime) -> None:
    """Every stack counted as it is."""
    counts = [{"stack_id": stack_id, "bales": bales} for stack_id, bales in sorted(gate.held.items())]
    gate.store("day_close", {"day": business_day(moment).isoformat(), "counts": counts}, moment)


def _closed(
    gate: _Gate, ticket_id: str, outcome: Outcome, bales: int, stack_id: str, kg: int, moment: datetime
) -> None:
    closing = {
        "ticket_id": ticket_id,
        "outcome": outcome,
        "bales": bales,
        "stacks": [{"stack_id": stack_id, "bales": bales}],
        "weighing": gate.weight(kg, moment),
    }
    gate.store("closing", closing, moment)


def _sampled(gate: _Gate, ticket_id: str, permille: int, moment: datetime) -> None:
    """Two probes in each of ten bales, around the mean: no two loads have the same readings."""
    readings = [[1 + n // 2, permille + round(max(-12, min(12, gate.chance.gauss(0, 7))))] for n in range(20)]
    gate.store("sample", {"ticket_id": ticket_id, "meter_id": gate.meter_id, "readings": readings}, moment)


def _round(gate: _Gate, moment: datetime) -> None:
    """All points, two minutes apart."""
    times = [moment - timedelta(minutes=2 * n) for n in reversed(range(len(gate.points)))]
    scans = [{"code": code, "at": moment_text(at)} for code, at in zip(gate.points, times, strict=True)]
    gate.store("patrol_round", {"scans": scans}, moment)


def _probed(gate: _Gate, moment: datetime) -> None:
    """Somebody probes each stack that holds straw, at three places."""
    for number, stack_id in enumerate(gate.stack_ids):
        if not gate.held[stack_id]:
            continue
        is_warming = [gate.number, number] == gate.said["warming_stack"]
        hottest_dc = gate.said["temperature_dc"] + (
            gate.probings * gate.said["warming_dc"] if is_warming else number * 6
        )
        places = (("A", hottest_dc), ("B", hottest_dc - 24), ("C", hottest_dc - 41))
        readings = [{"place": place, "temperature_dc": dc, "depth_cm": 100} for place, dc in places]
        gate.store("heat_reading", {"stack_id": stack_id, "readings": readings}, moment)
    gate.probings += 1


def _vehicle(gate: _Gate, truck: int) -> dict[str, Any]:
    number = 100 * gate.number + truck + 1
    return {"plate": gate.said["plate"].format(number=number), "driver": gate.said["driver"]}


_LASTS: Final[dict[Callable[[_Gate, datetime], None], timedelta]] = {
    _load: timedelta(minutes=16),
    _linehaul: timedelta(minutes=41),
}
