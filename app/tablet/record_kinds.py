"""All kinds of records that tablets send: those of tickets, of stock and of fire safety put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.fire_safety.alarms.record_kinds import ALARM_KINDS
from app.fire_safety.drills.record_kinds import DRILL_KINDS
from app.fire_safety.equipment.record_kinds import EQUIPMENT_KINDS
from app.fire_safety.heat.record_kinds import HEAT_KINDS
from app.fire_safety.inspections.record_kinds import INSPECTION_KINDS
from app.fire_safety.patrols.record_kinds import PATROL_KINDS
from app.fire_safety.vehicles.record_kinds import OpeningAtYard, opened_with_checks
from app.intake.arriving import Arrived, Effects, RecordKind
from app.intake.bodies import Closing, VoidAgreed
from app.intake.books import Books
from app.intake.closings import closed, foresee_closings
from app.intake.models import Outcome, TicketClosing
from app.intake.record_kinds import INTAKE_KINDS
from app.intake.voiding import void_agreed
from app.storage.queries import moisture_of_stacks
from app.storage.record_kinds import STORAGE_KINDS
from app.storage.transfers import foresee_stock, stock_of_closing, stock_of_void


def closed_with_stock(books: Books, arrived: Arrived, body: Closing) -> Effects:
    """The end of a ticket, and its bales on their stacks or off them. Straw off a stack has the stack's moisture."""
    stacks = [(share.stack_id, share.bales) for share in body.stacks]
    known_permille = None
    if body.outcome is Outcome.SHIPPED:
        known_permille = moisture_of_stacks(books.session, arrived.place_id, stacks)
    effects = closed(books, arrived, body, known_moisture_permille=known_permille)
    closing = next(row for model, row in effects.rows if model is TicketClosing)
    return effects.add(stock_of_closing(books, arrived, stacks, closing))


def foresee_closings_with_stock(books: Books, coming: Sequence[tuple[Arrived, Closing]]) -> None:
    """Ask at once for what `closed_with_stock` needs of all of these."""
    foresee_closings(books, coming)
    foresee_stock(books, [(arrived, [share.stack_id for share in body.stacks]) for arrived, body in coming])


def void_with_stock(books: Books, arrived: Arrived, body: VoidAgreed) -> Effects:
    """A ticket counts no more, and what it did to the stock goes back."""
    effects = void_agreed(books, arrived, body)
    return effects.add(stock_of_void(books, arrived, body.ticket_id))


RECORD_KINDS: Final[Mapping[str, RecordKind]] = {
    **INTAKE_KINDS,
    **STORAGE_KINDS,
    **INSPECTION_KINDS,
    **ALARM_KINDS,
    **HEAT_KINDS,
    **PATROL_KINDS,
    **EQUIPMENT_KINDS,
    **DRILL_KINDS,
    "opening": replace(INTAKE_KINDS["opening"], body=OpeningAtYard, effects=opened_with_checks),
    "closing": replace(INTAKE_KINDS["closing"], effects=closed_with_stock, foresee=foresee_closings_with_stock),
    "void": replace(INTAKE_KINDS["void"], effects=void_with_stock),
}
