"""What trucks a yard or plant may expect, by the plan that was imported last for the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.dispatch.models import PlanHaul, PlanTruckStop, PlanVersion
from app.intake.models import Purpose
from app.registry.materials import straw_of_crop
from app.registry.models import CollectingBody, EndUsePlant, FarmField, Town, TransferYard, Truck
from app.tablet.straws import straws_in_use

# By what the planner calls a haul: what it is at its origin, if that has a gate, and at its destination.
_AT_ORIGIN = {"linehaul": Purpose.LINEHAUL_OUT}
_AT_YARD = {"collect": Purpose.INTAKE}
_AT_PLANT = {"linehaul": Purpose.LINEHAUL_IN, "direct": Purpose.DIRECT_IN}


def plan_of_day(session: Session, day: date) -> PlanVersion | None:
    """The plan in force on the day: the one imported last of those that plan it in detail."""
    return session.scalar(
        select(PlanVersion)
        .where(PlanVersion.first_day <= day, PlanVersion.last_day >= day)
        .order_by(PlanVersion.id.desc())
        .limit(1)
    )


def expected_loads(session: Session, place: tuple[str, str], days: Sequence[date]) -> list[dict[str, Any]]:
    """Return the hauls that touch this yard or plant, as docs/gate_records.md has them, in order of arrival."""
    found = [row for day in days for row in _of_day(session, place, day)]
    field_ids = {field_id for row in found for field_id in row["origin"]["field_ids"]}
    origins = _fields(session, field_ids)
    bodies = _bodies(session, {origin["town_id"] for origin in origins.values()})
    yards = _yard_names(session, {row["origin"]["yard_id"] for row in found if row["origin"]["yard_id"]})
    for row in found:
        own = [origins[field_id] for field_id in row["origin"]["field_ids"] if field_id in origins]
        towns = list(dict.fromkeys(field["town_id"] for field in own))
        row["origin"] |= {
            "town_id": towns[0] if towns else None,
            "town": own[0]["town"] if own else None,
            "growers": list(dict.fromkeys(field["grower"] for field in own)),
            "bodies": [body for town_id in towns for body in bodies.get(town_id, [])],
            "yard": yards.get(row["origin"]["yard_id"]),
        }
        row["material_id"] = next((field["material_id"] for field in own if field["material_id"]), None)
    return found


def _of_day(session: Session, place: tuple[str, str], day: date) -> list[dict[str, Any]]:
    version = plan_of_day(session, day)
    if version is None:
        return []
    kind, place_id = place
    rows = session.execute(
        select(PlanHaul, PlanTruckStop, Truck.plate, Truck.truck_class)
        .join(
            PlanTruckStop,
            (PlanTruckStop.plan_id == PlanHaul.plan_id)
            & (PlanTruckStop.day == PlanHaul.day)
            & (PlanTruckStop.haul_id == PlanHaul.haul_id),
        )
        .outerjoin(Truck, Truck.truck_id == PlanTruckStop.truck_id)
        .where(
            PlanHaul.plan_id == version.id,
            PlanHaul.day == day,
            PlanTruckStop.place_id == place_id,
            or_(PlanHaul.destination_id == place_id, PlanHaul.origin_ids == place_id),
        )
        .order_by(PlanTruckStop.arrive_min, PlanHaul.haul_id)
    )
    names = {plant.plant_id: plant.name for plant in session.scalars(select(EndUsePlant))} if kind == "yard" else {}
    return [
        {
            "day": day.isoformat(),
            "haul_id": haul.haul_id,
            "truck_id": stop.truck_id,
            "plate": plate or stop.truck_id,
            "truck_class": truck_class,
            "purpose": purpose,
            "arrive_min": stop.arrive_min,
            "bales": haul.bales,
            "dry_t": round(haul.dry_t, 3),
            "origin": {
                "field_ids": [] if haul.kind == "linehaul" else haul.origin_ids.split("+"),
                "yard_id": haul.origin_ids if haul.kind == "linehaul" else None,
            },
            "destination_id": haul.destination_id,
            "destination": names.get(haul.destination_id),
        }
        for haul, stop, plate, truck_class in rows
        if (purpose := _purpose(haul, kind, place_id)) is not None
    ]


def _purpose(haul: PlanHaul, kind: str, place_id: str) -> Purpose | None:
    if haul.destination_id == place_id:
        return (_AT_YARD if kind == "yard" else _AT_PLANT).get(haul.kind)
    return _AT_ORIGIN.get(haul.kind) if kind == "yard" else None


def _fields(session: Session, field_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    known = straws_in_use(session) if field_ids else set()
    rows = session.execute(
        select(FarmField.field_id, FarmField.grower, FarmField.crop, FarmField.town_id, Town.name)
        .join(Town, Town.town_id == FarmField.town_id)
        .where(FarmField.field_id.in_(sorted(field_ids)))
    )
    return {
        row.field_id: {
            "grower": row.grower,
            "town_id": row.town_id,
            "town": row.name,
            "material_id": straw if (straw := straw_of_crop(row.crop)) in known else None,
        }
        for row in rows
    }


def _yard_names(session: Session, yard_ids: Collection[str]) -> Mapping[str, str]:
    rows = select(TransferYard.yard_id, TransferYard.name).where(TransferYard.yard_id.in_(sorted(yard_ids)))
    return dict(session.execute(rows).all())


def _bodies(session: Session, town_ids: Collection[str]) -> Mapping[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    rows = select(CollectingBody).where(
        CollectingBody.town_id.in_(sorted(town_ids)), CollectingBody.withdrawn_at.is_(None)
    )
    for body in session.scalars(rows.order_by(CollectingBody.id)):
        found.setdefault(body.town_id, []).append({"id": body.body_id, "name": body.name})
    return found
