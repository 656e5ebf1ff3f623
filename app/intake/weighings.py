"""A weight as it arrives: whose it is, whether the scale signed it, and what is to be remarked of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from http import HTTPStatus

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from app.errors import READING_USED, UNKNOWN_SCALE, UNSIGNED_WEIGHT
from app.intake.arriving import Arrived, Effects, RefusedHere, Remark
from app.intake.bodies import ScaleWeight, TypedWeight, Vehicle, moment_text
from app.intake.models import ScaleAgent, TicketClosing, Weighing, WeighTicket
from app.intake.remarks import RemarkKind
from app.registry.models import Scale, Truck, TruckClass
from app.weighbridge.signing import BadSignature, SignedReading, verified_reading
from yard_rules.rounding import whole_kg
from yard_rules.rulebook import rulebook
from yard_rules.vehicle_limits import legal_gross_kg
from yard_rules.weighing import (
    Overload,
    TareDrift,
    is_multiple_of_division,
    overload,
    tare_drift,
    verification_state,
)

# So many of a plate's last tares say what it usually weighs.
_TARES_COMPARED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A weight that may be stored: `effects` hold its row."""

    kg: int
    division_kg: int
    is_trade: bool
    effects: Effects


def weighed(
    session: Session, arrived: Arrived, weight: ScaleWeight | TypedWeight, vehicle: Vehicle, ticket_id: str | None
) -> Weighed:
    """Return what becomes of the weight; raises RefusedHere where no scale of this place signed it, or it was used."""
    scale = _scale(session, arrived, weight.scale_id)
    remarks: list[Remark] = []
    row = {
        "record_id": arrived.id,
        "ticket_id": ticket_id,
        "place_kind": arrived.place_kind,
        "place_id": arrived.place_id,
        "plate": vehicle.plate,
        "kg": weight.kg,
        "source": weight.source,
        "scale_id": weight.scale_id,
        "division_kg": None if scale is None else scale.division_kg,
        "nonce": None,
        "photos": weight.photos,
        "weighed_at": arrived.happened_at,
    }
    if isinstance(weight, ScaleWeight):
        reading = _signed(session, arrived, weight)
        row |= {"nonce": reading.nonce, "payload": weight.payload, "signature": weight.signature}
        if abs(arrived.made_at - reading.taken_at) > _use_within(arrived.business_day):
            remarks.append(Remark(RemarkKind.READING_OLD, ticket_id, {"taken_at": moment_text(reading.taken_at)}))
    else:
        row |= {"typed_reason": weight.reason}
        remarks.append(Remark(RemarkKind.TYPED_WEIGHT, ticket_id, {"kg": weight.kg, "reason": weight.reason}))
        if scale is not None and not is_multiple_of_division(weight.kg, scale.division_kg):
            said = {"kg": weight.kg, "division_kg": scale.division_kg}
            remarks.append(Remark(RemarkKind.OFF_DIVISION, ticket_id, said))
    certified_until = None if scale is None else scale.certified_until
    is_trade = verification_state(certified_until, arrived.business_day).may_be_used
    if not is_trade:
        until = None if certified_until is None else certified_until.isoformat()
        remarks.append(Remark(RemarkKind.SCALE_LAPSED, ticket_id, {"scale_id": weight.scale_id, "until": until}))
    remarks += _overloaded(session, arrived, weight.kg, vehicle, ticket_id)
    effects = Effects([(Weighing, {**row, "is_trade": is_trade})], remarks)
    return Weighed(
        kg=weight.kg, division_kg=0 if scale is None else scale.division_kg, is_trade=is_trade, effects=effects
    )


