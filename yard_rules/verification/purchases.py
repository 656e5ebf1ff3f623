"""Purchases of recycling points that are other purchases again. What detectors know of trucks, bales and moisture says
nothing of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from yard_rules.rulebook import rulebook
from yard_rules.verification.suspicion import Suspicion, surest_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A purchase that counts. `seller_id`: a grower of the register, None for whoever else sold; `paper_number`: of the
    receipt that both signed; `photos` by their hashes."""

    ticket_id: str
    point_id: str
    day: date
    material_id: str
    kg: int
    seller_id: str | None
    paper_number: str | None
    photos: tuple[str, ...]


def suspicious_purchases(purchases: Iterable[Purchase], *, since: date) -> tuple[Suspicion, ...]:
    """Return what is to be looked at of these purchases, which stand in the order in which they were made, surest
    first; what names one of a day before `since` is left out. Raises NoFigure before 2023."""
    known = list(purchases)
    days = {it.ticket_id: it.day for it in known}
    checks = (check_receipt_again, check_same_again, check_photo_again)
    return surest_first(
        found for check in checks for found in check(known) if all(days[it] >= since for it in found.ticket_ids)
    )


def check_receipt_again(purchases: Sequence[Purchase]) -> Iterator[Suspicion]:
    """A receipt of the point that was entered before: each has its own number. The first one stays unnamed."""
    first: dict[tuple[str, str], Purchase] = {}
    for it in purchases:
        if it.paper_number is not None:
            original = first.setdefault((it.point_id, it.paper_number), it)
            if original is not it:
                yield _again("receipt_again", it, original, {"number": it.paper_number}, 1.0)


def check_photo_again(purchases: Sequence[Purchase]) -> Iterator[Suspicion]:
    """A photo that was taken for an earlier purchase."""
    first: dict[str, Purchase] = {}
    for it in purchases:
        originals = [original for photo in it.photos if (original := first.setdefault(photo, it)) is not it]
        if originals:
            yield _again("used_photo", it, originals[0], {}, 1.0)


def check_same_again(purchases: Sequence[Purchase]) -> Iterator[Suspicion]:
    """The same grower with the same material and the same weight within days, at whichever point."""
    last: dict[tuple[str, str, int], Purchase] = {}
    for it in purchases:
        if it.seller_id is None:
            continue
        key = (it.seller_id, it.material_id, it.kg)
        original, last[key] = last.get(key), it
        within_d = rulebook("verification").whole("same_purchase_within_d", it.day)
        if original is not None and it.day - original.day <= timedelta(days=within_d):
            apart_d = (it.day - original.day).days
            yield _again("same_purchase", it, original, {"kg": it.kg, "apart_d": apart_d, "within_d": within_d}, 0.5)


def _again(detector: str, it: Purchase, original: Purchase, evidence: dict[str, Any], score: float) -> Suspicion:
    return Suspicion(
        detector=detector,
        subject=("ticket", it.ticket_id),
        ticket_ids=(it.ticket_id,),
        evidence={"like": original.ticket_id, **evidence},
        score=score,
        at_stake_kg=it.kg,
    )
