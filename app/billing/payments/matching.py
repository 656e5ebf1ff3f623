"""Whose payment a line of the bank's is, as far as the line says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.billing.invoices.parties import parties
from app.billing.payments.ageing import open_accounts
from app.billing.statements.models import Statement
from app.registry.models import EndUsePlant

_STATEMENT = re.compile(r"S\d{4}-\d{4,}", re.ASCII)
_NOT_IN_NAMES = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Whose payment a line may be. `is_sure`: it names a statement of the plant, or the plant itself to the letter."""

    plant_id: str
    statement_number: str | None
    is_sure: bool


class Matcher:
    """Knows plants and statements, read once for many lines."""

    def __init__(self, session: Session) -> None:
        self._names: dict[str, set[str]] = {}
        for plant_id, name in session.execute(select(EndUsePlant.plant_id, EndUsePlant.name)):
            self._names.setdefault(comparable_name(name), set()).add(plant_id)
        for named, party in parties(session).items():
            if named is not None:
                self._names.setdefault(comparable_name(party.legal_name), set()).add(named)
        rows = session.execute(select(Statement.number, Statement.plant_id))
        self._statements: Mapping[str, str] = {row.number: row.plant_id for row in rows}
        self._open_fen = {
            it.plant_id: {it.owed_fen, *(month.open_fen for month in it.months)} for it in open_accounts(session)
        }

    def guesses(self, payer: str, said: str, amount_fen: int) -> Sequence[Guess]:
        """Return whose payment it may be, the likeliest first; only a single one can be sure."""
        sure = self.sure(payer, said)
        if sure is not None:
            return [sure]
        named, statements = self._named(payer, said)
        likely = [
            *sorted({*named, *statements.values()}),
            *self._by_part_of_name(payer, said),
            *self._by_amount(amount_fen),
        ]
        return [Guess(plant_id=it, statement_number=None, is_sure=False) for it in dict.fromkeys(likely)]

    def sure(self, payer: str, said: str) -> Guess | None:
        """Return whose payment it is, where that is sure."""
        named, statements = self._named(payer, said)
        of_statements = set(statements.values())
        if len(of_statements) == 1 and (not named or named == of_statements):
            (plant_id,) = of_statements
            return Guess(plant_id=plant_id, statement_number=next(iter(statements)), is_sure=True)
        if len(named) == 1 and not of_statements:
            (plant_id,) = named
            return Guess(plant_id=plant_id, statement_number=None, is_sure=True)
        return None

    def sure_plant(self, payer: str, said: str) -> str | None:
        """Return the plant that is named to the letter, by itself or by a statement of its."""
        found = self.sure(payer, said)
        return None if found is None else found.plant_id

    def _named(self, payer: str, said: str) -> tuple[set[str], dict[str, str]]:
        """The plants that are called like the payer, and the statements that are named, each with its plant."""
        numbers = dict.fromkeys(_STATEMENT.findall(said.upper()))
        statements = {it: self._statements[it] for it in numbers if it in self._statements}
        return self._names.get(comparable_name(payer), set()), statements

    def _by_part_of_name(self, payer: str, said: str) -> list[str]:
        told = [text for text in (comparable_name(payer), comparable_name(said)) if text]
        return sorted(
            plant_id
            for name, plants in self._names.items()
            for plant_id in plants
            if any(name in text or text in name for text in told)
        )

    def _by_amount(self, amount_fen: int) -> list[str]:
        return sorted(plant_id for plant_id, open_fen in self._open_fen.items() if amount_fen in open_fen)


def comparable_name(name: str) -> str:
    """Return a name without what people write differently: width, case, spaces, brackets, dots."""
    return _NOT_IN_NAMES.sub("", unicodedata.normalize("NFKC", name)).casefold()
