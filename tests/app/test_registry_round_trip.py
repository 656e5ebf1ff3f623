"""Whatever records of any kind say, their export is imported without a change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.database.engine import db
from app.file_exchange.columns import Column
from app.file_exchange.kinds import ChoiceKind, DateKind, NumberKind, TextKind, TimeKind
from app.file_exchange.workbooks_in import ERROR_VALUES
from app.file_exchange.workbooks_out import write_workbook
from app.registry.changes import apply_changes, propose, stored_records
from app.registry.importing.files import IMPORTED_KINDS, read_file
from app.registry.importing.operations import preview_of
from app.registry.importing.references import referred_kinds
from app.registry.instruments import INSTRUMENT_KINDS
from app.registry.kinds import KINDS, RecordKind
from app.registry.materials import ensure_materials
from tests.conftest import Template
from tests.conftest import _app as app_on

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff+"), max_size=12)
    .map(str.strip)
    .filter(lambda text: text not in ERROR_VALUES and text.isprintable())
)


@pytest.fixture(scope="module")
def county(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The small town; what a test writes there is never committed."""
    yield from app_on(sqlite_copy("county"), tmp_path_factory.mktemp("county"))


@pytest.mark.parametrize("key", IMPORTED_KINDS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), language=st.sampled_from(["zh", "en"]))
def test_an_export_that_comes_back_changes_nothing(county: Flask, key: str, data: st.DataObject, language: str) -> None:
    kind = KINDS[key]
    with county.app_context():
        if key == "purchased_machines":
            body = {"body_id": "B1", "name": "B", "town_id": next(iter(stored_records(db.session, "towns")))}
            bodies = {"collecting_bodies": [body | {"kind": "farmer"}]}
            apply_changes(db.session, propose(db.session, bodies, withdraw_missing=False).changes)
        if key == "material_uses":
            ensure_materials(db.session)
        codes = {target: list(stored_records(db.session, target)) for target in KINDS}
        rows = [data.draw(record(kind, number, codes)) for number in range(data.draw(st.integers(1, 4)))]
        apply_changes(db.session, propose(db.session, {key: rows}, withdraw_missing=False).changes)
        stored = [row for row in stored_records(db.session, key).values() if not row["withdrawn"]]
        exported = write_workbook([(kind.table, stored)], language=language)
        preview = preview_of(db.session, read_file(exported, key), scope=None)
        assert preview.is_faultless, preview.faults[:3]
        assert not preview.changes
        assert preview.unchanged == {key: len(stored)}
        db.session.rollback()


@st.composite
def record(draw: st.DrawFn, kind: RecordKind, number: int, codes: dict[str, list[str]]) -> dict[str, Any]:
    """A record that the columns and the references of its kind allow."""
    row = {column.key: draw(value(kind, column, number, codes)) for column in kind.columns}
    for order in kind.table.orders:
        lesser, greater = row[order.lesser], row[order.greater]
        if lesser is not None and greater is not None:
            row[order.lesser], row[order.greater] = min(lesser, greater), max(lesser, greater)
    if kind.key in INSTRUMENT_KINDS:
        at_yard = row["yard_id"] is not None
        row["plant_id"] = None if at_yard else row["plant_id"] or codes["plants"][0]
    if kind.key == "hours" and (row["open_min"] is None or row["close_min"] is None):
        row["open_min"] = row["close_min"] = None
    return row


def value(kind: RecordKind, column: Column, number: int, codes: dict[str, list[str]]) -> st.SearchStrategy[Any]:
    if targets := referred_kinds(kind.key).get(column.key, ()):
        found = st.sampled_from([code for target in targets for code in codes[target]])
    elif column.key in kind.table.id_keys:
        if isinstance(column.kind, DateKind):
            return st.just(date(2030, 1, 1 + number))
        return st.builds(lambda text: f"={number}{text}", TEXTS)
    else:
        found = _of_kind(column)
    return found if column.required else st.none() | found if column.empty is None else found


def _of_kind(column: Column) -> st.SearchStrategy[Any]:
    match column.kind:
        case TextKind(longest=longest):
            return TEXTS.map(lambda text: text[:longest].strip() or "x")
        case NumberKind() as number:
            least = max(number.at_least, 0.0 if number.zero else 0.01)
            if number.decimals == 0:
                return st.integers(int(least), int(min(number.at_most, 1e6)))
            return st.floats(least, min(number.at_most, 1e6)).map(lambda n: round(n, number.decimals) + 0.0)
        case DateKind():
            return DAYS
        case TimeKind():
            return st.integers(0, 2880)
        case ChoiceKind(choices=choices):
            return st.sampled_from([choice.code for choice in choices])
    raise AssertionError(column.kind)
