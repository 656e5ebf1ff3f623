"""One plate that is weighed twice within minutes raises an alarm. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.operations import raise_alarm, raised_before
from app.intake.models import TicketRemark, TicketVoid, WeighTicket
from app.intake.remarks import RemarkKind

# Of what tablets without a network tell later the remark on the ticket is enough.
_TOLD_WITHIN: Final = timedelta(hours=12)
_PREFIX: Final = "double/"


def watch_double_weighings(session: Session, yard_id: str, moment: datetime) -> None:
    """Raise an alarm for each ticket of the yard that is not void and was opened minutes before or after another one of
    its plate, here or elsewhere: one of them is one too many, and somebody says which."""
    rows = session.execute(
        select(WeighTicket.id, WeighTicket.number, WeighTicket.plate, TicketRemark.said)
        .join(TicketRemark, TicketRemark.ticket_id == WeighTicket.id)
        .where(
            WeighTicket.place_kind == "yard",
            WeighTicket.place_id == yard_id,
            WeighTicket.opened_at > moment - _TOLD_WITHIN,
            TicketRemark.kind == RemarkKind.DOUBLE_WEIGHING,
            ~exists().where(TicketVoid.ticket_id == WeighTicket.id),
        )
        .order_by(WeighTicket.opened_at)
    ).all()
    keys = {_key(row.id): row for row in rows}
    raised = raised_before(session, keys)
    for key, row in keys.items():
        if key not in raised:
            raise_alarm(
                session,
                yard_id=yard_id,
                kind="double_weighing",
                subject=row.plate,
                said={"plate": row.plate, "number": row.number, "other": row.said.get("other")},
                key=key,
                moment=moment,
            )


def not_void(session: Session, alarms: Sequence[Alarm]) -> Collection[int]:
    """Return which of these alarms tell of a ticket that still stands."""
    tickets = {alarm.key.removeprefix(_PREFIX): alarm.id for alarm in alarms}
    void = session.scalars(select(TicketVoid.ticket_id).where(TicketVoid.ticket_id.in_(tickets)))
    return set(tickets.values()) - {tickets[ticket_id] for ticket_id in void}


def _key(ticket_id: str) -> str:
    return f"{_PREFIX}{ticket_id}"
