"""All that a tablet needs to go on without a network, as docs/gate_records.md has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.device_models import Device
from app.accounts.models import Account
from app.accounts.permissions import Permission
from app.accounts.pins import attendants_at
from app.accounts.roles import permissions_of
from app.clock import business_day, now
from app.fire_safety.alarms.queries import alarms_for_notebook
from app.fire_safety.emergency.notebook_part import emergency_for_notebook
from app.fire_safety.equipment.notebook_part import equipment_for_notebook
from app.fire_safety.heat.notebook_part import heat_for_notebook
from app.fire_safety.inspections.notebook_part import inspections_for_notebook
from app.fire_safety.patrols.notebook_part import patrol_for_notebook
from app.intake.bodies import moment_text
from app.intake.device_numbers import device_numbers
from app.intake.instruments import meters_for_notebook, scales_for_notebook
from app.intake.models import (
    MoistureSample,
    TicketClosing,
    TicketRemark,
    TicketReprint,
    TicketVoid,
    VoidDecline,
    Weighing,
    WeighTicket,
)
from app.intake.record_models import GateRecord
from app.intake.remarks import NOT_FOR_TRADE
from app.intake.void_wishes import is_asked
from app.intake.weighings import gross_limit_kg, is_alarmed
from app.registry.legal_capacity import drawn_capacity
from app.registry.models import (
    CollectingBody,
    DirectHaulApproval,
    EndUsePlant,
    Town,
    TransferYard,
    Truck,
    TruckClass,
)
from app.registry.plant_strikes import struck_off_plants
from app.registry.procedures.approvals import ApprovalState, state_in_query
from app.storage.queries import StackNow, notebook_stacks, proposals_of, stacks_now, yard_stock
from app.storage.visitors import visitors_for_notebook
from app.tablet.expected import expected_loads
from app.tablet.straws import straws
from yard_rules.acceptance import acceptance_table
from yard_rules.bale_mass import BaleKind, estimated_load
from yard_rules.dry_straw import DryStrawMethod, dry_straw_ratios
from yard_rules.moisture_sampling import first_stage, sampling_table
from yard_rules.rulebook import rulebook
from yard_rules.vehicle_checks import vehicle_checks
from yard_rules.vehicle_limits import unknown_truck_gross_kg

Rows = list[dict[str, Any]]
_PLACES = {"yard": (TransferYard, "yard_id"), "plant": (EndUsePlant, "plant_id"), "body": (CollectingBody, "body_id")}
# The figures of weighing that a tablet shows or warns by.
_WEIGHING_FIGURES = (
    "double_weighing_min",
    "pair_within_h",
    "clock_skew_s",
    "unsent_red_min",
    "tare_drift_kg",
    "tare_drift_permille",
)
# What a reading of a moisture meter is held against as it is typed.
_READING_FIGURES = ("meter_lowest_permille", "meter_highest_permille", "outlier_least_permille")
# Estimated masses are told for moistures so far apart, and for so many bales, so that a load's sum is exact enough.
_ESTIMATE_STEP_PERMILLE = 10
_ESTIMATE_UP_TO_PERMILLE = 600
_ESTIMATE_BALES = 1000


def notebook(session: Session, device: Device, *, method: DryStrawMethod) -> dict[str, Any]:
    """Return the notebook of a device; the only part that changes by itself is `day`."""
    day = business_day()
    place = (device.place_kind, device.place_id)
    stacks = stacks_now(session, device.place_id) if device.place_kind == "yard" else []
    return {
        "day": day.isoformat(),
        "device": {
            "id": device.id,
            "name": device.name,
            "last_number": device_numbers(session.connection(), device.id).last,
        },
        "place": _place(session, device),
        "people": [
            {"id": person.id, "name": person.name, "inspects": _inspects(person)}
            for person in attendants_at(session, [place])
        ],
        "expected": expected_loads(session, place, (day, day + timedelta(days=1))),
        **_trucks(session, day),
        "bodies": _named(session, CollectingBody, "body_id", "town_id"),
        "towns": _named(session, Town, "town_id"),
        **_plants(session),
        "yards": _named(session, TransferYard, "yard_id"),
        "materials": [{"id": row.material_id, "name": row.name, "name_en": row.name_en} for row in straws(session)],
        "bale_kinds": _bale_kinds(day),
        "approvals": _approvals(session, day),
        "scales": scales_for_notebook(session, *place, day),
        "meters": meters_for_notebook(session, *place, day),
        "stacks": notebook_stacks(stacks),
        "proposals": proposals_of(stacks),
        "stock": _stock(session, device, stacks, day),
        "inspections": _inspections(session, device),
        "rules": _rules(day, method) | _vehicle_checks(device, day),
        "alarms": alarms_for_notebook(session, device.place_id) if device.place_kind == "yard" else [],
        "heat": heat_for_notebook(session, stacks),
        "patrol": patrol_for_notebook(session, device.place_id) if device.place_kind == "yard" else None,
        "equipment": equipment_for_notebook(session, device.place_id) if device.place_kind == "yard" else [],
        "emergency": _emergency(session, device),
        "visitors": visitors_for_notebook(session, device.place_id, now()) if device.place_kind == "yard" else [],
        "tickets": _tickets(session, place, day),
    }


def _place(session: Session, device: Device) -> dict[str, Any]:
    model, code = _PLACES[device.place_kind]
    found: Any = session.scalar(select(model).where(getattr(model, code) == device.place_id))
    return {
        "kind": device.place_kind,
        "id": device.place_id,
        "name": device.place_id if found is None else found.name,
        "lon": getattr(found, "lon", None),
        "lat": getattr(found, "lat", None),
        "town_id": getattr(found, "town_id", None),
    }


def _stock(session: Session, device: Device, stacks: Sequence[StackNow], day: date) -> dict[str, Any] | None:
    """What lies in the yard by weight and by count, and what may; None where it is no yard of the register."""
    if device.place_kind != "yard":
        return None
    yard = session.scalar(select(TransferYard).where(TransferYard.yard_id == device.place_id))
    if yard is None:
        return None
    drawn = drawn_capacity(session, yard.yard_id)
    held = yard_stock(yard, stacks, day, legal_kg=None if drawn is None else drawn.kg)
    return {
        "kg": held.kg,
        "bales": held.bales,
        "bale_kg": rulebook("stacks").whole("bale_kg", day),
        "capacity_kg": held.capacity_kg,
    }


def _inspects(person: Account) -> bool:
    """Whether they go through the lists of inspectors as well, by another role than that of the gate."""
    return Permission.INSPECT_YARDS in permissions_of(role.name for role in person.roles)


def _inspections(session: Session, device: Device) -> dict[str, Any] | None:
    """Which lists are due, what is to be mended and what is closed; None where it is no yard of the register."""
    if device.place_kind != "yard":
        return None
    yard = session.scalar(select(TransferYard).where(TransferYard.yard_id == device.place_id))
    return None if yard is None else inspections_for_notebook(session, yard)


def _emergency(session: Session, device: Device) -> dict[str, Any] | None:
    """The yard's emergency card; None where it is no yard of the register."""
    if device.place_kind != "yard":
        return None
    yard = session.scalar(select(TransferYard).where(TransferYard.yard_id == device.place_id))
    return None if yard is None else emergency_for_notebook(session, yard)


