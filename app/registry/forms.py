"""Forms made from the columns of a kind: what a form shows, and what comes back read with every fault at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from app.file_exchange.columns import Column
from app.file_exchange.kinds import BadCell, ChoiceKind, DateKind, NumberKind, TextKind, TimeKind, Value
from app.registry.instruments import place_fault
from app.registry.kinds import RecordKind
from app.registry.writing import PROCEDURE_MEMBERS
from app.texts import Message, _

_ONE: Final = Decimal(1)
# What an application for a direct haul says; all else of an approval are the steps of its procedure.
_APPLICATION: Final = ("town_id", "plant_id", "body_id", "valid_from", "valid_until", "reason")
# Texts of more than a line.
_LONG_TEXT = 300


@dataclass(frozen=True, slots=True)
class References:
    """What a referring column may say: by the column's key, the codes and how each is called.

    `searched`: columns with too many to choose from a list, which take a code or a name.
    """

    options: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    searched: frozenset[str] = frozenset()

    def code_of(self, key: str, text: str) -> str | None:
        """Return the code that a text means: itself, or the only record of that name."""
        options = self.options.get(key, ())
        if any(code == text for code, _name in options):
            return text
        named = {code for code, name in options if name == text}
        return named.pop() if len(named) == 1 else None


@dataclass(frozen=True, slots=True)
class FormRead:
    """The values of a form by the columns' keys, and what is wrong with it; values stand for what has no fault."""

    values: dict[str, Any]
    faults: dict[str, tuple[Message, ...]]
    warnings: tuple[tuple[str, Message], ...] = ()


def form_columns(kind: RecordKind, *, is_new: bool) -> tuple[Column, ...]:
    """The columns that a form asks for: a code is given once and never changes, steps of procedures are not typed."""
    if kind.key == "approvals":
        return tuple(column for column in kind.columns if column.key in _APPLICATION)
    kept = PROCEDURE_MEMBERS.get(kind.key, frozenset()) | (frozenset() if is_new else frozenset(kind.table.id_keys))
    return tuple(column for column in kind.columns if column.key not in kept)


def read_form(
    kind: RecordKind, columns: Iterable[Column], typed: Mapping[str, str], references: References, language: str
) -> FormRead:
    """Return what the typed texts say."""
    values: dict[str, Any] = {}
    faults: dict[str, tuple[Message, ...]] = {}
    warnings: list[tuple[str, Message]] = []
    for column in columns:
        text = typed.get(column.key, "").strip()
        try:
            values[column.key] = _value(column, text, references)
        except BadCell as bad:
            faults[column.key] = (bad.what, Message(_("Allowed: %(what)s"), {"what": column.kind.allowed(language)}))
            if column.refers_to is not None or not text:
                faults[column.key] = (bad.what,)
        else:
            warnings += [(column.key, doubt) for doubt in column.doubts(values[column.key])]
    faults |= _disorder(kind, values, language)
    misplaced = place_fault(kind.key, values) if not faults else None
    if misplaced is not None:
        faults[misplaced[0]] = (misplaced[1],)
    return FormRead(values, faults, tuple(warnings))


def written_form(columns: Iterable[Column], record: Any) -> dict[str, str]:
    """Return the texts that a form of this record begins with."""
    return {column.key: written_text(column, getattr(record, column.key)) for column in columns}


def written_text(column: Column, value: Value) -> str:
    """Return a value as it is typed: codes of choices and references, numbers with all their decimals."""
    if value is None:
        return ""
    if isinstance(column.kind, TimeKind):
        return str(column.kind.written(value, "zh"))
    if isinstance(column.kind, NumberKind):
        assert isinstance(value, (int, float))
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return str(value)


def input_of(column: Column, references: References, language: str) -> dict[str, Any]:
    """Return what the form's macro needs to show an input: its type, options, attributes."""
    kind = column.kind
    empty = [("", "–")]
    if column.key in references.searched:
        return {"type": "search", "attributes": {"maxlength": 200}}
    if column.refers_to is not None or column.key in references.options:
        return {"type": "select", "options": [*empty, *references.options.get(column.key, ())]}
    match kind:
        case ChoiceKind():
            named = [(choice.code, str(kind.written(choice.code, language))) for choice in kind.choices]
            return {"type": "select", "options": [*empty, *named]}
        case DateKind():
            limits = {"min": kind.earliest.isoformat(), "max": kind.latest.isoformat()}
            return {"type": "date", "attributes": limits}
        case TimeKind():
            return {"type": "text", "attributes": {"maxlength": 8, "placeholder": "06:00", "size": 8}}
        case NumberKind():
            return {"type": "text", "attributes": {"inputmode": "decimal", "maxlength": 40}}
        case TextKind():
            return {
                "type": "textarea" if kind.longest > _LONG_TEXT else "text",
                "attributes": {"maxlength": kind.longest},
            }
    return {"type": "text"}


def hint_of(column: Column, language: str) -> str | None:
    """Return what helps to fill a field in: what a choice or the map shows needs no words."""
    is_seen = column.refers_to is not None or column.kind.quantity == "degree"
    return None if is_seen else column.note(language) or None


def _value(column: Column, text: str, references: References) -> Value:
    if not text:
        if column.required:
            raise BadCell(_("This must not be empty."))
        return column.empty
    if column.refers_to is not None or column.key in references.options:
        code = references.code_of(column.key, text)
        if code is None:
            raise BadCell(_("The register has nothing of this name that you may choose."))
        return code
    return column.kind.read(text, _ONE)


def _disorder(kind: RecordKind, values: Mapping[str, Any], language: str) -> dict[str, tuple[Message, ...]]:
    """Pairs of values that stand the wrong way round; told at the one that should be the greater."""
    columns = {column.key: column for column in kind.columns}
    return {
        order.greater: (order.fault(values, columns[order.lesser].name(language)),)
        for order in kind.table.orders
        if order.is_broken(values)
    }
