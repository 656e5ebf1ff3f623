"""Which price holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.billing.prices.models import CEILING, PriceDecision, PriceTerm
from yard_rules.dry_straw import DryStrawMethod
from yard_rules.tariffs import CountedEnd, Deduction, PriceKind, Terms, WeightBasis


class PriceBook:
    """The prices that were agreed, as they were known at a moment (now where None): few, so they are read at once.
    `instead`: terms that are looked at as if they were agreed too."""

    def __init__(self, session: Session, known_at: datetime | None = None, instead: Sequence[PriceTerm] = ()) -> None:
        chosen = (
            select(PriceTerm)
            .join(PriceDecision, PriceDecision.term_id == PriceTerm.id)
            .where(PriceDecision.is_agreed)
            .order_by(PriceDecision.decided_at, PriceTerm.id)
        )
        if known_at is not None:
            chosen = chosen.where(PriceDecision.decided_at <= known_at)
        self._rows = [*session.scalars(chosen), *instead]
        self._found: dict[tuple[str, str, date], PriceTerm | None] = {}
        self._terms: dict[int, Terms] = {}

    def term(self, plant_id: str, material_id: str, day: date) -> PriceTerm | None:
        """Return the term that holds: the plant's own before that of all, a final before a provisional one, of equal
        ones what was agreed last."""
        key = (plant_id, material_id, day)
        if key not in self._found:
            held = [it for it in self._prices if _holds(it, material_id, day) and it.plant_id in (None, plant_id)]
            ranked = enumerate(held)
            best = max(
                ranked, key=lambda at: (at[1].plant_id is not None, at[1].kind == PriceKind.FINAL, at[0]), default=None
            )
            self._found[key] = None if best is None else best[1]
        return self._found[key]

    def ceilings(self, material_id: str, first_day: date, last_day: date | None) -> list[Decimal]:
        """Return the task force's limits of these days (to no end where None), in yuan per tonne; of several for the
        same days the one that was agreed last."""
        rows = [it for it in self._rows if it.kind == CEILING and it.material_id == material_id]
        seen: list[PriceTerm] = []
        for it in reversed(rows):
            if _overlaps(it, first_day, last_day) and not any(_covers(later, it) for later in seen):
                seen.append(it)
        return [Decimal(it.fen_per_t) / 100 for it in seen]

    def terms(self, row: PriceTerm) -> Terms:
        """Return what the row says."""
        if row.id not in self._terms:
            self._terms[row.id] = terms_of(row)
        return self._terms[row.id]

    @cached_property
    def _prices(self) -> list[PriceTerm]:
        return [it for it in self._rows if it.kind != CEILING]


def terms_of(row: PriceTerm) -> Terms:
    """Return what a row says, as `yard_rules.tariffs` wants it."""
    return Terms(
        kind=PriceKind(row.kind),
        yuan_per_t=Decimal(row.fen_per_t) / 100,
        counted_end=CountedEnd(row.counted_end),
        basis=WeightBasis(row.basis),
        dry_method=DryStrawMethod(row.dry_method),
        deductions=tuple(Deduction(above, off) for above, off in row.deductions),
        town_permille=row.town_permille,
    )


def open_proposals(session: Session) -> Sequence[PriceTerm]:
    """Return what waits for a second person, oldest first."""
    return session.scalars(
        select(PriceTerm)
        .outerjoin(PriceDecision, PriceDecision.term_id == PriceTerm.id)
        .where(PriceDecision.term_id.is_(None))
        .order_by(PriceTerm.id)
    ).all()


def _holds(it: PriceTerm, material_id: str, day: date) -> bool:
    return it.material_id == material_id and it.valid_from <= day and (it.valid_to is None or day <= it.valid_to)


def _overlaps(it: PriceTerm, first_day: date, last_day: date | None) -> bool:
    return (last_day is None or it.valid_from <= last_day) and (it.valid_to is None or first_day <= it.valid_to)


def _covers(outer: PriceTerm, inner: PriceTerm) -> bool:
    return outer.valid_from <= inner.valid_from and (
        outer.valid_to is None or (inner.valid_to is not None and inner.valid_to <= outer.valid_to)
    )
