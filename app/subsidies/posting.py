"""What the city owes towns for their claims, and has paid, comes into the ledger by differences as deliveries do (H6,
H19). Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.billing.charging.mending import Amounts, difference, otherwise_posted, reversals, without_nothing
from app.billing.ledger.accounts import CITY_PURCHASES, CITY_SUBSIDIES, purchases_of_town, subsidies_of_town
from app.billing.ledger.entries import NewEntry, post
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import EntryKind
from app.clock import business_day
from app.subsidies.bases import STRAW
from app.subsidies.models import ClaimEvent, ClaimNumber, ClaimStep, ClaimText, SubsidyClaim

# About a claim the ledger says two things: what is due since it was approved, and what was paid.
DUE: Final = "claim"
PAID: Final = "claim_payment"
_KINDS: Final = {DUE: EntryKind.SUBSIDY, PAID: EntryKind.PAYMENT}
_BINDING: Final = (ClaimStep.APPROVED, ClaimStep.PAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMoney:
    """What the ledger should say of a claim, by what it is about: amounts, the day, and what the entry says."""

    amounts: dict[str, Amounts]
    days: dict[str, date]
    said: dict[str, Any]


def post_claims(session: Session, claim_ids: Collection[int] | None = None) -> list[str]:
    """Post what the ledger lacks or says too much of these claims (None: of all); returns the ids of the entries."""
    locked_head(session)
    return post(session, claim_differences(session, claim_ids))


def claim_differences(session: Session, claim_ids: Collection[int] | None = None) -> list[NewEntry]:
    """Return the entries after which the ledger says of the claims what their steps say."""
    known = claims_money(session, claim_ids)
    entries: list[NewEntry] = []
    for about, kind in _KINDS.items():
        wanted = {number: it.amounts.get(about, {}) for number, it in known.items()}
        for number, posted in otherwise_posted(session, about, wanted).items():
            it = known[number]
            if wanted[number]:
                subject, day = (about, number), it.days[about]
                entries.append(difference(kind, subject, day, posted, wanted[number], it.said))
            else:
                entries += reversals(posted, "returned")
    return entries


def claims_money(session: Session, claim_ids: Collection[int] | None = None) -> dict[str, ClaimMoney]:
    """Return what the ledger should say of each claim that has a number, by that number."""
    chosen = (
        select(SubsidyClaim, ClaimNumber.number, ClaimEvent)
        .join(ClaimNumber, ClaimNumber.claim_id == SubsidyClaim.id)
        .join(ClaimEvent, ClaimEvent.claim_id == SubsidyClaim.id)
        .order_by(SubsidyClaim.id, ClaimEvent.position)
    )
    if claim_ids is not None:
        chosen = chosen.where(SubsidyClaim.id.in_(claim_ids))
    steps: dict[str, tuple[SubsidyClaim, list[ClaimEvent]]] = {}
    for claim, number, event in session.execute(chosen):
        steps.setdefault(number, (claim, []))[1].append(event)
    rows = session.execute(select(ClaimText.claim_id, ClaimText.version, ClaimText.amount_fen))
    fen = {(row.claim_id, row.version): row.amount_fen for row in rows}
    return {
        number: _money(claim, events, fen.get((claim.id, events[-1].version), 0))
        for number, (claim, events) in steps.items()
    }


def _money(claim: SubsidyClaim, events: list[ClaimEvent], fen: int) -> ClaimMoney:
    """Of purchases the ledger knows what the city owes since they were bought: a claim of them is only paid."""
    last, amounts, days = events[-1], {}, {}
    is_straw = claim.stream == STRAW
    owed, due = (
        (CITY_SUBSIDIES, subsidies_of_town(claim.town_id))
        if is_straw
        else (CITY_PURCHASES, purchases_of_town(claim.town_id))
    )
    if last.step in _BINDING and is_straw:
        approved = [it for it in events if it.step == ClaimStep.APPROVED][-1]
        amounts[DUE] = without_nothing({owed: (fen, 0), due: (-fen, 0)})
        days[DUE] = business_day(approved.taken_at)
    if last.step == ClaimStep.PAID and last.paid_on is not None:
        amounts[PAID] = without_nothing({owed: (-fen, 0), due: (fen, 0)})
        days[PAID] = last.paid_on
    said = {"town_id": claim.town_id, "stream": claim.stream, "amount_fen": fen, "version": last.version}
    if last.payment_reference:
        said["reference"] = last.payment_reference
    return ClaimMoney(amounts=amounts, days=days, said=said)
