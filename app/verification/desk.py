"""What the desk shows: suspicions by what is at stake, one of them with its tickets, months with their state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.intake.models import Outcome, TicketClosing, TicketVoid, WeighTicket
from app.intake.ticket_lists import seen_by
from app.verification.models import HeldTicket, RaisedSuspicion, Sighting, Verdict, VerdictKind, VerificationRun
from app.verification.queries import (
    FROM_FIELDS,
    NEWEST_RUNS,
    NEWEST_VERDICTS,
    held_by,
    is_known,
    is_open,
    is_upheld,
)

# Of a sum that thousands of tickets make: the heaviest are shown.
MOST_TICKETS: Final = 60


class SuspicionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    EXPLAINED = "explained"
    GONE = "gone"  # nobody judged it, and the newest run does not see it any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A suspicion as its newest sighting tells it; `verdict` is the one that holds, `held` counts its tickets."""

    raised: RaisedSuspicion
    sighting: Sighting
    month: date
    verdict: Verdict | None
    state: SuspicionState
    held: int

    @property
    def weight(self) -> int:
        """What is at stake times how sure it is: what to look at first."""
        return self.sighting.at_stake_kg * self.sighting.score_permille


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFilters:
    """What is asked of the desk; what is empty asks nothing. `place`: kind and id with a colon between."""

    month: date | None = None
    state: str = ""
    detector: str = ""
    town_id: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthState:
    """A month with tickets; `run` is its newest. Masses are net, of loads from fields; `verified_kg` can be claimed."""

    month: date
    tickets: int
    net_kg: int
    run: VerificationRun | None
    open: int
    upheld: int
    verified_kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTicket:
    """A ticket beside its suspicion: one that is held back, or one (`is_named` None) that it is compared with."""

    ticket: WeighTicket
    closing: TicketClosing | None
    is_void: bool
    is_named: bool | None
    may_open: bool


def raised_suspicions(session: Session, scope: Scope | None, filters: DeskFilters) -> list[Raised]:
    """Return what is asked for, first what weighs most."""
    chosen = _newest_sightings().where(_concerns(scope, filters))
    if filters.month is not None:
        chosen = chosen.where(VerificationRun.month == filters.month)
    if filters.detector:
        chosen = chosen.where(RaisedSuspicion.detector == filters.detector)
    found = _made(session, chosen)
    asked = [it for it in found if filters.state in ("", it.state)]
    return sorted(asked, key=lambda it: (-it.weight, -it.sighting.at_stake_kg, it.raised.id))


def raised_suspicion(session: Session, scope: Scope | None, suspicion_id: int) -> Raised | None:
    """Return one; None where there is none, or none of whoever asks."""
    found = _made(
        session, _newest_sightings().where(RaisedSuspicion.id == suspicion_id, _concerns(scope, DeskFilters()))
    )
    return found[0] if found else None


def verdicts_of(session: Session, suspicion_id: int) -> Sequence[Verdict]:
    """Return what was said of it, the newest first."""
    chosen = select(Verdict).where(Verdict.suspicion_id == suspicion_id)
    return session.scalars(chosen.order_by(Verdict.id.desc())).all()


def tickets_beside(
    session: Session, scope: Scope | None, found: Raised, compared: Sequence[str]
) -> tuple[Sequence[DeskTicket], int]:
    """Return the tickets to look at, those compared with first, then the oldest held back; and how many are not
    among them."""
    held = (
        select(HeldTicket.ticket_id, HeldTicket.is_named).where(HeldTicket.suspicion_id == found.raised.id).subquery()
    )
    columns = (WeighTicket, TicketClosing, TicketVoid.ticket_id, held.c.is_named, seen_by(scope))
    chosen = (
        select(*columns)
        .select_from(WeighTicket)
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .outerjoin(held, held.c.ticket_id == WeighTicket.id)
    )
    in_order = (WeighTicket.opened_at, WeighTicket.id)
    mine = chosen.where(held.c.ticket_id.is_not(None), seen_by(scope))
    others = chosen.where(held.c.ticket_id.is_(None), WeighTicket.id.in_(compared)).order_by(*in_order)
    rows = [*session.execute(others), *session.execute(mine.order_by(*in_order).limit(MOST_TICKETS))]
    left = (session.scalar(select(func.count()).select_from(mine.subquery())) or 0) - MOST_TICKETS
    return [_beside(*row) for row in rows], max(0, left)


def others_beside(session: Session, scope: Scope | None, found: Raised) -> list[Raised]:
    """Return what else is suspected of the tickets that this one names, and has not gone; first what weighs most."""
    mine, same = aliased(HeldTicket), aliased(HeldTicket)
    named = select(mine.ticket_id).where(mine.suspicion_id == found.raised.id, mine.is_named)
    also = select(same.suspicion_id).where(same.ticket_id.in_(named), same.is_named)
    is_other = and_(RaisedSuspicion.id.in_(also), RaisedSuspicion.id != found.raised.id)
    others = _made(session, _newest_sightings().where(is_other, _concerns(scope, DeskFilters())))
    return sorted((it for it in others if it.state is not SuspicionState.GONE), key=lambda it: -it.weight)


