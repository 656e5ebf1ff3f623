"""A database in one file, and back: of either kind into either kind (docs/decisions/0006-running.md says why so).

The file is a zip archive: `tables/NAME.jsonl` holds one row a line, `manifest.json` says what must be found in it. All
is read in one transaction, so the file shows one moment, whatever is written meanwhile.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

import pydantic
from sqlalchemy import Connection, Engine, MetaData, Table, inspect

from app.clock import now
from app.database.engine import one_moment_options, only_reading
from app.database.migrate import head_revision, known_revisions, revision_within, upgrade_within
from app.errors import BAD_BACKUP, FILE_EXISTS, NOT_EMPTY, OTHER_SCHEMA, Refusal
from app.running.restoring import rules_set_aside, sequences_moved_on
from app.running.rows import insert_lines, lines_of
from app.running.witnesses import WITNESSES

FORMAT = 1
SUFFIX = ".strawline.zip"
_MANIFEST = "manifest.json"
_REVISION_TABLE = "alembic_version"
_MODULO = 2**256
# What a damaged archive may raise; pydantic's ValidationError is a ValueError.
_UNREADABLE = (KeyError, ValueError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


class TableCount(pydantic.BaseModel):
    """What a table held. `sum_hex` is the sum of its rows' SHA-256, which no order of rows changes."""

    columns: list[str]
    rows: int
    sum_hex: str


class Manifest(pydantic.BaseModel):
    """What a backup holds. `key_mark` tells whether a secret key is the one that the passwords were kept with."""

    format: int
    program: str
    made_at: datetime
    revision: str
    engine: str
    key_mark: str
    tables: dict[str, TableCount]
    witnesses: dict[str, str]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def take_backup(engine: Engine, target: Path, *, secret_key: str) -> tuple[Path, Manifest]:
    """Write the database into `target` (a file; a folder: a new file in it, named after the moment).

    Returns the file and its manifest, after the file has been read back. Raises Refusal where the file is there.
    """
    path = target / f"{now():%Y-%m-%dT%H%M%SZ}{SUFFIX}" if target.is_dir() else target
    if path.exists():
        raise Refusal(FILE_EXISTS, [str(path)])
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with _one_moment(engine) as connection:
                manifest = _write(connection, file, secret_key)
            file.flush()
            os.fsync(file.fileno())
            _check_against_manifest(zipfile.ZipFile(file), manifest)
        unfinished.replace(path)
        _sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return path, manifest


def restore_backup(engine: Engine, path: Path) -> Manifest:
    """Put a backup into an empty database, brought to today's revision; returns the backup's manifest.

    All of it is one transaction. Raises Refusal, with nothing stored, where the database has tables, the file is not
    whole, or what is stored then does not agree with it.
    """
    manifest = read_manifest(path)
    if manifest.revision not in known_revisions():
        raise Refusal(BAD_BACKUP, [f"{path}: revision {manifest.revision} is not known to this version"])
    with zipfile.ZipFile(path) as archive:
        _check_against_manifest(archive, manifest)
        with engine.begin() as connection:
            tables = inspect(connection).get_table_names()
            if tables:
                raise Refusal(NOT_EMPTY, [engine.url.render_as_string()])
            upgrade_within(connection, manifest.revision)
            _fill(connection, archive, manifest)
            upgrade_within(connection)
            _check_witnesses(connection, manifest)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """What the backup says of itself; raises Refusal where it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = Manifest.model_validate_json(archive.read(_MANIFEST))
    except _UNREADABLE as fault:
        raise Refusal(BAD_BACKUP, [f"{path}: {type(fault).__name__}: not a whole backup"]) from fault
    if manifest.format != FORMAT:
        raise Refusal(BAD_BACKUP, [f"{path}: format {manifest.format}; this version reads {FORMAT}"])
    return manifest


def key_mark(secret_key: str) -> str:
    """A mark by which two keys are told apart, and which does not tell the key."""
    return hmac.new(secret_key.encode(), b"strawline backup", hashlib.sha256).hexdigest()[:16]


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as it is now until it ends, keeps nobody waiting and writes nothing."""
    options = one_moment_options(engine.dialect)
    with only_reading(), engine.connect().execution_options(**options) as connection:
        yield connection


