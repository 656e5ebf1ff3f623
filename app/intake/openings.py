"""A load comes to a place: its ticket begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from sqlalchemy import bindparam, or_, select

from app.database.lists import among
from app.errors import (
    NOT_AT_THIS_PLACE,
    NOT_VOID_YET,
    OPENED_ALREADY,
    REPLACED_ALREADY,
    TICKET_NOT_KNOWN,
    TICKET_VOID,
)
from app.intake.arriving import Arrived, Effects, RefusedHere, Remark
from app.intake.bodies import FieldCounted, Opening, Tare, Vehicle
from app.intake.books import TICKETS_OF_PLATE, Books, Key
from app.intake.models import FieldCount, Purpose, WeighTicket
from app.intake.remarks import RemarkKind
from app.intake.unknown_things import foresee_things, unknown_things
from app.intake.weighings import drifted, foresee_tares, foresee_weights, weighed
from app.registry.models import CollectingBody, DirectHaulApproval
from app.registry.plant_strikes import strike_times
from app.registry.procedures.approvals import ApprovalState, state_in_query
from yard_rules.rulebook import rulebook
from yard_rules.weighing import is_double_weighing

_TICKET, _BODY = WeighTicket.__table__.c, CollectingBody.__table__.c
_NEAR = (
    select(_TICKET.plate, _TICKET.id, _TICKET.number, _TICKET.opened_at)
    .where(
        among(_TICKET.plate, "plates"),
        _TICKET.opened_at.between(bindparam("since"), bindparam("until")),
    )
    .order_by(_TICKET.opened_at, _TICKET.id)
)
_FILED_ON = select(_BODY.filed_on).where(_BODY.body_id == bindparam("body_id"))
_REPLACED_BY = select(_TICKET.number).where(_TICKET.replaces == bindparam("ticket_id")).limit(1)
_NEW_DELIVERIES = frozenset({Purpose.LINEHAUL_OUT, Purpose.DIRECT_IN})
PLANT_PURPOSES = frozenset({Purpose.LINEHAUL_IN, Purpose.DIRECT_IN})


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectHaul:
    """What of a direct haul an approval has to cover."""

    ticket_id: str
    plant_id: str
    approval_id: str | None
    town_id: str | None
    body_id: str | None


def opened(books: Books, arrived: Arrived, body: Opening) -> Effects:
    """The ticket with its number, and the first weight where there is one.

    A direct haul's ticket may have been made at the field: the plant then adds its weight.
    """
    is_elsewhere = (body.purpose in PLANT_PURPOSES) != (arrived.place_kind == "plant")
    if is_elsewhere or body.purpose is Purpose.PURCHASE:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_AT_THIS_PLACE, [body.purpose])
    if body.ticket_id != arrived.id and body.purpose is not Purpose.DIRECT_IN:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_AT_THIS_PLACE, [body.ticket_id])
    # a ticket has the id of the record that made it: one that this record makes was never there before
    known = None if body.ticket_id == arrived.id else books.ticket(body.ticket_id)
    effects = Effects()
    if known is None:
        plate = body.vehicle.plate
        effects.remarks += replacing(books, arrived, body.replaces, ticket_id=body.ticket_id, plate=plate)
        effects.add(new_ticket(books, arrived, body.ticket_id, arrived.place, _of_opening(body)))
    else:
        _refuse_second_opening(books, arrived, known, body)
        effects.ticket_number = known.number
        if known.plate != body.vehicle.plate:
            said = {"at_field": known.plate, "at_plant": body.vehicle.plate}
            effects.remarks.append(Remark(RemarkKind.PLATES_DIFFER, known.id, said))
    effects.remarks += unknown_things(books, body.ticket_id, body, body.origin)
    effects.remarks += _closed_yard(books, arrived, body)
    effects.remarks += _struck_off(books, arrived, body)
    effects.remarks += _weighed_twice(books, arrived, body, replaced_id=body.replaces if known is None else None)
    if body.purpose is Purpose.DIRECT_IN:
        haul = DirectHaul(
            ticket_id=body.ticket_id,
            plant_id=arrived.place_id,
            approval_id=body.approval_id or (known and known.approval_id),
            town_id=body.origin.town_id or (known and known.town_id),
            body_id=body.origin.body_id or (known and known.body_id),
        )
        effects.remarks += _without_approval(books, arrived, haul)
    if body.weighing is not None:
        weight = weighed(books, arrived, body.weighing, body.vehicle, body.ticket_id)
        effects.add(weight.effects)
    return effects


def foresee_openings(books: Books, coming: Sequence[tuple[Arrived, Opening]]) -> None:
    """Ask at once for what `opened` needs of all of these."""
    books.foresee_tickets([arrived for arrived, _body in coming])
    foresee_things(books, [(body, body.origin) for _arrived, body in coming])
    _tickets_around(books, [_time_around(arrived, body) for arrived, body in coming])
    foresee_weights(books, [(arrived, body.weighing, body.vehicle) for arrived, body in coming if body.weighing])
    _strikes(books, [body.destination_id for _arrived, body in coming if body.destination_id])
    foresee_tares(books, [body.vehicle.plate for _arrived, body in coming])  # most are weighed out soon


def tare_stored(books: Books, arrived: Arrived, body: Tare) -> Effects:
    """An empty truck's weight, for loads that are weighed once."""
    weight = weighed(books, arrived, body.weighing, body.vehicle, None)
    remarks = drifted(
        books, body.vehicle.plate, weight.kg, arrived.business_day, division_kg=weight.division_kg, ticket_id=None
    )
    return weight.effects.add(Effects(remarks=remarks))