def month_states(session: Session, scope: Scope | None, *, most: int) -> list[MonthState]:
    """Return the newest months with tickets of whoever asks, newest first."""
    first, last = session.execute(
        select(func.min(WeighTicket.business_day), func.max(WeighTicket.business_day)).where(seen_by(scope))
    ).one()
    if first is None:
        return []
    months: list[date] = []
    month = last.replace(day=1)
    while month >= first.replace(day=1) and len(months) < most:
        months.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    newest = {
        it.month: it for it in session.scalars(select(VerificationRun).where(VerificationRun.id.in_(NEWEST_RUNS)))
    }
    states = (_month_state(session, scope, month, newest.get(month)) for month in months)
    return [it for it in states if it.tickets]


def next_open(session: Session, scope: Scope | None, month: date) -> int | None:
    """Return the id of what is to be looked at next in a month."""
    waiting = raised_suspicions(session, scope, DeskFilters(month=month, state=SuspicionState.OPEN))
    return waiting[0].raised.id if waiting else None


def _month_state(session: Session, scope: Scope | None, month: date, run: VerificationRun | None) -> MonthState:
    after = (month + timedelta(days=31)).replace(day=1)
    own = and_(WeighTicket.business_day >= month, WeighTicket.business_day < after, seen_by(scope))
    is_straw = and_(WeighTicket.purpose.in_(FROM_FIELDS), TicketClosing.outcome != Outcome.SENT_BACK)
    sums = (
        select(func.count(), func.coalesce(func.sum(case((is_straw, TicketClosing.net_kg), else_=0)), 0))
        .select_from(WeighTicket)
        .join(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .where(own, ~exists().where(TicketVoid.ticket_id == WeighTicket.id))
    )
    tickets, net_kg = session.execute(sums).one()
    held = WeighTicket.id.in_(held_by(or_(is_open(), is_upheld())))
    verified_kg = 0 if run is None else session.execute(sums.where(is_known(), ~held)).one()[1]
    suspicions = raised_suspicions(session, scope, DeskFilters(month=month))
    return MonthState(
        month=month,
        tickets=tickets,
        net_kg=int(net_kg),
        run=run,
        open=sum(it.state is SuspicionState.OPEN for it in suspicions),
        upheld=sum(it.state is SuspicionState.UPHELD for it in suspicions),
        verified_kg=int(verified_kg),
    )


def _newest_sightings() -> Select[RaisedSuspicion, Sighting, date, bool]:
    sighting = aliased(Sighting)
    newest = select(func.max(sighting.run_id)).where(sighting.suspicion_id == RaisedSuspicion.id).scalar_subquery()
    return (
        select(RaisedSuspicion, Sighting, VerificationRun.month, Sighting.run_id.in_(NEWEST_RUNS))
        .select_from(RaisedSuspicion)
        .join(Sighting, and_(Sighting.suspicion_id == RaisedSuspicion.id, Sighting.run_id == newest))
        .join(VerificationRun, VerificationRun.id == Sighting.run_id)
    )


def _concerns(scope: Scope | None, filters: DeskFilters) -> ColumnElement[bool]:
    """Of a row of RaisedSuspicion: it holds back a ticket of whoever asks, of this town and place."""
    kind, _colon, place_id = filters.place.partition(":")
    where: list[ColumnElement[bool]] = [] if scope is None else [seen_by(scope)]
    if filters.town_id:
        where.append(WeighTicket.town_id == filters.town_id)
    if place_id:
        where.append(and_(WeighTicket.place_kind == kind, WeighTicket.place_id == place_id))
    if not where:
        return true()
    return exists().where(HeldTicket.suspicion_id == RaisedSuspicion.id, WeighTicket.id == HeldTicket.ticket_id, *where)


def _made(session: Session, chosen: Select[RaisedSuspicion, Sighting, date, bool]) -> list[Raised]:
    rows = session.execute(chosen).all()
    verdicts = {it.suspicion_id: it for it in session.scalars(select(Verdict).where(Verdict.id.in_(NEWEST_VERDICTS)))}
    counts = select(HeldTicket.suspicion_id, func.count()).group_by(HeldTicket.suspicion_id)
    held = {row[0]: row[1] for row in session.execute(counts)}
    return [
        Raised(
            raised=raised,
            sighting=sighting,
            month=month,
            verdict=verdicts.get(raised.id),
            state=_state(verdicts.get(raised.id), bool(is_newest)),
            held=held.get(raised.id, 0),
        )
        for raised, sighting, month, is_newest in rows
    ]


def _state(verdict: Verdict | None, is_newest: bool) -> SuspicionState:
    if verdict is not None:
        is_upheld_now = verdict.kind == VerdictKind.UPHELD
        return SuspicionState.UPHELD if is_upheld_now else SuspicionState.EXPLAINED
    return SuspicionState.OPEN if is_newest else SuspicionState.GONE


def _beside(ticket: Any, closing: Any, void_id: str | None, is_named: bool | None, may_open: bool) -> DeskTicket:
    return DeskTicket(
        ticket=ticket, closing=closing, is_void=void_id is not None, is_named=is_named, may_open=bool(may_open)
    )
