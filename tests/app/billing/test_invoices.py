"""Who papers about money name, and the data of invoices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.billing.charging.operations import post_charges
from app.billing.invoices.operations import InvoiceFault, InvoiceItem, invoice_data, note_invoice, note_red_letter
from app.billing.invoices.parties import Party, keep_party, parties
from app.billing.invoices.workbook import invoice_workbook
from app.billing.ledger.months import ask_to_reopen, close_month, reopen_month
from app.billing.payments.operations import Movement, keys_of, note
from app.billing.statements.check import first_statement_fault
from app.billing.statements.models import Statement
from app.billing.statements.operations import issue_statements
from app.billing.statements.papers import said_by
from app.clock import business_day
from app.database.engine import make_engine
from app.errors import BAD_INVOICE_NUMBER, INVOICE_KNOWN, NO_SUCH_THING, TAKE_BACK_FIRST
from app.registry.models import EndUsePlant
from tests.app.billing.money import actor, agreed_price, balance_fen, load
from tests.app.billing.test_payments import refused

NOVEMBER, DECEMBER = date(2025, 11, 1), date(2025, 12, 1)
# Made up, with right check characters.
COMPANY = Party(legal_name="Straw company (demo)", credit_code="91330481MA2B000X10", bank_account="1234 5678")
CODES = ("91330481MA2B000X10", "93330481MA2X00001A", "91350100m000100y43 ")


@pytest.fixture
def session(database_copy: object) -> Iterator[Session]:
    engine = make_engine(database_copy("county"))  # type: ignore[operator]
    with Session(engine) as session, acting_as(actor(1)):
        agreed_price(session, yuan_per_t=200)
        yield session
        session.rollback()
    engine.dispose()


@pytest.fixture
def plant_id(session: Session) -> str:
    return session.scalars(select(EndUsePlant.plant_id)).one()


def closed(session: Session, month: date) -> Statement:
    (statement,) = issue_statements(session, close_month(session, month))
    return statement


def named(session: Session, plant_id: str) -> None:
    keep_party(session, COMPANY)
    keep_party(session, Party(plant_id=plant_id, legal_name="Plant Ltd (demo)", credit_code="93330481MA2X00001A"))


@pytest.mark.parametrize("code", CODES)
def test_a_right_credit_code_is_kept_as_it_is_written_on_papers(code: str) -> None:
    assert Party(legal_name="x", credit_code=code).credit_code == code.strip().upper()


@pytest.mark.parametrize("code", ["", "91330481MA2B000X11", "91330481MA2B000X1", "I1330481MA2B000X10", "x" * 18])
def test_a_wrong_credit_code_is_refused(code: str) -> None:
    with pytest.raises(ValidationError):
        Party(legal_name="x", credit_code=code)


@given(st.sampled_from(CODES[:2]), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_a_credit_code_with_one_other_character_is_refused(code: str, at: int, other: str) -> None:
    wrong = code[:at] + other + code[at + 1 :]
    if wrong != code:
        with pytest.raises(ValidationError):
            Party(legal_name="x", credit_code=wrong)


def test_the_last_that_was_entered_of_each_holds_and_an_unknown_plant_is_refused(
    session: Session, plant_id: str
) -> None:
    named(session, plant_id)
    keep_party(session, COMPANY.model_copy(update={"legal_name": "Another name (demo)"}))
    found = parties(session)
    assert found[None].legal_name == "Another name (demo)"
    assert found[plant_id].legal_name == "Plant Ltd (demo)"
    with refused(NO_SUCH_THING):
        keep_party(session, COMPANY.model_copy(update={"plant_id": "no plant"}))


def test_a_statement_keeps_the_names_of_its_day(session: Session, plant_id: str) -> None:
    named(session, plant_id)
    post_charges(session, [load("D1", plant_id=plant_id)])
    statement = closed(session, NOVEMBER)
    keep_party(session, COMPANY.model_copy(update={"legal_name": "Another name (demo)"}))
    assert said_by(statement)["payee"]["legal_name"] == "Straw company (demo)"
    assert said_by(statement)["payer"]["credit_code"] == "93330481MA2X00001A"
    assert first_statement_fault(session) is None


def test_all_that_keeps_an_invoice_from_being_made_is_said(session: Session, plant_id: str) -> None:
    post_charges(session, [load("D1", plant_id=plant_id)])
    closed(session, NOVEMBER)
    statement = closed(session, DECEMBER)
    data = invoice_data(session, statement)
    assert data.faults == (InvoiceFault.NO_COMPANY, InvoiceFault.NO_PLANT, InvoiceFault.NOTHING)
    with pytest.raises(ValueError, match="S2025-0002"):
        invoice_workbook(data)


def test_an_invoice_says_what_was_charged_and_corrected_with_its_tax_and_not_what_was_paid(
    session: Session, plant_id: str
) -> None:
    named(session, plant_id)
    post_charges(session, [load("D1", plant_id=plant_id)])
    closed(session, NOVEMBER)
    agreed_price(session, kind="final", yuan_per_t=212, valid_to=date(2025, 12, 31))
    paid = Movement(paid_on=date(2025, 12, 5), amount_fen=1, payer="Plant Ltd(demo)", said="", bank_number=None)
    note(session, list(zip(keys_of([paid]), [paid], strict=True)))
    assert balance_fen(session, f"plant/{plant_id}/owed") == 199_999
    post_charges(session, [load("D1", plant_id=plant_id), load("D2", plant_id=plant_id, day=date(2025, 12, 2))])
    statement = closed(session, DECEMBER)
    data = invoice_data(session, statement)
    assert [(it.item, it.amount_fen, it.tax_fen) for it in data.lines] == [
        (InvoiceItem.FEE, 212_000, 12_000),
        (InvoiceItem.DIFFERENCES, 12_000, 679),
    ]
    assert (data.amount_fen, data.tax_fen, data.faults) == (224_000, 12_679, ())
    book = CalamineWorkbook.from_filelike(BytesIO(invoice_workbook(data)))
    first, second = (book.get_sheet_by_index(at).to_python() for at in (0, 1))
    assert first[1][1:5] == ["Straw company (demo)", "91330481MA2B000X10", "Plant Ltd (demo)", "93330481MA2X00001A"]
    assert [row[3:8] for row in second[1:]] == [[10.0, 212.0, 2120.0, 6.0, 120.0], ["", "", 120.0, 6.0, 6.79]]


def test_a_month_that_is_less_than_nothing_needs_a_red_letter_invoice(session: Session, plant_id: str) -> None:
    named(session, plant_id)
    post_charges(session, [load("D1", plant_id=plant_id)])
    closed(session, NOVEMBER)
    post_charges(session, [load("D1", plant_id=plant_id, plant_kg=9_000)])
    assert invoice_data(session, closed(session, DECEMBER)).faults == (InvoiceFault.RED_LETTER,)


def test_an_invoice_is_noted_once_and_only_under_a_number_of_its_time(session: Session, plant_id: str) -> None:
    named(session, plant_id)
    post_charges(session, [load("D1", plant_id=plant_id)])
    statement, day = closed(session, NOVEMBER), business_day()
    number = f"{day.year % 100}33" + "0" * 15 + "7"
    for wrong in (number[:-1], "1" + number[1:], number[:-1] + "x"):
        with refused(BAD_INVOICE_NUMBER):
            note_invoice(session, statement, wrong, day)
    for wrong_day in (date(2025, 10, 31), date(2099, 1, 1)):
        with refused(BAD_INVOICE_NUMBER):
            note_invoice(session, statement, number, wrong_day)
    note_invoice(session, statement, number, day)
    with refused(INVOICE_KNOWN):
        note_invoice(session, statement, number, day)
    assert invoice_data(session, statement).faults == (InvoiceFault.MADE,)


def test_an_invoice_of_a_statement_that_was_replaced_is_taken_back_before_another_is_made(
    session: Session, plant_id: str
) -> None:
    named(session, plant_id)
    post_charges(session, [load("D1", plant_id=plant_id)])
    first, day = closed(session, NOVEMBER), business_day()
    made, again, red = (f"{day.year % 100}33{n:016}" for n in (1, 2, 3))
    note_invoice(session, first, made, day)
    wish = ask_to_reopen(session, NOVEMBER, "a weight was wrong")
    with acting_as(actor(2)):
        reopen_month(session, NOVEMBER, wish.id)
    post_charges(session, [load("D1", plant_id=plant_id, plant_kg=9_000)])
    with refused(NO_SUCH_THING):
        note_red_letter(session, first, made, red, day)
    second = closed(session, NOVEMBER)
    assert second.replaces == first.number
    data = invoice_data(session, second)
    assert data.faults == (InvoiceFault.TAKE_BACK,)
    assert [it.number for it in data.to_take_back] == [made]
    with refused(TAKE_BACK_FIRST):
        note_invoice(session, second, again, day)
    for wrong, kind in ((made, INVOICE_KNOWN), (red[:-1], BAD_INVOICE_NUMBER)):
        with refused(kind):
            note_red_letter(session, second, made, wrong, day)
    note_red_letter(session, second, made, red, day)
    assert (invoice_data(session, first).to_take_back, invoice_data(session, second).faults) == ((), ())
    with refused(INVOICE_KNOWN):
        note_invoice(session, second, red, day)
    note_invoice(session, second, again, day)
    assert invoice_data(session, second).amount_fen == 180_000
