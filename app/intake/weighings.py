"""A weight as it arrives: whose it is, whether the scale signed it, and what is to be remarked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from http import HTTPStatus
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, or_, select, union_all

from app.database.lists import among, among_rows
from app.errors import READING_USED, UNKNOWN_SCALE, UNSIGNED_WEIGHT
from app.intake.arriving import Arrived, Effects, RefusedHere, Remark
from app.intake.bodies import ScaleWeight, TypedWeight, Vehicle, moment_text
from app.intake.books import READINGS, TARES_OF_PLATE, Books, Key
from app.intake.models import ScaleAgent, TicketClosing, Weighing, WeighTicket
from app.intake.remarks import RemarkKind
from app.registry.certificates import Certificate, certificate_on_day
from app.registry.models import Scale, Truck, TruckClass
from app.weighbridge.signing import BadSignature, SignedReading, said_nonce, verified_reading
from yard_rules.rounding import whole_kg
from yard_rules.rulebook import rulebook
from yard_rules.vehicle_limits import legal_gross_by_payload_kg, legal_gross_kg, unknown_truck_gross_kg
from yard_rules.weighing import (
    Overload,
    TareDrift,
    is_multiple_of_division,
    overload,
    tare_drift,
)

# So many of a plate's last tares of each kind say what it usually weighs.
_TARES_COMPARED = 5

_SCALE, _AGENT, _WEIGHING = Scale.__table__.c, ScaleAgent.__table__.c, Weighing.__table__.c
_CLOSING, _TICKET, _LORRY, _CLASS = (model.__table__.c for model in (TicketClosing, WeighTicket, Truck, TruckClass))
_SCALES = (
    select(
        _SCALE.scale_id,
        _SCALE.yard_id,
        _SCALE.plant_id,
        _SCALE.division_kg,
        _SCALE.capacity_kg,
        _SCALE.certificate_number,
        _SCALE.certified_from,
        _SCALE.certified_until,
        _AGENT.public_key,
        _AGENT.revoked_at,
    )
    .outerjoin_from(Scale.__table__, ScaleAgent.__table__, _AGENT.scale_id == _SCALE.scale_id)
    .where(among(_SCALE.scale_id, "scale_ids"))
    .order_by(_AGENT.id.desc())
)
_OWN_SCALES = {
    kind: select(_SCALE.division_kg, _SCALE.certificate_number, _SCALE.certified_from, _SCALE.certified_until).where(
        own_place == bindparam("place_id"), _SCALE.withdrawn_at.is_(None)
    )
    for kind, own_place in (("yard", _SCALE.yard_id), ("plant", _SCALE.plant_id))
}
_USED = select(_WEIGHING.scale_id, _WEIGHING.nonce, _WEIGHING.record_id).where(
    among_rows((_WEIGHING.scale_id, _WEIGHING.nonce), "readings")
)
_TRUCKS = (
    select(
        _LORRY.plate,
        _LORRY.truck_id,
        _LORRY.gross_limit_t.label("licence_t"),
        _CLASS.gross_limit_t.label("class_t"),
        _CLASS.axles,
        _CLASS.payload_t,
    )
    .join_from(Truck.__table__, TruckClass.__table__, _CLASS.truck_class == _LORRY.truck_class)
    .where(
        or_(
            among(_LORRY.plate, "plates"),
            among(_LORRY.truck_id, "truck_ids"),
        )
    )
)


def _ranked(
    plate: ColumnElement[str], kg: ColumnElement[Any], *last: ColumnElement[Any], rows: FromClause
) -> Select[Any]:
    """Tares of plates, each with its place: that which is the `last` has the first."""
    place = func.row_number().over(partition_by=plate, order_by=[it.desc() for it in last]).label("place")
    chosen = select(plate.label("plate"), kg.label("kg"), place).select_from(rows)
    return chosen.where(among(plate, "plates"))


_TARES = union_all(
    *(
        select(ranked.c.plate, ranked.c.kg).where(ranked.c.place <= _TARES_COMPARED)
        for ranked in (
            _ranked(
                _TICKET.plate,
                _CLOSING.tare_kg,
                _CLOSING.closed_at,
                _CLOSING.record_id,
                rows=TicketClosing.__table__.join(WeighTicket.__table__, _TICKET.id == _CLOSING.ticket_id),
            )
            .where(_CLOSING.tare_kg.is_not(None))
            .subquery(),
            _ranked(_WEIGHING.plate, _WEIGHING.kg, _WEIGHING.weighed_at, _WEIGHING.record_id, rows=Weighing.__table__)
            .where(_WEIGHING.ticket_id.is_(None))
            .subquery(),
        )
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A weight that may be stored: `effects` hold its row."""

    kg: int
    division_kg: int
    is_trade: bool
    effects: Effects


