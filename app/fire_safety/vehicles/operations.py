"""A vehicle that is in a yard without all that is asked of it raises an alarm. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from app.fire_safety.alarms.operations import raise_alarm, raised_before
from app.fire_safety.vehicles.models import VehicleCheck
from app.intake.models import TicketClosing, TicketVoid, WeighTicket
from yard_rules.finding import Severity

# A ticket that is open for longer was forgotten: the truck is not there any more.
_LONGEST_STAY: Final = timedelta(hours=12)


def watch_vehicles(session: Session, yard_id: str, moment: datetime) -> None:
    """Raise an alarm for each vehicle that is inside and of which not all was confirmed: one for each ticket (H38: it
    must be so before it goes in; H39: a danger found is dealt with at once). Of what left meanwhile, as tablets without
    a network tell, the remark on its ticket is enough."""
    unsafe = unsafe_inside(session, yard_id, moment)
    raised = raised_before(session, unsafe)
    for key, row in unsafe.items():
        if key not in raised:
            raise_alarm(
                session,
                yard_id=yard_id,
                kind="vehicle_unsafe",
                subject=row.plate,
                said={"plate": row.plate, "missing": row.missing},
                key=key,
                moment=moment,
                severity=Severity.ADVICE,
            )


def unsafe_inside(session: Session, yard_id: str, moment: datetime) -> Mapping[str, Row[str, list[str], str]]:
    """Return the vehicles in a yard of which not all was confirmed, with `plate` and `missing`, by what names the
    alarm."""
    rows = session.execute(
        select(VehicleCheck.ticket_id, VehicleCheck.missing, WeighTicket.plate)
        .join(WeighTicket, WeighTicket.id == VehicleCheck.ticket_id)
        .where(
            VehicleCheck.yard_id == yard_id,
            VehicleCheck.checked_at > moment - _LONGEST_STAY,
            ~exists().where(TicketClosing.ticket_id == VehicleCheck.ticket_id),
            ~exists().where(TicketVoid.ticket_id == VehicleCheck.ticket_id),
        )
    )
    return {f"vehicle/{row.ticket_id}": row for row in rows if row.missing}
