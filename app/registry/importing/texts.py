"""What a preview shows of changes: values as people read them, names instead of codes, long lists cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.file_exchange.columns import Column
from app.file_exchange.kinds import NumberKind
from app.file_exchange.messages import CellFault
from app.file_exchange.workbooks_out import PlainSheet, PlainValue
from app.registry.changes import WITHDRAWN, Change
from app.registry.importing.files import SCENARIO
from app.registry.importing.references import referred_kinds
from app.registry.kinds import KINDS, kind_of
from app.texts import Message, Translate, _


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One member of one record: how its column is called, what it was, what it becomes."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A record that an import adds or changes; `name` is empty where the kind has none."""

    key: str
    kind: str
    record_id: str
    name: str
    cells: Sequence[ShownCell]


class Showing:
    """Makes changes readable in one language."""

    def __init__(self, session: Session, language: str, translate: Translate) -> None:
        self._session = session
        self._language = language
        self._translate = translate
        self._names: dict[str, dict[str, str]] = {}

    def changes(self, changes: Sequence[Change], *, members: int | None = None) -> list[ShownChange]:
        """Return what each change says, of additions only the first `members` columns beside code and name."""
        return [self._shown(change, members) for change in changes]

    def records(self, key: str, record_ids: Sequence[str]) -> list[tuple[str, str]]:
        """Return code and name of records of a kind."""
        names = self._names_of(key)
        return [(record_id, names.get(record_id, "")) for record_id in record_ids]

    def _shown(self, change: Change, members: int | None) -> ShownChange:
        kind = kind_of(change.key)
        before, after = change.before or {}, change.after or {}
        columns = [column for column in kind.columns if column.key in after]
        if change.before is None:
            columns = [c for c in columns if c.key not in (*kind.table.id_keys, "name") and after[c.key] is not None]
            columns = columns[:members]
        cells = [
            ShownCell(
                column.name(self._language),
                self.value(change.key, column, before.get(column.key)) if column.key in before else "",
                self.value(change.key, column, after[column.key]),
            )
            for column in columns
        ]
        if WITHDRAWN in after:
            states = {True: self._translate(_("withdrawn")), False: self._translate(_("in use"))}
            cells.append(ShownCell(self._translate(_("State")), states[before[WITHDRAWN]], states[after[WITHDRAWN]]))
        if "outline" in after and change.before is not None:
            drawn = {True: self._translate(_("drawn")), False: "–"}
            cells.append(
                ShownCell(
                    self._translate(_("Outline")), drawn[before.get("outline") is not None],
                    self._translate(_("drawn anew")) if before.get("outline") else drawn[after["outline"] is not None],
                )
            )  # fmt: skip
        name = after.get("name") or self._names_of(change.key).get(change.record_id, "")
        if change.key == "fields" and not name:
            name = str(after.get("grower") or "")
        return ShownChange(change.key, kind.table.name(self._language), change.record_id, name, cells)

    def value(self, key: str, column: Column, value: Any) -> str:
        """Return a member as people read it."""
        if value is None:
            return "–"
        for target in referred_kinds(key).get(column.key, ()):
            name = self._names_of(target).get(value)
            if name:
                return name if target == "towns" else f"{name} ({value})"
        written = column.kind.written(value, self._language)
        if isinstance(written, date):
            return written.isoformat()
        if isinstance(column.kind, NumberKind) and isinstance(written, (int, float)):
            digits = f"{written:,.{column.kind.decimals}f}"
            return digits.rstrip("0").rstrip(".") if column.kind.decimals else digits
        return str(written)

    def _names_of(self, key: str) -> dict[str, str]:
        if key not in self._names:
            kind = KINDS[key]
            self._names[key] = {}
            if "name" in kind.members and len(kind.table.id_keys) == 1:
                code = getattr(kind.model, kind.table.id_keys[0])
                self._names[key] = {row[0]: row[1] for row in self._session.execute(select(code, kind.model.name))}
        return self._names[key]


def kind_names(language: str, translate: Translate) -> dict[str, str]:
    """Return what is imported, by its key, as it is called in a language."""
    return {key: kind.table.name(language) for key, kind in KINDS.items()} | {SCENARIO: translate(_("Scenario folder"))}


def reasons_text(fault: CellFault, translate: Callable[[str], str]) -> str:
    """Return what is wrong with a cell and what is allowed, in one line."""
    text = fault.what.text(translate)
    if fault.allowed is not None:
        text += " " + Message(_("Allowed: %(allowed)s."), {"allowed": fault.allowed}).text(translate)
    return text


def fault_sheet(faults: Sequence[CellFault], *, title: str, translate: Translate) -> PlainSheet:
    """Return a list of faults as a sheet, for files that cannot be marked themselves."""
    rows: list[tuple[PlainValue, ...]] = [
        (fault.sheet, fault.row, fault.heading, fault.value, reasons_text(fault, translate)) for fault in faults
    ]
    headings = [translate(text) for text in (_("Sheet"), _("Row"), _("Heading"), _("Value"), _("Fault"))]
    return PlainSheet(title=title, headings=headings, rows=rows)


def change_sheet(changes: Sequence[ShownChange], *, title: str, translate: Translate) -> PlainSheet:
    """Return changes as a sheet, a line for each member."""
    texts = (_("Kind"), _("Record code"), _("Called"), _("Column"), _("Before"), _("After"))
    rows: list[tuple[PlainValue, ...]] = [
        (change.kind, change.record_id, change.name, cell.label, cell.before, cell.after)
        for change in changes
        for cell in change.cells
    ]
    return PlainSheet(title=title, headings=[translate(text) for text in texts], rows=rows)
