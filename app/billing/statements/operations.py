"""Statements are issued when their month is closed, and can be made again from the ledger, byte for byte. Nothing here
commits."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.invoices.models import InvoiceParty
from app.billing.invoices.parties import parties
from app.billing.ledger.accounts import owed_by_plant
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import PAYMENT_SUBJECT, EntryKind, LedgerEntry, LedgerLine, MonthEvent
from app.billing.statements.models import Statement
from app.intake.models import WeighTicket
from app.registry.models import EndUsePlant

_FORMAT = 1
_OF_PARTY = ("legal_name", "credit_code", "address", "bank_name", "bank_account")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOf:
    """Which statement is meant: what stood in the books of the month up to an entry of the ledger, how the plant was
    called, and how payer and payee are named on papers (None: not entered then)."""

    number: str
    replaces: str | None
    plant_id: str
    plant_name: str
    month: date
    last_number: int
    last_hash: str
    payer: Mapping[str, str] | None
    payee: Mapping[str, str] | None


def issue_statements(session: Session, closing: MonthEvent) -> list[Statement]:
    """Issue the statements of the month that was just closed: of every plant that has entries in it, owes something or
    has something to its credit."""
    locked_head(session)
    month, issued = closing.month, []
    earlier = _newest(session, month)
    names, named = _plant_names(session), parties(session)
    year_number = session.scalar(select(func.max(Statement.year_number)).where(Statement.year == month.year)) or 0
    for plant_id in _plants_concerned(session, closing):
        before = earlier.get(plant_id)
        meant = StatementOf(
            number=f"S{month.year}-{year_number + 1:04}",
            replaces=None if before is None else before.number,
            plant_id=plant_id,
            plant_name=names.get(plant_id, plant_id),
            month=month,
            last_number=closing.last_number,
            last_hash=closing.last_hash,
            payer=_named(named.get(plant_id)),
            payee=_named(named.get(None)),
        )
        text = statement_text(session, meant)
        if before is not None and _same_content(before.text, text):
            continue
        year_number += 1
        statement = Statement(
            number=meant.number,
            year=month.year,
            year_number=year_number,
            plant_id=plant_id,
            month=month,
            replaces=meant.replaces,
            text=text,
            text_hash=hashlib.sha256(text.encode()).hexdigest(),
            issued_name=acting_now().name[:255],
        )
        session.add(statement)
        issued.append(statement)
        record(
            session,
            what="statement.issued",
            subject_kind="statement",
            subject_id=meant.number,
            after={"plant": plant_id, "month": month.isoformat(), "digest": statement.text_hash},
        )
    session.flush()
    return issued


def statement_text(session: Session, meant: StatementOf) -> str:
    """Return what the statement says, made from the ledger alone; the same for ever."""
    rows = session.execute(
        select(LedgerEntry, LedgerLine.amount_fen, LedgerLine.kg, WeighTicket.number)
        .join(LedgerLine, LedgerLine.entry_number == LedgerEntry.number)
        .outerjoin(WeighTicket, WeighTicket.id == LedgerEntry.subject_id)
        .where(
            LedgerLine.account == owed_by_plant(meant.plant_id),
            LedgerEntry.month == meant.month,
            LedgerEntry.number <= meant.last_number,
        )
        .order_by(LedgerEntry.day, LedgerEntry.number)
    ).all()
    town_parts = _town_parts(session, meant)
    lines = [_line(entry, fen, kg, ticket, town_parts.get(entry.number, 0)) for entry, fen, kg, ticket in rows]
    sums: Counter[str] = Counter()
    for line in lines:
        sums[_sum_of(line)] += line["amount_fen"]
    brought_fen = _owed_before(session, meant)
    whole = {
        "format": _FORMAT,
        "number": meant.number,
        "replaces": meant.replaces,
        "plant_id": meant.plant_id,
        "plant_name": meant.plant_name,
        "payer": meant.payer,
        "payee": meant.payee,
        "month": meant.month.strftime("%Y-%m"),
        "brought_forward_fen": brought_fen,
        "lines": lines,
        "sums_fen": dict(sorted(sums.items())),
        "kg": sum(line["kg"] for line in lines),
        "town_part_fen": sum(line["town_part_fen"] for line in lines),
        "carried_forward_fen": brought_fen + sum(sums.values()),
        "ledger": {"length": meant.last_number, "hash": meant.last_hash},
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def made_again(session: Session, statement: Statement) -> str:
    """Return the text of a statement, made from the ledger anew."""
    said = said_by(statement)
    return statement_text(
        session,
        StatementOf(
            number=said["number"],
            replaces=said["replaces"],
            plant_id=said["plant_id"],
            plant_name=said["plant_name"],
            month=statement.month,
            last_number=said["ledger"]["length"],
            last_hash=said["ledger"]["hash"],
            payer=said["payer"],
            payee=said["payee"],
        ),
    )


def said_by(statement: Statement) -> dict[str, Any]:
    """Return what a statement says: amounts in fen, masses in kg, days as ISO texts."""
    said: dict[str, Any] = json.loads(statement.text)
    return said


def _line(entry: LedgerEntry, fen: int, kg: int, ticket: str | None, town_part_fen: int) -> dict[str, Any]:
    said: Mapping[str, Any] = entry.said
    return {
        "entry": entry.number,
        "entry_id": entry.id,
        "kind": entry.kind,
        "is_payment": entry.subject_kind == PAYMENT_SUBJECT,
        "day": entry.day.isoformat(),
        "ticket": ticket,
        "kg": kg,
        "fen_per_t": said.get("fen_per_t"),
        "price_kind": said.get("price_kind"),
        "amount_fen": fen,
        "town_part_fen": town_part_fen,
    } | ({"is_refund": True} if said.get("is_refund") else {})


def _sum_of(line: Mapping[str, Any]) -> str:
    """In which sum of the statement a line stands; what was taken back counts where it stood."""
    if line["is_payment"]:
        return EntryKind.REFUND if line.get("is_refund") else EntryKind.PAYMENT
    return str(line["kind"])


def _town_parts(session: Session, meant: StatementOf) -> dict[int, int]:
    """What of the plant's fees goes to towns for direct hauls (H18), in fen, by number of the entry."""
    of_plant = select(LedgerLine.entry_number).where(LedgerLine.account == owed_by_plant(meant.plant_id))
    rows = session.execute(
        select(LedgerLine.entry_number, func.sum(-LedgerLine.amount_fen))
        .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
        .where(
            LedgerLine.account.like("town/%/part"),
            LedgerLine.entry_number.in_(of_plant),
            LedgerEntry.month == meant.month,
            LedgerEntry.number <= meant.last_number,
        )
        .group_by(LedgerLine.entry_number)
    )
    return {number: int(fen) for number, fen in rows}