def _named(session: Session, model: Any, code: str, *more: str) -> Rows:
    rows = session.scalars(select(model).where(model.withdrawn_at.is_(None)).order_by(model.id))
    return [{"id": getattr(row, code), "name": row.name} | {name: getattr(row, name) for name in more} for row in rows]


def _plants(session: Session) -> dict[str, Any]:
    """Those to which straw may go, and those that are struck off (H16)."""
    struck_off, plants = struck_off_plants(session), _named(session, EndUsePlant, "plant_id")
    return {
        "plants": [plant for plant in plants if plant["id"] not in struck_off],
        "struck_off": [plant for plant in plants if plant["id"] in struck_off],
    }


def _trucks(session: Session, day: date) -> dict[str, Any]:
    """Those of the register with their stored tares, and the tares of those that stand in no register."""
    tares = _stored_tares(session, day)
    rows = session.execute(
        select(Truck, TruckClass)
        .join(TruckClass, TruckClass.truck_class == Truck.truck_class)
        .where(Truck.withdrawn_at.is_(None))
        .order_by(Truck.id)
    )
    trucks = [
        {
            "truck_id": truck.truck_id,
            "plate": truck.plate or truck.truck_id,
            "truck_class": truck.truck_class,
            "legal_gross_kg": gross_limit_kg(
                truck.gross_limit_t or class_.gross_limit_t, class_.axles, class_.payload_t, day
            ),
            "payload_kg": round(class_.payload_t * 1000),
            "bale_capacity": class_.bale_capacity,
            "tare": tares.pop(truck.plate or truck.truck_id, None),
        }
        for truck, class_ in rows
    ]
    return {"trucks": trucks, "tares": tares}


