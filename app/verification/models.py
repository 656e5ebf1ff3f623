"""What the detectors said of a month's tickets, and what people said of that. Rows are only added (migration 0028)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.intake.record_models import Hash, Id, RecordId


class VerdictKind(StrEnum):
    EXPLAINED = "explained"  # it is as it should be, or does not touch the weight that is paid for
    UPHELD = "upheld"  # what it names does not count until it is replaced, or another person says otherwise


class VerificationRun(Base):
    """The detectors looked once at all that was known of a month; `month` is its first day, `last_day` its last.
    `tickets`: of the month, that stood then; `net_kg`: theirs, as far as they came from a field. Ids have no gaps: runs
    come one by one."""

    __tablename__ = "verification_run"
    __table_args__ = (Index(None, "month"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[date]
    last_day: Mapped[date]
    tickets: Mapped[int]
    net_kg: Mapped[int] = mapped_column(BigInteger)
    ran_by: Mapped[int | None]
    ran_name: Mapped[str] = mapped_column(String(255))
    ran_at: Mapped[datetime]


class RunReach(Base):
    """How far into the chain of a place a run has read: what was closed by a later record it does not know."""

    __tablename__ = "verification_reach"
    __table_args__ = (PrimaryKeyConstraint("run_id", "place_kind", "place_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("verification_run.id"))
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(Id)
    position: Mapped[int] = mapped_column(BigInteger)


class RaisedSuspicion(Base):
    """Something that a detector raised, once for all runs: by its name, what it is about and which tickets it names.

    `until`: of a sum that names no tickets, the last business day of what it is made of; with another one it is another
    sum. `digest` is of all that.
    """

    __tablename__ = "suspicion"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(Hash, unique=True)
    detector: Mapped[str] = mapped_column(String(32))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(128))
    until: Mapped[date | None]
    raised_in: Mapped[int] = mapped_column(ForeignKey("verification_run.id"))


class HeldTicket(Base):
    """A ticket that a suspicion holds back: one that it names, or one that its sum is made of."""

    __tablename__ = "suspicion_ticket"
    __table_args__ = (PrimaryKeyConstraint("suspicion_id", "ticket_id"),)

    suspicion_id: Mapped[int] = mapped_column(ForeignKey("suspicion.id"))
    ticket_id: Mapped[str] = mapped_column(RecordId, ForeignKey("weigh_ticket.id"), index=True)
    is_named: Mapped[bool]


class Sighting(Base):
    """What a run said of a suspicion. `evidence`: plain values with the unit last in their names."""

    __tablename__ = "suspicion_sighting"
    __table_args__ = (PrimaryKeyConstraint("run_id", "suspicion_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("verification_run.id"))
    suspicion_id: Mapped[int] = mapped_column(ForeignKey("suspicion.id"), index=True)
    score_permille: Mapped[int]
    at_stake_kg: Mapped[int]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)


class Verdict(Base):
    """What a person said of a suspicion; the newest holds."""

    __tablename__ = "suspicion_verdict"

    id: Mapped[int] = mapped_column(primary_key=True)
    suspicion_id: Mapped[int] = mapped_column(ForeignKey("suspicion.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500))
    judged_by: Mapped[int]
    judged_name: Mapped[str] = mapped_column(String(255))
    judged_at: Mapped[datetime]
