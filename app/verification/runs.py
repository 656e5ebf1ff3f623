"""The detectors on a month's tickets: looking, which takes seconds and keeps nobody from writing, and keeping what was
seen. Nothing here commits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import now
from app.database.parts import in_parts
from app.deliveries.queries import DeliveryState, delivered
from app.errors import RUN_UNDER_WAY, Refusal
from app.intake.record_models import PlaceChain
from app.verification.county_purchases import county_purchases
from app.verification.county_records import county_records
from app.verification.models import HeldTicket, RaisedSuspicion, RunReach, Sighting, VerificationRun
from app.verification.queries import FROM_FIELDS
from yard_rules.verification.checks import verified
from yard_rules.verification.purchases import suspicious_purchases
from yard_rules.verification.suspicion import Suspicion

# By the kind of what a sum is about: whether a ticket is part of it.
_IS_PART: Final[Mapping[str, Callable[[Mapping[Hashable, Any], str], bool]]] = {
    "field": lambda ticket, code: code in ticket["field_ids"],
    "body": lambda ticket, code: bool(ticket["body_id"] == code),
    "place": lambda ticket, code: bool(ticket["place_id"] == code),
    "plate": lambda ticket, code: bool(ticket["plate"] == code),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A suspicion with the tickets that it holds back: those it names, else those of the month that its sum is made
    of."""

    suspicion: Suspicion
    held: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What tells it from all others, over all runs."""
        told = self.suspicion
        until = told.until.isoformat() if told.until and not told.ticket_ids else None
        said = [told.detector, list(told.subject), sorted(set(told.ticket_ids)), until]
        return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at a month saw. `reach`: (kind, id, position) of each place's chain; `net_kg`: from fields."""

    month: date
    last_day: date
    reach: Sequence[tuple[str, str, int]]
    tickets: int
    net_kg: int
    seen: Sequence[Seen]


def verify_month(session: Session, month: date) -> VerificationRun:
    """Look at the month and keep what was seen; for those who keep nobody waiting."""
    return store_look(session, look_at_month(session, month))


def look_at_month(session: Session, month: date) -> Look:
    """Run every detector on the tickets of the month (its first day), earlier ones being history; reads only."""
    last_day = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    # Before the tickets: what a place adds from now on is beyond this run, whether it is still seen or not.
    reach = [
        (chain.place_kind, chain.place_id, chain.last_position) for chain in session.scalars(select(PlaceChain)).all()
    ]
    records = county_records(session, month, last_day)
    tickets = records.standing
    own = tickets[tickets["business_day"] >= month] if len(tickets) else tickets
    found = without_known_ends(session, verified(records, since=month))
    found += suspicious_purchases(county_purchases(session, month, last_day), since=month)
    return Look(
        month=month,
        last_day=last_day,
        reach=reach,
        tickets=len(own),
        net_kg=int(own[own["purpose"].isin(FROM_FIELDS)]["net_kg"].sum()) if len(own) else 0,
        seen=[Seen(suspicion=it, held=it.ticket_ids or _parts_of(own, it)) for it in found],
    )


def store_look(session: Session, look: Look) -> VerificationRun:
    """Keep what was seen as a run; raises Refusal where another one is being kept at this moment."""
    run = _next_run(session, look)
    for kind, place_id, position in look.reach:
        session.add(RunReach(run_id=run.id, place_kind=kind, place_id=place_id, position=position))
    by_digest = {it.digest: it for it in look.seen}
    known = _known(session, by_digest)
    for digest, seen in by_digest.items():
        if digest not in known:
            known[digest] = raised = _raised(seen, digest, run)
            session.add(raised)
    session.flush()
    held = _held(session, [it.id for it in known.values()])
    for digest, seen in by_digest.items():
        suspicion_id, told = known[digest].id, seen.suspicion
        session.add(
            Sighting(
                run_id=run.id,
                suspicion_id=suspicion_id,
                score_permille=round(1000 * told.score),
                at_stake_kg=told.at_stake_kg,
                evidence=told.as_json()["evidence"],
            )
        )
        for ticket_id in dict.fromkeys(seen.held):
            if (suspicion_id, ticket_id) not in held:
                is_named = ticket_id in told.ticket_ids
                session.add(HeldTicket(suspicion_id=suspicion_id, ticket_id=ticket_id, is_named=is_named))
    session.flush()
    record(
        session,
        what="verification.run",
        subject_kind="verification",
        subject_id=f"{look.month:%Y-%m}",
        after={"tickets": look.tickets, "suspicions": len(by_digest)},
    )
    return run


def _next_run(session: Session, look: Look) -> VerificationRun:
    actor = acting_now()
    run = VerificationRun(
        id=(session.scalar(select(func.max(VerificationRun.id))) or 0) + 1,
        month=look.month,
        last_day=look.last_day,
        tickets=look.tickets,
        net_kg=look.net_kg,
        ran_by=actor.account_id,
        ran_name=actor.name[:255],
        ran_at=now(),
    )
    session.add(run)
    try:
        session.flush()
    except IntegrityError as taken:
        session.rollback()
        raise Refusal(RUN_UNDER_WAY) from taken
    return run


def _raised(seen: Seen, digest: str, run: VerificationRun) -> RaisedSuspicion:
    told = seen.suspicion
    return RaisedSuspicion(
        digest=digest,
        detector=told.detector,
        subject_kind=told.subject[0],
        subject_id=told.subject[1],
        until=None if told.ticket_ids else told.until,
        raised_in=run.id,
    )


def _known(session: Session, digests: Iterable[str]) -> dict[str, RaisedSuspicion]:
    found = in_parts(
        session, list(digests), lambda some: select(RaisedSuspicion).where(RaisedSuspicion.digest.in_(some))
    )
    return {it.digest: it for it in found}


def _held(session: Session, suspicion_ids: Iterable[int]) -> set[tuple[int, str]]:
    rows = in_parts(
        session,
        [str(it) for it in suspicion_ids],
        lambda some: select(HeldTicket.suspicion_id, HeldTicket.ticket_id).where(
            HeldTicket.suspicion_id.in_([int(it) for it in some])
        ),
        whole=True,
    )
    return {(row.suspicion_id, row.ticket_id) for row in rows}


def _parts_of(own: pd.DataFrame, suspicion: Suspicion) -> tuple[str, ...]:
    """The month's tickets that a sum without a named ticket is made of."""
    (kind, code), until = suspicion.subject, suspicion.until
    assert until is not None, "a suspicion names tickets or a day"
    before = own[own["business_day"] <= until]
    return tuple(str(it["ticket_id"]) for it in before.to_dict("records") if _IS_PART[kind](it, code))


def without_known_ends(session: Session, found: Iterable[Suspicion]) -> list[Suspicion]:
    """Return them without loads that lack a ticket at the plant whose weight the plant's own office typed: what differs
    there is for the disputes of deliveries."""
    every = list(found)
    lone = {it.ticket_ids[0] for it in every if it.detector == "haul_without_other_end"}
    known = {it.delivery_id for it in delivered(session, ids=lone) if it.state is not DeliveryState.UNDER_WAY}
    return [it for it in every if it.detector != "haul_without_other_end" or it.ticket_ids[0] not in known]
