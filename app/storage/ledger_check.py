"""The stock computed again from its transfers, held against the tickets that they come from."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.intake.ledger_check import LedgerFault
from app.intake.models import Outcome, TicketClosing, TicketVoid, WeighTicket
from app.intake.record_models import GateRecord
from app.storage.models import GATE, StockTransfer


def first_stock_fault(session: Session) -> LedgerFault | None:
    """Return the first ticket whose transfers are not what it weighed and counted, None if all is well.

    What came in through the gate less what went out is the net weight, the bales and the dry straw of the ticket; of a
    void one it is nothing.
    """
    into = case((StockTransfer.from_account == GATE, 1), (StockTransfer.to_account == GATE, -1), else_=0)
    moved = (
        select(
            StockTransfer.ticket_id,
            func.sum(into * StockTransfer.bales).label("bales"),
            func.sum(into * StockTransfer.kg).label("kg"),
            func.sum(into * StockTransfer.dry_kg).label("dry_kg"),
        )
        .where(StockTransfer.ticket_id.is_not(None))
        .group_by(StockTransfer.ticket_id)
        .subquery()
    )
    is_void = select(TicketVoid.ticket_id).where(TicketVoid.ticket_id == WeighTicket.id).exists()
    sign = case(
        (is_void, 0),
        (TicketClosing.outcome == Outcome.STORED, 1),
        (TicketClosing.outcome == Outcome.SHIPPED, -1),
        else_=0,
    )
    wanted = (sign * TicketClosing.bales, sign * TicketClosing.net_kg, sign * TicketClosing.dry_kg)
    found = (func.coalesce(moved.c.bales, 0), func.coalesce(moved.c.kg, 0), func.coalesce(moved.c.dry_kg, 0))
    differs = (wanted[0] != found[0]) | (wanted[1] != found[1]) | (wanted[2] != found[2])
    row = session.execute(
        select(WeighTicket.number, *wanted, *found)
        .join(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .join(GateRecord, GateRecord.id == TicketClosing.record_id)
        .outerjoin(moved, moved.c.ticket_id == WeighTicket.id)
        .where(WeighTicket.place_kind == "yard", differs)
        .order_by(GateRecord.place_id, GateRecord.position)
        .limit(1)
    ).first()
    if row is None:
        return None
    number, *figures = row
    bales, kg, dry_kg, found_bales, found_kg, found_dry_kg = map(int, figures)
    return LedgerFault(
        f"ticket {number}",
        f"should move {bales} bales, {kg} kg, {dry_kg} kg dry in the stock, and moves "
        f"{found_bales}, {found_kg}, {found_dry_kg}",
    )
