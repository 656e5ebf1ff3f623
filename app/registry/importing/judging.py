"""What only the register can say of a file's rows: what they refer to, whose they are, whether they stand twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.file_exchange.messages import CellFault, shown
from app.file_exchange.table_read import TableRead, TableRow
from app.registry.changes import Stored, stored_records
from app.registry.importing.files import FileRead
from app.registry.importing.references import References, UnknownReference, referred_kinds
from app.registry.instruments import INSTRUMENT_KINDS, place_fault
from app.registry.kinds import KINDS, RecordKind, kind_of
from app.registry.lists import seen_by
from app.registry.writing import PROCEDURE_MEMBERS
from app.texts import Message, _


class Judging:
    """Goes through the rows of each kind: what they refer to, whose they are, whether they stand twice."""

    def __init__(self, session: Session, read: FileRead, scope: Scope | None, with_procedures: bool) -> None:
        self.faults: list[CellFault] = read.faults
        self.good_rows = 0
        self._session = session
        self._read = read
        self._scope = scope
        self._with_procedures = with_procedures
        self._stored: dict[str, Stored] = {}
        self._own: dict[str, set[str]] = {}
        self._references = References(
            session, scope, {key: [row.values for row in table.rows] for key, table in read.tables.items()}
        )

    def rows(self, key: str) -> list[dict[str, Any]]:
        """The rows of a kind that are without a fault, with the codes of what they refer to."""
        table, kind = self._read.tables[key], KINDS[key]
        first: dict[str, TableRow] = {}
        found = []
        for row in table.rows:
            values: dict[str, Any] = table.given(row)
            if key == "fields" and row.row in self._read.outlines:
                values["outline"] = self._read.outlines[row.row]
            faults = len(self.faults)
            record_id = kind.record_id(values)
            self._refer(table, row, kind, record_id, values)
            self._stands_once(table, row, kind, first.setdefault(record_id, row))
            # Of a town that there is not nobody need hear that it is not theirs.
            if len(self.faults) == faults:
                self._belongs(table, row, kind, record_id, values)
            self._leaves_procedures(table, row, kind, record_id, values)
            self._is_whole(table, row, kind, values)
            if len(self.faults) == faults:
                found.append(values)
        self.good_rows += len(found)
        return found

    def stored(self, key: str) -> Stored:
        """Every record of a kind."""
        if key not in self._stored:
            self._stored[key] = stored_records(self._session, key)
        return self._stored[key]

    def is_own(self, key: str, record_id: str) -> bool:
        """Whether a stored record is among those that whoever imports may change."""
        if self._scope is None:
            return True
        if key not in self._own:
            kind = kind_of(key)
            ids = [getattr(kind.model, name) for name in kind.table.id_keys]
            chosen = self._session.execute(select(*ids).where(seen_by(kind, self._scope)))
            self._own[key] = {kind.id_of(row) for row in chosen}
        return record_id in self._own[key]

    def _refer(self, table: TableRead, row: TableRow, kind: RecordKind, record_id: str, values: dict[str, Any]) -> None:
        for column, targets in referred_kinds(kind.key).items():
            value = values.get(column)
            if value is None:
                continue
            try:
                values[column] = self._references.code_of(targets, value)
            except UnknownReference as unknown:
                # What the record refers to already may have gone out of use meanwhile.
                if self.stored(kind.key).get(record_id, {}).get(column) != value or not self.is_own(
                    kind.key, record_id
                ):
                    self._fault(table, row, column, value, unknown.what, unknown.nearest)

    def _stands_once(self, table: TableRead, row: TableRow, kind: RecordKind, first: TableRow) -> None:
        if first is not row:
            column = kind.table.id_keys[-1]
            what = Message(_("This stands already in row %(row)s."), {"row": first.row})
            self._fault(table, row, column, row.values[column], what)

    def _belongs(
        self, table: TableRead, row: TableRow, kind: RecordKind, record_id: str, values: dict[str, Any]
    ) -> None:
        """Somebody of a town changes that town's records; of others not even that they exist is said."""
        if self._scope is None:
            return
        if "town_id" in values and values["town_id"] not in self._scope.town_ids:
            what = Message(_("This row belongs to another town. You may import the records of your own town."))
            self._fault(table, row, "town_id", row.values["town_id"], what)
        elif record_id in self.stored(kind.key) and not self.is_own(kind.key, record_id):
            column = kind.table.id_keys[0]
            what = Message(_("This code cannot be used. Choose another one, such as one that begins with your town's."))
            self._fault(table, row, column, row.values[column], what)

    def _leaves_procedures(
        self, table: TableRead, row: TableRow, kind: RecordKind, record_id: str, values: dict[str, Any]
    ) -> None:
        """An empty cell leaves what a procedure has written."""
        if self._with_procedures:
            return
        for column in PROCEDURE_MEMBERS.get(kind.key, ()):
            value = values.pop(column, None)
            known = self.stored(kind.key).get(record_id, {}).get(column) if self.is_own(kind.key, record_id) else None
            if value is not None and value != known:
                what = Message(_("This is written by its own procedure, on the record's page. Leave it as it is."))
                self._fault(table, row, column, value, what)

    def _is_whole(self, table: TableRead, row: TableRow, kind: RecordKind, values: dict[str, Any]) -> None:
        if kind.key == "hours" and (values.get("open_min") is None) != (values.get("close_min") is None):
            column = "close_min" if values.get("close_min") is None else "open_min"
            self._fault(table, row, column, None, Message(_("Both times are filled in, or neither: closed that day.")))
        if kind.key in INSTRUMENT_KINDS:
            # a file that leaves a column out leaves what is stored there
            misplaced = place_fault(kind.key, {**self.stored(kind.key).get(kind.record_id(values), {}), **values})
            if misplaced is not None:
                self._fault(table, row, misplaced[0], None, misplaced[1])

    def _fault(
        self,
        table: TableRead,
        row: TableRow,
        column: str,
        value: object,
        what: Message,
        allowed: Message | None = None,
    ) -> None:
        heading = table.headings[row.sheet].get(column, column)
        self.faults.append(
            CellFault(
                sheet=row.sheet,
                row=row.row,
                heading=heading,
                value="" if value is None else shown(value),
                what=what,
                allowed=allowed,
            )
        )
