"""What stands of a ticket after the detectors and people have looked at it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.database.parts import in_parts
from app.intake.models import MoistureSample, Outcome, Purpose, TicketClosing, TicketVoid, Weighing, WeighTicket
from app.intake.record_models import GateRecord
from app.registry.models import Material
from app.verification.models import (
    HeldTicket,
    RaisedSuspicion,
    RunReach,
    Sighting,
    Verdict,
    VerdictKind,
    VerificationRun,
)


class Standing(StrEnum):
    VERIFIED = "verified"  # a run knew it as it is, and nothing that holds it back is open or upheld
    UNVERIFIED = (
        "unverified"  # no run has known it yet: recorded or replaced since, open, void, or nobody claims for it
    )
    SUSPECTED = "suspected"  # something holds it back that nobody has judged
    UPHELD = "upheld"  # a person says that something is wrong with it


# The stream of materials that detectors know.
STRAW: Final = "straw"
# What brings straw that is claimed for.
FROM_FIELDS: Final = (Purpose.INTAKE.value, Purpose.DIRECT_IN.value)
# The newest run of each month: what it does not see any more is over, unless somebody upheld it.
_RUN, _VERDICT = aliased(VerificationRun), aliased(Verdict)
NEWEST_RUNS: Final = select(func.max(_RUN.id)).group_by(_RUN.month)
NEWEST_VERDICTS: Final = select(func.max(_VERDICT.id)).group_by(_VERDICT.suspicion_id)


def standing_of(session: Session, ticket_ids: Collection[str]) -> dict[str, Standing]:
    """Return how each of these tickets stands; ids that no ticket has are UNVERIFIED."""
    found = dict.fromkeys(ticket_ids, Standing.UNVERIFIED)
    known = select(WeighTicket.id).where(is_known())
    for question, column, standing in (
        (known, WeighTicket.id, Standing.VERIFIED),
        (held_by(is_open()), HeldTicket.ticket_id, Standing.SUSPECTED),
        (held_by(is_upheld()), HeldTicket.ticket_id, Standing.UPHELD),
    ):
        found |= dict.fromkeys(in_parts(session, list(found), partial(_of_some, question, column)), standing)
    return found


def held_by(holds: ColumnElement[bool]) -> Select[str]:
    """Return the question for the ids of tickets that such suspicions hold back."""
    return (
        select(HeldTicket.ticket_id)
        .join(RaisedSuspicion, RaisedSuspicion.id == HeldTicket.suspicion_id)
        .where(holds)
        .distinct()
    )


def is_known() -> ColumnElement[bool]:
    """Of a row of WeighTicket: closed straw, or what points buy, that stands; a run of its month knew its closing."""
    closing_record, run = aliased(GateRecord), aliased(VerificationRun)
    closed_and_read = (
        select(TicketClosing.ticket_id)
        .join(closing_record, closing_record.id == TicketClosing.record_id)
        .join(
            RunReach,
            and_(
                RunReach.place_kind == closing_record.place_kind,
                RunReach.place_id == closing_record.place_id,
                RunReach.position >= closing_record.position,
            ),
        )
        .join(run, run.id == RunReach.run_id)
        .where(
            TicketClosing.ticket_id == WeighTicket.id,
            TicketClosing.outcome != Outcome.SENT_BACK,
            run.month <= WeighTicket.business_day,
            run.last_day >= WeighTicket.business_day,
        )
    )
    return and_(
        closed_and_read.exists(),
        ~exists().where(TicketVoid.ticket_id == WeighTicket.id),
        ~exists().where(
            Material.material_id == WeighTicket.material_id,
            Material.stream != STRAW,
            or_(Material.tariff.is_(None), WeighTicket.purpose != Purpose.PURCHASE),
        ),
    )


def is_open() -> ColumnElement[bool]:
    """Of a row of RaisedSuspicion: the newest run of a month sees it, and nobody has judged it."""
    return and_(is_seen(), ~exists().where(Verdict.suspicion_id == RaisedSuspicion.id))


def is_upheld() -> ColumnElement[bool]:
    """Of a row of RaisedSuspicion: the newest verdict upholds it, whether it is still seen or not."""
    return exists().where(
        Verdict.suspicion_id == RaisedSuspicion.id,
        Verdict.id.in_(NEWEST_VERDICTS),
        Verdict.kind == VerdictKind.UPHELD,
    )


def is_seen() -> ColumnElement[bool]:
    """Of a row of RaisedSuspicion: the newest run of a month sees it."""
    return exists().where(Sighting.suspicion_id == RaisedSuspicion.id, Sighting.run_id.in_(NEWEST_RUNS))


def newest_verdict(session: Session, suspicion_id: int) -> Verdict | None:
    """Return the verdict that holds; None where nobody has judged."""
    chosen = select(Verdict).where(Verdict.suspicion_id == suspicion_id)
    return session.scalar(chosen.order_by(Verdict.id.desc()).limit(1))


def is_maker(session: Session, suspicion_id: int, account_id: int) -> bool:
    """Return whether somebody opened, weighed, sampled or closed a ticket that the suspicion holds back, as far as the
    records of the gate tell."""
    records = (
        select(table.record_id.label("record_id"))
        .join(HeldTicket, HeldTicket.ticket_id == column)
        .where(HeldTicket.suspicion_id == suspicion_id)
        for table, column in (
            (WeighTicket, WeighTicket.id),
            (Weighing, Weighing.ticket_id),
            (MoistureSample, MoistureSample.ticket_id),
            (TicketClosing, TicketClosing.ticket_id),
        )
    )
    has_one = exists().where(GateRecord.id.in_(union_all(*records)), GateRecord.operator_id == account_id)
    return bool(session.scalar(select(has_one)))


def _of_some(question: Select[str], column: InstrumentedAttribute[str], some: list[str]) -> Select[str]:
    return question.where(column.in_(some))