def weighed(
    books: Books, arrived: Arrived, weight: ScaleWeight | TypedWeight, vehicle: Vehicle, ticket_id: str | None
) -> Weighed:
    """Return what becomes of the weight; raises RefusedHere where no scale of this place signed it, or it was used."""
    agents = _scale(books, arrived, weight.scale_id)
    scale = agents[0] if agents else None
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
        "certificate_number": None,
        "photos": weight.photos,
        "weighed_at": arrived.happened_at,
    }
    if isinstance(weight, ScaleWeight):
        reading, revoked_at = _signed(books, arrived, weight, agents)
        if revoked_at is not None:
            remarks.append(Remark(RemarkKind.AGENT_REVOKED, ticket_id, {"revoked_at": moment_text(revoked_at)}))
        row |= {"nonce": reading.nonce, "payload": weight.payload, "signature": weight.signature}
        if _is_old(arrived, reading):
            remarks.append(Remark(RemarkKind.READING_OLD, ticket_id, {"taken_at": moment_text(reading.taken_at)}))
    else:
        row |= {"typed_reason": weight.reason}
        remarks.append(Remark(RemarkKind.TYPED_WEIGHT, ticket_id, {"kg": weight.kg, "reason": weight.reason}))
    if scale is not None:
        remarks += _beyond_scale(weight, scale, ticket_id)
    certificate = _certificate(books, arrived, weight.scale_id, scale)
    is_trade = certificate is not None and certificate.state_on(arrived.business_day).may_be_used
    if certificate is None:
        remarks.append(Remark(RemarkKind.TYPED_WITHOUT_SCALE, ticket_id))
    elif not certificate.number:
        remarks.append(Remark(RemarkKind.CERTIFICATE_UNNUMBERED, ticket_id, {"scale_id": weight.scale_id}))
    elif is_trade:
        row["certificate_number"] = certificate.number
    else:
        until = certificate.valid_until and certificate.valid_until.isoformat()
        remarks.append(Remark(RemarkKind.SCALE_LAPSED, ticket_id, {"scale_id": weight.scale_id, "until": until}))
    remarks += _overloaded(books, arrived, weight.kg, vehicle, ticket_id)
    effects = Effects([(Weighing, {**row, "is_trade": is_trade})], remarks)
    division_kg = assumed_division_kg(books, arrived) if scale is None else scale.division_kg
    return Weighed(kg=weight.kg, division_kg=division_kg, is_trade=is_trade, effects=effects)


def assumed_division_kg(books: Books, arrived: Arrived) -> int:
    """Return the division of a scale that is not known: the coarsest of the place's scales, else a figure."""
    divisions = [scale.division_kg for scale in _own_scales(books, arrived)]
    return max(divisions, default=0) or rulebook("weighing").whole("assumed_division_kg", arrived.business_day)


def has_good_scale(books: Books, arrived: Arrived) -> bool:
    """Return whether the place has a scale whose verification is valid on the day."""
    day = arrived.business_day
    return any(
        Certificate(it.certificate_number, it.certified_from, it.certified_until).state_on(day).may_be_used
        for it in _own_scales(books, arrived)
    )


def drifted(
    books: Books, plate: str, tare_kg: int, day: date, *, division_kg: int, ticket_id: str | None
) -> list[Remark]:
    """What is to be remarked of a tare that differs from those that the plate had before."""
    known_kgs = _tares(books, [plate])[plate,] or []
    drift = tare_drift(tare_kg, known_kgs, day=day, division_kg=division_kg)
    if drift is TareDrift.NONE:
        return []
    kind = RemarkKind.TARE_ALARM if drift is TareDrift.ALARM else RemarkKind.TARE_DRIFT
    return [Remark(kind, ticket_id, {"tare_kg": tare_kg, "before_kg": sorted(known_kgs)})]


