"""The gates of the year: tablets and scales at yards and plants whose records go in as if they came on their day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from app.accounts.devices import enrol, make_code
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import ensure_roles, open_account
from app.clock import now
from app.intake.arriving import Arrived, Effects
from app.intake.bodies import Closing
from app.intake.books import Books
from app.intake.closings import closed, foresee_closings
from app.intake.ids import new_record_id
from app.intake.models import Outcome, ScaleAgent, TicketClosing
from app.intake.office_records import store_office_record
from app.intake.records import Sender, Sending, read_records, store_sendings
from app.registry.materials import ensure_materials
from app.registry.models import DirectHaulApproval, EndUsePlant, RecyclingPoint, Scale, Town, TransferYard
from app.storage.layouts import ensure_stacks
from app.storage.models import GATE
from app.storage.transfers import transfer
from app.tablet.record_kinds import RECORD_KINDS
from app.weighbridge.signing import public_text
from tests.app.billing.year.book import (
    BEIJING,
    KG_PER_BALE,
    MATERIAL,
    PLANTS,
    POINTS,
    TOWNS,
    WEIGHING_PLANTS,
    YARDS,
    Bought,
    Trip,
    YearBook,
)
from tests.chaos.gate_load import PASSWORD, LoadTablet, _filled
from yard_rules.dry_straw import DryStrawMethod

# When a place's tablet sends what it wrote on the day.
_SENDS: Final = time(23, 30)
# Direct hauls are agreed to for all days of the year (H13).
_FIRST, _LAST = date(2024, 1, 1), date(2027, 12, 31)
Place = tuple[str, str]


def _closed(books: Books, arrived: Arrived, body: Closing) -> Effects:
    """As the gate closes a ticket, but for what it says of stacks: that it asks of all their past for each load, which
    for a year written at once takes hours."""
    effects = closed(books, arrived, body)
    row = next(row for model, row in effects.rows if model is TicketClosing)
    for share in body.stacks:
        accounts = (GATE, share.stack_id) if body.outcome is Outcome.STORED else (share.stack_id, GATE)
        amounts = (share.bales, row["net_kg"], row["dry_kg"])
        effects.rows.append(transfer(arrived, *accounts, amounts, ticket_id=body.ticket_id))
    return effects


_KINDS: Final = {**RECORD_KINDS, "closing": replace(RECORD_KINDS["closing"], effects=_closed, foresee=foresee_closings)}


class YearGates:
    """`office`: two people who agree that tickets are void."""

    def __init__(self, session: Session) -> None:
        ensure_roles(session)
        self.office = [_person(session, f"office-{number}", "finance") for number in (1, 2)]
        _register(session)
        places = [*(("yard", it) for it in YARDS), *(("plant", it) for it in WEIGHING_PLANTS)]
        self._tablets: dict[Place, LoadTablet] = {place: _tablet(session, place, self.office[0]) for place in places}
        self._tablets |= {("point", it): _point_tablet(session, it, self.office[0]) for it in POINTS}
        self._left: dict[date, list[tuple[datetime, Place, Any]]] = defaultdict(list)
        session.commit()

    def plan(self, book: YearBook) -> None:
        """Remember what will be weighed when."""
        for moment, yard_id, kg, moisture in book.intakes:
            self._remember(moment, ("yard", yard_id), (None, kg, moisture))
        for trip in book.trips:
            if trip.yard_id is not None:
                self._remember(trip.leaves_at, ("yard", trip.yard_id), (trip, 0, 0))
            if not trip.is_typed:
                self._remember(trip.arrives_at, ("plant", trip.plant_id), (trip, 0, 0))

        for it in book.purchases:
            self._remember(it.at, ("point", it.point_id), it)

    def weigh(self, session: Session, month: date) -> int:
        """All tickets of the days of a month; returns how many."""
        number = 0
        for day in sorted(day for day in self._left if day.replace(day=1) == month):
            events = sorted(self._left.pop(day), key=lambda event: (event[0], event[1]))
            received_at = datetime.combine(day, _SENDS, BEIJING).astimezone(UTC)
            texts: dict[Place, list[str]] = defaultdict(list)
            opened: dict[str, tuple[Trip, bool]] = {}
            for moment, place, what in events:
                if isinstance(what, Bought):
                    texts[place].append(self._purchase(place, moment.astimezone(UTC), what))
                else:
                    texts[place] += self._ticket(place, moment.astimezone(UTC), what, opened)
            sendings = [
                (self._sending(place, received_at), read_records(made, _KINDS)) for place, made in texts.items()
            ]
            for results in store_sendings(session, sendings):
                for result in results:
                    assert result.status == 201, (result, result.details)
                    _keep_number(opened, result.receipt or {})
            session.commit()
            number += len(events)
        return number

    def void(self, session: Session, place: Place, ticket_id: str) -> None:
        """One person of the office asks, the other agrees."""
        asked = self._office_record(
            session, "void_request", place, {"ticket_id": ticket_id, "reason": "it was another load"}, self.office[0]
        )
        body = {"ticket_id": ticket_id, "request_id": asked["id"]}
        self._office_record(session, "void", place, body, self.office[1])

    def _office_record(self, session: Session, kind: str, place: Place, body: Any, who: Account) -> Any:
        return store_office_record(session, kind=kind, place=place, body=body, account=who, kinds=RECORD_KINDS)

    def _remember(self, moment: datetime, place: Place, what: Any) -> None:
        self._left[moment.astimezone(BEIJING).date()].append((moment, place, what))

    def _sending(self, place: Place, received_at: datetime) -> Sending:
        sender = Sender(device_id=self._tablets[place].device_id, device_name=f"Gate {place[1]}", place=place)
        return Sending(sender=sender, sent_at=received_at, received_at=received_at, dry_method=DryStrawMethod.CAP)

    def _purchase(self, place: Place, moment: datetime, what: Bought) -> str:
        tablet = self._tablets[place]
        what.ticket_id = new_record_id(moment)
        body = {
            "seller": {"name": f"farmer {tablet.number}"},
            "material_id": what.material_id,
            "weighing": {"source": "typed", "kg": what.kg, "reason": "small scale"},
            "is_recyclable": what.is_recyclable,
            "paper_number": f"{tablet.number}" if what.is_signed else None,
        }
        return tablet.record("purchase", body, moment, id_=what.ticket_id)

    def _ticket(self, place: Place, moment: datetime, what: Any, opened: dict[str, tuple[Trip, bool]]) -> list[str]:
        trip, kg, moisture = what
        tablet, ticket_id = self._tablets[place], new_record_id(moment)
        opening: dict[str, Any] = {"ticket_id": ticket_id, "material_id": MATERIAL, "bale_kind": "round_1m"}
        if trip is None:
            plate = f"浙F1{tablet.number % 10_000:04d}"
            opening |= {"purpose": "intake", "origin": {"field_ids": []}}
            first_kg, last_kg, outcome = 9_000 + kg, 9_000, "stored"
        elif place[0] == "yard":
            plate, kg, moisture = trip.plate, trip.yard_kg, trip.yard_moisture
            opening |= {"purpose": "linehaul_out", "destination_id": trip.plant_id}
            first_kg, last_kg, outcome = trip.tare_kg, trip.tare_kg + kg, "shipped"
        else:
            plate, kg, moisture = trip.plate, trip.plant_kg, trip.plant_moisture
            origin: dict[str, Any] = {"field_ids": []}
            origin |= {"town_id": trip.town_id} if trip.yard_id is None else {"yard_id": trip.yard_id}
            opening |= {"purpose": "direct_in" if trip.yard_id is None else "linehaul_in", "origin": origin}
            first_kg, last_kg, outcome = trip.tare_kg + kg, trip.tare_kg, "delivered"
        if trip is not None:
            opened[ticket_id] = trip, place[0] == "yard" or trip.yard_id is None
        bales = max(1, round(kg / KG_PER_BALE))
        left_at = moment + timedelta(minutes=9)
        opening |= {
            "vehicle": {"plate": plate},
            "bales": bales,
            "weighing": tablet.weight(first_kg, moment),
        }
        probes = [moisture - 3, moisture + 3, moisture - 2, moisture + 2, moisture, moisture]
        closing = {
            "ticket_id": ticket_id,
            "outcome": outcome,
            "bales": bales,
            "stacks": [{"stack_id": f"{place[1]}-01", "bales": bales}] if place[0] == "yard" else [],
            "weighing": tablet.weight(last_kg, left_at),
        }
        readings = [[1 + at // 2, permille] for at, permille in enumerate(probes)]
        return [
            tablet.record("opening", opening, moment, id_=ticket_id),
            tablet.record("sample", {"ticket_id": ticket_id, "readings": readings}, moment + timedelta(minutes=3)),
            tablet.record("closing", closing, left_at),
        ]


def _keep_number(opened: dict[str, tuple[Trip, bool]], receipt: Any) -> None:
    if receipt["id"] not in opened:
        return
    trip, is_first = opened[receipt["id"]]
    if is_first:
        trip.ticket_id, trip.number = receipt["id"], receipt["ticket_number"]
    if trip.yard_id is None or not is_first:
        trip.arrival_id = receipt["id"]


def _register(session: Session) -> None:
    """Towns, plants and yards."""
    for town_id in TOWNS:
        session.add(_filled(Town, town_id=town_id, name=f"Town {town_id}", lon=120.5, lat=30.4))
    session.flush()
    for plant_id in PLANTS:
        session.add(
            _filled(EndUsePlant, plant_id=plant_id, name=f"Plant {plant_id}", town_id="T01", lon=120.6, lat=30.4)
        )
    session.flush()
    agreed = {"applied_on": _FIRST, "task_force_agreed_on": _FIRST, "company_agreed_on": _FIRST}
    for town_id, plant_id in product(TOWNS, PLANTS):
        approval = {"approval_id": f"{town_id}-{plant_id}", "town_id": town_id, "plant_id": plant_id}
        session.add(_filled(DirectHaulApproval, **approval, **agreed, valid_from=_FIRST, valid_until=_LAST))
    ensure_materials(session)
    for point_id, town_id in POINTS.items():
        session.add(_filled(RecyclingPoint, point_id=point_id, name=point_id, town_id=town_id, lon=120.5, lat=30.4))
    yards = [
        _filled(TransferYard, yard_id=it, name=f"Yard {it}", town_id="T02", lon=120.5, lat=30.4, capacity_t=9_000)
        for it in YARDS
    ]
    session.add_all(yards)
    session.flush()
    for yard in yards:
        ensure_stacks(session, yard)


def _tablet(session: Session, place: Place, maker: Account) -> LoadTablet:
    role = "plant_attendant" if place[0] == "plant" else "attendant"
    attendant = _person(session, place[1].lower(), role)
    attendant.places = [AccountPlace(kind=place[0], place_id=place[1])]
    _code, text = make_code(session, name=f"Gate {place[1]}", place=place, made_by=maker)
    device, _token = enrol(session, text)
    key, scale_id = Ed25519PrivateKey.generate(), f"{place[1]}-S"
    session.add(
        Scale(
            scale_id=scale_id,
            name=scale_id,
            yard_id=place[1] if place[0] == "yard" else None,
            plant_id=place[1] if place[0] == "plant" else None,
            division_kg=20,
            capacity_kg=60_000,
            certificate_number="T-1",
            certified_until=date(2026, 1, 1),
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
    return LoadTablet(device.id, place[1], "", scale_id, key, attendant.id, attendant.id)


def _point_tablet(session: Session, point_id: str, maker: Account) -> LoadTablet:
    """Without a scale of its own: what a small scale shows is typed."""
    keeper = _person(session, point_id.lower(), "point_keeper")
    keeper.places = [AccountPlace(kind="point", place_id=point_id)]
    _code, text = make_code(session, name=f"Point {point_id}", place=("point", point_id), made_by=maker)
    device, _token = enrol(session, text)
    return LoadTablet(device.id, point_id, "", "", Ed25519PrivateKey.generate(), keeper.id, keeper.id)


def _person(session: Session, name: str, role: str) -> Account:
    return open_account(session, email=f"{name}@tests.example", name=name, password=PASSWORD, role_names=[role])
