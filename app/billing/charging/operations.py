"""Charges are posted so that the ledger says of each delivery what would be reckoned from scratch today.

Nothing is worked out from what happened in between: what a delivery should cost by all that is known is compared with
what the ledger says of it, and the difference is posted. So the order of weights, voids and prices does not matter.
Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from app.billing.charging.mending import Amounts, difference, otherwise_posted, reversals, without_nothing
from app.billing.charging.posted import Posted
from app.billing.ledger.accounts import FEE, FEE_PROVISIONAL, TOWN_PART, owed_by_plant, part_of_town
from app.billing.ledger.entries import NewEntry, post
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import EntryKind
from app.billing.prices.models import PriceTerm
from app.billing.prices.queries import PriceBook
from app.deliveries.models import Hold, HoldAnswer
from app.deliveries.queries import WEIGHED, Delivered
from yard_rules.tariffs import Charge, CountedEnd, Load, PriceKind, charge, which_counts

SUBJECT: Final = "delivery"
_AT_ONCE: Final = 500
# Whose ticket has to be for settlement, by the end whose weight counts.
_ENDS: Final[Mapping[str, frozenset[Hold]]] = {
    CountedEnd.YARD: frozenset({Hold.YARD_NOT_FOR_TRADE}),
    CountedEnd.PLANT: frozenset({Hold.PLANT_NOT_FOR_TRADE}),
    CountedEnd.MEAN: frozenset({Hold.YARD_NOT_FOR_TRADE, Hold.PLANT_NOT_FOR_TRADE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the ledger should say of a delivery, and by which price."""

    charge: Charge
    term: PriceTerm
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A delivery of which the ledger says something else than it should; `before` and `after` are what the plant owes
    for it, in fen; `entries` are what mends that."""

    delivery: Delivered
    kind: EntryKind
    before_fen: int
    after_fen: int
    entries: tuple[NewEntry, ...]


def post_charges(
    session: Session, deliveries: Sequence[Delivered], *, progress: Callable[[int], None] | None = None
) -> list[Difference]:
    """Post what the ledger lacks or says too much of these deliveries; returns what was posted. Those whose material
    has no price are left out."""
    locked_head(session)
    book, made = PriceBook(session), []
    for first in range(0, len(deliveries), _AT_ONCE):
        some = deliveries[first : first + _AT_ONCE]
        differences = differences_of(session, some, book)
        post(session, [entry for one in differences for entry in one.entries])
        made += differences
        if progress is not None:
            progress(len(some))
    return made


def differences_of(session: Session, deliveries: Sequence[Delivered], book: PriceBook) -> list[Difference]:
    """Return what would have to be posted of the deliveries at the prices of `book`."""
    found = []
    for first in range(0, len(deliveries), _AT_ONCE):
        some = deliveries[first : first + _AT_ONCE]
        targets = {it.delivery_id: (it, target_of(it, book)) for it in some}
        wanted = {id_: _wanted(target) for id_, (_delivery, target) in targets.items()}
        found += [
            _difference(*targets[id_], posted) for id_, posted in otherwise_posted(session, SUBJECT, wanted).items()
        ]
    return found


def target_of(delivery: Delivered, book: PriceBook) -> Target | None:
    """Return what the delivery costs by all that is known; None where nothing (yet), or without a price."""
    term = book.term(delivery.plant_id, delivery.material_id, delivery.day)
    if delivery.state not in WEIGHED or term is None or delivery.is_left_out or held_by(delivery, term):
        return None
    load = _load(delivery)
    told = charge(load, book.terms(term))
    if told is None:
        return None
    income = FEE if term.kind == PriceKind.FINAL else FEE_PROVISIONAL
    amounts = {owed_by_plant(delivery.plant_id): (told.amount_fen, told.kg), income: (-told.amount_fen, -told.kg)}
    if told.town_fen and delivery.town_id is not None:
        amounts |= {TOWN_PART: (told.town_fen, 0), part_of_town(delivery.town_id): (-told.town_fen, 0)}
    return Target(charge=told, term=term, amounts=amounts)


def _load(delivery: Delivered) -> Load:
    return Load(
        day=delivery.day,
        yard_kg=delivery.yard_kg,
        plant_kg=delivery.plant_kg,
        agreed_kg=delivery.agreed_kg,
        moisture_permille=delivery.moisture_permille,
        is_direct=delivery.yard_id is None and delivery.town_id is not None,
        quality=delivery.quality,
    )


def held_by(delivery: Delivered, term: PriceTerm) -> frozenset[Hold]:
    """Return why nothing is charged for the delivery before somebody has decided: of a ticket that is not for
    settlement only where its weight counts."""
    end = CountedEnd.PLANT if delivery.yard_kg is None else term.counted_end
    return delivery.open_holds & (_ENDS[end] | {Hold.STRUCK_OFF})


def _wanted(target: Target | None) -> Amounts:
    """What the ledger should say, without what is nothing."""
    return {} if target is None else without_nothing(target.amounts)


def _difference(delivery: Delivered, target: Target | None, posted: Posted) -> Difference:
    wanted = _wanted(target)
    owed = owed_by_plant(delivery.plant_id)
    before_fen, after_fen = posted.sums.get(owed, (0, 0))[0], wanted.get(owed, (0, 0))[0]
    if target is None:
        kind = EntryKind.REVERSAL
        entries = reversals(posted, _why_not(delivery))
    else:
        kind = _kind(target, posted)
        subject = (SUBJECT, delivery.delivery_id)
        said = _said(delivery, target)
        entries = (difference(kind, subject, delivery.day, posted, target.amounts, said),)
    return Difference(delivery=delivery, kind=kind, before_fen=before_fen, after_fen=after_fen, entries=entries)


def _why_not(delivery: Delivered) -> str:
    """Why nothing is charged any more."""
    if delivery.state not in WEIGHED:
        return delivery.state.value
    return HoldAnswer.LEFT_OUT if delivery.is_left_out else "held"


def _kind(target: Target, posted: Posted) -> EntryKind:
    if not posted.standing:
        return EntryKind.CHARGE
    was_final = FEE in posted.sums
    is_final = target.term.kind == PriceKind.FINAL
    return EntryKind.TRUE_UP if is_final and not was_final else EntryKind.CORRECTION


def _said(delivery: Delivered, target: Target) -> dict[str, Any]:
    """What the delivery costs after this entry, by which price, and by which of its weights."""
    told, term = target.charge, target.term
    return {
        "plant_id": delivery.plant_id,
        "material_id": delivery.material_id,
        "price": term.id,
        "price_kind": term.kind,
        "fen_per_t": term.fen_per_t,
        "kg": told.kg,
        "gross_fen": told.gross_fen,
        "deduction_fen": told.deduction_fen,
        "amount_fen": told.amount_fen,
        "town_fen": told.town_fen,
        "yard_kg": delivery.yard_kg,
        "plant_kg": delivery.plant_kg,
        "agreed_kg": delivery.agreed_kg,
        "counted": which_counts(_load(delivery), CountedEnd(term.counted_end)),
    } | ({"off": dict(told.off_permille)} if told.off_permille else {})
