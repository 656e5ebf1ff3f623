"""Imports: what a file would do to the register, and the doing, in one transaction. Nothing here commits.

`preview_of` proposes and writes nothing; `apply_preview` does what a preview said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.scope import Scope
from app.errors import IMPORT_WITH_FAULTS, Refusal
from app.file_exchange.coordinates import CoordinateSystem
from app.file_exchange.messages import CellFault
from app.file_exchange.parcels import place_warnings
from app.registry.changes import WITHDRAWN, Change, ChangeKind, Proposal, Stored, apply_import, propose
from app.registry.growers import named_growers
from app.registry.importing.files import FileRead, collecting_no_garbage
from app.registry.importing.judging import Judging
from app.registry.kinds import KINDS
from app.registry.models import RegistryImport
from app.texts import Message

# How far beyond all that the register knows a place may lie before it is asked about, in degrees: about 8 km.
_BEYOND_DEGREES = 0.08

# A file with one season says nothing of others.
_STAYING = ("seasons",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What a file would do. `changes` come from its rows without faults; `missing`: records in use that whoever
    imports may change and that the file does not name, by kind. `digest` differs where any of this does."""

    changes: Sequence[Change] = ()
    unchanged: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Sequence[CellFault] = ()
    warnings: Sequence[CellFault] = ()
    missing_headings: Sequence[str] = ()
    unknown_headings: Sequence[str] = ()
    other_sheets: Sequence[str] = ()
    good_rows: int = 0
    refusal: Message | None = None

    @property
    def is_faultless(self) -> bool:
        """Whether all of the file can be applied."""
        return self.refusal is None and not self.faults and not self.missing_headings

    def counts(self) -> dict[str, dict[str, int]]:
        """How many records of each kind are added, changed or restored."""
        return Proposal(changes=self.changes, unchanged={}, missing={}).counts()

    def of(self, *kinds: ChangeKind) -> list[Change]:
        """The changes of these kinds."""
        return [change for change in self.changes if change.kind in kinds]

    @property
    def digest(self) -> str:
        """What two previews share only if they say the same."""
        found = hashlib.sha256()
        for change in self.changes:
            found.update(repr((change.key, change.record_id, _plain(change.before), _plain(change.after))).encode())
        found.update(repr((sorted(self.missing.items()), len(self.faults), self.good_rows)).encode())
        return found.hexdigest()


def preview_of(
    session: Session, read: FileRead, *, scope: Scope | None, with_procedures: bool = False
) -> ImportPreview:
    """Return what the file would do to the register for somebody who writes in this scope; writes nothing.

    What a procedure writes, such as a filing, is a fault where it differs, unless `with_procedures`.
    """
    if read.refusal is not None:
        return ImportPreview(refusal=read.refusal)
    with collecting_no_garbage():
        return _preview(session, read, Judging(session, read, scope, with_procedures))


def _preview(session: Session, read: FileRead, judging: Judging) -> ImportPreview:
    rows: dict[str, Sequence[Mapping[str, Any]]] = {key: judging.rows(key) for key in KINDS if key in read.tables}
    if "fields" in rows:
        growers, rows["fields"] = _with_growers(session, rows["fields"], judging.stored("fields"))
        if growers:
            rows["growers"] = [*rows.get("growers", ()), *growers]
    proposal = propose(session, rows, withdraw_missing=False, stored_of=judging.stored)
    tables = read.tables.values()
    return ImportPreview(
        changes=proposal.changes,
        unchanged=proposal.unchanged,
        missing={
            key: [name for name in proposal.missing[key] if judging.is_own(key, name)]
            for key, table in read.tables.items()
            if key not in _STAYING and not table.missing_headings
        },
        faults=_in_order(judging.faults),
        warnings=[*(warning for table in tables for warning in table.warnings), *_far_places(session, read)],
        missing_headings=[heading for table in tables for heading in table.missing_headings],
        unknown_headings=[heading for table in tables for heading in table.unknown_headings],
        other_sheets=[sheet for table in tables for sheet in table.other_sheets],
        good_rows=judging.good_rows,
    )


