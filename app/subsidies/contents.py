"""What a claim says: its tickets by body, what it takes back of paid claims, and what is left out and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.parts import in_parts
from app.intake.models import TicketClosing, TicketVoid, WeighTicket
from app.intake.ticket_lists import IS_FOR_TRADE
from app.registry.models import Material
from app.registry.names import names_of_codes
from app.subsidies.bases import Basis, basis_of, counted_kg, is_priced
from app.subsidies.models import ClaimedTicket, ClaimEvent, ClaimNumber, ClaimStep, HeldAs, SubsidyClaim
from app.verification.queries import Standing, standing_of

_FORMAT: Final = 1


class LeftOut(StrEnum):
    """Why a ticket of the period is not in the claim."""

    VOID = "void"
    CLAIMED = "claimed"
    OPEN = "open"  # not weighed out yet
    NOT_FOR_SETTLEMENT = "not_for_settlement"
    NO_DRY_WEIGHT = "no_dry_weight"
    UNVERIFIED = "unverified"
    SUSPECTED = "suspected"
    UPHELD = "upheld"
    STANDS_AGAIN = "stands_again"  # it was to be taken off, and is neither void nor upheld any more


_OF_STANDINGS: Final = {
    Standing.UNVERIFIED: LeftOut.UNVERIFIED,
    Standing.SUSPECTED: LeftOut.SUSPECTED,
    Standing.UPHELD: LeftOut.UPHELD,
}


def claim_content(session: Session, claim: SubsidyClaim) -> dict[str, Any]:
    """Return what the claim says by all that is known now; masses are kg, money is fen, days are ISO texts. `dry_kg` is
    the weight that counts: dry straw, or what was bought as it was weighed."""
    basis = basis_of(claim.stream)
    rows = _tickets(session, claim, basis)
    holders = _holders(session, [row.id for row in rows])
    standings = standing_of(session, [row.id for row in rows if _weighed_out(row, basis)])
    chosen, left_out = [], []
    for row in rows:
        why = _why_left_out(row, holders.get(row.id), standings)
        if why is None:
            chosen.append(row)
        else:
            left_out.append(_left_out(row, why, holders.get(row.id), basis))
    corrections = _corrections(session, claim)
    collectors = {getattr(row, basis.collector) for row in [*chosen, *(row for row, _why in corrections)]} - {None}
    names = names_of_codes(session, basis.collectors, collectors)
    bodies = _bodies(chosen, names, basis)
    taken_back = [_correction(row, why, names, basis) for row, why in corrections]
    lines = [*bodies, *taken_back]
    return {
        "format": _FORMAT,
        "stream": claim.stream,
        "town_id": claim.town_id,
        "town_name": names_of_codes(session, "towns", [claim.town_id]).get(claim.town_id, claim.town_id),
        "first_day": claim.first_day.isoformat(),
        "last_day": claim.last_day.isoformat(),
        "rates": _rates(chosen, basis),
        "bodies": bodies,
        "corrections": taken_back,
        "left_out": left_out,
        "tickets": len(chosen),
        "dry_kg": sum(it["dry_kg"] for it in lines),
        "amount_fen": sum(it["amount_fen"] for it in lines),
        **{name: sum(it[name] for it in bodies) for name in basis.sums},
    }


def content_text(content: Mapping[str, Any]) -> str:
    """Return the content in the one way of writing it."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(text: str) -> str:
    """Return the SHA-256 of a claim's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def no_longer_standing(session: Session, claim_id: int) -> list[tuple[str, LeftOut]]:
    """Return number and reason of the tickets that the claim holds and that it could not claim, or take off, today."""
    asked = select(ClaimedTicket.ticket_id, ClaimedTicket.held_as).where(ClaimedTicket.claim_id == claim_id)
    held_as = {row.ticket_id: row.held_as for row in session.execute(asked)}
    rows = in_parts(session, list(held_as), lambda some: _columns().where(WeighTicket.id.in_(some)), whole=True)
    standings = standing_of(session, list(held_as))
    judged = [(row.number, _why_no_more(row, held_as[row.id], standings)) for row in rows]
    return sorted((number, why) for number, why in judged if why is not None)


def _columns() -> Any:
    return (
        select(
            WeighTicket.id,
            WeighTicket.number,
            WeighTicket.business_day,
            WeighTicket.place_kind,
            WeighTicket.place_id,
            WeighTicket.purpose,
            WeighTicket.body_id,
            Material.tariff,
            WeighTicket.field_ids,
            TicketClosing.outcome,
            TicketClosing.net_kg,
            TicketClosing.moisture_permille,
            TicketClosing.dry_kg,
            TicketClosing.is_recyclable,
            IS_FOR_TRADE.label("is_for_trade"),
            TicketVoid.ticket_id.is_not(None).label("is_void"),
        )
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .outerjoin(Material, Material.material_id == WeighTicket.material_id)
    )


def _tickets(session: Session, claim: SubsidyClaim, basis: Basis) -> list[Any]:
    """The town's collection of the period. What was sent back, or left with another end, is nobody's."""
    rows = session.execute(
        _columns()
        .where(
            WeighTicket.town_id == claim.town_id,
            WeighTicket.business_day.between(claim.first_day, claim.last_day),
            WeighTicket.purpose.in_([purpose for purpose, _outcome in basis.taken_in]),
            Material.stream == claim.stream,
        )
        .order_by(WeighTicket.business_day, WeighTicket.number)
    )
    return [row for row in rows if row.outcome is None or _weighed_out(row, basis)]


def _weighed_out(row: Any, basis: Basis) -> bool:
    return (row.purpose, row.outcome) in basis.taken_in


def _holders(session: Session, ticket_ids: Collection[str]) -> dict[str, str | None]:
    """The numbers of the claims that hold these tickets."""
    rows = in_parts(
        session,
        ticket_ids,
        lambda some: (
            select(ClaimedTicket.ticket_id, ClaimNumber.number)
            .outerjoin(ClaimNumber, ClaimNumber.claim_id == ClaimedTicket.claim_id)
            .where(ClaimedTicket.ticket_id.in_(some), ClaimedTicket.held_as == HeldAs.CLAIMED)
        ),
        whole=True,
    )
    return {row.ticket_id: row.number for row in rows}


def _why_left_out(row: Any, holder: str | None, standings: Mapping[str, Standing]) -> LeftOut | None:
    if row.is_void:
        return LeftOut.VOID
    if holder is not None:
        return LeftOut.CLAIMED
    if row.outcome is None:
        return LeftOut.OPEN
    if not row.is_for_trade or not is_priced(row):
        return LeftOut.NOT_FOR_SETTLEMENT
    if not counted_kg(row):
        return LeftOut.NO_DRY_WEIGHT
    return _OF_STANDINGS.get(standings.get(row.id, Standing.UNVERIFIED))


def _why_no_more(row: Any, held_as: str, standings: Mapping[str, Standing]) -> LeftOut | None:
    if held_as == HeldAs.CLAIMED:
        return _why_left_out(row, None, standings)
    return None if _why_taken_back(row, standings) else LeftOut.STANDS_AGAIN


def _why_taken_back(row: Any, standings: Mapping[str, Standing]) -> LeftOut | None:
    """Why a ticket that was paid is taken off the next claim. A suspicion that nobody has decided takes nothing off."""
    if row.is_void:
        return LeftOut.VOID
    return LeftOut.UPHELD if standings.get(row.id) is Standing.UPHELD else None


def _left_out(row: Any, why: LeftOut, holder: str | None, basis: Basis) -> dict[str, Any]:
    return {
        "number": row.number,
        "day": row.business_day.isoformat(),
        "body_id": getattr(row, basis.collector),
        "dry_kg": counted_kg(row),
        "why": why.value,
        "claim": holder,
    }


def _bodies(rows: Sequence[Any], names: Mapping[str, str], basis: Basis) -> list[dict[str, Any]]:
    """The tickets by who collected."""
    tickets_of: dict[str | None, list[dict[str, Any]]] = {}
    for row, told in zip(rows, basis.told(rows), strict=True):
        tickets_of.setdefault(getattr(row, basis.collector), []).append(
            {
                "id": row.id,
                "number": row.number,
                "day": row.business_day.isoformat(),
                "place_kind": row.place_kind,
                "place_id": row.place_id,
                "field_ids": row.field_ids,
                "net_kg": row.net_kg,
                "moisture_permille": row.moisture_permille,
                "dry_kg": counted_kg(row),
                **told,
            }
        )
    return [
        {
            "body_id": collector,
            "name": None if collector is None else names.get(collector, collector),
            "tickets": tickets,
            **{name: sum(it[name] for it in tickets) for name in ("dry_kg", "amount_fen", *basis.sums)},
        }
        for collector, tickets in sorted(tickets_of.items(), key=lambda one: one[0] or "")
    ]


def _corrections(session: Session, claim: SubsidyClaim) -> list[tuple[Any, LeftOut]]:
    """The town's tickets that are void, or whose suspicion was upheld, since a claim with them was paid, and that no
    claim has taken back."""
    taken_back = select(ClaimedTicket.ticket_id).where(ClaimedTicket.held_as == HeldAs.CORRECTED)
    paid = select(ClaimEvent.claim_id).where(ClaimEvent.step == ClaimStep.PAID)
    rows = list(
        session.execute(
            select(
                ClaimedTicket.ticket_id.label("id"),
                ClaimedTicket.dry_kg,
                ClaimedTicket.amount_fen,
                ClaimNumber.number.label("claim"),
                WeighTicket.number,
                WeighTicket.business_day,
                WeighTicket.body_id,
                WeighTicket.place_id,
                TicketVoid.ticket_id.is_not(None).label("is_void"),
            )
            .join(SubsidyClaim, SubsidyClaim.id == ClaimedTicket.claim_id)
            .join(ClaimNumber, ClaimNumber.claim_id == ClaimedTicket.claim_id)
            .outerjoin(TicketVoid, TicketVoid.ticket_id == ClaimedTicket.ticket_id)
            .join(WeighTicket, WeighTicket.id == ClaimedTicket.ticket_id)
            .where(
                SubsidyClaim.town_id == claim.town_id,
                SubsidyClaim.stream == claim.stream,
                ClaimedTicket.held_as == HeldAs.CLAIMED,
                ClaimedTicket.claim_id.in_(paid),
                ClaimedTicket.ticket_id.not_in(taken_back),
            )
            .order_by(WeighTicket.business_day, WeighTicket.number)
        )
    )
    standings = standing_of(session, [row.id for row in rows if not row.is_void])
    judged = [(row, _why_taken_back(row, standings)) for row in rows]
    return [(row, why) for row, why in judged if why is not None]


def _correction(row: Any, why: LeftOut, names: Mapping[str, str], basis: Basis) -> dict[str, Any]:
    collector = getattr(row, basis.collector)
    return {
        "id": row.id,
        "number": row.number,
        "day": row.business_day.isoformat(),
        "claim": row.claim,
        "why": why.value,
        "body_id": collector,
        "name": None if collector is None else names.get(collector, collector),
        "dry_kg": -row.dry_kg,
        "amount_fen": -row.amount_fen,
    }


def _rates(rows: Sequence[Any], basis: Basis) -> list[dict[str, Any]]:
    """What is paid with, each rate once, and by which source."""
    rates = {content_text(rate): rate for rate in map(basis.rate, sorted(rows, key=lambda row: row.business_day))}
    return sorted(rates.values(), key=lambda rate: str(rate["since"]))
