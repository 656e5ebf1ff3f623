"""A dispute about a load's weight: what opens it, who may say what, and what it is settled on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.accounts.models import Account
from app.clock import business_day, now
from app.database.engine import db
from app.deliveries.dispute_states import Dispute, DisputeState
from app.deliveries.disputes import (
    answer_dispute,
    answer_proposal,
    open_dispute,
    propose_settlement,
    withdraw_dispute,
)
from app.deliveries.models import Basis, PlantWeight, Side
from app.deliveries.operations import the_load
from app.deliveries.queries import DeliveryState
from app.deliveries.refusals import enter_refusal
from app.errors import (
    BOTH_OF_COMPANY,
    BOTH_OF_PLANT,
    CHANGED_MEANWHILE,
    NO_PLANT_WEIGHT,
    NOT_A_PLANT_WEIGHT,
    NOT_ALLOWED,
    NOT_TO_SETTLE_ON,
    SAME_PERSON,
    SETTLED_ALREADY,
    TAKEN_BY_PLANT,
    TICKET_VOID,
    Refusal,
    RefusalKind,
)
from tests.app.deliveries.people import speaking
from tests.app.deliveries.road import Road
from tests.app.members import member
from tests.app.without_rules import without_rules

COMPANY, PLANT = Side.COMPANY, Side.PLANT


def dispute_of(road: Road, load: str) -> Dispute | None:
    with road.app.app_context():
        return the_load(db.session, load).dispute


def refused(kind: RefusalKind):  # type: ignore[no-untyped-def]
    return pytest.raises(Refusal, match="^" + kind.what.replace(".", r"\."))


def settled_on(road: Road, load: str, basis: Basis, reweighed_kg: int | None = None) -> int | None:
    with speaking(road.app, "Li"):
        propose_settlement(db.session, load, side=PLANT, basis=basis, reweighed_kg=reweighed_kg, said="so be it")
    with speaking(road.app, "Wang"):
        answer_proposal(db.session, load, side=COMPANY, is_agreed=True)
    return road.one(load).agreed_kg


def test_a_difference_above_tolerance_opens_a_dispute_by_itself(road: Road) -> None:
    load, close = road.sent(6_000), road.sent(6_000, plate="浙F54321")
    road.weighed(load, 5_939)
    road.weighed(close, 5_940)
    assert (road.one(load).state, road.one(close).state) == (DeliveryState.DISPUTED, DeliveryState.WEIGHED)
    assert dispute_of(road, close) is None
    found = dispute_of(road, load)
    assert found is not None
    assert (found.state, found.opened_by, found.events) == (DisputeState.OPEN, None, ())
    assert found.due_on == business_day() + timedelta(days=7)
    assert not found.is_overdue(business_day() + timedelta(days=7))
    assert found.is_overdue(business_day() + timedelta(days=8))


def test_a_correction_that_makes_both_weights_agree_ends_what_the_difference_opened(road: Road) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_000)
    with speaking(road.app, "Li"):
        answer_dispute(db.session, load, side=COMPANY, said="we look")
    found = dispute_of(road, load)
    assert found is not None
    assert (found.state, found.due_on) == (DisputeState.ANSWERED, business_day() + timedelta(days=20))
    road.weighed(load, 5_990, reason="misread slip")
    assert road.one(load).state is DeliveryState.WEIGHED
    corrected = dispute_of(road, load)
    assert corrected is not None
    assert corrected.state is DisputeState.CORRECTED


@pytest.mark.parametrize(
    ("basis", "kg"), [(Basis.YARD, 6_000), (Basis.PLANT, 5_001), (Basis.MEAN, 5_501), (Basis.REWEIGHED, 5_800)]
)
def test_it_is_settled_on_a_weight_that_two_people_agree_to(road: Road, basis: Basis, kg: int) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_001)
    assert settled_on(road, load, basis, 5_800) == kg
    assert road.one(load).state is DeliveryState.WEIGHED
    assert (road.one(load).yard_kg, road.one(load).plant_kg) == (6_000, 5_001)


def test_whoever_proposes_does_not_agree_and_not_two_people_of_the_plant(road: Road) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_000)
    with speaking(road.app, "Li"):
        propose_settlement(db.session, load, side=PLANT, basis=Basis.PLANT, said="ours is right")
    with speaking(road.app, "Li"), refused(SAME_PERSON):
        answer_proposal(db.session, load, side=COMPANY, is_agreed=True)
    with speaking(road.app, "Wang"), refused(BOTH_OF_PLANT):
        answer_proposal(db.session, load, side=PLANT, is_agreed=True)
    with speaking(road.app, "Wang"), refused(SETTLED_ALREADY):
        propose_settlement(db.session, load, side=PLANT, basis=Basis.MEAN, said="another one")
    with speaking(road.app, "Wang"):
        answer_proposal(db.session, load, side=COMPANY, is_agreed=False, said="no")
    assert (road.one(load).state, road.one(load).agreed_kg) == (DeliveryState.DISPUTED, None)
    assert settled_on(road, load, Basis.MEAN) == 5_500


def test_what_was_proposed_on_other_weights_is_not_agreed_to(road: Road) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_000)
    with speaking(road.app, "Li"):
        propose_settlement(db.session, load, side=COMPANY, basis=Basis.PLANT, said="theirs")
    road.weighed(load, 4_000, reason="misread slip")
    with speaking(road.app, "Wang"), refused(CHANGED_MEANWHILE):
        answer_proposal(db.session, load, side=PLANT, is_agreed=True)


def test_a_settlement_stands_until_a_weight_changes_and_differs_again(road: Road) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_000)
    settled_on(road, load, Basis.MEAN)
    road.weighed(load, 4_900, reason="misread slip")
    assert (road.one(load).state, road.one(load).agreed_kg) == (DeliveryState.DISPUTED, None)
    assert settled_on(road, load, Basis.PLANT) == 4_900
    road.weighed(load, 5_990, reason="misread once more")
    assert (road.one(load).state, road.one(load).agreed_kg) == (DeliveryState.WEIGHED, 4_900)


def test_either_side_opens_one_by_hand_and_only_it_takes_it_back(road: Road) -> None:
    load = road.came_straight(5_000)
    with speaking(road.app, "Li"):
        open_dispute(db.session, load, side=PLANT, said="too wet")
    with speaking(road.app, "Wang"), refused(SETTLED_ALREADY):
        open_dispute(db.session, load, side=COMPANY, said="too dry")
    with speaking(road.app, "Li"), refused(SAME_PERSON):
        answer_dispute(db.session, load, side=PLANT, said="indeed")
    with speaking(road.app, "Wang"), refused(NOT_ALLOWED):
        withdraw_dispute(db.session, load, side=COMPANY, said="nothing")
    with speaking(road.app, "Wang"):
        answer_dispute(db.session, load, side=COMPANY, said="it was dry")
    for basis in (Basis.YARD, Basis.MEAN, Basis.REWEIGHED):
        with speaking(road.app, "Wang"), refused(NOT_TO_SETTLE_ON):
            propose_settlement(db.session, load, side=COMPANY, basis=basis, said="no such weight")
    with speaking(road.app, "Li"):
        withdraw_dispute(db.session, load, side=PLANT, said="dry it was")
    assert road.one(load).state is DeliveryState.WEIGHED
    found = dispute_of(road, load)
    assert found is not None
    assert found.state is DisputeState.WITHDRAWN
    with speaking(road.app, "Wang"), refused(SETTLED_ALREADY):
        withdraw_dispute(db.session, load, side=PLANT, said="again")


def test_nobody_takes_back_what_the_difference_opened(road: Road) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_990)
    with speaking(road.app, "Li"):
        open_dispute(db.session, load, side=COMPANY, said="look at the photo")
    road.weighed(load, 5_000, reason="misread slip")
    with speaking(road.app, "Li"):
        withdraw_dispute(db.session, load, side=COMPANY, said="the photo is good")
    found = dispute_of(road, load)
    assert found is not None
    assert (found.state, found.opened_by) == (DisputeState.OPEN, None)
    with speaking(road.app, "Li"), refused(NOT_ALLOWED):
        withdraw_dispute(db.session, load, side=COMPANY, said="this too")


def test_there_is_nothing_to_dispute_without_a_plants_weight_or_of_a_void_load(road: Road) -> None:
    load = road.sent(6_000)
    with speaking(road.app, "Li"), refused(NO_PLANT_WEIGHT):
        open_dispute(db.session, load, side=PLANT, said="too light")
    road.weighed(load, 5_000)
    road.yard.void(load)
    with speaking(road.app, "Li"), refused(TICKET_VOID):
        open_dispute(db.session, load, side=PLANT, said="too light")
    with speaking(road.app, "Li"), refused(SETTLED_ALREADY):
        answer_dispute(db.session, load, side=PLANT, said="too light")


def test_two_people_of_the_company_settle_only_for_a_plant_of_which_nobody_is_here(road: Road) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_000)

    def agreed() -> None:
        with speaking(road.app, "Li"):
            propose_settlement(db.session, load, side=COMPANY, basis=Basis.MEAN, said="as the plant said by phone")
        with speaking(road.app, "Wang"):
            answer_proposal(db.session, load, side=COMPANY, is_agreed=True)

    member(road.app, "plant", ("plant", road.plant_id))
    with refused(BOTH_OF_COMPANY):
        agreed()
    with road.app.app_context():
        db.session.execute(update(Account).where(Account.email == "plant@tests.example").values(active=False))
        db.session.commit()
    with speaking(road.app, "Wang"):
        answer_proposal(db.session, load, side=COMPANY, is_agreed=True)
    assert road.one(load).agreed_kg == 5_500


def test_what_is_weighed_again_is_no_other_load(road: Road) -> None:
    load = road.sent(6_000)
    road.weighed(load, 5_000)
    for kg in (3_999, 7_201, 59_000):
        with speaking(road.app, "Li"), refused(NOT_TO_SETTLE_ON):
            propose_settlement(db.session, load, side=PLANT, basis=Basis.REWEIGHED, reweighed_kg=kg, said="so be it")
    assert settled_on(road, load, Basis.REWEIGHED, 7_200) == 7_200


def test_a_moisture_that_is_far_from_the_yards_counts_only_when_both_sides_agree(road: Road) -> None:
    load, close = road.sent(6_000), road.sent(6_000, plate="浙F54321")
    measured = road.one(load).moisture_permille
    assert measured is not None
    road.weighed(load, 6_000, moisture_permille=1_000)
    road.weighed(close, 6_000, moisture_permille=measured + 50)
    assert (road.one(close).state, road.one(close).moisture_permille) == (DeliveryState.WEIGHED, measured + 50)
    assert (road.one(load).state, road.one(load).moisture_permille) == (DeliveryState.DISPUTED, measured)
    settled_on(road, load, Basis.PLANT)
    assert (road.one(load).state, road.one(load).moisture_permille) == (DeliveryState.WEIGHED, 1_000)
    with speaking(road.app, "Li"):
        open_dispute(db.session, load, side=COMPANY, said="no straw is all water")
    settled_on(road, load, Basis.YARD)
    assert (road.one(load).moisture_permille, road.one(load).agreed_kg) == (measured, 6_000)


@pytest.mark.parametrize("later", [timedelta(days=4), timedelta(days=31)])
def test_who_typed_a_weight_mends_it_soon_and_later_only_both_sides_do(road: Road, later: timedelta) -> None:
    load = road.sent(6_000)
    road.weighed(load, 6_000)
    with road.app.app_context():
        without_rules()
        db.session.execute(update(PlantWeight).values(entered_at=now() - later))
        db.session.commit()
    with refused(NOT_A_PLANT_WEIGHT):
        road.weighed(load, 5_960, reason="misread slip")
    assert road.one(load).plant_kg == 6_000


def test_a_load_that_the_plant_weighed_is_not_refused_any_more(road: Road) -> None:
    load = road.sent(6_000)
    road.weighed(load, 6_000)
    with speaking(road.app, "Li"), refused(TAKEN_BY_PLANT):
        enter_refusal(
            db.session, plant_id=road.plant_id, delivery_id=load, refused_on=business_day(), reason="too wet after all"
        )
    assert road.one(load).state is DeliveryState.WEIGHED
