"""What a tablet reads, so that it can go on without a network."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.accounts.pins import choose_pin
from app.clock import business_day, now
from app.database.engine import db
from app.dispatch.models import PlanHaul, PlanTruckStop, PlanVersion
from app.errors import VOID_DECLINED
from app.intake.arriving import RefusedHere
from app.intake.ledger_check import first_ledger_fault
from app.intake.models import TicketVoid
from app.intake.office_records import store_office_record
from app.registry.materials import ensure_materials
from app.registry.models import CollectingBody, FarmField, Material, Scale, Truck
from app.tablet.record_kinds import RECORD_KINDS
from tests.app.day_plan import PlannedTown
from tests.app.gate import PIN, GateTablet, gate_tablet, id_of
from tests.app.members import member
from tests.conftest import PASSWORD, csrf_token
from yard_rules.dry_straw import dry_straw_kg

OTHER_PIN = "825047"


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def planned_for_today(app: Flask, town: PlannedTown) -> None:
    """The plan's day becomes today."""
    with app.app_context():
        today = business_day()
        for model in (PlanHaul, PlanTruckStop):
            db.session.execute(update(model).where(model.day == town.day).values(day=today))
        db.session.execute(update(PlanVersion).values(first_day=today, last_day=today))
        db.session.commit()


def test_the_notebook_holds_what_the_day_needs(tablet: GateTablet, town: PlannedTown) -> None:
    planned_for_today(tablet.app, town)
    said = tablet.notebook()
    assert (said["place"]["kind"], said["place"]["id"]) == tablet.place
    assert [person["name"] for person in said["people"]] == ["Attendant"]
    yard_hauls = [haul for haul in town.plan.hauls if haul.destination_id == tablet.place[1]]
    assert {load["haul_id"] for load in said["expected"] if load["purpose"] == "intake"} == {
        haul.haul_id for haul in yard_hauls
    }
    arrivals = [load["arrive_min"] for load in said["expected"]]
    assert arrivals == sorted(arrivals)
    assert all(load["origin"]["growers"] and load["plate"] for load in said["expected"] if load["purpose"] == "intake")
    assert {truck["truck_id"] for truck in said["trucks"]} == {truck.truck_id for truck in town.scenario.trucks}
    assert said["stacks"]
    assert set(said["proposals"]) == {"stack_freely", "stack_apart", "hot_lane", "loading_out"}
    assert tablet.scale_id in {scale["id"] for scale in said["scales"]}


def test_what_the_browser_reckons_is_what_the_rules_say(tablet: GateTablet) -> None:
    rule = tablet.notebook()["rules"]["dry_straw"]
    day = business_day()
    for net_kg in (1, 3_499, 3_500, 17_321):
        for permille in (0, 150, 300, 301, 333, 500, 1000):
            numerator = rule["numerators"][permille]
            by_browser = (2 * net_kg * numerator + rule["denominator"]) // (2 * rule["denominator"])
            assert by_browser == dry_straw_kg(net_kg, permille, day=day)


def test_an_unchanged_notebook_is_not_sent_again(tablet: GateTablet) -> None:
    first = tablet.browser.get("/data/tablet/notebook", headers=tablet.header)
    again = tablet.header | {"If-None-Match": first.headers["ETag"]}
    assert tablet.browser.get("/data/tablet/notebook", headers=again).status_code == 304
    tablet.send(tablet.opening())
    assert tablet.browser.get("/data/tablet/notebook", headers=again).status_code == 200


def test_another_tablet_of_the_yard_sees_the_trucks_on_it(county_app: Flask, tablet: GateTablet) -> None:
    other = gate_tablet(county_app, tablet.place, "Gate 2")
    first = tablet.opening()
    tablet.send(first, tablet.sample(id_of(first)))
    (open_load,) = other.notebook()["tickets"]
    assert (open_load["id"], open_load["state"], open_load["first_kg"]) == (id_of(first), "open", 12_460)
    assert open_load["sample"] == {"mean_permille": 190, "acceptance": "stack_apart", "meter_id": None}
    assert (open_load["first_scale_id"], open_load["first_certificate"]) == (tablet.scale_id, "T-1")
    answer = other.send(other.closing(id_of(first)))
    assert answer["results"][0]["status"] == 201
    (closed_load,) = tablet.notebook()["tickets"]
    assert (closed_load["state"], closed_load["net_kg"], closed_load["dry_kg"]) == ("closed", 3_500, 3_500)