def _named(party: InvoiceParty | None) -> dict[str, str] | None:
    return None if party is None else {name: getattr(party, name) for name in _OF_PARTY}


def _owed_before(session: Session, meant: StatementOf) -> int:
    owed = session.scalar(
        select(func.sum(LedgerLine.amount_fen))
        .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
        .where(
            LedgerLine.account == owed_by_plant(meant.plant_id),
            LedgerEntry.month < meant.month,
            LedgerEntry.number <= meant.last_number,
        )
    )
    return int(owed or 0)


def _plants_concerned(session: Session, closing: MonthEvent) -> list[str]:
    def accounts(*conditions: ColumnElement[bool], having: ColumnElement[bool] | None = None) -> set[str]:
        chosen = (
            select(LedgerLine.account)
            .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
            .where(LedgerLine.account.like("plant/%/owed"), LedgerEntry.number <= closing.last_number, *conditions)
            .group_by(LedgerLine.account)
        )
        return set(session.scalars(chosen if having is None else chosen.having(having)))

    owing = accounts(LedgerEntry.month < closing.month, having=func.sum(LedgerLine.amount_fen) != 0)
    return sorted(account.split("/")[1] for account in accounts(LedgerEntry.month == closing.month) | owing)


def _newest(session: Session, month: date) -> dict[str, Statement]:
    rows = session.scalars(select(Statement).where(Statement.month == month).order_by(Statement.year_number))
    return {row.plant_id: row for row in rows}


def _plant_names(session: Session) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(select(EndUsePlant.plant_id, EndUsePlant.name))}


def _same_content(before: str, after: str) -> bool:
    """Whether nothing but the number, what is replaced and the end of the ledger differs."""
    kept = [json.loads(text) | {"number": "", "replaces": "", "ledger": ""} for text in (before, after)]
    return bool(kept[0] == kept[1])