def counted_at_field(books: Books, arrived: Arrived, body: FieldCounted) -> Effects:
    """The first half of a direct haul: the bales as the collecting body counted them, on a phone of its own (H13)."""
    if arrived.place != ("body", body.body_id):
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_AT_THIS_PLACE, [body.body_id])
    plant = ("plant", body.plant_id)
    known = books.ticket(arrived.id)
    effects = Effects()
    if known is None:
        row = {
            "purpose": Purpose.DIRECT_IN,
            **_of_vehicle(body.vehicle),
            "town_id": body.town_id,
            "field_ids": body.field_ids,
            "body_id": body.body_id,
            "destination_id": body.plant_id,
            "material_id": body.material_id,
            "bale_kind": body.bale_kind,
            "bales_declared": body.bales,
            "approval_id": body.approval_id,
        }
        effects.add(new_ticket(books, arrived, arrived.id, plant, row))
    elif (known.place_kind, known.place_id) != plant:
        raise RefusedHere(HTTPStatus.CONFLICT, NOT_AT_THIS_PLACE, [known.place_id])
    else:
        effects.ticket_number = known.number
        if known.plate != body.vehicle.plate:
            said = {"at_field": body.vehicle.plate, "at_plant": known.plate}
            effects.remarks.append(Remark(RemarkKind.PLATES_DIFFER, known.id, said))
    count = {
        "ticket_id": arrived.id,
        "record_id": arrived.id,
        "body_id": body.body_id,
        "plate": body.vehicle.plate,
        "town_id": body.town_id,
        "field_ids": body.field_ids,
        "bales": body.bales,
        "photos": body.photos,
        "counted_at": arrived.happened_at,
    }
    effects.rows.append((FieldCount, count))
    effects.remarks += unknown_things(books, arrived.id, body, body)
    haul = DirectHaul(
        ticket_id=arrived.id,
        plant_id=body.plant_id,
        approval_id=body.approval_id,
        town_id=body.town_id,
        body_id=body.body_id,
    )
    effects.remarks += _without_approval(books, arrived, haul)
    return effects


def ticket_in_force(books: Books, arrived: Arrived, ticket_id: str) -> Any:
    """The ticket; raises RefusedHere where it is not known yet, is another place's, or void."""
    ticket = books.ticket(ticket_id)
    if ticket is None:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, TICKET_NOT_KNOWN, [ticket_id])
    if (ticket.place_kind, ticket.place_id) != arrived.place:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_AT_THIS_PLACE, [ticket.number])
    if ticket.void_reason is not None:
        raise RefusedHere(HTTPStatus.GONE, TICKET_VOID, [ticket.number, ticket.void_reason])
    return ticket


