"""The register of machines for the purchase subsidy: imported, listed, exported, each town its own."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from app.database.engine import db
from app.file_exchange.workbooks_out import write_workbook
from app.registry.changes import apply_changes, propose
from app.registry.importing.files import read_file
from app.registry.importing.operations import preview_of
from app.registry.kinds import KINDS
from tests.app.subsidies.test_claim_pages import somebody, towns  # noqa: F401 - fixtures

MACHINE = {
    "machine_id": "M-001",
    "body_id": "B1",
    "category": "baler",
    "model": "9YG-1.0",
    "bought_on": date(2026, 9, 1),
    "price_yuan": 128_000.0,
    "national_subsidy_yuan": 38_400.0,
}


@pytest.fixture
def machine(county_app: Flask, towns: list[str]) -> dict[str, object]:  # noqa: F811
    machine = MACHINE | {"town_id": towns[0]}
    with county_app.app_context():
        body = {"body_id": "B1", "name": "Demo body", "town_id": towns[0], "kind": "cooperative"}
        rows = {"collecting_bodies": [body], "purchased_machines": [machine]}
        apply_changes(db.session, propose(db.session, rows, withdraw_missing=False).changes)
        db.session.commit()
    return machine


def test_machines_are_listed_for_their_town_and_exported(
    county_app: Flask, towns: list[str], machine: dict[str, object]  # noqa: F811
) -> None:  # fmt: skip
    official = somebody(county_app, "Town", "town_official", towns[0])
    page = official.get("/registry/purchased_machines").text
    assert "M-001" in page
    assert "打捆机" in page
    assert "128,000.00" in official.get("/registry/purchased_machines/M-001").text
    assert official.get("/registry/new/purchased_machines").status_code == 200
    assert "/registry/purchased_machines" in official.get("/subsidies").text
    other = somebody(county_app, "Other", "town_official", towns[1])
    assert "M-001" not in other.get("/registry/purchased_machines").text
    assert other.get("/registry/purchased_machines/M-001").status_code == 404


def test_machines_come_in_by_file_and_faults_are_named(county_app: Flask, machine: dict[str, object]) -> None:
    table = KINDS["purchased_machines"].table
    with county_app.app_context():
        good = machine | {"machine_id": "M-002"}
        unknown, cheap = good | {"body_id": "nobody"}, good | {"price_yuan": -5.0}
        for row, count, faults in ((good, 1, 0), (unknown, 0, 1), (cheap, 0, 1)):
            exported = write_workbook([(table, [row])], language="zh")
            preview = preview_of(db.session, read_file(exported, "purchased_machines"), scope=None)
            assert (len(preview.changes), len(preview.faults)) == (count, faults), preview.faults
