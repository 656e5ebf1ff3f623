"""Filters of a list, made from its columns: what may be chosen, what is chosen, and the order by names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, String, case
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.database.pinyin import pinyin_key, pinyin_order
from app.file_exchange.columns import Column
from app.file_exchange.kinds import ChoiceKind
from app.registry.kinds import RecordKind
from app.registry.names import MOST_CHOICES, choices_called, choices_of
from app.registry.procedures.approvals import TURNS, ApprovalState, Party, state_in_query
from app.registry.procedures.filings import FilingState, filing_in_query
from app.texts import _

# In addresses: what is not in use, what has no value.
STATE: Final = "state"
WITHDRAWN: Final = "withdrawn"
NOTHING: Final = "-"
STEP: Final = "step"
TURN: Final = "turn"
# Texts of the states that are computed.
STEP_TEXTS: Final[Mapping[str, str]] = {
    ApprovalState.APPLIED: _("applied for"),
    ApprovalState.TASK_FORCE_AGREED: _("agreed by the task force"),
    ApprovalState.COMPANY_AGREED: _("agreed by the company"),
    ApprovalState.AGREED: _("agreed, not begun"),
    ApprovalState.IN_FORCE: _("in force"),
    ApprovalState.EXPIRED: _("expired"),
    ApprovalState.WITHDRAWN: _("ended early"),
    ApprovalState.REFUSED: _("refused"),
}
FILING_TEXTS: Final[Mapping[str, str]] = {
    FilingState.NOT_FILED: _("not filed"),
    FilingState.PROPOSED: _("filing proposed"),
    FilingState.FILED: _("filed"),
}
TURN_TEXTS: Final[Mapping[str, str]] = {
    Party.TASK_FORCE: _("the task force"),
    Party.COMPANY: _("the franchise company"),
}
# Members of which the state of the procedure tells what matters.
_TOLD_BY_STEPS: Final = ("refused_by", "ended_by")
_STEPS: Final[Mapping[str, Mapping[str, str]]] = {"approvals": STEP_TEXTS, "collecting_bodies": FILING_TEXTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """`options`: value and text; `msgids`: whether the texts are still to be translated."""

    key: str
    column: Column | None
    options: Sequence[tuple[str, str]]
    chosen: str
    msgids: bool = False


def filterable(kind: RecordKind) -> tuple[Column, ...]:
    """The columns by which the list can be filtered: choices, and references to other records."""
    return tuple(
        c
        for c in kind.columns
        if (isinstance(c.kind, ChoiceKind) or c.refers_to is not None) and c.key not in _TOLD_BY_STEPS
    )


def asked_filters(kind: RecordKind, asked: Mapping[str, str]) -> dict[str, str]:
    """Return what an address asks for, as far as the list knows it."""
    keys = [column.key for column in filterable(kind)] + [STATE]
    keys += [STEP] if kind.key in _STEPS else []
    keys += [TURN] if kind.key == "approvals" else []
    return {key: asked[key][:200] for key in keys if asked.get(key)}


def list_filters(
    session: Session, kind: RecordKind, scope: Scope | None, chosen: Mapping[str, str], language: str
) -> list[ListFilter]:
    """Return the filters to be shown; a list of one thing is none, and one too long is shown only where it is set."""
    found = []
    if kind.key in _STEPS:
        steps = tuple(_STEPS[kind.key].items())
        found.append(ListFilter(key=STEP, column=None, options=steps, chosen=chosen.get(STEP, ""), msgids=True))
    if kind.key == "approvals":
        parties = tuple(TURN_TEXTS.items())
        found.append(ListFilter(key=TURN, column=None, options=parties, chosen=chosen.get(TURN, ""), msgids=True))
    for column in filterable(kind):
        value = chosen.get(column.key, "")
        options = _options(session, column, scope, language)
        if len(options) < 2 and not value:
            continue
        if len(options) > MOST_CHOICES:
            assert column.refers_to is not None
            options = choices_called(session, column.refers_to, scope, [value])
        elif not column.required:
            options = [*options, (NOTHING, "–")]
        if options or value:
            found.append(ListFilter(key=column.key, column=column, options=options, chosen=value))
    return found


def conditions(kind: RecordKind, chosen: Mapping[str, str], today: date) -> list[ColumnElement[bool]]:
    """Return what the chosen filters ask of a row, but for whether it is in use."""
    found: list[ColumnElement[bool]] = []
    for column in filterable(kind):
        value = chosen.get(column.key)
        if value:
            member: Any = getattr(kind.model, column.key)
            found.append(member.is_(None) if value == NOTHING else member == value)
    if chosen.get(STEP) and kind.key == "approvals":
        found.append(state_in_query(today) == chosen[STEP])
    if kind.key == "approvals" and chosen.get(TURN) in TURN_TEXTS:
        found.append(state_in_query(today).in_([state.value for state in TURNS[Party(chosen[TURN])]]))
    if chosen.get(STEP) and kind.key == "collecting_bodies":
        found.append(filing_in_query() == chosen[STEP])
    return found


def order_by(session: Session, kind: RecordKind, sort: str, *, descending: bool, language: str) -> Any | None:
    """Return what the list is sorted by: names by their sound, references by the names that stand for them."""
    column = next((column for column in kind.columns if column.key == sort), None)
    if column is None:
        return None
    member: Any = getattr(kind.model, column.key)
    named = _options(session, column, None, language) if column in filterable(kind) else []
    if named and len(named) <= MOST_CHOICES:
        in_order = sorted(named, key=lambda option: pinyin_key(option[1]) or b"")
        rank = case({code: number for number, (code, _name) in enumerate(in_order)}, value=member)
        return rank.desc().nulls_last() if descending else rank.asc().nulls_last()
    if isinstance(member.type, String):
        return pinyin_order(member, descending=descending)
    return member.desc().nulls_last() if descending else member.asc().nulls_last()


def _options(session: Session, column: Column, scope: Scope | None, language: str) -> list[tuple[str, str]]:
    if column.refers_to is not None:
        return choices_of(session, column.refers_to, scope)
    assert isinstance(column.kind, ChoiceKind)
    return [(choice.code, str(column.kind.written(choice.code, language))) for choice in column.kind.choices]
