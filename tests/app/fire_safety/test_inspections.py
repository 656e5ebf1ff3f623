"""An inspection on the tablet: what fails is to be mended, and closes the yard where it is dangerous, until two people
have seen to it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.operations import ensure_roles
from app.clock import business_day, now
from app.database.engine import db
from app.dispatch.register_scenario import scenario_from_register
from app.fire_safety.inspections.models import CorrectiveAction, Inspection
from app.fire_safety.inspections.queries import ActionState, DueList, actions_now, due_lists
from app.fire_safety.inspections.texts import item_text
from app.fire_safety.inspections.things import things_of
from app.fire_safety.overview.month import month_of, yard_month
from app.intake.ids import new_record_id
from app.intake.ledger_check import first_ledger_fault
from app.intake.models import TicketRemark
from app.intake.remark_texts import remark_text
from app.registry.models import TransferYard
from app.registry.suspension_texts import reason_text
from app.registry.suspensions import suspensions_in_force
from tests.app.day_plan import PlannedTown
from tests.app.gate import PHOTO, GateTablet, gate_tablet, id_of
from yard_rules.checklists import ListKind, checklist
from yard_rules.inspections import questions

OTHER_PHOTO = "cd" * 32


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def failing(item_id: str, **changed: Any) -> dict[str, Any]:
    return {"item_id": item_id, "outcome": "failed", "note": "a cart stands there", "photos": [PHOTO], **changed}


def inspection(tablet: GateTablet, *answers: dict[str, Any], **changed: Any) -> str:
    held = checklist(ListKind.DAILY, business_day())
    body = {"list_kind": "daily", "list_day": held.day.isoformat(), "digest": held.digest, "answers": list(answers)}
    return tablet.record("inspection", body | changed)


def stored(tablet: GateTablet, *texts: str) -> list[Any]:
    results = tablet.send(*texts)["results"]
    assert [result["status"] for result in results] == [201] * len(texts), results
    return list(results)


def second_person(tablet: GateTablet) -> dict[str, Any]:
    return {"operator": {"id": 1, "checked": "device"}}


def actions(tablet: GateTablet) -> list[tuple[str, ActionState]]:
    with tablet.app.app_context():
        return [(it.action.item_id, it.state) for it in actions_now(db.session, [tablet.place[1]], now())]


def closed(tablet: GateTablet) -> list[str | None]:
    with tablet.app.app_context():
        return [it.stack_id for it in suspensions_in_force(db.session, tablet.place[1])]


def remarks_of(tablet: GateTablet, ticket_id: str) -> list[str]:
    with tablet.app.app_context():
        return list(db.session.scalars(select(TicketRemark.kind).where(TicketRemark.ticket_id == ticket_id)))


def test_what_fails_is_to_be_mended_and_is_done_when_a_second_person_has_looked(tablet: GateTablet) -> None:
    text = inspection(tablet, failing("gate_kept"))
    stored(tablet, text)
    assert actions(tablet) == [("gate_kept", ActionState.OPEN)]
    assert closed(tablet) == []
    action_id = f"{id_of(text)}-1"
    stored(tablet, tablet.record("action_mended", {"action_id": action_id, "photos": [OTHER_PHOTO]}))
    assert actions(tablet) == [("gate_kept", ActionState.MENDED)]
    said = tablet.send(tablet.record("action_checked", {"action_id": action_id, "is_good": True}))
    assert (said["results"][0]["status"], said["results"][0]["error"]["code"]) == (409, "same-person")
    back = {"action_id": action_id, "is_good": False, "note": "the lock is missing"}
    stored(tablet, tablet.record("action_checked", back, **second_person(tablet)))
    assert actions(tablet) == [("gate_kept", ActionState.OPEN)]
    stored(tablet, tablet.record("action_mended", {"action_id": action_id, "photos": [OTHER_PHOTO]}))
    good = {"action_id": action_id, "is_good": True}
    stored(tablet, tablet.record("action_checked", good, **second_person(tablet)))
    assert actions(tablet) == [("gate_kept", ActionState.DONE)]
    again = tablet.send(tablet.record("action_checked", good, **second_person(tablet)))
    assert again["results"][0]["status"] == 409
    with tablet.app.app_context():
        assert first_ledger_fault(db.session) is None


def test_a_check_that_comes_before_the_mending_waits_on_the_tablet(tablet: GateTablet) -> None:
    text = inspection(tablet, failing("gate_kept"))
    stored(tablet, text)
    check = tablet.record("action_checked", {"action_id": f"{id_of(text)}-1", "is_good": True}, **second_person(tablet))
    assert tablet.send(check)["results"][0]["status"] == 424
    unknown = tablet.record("action_mended", {"action_id": f"{new_record_id(now())}-1", "photos": [PHOTO]})
    assert tablet.send(unknown)["results"][0]["status"] == 424


def test_what_blocks_closes_the_yard_at_once_and_trucks_that_come_are_remarked(
    tablet: GateTablet, town: PlannedTown
) -> None:
    text = inspection(tablet, failing("strip_clear"))
    opening = tablet.opening()
    stored(tablet, text, opening)
    assert closed(tablet) == [None]
    assert "suspended" in remarks_of(tablet, id_of(opening))
    with tablet.app.app_context():
        [yard] = [it for it in scenario_from_register(db.session).yards if it.yard_id == tablet.place[1]]
        assert yard.capacity_t == yard.opening_stock_t
    action_id = f"{id_of(text)}-1"
    stored(
        tablet,
        tablet.record("action_mended", {"action_id": action_id, "photos": [OTHER_PHOTO]}),
        tablet.record("action_checked", {"action_id": action_id, "is_good": True}, **second_person(tablet)),
    )
    assert closed(tablet) == []
    later = tablet.opening("浙F99999")
    stored(tablet, later)
    assert "suspended" not in remarks_of(tablet, id_of(later))
    with tablet.app.app_context():
        [yard] = [it for it in scenario_from_register(db.session).yards if it.yard_id == tablet.place[1]]
        assert yard.capacity_t == town.scenario.yards[0].capacity_t
        assert first_ledger_fault(db.session) is None


def test_without_a_note_the_reason_of_a_closing_is_what_the_item_demands_in_the_readers_language(
    tablet: GateTablet,
) -> None:
    text = inspection(tablet, failing("strip_clear", note=None))
    stored(tablet, text, tablet.opening())
    item = next(it for it in checklist(ListKind.DAILY, business_day()).items if it.item_id == "strip_clear")
    with tablet.app.test_request_context():
        [held] = suspensions_in_force(db.session, tablet.place[1])
        remark = db.session.scalars(select(TicketRemark).where(TicketRemark.kind == "suspended")).one()
        with force_locale("en"):
            assert reason_text(held.reason) == item.words
            assert item.words in remark_text(remark.kind, remark.said)
        with force_locale("zh_Hans_CN"):
            words = item_text("strip_clear")
            assert reason_text(held.reason) == words != item.words
            assert words in remark_text(remark.kind, remark.said)


def test_what_blocks_on_a_stack_closes_this_stack_only(tablet: GateTablet) -> None:
    held = checklist(ListKind.DAILY, business_day())
    item = next(it for it in held.items if it.per == "stack" and it.severity == "blocks")
    stack_id, other = f"{tablet.place[1]}-01", f"{tablet.place[1]}-02"
    stored(tablet, inspection(tablet, failing(item.item_id, subject_id=stack_id)))
    assert closed(tablet) == [stack_id]
    onto, beside = tablet.whole_ticket(), tablet.whole_ticket("浙F88888", stacks=[{"stack_id": other, "bales": 30}])
    stored(tablet, *onto, *beside)
    assert "suspended" in remarks_of(tablet, id_of(onto[0]))
    assert "suspended" not in remarks_of(tablet, id_of(beside[0]))


def test_the_same_failure_of_the_next_day_is_the_same_action(tablet: GateTablet) -> None:
    first = inspection(tablet, failing("gate_kept"))
    stored(tablet, first, inspection(tablet, failing("gate_kept")))
    assert actions(tablet) == [("gate_kept", ActionState.OPEN)]
    mended = tablet.record("action_mended", {"action_id": f"{id_of(first)}-1", "photos": [OTHER_PHOTO]})
    stored(tablet, mended, inspection(tablet, failing("gate_kept", note="open again")))
    assert actions(tablet) == [("gate_kept", ActionState.OPEN)]


def test_an_inspection_is_kept_with_the_digest_of_its_list_whatever_it_lacks(tablet: GateTablet) -> None:
    stored(tablet, inspection(tablet, {"item_id": "gate_kept", "outcome": "good"}))
    stored(tablet, inspection(tablet, {"item_id": "no_such_item", "outcome": "good"}, digest="0" * 64))
    with tablet.app.app_context():
        rows = db.session.scalars(select(Inspection).order_by(Inspection.inspected_at)).all()
        assert [row.is_known_list for row in rows] == [True, False]
        assert all(row.lacking > 0 for row in rows)
        assert db.session.scalars(select(CorrectiveAction)).all() == []


def test_an_inspection_is_done_when_nothing_is_lacking_in_however_many_goes(tablet: GateTablet) -> None:
    def daily() -> DueList:
        with tablet.app.app_context():
            yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == tablet.place[1])).one()
            return next(it for it in due_lists(db.session, yard) if it.held.kind is ListKind.DAILY)

    with tablet.app.app_context():
        asked = questions(daily().held, things_of(db.session, tablet.place[1]))
    good = [
        {"item_id": item.item_id, "subject_id": subject_id, "outcome": "good", "photos": [PHOTO]}
        for item, subject_id in asked
    ]
    assert daily().lacking is None
    stored(tablet, inspection(tablet, failing(good[0]["item_id"], note=None)))
    assert (daily().last, daily().is_due, daily().lacking) == (None, True, len(good))
    assert actions(tablet) == [(good[0]["item_id"], ActionState.OPEN)]
    stored(tablet, inspection(tablet, *good[2:]))
    assert (daily().last, daily().is_due, daily().lacking) == (None, True, 2)
    stored(tablet, inspection(tablet, failing(good[0]["item_id"], photos=[], camera_failed=True), good[1]))
    assert (daily().last, daily().is_due, daily().lacking) == (business_day(), False, None)
    with tablet.app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == tablet.place[1])).one()
        month = month_of(business_day().replace(day=1), now())
        assert yard_month(db.session, yard, month).inspections_done == 1


def test_the_manager_s_lists_are_in_the_notebook_for_those_who_inspect(tablet: GateTablet) -> None:
    said = tablet.notebook()
    lists = {it["kind"]: it["inspectors"] for it in said["inspections"]["lists"]}
    assert lists == {"daily": False, "weekly": True, "monthly_equipment": True}
    assert [it["inspects"] for it in said["people"]] == [False]
    with tablet.app.app_context():
        account = db.session.get_one(Account, said["people"][0]["id"])
        account.roles.append(ensure_roles(db.session)["yard_manager"])
        db.session.commit()
    assert [it["inspects"] for it in tablet.notebook()["people"]] == [True]


def test_photos_of_answers_are_asked_for(tablet: GateTablet) -> None:
    said = tablet.send(inspection(tablet, failing("gate_kept")))
    assert said["missing_attachments"] == [PHOTO]
