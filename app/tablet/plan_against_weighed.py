"""A day's plan beside what was weighed: by yard and plant, by haul, what is missing and what nobody planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.dispatch.models import PlanHaul, PlanTruckStop, PlanVersion
from app.intake.models import Outcome, Purpose, TicketClosing, TicketVoid, WeighTicket
from app.registry.models import EndUsePlant, TransferYard, Truck
from app.tablet.expected import plan_of_day

Place = tuple[str, str]
_MINUTES_IN_HOUR: Final = 60


class VisitState(StrEnum):
    WEIGHED = "weighed"
    ON_YARD = "on_yard"
    SENT_BACK = "sent_back"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """A load that the plan has at a gate; `arrive_min` after midnight. `tickets`: those that name the haul there, the
    void ones left out."""

    place: Place
    purpose: Purpose
    haul_id: str
    truck_id: str
    plate: str
    arrive_min: int
    bales: int
    dry_kg: int
    tickets: Sequence[Any]

    @property
    def state(self) -> VisitState:
        outcomes = [ticket.outcome for ticket in self.tickets]
        if any(outcome not in (None, Outcome.SENT_BACK) for outcome in outcomes):
            return VisitState.WEIGHED
        if None in outcomes:
            return VisitState.ON_YARD
        return VisitState.SENT_BACK if outcomes else VisitState.MISSING

    @property
    def weighed_dry_kg(self) -> int:
        return _dry_kg(self.tickets)


@dataclass(slots=True)
class PlaceDay:
    """One gate: what was planned there, and what came. Masses are dry straw."""

    visits: list[PlannedVisit] = field(default_factory=list)
    unplanned: list[Any] = field(default_factory=list)

    @property
    def planned_dry_kg(self) -> int:
        return sum(visit.dry_kg for visit in self.visits)

    @property
    def weighed(self) -> int:
        return sum(visit.state is VisitState.WEIGHED for visit in self.visits)

    @property
    def missing(self) -> int:
        return sum(visit.state is VisitState.MISSING for visit in self.visits)

    @property
    def weighed_dry_kg(self) -> int:
        return sum(visit.weighed_dry_kg for visit in self.visits) + _dry_kg(self.unplanned)

    @property
    def unplanned_dry_kg(self) -> int:
        return _dry_kg(self.unplanned)


def plan_against_weighed(session: Session, day: date) -> tuple[PlanVersion | None, dict[Place, PlaceDay]]:
    """Return the plan in force on the day, None where there is none, and what it and the gates say of each place."""
    version = plan_of_day(session, day)
    tickets = _tickets(session, day)
    by_haul: dict[tuple[str, str, Place], list[Any]] = {}
    for ticket in tickets:
        if ticket.haul_day == day and ticket.haul_id is not None:
            by_haul.setdefault((ticket.haul_id, ticket.purpose, _place(ticket)), []).append(ticket)
    found: dict[Place, PlaceDay] = {}
    planned: set[str] = set()
    for visit in _visits(session, version, day, by_haul) if version is not None else ():
        found.setdefault(visit.place, PlaceDay()).visits.append(visit)
        planned.update(ticket.id for ticket in visit.tickets)
    for ticket in tickets:
        if ticket.id not in planned and ticket.business_day == day:
            found.setdefault(_place(ticket), PlaceDay()).unplanned.append(ticket)
    return version, dict(sorted(found.items(), key=lambda item: (item[0][0] != "yard", item[0][1])))


def clock_text(minutes: int) -> str:
    """Return minutes after midnight as 09:05; hours after the next midnight go on."""
    return f"{minutes // _MINUTES_IN_HOUR:02d}:{minutes % _MINUTES_IN_HOUR:02d}"


def _visits(
    session: Session,
    version: PlanVersion,
    day: date,
    by_haul: dict[tuple[str, str, Place], list[Any]],
) -> Iterable[PlannedVisit]:
    """In order of arrival; a linehaul has two gates."""
    yards = set(session.scalars(select(TransferYard.yard_id)))
    plants = set(session.scalars(select(EndUsePlant.plant_id)))
    rows = session.execute(
        select(PlanHaul, PlanTruckStop, Truck.plate)
        .join(
            PlanTruckStop,
            and_(
                PlanTruckStop.plan_id == PlanHaul.plan_id,
                PlanTruckStop.day == PlanHaul.day,
                PlanTruckStop.haul_id == PlanHaul.haul_id,
            ),
        )
        .outerjoin(Truck, Truck.truck_id == PlanTruckStop.truck_id)
        .where(
            PlanHaul.plan_id == version.id,
            PlanHaul.day == day,
            or_(PlanTruckStop.place_id == PlanHaul.destination_id, PlanTruckStop.place_id == PlanHaul.origin_ids),
        )
        .order_by(PlanTruckStop.arrive_min, PlanHaul.haul_id)
    )
    for haul, stop, plate in rows:
        place: Place | None = None
        if stop.place_id in yards:
            place = ("yard", stop.place_id)
        elif stop.place_id in plants:
            place = ("plant", stop.place_id)
        purpose = _purpose(haul, place)
        if place is None or purpose is None:
            continue
        yield PlannedVisit(
            place=place,
            purpose=purpose,
            haul_id=haul.haul_id,
            truck_id=stop.truck_id,
            plate=plate or stop.truck_id,
            arrive_min=stop.arrive_min,
            bales=haul.bales,
            dry_kg=round(haul.dry_t * 1000),
            tickets=by_haul.get((haul.haul_id, purpose, place), ()),
        )


def _purpose(haul: PlanHaul, place: Place | None) -> Purpose | None:
    """What a haul is at this gate."""
    if place is None:
        return None
    kind, place_id = place
    if haul.destination_id != place_id:
        return Purpose.LINEHAUL_OUT if kind == "yard" and haul.kind == "linehaul" else None
    if kind == "yard":
        return Purpose.INTAKE if haul.kind == "collect" else None
    return Purpose.LINEHAUL_IN if haul.kind == "linehaul" else Purpose.DIRECT_IN


def _tickets(session: Session, day: date) -> Sequence[Any]:
    """Those of the day, and those of a haul of the day that came another day; the void ones left out."""
    return session.execute(
        select(
            WeighTicket.id,
            WeighTicket.number,
            WeighTicket.place_kind,
            WeighTicket.place_id,
            WeighTicket.business_day,
            WeighTicket.purpose,
            WeighTicket.plate,
            WeighTicket.haul_day,
            WeighTicket.haul_id,
            TicketClosing.outcome,
            TicketClosing.dry_kg,
            TicketClosing.bales,
        )
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(
            or_(WeighTicket.business_day == day, WeighTicket.haul_day == day),
            TicketVoid.ticket_id.is_(None),
            WeighTicket.purpose != Purpose.PURCHASE,  # nobody plans who comes to a recycling point
        )
        .order_by(WeighTicket.opened_at, WeighTicket.id)
    ).all()


def _place(ticket: Any) -> Place:
    return ticket.place_kind, ticket.place_id


def _dry_kg(tickets: Iterable[Any]) -> int:
    return sum(ticket.dry_kg or 0 for ticket in tickets if ticket.outcome != Outcome.SENT_BACK)
