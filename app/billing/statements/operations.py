"""Statements are issued when their month is closed, and can be made again from the ledger, byte for byte. Nothing here
commits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.billing.charging.operations import SUBJECT
from app.billing.ledger.accounts import owed_by_plant
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import PAYMENT_SUBJECT, EntryKind, LedgerEntry, LedgerLine, MonthEvent
from app.billing.statements.corrections import correction_made_again
from app.billing.statements.models import Statement
from app.billing.statements.papers import Papers, said_by, text_of, town_parts
from app.deliveries.queries import DeliveryState, delivered
from app.intake.models import WeighTicket

# 1 had neither both weights nor what is disputed: what was issued in it is made again in it.
_FORMAT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOf:
    """Which statement is meant: what stood in the books of the month up to an entry of the ledger, how the plant was
    called, and how payer and payee are named on papers (None: not entered then). `disputed`: the deliveries whose
    weight was disputed then; `layout`: how what it says was arranged then."""

    number: str
    replaces: str | None
    plant_id: str
    plant_name: str
    month: date
    last_number: int
    last_hash: str
    payer: Mapping[str, str] | None
    payee: Mapping[str, str] | None
    disputed: Collection[str] = ()
    layout: int = _FORMAT


def issue_statements(session: Session, closing: MonthEvent) -> list[Statement]:
    """Issue the statements of the month that was just closed: of every plant that has entries in it, owes something or
    has something to its credit."""
    locked_head(session)
    month, issued = closing.month, []
    earlier, papers = _newest(session, month), Papers(session, month.year)
    for plant_id in _plants_concerned(session, closing):
        before = earlier.get(plant_id)
        meant = StatementOf(
            number=papers.number,
            replaces=None if before is None else before.number,
            plant_id=plant_id,
            month=month,
            last_number=closing.last_number,
            last_hash=closing.last_hash,
            **papers.named(plant_id),
        )
        if before is not None and _says_the_same(session, before, meant):
            continue
        text = statement_text(session, replace(meant, disputed=_disputed(session, meant)))
        issued.append(papers.issue(plant_id, month, text, replaces=meant.replaces))
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
    of_month = select(LedgerLine.entry_number).join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
    parts = town_parts(
        session,
        of_month.where(
            LedgerLine.account == owed_by_plant(meant.plant_id),
            LedgerEntry.month == meant.month,
            LedgerEntry.number <= meant.last_number,
        ),
    )
    told = [_line(entry, fen, kg, ticket, parts.get(entry.number, 0)) for entry, fen, kg, ticket in rows]
    if meant.layout > 1:
        told = [line | _weighed(entry, meant.disputed) for line, (entry, *_rest) in zip(told, rows, strict=True)]
    lines = _with_corrections(session, meant, told)
    sums: Counter[str] = Counter()
    for line in lines:
        sums[_sum_of(line)] += line["amount_fen"]
    brought_fen = _owed_before(session, meant)
    whole = {
        "format": meant.layout,
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
    if meant.layout > 1:
        whole["disputed"] = sorted(meant.disputed)
        whole["disputed_fen"] = sum(line["amount_fen"] for line in lines if line["is_disputed"])
    return text_of(whole)


def made_again(session: Session, statement: Statement) -> str:
    """Return the text of a statement, made from the ledger anew."""
    if statement.is_correction:
        return correction_made_again(session, statement)
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
            disputed=said.get("disputed", ()),
            layout=said["format"],
        ),
    )


# What a line says only where the entry does: texts of before such entries are made again as they were.
_WHERE_SAID: Final = ("is_refund", "off")


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
    } | {name: said[name] for name in _WHERE_SAID if said.get(name)}


def _weighed(entry: LedgerEntry, disputed: Collection[str]) -> dict[str, Any]:
    """What the entry says of the delivery's weights and deductions; entries of before did not say it."""
    said: Mapping[str, Any] = entry.said
    told = {name: said.get(name) for name in ("yard_kg", "plant_kg", "agreed_kg", "counted", "deduction_fen")}
    return told | {"is_disputed": entry.subject_kind == SUBJECT and entry.subject_id in disputed}


def _disputed(session: Session, meant: StatementOf) -> set[str]:
    """The deliveries of the statement whose weight is disputed now."""
    ids = session.scalars(
        select(LedgerEntry.subject_id)
        .join(LedgerLine, LedgerLine.entry_number == LedgerEntry.number)
        .where(
            LedgerLine.account == owed_by_plant(meant.plant_id),
            LedgerEntry.subject_kind == SUBJECT,
            LedgerEntry.month == meant.month,
            LedgerEntry.number <= meant.last_number,
        )
    )
    found = delivered(session, plant_id=meant.plant_id, ids=set(ids))
    return {it.delivery_id for it in found if it.state is DeliveryState.DISPUTED}


def _sum_of(line: Mapping[str, Any]) -> str:
    """In which sum of the statement a line stands; what was taken back counts where it stood."""
    if line["is_payment"]:
        return EntryKind.REFUND if line.get("is_refund") else EntryKind.PAYMENT
    return str(line["kind"])


def _with_corrections(session: Session, meant: StatementOf, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines, where those of a true-up that has a statement of its own are one that carries over what it comes to in
    the books of this month; these first."""
    corrections = session.execute(
        select(Statement.number, Statement.first_entry, Statement.last_entry)
        .where(Statement.plant_id == meant.plant_id, Statement.last_entry <= meant.last_number)
        .order_by(Statement.first_entry)
    ).all()
    carried: dict[str, list[dict[str, Any]]] = {}
    own = []
    for line in lines:
        number = next((it.number for it in corrections if _stands_on(line, it.first_entry, it.last_entry)), None)
        if number is None:
            own.append(line)
        else:
            carried.setdefault(number, []).append(line)
    return [*(_carried_over(number, carried[number]) for number in sorted(carried)), *own]


def _stands_on(line: Mapping[str, Any], first_entry: int, last_entry: int) -> bool:
    return bool(line["kind"] == EntryKind.TRUE_UP and first_entry <= line["entry"] <= last_entry)


def _carried_over(number: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    nothing = dict.fromkeys(lines[0])
    sums = {name: sum(line[name] for line in lines) for name in ("kg", "amount_fen", "town_part_fen")}
    told = {"kind": EntryKind.TRUE_UP.value, "is_payment": False, "statement": number, "deliveries": len(lines)}
    return nothing | sums | told


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
    rows = session.scalars(
        select(Statement)
        .where(Statement.month == month, Statement.first_entry.is_(None))
        .order_by(Statement.year_number)
    )
    return {row.plant_id: row for row in rows}


def _says_the_same(session: Session, before: Statement, meant: StatementOf) -> bool:
    """Whether nothing but the number, what is replaced, the end of the ledger, and what is disputed differs from a
    statement that was issued before."""
    said = said_by(before)
    again = statement_text(session, replace(meant, disputed=said.get("disputed", ()), layout=said["format"]))
    kept = [it | {"number": "", "replaces": "", "ledger": ""} for it in (said, json.loads(again))]
    return bool(kept[0] == kept[1])
