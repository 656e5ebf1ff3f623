"""What each stack holds, summed up from the transfers by the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, and_, case, func, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from app.storage.models import COUNT, DRYING, GATE, StockTransfer
from yard_rules.rounding import whole_permille
from yard_rules.rulebook import rulebook

NO_STACK = (GATE, COUNT, DRYING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Bales, kilograms and kilograms of dry straw in one stack; below 0 where more left it than is known to have come.

    Of what came since it was last empty: the mean moisture by mass, the highest, since when the oldest is in the yard,
    until when the first of it has to leave.
    """

    bales: int = 0
    kg: int = 0
    dry_kg: int = 0
    moisture_permille: int | None = None
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

    With `until` as it was at that moment, with `until_day` at the end of that business day; by what is known now.
    """
    where = [StockTransfer.yard_id == yard_id]
    if until is not None:
        where.append(StockTransfer.happened_at <= until)
    if until_day is not None:
        where.append(StockTransfer.business_day <= until_day)
    reversal = aliased(StockTransfer)
    is_live = and_(StockTransfer.reverses.is_(None), reversal.id.is_(None))
    legs = _legs(where, stack_ids, is_live, reversal).subquery()
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
    known = and_(came_since, levels.c.moisture_permille.is_not(None))
    found = session.execute(
        select(
            levels.c.stack_id,
            func.sum(levels.c.bales),
            func.sum(levels.c.kg),
            func.sum(levels.c.dry_kg),
            func.sum(case((known, levels.c.moisture_permille * levels.c.kg))),
            func.sum(case((known, levels.c.kg))),
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
            moisture_permille=whole_permille(Fraction(int(moist), int(moist_kg))) if moist_kg else None,
            highest_permille=highest,
            since=since,
            ship_by=ship_by,
        )
        for stack_id, bales, kg, dry_kg, moist, moist_kg, highest, since, ship_by in found
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


def _legs(
    where: list[ColumnElement[bool]],
    stack_ids: Collection[str] | None,
    is_live: ColumnElement[bool],
    reversal: Any,
) -> CompoundSelect[Any]:
    """Both ends of every transfer that are stacks; of what was taken back only the figures count, not what came."""
    t = StockTransfer
    live: ColumnElement[int] = case((is_live, 1), else_=0)

    def end(account: Any, sign: int, *, comes: bool) -> Any:
        stacks = account.not_in(NO_STACK) if stack_ids is None else account.in_(stack_ids)
        columns = (t.moisture_permille, t.highest_permille, t.since, t.ship_by)
        own = (
            [column.label(column.key) for column in columns]
            if comes
            else [null().cast(column.type).label(column.key) for column in columns]
        )
        chosen = select(
            account.label("stack_id"), t.happened_at, t.id, (sign * t.bales).label("bales"), (sign * t.kg).label("kg"),
            (sign * t.dry_kg).label("dry_kg"), (live if comes else literal(0, Integer)).label("comes"), *own,
        ).where(*where, stacks)  # fmt: skip
        return chosen.outerjoin(reversal, reversal.reverses == t.id) if comes else chosen

    return union_all(end(t.to_account, 1, comes=True), end(t.from_account, -1, comes=False))
