"""Direct hauls: who may take which step, and what state follows from the dates."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.actors import Actor, ActorKind, acting_as
from app.accounts.audit import AuditEntry
from app.accounts.permissions import IN_THE_NAME_OF_OTHERS, Permission
from app.accounts.roles import BY_NAME, permissions_of
from app.clock import business_day
from app.database.engine import db
from app.dispatch.register_scenario import scenario_from_register
from app.errors import NOT_THEIR_TURN, ONE_FOR_BOTH, Refusal
from app.registry.models import DirectHaulApproval, RegistryChange
from app.registry.procedures.approvals import (
    ApprovalState,
    Party,
    agree,
    agreed_days,
    apply_for,
    end,
    may_answer,
    may_end,
    refuse,
    state_in_query,
    state_on,
)
from tests.app.day_plan import PlannedTown
from tests.app.members import member
from tests.conftest import csrf_token

DAY = date(2026, 11, 1)
STEPS = ("agree task_force", "agree company", "refuse task_force", "refuse company", "end town", "end company", "wait")
AGREED = {Party.TASK_FORCE: "task_force_agreed_on", Party.COMPANY: "company_agreed_on"}


def approval(**dates: Any) -> DirectHaulApproval:
    first = {"valid_from": DAY + timedelta(days=3), "valid_until": DAY + timedelta(days=9), "applied_on": DAY}
    return DirectHaulApproval(approval_id="A", town_id="T", plant_id="P", **{**first, **dates})


def actor(number: int) -> Actor:
    return Actor(kind=ActorKind.ACCOUNT, name=f"Person {number}", where_from="127.0.0.1", account_id=number)


def applied(town: PlannedTown, *, day: date = DAY) -> str:
    """The code of an application for the days from `day` + 3 to `day` + 9."""
    values = {
        "town_id": town.scenario.towns[0].town_id,
        "plant_id": town.scenario.plants[0].plant_id,
        "valid_from": day + timedelta(days=3),
        "valid_until": day + timedelta(days=9),
        "reason": "no yard can be reached",
    }
    return apply_for(db.session, values, day=day)


def stored(code: str) -> DirectHaulApproval:
    chosen = select(DirectHaulApproval).where(DirectHaulApproval.approval_id == code)
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()


def states(code: str, *days: date) -> list[ApprovalState]:
    return [state_on(stored(code), day) for day in days]


@pytest.mark.parametrize("order", [(Party.TASK_FORCE, Party.COMPANY), (Party.COMPANY, Party.TASK_FORCE)])
def test_an_application_comes_into_force_when_both_have_agreed_in_either_order(
    county_app: Flask, town: PlannedTown, order: tuple[Party, Party]
) -> None:
    with county_app.app_context():
        code = applied(town)
        assert states(code, DAY) == [ApprovalState.APPLIED]
        agree(db.session, code, order[0], day=DAY + timedelta(days=1))
        half = {Party.TASK_FORCE: ApprovalState.TASK_FORCE_AGREED, Party.COMPANY: ApprovalState.COMPANY_AGREED}
        assert states(code, DAY, DAY + timedelta(days=1)) == [ApprovalState.APPLIED, half[order[0]]]
        assert agreed_days(stored(code)) is None
        agree(db.session, code, order[1], day=DAY + timedelta(days=2))
        found = states(code, *(DAY + timedelta(days=days) for days in (2, 3, 9, 10)))
        assert found == [
            ApprovalState.AGREED,
            ApprovalState.IN_FORCE,
            ApprovalState.IN_FORCE,
            ApprovalState.EXPIRED,
        ]


def test_an_approval_ended_early_counts_until_the_day_before(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        code = applied(town)
        for party in (Party.TASK_FORCE, Party.COMPANY):
            agree(db.session, code, party, day=DAY)
        end(db.session, code, Party.TOWN, reason="a yard was opened", day=DAY + timedelta(days=6))
        assert states(code, DAY + timedelta(days=5), DAY + timedelta(days=6)) == [
            ApprovalState.IN_FORCE,
            ApprovalState.WITHDRAWN,
        ]
        assert agreed_days(stored(code)) == (DAY + timedelta(days=3), DAY + timedelta(days=5))


def test_the_planner_is_given_what_both_have_agreed_to_and_nothing_else(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        before = scenario_from_register(db.session).direct_hauls
        code = applied(town)
        agree(db.session, code, Party.TASK_FORCE, day=DAY)
        assert scenario_from_register(db.session).direct_hauls == before
        agree(db.session, code, Party.COMPANY, day=DAY)
        added = scenario_from_register(db.session).direct_hauls[len(before) :]
        assert [(haul.valid_from, haul.valid_until) for haul in added] == [
            (DAY + timedelta(days=3), DAY + timedelta(days=9))
        ]
        end(db.session, code, Party.COMPANY, reason="bridge closed", day=DAY + timedelta(days=2))
        assert scenario_from_register(db.session).direct_hauls == before


def test_who_is_not_asked_cannot_answer(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        code = applied(town)
        agree(db.session, code, Party.COMPANY, day=DAY)
        for step in (
            lambda: agree(db.session, code, Party.COMPANY, day=DAY),
            lambda: refuse(db.session, code, Party.COMPANY, reason="x", day=DAY),
            lambda: agree(db.session, code, Party.TOWN, day=DAY),
            lambda: agree(db.session, code, Party.TASK_FORCE, day=DAY + timedelta(days=30)),
        ):
            with pytest.raises(Refusal) as refused:
                step()
            assert refused.value.kind is NOT_THEIR_TURN


def test_nobody_agrees_for_both(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        code = applied(town)
        with acting_as(actor(7)):
            agree(db.session, code, Party.COMPANY, day=DAY)
            with pytest.raises(Refusal) as refused:
                agree(db.session, code, Party.TASK_FORCE, day=DAY)
        assert refused.value.kind is ONE_FOR_BOTH
        with acting_as(actor(8)):
            agree(db.session, code, Party.TASK_FORCE, day=DAY)
        assert state_on(stored(code), DAY) is ApprovalState.AGREED


def test_no_role_speaks_for_two_parties() -> None:
    town = {Permission.APPLY_FOR_TOWN, Permission.PROPOSE_FILINGS, Permission.MAKE_CLAIMS}
    task_force = {
        Permission.ANSWER_FOR_TASK_FORCE,
        Permission.CONFIRM_FILINGS,
        Permission.JUDGE_REFUSALS,
        Permission.VERIFY_TICKETS,
        Permission.CHECK_CLAIMS,
        Permission.APPROVE_CLAIMS,
    }
    company = {Permission.ANSWER_FOR_COMPANY}
    town_or_brigade, city_or_finance = {Permission.AGREE_TO_DRAWINGS}, {Permission.PAY_CLAIMS}
    assert town | task_force | company | town_or_brigade | city_or_finance == IN_THE_NAME_OF_OTHERS
    assert all(city_or_finance.isdisjoint(kind.permissions) for kind in BY_NAME.values() if town & kind.permissions)
    for kind in BY_NAME.values():
        assert sum(not own.isdisjoint(kind.permissions) for own in (town, task_force, company)) <= 1, kind.name
        assert town_or_brigade.isdisjoint(kind.permissions) or (task_force | company).isdisjoint(kind.permissions)
    assert not permissions_of(["administrator"]) & IN_THE_NAME_OF_OTHERS


@settings(deadline=None, max_examples=60)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=8))
def test_any_order_of_steps_keeps_what_was_refused_or_ended_from_coming_into_force(steps: list[str]) -> None:
    """On plain records: what is open is taken, what is not is left; the state follows, and never comes back to life."""
    row, day = approval(), DAY
    seen = [state_on(row, day)]
    for step in steps:
        verb, _space, party = step.partition(" ")
        if verb == "wait":
            day += timedelta(days=2)
        elif verb == "agree" and may_answer(row, Party(party), day):
            setattr(row, AGREED[Party(party)], day)
        elif verb == "refuse" and may_answer(row, Party(party), day):
            row.refused_on, row.refused_by = day, party
        elif verb == "end" and may_end(row, day):
            row.ended_on, row.ended_by = day, party
        seen.append(state_on(row, day))
    over = {ApprovalState.REFUSED, ApprovalState.WITHDRAWN, ApprovalState.EXPIRED}
    assert all(after is before for before, after in pairwise(seen) if before in over)
    planned = agreed_days(row)
    for offset in range(-1, 40):
        at = DAY + timedelta(days=offset)
        is_planned = planned is not None and planned[0] <= at <= planned[1]
        assert is_planned == (state_on(row, at) is ApprovalState.IN_FORCE)
    if planned is not None:
        assert row.task_force_agreed_on is not None
        assert row.company_agreed_on is not None
        assert row.valid_from <= planned[0] <= planned[1] <= row.valid_until


def test_a_query_finds_the_states_that_the_records_have(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        made = [applied(town) for _ in range(8)]
        for number, code in enumerate(made):
            if number % 2:
                agree(db.session, code, Party.TASK_FORCE, day=DAY)
            if number % 4 >= 2:
                agree(db.session, code, Party.COMPANY, day=DAY + timedelta(days=1))
            if number == 4:
                refuse(db.session, code, Party.COMPANY, reason="no", day=DAY)
            if number == 7:
                end(db.session, code, Party.TOWN, reason="no", day=DAY + timedelta(days=4))
        for offset in range(12):
            day = DAY + timedelta(days=offset)
            rows = db.session.execute(select(DirectHaulApproval, state_in_query(day))).all()
            assert [word for _row, word in rows] == [state_on(row, day).value for row, _word in rows]


def test_every_step_is_in_the_history_and_the_audit_trail(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        code = applied(town)
        with acting_as(actor(7)):
            agree(db.session, code, Party.COMPANY, day=DAY)
        with acting_as(actor(8)):
            refuse(db.session, code, Party.TASK_FORCE, reason="the bridge carries 10 t", day=DAY)
        db.session.commit()
        lines = db.session.scalars(
            select(RegistryChange).where(RegistryChange.record_id == code).order_by(RegistryChange.id)
        ).all()
        assert [line.account_id for line in lines] == [None, 7, 8]
        assert lines[2].after == {
            "refused_on": "2026-11-01",
            "refused_by": "task_force",
            "end_reason": "the bridge carries 10 t",
        }
        trail = db.session.scalars(
            select(AuditEntry).where(AuditEntry.subject_id == code).order_by(AuditEntry.id)
        ).all()
        assert [entry.what for entry in trail] == ["approval.asked", "approval.agreed", "approval.refused"]


def test_an_application_goes_its_way_by_three_people_and_no_other_may_take_their_steps(
    county_app: Flask, town: PlannedTown
) -> None:
    own, today = town.scenario.towns[0].town_id, business_day()
    official = member(county_app, "town_official", ("town", own))
    elsewhere = member(county_app, "town_official", ("town", "no such town"), email="other@tests.example")
    city, dispatcher = member(county_app, "city_official"), member(county_app, "dispatcher")
    chief = member(county_app, "administrator")
    application = {
        "town_id": own,
        "plant_id": town.scenario.plants[0].plant_id,
        "valid_from": today.isoformat(),
        "valid_until": (today - timedelta(days=1)).isoformat(),
    }

    def send(browser: Any, address: str, **data: str) -> Any:
        token = csrf_token(browser, "/people" if browser is chief else "/registry/yards")
        return browser.post(address, data={"csrf_token": token, **data})

    refused = send(official, "/approvals/new", **application)
    assert refused.status_code == 422
    application["valid_until"] = (today + timedelta(days=5)).isoformat()
    answer = send(official, "/approvals/new", **application)
    assert answer.status_code == 302, answer.text
    page = answer.headers["Location"]
    code = page.rsplit("/", 1)[1]
    assert send(elsewhere, "/approvals/new", **application).status_code == 422
    for browser, party, status in (
        (official, "task-force", 403),
        (official, "company", 403),
        (city, "company", 403),
        (dispatcher, "task-force", 403),
        (chief, "company", 403),
        (chief, "task-force", 403),
        (elsewhere, "town", 404),
    ):
        assert send(browser, f"/approvals/{code}/{party}", answer="agree").status_code == status, party
    assert send(city, f"/approvals/{code}/task-force", answer="refuse").status_code == 422
    assert f"/approvals/{code}/task-force" in city.get(page).text
    assert f"/approvals/{code}/company" not in city.get(page).text
    assert send(city, f"/approvals/{code}/task-force", answer="agree").status_code == 302
    assert send(city, f"/approvals/{code}/task-force", answer="agree").status_code == 409
    assert send(official, f"/approvals/{code}/change", **application).status_code in (404, 405, 409)
    assert send(dispatcher, f"/approvals/{code}/company", answer="agree").status_code == 302
    with county_app.app_context():
        assert state_on(stored(code), today) is ApprovalState.IN_FORCE
    assert send(official, f"/approvals/{code}/town", answer="end", reason="over").status_code == 302
    with county_app.app_context():
        assert state_on(stored(code), today) is ApprovalState.WITHDRAWN
    assert elsewhere.get(page).status_code == 404
