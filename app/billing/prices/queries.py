"""Which price holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.billing.prices.models import CEILING, PriceDecision, PriceTerm
from app.intake.models import WeighTicket
from app.registry.models import EndUsePlant, Material
from yard_rules.dry_straw import DryStrawMethod
from yard_rules.tariffs import CountedEnd, Deduction, MouldDeduction, PriceKind, Terms, WeightBasis


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
        self._found: dict[tuple[str | None, str, date], PriceTerm | None] = {}
        self._terms: dict[int, Terms] = {}

    def term(self, plant_id: str | None, material_id: str, day: date) -> PriceTerm | None:
        """Return the term that holds: the plant's own before that of all, a final before a provisional one, of equal
        ones what was agreed last. For no plant (None): what holds for those without terms of their own."""
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
        """Return the task force's limits in force on these days (to no end where None), in yuan per tonne; on each day
        it is the one that was agreed last of those that hold on it."""
        rows = [it for it in self._rows if it.kind == CEILING and it.material_id == material_id]
        in_force: dict[int, PriceTerm] = {}
        for day in _changes(rows, first_day, last_day):
            held = [it for it in rows if _holds(it, material_id, day)]
            if held:
                in_force[held[-1].id] = held[-1]
        return [Decimal(it.fen_per_t) / 100 for it in in_force.values()]

    def above(self, ceiling: PriceTerm) -> list[PriceTerm]:
        """Return the prices that hold on a day of a ceiling and are above it: it changes none of them by itself."""
        plants = {None, *(it.plant_id for it in self._prices)}
        return self._held_by(plants, ceiling, lambda it: it.fen_per_t > ceiling.fen_per_t)

    def not_reached(self, term: PriceTerm) -> list[PriceTerm]:
        """Return the plants' own terms that hold on days of a price for all: it leaves these plants as they are."""
        if term.plant_id is not None or term.kind == CEILING:
            return []
        own = {it.plant_id for it in self._prices if it.plant_id is not None}
        return self._held_by(own, term, lambda it: it.plant_id is not None)

    def still_provisional(self) -> list[PriceTerm]:
        """Return the plants' own terms that are not final on days for which a final price for all is agreed."""
        found = {
            own.id: own
            for it in self._prices
            if it.plant_id is None and it.kind == PriceKind.FINAL
            for own in self.not_reached(it)
            if own.kind != PriceKind.FINAL
        }
        return list(found.values())

    def with_own_terms(self, day: date) -> set[str]:
        """Return the plants with terms of their own that hold on a day or later."""
        return {
            it.plant_id
            for it in self._prices
            if it.plant_id is not None and (it.valid_to is None or it.valid_to >= day)
        }

    def terms(self, row: PriceTerm) -> Terms:
        """Return what the row says."""
        if row.id not in self._terms:
            self._terms[row.id] = terms_of(row)
        return self._terms[row.id]

    def _held_by(
        self, plants: Collection[str | None], during: PriceTerm, is_meant: Callable[[PriceTerm], bool]
    ) -> list[PriceTerm]:
        """What holds for one of these plants on a day of another term, of the same material."""
        rows = [it for it in self._prices if it.material_id == during.material_id]
        days = _changes(rows, during.valid_from, during.valid_to)
        held = [self.term(plant_id, during.material_id, day) for plant_id in plants for day in days]
        found = {it.id: it for it in held if it is not None and it is not during and is_meant(it)}
        return sorted(found.values(), key=lambda it: (it.plant_id or "", it.valid_from, it.id))

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
        impurity_deductions=tuple(Deduction(above, off) for above, off in row.impurity_deductions),
        mould_deductions=tuple(MouldDeduction(grade, off) for grade, off in row.mould_deductions),
    )


def unknown_in(session: Session, plant_id: str | None, material_id: str) -> list[str]:
    """Return which of the two nobody has heard of: never in the register, nor weighed. What was withdrawn since is
    known all the same, its loads are still to be charged."""
    asked = [
        (plant_id, (EndUsePlant.plant_id,)),
        (material_id, (Material.material_id, WeighTicket.material_id)),
    ]
    return [
        code
        for code, columns in asked
        if code is not None and not any(session.scalar(select(exists().where(it == code))) for it in columns)
    ]


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


def _changes(rows: Sequence[PriceTerm], first_day: date, last_day: date | None) -> list[date]:
    """The first of these days, and those on which one of the rows begins, or has just ended."""
    starts = {it.valid_from for it in rows} | {
        it.valid_to + timedelta(days=1) for it in rows if it.valid_to is not None and it.valid_to < date.max
    }
    return sorted({first_day, *(day for day in starts if first_day < day and (last_day is None or day <= last_day))})
