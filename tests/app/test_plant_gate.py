"""The gate of a plant: its own people sign in on its tablet by PIN, and yards have names there."""

from __future__ import annotations

import pytest
from flask import Flask

from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.accounts.pins import attendants_at, choose_pin
from app.accounts.scope import works_at
from app.database.engine import db
from app.dispatch.models import PlanHaul, PlanTruckStop
from tests.app.day_plan import PlannedTown
from tests.app.gate import PIN, GateTablet, Place, gate_tablet, id_of
from tests.app.members import member
from tests.app.test_notebook import planned_for_today
from tests.conftest import PASSWORD, csrf_token

OTHER_PIN = "825047"


@pytest.fixture
def plant(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("plant", town.scenario.plants[0].plant_id))


def person(app: Flask, name: str, role: str, *places: Place) -> int:
    with app.app_context():
        account = open_account(
            db.session, email=f"{name}@tests.example".lower(), name=name, password=PASSWORD, role_names=[role]
        )
        account.places = [AccountPlace(kind=kind, place_id=place_id) for kind, place_id in places]
        assert choose_pin(db.session, account, OTHER_PIN) == []
        db.session.commit()
        return account.id


def try_pin(tablet: GateTablet, account_id: int, pin: str):
    address = f"/tablet/people/{account_id}"
    return tablet.browser.post(address, data={"pin": pin, "csrf_token": csrf_token(tablet.browser, address)})


def test_somebody_of_the_plant_signs_in_by_pin_and_sees_what_comes_to_it(plant: GateTablet) -> None:
    load = plant.opening(purpose="linehaul_in")
    plant.send(load, plant.sample(id_of(load)))
    closed = plant.send(plant.closing(id_of(load), outcome="delivered", stacks=[]))["results"][0]
    assert "operator_elsewhere" not in {remark["kind"] for remark in closed["receipt"]["remarks"]}
    assert try_pin(plant, plant.operator_id, "604938").status_code == 422
    assert try_pin(plant, plant.operator_id, PIN).status_code == 302
    assert closed["receipt"]["ticket_number"] in plant.browser.get("/tickets").text
    assert plant.browser.get(f"/tickets/{closed['receipt']['ticket_number']}").status_code == 200
    assert 'id="home-gate"' in plant.browser.get("/").text
    for closed_to_them in ("/devices", "/people", "/audit", "/records/refused"):
        assert plant.browser.get(closed_to_them).status_code == 403, closed_to_them


def test_a_role_of_the_gate_counts_at_its_own_kind_of_place_only(plant: GateTablet, town: PlannedTown) -> None:
    yard: Place = ("yard", town.scenario.yards[0].yard_id)
    of_yard = person(plant.app, "Yard", "attendant", yard, plant.place)
    of_plant = person(plant.app, "Plant", "plant_attendant", yard, plant.place)
    office = person(plant.app, "Office", "plant", plant.place)
    with plant.app.app_context():
        names = {
            place: {it.name for it in attendants_at(db.session, [place])} - {"Attendant"}
            for place in (yard, plant.place)
        }
        assert names == {yard: {"Yard"}, plant.place: {"Plant"}}
        assert {it.name for it in attendants_at(db.session, [yard, plant.place])} == {"Attendant", "Yard", "Plant"}
        assert {it.name for it in attendants_at(db.session, None)} >= {"Yard", "Plant"}
        assert attendants_at(db.session, []) == []
        found = {id_: db.session.get_one(Account, id_) for id_ in (of_yard, of_plant, office)}
        assert [works_at(it, *yard) for it in found.values()] == [True, False, False]
        assert [works_at(it, *plant.place) for it in found.values()] == [False, True, False]
    assert try_pin(plant, of_plant, OTHER_PIN).status_code == 302
    assert plant.browser.get(f"/tablet/people/{of_yard}").status_code == 404


def test_whoever_answers_for_a_plant_enrols_its_tablets_and_gives_its_people_pins(
    plant: GateTablet, town: PlannedTown
) -> None:
    yard: Place = ("yard", town.scenario.yards[0].yard_id)
    of_plant = person(plant.app, "Plant", "plant_attendant", plant.place)
    of_yard = person(plant.app, "Yard", "attendant", yard)
    office = member(plant.app, "plant", plant.place, email="office@tests.example")
    page = office.get("/devices").text
    assert "Gate 1" in page
    assert f"/devices/people/{of_plant}/pin" in page
    assert f"/devices/people/{of_yard}/pin" not in page
    form = {"name": "Gate 2", "csrf_token": csrf_token(office, "/devices/new")}
    assert office.post("/devices/new", data=form | {"place": ":".join(yard)}).status_code == 422
    assert office.post("/devices/new", data=form | {"place": ":".join(plant.place)}).status_code == 200


def test_yards_have_names_on_a_plants_tablet(plant: GateTablet, town: PlannedTown) -> None:
    yard = town.scenario.yards[0]
    planned_for_today(plant.app, town)
    with plant.app.app_context():
        haul = db.session.query(PlanHaul).first()
        assert haul is not None
        of_plan = {"plan_id": haul.plan_id, "day": haul.day, "haul_id": "L1"}
        ends = {"origin_ids": yard.yard_id, "destination_id": plant.place[1]}
        stop = {"truck_id": town.scenario.trucks[0].truck_id, "seq": 99, "place_id": plant.place[1]}
        db.session.add(PlanHaul(**of_plan, **ends, kind="linehaul", dry_t=4.8, bales=48))
        db.session.add(
            PlanTruckStop(**of_plan, **stop, action="unload", dry_t=4.8, arrive_min=600, start_min=600, end_min=620)
        )
        db.session.commit()
    said = plant.notebook()
    assert {"id": yard.yard_id, "name": yard.name} in said["yards"]
    (coming,) = [load for load in said["expected"] if load["haul_id"] == "L1"]
    assert (coming["purpose"], coming["origin"]["yard"]) == ("linehaul_in", yard.name)
