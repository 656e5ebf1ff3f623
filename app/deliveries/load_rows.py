"""What is read of loads to plants: the tickets of both ends, and what offices typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, or_, select, true
from sqlalchemy.orm import Session

from app.clock import business_day
from app.database.parts import in_parts
from app.deliveries.models import PlantWeight
from app.intake.models import Outcome, Purpose, TicketClosing, TicketVoid, WeighTicket
from app.intake.ticket_lists import IS_FOR_TRADE
from yard_rules.rulebook import rulebook

_TICKETS: Final = (
    select(
        WeighTicket.id,
        WeighTicket.number,
        WeighTicket.purpose,
        WeighTicket.place_kind,
        WeighTicket.place_id,
        WeighTicket.business_day,
        WeighTicket.plate,
        WeighTicket.haul_day,
        WeighTicket.haul_id,
        WeighTicket.town_id,
        WeighTicket.body_id,
        WeighTicket.origin_yard_id,
        WeighTicket.destination_id,
        WeighTicket.material_id,
        WeighTicket.opened_at,
        TicketClosing.outcome,
        TicketClosing.net_kg,
        TicketClosing.moisture_permille,
        TicketClosing.dry_method,
        TicketClosing.closed_at,
        TicketVoid.ticket_id.is_not(None).label("is_void"),
        IS_FOR_TRADE.label("is_trade"),
    )
    .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
    .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
)


class Asked:
    """What is asked for, and the days whose tickets may have to do with it: a load arrives some days later, and another
    of the same truck may fit its arrival better."""

    def __init__(
        self,
        session: Session,
        plants: Collection[str] | None,
        first_day: date | None,
        last_day: date | None,
        ids: Collection[str] | None,
    ) -> None:
        self.plants, self.first_day, self.last_day = plants, first_day, last_day
        self.ids = None if ids is None else frozenset(ids)
        # how far around the days is looked; of days before the rulebook begins it says nothing
        self.slack = timedelta(days=rulebook("deliveries").whole("arrives_within_days", business_day()))
        self._days = [first_day, last_day]
        if self.ids is not None:
            days = in_parts(
                session,
                self.ids,
                lambda some: select(WeighTicket.business_day).where(WeighTicket.id.in_(some)).distinct(),
            )
            self._days = [min(days, default=None), max(days, default=None)]

    def near(self, column: Any) -> ColumnElement[bool]:
        """Whether a ticket's day may have to do with it."""
        first, last = self._days
        # a day more: what left before midnight arrives within so many days, counted from its hour
        slack = self.slack + timedelta(days=1)
        conditions = [] if first is None else [column >= first - slack]
        return and_(true(), *conditions, *([] if last is None else [column <= last + slack]))

    def wants(self, ticket_id: str) -> bool:
        return self.ids is None or ticket_id in self.ids

    def is_of(self, plant_id: str, day: date) -> bool:
        """Whether these are asked for."""
        return (
            (self.plants is None or plant_id in self.plants)
            and (self.first_day is None or day >= self.first_day)
            and (self.last_day is None or day <= self.last_day)
        )


def tickets_asked(session: Session, asked: Asked) -> Sequence[Any]:
    """What left yards, and what came straight from fields."""
    has_left = and_(WeighTicket.purpose == Purpose.LINEHAUL_OUT, TicketClosing.outcome == Outcome.SHIPPED)
    which = [or_(has_left, WeighTicket.purpose == Purpose.DIRECT_IN), asked.near(WeighTicket.business_day)]
    if asked.plants is not None:
        plant = case((WeighTicket.place_kind == "plant", WeighTicket.place_id), else_=WeighTicket.destination_id)
        which.append(or_(plant.is_(None), plant.in_(asked.plants)))
    return session.execute(_TICKETS.where(*which)).all()


def arrivals_asked(session: Session, asked: Asked) -> Sequence[Any]:
    which = [
        WeighTicket.purpose == Purpose.LINEHAUL_IN,
        TicketVoid.ticket_id.is_(None),
        asked.near(WeighTicket.business_day),
    ]
    if asked.plants is not None:
        which.append(WeighTicket.place_id.in_(asked.plants))
    return session.execute(_TICKETS.where(*which)).all()


def weights_asked(session: Session, asked: Asked) -> Mapping[str, Any]:
    """The newest of each load, as rows: a season has thousands."""
    chosen = select(PlantWeight.__table__).where(asked.near(PlantWeight.weighed_on)).order_by(PlantWeight.id)
    if asked.plants is not None:
        chosen = chosen.where(PlantWeight.plant_id.in_(asked.plants))
    return {row.delivery_id: row for row in session.execute(chosen)}
