"""Statements and their invoices on their pages, and as they are taken along."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from io import BytesIO

from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from app.accounts.actors import acting_as
from app.billing.charging.everything import charge_everything
from app.billing.charging.operations import post_charges
from app.billing.ledger.models import MonthEvent
from app.billing.ledger.months import ask_to_reopen, close_month, reopen_month
from app.billing.ledger_check import money_head
from app.billing.statements.check import first_statement_fault
from app.billing.statements.models import Statement
from app.billing.statements.operations import issue_statements, made_again
from app.billing.statements.papers import said_by
from app.clock import business_day
from app.database.engine import db
from app.deliveries.disputes import answer_proposal, propose_settlement
from app.deliveries.models import Basis, Side
from tests.app.billing.money import actor, agreed_price, load, settled_month
from tests.app.billing.pages import post
from tests.app.deliveries.road import Road
from tests.app.without_rules import without_rules


def test_a_statement_is_shown_kept_to_the_byte_and_taken_along(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, _second = people
    assert "No statement yet" in first.get("/money/statements").text
    with road.app.app_context():
        agreed_price(db.session)
        direct = load("D2", plant_id=road.plant_id, yard_id=None, town_id="T1", body_id="B1")
        post_charges(db.session, [load("D1", plant_id=road.plant_id), direct])
        (issued,) = issue_statements(db.session, close_month(db.session, date(2025, 11, 1)))
        text = issued.text
        db.session.commit()
        assert first_statement_fault(db.session) is None
    assert "S2025-0001" in first.get("/money/statements").text
    assert "S2025-0001" in first.get(f"/money/statements?plant={road.plant_id}").text
    assert "S2025-0001" not in first.get("/money/statements?plant=P2").text
    page = first.get("/money/statements/S2025-0001").text
    for said in ("4,000.00", "money/ledger:2:", "Made by"):
        assert said in page, said
    assert first.get("/money/statements/S2025-0001/issued").text == text
    book = CalamineWorkbook.from_filelike(BytesIO(first.get("/money/statements/S2025-0001/excel").data))
    rows = book.get_sheet_by_index(1).to_python()
    assert [row[3:7] for row in rows[1:]] == [[10000.0, 200.0, "provisional: the difference follows", 2000.0]] * 2
    assert first.get("/money/statements/S2025-0009").status_code == 404


def test_a_statement_marks_what_is_disputed_when_it_is_issued(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, _second = people
    delivery_id = road.sent(6_000)
    road.weighed(delivery_id, 5_000)
    road.weighed(road.sent(4_000, plate="浙F54321"), 4_000)
    with road.app.app_context():
        agreed_price(db.session, material_id=road.one(delivery_id).material_id)
        charge_everything(db.session)
        head = money_head(db.session)
        month = business_day().replace(day=1)
        event = MonthEvent(month=month, last_number=head.length, last_hash=head.last_hash)
        (issued,) = issue_statements(db.session, event)
        number, text = issued.number, issued.text
        db.session.commit()
        assert said_by(issued)["disputed"] == [delivery_id]
    page = first.get(f"/money/statements/{number}").text
    assert page.count('title="disputed"') == 2
    for said in ("6.000", "<strong>5.000</strong>", "plant's", "charged by the contract until that is settled"):
        assert said in page, said
    book = CalamineWorkbook.from_filelike(BytesIO(first.get(f"/money/statements/{number}/excel").data))
    rows = book.get_sheet_by_index(1).to_python()
    weighed = [(row[9], row[10], row[11], row[14]) for row in rows[1:]]
    assert sorted(weighed) == [(4000.0, 4000.0, "plant's", ""), (6000.0, 5000.0, "plant's", "disputed")]
    # settled later, it is as it was issued
    with road.app.app_context():
        with acting_as(actor(3)):
            propose_settlement(db.session, delivery_id, side=Side.PLANT, basis=Basis.PLANT, reweighed_kg=None, said="x")
        with acting_as(actor(4)):
            answer_proposal(db.session, delivery_id, side=Side.COMPANY, is_agreed=True)
        assert made_again(db.session, db.session.get_one(Statement, number)) == text


def test_a_statement_that_was_written_anew_or_taken_away_is_named(road: Road) -> None:
    with road.app.app_context():
        agreed_price(db.session)
        post_charges(db.session, [load("D1"), load("D2", plant_id="P2"), load("D3", plant_id="P3")])
        *_others, third = issue_statements(db.session, close_month(db.session, date(2025, 11, 1)))
        other = third.text.replace("200000", "100000")
        db.session.commit()
        for change, what in (
            ("UPDATE plant_statement SET text = replace(text, '200000', '100000') WHERE number = 'S2025-0003'", "hash"),
            ("UPDATE plant_statement SET text = '{other}', text_hash = '{o}' WHERE number = 'S2025-0003'", "ledger"),
            ("UPDATE plant_statement SET text = 'x', text_hash = '{x}' WHERE number = 'S2025-0002'", "cannot be read"),
            ("DELETE FROM plant_statement WHERE number = 'S2025-0001'", "missing"),
        ):
            without_rules()
            hashes = {"x": sha256(b"x").hexdigest(), "o": sha256(other.encode()).hexdigest()}
            db.session.connection().exec_driver_sql(change.format(other=other, **hashes))
            db.session.expire_all()
            found = first_statement_fault(db.session)
            assert found is not None
            assert what in found.what


def test_invoice_details_are_entered_and_an_invoice_is_made_of_a_statement(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, _second = people
    with road.app.app_context():
        settled_month(db.session, road.plant_id, "T1")
        db.session.commit()
    address = "/money/statements/S2025-0001"
    assert "invoice details are not entered" in first.get(address).text
    assert first.get(f"{address}/invoice").status_code == 409
    page = post(first, "/money/parties", "/money/parties", plant_id="company", legal_name="", credit_code="1")
    for said in ("name as registered", "no unified social credit code"):
        assert said in page, said
    for plant_id, code in (("company", "91330481MA2B000X10"), (road.plant_id, "93330481MA2X00001A")):
        fields = {"plant_id": plant_id, "legal_name": f"Name of {plant_id}", "credit_code": code}
        assert "Stored" in post(first, "/money/parties", "/money/parties", **fields)
    assert "4,000.00 yuan, of it 226.42 yuan tax" in first.get(address).text
    assert first.get(f"{address}/invoice").data[:2] == b"PK"
    number = f"{business_day().year % 100}33{7:016}"
    wrong = {"invoice_number": number, "issued_on": "x"}
    assert "20 digits" in post(first, f"{address}/invoice", address, **wrong)
    right = wrong | {"issued_on": business_day().isoformat()}
    assert number in post(first, f"{address}/invoice", address, **right)
    assert first.get("/money/statements/S2025-0009/invoice").status_code == 404
    with road.app.app_context():
        with acting_as(actor(1)):
            wish = ask_to_reopen(db.session, date(2025, 11, 1), "a load was forgotten")
        with acting_as(actor(2)):
            reopen_month(db.session, date(2025, 11, 1), wish.id)
        post_charges(db.session, [load("D9", plant_id=road.plant_id)])
        (again,) = issue_statements(db.session, close_month(db.session, date(2025, 11, 1)))
        address = f"/money/statements/{again.number}"
        db.session.commit()
    assert f"Invoice {number} was made of statement S2025-0001, which holds no more" in first.get(address).text
    assert first.get(f"{address}/invoice").status_code == 409
    red = {"invoice": number, "red_number": number[:-1] + "8", "issued_on": business_day().isoformat()}
    assert "6,000.00 yuan, of it" in post(first, f"{address}/red-letter", address, **red)
    assert first.get(f"{address}/invoice").data[:2] == b"PK"
