"""Claims as the pages show them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from app.errors import NO_SUCH_CLAIM, Refusal
from app.intake.models import WeighTicket
from app.subsidies.contents import claim_content
from app.subsidies.models import ClaimedTicket, ClaimEvent, ClaimNumber, ClaimStep, ClaimText, SubsidyClaim
from app.subsidies.operations import STEPS, events_of

# In these states the town still works on the claim, and what it says follows what is known.
OF_THE_TOWN: Final = frozenset({ClaimStep.DRAFTED, ClaimStep.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim in a list. `kept`: its sums as they were confirmed last, None before the first time."""

    claim: SubsidyClaim
    number: str | None
    last: ClaimEvent
    kept: Any | None

    @property
    def state(self) -> ClaimStep:
        return ClaimStep(self.last.step)

    @property
    def holds(self) -> bool:
        """Whether its sums hold: nobody has given it back since."""
        return self.kept is not None and self.state not in (ClaimStep.RETURNED, ClaimStep.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class WholeClaim:
    """A claim with its events, first to last, and its texts, newest last."""

    claim: SubsidyClaim
    number: str | None
    events: Sequence[ClaimEvent]
    texts: Sequence[ClaimText]

    @cached_property
    def state(self) -> ClaimStep:
        return ClaimStep(self.events[-1].step)

    @property
    def is_kept(self) -> bool:
        """Whether what it says stands fast; else it follows what is known."""
        return bool(self.texts) and self.state not in OF_THE_TOWN

    @property
    def payment(self) -> ClaimEvent | None:
        return self.events[-1] if self.state is ClaimStep.PAID else None

    def can(self, step: ClaimStep) -> bool:
        """Whether somebody can take the step now."""
        return self.state in STEPS[step]


def claim_rows(session: Session, towns: Collection[str] | None) -> list[ClaimRow]:
    """Return the claims of these towns (None: of all), those of the newest days first."""
    newest = select(ClaimEvent.claim_id, func.max(ClaimEvent.position).label("position")).group_by(ClaimEvent.claim_id)
    at_end = newest.subquery()
    sums = select(
        ClaimText.claim_id, ClaimText.version, ClaimText.tickets, ClaimText.dry_kg, ClaimText.amount_fen
    ).subquery()
    chosen = (
        select(SubsidyClaim, ClaimNumber.number, ClaimEvent, sums.c.tickets, sums.c.dry_kg, sums.c.amount_fen)
        .join(at_end, at_end.c.claim_id == SubsidyClaim.id)
        .join(ClaimEvent, (ClaimEvent.claim_id == SubsidyClaim.id) & (ClaimEvent.position == at_end.c.position))
        .outerjoin(ClaimNumber, ClaimNumber.claim_id == SubsidyClaim.id)
        .outerjoin(sums, (sums.c.claim_id == SubsidyClaim.id) & (sums.c.version == ClaimEvent.version))
        .order_by(SubsidyClaim.first_day.desc(), SubsidyClaim.town_id, SubsidyClaim.id.desc())
    )
    if towns is not None:
        chosen = chosen.where(SubsidyClaim.town_id.in_(towns))
    return [
        ClaimRow(claim=row[0], number=row[1], last=row[2], kept=row if row.tickets is not None else None)
        for row in session.execute(chosen)
    ]


def claims_with(session: Session, ticket_number: str) -> set[int]:
    """Return the ids of the claims that hold a ticket, as claimed or as taken off."""
    holding = (
        select(ClaimedTicket.claim_id)
        .join(WeighTicket, WeighTicket.id == ClaimedTicket.ticket_id)
        .where(WeighTicket.number == ticket_number)
    )
    return set(session.scalars(holding))


def whole_claim(session: Session, claim_id: int, towns: Collection[str] | None) -> WholeClaim:
    """Return the claim, if it is of one of these towns (None: of any); raises Refusal as if it were not there."""
    claim = session.get(SubsidyClaim, claim_id)
    if claim is None or (towns is not None and claim.town_id not in towns):
        raise Refusal(NO_SUCH_CLAIM, [str(claim_id)])
    texts = select(ClaimText).where(ClaimText.claim_id == claim_id).order_by(ClaimText.version)
    number = session.get(ClaimNumber, claim_id)
    return WholeClaim(
        claim=claim,
        number=None if number is None else number.number,
        events=events_of(session, claim_id),
        texts=session.scalars(texts.options(undefer(ClaimText.text))).all(),
    )


def said_of(session: Session, whole: WholeClaim) -> dict[str, Any]:
    """Return what the claim says: as it was confirmed, or by all that is known now while the town works on it."""
    if whole.texts and whole.state not in OF_THE_TOWN:
        said: dict[str, Any] = json.loads(whole.texts[-1].text)
        return said
    return claim_content(session, whole.claim)
