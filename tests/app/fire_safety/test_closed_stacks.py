"""What is closed or hot is never proposed, and what happened to it all the same is remarked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import business_day, now
from app.database.engine import db
from app.dispatch.register_scenario import scenario_from_register
from app.fire_safety.overview.weeks import rounds_of
from app.fire_safety.patrols.operations import add_point
from app.fire_safety.watching import look_at_all
from app.intake.ledger_check import first_ledger_fault
from app.intake.models import TicketRemark
from app.intake.remark_texts import remark_text, severity_of
from app.storage.queries import stacks_now
from tests.app.day_plan import PlannedTown
from tests.app.fire_safety.test_yard_drawings import at_work, drawing, hand_in, put_in_force
from tests.app.gate import GateTablet, gate_tablet, id_of
from tests.app.members import member
from tests.conftest import csrf_token
from yard_rules.rulebook import rulebook

HOT, APART, DRY, OTHER_DRY = "01", "02", "03", "04"


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def stack(tablet: GateTablet, number: str) -> str:
    return f"{tablet.place[1]}-{number}"


def sent(tablet: GateTablet, *texts: str) -> list[dict[str, Any]]:
    results = tablet.send(*texts)["results"]
    assert [result["status"] for result in results] == [201] * len(texts), results
    return [{it["kind"]: it["values"] for it in result["receipt"]["remarks"]} for result in results]


def filled(tablet: GateTablet, number: str, plate: str = "浙F12345") -> None:
    sent(tablet, *tablet.whole_ticket(plate, stacks=[{"stack_id": stack(tablet, number), "bales": 30}]))


def heated(tablet: GateTablet, number: str, celsius: float) -> None:
    """Somebody measured it, and the watch has looked."""
    readings = [{"place": "middle", "temperature_dc": round(celsius * 10)}]
    sent(tablet, tablet.record("heat_reading", {"stack_id": stack(tablet, number), "readings": readings}))
    with tablet.app.app_context():
        assert look_at_all(db.session, [], now()) == 0


def close_by_hand(tablet: GateTablet, number: str | None, reason: str, role: str = "fire_brigade") -> None:
    yard_id = tablet.place[1]
    browser, page = member(tablet.app, role), f"/yards/{yard_id}/inspections"
    data = {"csrf_token": csrf_token(browser, page), "reason": reason}
    data |= {"stack_id": stack(tablet, number)} if number else {}
    assert browser.post(f"/yards/{yard_id}/suspensions", data=data).status_code == 302


def proposals(tablet: GateTablet) -> dict[str, str | None]:
    found: dict[str, str | None] = tablet.notebook()["proposals"]
    return found


def banned(tablet: GateTablet, number: str) -> dict[str, list[str]]:
    [found] = [each for each in tablet.notebook()["stacks"] if each["id"] == stack(tablet, number)]
    return dict(found["banned"])


def shipped(tablet: GateTablet, number: str) -> tuple[str, list[dict[str, Any]]]:
    opening = tablet.opening("浙F55555", purpose="linehaul_out", kg=8_960)
    ticket_id = id_of(opening)
    stacks = [{"stack_id": stack(tablet, number), "bales": 30}]
    return ticket_id, sent(tablet, opening, tablet.closing(ticket_id, outcome="shipped", kg=12_460, stacks=stacks))


def test_a_warm_stack_takes_nothing_more_but_may_be_taken_away_early(tablet: GateTablet) -> None:
    filled(tablet, DRY)
    assert proposals(tablet)["stack_freely"] == proposals(tablet)["loading_out"] == stack(tablet, DRY)
    heated(tablet, DRY, 47)
    assert proposals(tablet)["stack_freely"] == stack(tablet, OTHER_DRY)
    assert proposals(tablet)["loading_out"] == stack(tablet, DRY)
    assert set(banned(tablet, DRY)) == {"more_bales"}
    assert banned(tablet, OTHER_DRY) == {}


def test_a_hot_stack_is_never_proposed_for_loading(tablet: GateTablet) -> None:
    filled(tablet, DRY)
    filled(tablet, OTHER_DRY, "浙F22222")
    heated(tablet, DRY, 60)
    assert proposals(tablet)["loading_out"] == stack(tablet, OTHER_DRY)
    assert set(banned(tablet, DRY)) == {"more_bales", "loading"}
    page = member(tablet.app, "dispatcher").get(f"/stock/{tablet.place[1]}").text
    assert page.count('class="stack-closed"') == 1
    assert "禁止装车" in page
    with tablet.app.app_context():
        assert first_ledger_fault(db.session) is None


def test_the_planner_is_not_given_the_room_that_is_left_on_a_closed_stack(
    tablet: GateTablet, town: PlannedTown
) -> None:
    filled(tablet, DRY)
    with tablet.app.app_context():
        open_t = planned_capacity_t(tablet)
        before = next(it for it in stacks_now(db.session, tablet.place[1]) if it.stack.stack_id == stack(tablet, DRY))
    heated(tablet, DRY, 47)
    with tablet.app.app_context():
        bale_t = rulebook("stacks").figure("bale_kg", business_day()).value / 1000
        lost_t = float(bale_t * before.free_bales)
        assert before.free_bales == before.stack.most_bales - 30
        assert planned_capacity_t(tablet) == pytest.approx(max(open_t - lost_t, town.scenario.yards[0].opening_stock_t))
        assert planned_capacity_t(tablet) < open_t


def planned_capacity_t(tablet: GateTablet) -> float:
    [yard] = [it for it in scenario_from_register(db.session).yards if it.yard_id == tablet.place[1]]
    return yard.capacity_t


def test_in_an_emergency_no_stack_of_the_yard_is_proposed_for_anything(tablet: GateTablet) -> None:
    filled(tablet, DRY)
    filled(tablet, OTHER_DRY, "浙F22222")
    heated(tablet, DRY, 80)
    assert set(proposals(tablet).values()) == {None}
    assert set(banned(tablet, OTHER_DRY)) == {"more_bales", "loading", "opening"}


def test_what_people_closed_is_not_proposed_until_they_open_it(tablet: GateTablet) -> None:
    filled(tablet, DRY)
    close_by_hand(tablet, DRY, "leans over")
    assert proposals(tablet)["stack_freely"] == stack(tablet, OTHER_DRY)
    assert proposals(tablet)["loading_out"] is None
    assert banned(tablet, DRY) == {"more_bales": ["leans over"], "loading": ["leans over"]}


def test_out_of_a_yard_whose_intake_is_closed_straw_may_leave(tablet: GateTablet) -> None:
    filled(tablet, DRY)
    close_by_hand(tablet, None, "no water")
    assert proposals(tablet) == {
        "stack_freely": None, "stack_apart": None, "hot_lane": None, "loading_out": stack(tablet, DRY),
    }  # fmt: skip


def test_bales_of_which_nobody_says_where_they_lie_are_somewhere_in_a_closed_yard_too(tablet: GateTablet) -> None:
    close_by_hand(tablet, None, "no water")
    *_before, closing = sent(tablet, *tablet.whole_ticket(stacks=[]))
    assert "stacks_differ" in closing
    assert sum(each["bales"] for each in tablet.notebook()["stacks"]) == 30


def test_what_is_loaded_off_a_hot_stack_may_not_drive_on(tablet: GateTablet) -> None:
    filled(tablet, DRY)
    filled(tablet, OTHER_DRY, "浙F22222")
    heated(tablet, DRY, 60)
    ticket_id, (_opening, closing) = shipped(tablet, DRY)
    [why] = closing["taken_though_closed"]["why"]
    assert why.startswith(stack(tablet, DRY))
    with tablet.app.test_request_context():
        assert severity_of("taken_though_closed") == "blocks"
        assert why in remark_text("taken_though_closed", {"why": [why]})
    with tablet.app.app_context():
        kinds = db.session.scalars(select(TicketRemark.kind).where(TicketRemark.ticket_id == ticket_id)).all()
    assert "taken_though_closed" in kinds
    _id, (_opening, closing) = shipped(tablet, OTHER_DRY)
    assert "taken_though_closed" not in closing


def test_what_is_moved_off_or_onto_a_closed_stack_is_remarked(tablet: GateTablet) -> None:
    filled(tablet, DRY)
    filled(tablet, OTHER_DRY, "浙F22222")
    heated(tablet, DRY, 60)

    def moved(from_: str, to: str) -> dict[str, Any]:
        body = {"from_stack_id": stack(tablet, from_), "to_stack_id": stack(tablet, to), "bales": 5, "reason": "warm"}
        [remarks] = sent(tablet, tablet.record("stack_move", body))
        return remarks

    assert set(moved(DRY, APART)) == {"taken_though_closed"}
    assert set(moved(OTHER_DRY, DRY)) == {"suspended"}
    assert moved(OTHER_DRY, APART) == {}


@pytest.mark.parametrize("is_drawn", [False, True])
def test_closed_stacks_are_struck_out_on_the_pages_of_safety(tablet: GateTablet, *, is_drawn: bool) -> None:
    yard_id, office = tablet.place[1], at_work(tablet.app)
    here = f"/yards/{yard_id}/safety"
    if is_drawn:
        hand_in(office, yard_id, drawing(yard_id))
        put_in_force(office, yard_id, 1)
    number = tablet.notebook()["stacks"][0]["id"].removeprefix(f"{yard_id}-")
    filled(tablet, number)
    page = office.get(here).text
    assert ('id="yard-drawing"' in page) is is_drawn
    assert "stack-shut" not in page
    close_by_hand(tablet, number, "leans over")
    for address in (here, "/safety"):
        page = office.get(address).text
        assert page.count('class="stack-shut"') == 1
        assert "leans over" in page
    close_by_hand(tablet, None, "no water", role="city_official")
    page = office.get(here).text
    assert page.count('class="stack-shut"') == len(tablet.notebook()["stacks"])
    assert "no water" in page


def test_page_and_tablet_agree_from_when_on_a_round_is_overdue(tablet: GateTablet) -> None:
    yard_id = tablet.place[1]
    with tablet.app.app_context():
        add_point(db.session, yard_id, "Pond", now())
        db.session.commit()
    filled(tablet, DRY)
    with tablet.app.app_context():
        look_at_all(db.session, [], now())
    patrol = tablet.notebook()["patrol"]
    due_at, overdue_at = (datetime.fromisoformat(patrol[name]) for name in ("due_at", "overdue_at"))
    assert due_at < overdue_at

    def late(moment: datetime) -> tuple[bool, bool]:
        with tablet.app.app_context():
            found = rounds_of(db.session, yard_id, moment)
            assert found is not None
            return found.is_due, found.is_overdue

    a_moment = timedelta(seconds=1)
    assert late(due_at - a_moment) == (False, False)
    assert late(overdue_at - a_moment) == (True, False)
    assert late(overdue_at + a_moment) == (True, True)
