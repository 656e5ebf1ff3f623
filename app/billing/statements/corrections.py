"""A true-up gives each plant that it concerns one statement, made from the ledger and again from it, byte for byte.
Nothing here commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.billing.charging.operations import SUBJECT
from app.billing.ledger.accounts import owed_by_plant
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import COSTED, EntryKind, LedgerEntry, LedgerLine
from app.billing.statements.models import Statement
from app.billing.statements.papers import Papers, said_by, text_of, town_parts
from app.database.parts import in_parts
from app.intake.models import WeighTicket

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionOf:
    """Which true-up is meant: of a plant, by the entries of the ledger from the first to the last; how the plant was
    called, and how payer and payee are named on papers (None: not entered then)."""

    number: str
    plant_id: str
    plant_name: str
    first_entry: int
    last_entry: int
    last_hash: str
    payer: Mapping[str, str] | None
    payee: Mapping[str, str] | None


def issue_corrections(session: Session, after_entry: int) -> list[Statement]:
    """Issue the statement of each plant whose deliveries were trued up by entries after this one."""
    head, issued = locked_head(session), []
    if head.last_number == after_entry:
        return []
    rows = session.execute(
        select(LedgerLine.account, func.min(LedgerEntry.month))
        .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
        .where(
            LedgerEntry.number > after_entry,
            LedgerEntry.kind == EntryKind.TRUE_UP,
            LedgerLine.account.like("plant/%/owed"),
        )
        .group_by(LedgerLine.account)
        .order_by(LedgerLine.account)
    ).all()
    papers: dict[int, Papers] = {}
    for account, month in rows:
        plant_id, of_year = account.split("/")[1], papers.setdefault(month.year, Papers(session, month.year))
        text = correction_text(
            session,
            CorrectionOf(
                number=of_year.number,
                plant_id=plant_id,
                first_entry=after_entry + 1,
                last_entry=head.last_number,
                last_hash=head.last_hash,
                **of_year.named(plant_id),
            ),
        )
        issued.append(of_year.issue(plant_id, month, text, entries=(after_entry + 1, head.last_number)))
    session.flush()
    return issued


def correction_text(session: Session, meant: CorrectionOf) -> str:
    """Return what the statement says, made from the ledger alone; the same for ever."""
    owed = owed_by_plant(meant.plant_id)
    trued_up = (
        LedgerLine.account == owed,
        LedgerEntry.kind == EntryKind.TRUE_UP,
        LedgerEntry.number.between(meant.first_entry, meant.last_entry),
    )
    rows = session.execute(
        select(LedgerEntry, LedgerLine.amount_fen, WeighTicket.number)
        .join(LedgerLine, LedgerLine.entry_number == LedgerEntry.number)
        .outerjoin(WeighTicket, WeighTicket.id == LedgerEntry.subject_id)
        .where(*trued_up)
        .order_by(LedgerEntry.day, LedgerEntry.number)
    ).all()
    entries = select(LedgerLine.entry_number).join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
    parts = town_parts(session, entries.where(*trued_up))
    before = _costs_before(session, [entry.subject_id for entry, _fen, _ticket in rows], meant.first_entry)
    lines = [
        _line(entry, before[entry.subject_id], fen, ticket, parts.get(entry.number, 0)) for entry, fen, ticket in rows
    ]
    by_month: Counter[str] = Counter()
    for line in lines:
        by_month[line["month"]] += line["amount_fen"]
    return text_of(
        {
            "format": _FORMAT,
            "is_correction": True,
            "number": meant.number,
            "plant_id": meant.plant_id,
            "plant_name": meant.plant_name,
            "payer": meant.payer,
            "payee": meant.payee,
            "month": min(by_month),
            "months_fen": dict(sorted(by_month.items())),
            "lines": lines,
            "kg": sum(line["kg"] for line in lines),
            **{
                name: sum(line[name] for line in lines)
                for name in ("before_fen", "after_fen", "amount_fen", "town_part_fen")
            },
            "ledger": {"first": meant.first_entry, "length": meant.last_entry, "hash": meant.last_hash},
        }
    )


def correction_made_again(session: Session, statement: Statement) -> str:
    """Return the text of a statement of a true-up, made from the ledger anew."""
    said = said_by(statement)
    return correction_text(
        session,
        CorrectionOf(
            number=said["number"],
            plant_id=said["plant_id"],
            plant_name=said["plant_name"],
            first_entry=statement.first_entry or 0,
            last_entry=statement.last_entry or 0,
            last_hash=said["ledger"]["hash"],
            payer=said["payer"],
            payee=said["payee"],
        ),
    )


def _costs_before(session: Session, delivery_ids: Sequence[str], first_entry: int) -> dict[str, LedgerEntry]:
    """The last entry before the true-up that says what each delivery costs."""
    found = in_parts(
        session,
        delivery_ids,
        lambda some: (
            select(LedgerEntry)
            .where(
                LedgerEntry.subject_kind == SUBJECT,
                LedgerEntry.subject_id.in_(some),
                LedgerEntry.kind.in_(COSTED),
                LedgerEntry.number < first_entry,
            )
            .order_by(LedgerEntry.number)
        ),
    )
    return {it.subject_id: it for it in found}


def _line(entry: LedgerEntry, before: LedgerEntry, fen: int, ticket: str | None, town_part_fen: int) -> dict[str, Any]:
    return {
        "entry": entry.number,
        "entry_id": entry.id,
        "month": entry.month.strftime("%Y-%m"),
        "charged_in": before.month.strftime("%Y-%m"),
        "day": entry.day.isoformat(),
        "ticket": ticket,
        "kg": entry.said["kg"],
        "before_kg": before.said["kg"],
        "provisional_fen_per_t": before.said["fen_per_t"],
        "final_fen_per_t": entry.said["fen_per_t"],
        "before_fen": before.said["amount_fen"],
        "after_fen": entry.said["amount_fen"],
        "amount_fen": fen,
        "town_part_fen": town_part_fen,
    } | ({"off": entry.said["off"]} if entry.said.get("off") else {})
