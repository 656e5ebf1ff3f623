"""What recycling points bought, as the detectors look at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.intake.models import Purpose, TicketClosing, TicketVoid, Weighing, WeighTicket
from app.verification.county_records import HISTORY
from yard_rules.verification.purchases import Purchase


def county_purchases(session: Session, first_day: date, last_day: date) -> list[Purchase]:
    """Return the purchases of these business days that are not void, with those of the season before them as history,
    in the order in which they were made."""
    rows: Sequence[Any] = session.execute(
        select(
            WeighTicket.id,
            WeighTicket.place_id,
            WeighTicket.business_day,
            WeighTicket.material_id,
            WeighTicket.grower_id,
            TicketClosing.net_kg,
            TicketClosing.paper_number,
            TicketClosing.photos,
            Weighing.photos.label("weight_photos"),
        )
        .join(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .join(Weighing, Weighing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(
            WeighTicket.purpose == Purpose.PURCHASE,
            WeighTicket.business_day.between(first_day - HISTORY, last_day),
            TicketVoid.ticket_id.is_(None),
        )
        .order_by(WeighTicket.opened_at, WeighTicket.id)
    ).all()
    return [
        Purchase(
            ticket_id=row.id,
            point_id=row.place_id,
            day=row.business_day,
            material_id=row.material_id,
            kg=row.net_kg,
            seller_id=row.grower_id,
            paper_number=row.paper_number,
            photos=tuple(dict.fromkeys([*row.photos, *row.weight_photos])),
        )
        for row in rows
    ]
