"""Which statements there are."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.billing.ledger.accounts import owed_by_plant
from app.billing.ledger.models import LedgerEntry
from app.billing.statements.models import Statement
from app.registry.models import EndUsePlant

# No other took its place.
HOLDS: Final[ColumnElement[bool]] = Statement.number.not_in(
    select(Statement.replaces).where(Statement.replaces.is_not(None))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """A statement in the list; `replaced_by`: the number of the one that holds instead. One of a true-up says by how
    much the deliveries cost more, one of a month what is owed at its end."""

    statement: Statement
    kg: int
    carried_forward_fen: int | None
    true_up_fen: int | None
    replaced_by: str | None


def statements_shown(session: Session, plant_id: str | None = None) -> list[StatementRow]:
    """Return the statements, newest first, of one plant where one is asked for."""
    chosen = select(Statement).order_by(Statement.month.desc(), Statement.year_number.desc())
    if plant_id is not None:
        chosen = chosen.where(Statement.plant_id == plant_id)
    found = session.scalars(chosen).all()
    replaced = {it.replaces: it.number for it in found if it.replaces is not None}
    rows = []
    for it in found:
        said = json.loads(it.text)
        rows.append(
            StatementRow(
                statement=it,
                kg=said["kg"],
                carried_forward_fen=said.get("carried_forward_fen"),
                true_up_fen=said["amount_fen"] if it.is_correction else None,
                replaced_by=replaced.get(it.number),
            )
        )
    return rows


def statements_with(session: Session, entry: LedgerEntry, accounts: Collection[str]) -> list[str]:
    """Return the numbers of the statements that hold and on which an entry stands; `accounts`: those it touches."""
    plants = session.scalars(select(EndUsePlant.plant_id)).all()
    return list(
        session.scalars(
            select(Statement.number)
            .where(
                Statement.plant_id.in_([it for it in plants if owed_by_plant(it) in accounts]),
                or_(Statement.month == entry.month, Statement.first_entry.is_not(None)),
                HOLDS,
                Statement.text.contains(f'"{entry.id}"', autoescape=True),
            )
            .order_by(Statement.number)
        )
    )


def holding_statements(session: Session, plant_id: str) -> Sequence[Statement]:
    """Return the plant's statements of months and of true-ups that no other took the place of, oldest first."""
    return session.scalars(
        select(Statement).where(Statement.plant_id == plant_id, HOLDS).order_by(Statement.year, Statement.year_number)
    ).all()


def replacement_of(session: Session, number: str) -> str | None:
    """Return the number of the statement that holds instead of this one."""
    return session.scalar(select(Statement.number).where(Statement.replaces == number))
