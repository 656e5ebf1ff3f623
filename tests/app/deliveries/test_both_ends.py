"""A load to a plant has a weight at both ends, whoever wrote the second one down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.clock import business_day
from app.database.engine import db
from app.deliveries.models import PlantWeight
from app.deliveries.queries import DeliveryState, delivered, stray_arrivals
from app.errors import NO_SUCH_DELIVERY, NOT_A_PLANT_WEIGHT, REASON_NEEDED, TICKET_VOID, WEIGHED_BY_PLANT, Refusal
from tests.app.deliveries.road import Road
from yard_rules.both_ends import may_differ_kg, weights_agree

DAY = date(2026, 11, 12)


def test_a_load_is_under_way_until_the_plant_has_weighed_it(road: Road) -> None:
    load = road.sent(5_000)
    on_the_road = road.one(load)
    assert (on_the_road.state, on_the_road.yard_kg, on_the_road.plant_kg) == (DeliveryState.UNDER_WAY, 5_000, None)
    assert (on_the_road.plant_id, on_the_road.yard_id, on_the_road.town_id) == (
        road.plant_id,
        road.yard.place[1],
        None,
    )
    assert on_the_road.day == business_day()
    assert on_the_road.dry_kg == 5_000
    road.arrived(4_980)
    there = road.one(load)
    assert (there.state, there.yard_kg, there.plant_kg, there.dry_kg) == (DeliveryState.WEIGHED, 5_000, 4_980, 4_980)


def test_a_load_that_has_not_left_its_yard_is_none(road: Road) -> None:
    road.yard.send(road.yard.opening(kg=8_000, purpose="linehaul_out", destination_id=road.plant_id))
    assert road.all() == {}


def test_each_arrival_is_of_the_newest_load_of_its_truck_and_of_one_only(road: Road) -> None:
    lost, first = road.sent(5_000), road.sent(5_200)
    other_truck = road.sent(4_000, plate="浙F54321")
    road.arrived(5_200)
    second = road.sent(5_400)
    road.arrived(5_400)
    road.arrived(5_400)
    found = road.all()
    assert {id_: it.plant_kg for id_, it in found.items()} == {
        lost: None,
        first: 5_200,
        other_truck: None,
        second: 5_400,
    }
    with road.app.app_context():
        today = business_day()
        assert len(stray_arrivals(db.session, plants=None, first_day=today, last_day=today)) == 1
        assert stray_arrivals(db.session, plants=["another"], first_day=today, last_day=today) == []


def test_an_arrival_of_the_same_haul_is_that_load_though_another_left_later(road: Road) -> None:
    haul = {"haul": {"day": business_day().isoformat(), "haul_id": "L7"}}
    planned, later = road.sent(5_000, **haul), road.sent(6_000)
    road.arrived(5_010, **haul)
    assert (road.one(planned).plant_kg, road.one(later).plant_kg) == (5_010, None)


def test_a_void_ticket_of_the_plant_weighed_nothing_and_a_void_one_of_the_yard_is_void(road: Road) -> None:
    load = road.sent(5_000)
    wrong = road.arrived(3_000)
    assert road.one(load).state is DeliveryState.DISPUTED
    road.plant.void(wrong)
    assert (road.one(load).state, road.one(load).plant_kg) == (DeliveryState.UNDER_WAY, None)
    road.arrived(5_000)
    assert road.one(load).state is DeliveryState.WEIGHED
    road.yard.void(load)
    assert road.one(load).state is DeliveryState.VOID


def test_what_the_plant_sent_back_is_refused_until_it_takes_it(road: Road) -> None:
    load = road.sent(5_000)
    road.arrived(5_000, outcome="sent_back")
    assert (road.one(load).state, road.one(load).plant_kg) == (DeliveryState.REFUSED, None)
    road.arrived(5_000)
    assert road.one(load).state is DeliveryState.WEIGHED


def test_straight_from_the_field_the_plants_weight_is_the_only_one(road: Road) -> None:
    load = road.came_straight(5_300)
    found = road.one(load)
    assert (found.state, found.yard_id, found.yard_kg, found.plant_kg) == (DeliveryState.WEIGHED, None, None, 5_300)
    sent_back = road.came_straight(5_300, outcome="sent_back")
    assert road.one(sent_back).state is DeliveryState.REFUSED
    road.plant.void(load)
    assert road.one(load).state is DeliveryState.VOID


def test_the_office_types_the_weight_of_a_plant_without_a_tablet(road: Road) -> None:
    load = road.sent(5_000)
    road.weighed(load, 4_990, moisture_permille=220, slip_number="A-17")
    found = road.one(load)
    assert (found.state, found.plant_kg, found.moisture_permille) == (DeliveryState.WEIGHED, 4_990, 220)
    assert found.dry_kg == 4_990  # at most 30 % of water


def test_a_correction_is_a_new_row_with_a_reason_and_the_newest_counts(road: Road) -> None:
    load = road.sent(5_000)
    road.weighed(load, 4_990)
    road.weighed(load, 4_990)  # said again: nothing new
    with pytest.raises(Refusal) as refused:
        road.weighed(load, 5_010)
    assert refused.value.kind is REASON_NEEDED
    road.weighed(load, 5_010, reason="misread slip")
    assert road.one(load).plant_kg == 5_010
    with road.app.app_context():
        kept = db.session.query(PlantWeight).order_by(PlantWeight.id).all()
        assert [(it.net_kg, it.reason) for it in kept] == [(4_990, None), (5_010, "misread slip")]


@pytest.mark.parametrize(
    "table", ["plant_weight", "plant_weight_file", "dispute_event", "load_refusal", "refusal_event"]
)
def test_what_was_said_of_loads_is_never_changed_nor_removed(road: Road, table: str) -> None:
    road.weighed(road.sent(5_000), 4_990)
    with road.app.app_context():
        for statement in (f"UPDATE {table} SET id = id + 7", f"DELETE FROM {table}"):
            if table != "plant_weight" and db.engine.dialect.name == "sqlite":
                continue  # its triggers look at rows, and there is none
            with pytest.raises(DatabaseError, match="only added"):
                db.session.execute(text(statement))
            db.session.rollback()


def test_what_cannot_be_a_plants_weight_is_refused(road: Road) -> None:
    load = road.sent(5_000)
    for changed in (
        {"net_kg": 0},
        {"net_kg": 60_001},
        {"net_kg": 5_000, "moisture_permille": 1_001},
        {"net_kg": 5_000, "weighed_on": business_day() - timedelta(days=1)},
        {"net_kg": 5_000, "weighed_on": business_day() + timedelta(days=1)},
    ):
        with pytest.raises(Refusal) as refused:
            road.weighed(load, **changed)  # type: ignore[arg-type]
        assert refused.value.kind is NOT_A_PLANT_WEIGHT
    with pytest.raises(Refusal) as refused:
        road.weighed("no such load", 5_000)
    assert refused.value.kind is NO_SUCH_DELIVERY
    road.arrived(5_000)
    with pytest.raises(Refusal) as refused:
        road.weighed(load, 5_000)
    assert refused.value.kind is WEIGHED_BY_PLANT
    void = road.sent(5_000, plate="浙F54321")
    road.yard.void(void)
    with pytest.raises(Refusal) as refused:
        road.weighed(void, 5_000)
    assert refused.value.kind is TICKET_VOID


def test_loads_are_asked_for_by_plant_day_and_id(road: Road) -> None:
    load, other = road.sent(5_000), road.came_straight(5_100)
    today, tomorrow = business_day(), business_day() + timedelta(days=1)
    assert set(road.all()) == {load, other}
    assert set(road.all(plant_id=road.plant_id, first_day=today, last_day=today)) == {load, other}
    assert set(road.all(ids=[load])) == {load}
    assert road.all(ids=[]) == road.all(plant_id="another") == road.all(first_day=tomorrow) == {}
    with road.app.app_context():
        assert delivered(db.session, last_day=today - timedelta(days=1)) == []


def test_both_weights_agree_within_a_share_of_the_heavier_one_and_never_below_a_floor() -> None:
    assert may_differ_kg(10_000, 9_000, DAY) == 100
    assert may_differ_kg(3_000, 3_050, DAY) == 60
    assert weights_agree(10_000, 9_900, DAY)
    assert not weights_agree(10_000, 9_899, DAY)