def _stored_tares(session: Session, day: date) -> dict[str, dict[str, Any]]:
    """The last tare of each plate that has not expired. One that is `drifted`, or not `trade` because its scale's
    verification had lapsed, makes no ticket for trade."""
    valid = timedelta(days=rulebook("weighing").whole("stored_tare_days", day))
    rows = session.execute(
        select(
            Weighing.record_id,
            Weighing.plate,
            Weighing.kg,
            Weighing.weighed_at,
            Weighing.source,
            Weighing.is_trade,
            GateRecord.receipt,
        )
        .join(GateRecord, GateRecord.id == Weighing.record_id)
        .where(Weighing.ticket_id.is_(None), Weighing.weighed_at > now() - valid - timedelta(days=2))
        .order_by(Weighing.weighed_at)
    )
    return {
        row.plate: {
            "id": row.record_id,
            "kg": row.kg,
            "weighed_at": moment_text(row.weighed_at),
            "valid_until": (business_day(row.weighed_at) + valid).isoformat(),
            "typed": row.source == "typed",
            "drifted": is_alarmed(row.receipt),
            "trade": row.is_trade,
        }
        for row in rows
        if business_day(row.weighed_at) + valid >= day
    }


def _approvals(session: Session, day: date) -> Rows:
    rows = session.execute(
        select(DirectHaulApproval, EndUsePlant.name)
        .join(EndUsePlant, EndUsePlant.plant_id == DirectHaulApproval.plant_id)
        .where(DirectHaulApproval.withdrawn_at.is_(None), state_in_query(day) == ApprovalState.IN_FORCE)
        .order_by(DirectHaulApproval.id)
    )
    return [
        {
            "id": approval.approval_id,
            "town_id": approval.town_id,
            "plant_id": approval.plant_id,
            "plant": name,
            "body_id": approval.body_id,
            "valid_from": approval.valid_from.isoformat(),
            "valid_until": approval.valid_until.isoformat(),
        }
        for approval, name in rows
    ]


def _bale_kinds(day: date) -> Rows:
    """`kg_table`: what a thousand bales weigh, by moisture; the server estimates the load itself when it comes."""
    return [
        {
            "id": kind.value,
            "kg_table": [
                [permille, load.mass_kg, load.uncertainty_kg]
                for permille in range(0, _ESTIMATE_UP_TO_PERMILLE + 1, _ESTIMATE_STEP_PERMILLE)
                for load in [estimated_load(kind, _ESTIMATE_BALES, permille, day)]
            ],
        }
        for kind in BaleKind
    ]


def _rules(day: date, method: DryStrawMethod) -> dict[str, Any]:
    denominator, numerators = dry_straw_ratios(method, day)
    weighing, first = rulebook("weighing"), first_stage(method, day)
    return {
        "sampling": [
            [bales_up_to, plan.bales_to_probe, plan.probes_per_bale] for bales_up_to, plan in sampling_table(day)
        ],
        "sampled_first": None if first is None else [first.bales, first.at_most_permille],
        "acceptance": [
            {
                "up_to_permille": row.to_permille,
                "kind": row.stacking.kind,
                "probe_every_h": row.stacking.probe_every_h,
                "probe_for_days": row.stacking.probe_for_days,
                "ship_within_h": row.stacking.ship_within_h,
                "paid_in_full": row.is_paid_in_full,
            }
            for row in acceptance_table(day)
        ],
        "dry_straw": {"method": method, "denominator": denominator, "numerators": numerators},
        **{name: weighing.whole(name, day) for name in _WEIGHING_FIGURES},
        **{name: rulebook("moisture_sampling").whole(name, day) for name in _READING_FIGURES},
        "unknown_gross_kg": unknown_truck_gross_kg(day),
        "yard_warn_permille": rulebook("stacks").whole("yard_warn_permille", day),
    }


def _vehicle_checks(device: Device, day: date) -> dict[str, Any]:
    """What is asked of a vehicle at the gate of a yard; a plant has rules of its own."""
    if device.place_kind != "yard":
        return {}
    return {"vehicle_checks": [{"id": it.check_id, "words": gettext(it.words)} for it in vehicle_checks(day)]}


