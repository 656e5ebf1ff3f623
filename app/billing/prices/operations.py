"""Prices are proposed by one person and agreed to by another. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.prices.models import CEILING, PriceDecision, PriceTerm
from app.billing.prices.queries import PriceBook, unknown_in
from app.clock import FIRST_DAY, LAST_DAY
from app.errors import ABOVE_CEILING, NO_SUCH_PRICE, NOT_OF_REGISTER, SAME_PERSON, Refusal
from yard_rules.dry_straw import WHOLE_PERMILLE, DryStrawMethod
from yard_rules.tariffs import CountedEnd, PriceKind, WeightBasis, is_above_ceiling

_MOST_YUAN_PER_T = 100_000
_BANDS = ("deductions", "impurity_deductions", "mould_deductions")


class Proposal(BaseModel):
    """What somebody wishes a price to be; yuan per tonne, shares in per mille."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plant_id: str | None = Field(None, max_length=64)
    material_id: str = Field(max_length=64)
    kind: str
    valid_from: date = Field(ge=FIRST_DAY, le=LAST_DAY)
    valid_to: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY)
    yuan_per_t: Decimal = Field(ge=0, le=_MOST_YUAN_PER_T, decimal_places=2)
    counted_end: CountedEnd = CountedEnd.PLANT
    basis: WeightBasis = WeightBasis.AS_WEIGHED
    dry_method: DryStrawMethod = DryStrawMethod.CAP
    deductions: tuple[tuple[int, int], ...] = ()
    impurity_deductions: tuple[tuple[int, int], ...] = ()
    mould_deductions: tuple[tuple[int, int], ...] = ()
    town_permille: int = Field(0, ge=0, le=WHOLE_PERMILLE)
    reason: str = Field(min_length=1, max_length=500)

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in (*PriceKind, CEILING):
            raise ValueError(f"no kind of price: {kind}")
        return kind

    @field_validator(*_BANDS)
    @classmethod
    def _in_order(cls, bands: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        if any(not 0 <= part <= WHOLE_PERMILLE for band in bands for part in band):
            raise ValueError("shares are from 0 to 1000 per mille")
        if len({above for above, _off in bands}) < len(bands):
            raise ValueError("two bands begin at the same place")
        return tuple(sorted(bands))

    @model_validator(mode="after")
    def _whole(self) -> Proposal:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("it would end before it begins")
        if self.kind == CEILING and self.plant_id is not None:
            raise ValueError("a ceiling is for all plants")
        if self.kind == PriceKind.ON_ACCOUNT and self.yuan_per_t:
            raise ValueError("on account nothing is charged yet: the price is 0")
        return self


def propose(session: Session, wish: Proposal) -> PriceTerm:
    """Keep the wish, which holds once another person agrees; raises Refusal for a price above a ceiling (H17), and for
    a plant or a material that the register does not know."""
    if unknown := unknown_in(session, wish.plant_id, wish.material_id):
        raise Refusal(NOT_OF_REGISTER, unknown)
    _refuse_above_ceiling(session, wish.kind, wish.material_id, wish.yuan_per_t, (wish.valid_from, wish.valid_to))
    actor = acting_now()
    term = PriceTerm(
        **wish.model_dump(exclude={"yuan_per_t", *_BANDS}, mode="python"),
        fen_per_t=int(wish.yuan_per_t * 100),
        **{name: [list(band) for band in getattr(wish, name)] for name in _BANDS},
        asked_by=actor.account_id,
        asked_name=actor.name[:255],
    )
    session.add(term)
    session.flush()
    record(session, what="price.proposed", subject_kind="price", subject_id=term.id, after=said_of_term(term))
    return term


def decide(session: Session, term_id: int, *, is_agreed: bool, reason: str | None = None) -> PriceTerm:
    """Agree to a proposal, or decline it; whoever proposed may only take it back. Raises Refusal where it was answered
    already, where the same person agrees, or where a ceiling came between, and as `propose` does."""
    term = session.get(PriceTerm, term_id, with_for_update=True)
    if term is None or session.get(PriceDecision, term_id) is not None:
        raise Refusal(NO_SUCH_PRICE, [str(term_id)])
    actor = acting_now()
    if is_agreed:
        if actor.account_id is None or actor.account_id == term.asked_by:
            raise Refusal(SAME_PERSON)
        if unknown := unknown_in(session, term.plant_id, term.material_id):
            raise Refusal(NOT_OF_REGISTER, unknown)
        price = Decimal(term.fen_per_t) / 100
        _refuse_above_ceiling(session, term.kind, term.material_id, price, (term.valid_from, term.valid_to))
    session.add(
        PriceDecision(
            term_id=term_id,
            is_agreed=is_agreed,
            reason=reason,
            decided_by=actor.account_id,
            decided_name=actor.name[:255],
        )
    )
    session.flush()
    what = "price.agreed" if is_agreed else "price.declined"
    record(session, what=what, subject_kind="price", subject_id=term_id, after={"reason": reason})
    return term


def said_of_term(term: PriceTerm) -> Mapping[str, Any]:
    """Return what the audit trail keeps of it."""
    return {
        "plant": term.plant_id,
        "material": term.material_id,
        "kind": term.kind,
        "valid_from": term.valid_from.isoformat(),
        "valid_to": term.valid_to and term.valid_to.isoformat(),
        "fen_per_t": term.fen_per_t,
        "counted_end": term.counted_end,
        "basis": term.basis,
        **{name: getattr(term, name) for name in _BANDS},
        "town_permille": term.town_permille,
        "reason": term.reason,
    }


def _refuse_above_ceiling(
    session: Session, kind: str, material_id: str, yuan_per_t: Decimal, days: tuple[date, date | None]
) -> None:
    if kind == CEILING:
        return
    ceilings = PriceBook(session).ceilings(material_id, *days)
    if is_above_ceiling(yuan_per_t, ceilings):
        raise Refusal(ABOVE_CEILING, [f"{yuan_per_t} > {min(ceilings)}"])