def is_alarmed(receipt: Mapping[str, Any]) -> bool:
    """Return whether the weight of a stored tare was far from the truck's others when it came, by its receipt."""
    return any(it["kind"] == RemarkKind.TARE_ALARM for it in receipt["remarks"])


def gross_limit_kg(by_paper_t: float | None, axles: int | None, payload_t: float, day: date) -> int:
    """Return what a truck may weigh with its load: the lower of what its papers and what the law say, else what the law
    lets a truck weigh that carries so much."""
    by_paper_kg = whole_kg(1000 * Fraction(str(by_paper_t))) if by_paper_t else None
    known = [limit for limit in (by_paper_kg, legal_gross_kg(axles, day)) if limit]
    return min(known) if known else legal_gross_by_payload_kg(payload_t, day)


def foresee_weights(books: Books, coming: Sequence[tuple[Arrived, ScaleWeight | TypedWeight, Vehicle | None]]) -> None:
    """Ask at once for what `weighed` needs of all of these; of some the vehicle is not known yet."""
    _scales(books, [(*arrived.place, weight.scale_id) for arrived, weight, _vehicle in coming if weight.scale_id])
    readings = [
        (weight.scale_id, said_nonce(weight.payload))
        for _arrived, weight, _vehicle in coming
        if isinstance(weight, ScaleWeight)
    ]
    _uses(books, [(reading,) for reading in readings if reading[1] is not None])
    _trucks(books, [(vehicle.plate, vehicle.truck_id) for _arrived, _weight, vehicle in coming if vehicle])


def foresee_tares(books: Books, plates: Sequence[str]) -> None:
    """Ask at once for what `drifted` needs of these."""
    _tares(books, plates)


def _scale(books: Books, arrived: Arrived, scale_id: str | None) -> Sequence[Any]:
    """The scale of this place once for each of its agents, the newest first; nothing where no scale is named."""
    if scale_id is None:
        return ()
    found: Sequence[Any] = _scales(books, [(*arrived.place, scale_id)])[*arrived.place, scale_id]
    if not found:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, UNKNOWN_SCALE, [scale_id])
    return found


def _scales(books: Books, scales: Sequence[Key]) -> Any:
    def read(missing: Sequence[Key]) -> dict[Key, list[Any]]:
        rows = books.connection.execute(_SCALES, {"scale_ids": [scale_id for _kind, _place, scale_id in missing]}).all()
        return {
            (kind, place_id, scale_id): [
                row
                for row in rows
                if row.scale_id == scale_id and (row.yard_id if kind == "yard" else row.plant_id) == place_id
            ]
            for kind, place_id, scale_id in missing
        }

    return books.known("scales", scales, read)


def _uses(books: Books, readings: Sequence[Key]) -> Any:
    def read(missing: Sequence[Key]) -> dict[Key, str]:
        rows = books.connection.execute(_USED, {"readings": [reading for (reading,) in missing]})
        return {((row.scale_id, row.nonce),): row.record_id for row in rows}

    return books.known(READINGS, readings, read)


def _trucks(books: Books, trucks: Sequence[Key]) -> Any:
    def read(missing: Sequence[Key]) -> dict[Key, Any]:
        asked = {
            "plates": [plate for plate, _id in missing],
            "truck_ids": [truck_id for _plate, truck_id in missing if truck_id],
        }
        rows = books.connection.execute(_TRUCKS, asked).all()
        by_plate, by_id = {row.plate: row for row in rows}, {row.truck_id: row for row in rows}
        return {(plate, truck_id): by_plate.get(plate) or by_id.get(truck_id) for plate, truck_id in missing}

    return books.known("trucks", trucks, read)


def _tares(books: Books, plates: Sequence[str]) -> Any:
    def read(missing: Sequence[Key]) -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = {}
        for row in books.connection.execute(_TARES, {"plates": [plate for (plate,) in missing]}):
            found.setdefault((row.plate,), []).append(row.kg)
        return found

    return books.known(TARES_OF_PLATE, [(plate,) for plate in plates], read)


