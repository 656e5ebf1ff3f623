"""The verification desk: what stands on it, who sees it, and what is said there."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from app.database.engine import db
from app.intake.models import WeighTicket
from app.verification.models import Verdict, VerdictKind
from app.verification.queries import Standing
from tests.app.members import member
from tests.app.verification.month import Month
from tests.conftest import csrf_token


@pytest.fixture
def city(month: Month) -> FlaskClient:
    browser = member(month.gate.app, "city_official")
    browser.post("/language/en", data={"csrf_token": csrf_token(browser, "/")})
    return browser


def sent(browser: FlaskClient, address: str, **form: object) -> TestResponse:
    token = csrf_token(browser, "/")
    return browser.post(address, data={"csrf_token": token, **form})


def number_of(month: Month, ticket_id: str) -> str:
    with month.gate.app.app_context():
        ticket = db.session.get(WeighTicket, ticket_id)
        assert ticket is not None
        return ticket.number


def verified(browser: FlaskClient, month: Month) -> TestResponse:
    answer = sent(browser, f"/verification/months/{month.first:%Y-%m}/run")
    assert answer.status_code == 302, answer.text
    return answer


def test_a_month_is_verified_judged_and_claimed_from_the_page(month: Month, city: FlaskClient) -> None:
    first, second = month.copied()
    page = city.get("/verification").text
    assert "No month was verified yet" in page
    verified(city, month)
    page = city.get("/verification").text
    assert "Photo of another ticket" in page
    assert number_of(month, first) in page
    photo = month.suspicion("used_photo")
    one = city.get(f"/verification/{photo}").text
    assert f"handed in with ticket {number_of(month, first)} already" in one
    for ticket_id in (first, second):
        assert f'href="/tickets/{number_of(month, ticket_id)}"' in one
    answer = sent(city, f"/verification/{photo}/verdict", kind="upheld", reason="the same truck twice")
    assert answer.status_code == 302
    assert month.standing(second) == [Standing.UPHELD]
    one = city.get(f"/verification/{photo}").text
    assert "the same truck twice" in one
    assert "The verdict that holds is your own." in one
    assert sent(city, f"/verification/{photo}/verdict", kind="explained", reason="no", known="1").status_code == 409


def test_what_else_is_suspected_of_the_same_tickets_stands_beside(month: Month, city: FlaskClient) -> None:
    _first, second = month.copied()
    month.run()
    photo, moisture = month.suspicion("used_photo"), month.suspicion("copied_moisture", second)
    one = city.get(f"/verification/{photo}").text
    assert f'href="/verification/{moisture}"' in one
    assert f'href="/verification/{photo}"' not in one


def test_a_verdict_without_kind_or_reason_comes_back_with_what_was_typed(month: Month, city: FlaskClient) -> None:
    month.copied()
    month.run()
    address = f"/verification/{month.suspicion('used_photo')}/verdict"
    for form, field in (
        ({"kind": "upheld"}, "reason"),
        ({"reason": "looked at"}, "kind"),
        ({"kind": "perhaps"}, "kind"),
    ):
        answer = sent(city, address, **form)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
    assert "looked at" in sent(city, address, reason="looked at").text
    answer = sent(city, address, kind="upheld", reason="x", known="77")
    assert answer.status_code == 409
    with month.gate.app.app_context():
        assert db.session.query(Verdict).count() == 0


def test_the_list_is_narrowed_and_had_as_a_workbook(month: Month, city: FlaskClient) -> None:
    _first, second = month.copied()
    month.run()
    number, kind = number_of(month, second), month.gate.place
    for asked, is_there in (
        ("", True),
        ("?detector=used_photo", True),
        ("?detector=tare", False),
        (f"?month={month.first:%Y-%m}", True),
        ("?month=2020-01", False),
        (f"?place={kind[0]}:{kind[1]}", True),
        ("?place=yard:none", False),
        ("?town=none", False),
        ("?state=upheld", False),
        ("?state=", True),
    ):
        assert ("Photo of another ticket" in shown(city, asked)) is is_there, asked
    book = CalamineWorkbook.from_filelike(io.BytesIO(city.get("/verification.xlsx?detector=used_photo").data))
    head, row = book.get_sheet_by_index(0).to_python()
    assert len(head) == len(row) == 12
    assert (row[2], row[3]) == ("Photo of another ticket", number)
    month.judged(month.suspicion("used_photo"), VerdictKind.EXPLAINED)
    assert "Photo of another ticket" not in shown(city, "?detector=used_photo")
    assert "Photo of another ticket" in shown(city, "?detector=used_photo&state=explained")


def shown(browser: FlaskClient, asked: str) -> str:
    """The list, without the names of its filters."""
    return browser.get(f"/verification{asked}").text.partition('<table class="data-table" id="suspicions"')[2]


def test_a_town_reads_what_is_about_its_own_tickets_and_judges_nothing(month: Month) -> None:
    month.copied()
    month.run()
    photo = month.suspicion("used_photo")
    town = member(month.gate.app, "town_official", ("town", "another"))
    assert town.get("/verification").status_code == 200
    assert town.get(f"/verification/{photo}").status_code == 404
    assert sent(town, f"/verification/{photo}/verdict", kind="explained", reason="x").status_code == 403
    assert sent(town, f"/verification/months/{month.first:%Y-%m}/run").status_code == 403
    finance = member(month.gate.app, "finance")
    assert finance.get(f"/verification/{photo}").status_code == 200


def test_what_is_not_there_is_said_so(month: Month, city: FlaskClient) -> None:
    assert city.get("/verification/999").status_code == 404
    assert sent(city, "/verification/months/never/run").status_code == 404
    assert "There are no tickets yet." in city.get("/verification").text
    verified(city, month)
