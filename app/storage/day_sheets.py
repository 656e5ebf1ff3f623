"""A yard's day in figures: opening + in - out ± moved ± adjusted = closing, for each stack and for the yard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from operator import add, neg, sub
from typing import Any

from sqlalchemy import and_, case, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from app.storage.balances import NO_STACK
from app.storage.models import COUNT, DRYING, GATE, DayClosing, StockTransfer


@dataclass(frozen=True, slots=True)
class Amount:
    """Bales, kilograms, and kilograms of dry straw."""

    bales: int = 0
    kg: int = 0
    dry_kg: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(*map(add, self._parts(), other._parts()))

    def __sub__(self, other: Amount) -> Amount:
        return Amount(*map(sub, self._parts(), other._parts()))

    def __neg__(self) -> Amount:
        return Amount(*map(neg, self._parts()))

    def __bool__(self) -> bool:
        return any(self._parts())

    def _parts(self) -> tuple[int, int, int]:
        return self.bales, self.kg, self.dry_kg


NOTHING = Amount()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """A stack's day, or the whole yard's, where `moved` is nothing. `adjusted`: found or missed in counting, dried
    away, and tickets of earlier days that became void."""

    opening: Amount = NOTHING
    came: Amount = NOTHING
    left: Amount = NOTHING
    moved: Amount = NOTHING
    adjusted: Amount = NOTHING

    @property
    def closing(self) -> Amount:
        """What is there in the evening."""
        return self.opening + self.came - self.left + self.moved + self.adjusted

    def __add__(self, other: DayLine) -> DayLine:
        return DayLine(**{it.name: getattr(self, it.name) + getattr(other, it.name) for it in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySheet:
    """The lines of all stacks that ever held something, by their ids."""

    stacks: dict[str, DayLine]

    @property
    def yard(self) -> DayLine:
        """The whole yard."""
        return sum(self.stacks.values(), DayLine())


def day_sheet(session: Session, yard_id: str, day: date) -> DaySheet:
    """Return the day by what is known now."""
    t = StockTransfer
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
            .where(t.yard_id == yard_id, t.business_day <= day, account.not_in(NO_STACK))
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
    chosen = select(DayClosing).where(DayClosing.yard_id == yard_id, DayClosing.is_closed)
    if before is not None:
        chosen = chosen.where(DayClosing.day < before)
    return session.scalar(chosen.order_by(DayClosing.day.desc()).limit(1))


def closing_of(session: Session, yard_id: str, day: date) -> DayClosing | None:
    """The day's closing; else what somebody last wanted to close it with; None where nobody has."""
    return session.scalar(
        select(DayClosing)
        .where(DayClosing.yard_id == yard_id, DayClosing.day == day)
        .order_by(DayClosing.is_closed.desc(), DayClosing.closed_at.desc())
        .limit(1)
    )


def line_columns(line: DayLine) -> dict[str, int]:
    """The figures of a line without `moved`, by the names of DayClosing's columns."""
    parts = {
        "opening": line.opening,
        "in": line.came,
        "out": line.left,
        "adjusted": line.adjusted,
        "closing": line.closing,
    }
    return {f"{step}_{name}": value for step, amount in parts.items() for name, value in asdict(amount).items()}


def kept_line(kept: dict[str, Any]) -> DayLine:
    """The line that a closing kept of a stack (`DayClosing.stacks`)."""
    return DayLine(**{it.name: Amount(*kept[it.name]) for it in fields(DayLine)})


def line_to_keep(line: DayLine) -> dict[str, list[int]]:
    """What a closing keeps of a stack's line."""
    return {it.name: list(asdict(getattr(line, it.name)).values()) for it in fields(DayLine)}


def _change(transfer: StockTransfer) -> Amount:
    amount = Amount(transfer.bales, transfer.kg, transfer.dry_kg)
    into, from_ = transfer.to_account not in NO_STACK, transfer.from_account not in NO_STACK
    if into == from_:
        return NOTHING
    return amount if into else -amount
