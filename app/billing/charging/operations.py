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

from app.billing.charging.posted import Posted, posted_of, sums_of
from app.billing.ledger.accounts import FEE, FEE_PROVISIONAL, TOWN_PART, owed_by_plant, part_of_town
from app.billing.ledger.entries import Line, NewEntry, post, reversal_of
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import EntryKind
from app.billing.prices.models import PriceTerm
from app.billing.prices.queries import PriceBook
from app.deliveries.queries import Delivered, DeliveryState
from yard_rules.tariffs import Charge, Load, PriceKind, charge

SUBJECT: Final = "delivery"
_AT_ONCE: Final = 500
_CHARGED: Final = (DeliveryState.WEIGHED, DeliveryState.DISPUTED)

Amounts = Mapping[str, tuple[int, int]]  # fen and kg by account


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
        sums = sums_of(session, SUBJECT, [it.delivery_id for it in some])
        targets = [(delivery, target_of(delivery, book)) for delivery in some]
        # of a season of deliveries few have changed: only the entries of these are read
        changed = [it for it in targets if _wanted(it[1]) != sums.get(it[0].delivery_id, {})]
        posted = posted_of(session, SUBJECT, [delivery.delivery_id for delivery, _target in changed])
        found += [
            _difference(delivery, target, posted.get(delivery.delivery_id, Posted())) for delivery, target in changed
        ]
    return found


def target_of(delivery: Delivered, book: PriceBook) -> Target | None:
    """Return what the delivery costs by all that is known; None where nothing (yet), or without a price."""
    term = book.term(delivery.plant_id, delivery.material_id, delivery.day)
    if delivery.state not in _CHARGED or term is None:
        return None
    is_direct = delivery.yard_id is None
    load = Load(
        day=delivery.day,
        yard_kg=delivery.yard_kg,
        plant_kg=delivery.plant_kg,
        agreed_kg=delivery.agreed_kg,
        moisture_permille=delivery.moisture_permille,
        is_direct=is_direct and delivery.town_id is not None,
    )
    told = charge(load, book.terms(term))
    if told is None:
        return None
    income = FEE if term.kind == PriceKind.FINAL else FEE_PROVISIONAL
    amounts = {owed_by_plant(delivery.plant_id): (told.amount_fen, told.kg), income: (-told.amount_fen, -told.kg)}
    if told.town_fen and delivery.town_id is not None:
        amounts |= {TOWN_PART: (told.town_fen, 0), part_of_town(delivery.town_id): (-told.town_fen, 0)}
    return Target(charge=told, term=term, amounts=amounts)


def _wanted(target: Target | None) -> Amounts:
    """What the ledger should say, without what is nothing."""
    amounts: Amounts = {} if target is None else target.amounts
    return {account: both for account, both in amounts.items() if both != (0, 0)}


def _difference(delivery: Delivered, target: Target | None, posted: Posted) -> Difference:
    wanted = _wanted(target)
    owed = owed_by_plant(delivery.plant_id)
    before_fen, after_fen = posted.sums.get(owed, (0, 0))[0], wanted.get(owed, (0, 0))[0]
    if target is None:
        kind = EntryKind.REVERSAL
        entries = tuple(
            reversal_of(it.entry, it.lines, it.entry.day, delivery.state.value) for it in posted.standing
        )  # fmt: skip
    else:
        kind = _kind(target, posted)
        entries = (_entry(delivery, target, posted, kind),)
    return Difference(delivery=delivery, kind=kind, before_fen=before_fen, after_fen=after_fen, entries=entries)


def _kind(target: Target, posted: Posted) -> EntryKind:
    if not posted.standing:
        return EntryKind.CHARGE
    was_final = FEE in posted.sums
    is_final = target.term.kind == PriceKind.FINAL
    return EntryKind.TRUE_UP if is_final and not was_final else EntryKind.CORRECTION


def _entry(delivery: Delivered, target: Target, posted: Posted, kind: EntryKind) -> NewEntry:
    accounts = sorted({*target.amounts, *posted.sums})
    lines = []
    for account in accounts:
        (fen, kg), (had_fen, had_kg) = target.amounts.get(account, (0, 0)), posted.sums.get(account, (0, 0))
        if (fen, kg) != (had_fen, had_kg):
            lines.append(Line(account, fen - had_fen, kg - had_kg))
    return NewEntry(
        kind=kind,
        day=delivery.day,
        subject_kind=SUBJECT,
        subject_id=delivery.delivery_id,
        lines=lines,
        said=_said(delivery, target),
        corrects=posted.standing[0].entry.id if posted.standing else None,
    )


def _said(delivery: Delivered, target: Target) -> dict[str, Any]:
    """What the delivery costs after this entry, and by which price."""
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
    }
