"""The ledger that a yard keeps (H30): who watched, which vehicles came and left, how much lay there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import COUNTY_ZONE
from app.intake.models import TicketClosing, TicketVoid, WeighTicket
from app.intake.ticket_lists import TicketState
from app.registry.models import EndUsePlant, Town, TransferYard
from app.storage.models import StockCount, StockTransfer, WatchEntry, WatchEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle that came, with its load; `left_at` is None while it is there."""

    ticket: WeighTicket
    closing: TicketClosing | None
    is_void: bool
    place_name: str | None

    @property
    def left_at(self) -> datetime | None:
        """When it was weighed out."""
        return None if self.closing is None else self.closing.closed_at

    @property
    def state(self) -> TicketState:
        """As the list of tickets has it."""
        if self.is_void:
            return TicketState.VOID
        if self.closing is None:
            return TicketState.OPEN
        return TicketState.SENT_BACK if self.closing.outcome == "sent_back" else TicketState.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which nobody watched."""

    begins: datetime
    ends: datetime


def vehicles(session: Session, yard_id: str, first_day: date, last_day: date) -> list[Vehicle]:
    """Return the vehicles of these days in the order in which they came."""
    found = session.execute(
        select(WeighTicket, TicketClosing, TicketVoid.ticket_id, Town.name, TransferYard.name, EndUsePlant.name)
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .outerjoin(Town, Town.town_id == WeighTicket.town_id)
        .outerjoin(TransferYard, TransferYard.yard_id == WeighTicket.origin_yard_id)
        .outerjoin(EndUsePlant, EndUsePlant.plant_id == WeighTicket.destination_id)
        .where(
            WeighTicket.place_kind == "yard",
            WeighTicket.place_id == yard_id,
            WeighTicket.business_day.between(first_day, last_day),
        )
        .order_by(WeighTicket.opened_at, WeighTicket.number)
    )
    return [
        Vehicle(ticket=ticket, closing=closing, is_void=void is not None, place_name=plant or origin or town)
        for ticket, closing, void, town, origin, plant in found
    ]


def watch_entries(session: Session, yard_id: str, first_day: date, last_day: date) -> Sequence[WatchEntry]:
    """Return what was noted of the watch on these days."""
    return session.scalars(
        select(WatchEntry)
        .where(WatchEntry.yard_id == yard_id, WatchEntry.business_day.between(first_day, last_day))
        .order_by(WatchEntry.noted_at, WatchEntry.record_id)
    ).all()


def watch_gaps(session: Session, yard_id: str, day: date, until: datetime) -> list[Gap]:
    """Return the times of the day, up to `until`, in which nobody was on watch; whoever began the day before and has
    not ended is."""
    begins = datetime.combine(day, time(), COUNTY_ZONE)
    ends = min(begins + timedelta(days=1), until)
    on_watch: set[str] = set()
    gaps: list[Gap] = []
    free_from: datetime | None = begins
    for entry in watch_entries(session, yard_id, day - timedelta(days=1), day):
        who = str(entry.watcher_id or entry.watcher_name)
        was_watched = bool(on_watch)
        if entry.event == WatchEvent.END:
            on_watch.discard(who)
        elif entry.event == WatchEvent.BEGIN:
            on_watch.add(who)
        moment = max(entry.noted_at, begins)
        if on_watch and not was_watched and free_from is not None:
            if moment > free_from:
                gaps.append(Gap(begins=free_from, ends=moment))
            free_from = None
        elif was_watched and not on_watch:
            free_from = moment
    if free_from is not None and free_from < ends:
        gaps.append(Gap(begins=free_from, ends=ends))
    return gaps


def counts_of(session: Session, yard_id: str, day: date) -> Sequence[StockCount]:
    """Return the lines of stock-taking of the day."""
    return session.scalars(
        select(StockCount)
        .where(StockCount.yard_id == yard_id, StockCount.business_day == day)
        .order_by(StockCount.counted_at, StockCount.stack_id)
    ).all()


def latest_transfers(session: Session, yard_id: str, limit: int) -> Sequence[tuple[StockTransfer, str | None]]:
    """Return the latest transfers of the yard with the numbers of their tickets."""
    found = session.execute(
        select(StockTransfer, WeighTicket.number)
        .outerjoin(WeighTicket, WeighTicket.id == StockTransfer.ticket_id)
        .where(StockTransfer.yard_id == yard_id)
        .order_by(StockTransfer.id.desc())
        .limit(limit)
    )
    return [(transfer, number) for transfer, number in found]
