"""The steps of a claim: draft, town confirmed, city checked, approved, paid, or returned. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import business_day
from app.database.upserts import insert_if_new
from app.errors import (
    BAD_CLAIM_PERIOD,
    CLAIM_BELOW_NOTHING,
    CLAIM_ELSEWHERE,
    NO_SUCH_CLAIM,
    NOT_A_PAYMENT,
    NOTHING_TO_CLAIM,
    PAYER_JUDGED,
    REASON_NEEDED,
    REFERENCE_USED,
    THREE_PEOPLE,
    TICKETS_STAND_NO_MORE,
    Refusal,
)
from app.subsidies.bases import STRAW
from app.subsidies.contents import claim_content, content_hash, content_text, no_longer_standing
from app.subsidies.models import (
    ClaimedTicket,
    ClaimEvent,
    ClaimNumber,
    ClaimStep,
    ClaimText,
    ClaimYear,
    HeldAs,
    SubsidyClaim,
)
from app.subsidies.posting import post_claims

LONGEST_DAYS: Final = 366
# From which states each step is taken.
STEPS: Final[Mapping[ClaimStep, frozenset[ClaimStep]]] = {
    ClaimStep.CONFIRMED: frozenset({ClaimStep.DRAFTED, ClaimStep.RETURNED}),
    ClaimStep.CHECKED: frozenset({ClaimStep.CONFIRMED}),
    ClaimStep.APPROVED: frozenset({ClaimStep.CHECKED}),
    ClaimStep.PAID: frozenset({ClaimStep.APPROVED}),
    ClaimStep.RETURNED: frozenset({ClaimStep.CONFIRMED, ClaimStep.CHECKED, ClaimStep.APPROVED}),
    ClaimStep.WITHDRAWN: frozenset({ClaimStep.DRAFTED, ClaimStep.RETURNED}),
}
# Steps of one round that three different people take.
BY_OTHERS: Final = (ClaimStep.CONFIRMED, ClaimStep.CHECKED, ClaimStep.APPROVED)
# Of a round, the steps of which whoever takes this one has taken none: who checks or approves does not pay.
TAKEN_BY_ANOTHER: Final[Mapping[ClaimStep, tuple[ClaimStep, ...]]] = {
    **dict.fromkeys(BY_OTHERS, BY_OTHERS),
    ClaimStep.PAID: (ClaimStep.CHECKED, ClaimStep.APPROVED),
}
_SHOWN_TICKETS: Final = 20
# Steps after which the ledger says something else.
_MOVES_MONEY: Final = frozenset({ClaimStep.APPROVED, ClaimStep.PAID, ClaimStep.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """When the money went to the town, and by which order of payment; `divided`: how one that covers several claims is
    divided among them."""

    paid_on: date
    reference: str
    divided: str | None = None


def draft_claim(session: Session, town_id: str, first_day: date, last_day: date, stream: str = STRAW) -> SubsidyClaim:
    """Begin a claim of a town for what it collected of a stream in some days, both included. It holds no ticket before
    it is confirmed, so what it says follows what becomes known until then.

    Raises Refusal for a period that cannot be: turned round, longer than a year, or not over.
    """
    if not first_day <= last_day <= business_day() or (last_day - first_day).days >= LONGEST_DAYS:
        raise Refusal(BAD_CLAIM_PERIOD, [f"{first_day} – {last_day}"])
    claim = SubsidyClaim(town_id=town_id, first_day=first_day, last_day=last_day, stream=stream)
    session.add(claim)
    session.flush()
    _add_event(session, claim, ClaimStep.DRAFTED, [])
    return claim


def confirm_claim(session: Session, claim_id: int) -> ClaimText:
    """Confirm for the town what the claim says now: its text is kept as it is, its tickets are held, and with the first
    confirmation it gets its number. Raises Refusal where there is nothing to claim, or less than nothing: then it holds
    nothing, and all of it is carried over to a claim that outweighs what is taken off."""
    claim, events = _claim_for(session, claim_id, ClaimStep.CONFIRMED)
    by_year = _locked_year(session, business_day().year)
    content = claim_content(session, claim)
    if not content["tickets"] and not content["corrections"]:
        raise Refusal(NOTHING_TO_CLAIM)
    if content["amount_fen"] < 0:
        raise Refusal(CLAIM_BELOW_NOTHING)
    number = _number(session, claim, by_year)
    version = events[-1].version + 1
    text = content_text(content | {"number": number, "version": version})
    kept = ClaimText(
        claim_id=claim.id,
        version=version,
        tickets=content["tickets"],
        dry_kg=content["dry_kg"],
        amount_fen=content["amount_fen"],
        text=text,
        text_hash=content_hash(text),
    )
    session.add(kept)
    session.flush()
    session.execute(insert(ClaimedTicket), _held(claim, content))
    _add_event(session, claim, ClaimStep.CONFIRMED, events, version=version, after=_sums(kept, number))
    return kept


def check_claim(session: Session, claim_id: int, said: str | None = None) -> None:
    """The city has compared the claim with tickets; raises Refusal where tickets of it stand no more, and for whoever
    confirmed it."""
    _agreed(session, claim_id, ClaimStep.CHECKED, said)


def approve_claim(session: Session, claim_id: int, said: str | None = None) -> None:
    """The city agrees to pay; raises Refusal as `check_claim` does, and for whoever checked the claim."""
    _agreed(session, claim_id, ClaimStep.APPROVED, said)


def pay_claim(session: Session, claim_id: int, payment: Payment) -> None:
    """Keep that the claim was paid. Raises Refusal for a payment without its reference, of a day to come or before the
    approval, or with the reference of another claim's unless it says how it is divided; where tickets stand no more,
    and for whoever checked or approved the claim."""
    claim, events = _claim_for(session, claim_id, ClaimStep.PAID)
    if not payment.reference.strip() or not business_day(events[-1].taken_at) <= payment.paid_on <= business_day():
        raise Refusal(NOT_A_PAYMENT)
    _refuse_changed(session, claim, events[-1].version)
    _locked_year(session, business_day().year)  # nobody else enters the same reference at the same moment
    if not payment.divided and (others := _paid_with(session, payment.reference.strip())):
        raise Refusal(REFERENCE_USED, others)
    _add_event(session, claim, ClaimStep.PAID, events, said=payment.divided, payment=payment)


def return_claim(session: Session, claim_id: int, said: str) -> None:
    """Give the claim back to the town with the reason; its tickets are free again."""
    claim, events = _claim_for(session, claim_id, ClaimStep.RETURNED)
    _give_up(session, claim)
    _add_event(session, claim, ClaimStep.RETURNED, events, said=_reason(said))


def withdraw_claim(session: Session, claim_id: int, said: str) -> None:
    """End a claim that the town does not want any more, with the reason."""
    claim, events = _claim_for(session, claim_id, ClaimStep.WITHDRAWN)
    _add_event(session, claim, ClaimStep.WITHDRAWN, events, said=_reason(said))


def may_take(events: Collection[ClaimEvent], step: ClaimStep, account_id: int | None) -> bool:
    """Whether this person may take a step of TAKEN_BY_ANOTHER: of those steps none in this round."""
    at = [place for place, event in enumerate(events) if event.step == ClaimStep.CONFIRMED]
    of_round = list(events)[at[-1] :] if at and step != ClaimStep.CONFIRMED else []
    return account_id is not None and account_id not in {
        it.taken_by for it in of_round if it.step in TAKEN_BY_ANOTHER[step]
    }


def _agreed(session: Session, claim_id: int, step: ClaimStep, said: str | None) -> None:
    claim, events = _claim_for(session, claim_id, step)
    _refuse_changed(session, claim, events[-1].version)
    _add_event(session, claim, step, events, said=said)


def _refuse_changed(session: Session, claim: SubsidyClaim, version: int) -> None:
    """Look again, before each step towards the money: what changed goes back to the town."""
    if session.get_one(ClaimText, (claim.id, version)).amount_fen < 0:
        raise Refusal(CLAIM_BELOW_NOTHING)
    if fallen := no_longer_standing(session, claim.id):
        raise Refusal(TICKETS_STAND_NO_MORE, [number for number, _why in fallen[:_SHOWN_TICKETS]])


def _paid_with(session: Session, reference: str) -> list[str]:
    """The numbers of the claims whose payment has this reference, however it is written."""
    return list(
        session.scalars(
            select(ClaimNumber.number)
            .join(ClaimEvent, ClaimEvent.claim_id == ClaimNumber.claim_id)
            .where(
                ClaimEvent.step == ClaimStep.PAID, func.lower(ClaimEvent.payment_reference) == reference[:100].lower()
            )
            .order_by(ClaimNumber.number)
        )
    )


def _claim_for(session: Session, claim_id: int, step: ClaimStep) -> tuple[SubsidyClaim, list[ClaimEvent]]:
    """The claim and its events, with nobody else taking a step before this transaction is over."""
    claim = session.get(SubsidyClaim, claim_id, with_for_update=True)
    if claim is None:
        raise Refusal(NO_SUCH_CLAIM, [str(claim_id)])
    events = events_of(session, claim_id)
    if events[-1].step not in STEPS[step]:
        raise Refusal(CLAIM_ELSEWHERE)
    if step in TAKEN_BY_ANOTHER and not may_take(events, step, acting_now().account_id):
        raise Refusal(PAYER_JUDGED if step is ClaimStep.PAID else THREE_PEOPLE)
    return claim, events


def events_of(session: Session, claim_id: int) -> list[ClaimEvent]:
    """Return all that was done to a claim, first to last."""
    chosen = select(ClaimEvent).where(ClaimEvent.claim_id == claim_id).order_by(ClaimEvent.position)
    return list(session.scalars(chosen))


def _locked_year(session: Session, year: int) -> ClaimYear:
    """The numbers of a year, which nobody else gives out before this transaction is over."""
    session.flush()
    insert_if_new(session, ClaimYear, {"year": year, "last_number": 0})
    return session.get_one(ClaimYear, year, with_for_update=True, populate_existing=True)


def _number(session: Session, claim: SubsidyClaim, by_year: ClaimYear) -> str:
    known = session.get(ClaimNumber, claim.id)
    if known is not None:
        return known.number
    by_year.last_number += 1
    number = f"B{by_year.year}-{by_year.last_number:04}"
    session.add(
        ClaimNumber(claim_id=claim.id, number=number, year=by_year.year, year_number=by_year.last_number)
    )  # fmt: skip
    session.flush()
    return number


def _held(claim: SubsidyClaim, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    claimed = [(HeldAs.CLAIMED, ticket) for body in content["bodies"] for ticket in body["tickets"]]
    taken_back = [(HeldAs.CORRECTED, ticket) for ticket in content["corrections"]]
    return [
        {
            "ticket_id": ticket["id"],
            "held_as": held_as.value,
            "claim_id": claim.id,
            "dry_kg": ticket["dry_kg"],
            "amount_fen": ticket["amount_fen"],
        }
        for held_as, ticket in [*claimed, *taken_back]
    ]


def _give_up(session: Session, claim: SubsidyClaim) -> None:
    session.execute(delete(ClaimedTicket).where(ClaimedTicket.claim_id == claim.id))


def _add_event(
    session: Session,
    claim: SubsidyClaim,
    step: ClaimStep,
    events: Collection[ClaimEvent],
    *,
    version: int | None = None,
    said: str | None = None,
    payment: Payment | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    actor, last = acting_now(), list(events)[-1] if events else None
    known = 0 if last is None else last.version
    session.add(
        ClaimEvent(
            claim_id=claim.id,
            position=len(events) + 1,
            step=step,
            version=known if version is None else version,
            said=said,
            paid_on=payment and payment.paid_on,
            payment_reference=payment and payment.reference.strip()[:100],
            taken_by=actor.account_id,
            taken_name=actor.name[:255],
        )
    )
    session.flush()
    values = dict(after or {}) | {
        "stream": claim.stream,
        "town_id": claim.town_id,
        "first_day": claim.first_day,
        "last_day": claim.last_day,
    }
    if payment is not None:
        values |= {"paid_on": payment.paid_on, "payment_reference": payment.reference}
    if said:
        values["reason"] = said
    record(session, what=f"claim.{step}", subject_kind="claim", subject_id=claim.id, after=values)
    if step in _MOVES_MONEY:
        post_claims(session, [claim.id])


def _sums(kept: ClaimText, number: str) -> dict[str, Any]:
    return {
        "number": number,
        "version": kept.version,
        "tickets": kept.tickets,
        "dry_kg": kept.dry_kg,
        "amount_fen": kept.amount_fen,
        "digest": kept.text_hash,
    }


def _reason(said: str) -> str:
    if not said.strip():
        raise Refusal(REASON_NEEDED)
    return said.strip()[:500]
