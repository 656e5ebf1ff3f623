"""Payments on their pages: typed in, from a file, assigned, taken back."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

from flask.testing import FlaskClient

from app.billing.ledger.months import close_month
from app.billing.payments.check import first_payment_fault
from app.billing.statements.operations import issue_statements
from app.database.engine import db
from tests.app.billing.money import settled_month
from tests.app.billing.pages import post
from tests.app.deliveries.road import Road
from tests.app.members import member
from tests.conftest import csrf_token


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


def test_an_empty_page_of_payments_speaks_of_movements(road: Road) -> None:
    page = member(road.app, "finance").get("/money/payments").text
    assert "没有待认领的流水" in page
    assert "疑点" not in page.split("<main", 1)[1]


def sent_file(browser: FlaskClient, content: bytes | None) -> str:
    fields: dict[str, object] = {"csrf_token": csrf_token(browser, "/money/payments")}
    if content is not None:
        fields["file"] = (BytesIO(content), "bank.csv")
    return browser.post("/money/payments/file", data=fields, follow_redirects=True).text