def _tickets(session: Session, place: tuple[str, str], day: date) -> Rows:
    """Those of the day and all that are open, in the order of their numbers."""
    void = select(TicketVoid.ticket_id).where(TicketVoid.ticket_id == WeighTicket.id).exists()
    rows = session.execute(
        select(WeighTicket, TicketClosing, void.label("is_void"), is_asked().label("is_asked"))
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .where(
            WeighTicket.place_kind == place[0],
            WeighTicket.place_id == place[1],
            or_(WeighTicket.business_day == day, TicketClosing.ticket_id.is_(None) & ~void),
        )
        .order_by(WeighTicket.business_day, WeighTicket.day_number)
    ).all()
    ids = [row.WeighTicket.id for row in rows]
    weights, samples, remarks = _weights(session, ids), _samples(session, ids), _remarks(session, ids)
    declined, reprints = _declined(session, ids), _reprints(session, ids)
    return [
        _ticket(
            row.WeighTicket,
            row.TicketClosing,
            "void" if row.is_void else "closed" if row.TicketClosing else "open",
            row.is_asked,
        )
        | {
            "first_kg": first.kg if (first := weights.get(row.WeighTicket.id)) else None,
            "first_source": first.source if first else None,
            "first_scale_id": first.scale_id if first else None,
            "first_certificate": first.certificate_number if first else None,
            "typed": "typed_weight" in remarks.get(row.WeighTicket.id, []),
            "sample": samples.get(row.WeighTicket.id),
            "reprints": reprints.get(row.WeighTicket.id, 0),
            "void_declined": None if row.is_asked or row.is_void else declined.get(row.WeighTicket.id),
            "remarks": remarks.get(row.WeighTicket.id, []),
            "is_trade": _is_trade(row.TicketClosing, remarks.get(row.WeighTicket.id, [])),
        }
        for row in rows
    ]


def _is_trade(closing: TicketClosing | None, remarks: Sequence[str]) -> bool | None:
    """Whether the ticket may be settled; None while nothing speaks against it and it is not closed. A remark counts
    whenever it came."""
    if not NOT_FOR_TRADE.isdisjoint(remarks):
        return False
    return closing.is_trade if closing else None


def _ticket(ticket: WeighTicket, closing: TicketClosing | None, state: str, is_asked: bool) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "number": ticket.number,
        "purpose": ticket.purpose,
        "plate": ticket.plate,
        "truck_id": ticket.truck_id,
        "opened_at": moment_text(ticket.opened_at),
        "state": state,
        "void_requested": is_asked,
        "bales_declared": ticket.bales_declared,
        "bale_kind": ticket.bale_kind,
        "material_id": ticket.material_id,
        "haul_id": ticket.haul_id,
        "origin": {
            "town_id": ticket.town_id,
            "field_ids": ticket.field_ids,
            "grower": ticket.grower,
            "body_id": ticket.body_id,
            "yard_id": ticket.origin_yard_id,
        },
        "destination_id": ticket.destination_id,
        "outcome": closing and closing.outcome,
        "net_kg": closing and closing.net_kg,
        "dry_kg": closing and closing.dry_kg,
        "moisture_permille": closing and closing.moisture_permille,
        "bales": closing and closing.bales,
        "estimated": bool(closing and closing.is_estimated),
        "uncertainty_kg": closing and closing.uncertainty_kg,
    }


def _declined(session: Session, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """The wish of each ticket that was declined last."""
    rows = select(VoidDecline).where(VoidDecline.ticket_id.in_(ids)).order_by(VoidDecline.declined_at)
    return {
        row.ticket_id: {"request_id": row.request_id, "name": row.declined_name, "reason": row.reason}
        for row in session.scalars(rows)
    }


def _reprints(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """How often each ticket was printed again."""
    counted = select(TicketReprint.ticket_id, func.count()).where(TicketReprint.ticket_id.in_(ids))
    return dict(session.execute(counted.group_by(TicketReprint.ticket_id)).all())


def _weights(session: Session, ids: Sequence[str]) -> dict[str, Weighing]:
    """The first weight of each ticket."""
    rows = select(Weighing).where(Weighing.ticket_id.in_(ids)).order_by(Weighing.weighed_at.desc())
    return {str(row.ticket_id): row for row in session.scalars(rows)}


def _samples(session: Session, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = select(MoistureSample).where(MoistureSample.ticket_id.in_(ids)).order_by(MoistureSample.sampled_at)
    return {
        row.ticket_id: {
            "mean_permille": row.mean_permille,
            "acceptance": row.acceptance,
            "meter_id": row.meter_id,
        }
        for row in session.scalars(rows)
    }


def _remarks(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ticket_id, kind in session.execute(
        select(TicketRemark.ticket_id, TicketRemark.kind).where(TicketRemark.ticket_id.in_(ids)).distinct()
    ):
        found.setdefault(ticket_id, []).append(kind)
    return found
