"""A table as data: its columns, their headings in both languages and the spellings that are forgiven."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.file_exchange.kinds import Choice, ChoiceKind, DateKind, Kind, NumberKind, TextKind, TimeKind, Value, YesNoKind
from app.file_exchange.messages import shown
from app.file_exchange.words import heading_parts
from app.texts import Message, _


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`key` names the value in a row; `names` are the headings that are written, `spellings` others that are read.

    `refers_to` names the table where the value must be found, `empty` is what an empty cell means.
    """

    key: str
    kind: Kind
    names: Mapping[str, str]
    spellings: tuple[str, ...] = ()
    notes: Mapping[str, str]
    required: bool = True
    unique: bool = False
    warn_below: float | None = None
    warn_above: float | None = None
    refers_to: str | None = None
    empty: Value = None

    def doubts(self, value: Value) -> Iterator[Message]:
        """Yield what is unlikely about a value, though it is possible."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self.warn_above is not None and value > self.warn_above:
                yield Message(_("This is unusually large."))
            if self.warn_below is not None and value < self.warn_below:
                yield Message(_("This is unusually small."))

    @property
    def is_judged(self) -> bool:
        """Whether a value that can be read may still be wrong or doubtful."""
        return self.unique or self.warn_below is not None or self.warn_above is not None

    def name(self, language: str) -> str:
        """Return the heading in a language."""
        return self.names[short(language)]

    def note(self, language: str) -> str:
        """Return what the sheet of explanations says."""
        return self.notes[short(language)]


@dataclass(frozen=True, slots=True)
class Order:
    """In each row the value of `lesser` is at most that of `greater`, where both are there."""

    lesser: str
    greater: str

    def is_broken(self, values: Mapping[str, Any]) -> bool:
        """Whether the values of a row stand the wrong way round."""
        lesser, greater = values.get(self.lesser), values.get(self.greater)
        return lesser is not None and greater is not None and bool(lesser > greater)

    def fault(self, values: Mapping[str, Any], lesser_heading: str) -> Message:
        """Return what is then said at the greater one's column."""
        said = {"heading": lesser_heading, "value": shown(values[self.lesser])}
        return Message(_("This is less than %(heading)s: %(value)s."), said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One kind of sheet: how it is called, what it holds; `id_keys` tell one row from another."""

    key: str
    names: Mapping[str, str]
    columns: Sequence[Column]
    orders: Sequence[Order] = ()
    id_keys: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Return the title of its sheet in a language."""
        return self.names[short(language)]


def short(language: str) -> str:
    """Return `zh` or `en` for a language code of any length."""
    return "zh" if language.startswith("zh") else "en"


def read_tables(path: Path) -> dict[str, Table]:
    """Return the tables that a TOML file describes, by key; raises ValueError where two columns share a spelling."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    choices = {
        name: tuple(
            Choice(code, {"zh": words["zh"], "en": words["en"]}, tuple(words.get("spellings", ())))
            for code, words in entries.items()
        )
        for name, entries in content.pop("choices", {}).items()
    }
    tables = {key: _table(key, entry, choices) for key, entry in content.items()}
    for table in tables.values():
        headings_of(table.columns)
    return tables


def headings_of(columns: Sequence[Column]) -> dict[str, Column]:
    """Return the column of every spelling of a heading, as it is compared; raises ValueError for a doubled one."""
    found: dict[str, Column] = {}
    for column in columns:
        for spelling in (column.key, *column.names.values(), *column.spellings):
            heading, _unit = heading_parts(spelling)
            if found.setdefault(heading, column) is not column:
                raise ValueError(f"two columns are called {spelling}: {column.key} and {found[heading].key}")
    return found


def _table(key: str, entry: dict[str, Any], choices: dict[str, tuple[Choice, ...]]) -> Table:
    return Table(
        key=key,
        names={"zh": entry["zh"], "en": entry["en"]},
        columns=tuple(_column(column, choices) for column in entry["columns"]),
        orders=tuple(Order(lesser, greater) for lesser, greater in entry.get("orders", ())),
        id_keys=tuple(entry.get("id", [entry["columns"][0]["key"]])),
    )


def _column(entry: dict[str, Any], choices: dict[str, tuple[Choice, ...]]) -> Column:
    return Column(
        key=entry["key"],
        kind=_kind(entry, choices),
        names={"zh": entry["zh"], "en": entry["en"]},
        spellings=tuple(entry.get("spellings", ())),
        notes={"zh": entry.get("note_zh", ""), "en": entry.get("note_en", "")},
        required=entry.get("required", True),
        unique=entry.get("unique", False),
        warn_below=entry.get("warn_below"),
        warn_above=entry.get("warn_above"),
        refers_to=entry.get("refers_to"),
        empty=entry.get("empty"),
    )


def _kind(entry: dict[str, Any], choices: dict[str, tuple[Choice, ...]]) -> Kind:
    def given(*names: str) -> dict[str, Any]:
        return {name: entry[name] for name in names if name in entry}

    match entry["kind"]:
        case "text":
            return TextKind(**given("longest", "forbidden"))
        case "number":
            return NumberKind(**given("quantity", "decimals", "at_least", "at_most", "zero", "exact"))
        case "date":
            return DateKind(**given("earliest", "latest", "with_time"))
        case "time":
            return TimeKind()
        case "yes_no":
            return YesNoKind()
        case "choice":
            return ChoiceKind(choices=choices[entry["choices"]])
        case other:
            raise ValueError(f"no such kind of column: {other}")
