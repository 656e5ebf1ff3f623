"""The pages of money, from a load on the road to the entry that is its price."""

from __future__ import annotations

import re
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.accounts.actors import acting_as
from app.billing.charging.everything import charge_everything
from app.billing.charging.operations import post_charges
from app.billing.ledger.models import LedgerEntry, MonthEvent
from app.billing.ledger.months import ask_to_reopen, close_month, reopen_month
from app.billing.ledger_check import first_money_fault, money_head
from app.billing.payments.check import first_payment_fault
from app.billing.statements.check import first_statement_fault
from app.billing.statements.models import Statement
from app.billing.statements.operations import issue_statements, made_again
from app.billing.statements.papers import said_by
from app.billing.waiting import uncharged_loads
from app.clock import business_day
from app.database.engine import db
from app.deliveries.disputes import answer_proposal, propose_settlement
from app.deliveries.models import Basis, Side
from tests.app.billing.money import actor, agreed_price, balance_fen, load, registered, settled_month
from tests.app.deliveries.road import Road
from tests.app.members import member
from tests.app.without_rules import without_rules
from tests.conftest import csrf_token

FIRST, SECOND = "first@tests.example", "second@tests.example"


@pytest.fixture
def people(road: Road) -> tuple[FlaskClient, FlaskClient]:
    """Two of the franchise company who look after money."""
    browsers = []
    for email, role in ((FIRST, "finance"), (SECOND, "dispatcher")):
        browsers.append(member(road.app, role, email=email))
        post(browsers[-1], "/language/en", "/")
    return browsers[0], browsers[1]


def post(browser: FlaskClient, address: str, page: str, **fields: str) -> str:
    answer = browser.post(address, data={"csrf_token": csrf_token(browser, page), **fields}, follow_redirects=True)
    assert answer.status_code in (200, 409, 422), answer.status
    return answer.text


def proposed(browser: FlaskClient, material_id: str, **others: str) -> str:
    values = {
        "material_id": material_id, "kind": "provisional", "yuan_per_t": "200", "valid_from": "2025-01-01",
        "counted_end": "plant", "basis": "as_weighed", "town_percent": "0", "reason": "trial",
    }  # fmt: skip
    return post(browser, "/money/prices", "/money/prices", **values | others)


def test_loads_of_which_money_is_missing_are_told(road: Road, people: tuple[FlaskClient, FlaskClient]) -> None:
    first, _second = people
    late, disputed = road.sent(5_000), road.sent(6_000, plate="浙F54321")
    road.weighed(disputed, 5_000)
    material_id = road.one(late).material_id
    with road.app.app_context():
        today = uncharged_loads(db.session, business_day())
        later = uncharged_loads(db.session, business_day() + timedelta(days=4))
        agreed_price(db.session, material_id=material_id)
        db.session.commit()
        priced = uncharged_loads(db.session, business_day() + timedelta(days=4))
    assert (today.unweighed.number, today.unpriced.number, today.disputed.number) == (0, 1, 0)
    assert (later.unweighed.number, later.unweighed.kg) == (1, 5_000)
    assert (priced.unpriced.number, priced.disputed.kg) == (0, 5_000)
    page = first.get("/money").text
    assert "1 loads, 5.0 t, count by the contract until their disputes are settled" in page


