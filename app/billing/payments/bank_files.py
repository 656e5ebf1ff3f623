"""The bank's list of movements: judged as a whole, every fault at once; taken in once, and nothing of it twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.ledger.head import locked_head
from app.billing.payments.alike import Payments, typed_payments
from app.billing.payments.days import believable_days
from app.billing.payments.matching import Guess, Matcher
from app.billing.payments.models import BankFile, BankLine
from app.billing.payments.operations import Movement, keys_of, known_keys, note
from app.errors import BAD_BANK_FILE, FILE_TAKEN_IN, Refusal
from app.file_exchange.columns import Table, read_tables
from app.file_exchange.messages import CellFault
from app.file_exchange.table_read import TableRead, TableRow, read_rows_of
from app.texts import Message, _

BANK_TABLE: Final[Table] = read_tables(Path(__file__).with_name("bank_columns.toml"))["bank_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    """A movement of the file. `guess`: whose payment it is, where that is sure; `typed`: what was typed in and may be
    the same money."""

    row: int
    movement: Movement
    key: str
    is_known: bool
    guess: Guess | None
    typed: BankLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedBankFile:
    """`lines`: what came in, and what may be a refund to a plant; `left_out`: the other rows; `taken_in`: where this
    very file was."""

    digest: str
    read: TableRead
    lines: Sequence[JudgedLine]
    left_out: int
    taken_in: BankFile | None

    @property
    def news(self) -> list[JudgedLine]:
        return [line for line in self.lines if not line.is_known]

    @property
    def can_be_taken_in(self) -> bool:
        return self.taken_in is None and self.read.can_be_used and bool(self.news)


def judge_bank_file(session: Session, data: bytes) -> JudgedBankFile:
    """Return what the file says and all that is wrong with it. Never raises."""
    digest = hashlib.sha256(data).hexdigest()
    read = read_rows_of(data, BANK_TABLE)
    matcher = Matcher(session)
    typed = typed_payments(session, matcher)
    meant = [(row, it) for row in read.rows if _is_meant(it := _movement(row), matcher, typed)]
    left_out = len(read.rows) - len(meant)
    read = _with_days_judged(session, read, meant)
    right = {(row.sheet, row.row) for row in read.rows}
    meant = [(row, it) for row, it in meant if (row.sheet, row.row) in right]
    rows, movements = [row for row, _it in meant], [it for _row, it in meant]
    keys = keys_of(movements)
    known = known_keys(session, keys)
    lines = []
    for row, movement, key in zip(rows, movements, keys, strict=True):
        sure = matcher.sure(movement.payer, movement.said)
        alike = typed.like(
            amount_fen=movement.amount_fen, paid_on=movement.paid_on, plant_id=None if sure is None else sure.plant_id
        )
        lines.append(
            JudgedLine(
                row=row.row,
                movement=movement,
                key=key,
                is_known=key in known,
                guess=sure if movement.amount_fen > 0 else None,
                typed=next(iter(alike), None),
            )
        )
    return JudgedBankFile(
        digest=digest,
        read=read,
        lines=lines,
        left_out=left_out,
        taken_in=session.scalar(select(BankFile).where(BankFile.digest == digest)),
    )


def take_in_bank_file(session: Session, data: bytes, *, name: str) -> tuple[BankFile, list[BankLine]]:
    """Note what came in, and post it where the payer is sure. Nothing here commits.

    Raises Refusal, with nothing stored, where anything is wrong with it or it was taken in before.
    """
    locked_head(session)
    judged = judge_bank_file(session, data)
    if judged.taken_in is not None:
        raise Refusal(FILE_TAKEN_IN, [judged.taken_in.name])
    if not judged.can_be_taken_in:
        raise Refusal(BAD_BANK_FILE, [f"{it.row}: {it.heading} {it.value}" for it in judged.read.faults[:20]])
    file = BankFile(
        digest=judged.digest, name=name[:255], lines=len(judged.news), taken_in_name=acting_now().name[:255]
    )
    session.add(file)
    session.flush()
    lines = note(session, [(line.key, line.movement) for line in judged.news], file_id=file.id)
    said = {"file": file.name, "digest": file.digest, "lines": file.lines}
    record(session, what="bank_file.taken_in", subject_kind="bank_file", subject_id=file.id, after=said)
    return file, lines


def _is_meant(movement: Movement, matcher: Matcher, typed: Payments) -> bool:
    """Whether it is to be noted: all that came in, and of what went out what names a plant to the letter or looks like
    a refund that was typed in."""
    if movement.amount_fen >= 0:
        return movement.amount_fen > 0
    plant_id = matcher.sure_plant(movement.payer, movement.said)
    return plant_id is not None or bool(
        typed.like(amount_fen=movement.amount_fen, paid_on=movement.paid_on, plant_id=None)
    )


def _with_days_judged(session: Session, read: TableRead, meant: Sequence[tuple[TableRow, Movement]]) -> TableRead:
    first, last = believable_days(session)
    allowed = Message(_("a day from %(first)s to %(last)s"), {"first": first.isoformat(), "last": last.isoformat()})
    # days of what is left out are not asked about
    wrong = [row for row, it in meant if not first <= it.paid_on <= last]
    faults = [
        CellFault(
            sheet=row.sheet,
            row=row.row,
            heading=read.headings[row.sheet]["paid_on"],
            value=_paid_on(row).isoformat(),
            what=Message(_("Money cannot have come on this day.")),
            allowed=allowed,
        )
        for row in wrong
    ]
    told = {(row.sheet, row.row) for row in wrong}
    right = [row for row in read.rows if (row.sheet, row.row) not in told]
    return replace(read, rows=right, faults=[*read.faults, *faults])


def _paid_on(row: TableRow) -> date:
    paid_on = row.values["paid_on"]
    assert isinstance(paid_on, date)
    return paid_on


def _movement(row: TableRow) -> Movement:
    texts = {name: str(row.values[name] or "") for name in ("payer", "said", "bank_number")}
    return Movement(
        paid_on=_paid_on(row),
        # some banks print what went out with its sign, and some without
        amount_fen=_fen(row, "came_yuan") - abs(_fen(row, "went_yuan")),
        payer=texts["payer"],
        said=texts["said"],
        bank_number=texts["bank_number"] or None,
    )


def _fen(row: TableRow, name: str) -> int:
    yuan = row.values[name] or 0
    assert isinstance(yuan, (int, float))
    return round(yuan * 100)
