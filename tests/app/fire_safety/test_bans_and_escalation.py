"""What heat forbids is closed by itself, an emergency is released by two, what is not mended in time is told on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.clock import now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm, AlarmNotice
from app.fire_safety.alarms.texts import alarm_text
from app.fire_safety.heat.queries import yard_heat
from app.fire_safety.inspections.queries import actions_now
from app.fire_safety.watching import look_at_all
from app.intake.ledger_check import first_ledger_fault
from app.registry.suspensions import suspended_yards, suspensions_in_force
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet
from tests.app.members import member
from tests.conftest import csrf_token
from yard_rules.checklists import ListKind, checklist
from yard_rules.heat.ladder import HeatLevel


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    tablet = gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))
    assert {it["status"] for it in tablet.send(*tablet.whole_ticket())["results"]} == {201}
    return tablet


def measured(tablet: GateTablet, celsius: float) -> None:
    stack_id = f"{tablet.place[1]}-01"
    readings = [{"place": "middle", "temperature_dc": round(celsius * 10)}]
    [sent] = tablet.send(tablet.record("heat_reading", {"stack_id": stack_id, "readings": readings}))["results"]
    assert sent["status"] == 201


def look(tablet: GateTablet, moment: datetime | None = None) -> None:
    with tablet.app.app_context():
        assert look_at_all(db.session, [], moment or now()) == 0


def closed(tablet: GateTablet) -> list[str | None]:
    with tablet.app.app_context():
        return [it.stack_id for it in suspensions_in_force(db.session, tablet.place[1])]


def test_a_hot_stack_is_closed_by_itself_and_opens_when_its_ban_has_ended(tablet: GateTablet) -> None:
    stack_id = f"{tablet.place[1]}-01"
    measured(tablet, 30)
    look(tablet)
    assert closed(tablet) == []
    measured(tablet, 47)
    look(tablet)
    look(tablet)
    assert closed(tablet) == [stack_id]
    measured(tablet, 52)
    look(tablet)
    assert closed(tablet) == [stack_id]
    with tablet.app.app_context():
        [held] = suspensions_in_force(db.session, tablet.place[1])
        assert held.set_by is None
        assert suspended_yards(db.session) == frozenset()
        assert first_ledger_fault(db.session) is None
    count = {"stack_id": stack_id, "bales": 0, "reason": "gone"}
    assert tablet.send(tablet.record("stack_count", {"counts": [count]}))["results"][0]["status"] == 201
    look(tablet)
    assert closed(tablet) == []


def test_an_emergency_closes_the_yard_and_is_released_by_two_with_evidence(tablet: GateTablet) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    stack_id, page = f"{yard_id}-01", f"/yards/{yard_id}/inspections"
    measured(tablet, 80)
    look(tablet)
    assert set(closed(tablet)) == {None, stack_id}
    with app.app_context():
        ids = {it.stack_id: it.id for it in suspensions_in_force(db.session, yard_id)}
        assert suspended_yards(db.session) == {yard_id}
    one, other = member(app, "fire_brigade"), member(app, "city_official")

    def post(browser: object, what: str, id_: str, **said: str) -> int:
        data = {"csrf_token": csrf_token(browser, page), **said}  # type: ignore[arg-type]
        answer = browser.post(f"/suspensions/{id_}/{what}", data=data)  # type: ignore[attr-defined]
        return int(answer.status_code)

    # The yard opens by itself, once no stack is in an emergency.
    assert post(one, "ask", ids[None], evidence="cold") == 409
    assert post(one, "ask", ids[stack_id], evidence="taken apart, 119 has left") == 302
    assert post(one, "answer", ids[stack_id], answer="open") == 409
    look(tablet)
    assert set(closed(tablet)) == {None, stack_id}
    assert post(other, "answer", ids[stack_id], answer="open") == 302
    look(tablet)
    with app.app_context():
        [heat] = [it for it in yard_heat(db.session, yard_id, now()) if it.stack.stack_id == stack_id]
        assert heat.state.level is HeatLevel.WARNING
    # It is still watched closely, and takes no bales.
    assert closed(tablet) == [stack_id]
    look(tablet)
    with app.app_context():
        assert first_ledger_fault(db.session) is None


def test_what_is_not_mended_is_told_further_each_step_once(tablet: GateTablet) -> None:
    held = checklist(ListKind.WEEKLY, tablet.clock().date())
    item = next(it for it in held.items if (it.mend_days or 0) > 1 and it.per == "yard")
    answer = {"item_id": item.item_id, "outcome": "failed", "note": "broken", "photos": []}
    body = {"list_kind": "weekly", "list_day": held.day.isoformat(), "digest": held.digest, "answers": [answer]}
    [sent] = tablet.send(tablet.record("inspection", body))["results"]
    assert sent["status"] == 201
    with tablet.app.app_context():
        [action] = actions_now(db.session, [tablet.place[1]], now())
        due_at = action.action.due_at
    told: list[tuple[str, int]] = []
    for hours in (-12, 1, 25, 25, 73):
        look(tablet, due_at + timedelta(hours=hours))
        with tablet.app.test_request_context():
            rows = db.session.scalars(select(Alarm).where(Alarm.kind.like("action_%")).order_by(Alarm.id)).all()
            told.append((rows[-1].kind if rows else "", len(rows)))
            assert all("{" not in alarm_text(row) and "%" not in alarm_text(row) for row in rows)
    assert [count for _kind, count in told] == [1, 2, 3, 3, 5]
    with tablet.app.app_context():
        last = db.session.scalars(select(Alarm).where(Alarm.kind == "action_overdue").order_by(Alarm.id)).all()[-1]
        pages = select(AlarmNotice.recipient).where(AlarmNotice.alarm_id == last.id, AlarmNotice.channel == "page")
        assert "town" in set(db.session.scalars(pages))


def test_what_closes_is_told_at_once_and_as_overdue_when_its_term_is_over(tablet: GateTablet) -> None:
    held = checklist(ListKind.DAILY, tablet.clock().date())
    answers = [
        {"item_id": item_id, "outcome": "failed", "note": "x", "photos": []}
        for item_id in ("strip_clear", "gate_opens")
    ]
    body = {"list_kind": "daily", "list_day": held.day.isoformat(), "digest": held.digest, "answers": answers}
    assert tablet.send(tablet.record("inspection", body))["results"][0]["status"] == 201
    for _again in range(2):
        look(tablet)
    with tablet.app.test_request_context():
        [alarm] = db.session.scalars(select(Alarm).where(Alarm.kind.like("action_%"))).all()
        assert (alarm.kind, alarm.severity, len(alarm.said["items"])) == ("action_found", "blocks", 2)
        assert "strip_clear" not in alarm_text(alarm)
        pages = select(AlarmNotice.recipient).where(AlarmNotice.alarm_id == alarm.id, AlarmNotice.channel == "page")
        assert "manager" in set(db.session.scalars(pages))
        due_at = max(it.action.due_at for it in actions_now(db.session, [tablet.place[1]], now()))
    look(tablet, due_at + timedelta(minutes=1))
    with tablet.app.app_context():
        kinds = db.session.scalars(select(Alarm.kind).where(Alarm.kind.like("action_%")).order_by(Alarm.id)).all()
        assert kinds == ["action_found", "action_overdue", "action_overdue"]


def test_a_mending_that_nobody_checks_is_told_once(tablet: GateTablet) -> None:
    held = checklist(ListKind.DAILY, tablet.clock().date())
    answer = {"item_id": "gate_kept", "outcome": "failed", "note": "open", "photos": []}
    body = {"list_kind": "daily", "list_day": held.day.isoformat(), "digest": held.digest, "answers": [answer]}
    assert tablet.send(tablet.record("inspection", body))["results"][0]["status"] == 201
    with tablet.app.app_context():
        [action] = actions_now(db.session, [tablet.place[1]], now())
    mended = {"action_id": action.action.id, "photos": ["ab" * 32]}
    assert tablet.send(tablet.record("action_mended", mended))["results"][0]["status"] == 201
    for hours in (1, 23, 25, 26):
        look(tablet, now() + timedelta(hours=hours))
    with tablet.app.app_context():
        kinds = db.session.scalars(select(Alarm.kind).where(Alarm.kind.like("action_%"))).all()
    assert kinds == ["action_unchecked"]