def apply_preview(
    session: Session,
    preview: ImportPreview,
    *,
    source_name: str,
    read: FileRead | None = None,
    withdraw_missing: bool = False,
    good_rows_only: bool = False,
) -> RegistryImport:
    """Do what the preview says, as one import with one entry in the audit trail; raises Refusal where it has faults
    that nobody chose to leave out. Records are never withdrawn for want of a row while rows are at fault."""
    if preview.refusal is not None or preview.missing_headings or (preview.faults and not good_rows_only):
        raise Refusal(IMPORT_WITH_FAULTS, [str(preview.refusal)] if preview.refusal else [])
    changes = list(preview.changes)
    if withdraw_missing and preview.is_faultless:
        changes += [
            Change(key=key, record_id=name, before={WITHDRAWN: False}, after={WITHDRAWN: True})
            for key, names in preview.missing.items()
            for name in names
        ]
    done = apply_import(session, changes, source_name=source_name)
    if read is not None and read.rest is not None:
        read.rest.store(session)
    audit.record(
        session,
        what="import.applied",
        subject_kind="import",
        subject_id=done.id,
        after={"file": source_name, **counted(done.counts), "digest": preview.digest},
    )
    return done


def counted(counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return how many records of any kind were added, changed, withdrawn, restored."""
    found: dict[str, int] = {}
    for of_kind in counts.values():
        for kind, count in of_kind.items():
            found[kind] = found.get(kind, 0) + count
    return found


def lock_register(session: Session, keys: Sequence[str]) -> None:
    """Keep others from changing records of these kinds until this transaction ends; they still read.

    SQLite has one writer at a time anyway. Those that refer come before those referred to, as in every other change.
    """
    if session.get_bind().dialect.name == "postgresql":
        tables = [KINDS[key].model.__tablename__ for key in reversed(list(KINDS)) if key in keys]
        session.execute(text(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE"))


def touched_keys(read: FileRead) -> list[str]:
    """Return the kinds that applying the file may change."""
    return [*read.tables, *(["growers"] if "fields" in read.tables and "growers" not in read.tables else [])]


def _with_growers(
    session: Session, fields: Sequence[Mapping[str, Any]], stored: Stored
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The growers to be added, and the fields with their growers' codes; a field that names the same grower as before
    keeps the one that it has."""
    settled, unsettled = [], []
    for row in fields:
        before = stored.get(row["field_id"])
        same = before is not None and (before["town_id"], before["grower"]) == (row["town_id"], row["grower"])
        if before is not None and same and row.get("grower_id") is None:
            settled.append({**row, "grower_id": before["grower_id"]})
        else:
            unsettled.append(row)
    added, named = named_growers(session, unsettled)
    return added, [*settled, *named]


def _far_places(session: Session, read: FileRead) -> list[CellFault]:
    """A warning for each row whose place lies away from all that the register knows."""
    placed = [(key, table) for key, table in read.tables.items() if KINDS[key].has_place and table.rows]
    county = _known_land(session) if placed else None
    if county is None:
        return []
    found = []
    for key, table in placed:
        for warning in place_warnings(table, county, system=CoordinateSystem.WGS84):
            given = read.given_points.get((key, warning.sheet, warning.row))
            found.append(warning if given is None else replace(warning, value=given))
    return found


def _known_land(session: Session) -> BaseGeometry | None:
    """The land around every place in use; None while there is no town."""
    points: list[Any] = []
    for key, kind in KINDS.items():
        if kind.has_place:
            places = select(kind.model.lon, kind.model.lat).where(kind.model.withdrawn_at.is_(None))
            stored = session.execute(places).all()
            if key == "towns" and not stored:
                return None
            points += [tuple(row) for row in stored]
    land: BaseGeometry = shapely.convex_hull(shapely.multipoints(points)).buffer(_BEYOND_DEGREES)
    return land


def _in_order(faults: Sequence[CellFault]) -> list[CellFault]:
    """By sheet and row, as whoever mends them goes through the file."""
    sheets = {sheet: number for number, sheet in enumerate(dict.fromkeys(fault.sheet for fault in faults))}
    return sorted(faults, key=lambda fault: (sheets[fault.sheet], fault.row))


def _plain(values: Mapping[str, Any] | None) -> list[tuple[str, Any]] | None:
    return None if values is None else sorted(values.items())