def test_a_price_is_proposed_looked_at_agreed_to_and_charged(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    delivery_id = road.sent(5_000)
    road.weighed(delivery_id, 4_990)
    material_id = road.one(delivery_id).material_id
    page = proposed(first, material_id)
    assert "1 deliveries would cost something else." in page
    assert "998.00" in page
    assert "another person has to agree" in page
    price = re.search(r"/money/prices/(\d+)/decline", page)
    assert price is not None
    address = f"/money/prices/{price[1]}"
    assert "does not agree to it too" in post(first, f"{address}/agree", "/money/prices")
    assert "1 deliveries charged" in post(second, f"{address}/agree", "/money/prices")
    with road.app.app_context():
        assert balance_fen(db.session, f"plant/{road.plant_id}/owed") == 99_800
    home = first.get("/money").text
    assert "998.00" in home
    assert "money/ledger:1:" in home
    ledger = first.get("/money/ledger").text
    entry = re.search(r'/money/ledger/([0-9a-f-]{36})"', ledger)
    assert entry is not None
    told = first.get(f"/money/ledger/{entry[1]}").text
    assert "4.990 t" in told
    assert re.search(r'href="/tickets/[^"]+"', told)
    for narrowed in (f"account=plant/{road.plant_id}/owed", f"about={delivery_id}", f"month={business_day():%Y-%m}"):
        assert entry[1] in first.get(f"/money/ledger?{narrowed}").text
    assert "0 deliveries charged, 0 corrected, 0 taken back." in post(first, "/money/charge", "/money")


def test_a_price_with_faults_comes_back_with_all_of_them_and_what_was_typed(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    faults = {
        "yuan_per_t": "a lot",
        "valid_from": "",
        "town_percent": "120",
        "above-1": "20",
        "off-1": "x",
        "reason": "",
    }
    page = proposed(people[0], "straw", **faults)
    for said in ("yuan per tonne", "day from which it holds", "town&#39;s part", "Deductions need", "Say why"):
        assert said in page, said
    assert 'value="a lot"' in page
    for field, said, told in (
        ("town_percent", "inf", "town&#39;s part"),
        ("town_percent", "12.34", "one decimal"),
        ("above-1", "1e400", "Deductions need"),
        ("valid_from", "0001-01-01", "day from which it holds"),
        ("valid_to", "9999-12-31", "last day is no day"),
    ):
        assert told in proposed(people[0], "straw", **{field: said}), said
    assert first_fault(road.app) is None


def test_from_a_load_a_way_leads_to_its_entry_and_up_to_the_statement(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, _second = people
    with road.app.app_context():
        agreed_price(db.session)
        post_charges(db.session, [load("D1", plant_id=road.plant_id)])
        entry_id = db.session.scalars(select(LedgerEntry.id)).one()
        db.session.commit()
    address = f"/money/ledger/{entry_id}"
    page = first.get(address)
    assert page.status_code == 200
    assert "/money/statements/" not in page.text.split("<main", 1)[1]
    with road.app.app_context():
        issue_statements(db.session, close_month(db.session, date(2025, 11, 1)))
        db.session.commit()
    assert "/money/statements/S2025-0001" in first.get(address).text
    delivery_id = road.sent(5_000)
    number = re.search(r"/tickets/([^\"]+)\"", first.get(f"/deliveries/{delivery_id}").text)
    assert number is not None
    for page in (f"/deliveries/{delivery_id}", f"/tickets/{number[1]}"):
        assert f"/money/ledger?about={delivery_id}" in first.get(page).text, page


def test_a_declined_price_says_why_and_a_month_that_is_not_over_stays_open(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    delivery_id = road.sent(5_000)
    road.weighed(delivery_id, 5_000)
    page = proposed(first, road.one(delivery_id).material_id)
    number = re.search(r"/money/prices/(\d+)/decline", page)
    assert number is not None
    address = f"/money/prices/{number[1]}"
    post(second, f"{address}/decline", "/money/prices", reason="too low")
    assert "too low" in first.get(address).text
    month = f"{business_day():%Y-%m}"
    assert "not over yet" in post(first, f"/money/months/{month}/close", "/money/prices")
    assert "closed last" in post(first, f"/money/months/{month}/reopen", "/money/prices", reason="late")
    assert first.get("/money/months").status_code == 404


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


def test_payments_are_typed_in_assigned_taken_back_and_come_from_a_file(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, _second = people
    with road.app.app_context():
        settled_month(db.session, road.plant_id, "T1")
        db.session.commit()
    page = post(first, "/money/payments", "/money/payments", paid_on="x", yuan="1.234", payer="")
    for said in ("day on which it came", "two decimals at most", "Enter who paid"):
        assert said in page, said
    ahead = post(first, "/money/payments", "/money/payments", paid_on="2036-01-05", yuan="1", payer="A plant")
    assert "cannot have come on this day" in ahead
    typed = {"paid_on": "2026-01-05", "yuan": "4,000.00", "payer": "A plant", "said": ""}
    assert "4,000.00 yuan" in post(first, "/money/payments", "/money/payments", **typed)
    assert "noted already" in post(first, "/money/payments", "/money/payments", **typed)
    assigned = {"plant": road.plant_id, "statement": "S2025-0001"}
    assert "Posted as a payment" in post(first, "/money/payments/3/match", "/money/payments", **assigned)
    assert "money/ledger" in first.get("/money").text
    assert "1,000.00" in first.get("/money/open").text
    assert "waits again" in post(first, "/money/payments/3/undo", "/money/payments", reason="wrong plant")
    assert "Taken back: wrong plant" in first.get("/money/payments").text
    assert "nobody&#39;s payment" in post(first, "/money/payments/3/aside", "/money/payments", reason="interest")
    assert "overdue by" in first.get("/money/reminders/1").text
    assert "reminded today already" in post(first, f"/money/open/{road.plant_id}/remind", "/money/open")
    file = b"Date,Came in (yuan),Payer,Remittance text\n2026-01-06,100,A plant,S2025-0001\n"
    page = sent_file(first, file)
    assert "1 movement would be stored" in page
    token = re.search(r"/money/payments/file/([\w-]+)/take-in", page)
    assert token is not None
    again = sent_file(first, file)
    address = f"/money/payments/file/{token[1]}"
    assert "1 movement was stored" in post(first, f"{address}/take-in", address)
    other = re.search(r"/money/payments/file/([\w-]+)/discard", again)
    assert other is not None
    address = f"/money/payments/file/{other[1]}"
    assert "taken in already" in first.get(address).text
    assert "dropped" in post(first, f"{address}/discard", address)
    another = {"paid_on": "2026-01-08", "yuan": "100", "payer": "A plant", "said": "S2025-0001"}
    assert "Tick here if this is another one" in post(first, "/money/payments", "/money/payments", **another)
    post(first, "/money/payments", "/money/payments", **another, is_another="y")
    page = sent_file(first, b"Date,Came in (yuan),Payer,Remittance text\n2026-01-09,100,The plant,S2025-0001\n")
    assert "looks like one that was typed in" in page
    token = re.search(r"/money/payments/file/([\w-]+)/take-in", page)
    assert token is not None
    address = f"/money/payments/file/{token[1]}"
    page = post(first, f"{address}/take-in", address)
    asked = re.search(r'(/money/payments/\d+/same).*?name="typed" value="(\d+)"', page, re.DOTALL)
    assert asked is not None
    assert "Nothing was posted again" in post(first, asked[1], "/money/payments", typed=asked[2])
    assert "confirms a typed one" in first.get("/money/payments").text
    assert "at fault" in sent_file(first, b"Date,Came in (yuan)\nx,y\n")
    assert "The file is not read" in sent_file(first, b"a,b\n1,2\n")
    assert "Choose a file" in sent_file(first, None)
    assert first.get("/money/payments/file/template.xlsx").status_code == 200
    with road.app.app_context():
        assert first_payment_fault(db.session) is None


def test_a_payment_of_a_closed_month_is_taken_back_by_two_people(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    with road.app.app_context():
        settled_month(db.session, road.plant_id, "T1")
        issue_statements(db.session, close_month(db.session, date(2025, 12, 1)))
        db.session.commit()
    page = post(first, "/money/payments/2/undo", "/money/payments", reason="wrong plant")
    assert "Another person has to agree that it is taken back" in page
    assert "asks to take it back: wrong plant" in page
    assert "asks to take back the payment of 1,000.00 yuan of 2025-12-09: wrong plant" in second.get("/money").text
    assert "1 payment is to be taken back" in second.get("/").text
    declined = post(second, "/money/payments/2/undo/decline", "/money/payments", wish="1", reason="it is theirs")
    assert "Declined; the payment stands." in declined
    assert "asks to take back" not in second.get("/money").text
    post(first, "/money/payments/2/undo", "/money/payments", reason="wrong plant")
    wish = {"wish": "2"}
    assert "does not agree to it too" in post(first, "/money/payments/2/undo/agree", "/money/payments", **wish)
    assert "the movement waits again" in post(second, "/money/payments/2/undo/agree", "/money/payments", **wish)
    with road.app.app_context():
        assert first_payment_fault(db.session) is None


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


def test_the_first_page_of_finance_says_what_waits(road: Road, people: tuple[FlaskClient, FlaskClient]) -> None:
    first, _second = people
    assert "Nothing waits." in first.get("/").text
    with road.app.app_context():
        settled_month(db.session, road.plant_id, "T1")
        db.session.commit()
    page = first.get("/").text
    for said in ("1 price waits", "2025-12 can be closed", "1 movement of the bank", "1 plant is overdue", "5,000.00"):
        assert said in page, said


def sent_file(browser: FlaskClient, content: bytes | None) -> str:
    fields: dict[str, object] = {"csrf_token": csrf_token(browser, "/money/payments")}
    if content is not None:
        fields["file"] = (BytesIO(content), "bank.csv")
    return browser.post("/money/payments/file", data=fields, follow_redirects=True).text


def test_a_month_is_closed_on_the_page_and_opened_again_by_two_people(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    with road.app.app_context():
        agreed_price(db.session, town_permille=300)
        post_charges(db.session, [load("D1", plant_id=road.plant_id, yard_id=None, town_id="T1")])
        db.session.commit()
    assert "Part of" in first.get("/money/ledger?account=town/T1/part").text
    page = post(first, "/money/months/2025-11/close", "/money")
    assert "2025-11 is closed, 1 statements are issued" in page
    assert "money/ledger:1:" in page
    assert first.get("/money/statements/S2025-0001").status_code == 200
    assert "reason" in post(first, "/money/months/2025-11/reopen", "/money", reason=" ")
    assert "Another person has to agree" in post(first, "/money/months/2025-11/reopen", "/money", reason="late")
    assert "has asked already" in post(second, "/money/months/2025-11/reopen", "/money", reason="my own")
    wish = re.search(r'name="wish" value="(\d+)"', second.get("/money").text)
    assert wish is not None
    declined = post(second, "/money/months/2025-11/reopen/decline", "/money", wish=wish[1], reason="not needed")
    assert "Declined; the month stays closed." in declined
    assert "no such wish" in post(second, "/money/months/2025-11/reopen/agree", "/money", wish=wish[1])
    post(first, "/money/months/2025-11/reopen", "/money", reason="late")
    wish = re.search(r'name="wish" value="(\d+)"', second.get("/money").text)
    assert wish is not None
    agreed = ("/money/months/2025-11/reopen/agree", "/money")
    assert "does not agree to it too" in post(first, *agreed, wish=wish[1])
    assert "no such wish" in post(second, *agreed)
    assert "2025-11 is open again" in post(second, *agreed, wish=wish[1])
    assert "2025-11 is closed, 0 statements are issued" in post(second, "/money/months/2025-11/close", "/money")


def test_addresses_of_money_that_is_not_there_are_not_found(people: tuple[FlaskClient, FlaskClient]) -> None:
    first, _second = people
    for address in (
        "/money/prices/99",
        "/money/ledger/none",
        "/money/ledger?month=2025-13",
        "/money/ledger?account=plant/P1",
    ):
        assert first.get(address).status_code == 404, address
    token = {"csrf_token": csrf_token(first, "/money")}
    for address in ("/money/prices/99/agree", "/money/prices/99/perhaps", "/money/months/now/close"):
        assert first.post(address, data=token).status_code == 404, address


def test_a_deduction_without_a_share_takes_nothing_off(road: Road, people: tuple[FlaskClient, FlaskClient]) -> None:
    with road.app.app_context():
        registered(db.session)
        db.session.commit()
    page = proposed(people[0], "straw", **{"above-1": "20", "off-1": ""})
    assert "above 20 % moisture 0 % off" in page


def test_a_price_of_nothing_or_for_nobody_is_refused(road: Road, people: tuple[FlaskClient, FlaskClient]) -> None:
    assert "plants and materials of the register" in proposed(people[0], "nothing")
    with road.app.app_context():
        registered(db.session)
        db.session.commit()
    assert "plants and materials of the register" in proposed(people[0], "straw", plant_id="nobody")


def test_form_preview_and_list_name_whom_a_price_for_all_does_not_reach_and_what_is_above_a_ceiling(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    with road.app.app_context():
        agreed_price(db.session, plant_id=road.plant_id, yuan_per_t=140)
        db.session.commit()
    assert "does not reach plants with a price of their own" in first.get("/money/prices").text
    page = proposed(first, "straw", kind="final", yuan_per_t="145")
    assert "does not reach plants with a contract of their own" in page
    assert "140.00 yuan/t" in page
    assert "Still provisional" not in first.get("/money/prices").text
    number = re.search(r"/money/prices/(\d+)/decline", page)
    assert number is not None
    post(second, f"/money/prices/{number[1]}/agree", "/money/prices")
    assert "Still provisional" in first.get("/money/prices").text
    page = proposed(first, "straw", kind="ceiling", yuan_per_t="142")
    assert "These prices are above the ceiling" in page
    assert "145.00 yuan/t" in page
    assert "140.00 yuan/t" not in page


def test_an_empty_page_of_payments_speaks_of_movements(road: Road) -> None:
    page = member(road.app, "finance", email=FIRST).get("/money/payments").text
    assert "没有待认领的流水" in page
    assert "疑点" not in page.split("<main", 1)[1]


def test_whoever_has_nothing_to_do_with_money_does_not_see_it(road: Road) -> None:
    browser = member(road.app, "plant", email=FIRST)
    assert [browser.get(page).status_code for page in ("/money", "/money/prices", "/money/ledger")] == [403] * 3


def first_fault(app: Flask) -> object:
    with app.app_context():
        return first_money_fault(db.session)
