"""What a yard holds ready: equipment with due dates, the emergency card, drills."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from app.clock import business_day, now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.queries import alarm_book
from app.fire_safety.alarms.texts import alarm_text
from app.fire_safety.drills.models import FireDrill
from app.fire_safety.drills.operations import watch_drills
from app.fire_safety.emergency import queries as emergency_queries
from app.fire_safety.emergency import views as emergency_views
from app.fire_safety.emergency.operations import ensure_demo_numbers
from app.fire_safety.emergency.queries import emergency_card, sheet_of
from app.fire_safety.equipment.models import EquipmentCheck
from app.fire_safety.equipment.operations import watch_equipment
from app.fire_safety.equipment.queries import Piece, equipment_of
from app.fire_safety.equipment.texts import DUTY_TEXTS, KIND_TEXTS
from app.fire_safety.inspections.models import CorrectiveAction
from app.fire_safety.inspections.queries import ActionState, actions_now
from app.fire_safety.overview.dangers import DangerKind, open_dangers
from app.fire_safety.overview.texts import danger_text
from app.registry.models import TransferYard
from app.storage.queries import stacks_now
from tests.app.day_plan import PlannedTown
from tests.app.fire_safety.test_dangerous_drawings import agreed_in_force
from tests.app.fire_safety.test_inspection_pages import photo
from tests.app.fire_safety.test_yard_drawings import drawing, hand_in, put_in_force
from tests.app.gate import GateTablet, gate_tablet
from tests.app.members import member
from yard_rules.equipment import DUTIES, DueState, Duty, EquipmentKind


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    """Of a yard whose drawing is in force: six extinguishers, two hydrants, three cameras, two lights."""
    tablet = gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))
    yard_id = tablet.place[1]
    county_app.config["WTF_CSRF_ENABLED"] = False
    dispatcher = member(county_app, "dispatcher", email="draws@tests.example")
    content = drawing(yard_id)
    content["features"].append(pond())
    content["features"].append(home())
    hand_in(dispatcher, yard_id, content)
    put_in_force(dispatcher, yard_id, 1)
    return tablet


def sent(browser: FlaskClient, address: str, /, **values: Any) -> str:
    """What the page says after the form was sent."""
    answer = browser.post(address, data=values, content_type="multipart/form-data", follow_redirects=True)
    assert answer.status_code < 500, answer.text
    return answer.text


def square(x: float, y: float, side: float) -> list[list[list[float]]]:
    return [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]


def pond() -> dict[str, Any]:
    shape = {"type": "Polygon", "coordinates": square(47.0, 28.0, 3.0)}
    properties = {"kind": "pond", "water_m3": 150.0, "hose_m": 60.0, "name": "East pond"}
    return {"type": "Feature", "id": "pond-1", "geometry": shape, "properties": properties}


def home() -> dict[str, Any]:
    shape = {"type": "Polygon", "coordinates": square(20.0, 250.0, 8.0)}
    return {"type": "Feature", "id": "home-1", "geometry": shape, "properties": {"kind": "neighbour", "use": "home"}}


def stored(tablet: GateTablet, *texts: str) -> list[Any]:
    results = tablet.send(*texts)["results"]
    assert [it["status"] for it in results] == [201] * len(texts), results
    return list(results)


def pieces(tablet: GateTablet, day: date | None = None) -> dict[tuple[str, str], Piece]:
    with tablet.app.app_context():
        found = equipment_of(db.session, tablet.place[1], day)
        return {(it.equipment_id, it.kind.value): it for it in found}


def check(tablet: GateTablet, *piece: str, kind: str = "extinguisher", duty: str = "look", **said: Any) -> str:
    return tablet.record("equipment_check", {"kind": kind, "duty": duty, "pieces": list(piece), "passed": True} | said)


def test_the_pieces_of_the_drawing_in_force_are_due_from_the_day_it_came_into_force(tablet: GateTablet) -> None:
    found = pieces(tablet)
    kinds = [kind for _id, kind in found]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "extinguisher": 6,
        "hydrant": 2,
        "hose": 3,
        "pump": 1,
        "pond": 1,
        "camera": 3,
        "lighting": 2,
    }
    one = found["extinguisher-1", "extinguisher"]
    assert one.in_use_since == business_day()
    assert (one.due[0].duty, one.due[0].due_on) == (Duty.LOOK, business_day() + timedelta(days=15))
    late = pieces(tablet, business_day() + timedelta(days=16))
    assert late["extinguisher-1", "extinguisher"].state is DueState.OVERDUE
    assert late["hydrant-1", "hydrant"].state is DueState.DONE


def test_a_check_puts_the_next_one_off_and_a_new_drawing_does_not(tablet: GateTablet) -> None:
    stored(tablet, check(tablet, "extinguisher-1", "extinguisher-2", made_on=None))
    dispatcher = member(tablet.app, "dispatcher")
    content = drawing(tablet.place[1])
    content["features"] = [it for it in content["features"] if it["id"] != "extinguisher-3"]
    hand_in(dispatcher, tablet.place[1], content)
    agreed_in_force(dispatcher, member(tablet.app, "fire_brigade"), tablet.place[1], 2)
    found = pieces(tablet)
    assert ("extinguisher-3", "extinguisher") not in found
    assert found["extinguisher-1", "extinguisher"].last == {Duty.LOOK: business_day()}
    assert found["extinguisher-4", "extinguisher"].last == {}


def test_a_new_piece_begins_anew_and_its_plate_says_how_old_it_is(tablet: GateTablet) -> None:
    old = business_day() - timedelta(days=3640)
    stored(tablet, check(tablet, "extinguisher-1", made_on=old.isoformat()))
    scrap = next(it for it in pieces(tablet)["extinguisher-1", "extinguisher"].due if it.duty is Duty.SCRAP)
    assert scrap.due_on == old + timedelta(days=3650)
    new = (business_day() - timedelta(days=30)).isoformat()
    stored(tablet, check(tablet, "extinguisher-1", duty="scrap", is_new_piece=True, made_on=new))
    piece = pieces(tablet)["extinguisher-1", "extinguisher"]
    assert piece.made_on == date.fromisoformat(new)
    assert all(due.state is DueState.DONE for due in piece.due)


def test_a_check_that_does_not_fit_is_refused(tablet: GateTablet) -> None:
    strange: list[dict[str, Any]] = [
        {"duty": "start"},
        {"passed": False},
        {"duty": "scrap"},
        {"pieces": ["extinguisher-1", "extinguisher-2"], "is_new_piece": True},
        {"pieces": ["extinguisher-77"]},
        {"pieces": ["hydrant-1"]},
        {"pieces": []},
    ]
    results = tablet.send(*(check(tablet, "extinguisher-1", **said) for said in strange))["results"]
    assert [it["status"] for it in results] == [422] * len(strange)


def test_what_fails_is_mended_once_however_often_it_is_found(tablet: GateTablet) -> None:
    fails = {"passed": False, "note": "pressure is gone"}
    (receipt,) = stored(tablet, check(tablet, "extinguisher-1", **fails))
    stored(tablet, check(tablet, "extinguisher-1", **fails))
    action_id = f"{receipt['id']}-1"
    with tablet.app.app_context():
        (found,) = actions_now(db.session, [tablet.place[1]], now())
        assert (found.action.id, found.action.item_id, found.action.subject_id) == (
            action_id,
            "equipment_fit",
            "extinguisher-1",
        )
        assert found.action.due_at == found.action.found_at + timedelta(days=3)
        assert found.state is ActionState.OPEN
    stored(tablet, tablet.record("action_mended", {"action_id": action_id, "photos": ["ab" * 32]}))
    stored(tablet, check(tablet, "extinguisher-1", "extinguisher-2", **fails))
    with tablet.app.app_context():
        undone = actions_now(db.session, [tablet.place[1]], now())
        assert {(it.action.subject_id, it.state) for it in undone} == {
            ("extinguisher-1", ActionState.OPEN),
            ("extinguisher-2", ActionState.OPEN),
        }


def test_what_is_overdue_raises_one_alarm_for_each_piece_and_due_date(tablet: GateTablet) -> None:
    yard_id, app = tablet.place[1], tablet.app

    def alarms_on(moment: datetime) -> list[Alarm]:
        watch_equipment(db.session, yard_id, moment)
        watch_equipment(db.session, yard_id, moment)
        db.session.commit()
        return list(db.session.scalars(select(Alarm).where(Alarm.kind == "equipment_overdue").order_by(Alarm.id)))

    with app.app_context():
        assert alarms_on(now() + timedelta(days=1)) == []
        cameras = alarms_on(now() + timedelta(days=2))
        assert [it.subject for it in cameras] == ["camera-1", "camera-2", "camera-3"]
        assert len(alarms_on(now() + timedelta(days=3))) == 3
        with app.test_request_context():
            assert "camera-1" not in alarm_text(cameras[0])
    stored(tablet, check(tablet, "camera-1", kind="camera", duty="link"))
    with app.app_context():
        # seen today: due tomorrow, as it was; the rest has been told
        assert len(alarms_on(now() + timedelta(days=4))) == 3


def test_checks_are_entered_on_the_page_with_photo_and_what_fails_stands_there(tablet: GateTablet) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    manager = member(app, "yard_manager", ("yard", yard_id))
    page = f"/yards/{yard_id}/equipment"
    sent(manager, page, duty="extinguisher.look", said="passed", piece=["extinguisher-1", "extinguisher-2"])
    sent(manager, page, duty="hydrant.look", said="failed", piece=["hydrant-1"], note="leaks", photo=photo())
    sent(manager, page, duty="hydrant.look", said="failed", piece=["hydrant-2"])
    sent(manager, page, duty="hydrant.look", said="passed")
    text = manager.get(page).text
    assert "leaks" in text
    assert "/safety/actions/" in text
    with app.app_context():
        rows = db.session.scalars(select(EquipmentCheck).order_by(EquipmentCheck.equipment_id)).all()
        assert [(it.equipment_id, it.passed) for it in rows] == [
            ("extinguisher-1", True),
            ("extinguisher-2", True),
            ("hydrant-1", False),
        ]
        sha = rows[2].photos[0]
    assert manager.get(f"{page}/photos/{sha}").mimetype == "image/jpeg"
    assert manager.get(f"{page}/photos/{'0' * 64}").status_code == 404
    assert manager.post(page, data={"duty": "x.y", "said": "passed"}).status_code in (400, 404)


def test_every_kind_that_a_drawing_shows_and_its_duties_have_words() -> None:
    assert {duty for kind in KIND_TEXTS for duty in DUTIES[EquipmentKind(kind)]} == set(DUTY_TEXTS)


def test_the_card_says_whom_to_call_where_the_gate_is_and_where_there_is_water(tablet: GateTablet) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    manager, dispatcher = member(app, "yard_manager", ("yard", yard_id)), member(app, "dispatcher")
    page = f"/yards/{yard_id}/emergency"
    sent(
        manager, f"{page}/edit", address="Made-up road 1", access="turn at the mill",
        gathering="the square", **{"name-1": "Guard room", "number-1": "demo 11", "name-2": "nobody"},
    )  # fmt: skip
    sent(dispatcher, "/emergency/numbers", **{"name-1": "Brigade", "number-1": "demo 01"})
    assert "card-lack" not in manager.get(page).text
    text = re.sub(r"\s+", " ", manager.get(page).text)
    for words in ("119", "Made-up road 1", "turn at the mill", "the square", "demo 11", "demo 01", "East pond", "<svg"):
        assert words in text
    with app.app_context():
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        card = emergency_card(db.session, yard, business_day())
        assert [it["number"] for it in card.numbers] == ["demo 11", "demo 01"]
        assert card.is_at_gate
        assert card.at is not None
        assert card.at == pytest.approx((120.712, 30.531), abs=0.01)
        assert card.water[0].distance_m <= card.water[-1].distance_m
        (neighbour,) = card.neighbours
        assert (neighbour.use, neighbour.wind_from) == ("home", (neighbour.side + 4) % 8)
        assert card.tasks[0] == "call_119"


def test_the_card_says_what_it_lacks_where_its_lists_are_cut_and_how_much_lies_on_each_stack(
    tablet: GateTablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    assert {it["status"] for it in tablet.send(*tablet.whole_ticket())["results"]} == {201}
    count = {"stack_id": f"{yard_id}-02", "bales": 30, "reason": "counted"}
    assert tablet.send(tablet.record("stack_count", {"counts": [count]}))["results"][0]["status"] == 201
    monkeypatch.setattr(emergency_views, "_HOTTEST", 1)
    monkeypatch.setattr(emergency_queries, "_MOST_WATER", 1)
    text = re.sub(r"\s+", " ", member(app, "dispatcher").get(f"/yards/{yard_id}/emergency").text)
    assert '<strong class="card-lack">' in text
    assert "另有1个草垛" in text
    assert "另有" in text[text.index("East pond") if "East pond" in text else 0 :]
    with app.app_context():
        (stack,) = (it for it in stacks_now(db.session, yard_id) if it.stack.stack_id == f"{yard_id}-01")
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        assert emergency_card(db.session, yard, business_day()).more_water >= 1
        assert f"{stack.content.bales} 捆，{stack.content.kg / 1000:.1f}" in text


def test_only_whoever_sees_the_whole_county_sets_its_numbers(tablet: GateTablet) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    manager = member(app, "yard_manager", ("yard", yard_id))
    sent(manager, "/emergency/numbers", **{"name-1": "x", "number-1": "1"})
    with app.app_context():
        assert sheet_of(db.session, None) is None
        ensure_demo_numbers(db.session)
        ensure_demo_numbers(db.session)
        found = sheet_of(db.session, None)
        assert found is not None
        assert all(it["number"].startswith("demo ") for it in found.numbers)
    assert (
        member(app, "yard_manager", ("yard", "elsewhere"), email="other@tests.example")
        .get(f"/yards/{yard_id}/emergency")
        .status_code
        == 404
    )


def test_a_yard_without_a_drawing_still_has_a_card_and_says_what_is_missing(
    county_app: Flask, town: PlannedTown
) -> None:
    dispatcher, yard_id = member(county_app, "dispatcher"), town.scenario.yards[0].yard_id
    assert "119" in dispatcher.get(f"/yards/{yard_id}/emergency").text
    assert dispatcher.get(f"/yards/{yard_id}/equipment").status_code == 200
    assert dispatcher.get("/emergency").status_code == 200


def test_a_drill_is_kept_and_what_went_wrong_in_it_is_mended(tablet: GateTablet) -> None:
    app, yard_id = tablet.app, tablet.place[1]
    manager = member(app, "yard_manager", ("yard", yard_id))
    page = f"/yards/{yard_id}/drills"
    assert (business_day() + timedelta(days=183)).strftime("%Y") in manager.get(page).text
    told: dict[str, Any] = {
        "held_on": business_day().isoformat(), "scenario": "night", "people": "7", "water_min": "6.5",
        "with_brigade": "yes", "finding-1": "hose too short", "finding-3": "nobody had the key",
    }  # fmt: skip
    sent(manager, page, **told, photo=photo())
    sent(manager, page, **(told | {"held_on": (business_day() + timedelta(days=1)).isoformat()}))
    sent(manager, page, **(told | {"people": "0"}))
    sent(manager, page, **(told | {"water_min": "9999"}))
    text = manager.get(page).text
    assert "hose too short" in text
    with app.app_context():
        (drill,) = db.session.scalars(select(FireDrill))
        assert (drill.people, drill.water_min, drill.with_brigade) == (7, 6.5, True)
        notes = db.session.scalars(select(CorrectiveAction.note).order_by(CorrectiveAction.id)).all()
        assert notes == ["hose too short", "nobody had the key"]
        sha = drill.photos[0]
    assert manager.get(f"{page}/photos/{sha}").status_code == 200
    stored(tablet, tablet.record("drill", {"held_on": business_day().isoformat(), "scenario": "other", "people": 2}))
    late = tablet.record("drill", {"held_on": "2999-01-01", "scenario": "other", "people": 2})
    assert tablet.send(late)["results"][0]["status"] == 422


def test_an_overdue_drill_raises_one_alarm_which_the_drill_ends(tablet: GateTablet) -> None:
    yard_id, app = tablet.place[1], tablet.app

    def open_alarms(moment: datetime) -> list[str]:
        """What the watch leaves unanswered after two looks."""
        for _look in range(2):
            watch_drills(db.session, yard_id, moment)
        db.session.commit()
        return [it.alarm.key for it in alarm_book(db.session, [yard_id], limit=9, open_only=True)]

    def dangers(moment: datetime) -> list[str]:
        found = open_dangers(db.session, [yard_id], moment)
        return [danger_text(it) for it in found if it.kind is DangerKind.DRILL]

    with app.test_request_context():
        overdue = now() + timedelta(days=200)
        assert open_alarms(now() + timedelta(days=150)) == dangers(now() + timedelta(days=150)) == []
        (key,) = open_alarms(overdue)
        with force_locale("en"):
            assert dangers(overdue) == ["No fire drill was held in time"]
            assert "drill was due on" in alarm_text(db.session.scalars(select(Alarm).where(Alarm.key == key)).one())
    held = {"held_on": business_day().isoformat(), "scenario": "night", "people": 4, "note": "all well"}
    stored(tablet, tablet.record("drill", held))
    with app.test_request_context():
        assert open_alarms(now() + timedelta(days=150)) == dangers(now() + timedelta(days=150)) == []
        (entry,) = alarm_book(db.session, [yard_id], limit=9)
        assert [it.what for it in entry.answers] == ["all well"]
