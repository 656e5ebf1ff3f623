"""`strawline ledger verify` finds whatever somebody did to the ledger behind its triggers' back."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts.models import Account
from app.config import Config
from app.database.engine import db
from app.intake.chain import rows_hash
from app.intake.ledger_check import PlaceHead, first_ledger_fault, place_heads
from app.intake.models import Weighing
from app.intake.office_records import store_office_record
from app.storage.ledger_check import first_stock_fault
from app.tablet.record_kinds import RECORD_KINDS
from tests.app.billing.money import agreed_price
from tests.app.day_plan import PlannedTown
from tests.app.deliveries.road import road_between
from tests.app.gate import GateTablet, gate_tablet, id_of
from tests.app.without_rules import without_rules
from tests.chaos.gate_servers import ROOT, environment_of
from tests.conftest import EMAIL


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    """Four whole tickets, an open one, a tare and a load that was sent back, with a wish that was declined."""
    tablet = gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))
    for n in range(4):
        tablet.send(*tablet.whole_ticket(f"浙F1000{n}"))
    back = tablet.opening("浙F20000")
    tablet.send(
        tablet.opening("浙F20001"),
        tablet.record("tare", {"vehicle": {"plate": "浙F20002"}, "weighing": tablet.weight(8_000)}),
        back,
        tablet.record("closing", {"ticket_id": id_of(back), "outcome": "sent_back", "bales": 0, "reason": "too wet"}),
    )
    wish = tablet.record("void_request", {"ticket_id": id_of(back), "reason": "wrong truck"})
    tablet.send(wish)
    with county_app.app_context():
        store_office_record(
            db.session,
            kind="void_decline",
            place=tablet.place,
            body={"ticket_id": id_of(back), "request_id": id_of(wish), "reason": "it was too wet"},
            account=db.session.scalars(select(Account).where(Account.email == EMAIL)).one(),
            kinds=RECORD_KINDS,
        )
        db.session.commit()
    return tablet


def fault() -> str | None:
    found = first_ledger_fault(db.session) or first_stock_fault(db.session)
    return None if found is None else f"{found.where} {found.what}"


def test_a_column_that_came_later_counts_only_where_it_holds_something() -> None:
    """What was hashed before it came must stay true."""
    table: Any = Weighing.__table__
    row = {"record_id": "r1", "kg": 8_960, "photos": ["ab"]}
    columns = {name: row.get(name) for name in (it.name for it in table.columns) if name != "certificate_number"}
    before = json.dumps(["weighing", columns], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    assert rows_hash([(table, row)]) == hashlib.sha256(before.encode()).hexdigest()
    assert rows_hash([(table, row | {"certificate_number": None})]) == rows_hash([(table, row)])
    assert rows_hash([(table, row | {"certificate_number": "T-1"})]) != rows_hash([(table, row)])


def test_a_ledger_that_nobody_touched_is_in_order(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        assert fault() is None
        (head,) = place_heads(db.session)
        assert (head.place, head.length) == (tablet.place, 18)
        assert first_ledger_fault(db.session, [head]) is None


def verified(app: Flask, folder: Path, *more: str) -> tuple[int, str]:
    """What the command says, in two processes, and its status."""
    return commanded(app, folder, "verify", "--processes", "2", *more)


def commanded(app: Flask, folder: Path, *words: str) -> tuple[int, str]:
    config: Config = app.extensions["strawline.config"]
    command = [sys.executable, "-m", "app.cli", "ledger", *words]
    environment = os.environ | environment_of(config.database_url, folder)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_command_verifies_side_by_side_what_one_process_verifies(tablet: GateTablet, tmp_path: Path) -> None:
    with tablet.app.app_context():
        (head,) = place_heads(db.session)
        db.session.close()
        status, told = verified(tablet.app, tmp_path, "--head", str(head))
        assert (status, "18 records of 1 places" in told, str(head) in told) == (0, True, True), told
        without_rules()
        db.session.execute(text("UPDATE stock_transfer SET kg = kg - 1"))
        db.session.commit()
        status, told = verified(tablet.app, tmp_path)
        assert (status, "other rows" in told) == (2, True), told


def test_the_command_says_which_deliveries_cost_otherwise_by_what_is_known_now(
    county_app: Flask, town: PlannedTown, tmp_path: Path
) -> None:
    road = road_between(county_app, town)
    delivery_id = road.sent(5_000)
    road.weighed(delivery_id, 5_000)
    material_id = road.one(delivery_id).material_id
    with county_app.app_context():
        agreed_price(db.session, material_id=material_id)
        db.session.commit()
    status, told = verified(county_app, tmp_path)
    assert (status, "1 deliveries cost otherwise" in told, "+1,000.00 yuan" in told) == (0, True, True), told
    status, told = commanded(county_app, tmp_path, "charge")
    assert (status, "1 deliveries, 1 of them charged" in told) == (0, True), told
    status, told = verified(county_app, tmp_path)
    assert (status, "otherwise" in told) == (0, False), told


# What was done, and what is said of it.
DONE = (
    ("UPDATE weighing SET kg = kg + 20 WHERE kg = 8960", "kg"),
    ("UPDATE ticket_closing SET net_kg = net_kg + 100 WHERE outcome = 'stored'", "other rows"),
    ("UPDATE ticket_closing SET dry_kg = dry_kg + 100 WHERE outcome = 'stored'", "other rows"),
    ("UPDATE ticket_closing SET gross_kg = 20000, tare_kg = 16500 WHERE outcome = 'stored'", "other rows"),
    ("UPDATE ticket_closing SET bales = 31 WHERE outcome = 'stored'", "closing that was changed"),
    ("UPDATE moisture_sample SET readings = '[[1, 150]]'", "moisture sample that was changed"),
    ("UPDATE gate_record SET text = replace(text, '12460', '14460')", "does not say what it said"),
    ("UPDATE gate_record SET operator_id = 99 WHERE position = 3", "was changed"),
    ("UPDATE gate_record SET business_day = '2026-01-01' WHERE position = 2", "was changed"),
    ("UPDATE weigh_ticket SET day_number = 99 WHERE day_number = 2", "ticket number"),
    ("UPDATE weigh_ticket SET plate = 'X'", "ticket that was changed"),
    ("DELETE FROM gate_record WHERE position = 5", "record 5 should be"),
    ("DELETE FROM gate_record WHERE position = 18", "ends too early"),
    ("UPDATE place_chain SET last_position = 17", "ends too early"),
    ("DELETE FROM weighing WHERE kg = 8960", "lost its weight"),
    ("DELETE FROM moisture_sample", "no row in moisture_sample"),
    ("UPDATE stock_transfer SET kg = kg - 1", "other rows"),
    ("DELETE FROM stock_transfer", "other rows"),
    ("UPDATE weighing SET source = 'typed' WHERE kg = 8960", "kg"),
    ("UPDATE ticket_closing SET is_trade = NOT is_trade", "other rows"),
    ("UPDATE weighing SET is_trade = NOT is_trade", "other rows"),
    ("DELETE FROM ticket_remark", "other rows"),
    ("UPDATE weigh_ticket SET body_id = 'B9', town_id = NULL", "other rows"),
    ("UPDATE moisture_sample SET mean_permille = 400", "other rows"),
    (
        "UPDATE ticket_closing SET is_estimated = true, net_kg = 9000, dry_kg = 9000 WHERE outcome = 'stored'",
        "other rows",
    ),
    ("UPDATE ticket_closing SET closed_at = '2026-01-01 00:00:00' WHERE outcome = 'stored'", "other rows"),
    ("DELETE FROM weigh_ticket WHERE day_number = 5", "other rows"),
    ("UPDATE stock_transfer SET to_account = 'count'", "other rows"),
    ("UPDATE void_decline SET reason = 'none'", "declines another wish"),
    ("DELETE FROM void_decline", "no row in void_decline"),
    ("UPDATE weighing SET certificate_number = 'X'", "other rows"),
    (
        "UPDATE weighing SET record_id = (SELECT min(record_id) FROM moisture_sample) WHERE kg = 8000",
        "other rows",
    ),
    ("UPDATE void_decline SET record_id = (SELECT min(record_id) FROM moisture_sample)", "declines another wish"),
)


def test_whatever_was_changed_is_named(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        for statement, said in DONE:
            without_rules()
            db.session.execute(text(statement))
            assert said in str(fault()), statement
            db.session.rollback()
        assert fault() is None


def test_a_chain_that_was_written_anew_shows_against_a_head_that_was_kept(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        (head,) = place_heads(db.session)
        for kept, said in (
            (PlaceHead(head.place, 7, "0" * 64), "written anew"),
            (PlaceHead(head.place, 99, head.last_hash), "shorter"),
            (PlaceHead(("yard", "elsewhere"), 1, head.last_hash), "shorter"),
        ):
            found = first_ledger_fault(db.session, [kept])
            assert found is not None
            assert said in found.what