def ticket_number(place_id: str, day: date, day_number: int) -> str:
    """What a ticket is called: `Y01-20261112-0037`."""
    return f"{place_id}-{day:%Y%m%d}-{day_number:04d}"


def new_ticket(books: Books, arrived: Arrived, ticket_id: str, place: tuple[str, str], row: dict[str, Any]) -> Effects:
    """Return a new ticket with the next number of the place's day, whose chain is locked."""
    place_kind, place_id = place
    day_number = books.next_number(place, arrived.business_day)
    number = ticket_number(place_id, arrived.business_day, day_number)
    whole = {
        **row,
        "id": ticket_id,
        "record_id": arrived.id,
        "number": number,
        "place_kind": place_kind,
        "place_id": place_id,
        "business_day": arrived.business_day,
        "day_number": day_number,
        "opened_at": arrived.happened_at,
    }
    effects = Effects([(WeighTicket, whole)], ticket_number=number)
    effects.remarks += _not_filed(books, arrived, ticket_id, row.get("body_id"))
    return effects


def _closed_yard(books: Books, arrived: Arrived, body: Opening) -> list[Remark]:
    """The yard takes nothing in now. The truck is there all the same, so it is remarked and not refused."""
    if arrived.place_kind != "yard" or body.purpose is not Purpose.INTAKE:
        return []
    closed = books.suspensions(arrived)
    why = [it.reason for it in closed if it.stack_id is None and it.is_in_force(arrived.happened_at)]
    return [Remark(RemarkKind.SUSPENDED, body.ticket_id, {"why": why})] if why else []


def _struck_off(books: Books, arrived: Arrived, body: Opening) -> list[Remark]:
    """The load goes, or came straight from the field, to a plant that is struck off (H16). What was on its way before
    is taken: its yard's ticket says nothing."""
    plant_id = arrived.place_id if body.purpose is Purpose.DIRECT_IN else body.destination_id
    if plant_id is None or body.purpose not in _NEW_DELIVERIES:
        return []
    if not any(it.holds_at(arrived.happened_at) for it in _strikes(books, [plant_id])[plant_id,] or ()):
        return []
    return [Remark(RemarkKind.PLANT_STRUCK_OFF, body.ticket_id, {"plant_id": plant_id})]


def _strikes(books: Books, plants: Sequence[str]) -> Any:
    def read(missing: Sequence[Key]) -> dict[Key, Any]:
        times = strike_times(books.connection, [plant_id for (plant_id,) in missing])
        return {(plant_id,): of_plant for plant_id, of_plant in times.items()}

    return books.known("strikes", [(plant_id,) for plant_id in plants], read)


def _of_opening(body: Opening) -> dict[str, Any]:
    origin, haul = body.origin, body.haul
    return {
        "purpose": body.purpose,
        **_of_vehicle(body.vehicle),
        "haul_day": haul and haul.day,
        "haul_id": haul and haul.haul_id,
        "town_id": origin.town_id,
        "field_ids": origin.field_ids,
        "grower": origin.grower,
        "body_id": origin.body_id,
        "origin_yard_id": origin.yard_id,
        "destination_id": body.destination_id,
        "material_id": body.material_id,
        "bale_kind": body.bale_kind,
        "bales_declared": body.bales,
        "approval_id": body.approval_id,
        "replaces": body.replaces,
    }


def _of_vehicle(vehicle: Vehicle) -> dict[str, Any]:
    return {"plate": vehicle.plate, "truck_id": vehicle.truck_id, "driver": vehicle.driver}


def _refuse_second_opening(books: Books, arrived: Arrived, known: Any, body: Opening) -> None:
    """Only a direct haul that was counted at its field, for this plant, is opened once more."""
    ticket_in_force(books, arrived, body.ticket_id)
    is_from_field = known.record_id == known.id != arrived.id and known.purpose == Purpose.DIRECT_IN
    if not is_from_field or books.first_weight(known.id) is not None:
        raise RefusedHere(HTTPStatus.CONFLICT, OPENED_ALREADY, [known.number])


