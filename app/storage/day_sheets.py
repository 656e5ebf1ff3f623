"""A yard's day in figures: opening + in - out ± moved ± adjusted = closing, for each stack and for the yard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from app.storage.amounts import NOTHING, Amount, DayLine, kept_line
from app.storage.balances import NO_STACK, carried_forward, transfers_since
from app.storage.models import COUNT, DRYING, GATE, DayClosing, StockTransfer


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySheet:
    """The lines of all stacks that ever held something, by their ids."""

    stacks: dict[str, DayLine]

    @property
    def yard(self) -> DayLine:
        """The whole yard."""
        return sum(self.stacks.values(), DayLine())


def day_sheet(session: Session, yard_id: str, day: date) -> DaySheet:
    """Return the day by what is known now; the last closed day before is where its sums begin."""
    t = StockTransfer
    closing = carried_forward(session, yard_id, until_day=day - timedelta(days=1))
    where = transfers_since(yard_id, closing)
    undone = aliased(StockTransfer)
    goes_back_same_day = and_(t.reverses.is_not(None), undone.business_day == t.business_day)
    goes_back_later = and_(t.reverses.is_not(None), undone.business_day != t.business_day)

    def end(account: Any, other: Any, sign: int) -> Any:
        flow = case(
            (t.business_day < day, "opening"),
            (or_(other.in_((COUNT, DRYING)), goes_back_later), "adjusted"),
            # what is taken back on its own day never was: a load back to the gate did not come
            (and_(other == GATE, goes_back_same_day), "left" if sign > 0 else "came"),
            (other == GATE, "came" if sign > 0 else "left"),
            else_="moved",
        )
        return (
            select(
                account.label("stack_id"), flow.label("flow"), (sign * t.bales).label("bales"),
                (sign * t.kg).label("kg"), (sign * t.dry_kg).label("dry_kg"),
            )
            .outerjoin(undone, undone.id == t.reverses)
            .where(*where, t.business_day <= day, account.not_in(NO_STACK))
        )  # fmt: skip

    legs = union_all(end(t.to_account, t.from_account, 1), end(t.from_account, t.to_account, -1)).subquery()
    found = session.execute(
        select(
            legs.c.stack_id, legs.c.flow, func.sum(legs.c.bales), func.sum(legs.c.kg), func.sum(legs.c.dry_kg)
        ).group_by(legs.c.stack_id, legs.c.flow)
    )
    flows: dict[str, dict[str, Amount]] = {}
    for stack_id, flow, *figures in found:
        amount = Amount(*map(int, figures))
        flows.setdefault(stack_id, {})[flow] = -amount if flow == "left" else amount
    for kept in [] if closing is None else closing.stacks:
        of_stack = flows.setdefault(kept["stack_id"], {})
        of_stack["opening"] = of_stack.get("opening", NOTHING) + kept_line(kept).closing
    return DaySheet(stacks={stack_id: DayLine(**flows[stack_id]) for stack_id in sorted(flows)})


def late_transfers(session: Session, closing: DayClosing, *, known_until: int | None = None) -> list[StockTransfer]:
    """What belongs to the closed day or one before, and came after it was closed; up to the transfer `known_until`."""
    chosen = select(StockTransfer).where(
        StockTransfer.yard_id == closing.yard_id,
        StockTransfer.business_day <= closing.day,
        StockTransfer.id > closing.last_transfer_id,
        StockTransfer.record_id != closing.record_id,
    )
    if known_until is not None:
        chosen = chosen.where(StockTransfer.id <= known_until)
    return list(session.scalars(chosen.order_by(StockTransfer.id)))


def stock_change(transfers: Iterable[StockTransfer]) -> Amount:
    """What transfers together add to the yard's stock."""
    return sum(map(_change, transfers), NOTHING)


def last_closing(session: Session, yard_id: str, *, before: date | None = None) -> DayClosing | None:
    """The closing of the latest day that is closed, of those before a day."""
    return carried_forward(session, yard_id, until_day=before and before - timedelta(days=1))


def closing_of(session: Session, yard_id: str, day: date) -> DayClosing | None:
    """The day's closing; else what somebody last wanted to close it with; None where nobody has."""
    return session.scalar(
        select(DayClosing)
        .where(DayClosing.yard_id == yard_id, DayClosing.day == day)
        .order_by(DayClosing.is_closed.desc(), DayClosing.closed_at.desc())
        .limit(1)
    )


def _change(transfer: StockTransfer) -> Amount:
    amount = Amount(transfer.bales, transfer.kg, transfer.dry_kg)
    into, from_ = transfer.to_account not in NO_STACK, transfer.from_account not in NO_STACK
    if into == from_:
        return NOTHING
    return amount if into else -amount
