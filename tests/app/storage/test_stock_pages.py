"""The pages of the stock: who sees which yard, what stands there, and what may be changed."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.accounts.audit import AuditEntry
from app.clock import business_day
from app.database.engine import db
from app.registry.models import TransferYard
from app.storage.models import BaleStack, DayClosing
from tests.app.day_plan import PlannedTown
from tests.app.members import member
from tests.app.storage.yard_book import MORNING, YardBook, yard_book
from tests.conftest import csrf_token

DAY = business_day(MORNING)
STACK_FORM = {
    "name": "A9", "kind": "any", "x_m": "6", "y_m": "40.5", "width_m": "15", "length_m": "10", "most_bales": "300",
}  # fmt: skip


@pytest.fixture
def yard_id(town: PlannedTown) -> str:
    return town.scenario.yards[0].yard_id


def filled(app: Flask, yard_id: str) -> list[str]:
    """A day with a load of each class, one out, a count, the watch, closed with an explanation; returns the stacks."""
    with app.app_context():
        book = yard_book(yard_id)
        hot, apart, first, *_ = book.stacks
        book.told("watch", {"event": "begin"})
        book.came(30, 3_400, [(first, 30)])
        book.came(20, 2_300, [(apart, 20)], permille=210)
        book.came(10, 1_300, [(hot, 10)], permille=270)
        book.left(12, 1_350, [(first, 12)])
        book.told("stack_count", {"counts": [{"stack_id": first, "bales": 17}]})
        book.told("day_close", {"day": DAY.isoformat(), "counts": [], "explanation": "one bale fell apart <b>"})
        db.session.commit()
        return book.stacks


def test_all_yards_and_one_with_its_stacks_are_shown(county_app: Flask, yard_id: str) -> None:
    stacks = filled(county_app, yard_id)
    browser = member(county_app, "dispatcher")
    assert f'href="/stock/{yard_id}"' in browser.get("/stock").text
    for address in (
        f"/stock/{yard_id}",
        f"/stock/{yard_id}?colour=moisture&order=first_in",
        f"/stock/{yard_id}?colour=x",
    ):
        page = browser.get(address)
        assert page.status_code == 200
        assert all(f'id="{stack_id}"' in page.text for stack_id in stacks)
        assert page.text.count('class="stack-place"') == len(stacks)


def test_a_yard_gets_its_first_stacks_when_somebody_looks_at_it(county_app: Flask, yard_id: str) -> None:
    browser = member(county_app, "fire_brigade")
    assert browser.get(f"/stock/{yard_id}").status_code == 200
    with county_app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        stacks = db.session.scalars(select(BaleStack)).all()
        assert {stack.yard_id for stack in stacks} == {yard_id}
        assert {stack.kind for stack in stacks} == {"hot_lane", "stack_apart", "stack_freely"}
        assert sum(stack.most_bales for stack in stacks) * 110 >= yard.capacity_t * 1000
        assert all(stack.width_m * stack.length_m <= 150 and stack.most_bales * 110 <= 50_000 for stack in stacks)


def test_a_day_shows_its_figures_its_vehicles_its_watch_and_what_was_explained(county_app: Flask, yard_id: str) -> None:
    filled(county_app, yard_id)
    page = member(county_app, "dispatcher").get(f"/stock/{yard_id}/days/{DAY}")
    assert page.status_code == 200
    assert "one bale fell apart &lt;b&gt;" in page.text
    whole = re.findall(r'<tr class="whole-row">(.*?)</tr>', page.text, re.S)
    figures = [re.findall(r'<td class="number">([^<]*)</td>', row) for row in whole]
    assert figures[0] == ["0", "0", "60", "7,000", "12", "1,350", "0", "0", "-1", "-114", "47", "5,536", "5,536"]
    assert figures[1] == figures[0]
    assert page.text.count(f"{yard_id}-{DAY:%Y%m%d}-") >= 4
    assert member(county_app, "city_official").get(f"/stock/{yard_id}/days/1999-13-01").status_code == 404


def test_what_comes_late_is_told_on_the_closed_day_and_in_the_next_opening(county_app: Flask, yard_id: str) -> None:
    filled(county_app, yard_id)
    with county_app.app_context():
        found = yard_book_again(yard_id)
        found.came(11, 1_111, [(found.stacks[3 if len(found.stacks) > 3 else 1], 11)], at=MORNING + timedelta(hours=9))
        db.session.commit()
    browser = member(county_app, "dispatcher")
    closed = browser.get(f"/stock/{yard_id}/days/{DAY}").text
    assert "1,111" in re.search(r'<p class="notice notice-warning">(.*?)</p>', closed, re.S)[1]
    following = browser.get(f"/stock/{yard_id}/days/{DAY + timedelta(days=1)}").text
    assert "1,111" in re.search(r'<p class="notice notice-info">(.*?)</p>', following, re.S)[1]


def yard_book_again(yard_id: str) -> YardBook:
    book = yard_book(yard_id)
    book.moment = MORNING + timedelta(hours=8)
    return book


@pytest.mark.parametrize("ending", ["days/{day}.xlsx", "months/{day:%Y-%m}.xlsx"])
def test_the_ledger_is_to_be_had_as_a_workbook(county_app: Flask, yard_id: str, ending: str) -> None:
    filled(county_app, yard_id)
    answer = member(county_app, "fire_brigade").get(f"/stock/{yard_id}/{ending.format(day=DAY)}")
    assert answer.status_code == 200
    watch, vehicles, quantities = (
        CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(number).to_python()
        for number in range(3)
    )
    assert len(watch) == 2
    assert [row[7:11] for row in vehicles[1:]] == [
        [30, 12_400, 9_000, 3_400], [20, 11_300, 9_000, 2_300], [10, 10_300, 9_000, 1_300], [12, 10_350, 9_000, 1_350],
    ]  # fmt: skip
    last = next(row for row in reversed(quantities) if 47 in row)
    assert 5_536 in last


def test_the_office_closes_a_day_and_is_told_what_is_missing(county_app: Flask, yard_id: str) -> None:
    with county_app.app_context():
        book = yard_book(yard_id)
        first = book.stacks[2]
        book.came(30, 3_300, [(first, 30)])
        db.session.commit()
    manager = member(county_app, "yard_manager", ("yard", yard_id))
    page = f"/stock/{yard_id}/days/{DAY}"
    form = {"csrf_token": csrf_token(manager, page), f"count-{first}": "29"}
    told = manager.post(f"{page}/close", data=form, follow_redirects=True).text
    assert "notice-warning" in told
    assert f'name="count-{first}"' in told  # still open, and asks again with what was counted
    told = manager.post(f"{page}/close", data={**form, "explanation": "one fell apart"}, follow_redirects=True).text
    assert "notice-success" in told
    assert f'name="count-{first}"' not in told
    told = manager.post(f"{page}/close", data={**form, "explanation": "again"}, follow_redirects=True).text
    assert "notice-error" in told
    assert member(county_app, "attendant", ("yard", yard_id)).post(f"{page}/close", data=form).status_code in (400, 403)
    with county_app.app_context():
        closings = db.session.scalars(select(DayClosing).order_by(DayClosing.closed_at)).all()
        assert [(one.is_closed, one.closing_bales) for one in closings] == [(False, 30), (True, 29)]


def test_nobody_sees_the_stock_of_another_place(county_app: Flask, town: PlannedTown, yard_id: str) -> None:
    others = [yard.yard_id for yard in town.scenario.yards if yard.yard_id != yard_id]
    pages = ("", f"/days/{DAY}", f"/days/{DAY}.xlsx", f"/months/{DAY:%Y-%m}.xlsx")
    mine = member(county_app, "attendant", ("yard", yard_id))
    other = member(county_app, "yard_manager", ("yard", others[0] if others else "elsewhere"))
    plant = member(county_app, "plant", ("plant", town.scenario.plants[0].plant_id))
    for page in pages:
        assert mine.get(f"/stock/{yard_id}{page}").status_code == 200
        assert other.get(f"/stock/{yard_id}{page}").status_code == 404
        assert plant.get(f"/stock/{yard_id}{page}").status_code == 404
        assert mine.get(f"/stock/no-such-yard{page}").status_code == 404
    with county_app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        yard.adjacent_plant_id = town.scenario.plants[0].plant_id
        db.session.commit()
    assert plant.get(f"/stock/{yard_id}").status_code == 200
    assert f'href="/stock/{yard_id}"' in plant.get("/stock").text
    assert f'href="/stock/{yard_id}"' not in other.get("/stock").text
    official = member(county_app, "town_official", ("town", town.scenario.yards[0].town_id))
    assert official.get(f"/stock/{yard_id}").status_code == 200
    assert official.get(f"/stock/{yard_id}/stacks/new").status_code == 403


def test_a_stack_is_added_changed_taken_out_of_use_when_empty_and_put_back(county_app: Flask, yard_id: str) -> None:
    stacks = filled(county_app, yard_id)
    manager = member(county_app, "yard_manager", ("yard", yard_id))
    new = f"/stock/{yard_id}/stacks/new"
    token = csrf_token(manager, new)
    bad = manager.post(new, data={**STACK_FORM, "most_bales": "many", "width_m": "nan", "csrf_token": token})
    assert (bad.status_code, bad.text.count("field-error")) == (422, 2)
    assert manager.post(new, data={**STACK_FORM, "csrf_token": token}).status_code == 302
    with county_app.app_context():
        added = db.session.scalars(select(BaleStack).where(BaleStack.name == "A9")).one()
        assert (added.y_m, added.most_bales, added.kind) == (40.5, 300, "any")
        own = f"/stock/{yard_id}/stacks/{added.stack_id}"
    changed = {**STACK_FORM, "name": "A10", "csrf_token": token}
    assert manager.post(f"{own}/change", data={**changed, "version": 1}).status_code == 302
    assert manager.post(f"{own}/change", data={**changed, "version": 1}).status_code == 409
    assert manager.post(f"{own}/withdraw", data={"csrf_token": token}).status_code == 302
    held = f"/stock/{yard_id}/stacks/{stacks[2]}/withdraw"
    assert "notice-error" in manager.post(held, data={"csrf_token": token}, follow_redirects=True).text
    assert manager.post(f"{own}/restore", data={"csrf_token": token}).status_code == 302
    with county_app.app_context():
        db.session.expire_all()
        assert db.session.scalars(select(BaleStack.withdrawn_at)).all() == [None] * (len(stacks) + 1)
        said = db.session.scalars(select(AuditEntry.what).where(AuditEntry.subject_kind == "stack")).all()
        assert said == ["stack.added", "stack.changed", "stack.withdrawn", "stack.restored"]
    assert manager.get(f"/stock/{yard_id}/stacks/none/change").status_code == 422
