"""A made-up county's tables put into the database as if its gates had sent them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.intake.chain import HASH_OF_NOTHING
from app.intake.models import (
    MoistureSample,
    Outcome,
    TicketClosing,
    TicketVoid,
    VoidRequest,
    Weighing,
    WeighTicket,
    WeightSource,
)
from app.intake.record_models import GateRecord, PlaceChain
from app.registry.models import CollectingBody, EndUsePlant, FarmField, Material, Scale, Town, TransferYard
from tests.verification.county_year import CountyTables

MATERIAL = "rice_straw"
_OUTCOMES = {
    "intake": Outcome.STORED,
    "linehaul_out": Outcome.SHIPPED,
    "linehaul_in": Outcome.DELIVERED,
    "direct_in": Outcome.DELIVERED,
}


def store_county(session: Session, tables: CountyTables) -> None:
    """Add register, records and tickets. Nothing here commits."""
    _register(session, tables)
    rows = _Rows()
    for ticket in tables.tickets.to_dict("records"):
        rows.add(ticket)
    for model in (GateRecord, WeighTicket, Weighing, MoistureSample, TicketClosing, VoidRequest, TicketVoid):
        if rows.of[model]:
            session.execute(insert(model), rows.of[model])
    for (kind, place_id), position in rows.positions.items():
        chain = PlaceChain(place_kind=kind, place_id=place_id, last_position=0, last_hash=HASH_OF_NOTHING)
        session.add(chain)
        session.flush()
        chain.last_position, chain.last_hash = position, rows.hashes[kind, place_id]
    session.flush()


def _register(session: Session, tables: CountyTables) -> None:
    towns = sorted({*tables.fields["town_id"], *tables.tickets["town_id"].dropna()})
    session.add_all(Town(town_id=code, name=f"Demo town {code}", lon=120.5, lat=30.5) for code in towns)
    session.add(Material(material_id=MATERIAL, name="rice straw", stream="straw", unit="t"))
    session.flush()
    bodies = tables.tickets[["body_id", "town_id"]].dropna().drop_duplicates("body_id")
    for row in bodies.itertuples():
        body = CollectingBody(body_id=row.body_id, name=f"Demo body {row.body_id}", town_id=row.town_id, kind="broker")
        session.add(body)
    for place in tables.places.to_dict("records"):
        _add_place(session, place, towns[0])
    for grown in tables.fields.to_dict("records"):
        session.add(_field(grown))
    session.flush()


def _add_place(session: Session, place: dict[str, Any], town_id: str) -> None:
    hub = {
        "name": f"Demo {place['place_kind']} {place['place_id']}",
        "town_id": town_id,
        "lon": place["lon"],
        "lat": place["lat"],
        "bays": 2,
        "open_min": 60 * place["opens"].hour + place["opens"].minute,
        "close_min": 60 * place["closes"].hour + place["closes"].minute,
    }
    scale = {"name": "Scale", "division_kg": place["division_kg"], "capacity_kg": 60_000}
    if place["place_kind"] == "yard":
        stock_t, capacity_t = place["opening_kg"] / 1000, place["capacity_kg"] / 1000
        code = {"yard_id": place["place_id"]}
        session.add(TransferYard(**code, **hub, area_mu=20.0, capacity_t=capacity_t, opening_stock_t=stock_t))
    else:
        code = {"plant_id": place["place_id"]}
        needs = {"use": "fuel", "daily_need_t": 100.0, "daily_max_t": 300.0, "storage_t": 1000.0}
        session.add(EndUsePlant(**code, **hub, **needs, opening_stock_t=0.0))
    session.flush()
    session.add(Scale(scale_id=f"{place['place_id']}-1", **code, **scale))


def _field(grown: dict[str, Any]) -> FarmField:
    return FarmField(
        **{name: grown[name] for name in ("field_id", "town_id", "crop", "area_mu", "lon", "lat")},
        grower="Demo grower",
        dry_straw_t=grown["collectable_kg"] / 1000,
        ready_date=date(2026, 10, 1),
        clear_by=date(2026, 12, 31),
    )


class _Rows:
    def __init__(self) -> None:
        self.of: defaultdict[type, list[dict[str, Any]]] = defaultdict(list)
        self.positions: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.hashes: defaultdict[tuple[str, str], str] = defaultdict(lambda: HASH_OF_NOTHING)

    def add(self, ticket: dict[str, Any]) -> None:
        place = ticket["place_kind"], ticket["place_id"]
        id_, closed_at = ticket["ticket_id"], ticket["closed_at"].to_pydatetime()
        self.positions[place] += 1
        known = {"place_kind": place[0], "place_id": place[1], "business_day": ticket["business_day"]}
        chained = {"position": self.positions[place], "previous_hash": self.hashes[place], "record_hash": _hash(id_)}
        self.hashes[place] = _hash(id_)
        self.of[GateRecord].append(_record(id_, closed_at, ticket) | known | chained)
        self.of[WeighTicket].append(_ticket(id_, known, ticket))
        weighing = {
            "record_id": id_, "ticket_id": id_, "plate": ticket["plate"], "kg": ticket["gross_kg"], "is_trade": True,
            "source": WeightSource.TYPED if ticket["is_typed"] else WeightSource.SCALE,
            "photos": list(ticket["photos"]), "weighed_at": ticket["opened_at"].to_pydatetime(),
        }  # fmt: skip
        self.of[Weighing].append({**weighing, "place_kind": place[0], "place_id": place[1]})
        readings = [int(it) for it in ticket["readings"]]
        self.of[MoistureSample].append(
            {
                "record_id": id_, "ticket_id": id_, "readings": [[1 + n, it] for n, it in enumerate(readings)],
                "mean_permille": ticket["moisture_permille"], "spread_permille": 0, "highest_permille": max(readings),
                "acceptance": "stack_freely", "sampled_at": closed_at,
            }
        )  # fmt: skip
        self.of[TicketClosing].append(_closing(id_, closed_at, ticket))
        if ticket["is_void"]:
            told = {"ticket_id": id_, "record_id": id_}
            asked = {"asked_name": "Demo person 1", "reason": "weighed twice", "asked_at": closed_at}
            self.of[VoidRequest].append({**told, **asked})
            agreed = {"request_id": id_, "agreed_by": 2, "agreed_name": "Demo person 2", "voided_at": closed_at}
            self.of[TicketVoid].append({**told, **agreed})


def _record(id_: str, closed_at: Any, ticket: dict[str, Any]) -> dict[str, Any]:
    where = "null" if np.isnan(ticket["lon"]) else f'{{"lon": {ticket["lon"]!r}, "lat": {ticket["lat"]!r}}}'
    return {
        "id": id_,
        "kind": "closing",
        "operator_name": "Demo person 1",
        "operator_checked": "server",
        **dict.fromkeys(("made_at", "sent_at", "happened_at", "received_at"), closed_at),
        "text": f'{{"where": {where}}}',
        "text_hash": _hash(id_),
        "receipt": {},
    }


def _ticket(id_: str, known: dict[str, Any], ticket: dict[str, Any]) -> dict[str, Any]:
    same = ("number", "day_number", "purpose", "plate", "town_id", "body_id", "origin_yard_id", "destination_id")
    return {
        **known,
        **{name: None if ticket[name] != ticket[name] else ticket[name] for name in same},
        "id": id_,
        "record_id": id_,
        "field_ids": list(ticket["field_ids"]),
        "material_id": MATERIAL,
        "bale_kind": "round_1m",
        "opened_at": ticket["opened_at"].to_pydatetime(),
    }


def _closing(id_: str, closed_at: Any, ticket: dict[str, Any]) -> dict[str, Any]:
    same = ("gross_kg", "tare_kg", "net_kg", "bales", "moisture_permille")
    return {
        **{name: int(ticket[name]) for name in same},
        "ticket_id": id_,
        "record_id": id_,
        "outcome": _OUTCOMES[ticket["purpose"]],
        "is_estimated": False,
        "uncertainty_kg": 20,
        "sample_id": id_,
        "dry_method": "cap",
        "dry_kg": int(ticket["net_kg"]),
        "photos": [],
        "is_trade": True,
        "closed_at": closed_at,
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
