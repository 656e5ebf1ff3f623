"""What each stack holds, summed up from the transfers by the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from app.clock import business_day
from app.database.base import UtcDateTime
from app.storage.amounts import kept_line
from app.storage.models import COUNT, DRYING, GATE, DayClosing, StockTransfer
from yard_rules.rounding import whole_permille
from yard_rules.rulebook import rulebook

NO_STACK = (GATE, COUNT, DRYING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Bales, kilograms and kilograms of dry straw in one stack; below 0 where more left it than is known to have come.

    Of what came since it was last empty: the mean moisture by mass (`sampled`: the sum of moisture × kg that it is made
    of, and those kg), the highest, since when the oldest is in the yard, until when the first of it has to leave.
    """

    bales: int = 0
    kg: int = 0
    dry_kg: int = 0
    moisture_permille: int | None = None
    sampled: tuple[int, int] = (0, 0)
    highest_permille: int | None = None
    since: datetime | None = None
    ship_by: datetime | None = None


EMPTY = Content()


def stack_contents(
    session: Session,
    yard_id: str,
    *,
    stack_ids: Collection[str] | None = None,
    until: datetime | None = None,
    until_day: date | None = None,
) -> dict[str, Content]:
    """Return what each stack of the yard (or those named) holds, by its id; one that nothing ever came to is left out.

    With `until` as it was at that moment, with `until_day` at the end of that business day; by what is known now. The
    last closed day before is where the sums begin.
    """
    closing = carried_forward(session, yard_id, until_day=_last_whole_day(until, until_day))
    where = transfers_since(yard_id, closing)
    if until is not None:
        where.append(StockTransfer.happened_at <= until)
    if until_day is not None:
        where.append(StockTransfer.business_day <= until_day)
    legs = union_all(*_legs(where, stack_ids), *_carried_legs(closing, stack_ids)).subquery()
    in_time = (legs.c.happened_at, legs.c.id)
    levels = select(
        *legs.c,
        func.sum(legs.c.bales).over(partition_by=legs.c.stack_id, order_by=in_time, rows=(None, 0)).label("level"),
        func.row_number().over(partition_by=legs.c.stack_id, order_by=in_time).label("place"),
    ).cte()
    emptied = (
        select(levels.c.stack_id, func.max(levels.c.place).label("place"))
        .where(levels.c.level <= 0)
        .group_by(levels.c.stack_id)
        .subquery()
    )
    came_since = and_(levels.c.comes == 1, levels.c.place > func.coalesce(emptied.c.place, 0))
    found = session.execute(
        select(
            levels.c.stack_id,
            func.sum(levels.c.bales),
            func.sum(levels.c.kg),
            func.sum(levels.c.dry_kg),
            func.sum(case((came_since, levels.c.moist))),
            func.sum(case((came_since, levels.c.sampled_kg))),
            func.max(case((came_since, levels.c.highest_permille))),
            func.min(case((came_since, levels.c.since))),
            func.min(case((came_since, levels.c.ship_by))),
        )
        .outerjoin(emptied, emptied.c.stack_id == levels.c.stack_id)
        .group_by(levels.c.stack_id)
    )
    return {
        stack_id: Content(
            bales=int(bales),
            kg=int(kg),
            dry_kg=int(dry_kg),
            moisture_permille=whole_permille(Fraction(int(moist), int(sampled_kg))) if sampled_kg else None,
            sampled=(int(moist or 0), int(sampled_kg or 0)),
            highest_permille=highest,
            since=since,
            ship_by=ship_by,
        )
        for stack_id, bales, kg, dry_kg, moist, sampled_kg, highest, since, ship_by in found
    }


def bales_by_stack(session: Session, yard_ids: Collection[str]) -> dict[str, int]:
    """Return how many bales lie in each stack of these yards that anything ever came to or left, as `stack_contents`
    does for one yard with all else."""
    held: dict[str, int] = {}
    for account, sign in ((StockTransfer.to_account, 1), (StockTransfer.from_account, -1)):
        moved = (
            select(account, func.sum(StockTransfer.bales))
            .where(StockTransfer.yard_id.in_(yard_ids), account.not_in(NO_STACK))
            .group_by(account)
        )
        for stack_id, bales in session.execute(moved):
            held[stack_id] = held.get(stack_id, 0) + sign * int(bales)
    return held


def carried_forward(session: Session, yard_id: str, *, until_day: date | None = None) -> DayClosing | None:
    """The closing of the latest closed day, not after `until_day`: later sums begin with it."""
    chosen = select(DayClosing).where(DayClosing.yard_id == yard_id, DayClosing.is_closed)
    if until_day is not None:
        chosen = chosen.where(DayClosing.day <= until_day)
    return session.scalar(chosen.order_by(DayClosing.day.desc()).limit(1))