def replacing(books: Books, arrived: Arrived, replaced_id: str | None, *, ticket_id: str, plate: str) -> list[Remark]:
    """Return what is to be remarked of the ticket that another replaces: only a void one of this place is replaced, and
    only once; by another truck's it is remarked."""
    if replaced_id is None:
        return []
    replaced = books.ticket(replaced_id)
    if replaced is None:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, TICKET_NOT_KNOWN, [replaced_id])
    if (replaced.place_kind, replaced.place_id) != arrived.place:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_AT_THIS_PLACE, [replaced.number])
    if other := books.session.execute(_REPLACED_BY, {"ticket_id": replaced.id}).first():
        raise RefusedHere(HTTPStatus.CONFLICT, REPLACED_ALREADY, [replaced.number, other.number])
    if replaced.void_reason is None:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, NOT_VOID_YET, [replaced.number])
    if replaced.plate == plate:
        return []
    said = {"plate": plate, "replaced": replaced.plate}
    return [Remark(RemarkKind.PLATE_OF_REPLACED, ticket_id, said)]


def _weighed_twice(books: Books, arrived: Arrived, body: Opening, *, replaced_id: str | None) -> list[Remark]:
    """The same plate opened another ticket minutes ago, here or elsewhere, that is not the one replaced."""
    time = _time_around(arrived, body)
    return [
        Remark(RemarkKind.DOUBLE_WEIGHING, body.ticket_id, {"other": it.number})
        for it in _tickets_around(books, [time])[time] or ()
        if it.id not in (body.ticket_id, replaced_id) and _is_double(it.opened_at, arrived)
    ][:1]


def _time_around(arrived: Arrived, body: Opening) -> tuple[str, datetime, datetime]:
    """Plate, and from when until when another weighing of it would be one too many."""
    within = timedelta(minutes=rulebook("weighing").whole("double_weighing_min", arrived.business_day))
    return body.vehicle.plate, arrived.happened_at - within, arrived.happened_at + within


def _tickets_around(books: Books, times: Sequence[tuple[str, datetime, datetime]]) -> Any:
    def read(missing: Sequence[Key]) -> dict[Key, list[Any]]:
        plates, begins, ends = zip(*missing, strict=True)
        rows = books.connection.execute(_NEAR, {"plates": plates, "since": min(begins), "until": max(ends)}).all()
        return {
            (plate, since, until): [it for it in rows if it.plate == plate and since <= it.opened_at <= until]
            for plate, since, until in missing
        }

    return books.known(TICKETS_OF_PLATE, times, read)


def _is_double(opened_at: datetime, arrived: Arrived) -> bool:
    return is_double_weighing(opened_at, arrived.happened_at, arrived.business_day)


def _not_filed(books: Books, arrived: Arrived, ticket_id: str, body_id: object) -> list[Remark]:
    """The collecting body is not filed with the task force, or unknown (H4)."""
    if body_id is None:
        return []
    filed_on = books.connection.execute(_FILED_ON, {"body_id": body_id}).scalar()
    if filed_on is not None and filed_on <= arrived.business_day:
        return []
    return [Remark(RemarkKind.NOT_FILED, ticket_id, {"body_id": body_id})]


def _without_approval(books: Books, arrived: Arrived, haul: DirectHaul) -> list[Remark]:
    """No approval of both sides covers this direct haul (H13): one of its town, and of its body where it names one."""
    approval = DirectHaulApproval
    chosen = select(approval.approval_id).where(
        approval.plant_id == haul.plant_id,
        approval.withdrawn_at.is_(None),
        or_(approval.body_id.is_(None), approval.body_id == haul.body_id),
        state_in_query(arrived.business_day) == ApprovalState.IN_FORCE,
    )
    if haul.approval_id is not None:
        chosen = chosen.where(approval.approval_id == haul.approval_id)
    if haul.town_id is not None:
        chosen = chosen.where(approval.town_id == haul.town_id)
    is_named = haul.approval_id is not None or haul.town_id is not None
    if is_named and books.register.scalar(chosen.limit(1)) is not None:
        return []
    return [Remark(RemarkKind.NOT_APPROVED, haul.ticket_id, {"approval_id": haul.approval_id})]
