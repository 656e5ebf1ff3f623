"""The ledger of a yard as a workbook: watch, vehicles and quantities of a day or a month (H30)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.clock import COUNTY_ZONE, business_day, now
from app.file_exchange.workbooks_out import PlainSheet, PlainValue
from app.intake.ledger_check import head_of
from app.intake.remark_texts import PURPOSE_TEXTS, STATE_TEXTS
from app.storage.amounts import Amount, DayLine
from app.storage.day_sheets import closing_of, day_sheet
from app.storage.layouts import stacks_of
from app.storage.ledger import Vehicle, vehicles, watch_entries
from app.storage.models import WatchEntry
from app.storage.texts import WATCH_TEXTS
from app.storage.visitors import visits


def day_workbook(session: Session, yard_id: str, day: date, *, with_names: bool) -> list[PlainSheet]:
    """Return the sheets of one day; quantities by stack, the yard's last."""
    sheet = day_sheet(session, yard_id, day)
    names = {stack.stack_id: stack.name for stack in stacks_of(session, yard_id, withdrawn=True)}
    lines = [(names.get(stack_id, stack_id), line) for stack_id, line in sheet.stacks.items()]
    quantities = [
        [name, *_figures(line, with_moves=True)] for name, line in [*lines, (gettext("Whole yard"), sheet.yard)]
    ]
    return [
        _watch(session, yard_id, day, day),
        _vehicles(session, yard_id, day, day),
        PlainSheet(
            title=gettext("Quantities"), headings=[gettext("Stack"), *_headings(with_moves=True)], rows=quantities
        ),
        PlainSheet(
            title=gettext("Chain of records"),
            headings=[gettext("Read at"), gettext("End of the chain")],
            rows=[[_local(now()), str(head_of(session, ("yard", yard_id)) or "–")]],
        ),
        _visitors(session, yard_id, day, day, with_names=with_names),
    ]


def month_workbook(session: Session, yard_id: str, first_day: date, *, with_names: bool) -> list[PlainSheet]:
    """Return the sheets of one month, up to today; quantities by day."""
    last_day = (first_day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    until = min(last_day, business_day())
    days = [first_day + timedelta(days=number) for number in range((until - first_day).days + 1)]
    return [
        _watch(session, yard_id, first_day, last_day),
        _vehicles(session, yard_id, first_day, last_day),
        PlainSheet(
            title=gettext("Quantities"),
            headings=[
                gettext("Date"), *_headings(with_moves=False), gettext("Day closed"), gettext("Explanation"),
            ],
            rows=_days(session, yard_id, days),
        ),
        _visitors(session, yard_id, first_day, last_day, with_names=with_names),
    ]  # fmt: skip


def _days(session: Session, yard_id: str, days: Iterable[date]) -> Iterator[Sequence[PlainValue]]:
    for day in days:
        closing = closing_of(session, yard_id, day)
        is_closed = closing is not None and closing.is_closed
        yield [
            day,
            *_figures(day_sheet(session, yard_id, day).yard, with_moves=False),
            gettext("yes") if is_closed else gettext("no"),
            closing.explanation if closing is not None else None,
        ]


def _watch(session: Session, yard_id: str, first_day: date, last_day: date) -> PlainSheet:
    return PlainSheet(
        title=gettext("Watch"),
        headings=[gettext("When"), gettext("Who"), gettext("What"), gettext("Remark")],
        rows=[_watch_row(entry) for entry in watch_entries(session, yard_id, first_day, last_day)],
    )


def _watch_row(entry: WatchEntry) -> Sequence[PlainValue]:
    return [_local(entry.noted_at), entry.watcher_name, gettext(WATCH_TEXTS[entry.event]), entry.note]


def _visitors(session: Session, yard_id: str, first_day: date, last_day: date, *, with_names: bool) -> PlainSheet:
    found = visits(session, yard_id, first_day, last_day, today=business_day(), with_names=with_names)
    return PlainSheet(
        title=gettext("Visitors"),
        headings=[
            gettext("Came at"), gettext("Visitor"), gettext("Plate"), gettext("People"), gettext("Why"),
            gettext("Left at"), gettext("Signed in by"),
        ],
        rows=[
            [_local(one.came_at), one.name, one.plate, one.people, one.why, _local(one.left_at), one.noted_name]
            for one in found
        ],
    )  # fmt: skip


def _vehicles(session: Session, yard_id: str, first_day: date, last_day: date) -> PlainSheet:
    return PlainSheet(
        title=gettext("Vehicles"),
        headings=[
            gettext("Ticket"), gettext("Plate"), gettext("What for"), gettext("From or to"), gettext("Came at"),
            gettext("Left at"), gettext("State"), gettext("Bales"), gettext("Gross (kg)"), gettext("Tare (kg)"),
            gettext("Net (kg)"), gettext("Moisture in percent"), gettext("Dry straw (kg)"),
        ],
        rows=[_vehicle_row(vehicle) for vehicle in vehicles(session, yard_id, first_day, last_day)],
    )  # fmt: skip


def _vehicle_row(vehicle: Vehicle) -> Sequence[PlainValue]:
    ticket, closing = vehicle.ticket, vehicle.closing
    row: list[PlainValue] = [
        ticket.number,
        ticket.plate,
        gettext(PURPOSE_TEXTS[ticket.purpose]),
        vehicle.place_name,
        _local(ticket.opened_at),
        _local(vehicle.left_at),
        gettext(STATE_TEXTS[vehicle.state]),
    ]
    if closing is None:
        return row + [None] * 6
    moisture = None if closing.moisture_permille is None else closing.moisture_permille / 10
    return [*row, closing.bales, closing.gross_kg, closing.tare_kg, closing.net_kg, moisture, closing.dry_kg]


def _headings(*, with_moves: bool) -> list[str]:
    steps = [gettext("Opening"), gettext("In"), gettext("Out")]
    steps += [gettext("Moved")] if with_moves else []
    steps += [gettext("Adjusted"), gettext("Closing")]
    return [f"{step} ({measure})" for measure in (gettext("bales"), "kg", gettext("kg of dry straw")) for step in steps]


def _figures(line: DayLine, *, with_moves: bool) -> list[int]:
    amounts = [line.opening, line.came, line.left, *([line.moved] if with_moves else []), line.adjusted, line.closing]
    return [getattr(amount, name) for name in Amount.__slots__ for amount in amounts]


def _local(moment: datetime | None) -> datetime | None:
    """On the county's clock, to the second."""
    return None if moment is None else moment.astimezone(COUNTY_ZONE).replace(microsecond=0)