def _write(connection: Connection, file: IO[bytes], secret_key: str) -> Manifest:
    counts: dict[str, TableCount] = {}
    revision = revision_within(connection)
    if revision is None:
        raise Refusal(OTHER_SCHEMA, ["revision none"])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for table in _tables(connection):
            columns = [column.name for column in table.columns]
            with archive.open(_member(table.name), "w", force_zip64=True) as member:
                lines = _Counted(lines_of(connection, table, columns))
                for line in lines:
                    member.write(line)
                counts[table.name] = lines.count(columns)
        manifest = Manifest(
            format=FORMAT,
            program=version("strawline"),
            made_at=now(),
            revision=revision,
            engine=connection.dialect.name,
            key_mark=key_mark(secret_key),
            tables=counts,
            # They speak of today's schema; at an older one, before an update, there are the rows' sums alone.
            witnesses={name: witness(connection) for name, witness in WITNESSES.items()}
            if revision == head_revision()
            else {},
        )
        archive.writestr(_MANIFEST, json.dumps(manifest.model_dump(mode="json"), indent=1, ensure_ascii=False))
    return manifest


def _fill(connection: Connection, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Put the rows in as they were, and read them again: they must be the same."""
    tables = {table.name: table for table in _tables(connection)}
    if set(tables) != set(manifest.tables):
        odd = sorted(set(tables) ^ set(manifest.tables))
        raise Refusal(BAD_BACKUP, [f"table {name}: in the backup or the schema only" for name in odd])
    with rules_set_aside(connection):
        for table in tables.values():
            # What the migrations themselves put in is in the backup too.
            connection.execute(table.delete())
            with archive.open(_member(table.name)) as member:
                insert_lines(connection, table, manifest.tables[table.name].columns, member)
        sequences_moved_on(connection, tables.values())
    faults = []
    for table in tables.values():
        said = manifest.tables[table.name]
        lines = _Counted(lines_of(connection, table, said.columns))
        for _line in lines:
            pass
        if lines.count(said.columns) != said:
            faults.append(f"table {table.name}: what was stored is not what the backup holds")
    if faults:
        raise Refusal(BAD_BACKUP, faults)


def _check_against_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    faults = []
    for name, said in manifest.tables.items():
        found = None
        with (
            suppress(*_UNREADABLE),
            archive.open(_member(name)) as member,
        ):
            lines = _Counted(iter(member))
            for _line in lines:
                pass
            found = lines.count(said.columns)
        if found != said:
            faults.append(f"table {name}: the file is damaged")
    if faults:
        raise Refusal(BAD_BACKUP, faults)


def _check_witnesses(connection: Connection, manifest: Manifest) -> None:
    faults = []
    for name, said in manifest.witnesses.items():
        found = WITNESSES[name](connection) if name in WITNESSES else "not known to this version"
        if found != said:
            faults.append(f"{name}: {said} in the backup, {found} in what was stored")
    if faults:
        raise Refusal(BAD_BACKUP, faults)


class _Counted:
    """Hands lines on and keeps their number and the sum of their hashes."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rows = 0
        self._sum = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self._rows += 1
            self._sum += int.from_bytes(hashlib.sha256(line.rstrip(b"\n")).digest(), "big")
            yield line

    def count(self, columns: list[str]) -> TableCount:
        return TableCount(columns=columns, rows=self._rows, sum_hex=f"{self._sum % _MODULO:064x}")


def _tables(connection: Connection) -> list[Table]:
    """Every table of the database as it is, by name."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for name, table in sorted(metadata.tables.items()) if name != _REVISION_TABLE]


def _member(table_name: str) -> str:
    return f"tables/{table_name}.jsonl"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