def drifted(
    session: Session, plate: str, tare_kg: int, day: date, *, division_kg: int, ticket_id: str | None
) -> list[Remark]:
    """What is to be remarked of a tare that differs from those that the plate had before."""
    closings = (
        select(TicketClosing.tare_kg)
        .join(WeighTicket, WeighTicket.id == TicketClosing.ticket_id)
        .where(WeighTicket.plate == plate, TicketClosing.tare_kg.is_not(None))
        .order_by(TicketClosing.closed_at.desc())
        .limit(_TARES_COMPARED)
    )
    stored = (
        select(Weighing.kg)
        .where(Weighing.plate == plate, Weighing.ticket_id.is_(None))
        .order_by(Weighing.weighed_at.desc())
        .limit(_TARES_COMPARED)
    )
    known_kgs = [*session.scalars(closings), *session.scalars(stored)]
    drift = tare_drift(tare_kg, [kg for kg in known_kgs if kg is not None], day=day, division_kg=division_kg)
    if drift is TareDrift.NONE:
        return []
    kind = RemarkKind.TARE_ALARM if drift is TareDrift.ALARM else RemarkKind.TARE_DRIFT
    return [Remark(kind, ticket_id, {"tare_kg": tare_kg, "before_kg": sorted(known_kgs)})]


def gross_limit_kg(by_paper_t: float | None, axles: int | None, day: date) -> int | None:
    """Return what a truck may weigh with its load: the lower of what its papers and what the law say, if any does."""
    by_paper_kg = whole_kg(1000 * Fraction(str(by_paper_t))) if by_paper_t else None
    return min((limit for limit in (by_paper_kg, legal_gross_kg(axles, day)) if limit), default=None)


def _scale(session: Session, arrived: Arrived, scale_id: str | None) -> Row[int, date | None] | None:
    if scale_id is None:
        return None
    own_place = Scale.yard_id if arrived.place_kind == "yard" else Scale.plant_id
    found = session.execute(
        select(Scale.division_kg, Scale.certified_until).where(
            Scale.scale_id == scale_id, own_place == arrived.place_id
        )
    ).one_or_none()
    if found is None:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, UNKNOWN_SCALE, [scale_id])
    return found


def _signed(session: Session, arrived: Arrived, weight: ScaleWeight) -> SignedReading:
    """The reading as the agent signed it, of this scale and weight, and never used before."""
    keys = select(ScaleAgent.public_key, ScaleAgent.revoked_at).where(
        ScaleAgent.scale_id == weight.scale_id, ScaleAgent.public_key.is_not(None)
    )
    for agent in session.execute(keys.order_by(ScaleAgent.id.desc())):
        try:
            reading = verified_reading(weight.payload, weight.signature, agent.public_key)
        except BadSignature:
            continue
        # What was taken before the agent was revoked is good, whenever it comes.
        if agent.revoked_at is None or reading.taken_at < agent.revoked_at:
            break
    else:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, UNSIGNED_WEIGHT, [weight.scale_id])
    if (reading.scale_id, reading.kg) != (weight.scale_id, weight.kg):
        details = [f"{reading.scale_id}: {reading.kg} kg", f"{weight.scale_id}: {weight.kg} kg"]
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, UNSIGNED_WEIGHT, details)
    used = select(Weighing.record_id).where(Weighing.scale_id == weight.scale_id, Weighing.nonce == reading.nonce)
    if session.scalar(used) is not None:
        raise RefusedHere(HTTPStatus.CONFLICT, READING_USED, [weight.scale_id, reading.nonce])
    return reading


def _overloaded(session: Session, arrived: Arrived, kg: int, vehicle: Vehicle, ticket_id: str | None) -> list[Remark]:
    truck = session.execute(
        select(Truck.gross_limit_t, TruckClass.gross_limit_t, TruckClass.axles)
        .join(TruckClass, TruckClass.truck_class == Truck.truck_class)
        .where(or_(Truck.plate == vehicle.plate, Truck.truck_id == vehicle.truck_id))
        .limit(1)
    ).one_or_none()
    if truck is None:
        return []
    licence_t, class_t, axles = truck
    limit_kg = gross_limit_kg(licence_t or class_t, axles, arrived.business_day)
    state = overload(kg, limit_kg, arrived.business_day)
    if state is Overload.NONE:
        return []
    kind = RemarkKind.OVERLOAD_BLOCK if state is Overload.BLOCK else RemarkKind.OVERLOAD
    return [Remark(kind, ticket_id, {"kg": kg, "limit_kg": limit_kg})]


def _use_within(day: date) -> timedelta:
    return timedelta(minutes=rulebook("weighing").whole("reading_used_within_min", day))