def transfers_since(yard_id: str, closing: DayClosing | None) -> list[ColumnElement[bool]]:
    """Conditions of the yard's transfers that a closing does not hold: of later days, or come after it."""
    t = StockTransfer
    if closing is None:
        return [t.yard_id == yard_id]
    later = and_(t.yard_id == yard_id, t.business_day > closing.day)
    after = and_(t.yard_id == yard_id, t.id > closing.last_transfer_id)
    return [or_(later, after), t.record_id != closing.record_id]


def content_to_keep(content: Content) -> dict[str, Any]:
    """What a closing keeps of a stack's content beside its figures, to go on from."""
    return {
        "sampled": list(content.sampled),
        "highest_permille": content.highest_permille,
        "since": content.since and content.since.isoformat(),
        "ship_by": content.ship_by and content.ship_by.isoformat(),
    }


def bale_masses(contents: Collection[Content], day: date) -> tuple[Fraction, Fraction]:
    """Return what one bale weighs in these stacks together, in kg and kg of dry straw; the rulebook's bale where they
    hold none that says so."""
    bales, kg, dry_kg = (
        sum(getattr(each, name) for each in contents if each.bales > 0 and each.kg > 0)
        for name in ("bales", "kg", "dry_kg")
    )
    if bales > 0:
        return Fraction(kg, bales), Fraction(max(dry_kg, 0), bales)
    usual = Fraction(rulebook("stacks").whole("bale_kg", day))
    return usual, usual


def _legs(where: list[ColumnElement[bool]], stack_ids: Collection[str] | None) -> Iterator[Select[Any]]:
    """Both ends of every transfer that are stacks; of what was taken back only the figures count, not what came."""
    t, reversal = StockTransfer, aliased(StockTransfer)
    came: ColumnElement[int] = case((and_(t.reverses.is_(None), reversal.id.is_(None)), 1), else_=0)
    for account, sign in ((t.to_account, 1), (t.from_account, -1)):
        stacks = account.not_in(NO_STACK) if stack_ids is None else account.in_(stack_ids)
        what_came = (
            case((t.moisture_permille.is_not(None), t.moisture_permille * t.kg)),
            case((t.moisture_permille.is_not(None), t.kg)),
            t.highest_permille,
            t.since,
            t.ship_by,
        )
        own = what_came if sign > 0 else tuple(null().cast(column.type) for column in what_came)
        chosen: Any = select(
            account.label("stack_id"), t.happened_at, t.id, (sign * t.bales).label("bales"), (sign * t.kg).label("kg"),
            (sign * t.dry_kg).label("dry_kg"), (came if sign > 0 else literal(0, Integer)).label("comes"),
            *(column.label(name) for name, column in zip(_WHAT_CAME, own, strict=True)),
        ).where(*where, stacks)  # fmt: skip
        yield chosen.outerjoin(reversal, reversal.reverses == t.id) if sign > 0 else chosen


def _carried_legs(closing: DayClosing | None, stack_ids: Collection[str] | None) -> Iterator[Select[Any]]:
    """What a closing says of each stack, as if all of it had come at once before everything else."""
    for kept in [] if closing is None else closing.stacks:
        if stack_ids is not None and kept["stack_id"] not in stack_ids:
            continue
        line, content = kept_line(kept).closing, kept["content"]
        moist, sampled_kg = content["sampled"]
        texts = (content["since"], content["ship_by"])
        since, ship_by = (None if text is None else datetime.fromisoformat(text) for text in texts)
        figures = (line.bales, line.kg, line.dry_kg, 1, moist if sampled_kg else None, sampled_kg or None,
                   content["highest_permille"])  # fmt: skip
        names = ("bales", "kg", "dry_kg", "comes", *_WHAT_CAME[:3])
        columns: Any = select(
            literal(kept["stack_id"], StockTransfer.to_account.type).label("stack_id"),
            literal(_BEFORE_ALL, UtcDateTime()).label("happened_at"),
            literal(0, Integer).label("id"),
            *(literal(value, Integer).label(name) for name, value in zip(names, figures, strict=True)),
            literal(since, UtcDateTime()).label("since"),
            literal(ship_by, UtcDateTime()).label("ship_by"),
        )
        yield columns


def _last_whole_day(until: datetime | None, until_day: date | None) -> date | None:
    """The last day that was over at the moment, or the day itself."""
    return until_day if until is None else business_day(until) - timedelta(days=1)


_WHAT_CAME = ("moist", "sampled_kg", "highest_permille", "since", "ship_by")
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
