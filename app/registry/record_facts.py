"""What the page of a record adds to its own values: what refers to it, and what rules say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.registry.instruments import INSTRUMENT_KINDS, certificate_ends, certificate_on
from app.registry.kinds import KINDS, RecordKind
from app.registry.lists import seen_by
from app.registry.models import CollectingBody, TruckClass
from yard_rules.certificates import CertificateState
from yard_rules.reclamation import Deposit, deposit
from yard_rules.rulebook import Figure
from yard_rules.vehicle_limits import legal_gross_t


@dataclass(frozen=True, slots=True, kw_only=True)
class Referring:
    """Records of a kind that refer to one by a column, as far as they may be seen.

    `is_needed`: they cannot do without it. `not_filed`: collecting bodies in use that the task force has not filed.
    """

    key: str
    column_key: str
    record_id: str
    in_use: int
    withdrawn: int
    is_needed: bool
    not_filed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """How an instrument's certificate stands on a day; `days_left` with its last day, below 0 after it."""

    state: CertificateState
    until: date | None
    days_left: int | None

    @property
    def may_be_used(self) -> bool:
        return self.state.may_be_used


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What rules say of a record: a yard's deposit, a vehicle that is registered for more than the law allows, the
    certificate of a scale or meter."""

    certificate: Certificate | None = None

    deposit: Deposit | None = None
    gross_t: float | None = None
    legal_gross: Figure | None = None


def referring(session: Session, kind: RecordKind, record_id: str, scope: Scope | None) -> list[Referring]:
    """Return what refers to a record, by kind and column, in the order of the kinds."""
    found = []
    for other in KINDS.values():
        for column in other.columns:
            if column.refers_to == kind.key:
                names = (getattr(other.model, column.key) == record_id, seen_by(other, scope))
                count, withdrawn = session.execute(
                    select(func.count(), func.count(other.model.withdrawn_at)).where(*names)
                ).one()
                if count:
                    found.append(
                        Referring(
                            key=other.key,
                            column_key=column.key,
                            record_id=record_id,
                            in_use=count - withdrawn,
                            withdrawn=withdrawn,
                            is_needed=column.required,
                            not_filed=_not_filed(session, names) if other.key == "collecting_bodies" else 0,
                        )
                    )
    return found


def withdrawn_references(session: Session, kind: RecordKind, row: Any) -> Sequence[str]:
    """Return the codes of what a record cannot do without and what is out of use."""
    codes = []
    for column in kind.columns:
        code = getattr(row, column.key)
        if column.refers_to is None or not column.required or code is None:
            continue
        other = KINDS[column.refers_to]
        is_gone = other.model.withdrawn_at.is_not(None)
        if session.scalar(select(other.model.id).where(other.is_record(code), is_gone)) is not None:
            codes.append(code)
    return codes


def notes_on(session: Session, kind: RecordKind, row: Any, day: date) -> Notes:
    """Return what the rules in force on a day say of a record."""
    if kind.key in INSTRUMENT_KINDS:
        until = certificate_ends(row)
        days_left = None if until is None else (until - day).days
        return Notes(certificate=Certificate(state=certificate_on(row, day), until=until, days_left=days_left))
    if kind.key == "yards":
        owed = deposit(
            land_kind=row.land_kind,
            area_mu=row.area_mu,
            paid_yuan=row.deposit_paid_yuan,
            is_returned=row.deposit_returned_on is not None,
            day=day,
        )
        return Notes(deposit=owed if owed.due_fen or owed.paid_fen else None)
    if kind.key in ("truck_classes", "trucks") and row.gross_limit_t is not None:
        axles = row.axles if kind.key == "truck_classes" else _axles_of(session, row.truck_class)
        legal = legal_gross_t(axles, day)
        if legal is not None and row.gross_limit_t > legal.value:
            return Notes(gross_t=row.gross_limit_t, legal_gross=legal)
    return Notes()


def _axles_of(session: Session, truck_class: str) -> int | None:
    return session.scalar(select(TruckClass.axles).where(TruckClass.truck_class == truck_class))


def _not_filed(session: Session, which: Sequence[ColumnElement[bool]]) -> int:
    open_ones = (CollectingBody.withdrawn_at.is_(None), CollectingBody.filed_on.is_(None))
    return session.scalar(select(func.count()).select_from(CollectingBody).where(*which, *open_ones)) or 0