def _certificate(books: Books, arrived: Arrived, scale_id: str | None, scale: Any) -> Certificate | None:
    """That of the scale in force on the day; None where no scale is named."""
    if scale is None or scale_id is None:
        return None
    newest = Certificate(scale.certificate_number, scale.certified_from, scale.certified_until)
    return certificate_on_day(books.register, scale_id, newest, arrived.business_day)


def _own_scales(books: Books, arrived: Arrived) -> Sequence[Any]:
    return books.connection.execute(_OWN_SCALES[arrived.place_kind], {"place_id": arrived.place_id}).all()


def _signed(
    books: Books, arrived: Arrived, weight: ScaleWeight, scale: Sequence[Any]
) -> tuple[SignedReading, datetime | None]:
    """The reading as the agent signed it, of this scale and weight, and never used before; when its agent was revoked.

    Whoever holds a revoked key could date readings back, so what was taken before counts only while tablets without a
    network may still hold it.
    """
    for agent in scale:
        try:
            reading = verified_reading(weight.payload, weight.signature, agent.public_key or "")
        except BadSignature:
            continue
        if agent.revoked_at is None or _came_soon_after(arrived, reading, agent.revoked_at):
            break
    else:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, UNSIGNED_WEIGHT, [weight.scale_id])
    if (reading.scale_id, reading.kg) != (weight.scale_id, weight.kg):
        details = [f"{reading.scale_id}: {reading.kg} kg", f"{weight.scale_id}: {weight.kg} kg"]
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, UNSIGNED_WEIGHT, details)
    key = ((weight.scale_id, reading.nonce),)
    if _uses(books, [key])[key] is not None:
        raise RefusedHere(HTTPStatus.CONFLICT, READING_USED, [weight.scale_id, reading.nonce])
    return reading, agent.revoked_at


def _came_soon_after(arrived: Arrived, reading: SignedReading, revoked_at: datetime) -> bool:
    within = timedelta(days=rulebook("weighing").whole("agent_revoked_days", arrived.business_day))
    return reading.taken_at < revoked_at and arrived.received_at <= revoked_at + within


def _overloaded(books: Books, arrived: Arrived, kg: int, vehicle: Vehicle, ticket_id: str | None) -> list[Remark]:
    key = (vehicle.plate, vehicle.truck_id)
    truck = _trucks(books, [key])[key]
    day = arrived.business_day
    if truck is None:
        limit_kg = unknown_truck_gross_kg(day)
    else:
        limit_kg = gross_limit_kg(truck.licence_t or truck.class_t, truck.axles, truck.payload_t, day)
    state = overload(kg, limit_kg, day)
    if state is Overload.NONE:
        return []
    kind = RemarkKind.OVERLOAD_BLOCK if state is Overload.BLOCK else RemarkKind.OVERLOAD
    if truck is None:  # perhaps it has more axles
        kind = RemarkKind.OVERLOAD_PERHAPS
    return [Remark(kind, ticket_id, {"kg": kg, "limit_kg": limit_kg})]


def _beyond_scale(weight: ScaleWeight | TypedWeight, scale: Any, ticket_id: str | None) -> list[Remark]:
    """What this scale cannot have shown."""
    remarks = []
    if not is_multiple_of_division(weight.kg, scale.division_kg):
        is_signed = isinstance(weight, ScaleWeight)
        kind = RemarkKind.READING_OFF_DIVISION if is_signed else RemarkKind.OFF_DIVISION
        remarks.append(Remark(kind, ticket_id, {"kg": weight.kg, "division_kg": scale.division_kg}))
    if weight.kg > scale.capacity_kg:
        said = {"kg": weight.kg, "capacity_kg": scale.capacity_kg}
        remarks.append(Remark(RemarkKind.ABOVE_CAPACITY, ticket_id, said))
    return remarks


def _is_old(arrived: Arrived, reading: SignedReading) -> bool:
    """The record was not made when the scale signed: neither by the device's clock nor by that clock mended."""
    within = _use_within(arrived.business_day)
    return all(abs(moment - reading.taken_at) > within for moment in (arrived.made_at, arrived.happened_at))


def _use_within(day: date) -> timedelta:
    return timedelta(minutes=rulebook("weighing").whole("reading_used_within_min", day))
