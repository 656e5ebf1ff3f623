"""Statements of true-ups: one for each plant, delivery by delivery, carried over as one line, the same for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.billing.charging.everything import charge_deliveries
from app.billing.charging.operations import post_charges
from app.billing.invoices.operations import InvoiceFault, InvoiceItem, invoice_data, note_invoice
from app.billing.invoices.workbook import invoice_workbook
from app.billing.ledger.models import LedgerEntry
from app.billing.ledger.months import close_month
from app.billing.payments.ageing import open_accounts
from app.billing.payments.operations import Movement, keys_of, note
from app.billing.payments.queries import open_lines
from app.billing.payments.reminders import remind
from app.billing.statements.check import first_statement_fault
from app.billing.statements.models import Statement
from app.billing.statements.operations import issue_statements, made_again
from app.billing.statements.papers import said_by
from app.billing.statements.queries import statements_with
from app.clock import business_day
from app.database.engine import db, make_engine
from app.deliveries.queries import Delivered
from tests.app.billing.money import actor, agreed_price, load, registered
from tests.app.billing.test_invoices import named
from tests.app.deliveries.road import Road
from tests.app.members import member
from tests.app.without_rules import without_rules

NOVEMBER, DECEMBER = date(2025, 11, 1), date(2025, 12, 1)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = make_engine(database_url)
    with Session(engine) as session, acting_as(actor(1)):
        agreed_price(session)
        yield session
        session.rollback()
    engine.dispose()


def three_loads(plant_id: str = "P1") -> list[Delivered]:
    """Two of November, one of a month that is still open, and one of another plant."""
    return [
        load("D1", plant_id=plant_id),
        load("D2", plant_id=plant_id, plant_kg=5_000),
        load("D3", plant_id=plant_id, day=date(2025, 12, 3)),
        load("D4", plant_id="P2"),
    ]


def trued_up(session: Session, yuan: int, loads: list[Delivered]) -> Sequence[Statement]:
    """November is closed with its statements, and then the final price is agreed."""
    post_charges(session, loads)
    issue_statements(session, close_month(session, NOVEMBER))
    agreed_price(session, kind="final", yuan_per_t=yuan)
    return charge_deliveries(session, loads)[1]


def test_each_plant_gets_one_that_says_of_each_delivery_what_it_cost_and_costs(session: Session) -> None:
    made = trued_up(session, 210, three_loads())
    assert [(it.number, it.plant_id, it.month) for it in made] == [
        ("S2025-0003", "P1", DECEMBER), ("S2025-0004", "P2", DECEMBER),
    ]  # fmt: skip
    said = said_by(made[0])
    assert (said["before_fen"], said["after_fen"], said["amount_fen"]) == (500_000, 525_000, 25_000)
    assert [
        (it["kg"], it["provisional_fen_per_t"], it["final_fen_per_t"], it["amount_fen"], it["charged_in"])
        for it in said["lines"]
    ] == [
        (10_000, 20_000, 21_000, 10_000, "2025-11"),
        (5_000, 20_000, 21_000, 5_000, "2025-11"),
        (10_000, 20_000, 21_000, 10_000, "2025-12"),
    ]  # fmt: skip
    assert said["months_fen"] == {"2025-12": 25_000}
    # nothing more is to be said, and later knowledge changes nothing of what was
    assert charge_deliveries(session, three_loads()) == ([], [])
    post_charges(session, [load("D1", plant_kg=9_000)])
    assert made_again(session, made[0]) == made[0].text
    assert first_statement_fault(session) is None


def test_the_next_statement_carries_it_over_as_one_line_and_balances(session: Session) -> None:
    registered(session, "P1")
    made = trued_up(session, 210, three_loads())
    first, _second = issue_statements(session, close_month(session, DECEMBER))
    said = said_by(first)
    assert [(it["kind"], it.get("statement"), it["amount_fen"], it.get("deliveries")) for it in said["lines"]] == [
        ("true_up", made[0].number, 25_000, 3),
        ("charge", None, 200_000, None),
    ]
    assert said["sums_fen"] == {"charge": 200_000, "true_up": 25_000}
    assert (said["brought_forward_fen"], said["carried_forward_fen"]) == (300_000, 525_000)
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "true_up")).first()
    assert entry is not None
    assert statements_with(session, entry, {"plant/P1/owed"}) == [made[0].number]
    # a true-up that is taken back stands as it is
    post_charges(session, [load("D1", plant_kg=0)])
    (later, _other) = issue_statements(session, close_month(session, date(2026, 1, 1)))
    assert [it.get("statement") for it in said_by(later)["lines"]] == [None]
    assert first_statement_fault(session) is None


def test_what_stands_in_two_months_is_carried_over_to_each(session: Session) -> None:
    loads = three_loads()
    post_charges(session, loads)
    agreed_price(session, kind="final", yuan_per_t=190)
    (first, _second) = charge_deliveries(session, loads)[1]
    assert (first.number, first.month) == ("S2025-0001", NOVEMBER)
    assert said_by(first)["months_fen"] == {"2025-11": -15_000, "2025-12": -10_000}
    for month, fen in ((NOVEMBER, -15_000), (DECEMBER, -10_000)):
        statement = issue_statements(session, close_month(session, month))[0]
        assert said_by(statement)["sums_fen"]["true_up"] == fen
    assert first_statement_fault(session) is None


def test_a_payment_that_names_it_pays_its_month(session: Session) -> None:
    made = trued_up(session, 210, three_loads())
    came = Movement(paid_on=date(2025, 12, 9), amount_fen=225_000, payer="x", said=made[0].number, bank_number=None)
    note(session, list(zip(keys_of([came]), [came], strict=True)))
    assert open_lines(session) == []
    account = next(it for it in open_accounts(session) if it.plant_id == "P1")
    assert [(it.month, it.open_fen) for it in account.months] == [(NOVEMBER, 300_000)]


def test_it_has_an_invoice_of_its_own_and_a_red_letter_one_below_nothing(session: Session) -> None:
    # the register of this database has its plants from the prices that name them
    agreed_price(session, plant_id="P1")
    agreed_price(session, plant_id="P2")
    loads = three_loads()
    post_charges(session, loads)
    monthly, _other = issue_statements(session, close_month(session, NOVEMBER))
    named(session, "P1")
    year = business_day().year % 100
    note_invoice(session, monthly, f"{year}33{1:016}", business_day())
    for plant_id in ("P1", "P2"):
        agreed_price(session, plant_id=plant_id, kind="final", yuan_per_t=190)
    (correction, _of_other) = charge_deliveries(session, loads)[1]
    data = invoice_data(session, correction)
    assert (data.faults, data.amount_fen) == ((), -25_000)
    assert [(it.item, it.amount_fen) for it in data.lines] == [(InvoiceItem.DIFFERENCES, -25_000)]
    assert [it.number for it in data.corrects] == [f"{year}33{1:016}"]
    rows = CalamineWorkbook.from_filelike(BytesIO(invoice_workbook(data))).get_sheet_by_index(0).to_python()
    assert any(f"{year}33{1:016}" in str(cell) for row in rows for cell in row)
    note_invoice(session, correction, f"{year}33{2:016}", business_day())
    assert invoice_data(session, correction).faults == (InvoiceFault.MADE,)
    december, _other = issue_statements(session, close_month(session, DECEMBER))
    assert [(it.item, it.amount_fen) for it in invoice_data(session, december).lines] == [(InvoiceItem.FEE, 200_000)]


def test_a_reminder_names_it_with_its_invoice_beside_the_statement_of_its_month(road: Road) -> None:
    with road.app.app_context():
        with acting_as(actor(1)):
            agreed_price(db.session)
            correction, _other = trued_up(db.session, 210, three_loads(road.plant_id))
            invoice = f"{business_day().year % 100}33{7:016}"
            note_invoice(db.session, correction, invoice, business_day())
            made = remind(db.session, road.plant_id)
        assert [(it["month"], it["open_fen"], it["papers"]) for it in made.months] == [
            (
                "2025-11-01",
                300_000,
                [{"statement": "S2025-0001", "is_correction": False, "invoice": None}],
            ),
            (
                "2025-12-01",
                225_000,
                [{"statement": correction.number, "is_correction": True, "invoice": invoice}],
            ),
        ]
        reminder_id, number = made.id, correction.number
        db.session.commit()
    page = member(road.app, "finance").get(f"/money/reminders/{reminder_id}").text
    for said in ("差价结算单", number, invoice, "2,250.00", "S2025-0001"):
        assert said in page, said


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE plant_statement SET first_entry = first_entry - 1 WHERE number = 'S2025-0003'", "than the ledger"),
        ("UPDATE plant_statement SET first_entry = NULL, last_entry = NULL WHERE number = 'S2025-0003'", "read"),
    ],
)
def test_a_statement_of_other_entries_than_it_says_is_named(road: Road, change: str, what: str) -> None:
    with road.app.app_context():
        with acting_as(actor(1)):
            agreed_price(db.session)
            trued_up(db.session, 210, three_loads())
        db.session.commit()
        without_rules()
        db.session.execute(text(change))
        db.session.expire_all()
        found = first_statement_fault(db.session)
        assert found is not None
        assert "S2025-0003" in found.where
        assert what in found.what


def test_it_is_shown_listed_and_taken_along(road: Road) -> None:
    with road.app.app_context():
        with acting_as(actor(1)):
            agreed_price(db.session)
            trued_up(db.session, 210, three_loads(road.plant_id))
        issue_statements(db.session, close_month(db.session, DECEMBER))
        number = db.session.scalars(
            select(Statement.number).where(Statement.first_entry.is_not(None), Statement.plant_id == road.plant_id)
        ).one()
        carried = db.session.scalars(
            select(Statement.number).where(Statement.month == DECEMBER, Statement.plant_id == road.plant_id)
        ).all()
        db.session.commit()
    browser: FlaskClient = member(road.app, "finance")
    page = browser.get(f"/money/statements/{number}").text
    for said in ("差价结算单", "5,000.00", "5,250.00", "250.00", "贰佰伍拾元整", "money/ledger:"):
        assert said in page, said
    (monthly,) = [it for it in carried if it != number]
    assert f'href="/money/statements/{number}"' in browser.get(f"/money/statements/{monthly}").text
    assert number in browser.get("/money/statements").text
    book = CalamineWorkbook.from_filelike(BytesIO(browser.get(f"/money/statements/{number}/excel").data))
    rows = book.get_sheet_by_index(1).to_python()
    assert [row[2:8] for row in rows[1:]] == [
        [10000.0, 200.0, 210.0, 2000.0, 2100.0, 100.0],
        [5000.0, 200.0, 210.0, 1000.0, 1050.0, 50.0],
        [10000.0, 200.0, 210.0, 2000.0, 2100.0, 100.0],
    ]
    with road.app.app_context():
        text_kept = db.session.get_one(Statement, number).text
    assert browser.get(f"/money/statements/{number}/issued").text == text_kept
