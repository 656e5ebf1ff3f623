"""Openings of tickets that say what was confirmed of the vehicle."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.fire_safety.vehicles.models import VehicleCheck
from app.intake.arriving import Arrived, Effects, Remark
from app.intake.bodies import Code, Opening
from app.intake.books import Books
from app.intake.openings import opened
from app.intake.remarks import RemarkKind
from yard_rules.vehicle_checks import not_confirmed, vehicle_checks


class OpeningAtYard(Opening):
    """`vehicle_checks`: what was asked of the vehicle, by id; None where nobody asked."""

    vehicle_checks: Annotated[dict[Code, bool], Field(max_length=20)] | None = None


def opened_with_checks(books: Books, arrived: Arrived, body: OpeningAtYard) -> Effects:
    """The ticket, and what was confirmed of its vehicle; a truck that is there comes in all the same, with a remark."""
    effects = opened(books, arrived, body)
    if body.vehicle_checks is None or arrived.place_kind != "yard":
        return effects
    missing = [check.check_id for check in not_confirmed(body.vehicle_checks, arrived.business_day)]
    row = {
        "record_id": arrived.id,
        "ticket_id": body.ticket_id,
        "yard_id": arrived.place_id,
        "confirmed": [it.check_id for it in vehicle_checks(arrived.business_day) if it.check_id not in missing],
        "missing": missing,
        "checked_name": arrived.operator_name,
        "checked_at": arrived.happened_at,
    }
    effects.rows.append((VehicleCheck, row))
    if missing:
        effects.remarks.append(Remark(RemarkKind.VEHICLE_UNSAFE, body.ticket_id, {"missing": missing}))
    return effects