def test_a_ticket_says_whether_it_may_be_settled_and_how_far_it_may_be_off(tablet: GateTablet) -> None:
    good, without_sample = tablet.whole_ticket(), tablet.opening(plate="T02")
    tablet.send(*good, without_sample, tablet.closing(id_of(without_sample)))
    first, second = tablet.notebook()["tickets"]
    assert (first["is_trade"], second["is_trade"]) == (True, False)
    assert first["uncertainty_kg"] > 0
    assert second["remarks"] == ["no_sample"]


def test_the_stock_rises_with_the_load_and_a_stored_tare_is_offered(tablet: GateTablet) -> None:
    tare = tablet.record("tare", {"vehicle": {"plate": "T01"}, "weighing": tablet.weight(8_960)})
    tablet.send(tare, *tablet.whole_ticket())
    said = tablet.notebook()
    assert (said["stacks"][0]["bales"], said["stacks"][0]["kg"]) == (30, 3_500)
    assert {truck["tare"]["kg"] for truck in said["trucks"] if truck["tare"]} <= {8_960}


def test_a_stored_tare_far_from_those_before_is_told_as_drifted(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        truck = db.session.scalars(select(Truck).limit(1)).one()
        plate = truck.plate or truck.truck_id

    def tares(*kgs: int) -> tuple[list[set[str]], list[tuple[int, bool]]]:
        vehicle = {"vehicle": {"plate": plate}}
        answer = tablet.send(*(tablet.record("tare", vehicle | {"weighing": tablet.weight(kg)}) for kg in kgs))
        remarks = [{one["kind"] for one in it["receipt"]["remarks"]} for it in answer["results"]]
        told = [truck["tare"] for truck in tablet.notebook()["trucks"] if truck["plate"] == plate]
        return remarks, [(tare["kg"], tare["drifted"]) for tare in told]

    assert tares(8_960) == ([set()], [(8_960, False)])
    assert tares(7_000) == ([{"tare_alarm"}], [(7_000, True)])


def test_a_stored_tare_is_told_of_trucks_in_no_register_too_and_whether_it_is_for_trade(tablet: GateTablet) -> None:
    def tare(plate: str) -> dict[str, Any]:
        text = tablet.record("tare", {"vehicle": {"plate": plate}, "weighing": tablet.weight(8_960)})
        assert tablet.send(text)["results"][0]["status"] == 201
        found: dict[str, Any] = tablet.notebook()["tares"][plate]
        return found

    assert (tare("浙F99001")["kg"], tare("浙F99001")["trade"]) == (8_960, True)
    with tablet.app.app_context():
        db.session.execute(update(Scale).values(certified_until=date(2024, 1, 1)))
        db.session.commit()
    assert tare("浙F99002")["trade"] is False


def test_a_yard_says_how_much_lies_in_it_and_how_much_may(tablet: GateTablet, town: PlannedTown) -> None:
    tablet.send(*tablet.whole_ticket())
    said = tablet.notebook()
    capacity_kg = round(town.scenario.yards[0].capacity_t * 1000)
    assert said["stock"] == {"kg": 3_500, "bales": 30, "bale_kg": 110, "capacity_kg": capacity_kg}
    assert said["rules"]["yard_warn_permille"] == 900
    plant = gate_tablet(tablet.app, ("plant", town.scenario.plants[0].plant_id), "Plant 1")
    assert plant.notebook()["stock"] is None


def test_the_countys_usual_straw_stands_first_and_a_load_has_that_of_its_fields(
    tablet: GateTablet, town: PlannedTown
) -> None:
    planned_for_today(tablet.app, town)
    direct = next(haul for haul in town.plan.hauls if haul.kind == "direct")
    plant = gate_tablet(tablet.app, ("plant", direct.destination_id), "Plant 1")
    with tablet.app.app_context():
        ensure_materials(db.session)
        db.session.execute(update(FarmField).values(crop="wheat"))
        db.session.commit()
    said = plant.notebook()
    assert [material["id"] for material in said["materials"]][:2] == ["wheat_straw", "rice_straw"]
    assert {load["material_id"] for load in said["expected"] if load["purpose"] == "direct_in"} == {"wheat_straw"}
    with tablet.app.app_context():
        db.session.execute(update(Material).where(Material.material_id == "wheat_straw").values(withdrawn_at=now()))
        db.session.commit()
    said = plant.notebook()
    assert "wheat_straw" not in [material["id"] for material in said["materials"]]
    assert {load["material_id"] for load in said["expected"]} == {None}


def test_a_load_always_has_a_straw_that_the_register_knows(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        db.session.execute(delete(Material))
        db.session.commit()
    assert tablet.notebook()["materials"][0]["id"] == "rice_straw"
    with tablet.app.app_context():
        db.session.execute(update(Material).values(withdrawn_at=now()))
        db.session.commit()
    assert len(tablet.notebook()["materials"]) == 5


def test_a_pin_is_tried_without_a_session(tablet: GateTablet) -> None:
    def tried(pin: str) -> tuple[int, str]:
        body = {"account_id": tablet.operator_id, "pin": pin}
        answer = tablet.browser.post("/data/tablet/pin", json=body, headers=tablet.header)
        return answer.status_code, answer.get_json()["state"]

    assert tried(OTHER_PIN) == (422, "wrong")
    assert tried(PIN) == (200, "right")
    assert tablet.browser.get("/data/tablet/session").get_json() == {"signed_in": False}


def second_attendant(tablet: GateTablet) -> int:
    """The number of a colleague with a PIN."""
    with tablet.app.app_context():
        second = open_account(
            db.session, email="b@tests.example", name="B", password=PASSWORD, role_names=["attendant"]
        )
        second.places = [AccountPlace(kind=tablet.place[0], place_id=tablet.place[1])]
        assert choose_pin(db.session, second, OTHER_PIN) == []
        db.session.commit()
        return second.id


def test_a_ticket_becomes_void_when_a_second_person_gives_their_pin(county_app: Flask, tablet: GateTablet) -> None:
    second_id = second_attendant(tablet)
    texts = tablet.whole_ticket()
    ticket_id = id_of(texts[0])
    tablet.send(*texts)

    def agreed(account_id: int, pin: str) -> tuple[int, str | None]:
        body = {"ticket_id": ticket_id, "account_id": account_id, "pin": pin}
        answer = tablet.browser.post("/data/tablet/voids", json=body, headers=tablet.header)
        return answer.status_code, answer.get_json().get("error", {}).get("code")

    assert agreed(second_id, OTHER_PIN) == (404, "no-such-ticket")
    tablet.send(tablet.record("void_request", {"ticket_id": ticket_id, "reason": "wrong field"}))
    assert agreed(tablet.operator_id, PIN) == (409, "same-person")
    assert agreed(second_id, PIN)[0] == 422
    assert agreed(second_id, OTHER_PIN) == (200, None)
    assert agreed(second_id, OTHER_PIN) == (410, "ticket-void")
    said = tablet.notebook()
    assert [it["state"] for it in said["tickets"]] == ["void"]
    assert said["stacks"][0]["bales"] == 0
    answer = tablet.send(tablet.sample(ticket_id), tablet.opening(replaces=ticket_id))
    assert [it["status"] for it in answer["results"]] == [410, 201]
    with county_app.app_context():
        assert db.session.scalars(select(TicketVoid.agreed_name)).one() == "B"


def test_a_wish_is_declined_by_a_second_person_and_may_be_had_anew(county_app: Flask, tablet: GateTablet) -> None:
    second_id = second_attendant(tablet)
    texts = tablet.whole_ticket()
    ticket_id = id_of(texts[0])
    tablet.send(*texts)

    def answered(address: str, account_id: int, pin: str, **said: str) -> tuple[int, str | None]:
        body = {"ticket_id": ticket_id, "account_id": account_id, "pin": pin, **said}
        answer = tablet.browser.post(address, json=body, headers=tablet.header)
        return answer.status_code, answer.get_json().get("error", {}).get("code")

    def declined(account_id: int, pin: str, because: str = "the ticket is right") -> tuple[int, str | None]:
        return answered("/data/tablet/voids/decline", account_id, pin, declined_because=because)

    assert declined(second_id, OTHER_PIN) == (404, "no-such-ticket")
    first = tablet.record("void_request", {"ticket_id": ticket_id, "reason": "wrong field"})
    tablet.send(first)
    assert (
        tablet.send(tablet.record("void_request", {"ticket_id": ticket_id, "reason": "again"}))["results"][0]["status"]
        == 409
    )
    assert answered("/data/tablet/voids", tablet.operator_id, PIN) == (409, "same-person")
    assert declined(second_id, PIN)[0] == 422
    assert declined(second_id, OTHER_PIN, " ") == (422, "bad-record")
    assert declined(second_id, OTHER_PIN) == (200, None)
    assert declined(second_id, OTHER_PIN) == (404, "no-such-ticket")
    assert answered("/data/tablet/voids", second_id, OTHER_PIN) == (404, "no-such-ticket")
    (said,) = tablet.notebook()["tickets"]
    assert (said["state"], said["void_requested"]) == ("closed", False)
    assert said["void_declined"] == {"request_id": id_of(first), "name": "B", "reason": "the ticket is right"}
    with county_app.app_context():
        assert first_ledger_fault(db.session) is None
        with pytest.raises(RefusedHere) as refused:
            store_office_record(
                db.session,
                kind="void",
                place=tablet.place,
                body={"ticket_id": ticket_id, "request_id": id_of(first)},
                account=db.session.get_one(Account, second_id),
                kinds=RECORD_KINDS,
            )
        assert refused.value.kind is VOID_DECLINED

    tablet.send(tablet.record("void_request", {"ticket_id": ticket_id, "reason": "still wrong"}))
    (said,) = tablet.notebook()["tickets"]
    assert (said["void_requested"], said["void_declined"]) == (True, None)
    assert answered("/data/tablet/voids", second_id, OTHER_PIN) == (200, None)
    assert tablet.notebook()["tickets"][0]["state"] == "void"


def test_the_stored_tare_is_gone_when_its_time_is_over(tablet: GateTablet) -> None:
    made_at = tablet.clock() - timedelta(days=40)
    tare = tablet.record("tare", {"vehicle": {"plate": "T01"}, "weighing": tablet.weight(8_960)}, made_at=made_at)
    assert tablet.send(tare)["results"][0]["status"] == 201
    assert [truck["tare"] for truck in tablet.notebook()["trucks"] if truck["tare"]] == []


def test_a_phone_is_enrolled_for_a_collecting_body_and_reads_what_it_may_haul(
    county_app: Flask, town: PlannedTown
) -> None:
    town_id = town.scenario.towns[0].town_id
    with county_app.app_context():
        db.session.add(CollectingBody(body_id="B1", name="Demo cooperative", town_id=town_id, kind="cooperative"))
        db.session.commit()
    office = member(county_app, "administrator")
    page = office.get("/devices/new").text
    assert "Demo cooperative" in page
    form = {"name": "Phone", "place": "body:B1", "csrf_token": csrf_token(office, "/devices/new")}
    assert "Demo cooperative" in office.post("/devices/new", data=form).text
    phone = gate_tablet(county_app, ("body", "B1"), "Phone 2")
    said = phone.notebook()
    assert (said["place"]["name"], said["stacks"], said["scales"]) == ("Demo cooperative", [], [])
    assert {plant["id"] for plant in said["plants"]} == {plant.plant_id for plant in town.scenario.plants}
