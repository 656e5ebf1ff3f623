"""The register of refusals: a plant mends in the set time what it refused, or is warned and struck off (H16)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.clock import business_day
from app.database.engine import db
from app.deliveries.models import RefusalStep
from app.deliveries.queries import DeliveryState
from app.deliveries.refusal_states import RefusalState, Standing, refusals, standings
from app.deliveries.refusals import enter_refusal, kept_refusal, take_step
from app.dispatch.closed_yards import closed_plants
from app.dispatch.queries import current_plan, current_season
from app.dispatch.register_scenario import scenario_from_register
from app.errors import NO_SUCH_DELIVERY, NO_SUCH_REFUSAL, SAME_PERSON, SETTLED_ALREADY, STILL_TIME_TO_MEND
from app.intake.models import TicketRemark
from app.intake.remarks import RemarkKind
from tests.app.deliveries.people import speaking
from tests.app.deliveries.road import Road
from tests.app.deliveries.test_disputes import refused


def entered(road: Road, load: str | None = None, *, on: date | None = None) -> int:
    with speaking(road.app, "Li"):
        said = {"plant_id": road.plant_id, "delivery_id": load, "refused_on": on or business_day()}
        return enter_refusal(db.session, **said, reason="the yard is full").id


def said_of(road: Road, refusal_id: int, *steps: RefusalStep, by: str = "Li") -> None:
    for step in steps:
        with speaking(road.app, by):
            take_step(db.session, refusal_id, step, said="seen")


def state_of(road: Road, refusal_id: int) -> RefusalState:
    with road.app.app_context():
        return kept_refusal(db.session, refusal_id, None).state


def standing_of(road: Road) -> Standing:
    with road.app.app_context():
        return standings(refusals(db.session, None)).get(road.plant_id, Standing.REGISTERED)


def test_a_load_that_a_plant_refused_is_refused_until_it_has_taken_it(road: Road) -> None:
    load = road.sent(6_000)
    refusal = entered(road, load)
    assert road.one(load).state is DeliveryState.REFUSED
    with speaking(road.app, "Li"), refused(SETTLED_ALREADY):
        enter_refusal(
            db.session, plant_id=road.plant_id, delivery_id=load, refused_on=business_day(), reason="once more"
        )
    road.weighed(load, 6_000)
    assert road.one(load).state is DeliveryState.WEIGHED
    said_of(road, refusal, RefusalStep.MENDED)
    assert road.one(load).state is DeliveryState.WEIGHED
    assert standing_of(road) is Standing.REGISTERED


def test_what_is_not_mended_in_time_warns_the_plant_and_strikes_it_off(road: Road) -> None:
    refusal = entered(road, on=business_day() - timedelta(days=4))
    with road.app.app_context():
        assert kept_refusal(db.session, refusal, None).is_overdue(business_day())
    said_of(road, refusal, RefusalStep.NOT_MENDED)
    assert standing_of(road) is Standing.REGISTERED
    said_of(road, refusal, RefusalStep.WARNED)
    assert standing_of(road) is Standing.WARNED
    said_of(road, refusal, RefusalStep.STRIKE_PROPOSED)
    with speaking(road.app, "Li"), refused(SAME_PERSON):
        take_step(db.session, refusal, RefusalStep.STRUCK_OFF, said=None)
    said_of(road, refusal, RefusalStep.STRIKE_DECLINED, by="Wang")
    assert (state_of(road, refusal), standing_of(road)) == (RefusalState.WARNED, Standing.WARNED)
    said_of(road, refusal, RefusalStep.STRIKE_PROPOSED)
    said_of(road, refusal, RefusalStep.STRUCK_OFF, by="Wang")
    assert (state_of(road, refusal), standing_of(road)) == (RefusalState.STRUCK_OFF, Standing.STRUCK_OFF)


def test_a_warning_stays_after_the_load_was_taken(road: Road) -> None:
    refusal = entered(road, on=business_day() - timedelta(days=4))
    said_of(road, refusal, RefusalStep.NOT_MENDED, RefusalStep.WARNED, RefusalStep.MENDED)
    assert (state_of(road, refusal), standing_of(road)) == (RefusalState.MENDED, Standing.WARNED)


def test_nobody_says_before_the_time_is_over_that_it_was_not_mended(road: Road) -> None:
    refusal = entered(road, on=business_day() - timedelta(days=3))
    with speaking(road.app, "Li"), refused(STILL_TIME_TO_MEND):
        take_step(db.session, refusal, RefusalStep.NOT_MENDED, said=None)


@pytest.mark.parametrize("step", [RefusalStep.WARNED, RefusalStep.STRIKE_PROPOSED, RefusalStep.STRUCK_OFF])
def test_no_step_is_left_out(road: Road, step: RefusalStep) -> None:
    refusal = entered(road)
    with speaking(road.app, "Li"), refused(SETTLED_ALREADY):
        take_step(db.session, refusal, step, said=None)


def test_an_entry_is_of_a_plant_that_exists_and_a_load_of_it(road: Road) -> None:
    load = road.sent(6_000)
    for plant_id, delivery_id in (("none", None), (road.plant_id, "none"), ("none", load)):
        with speaking(road.app, "Li"), refused(NO_SUCH_DELIVERY):
            enter_refusal(
                db.session, plant_id=plant_id, delivery_id=delivery_id, refused_on=business_day(), reason="full"
            )
    with speaking(road.app, "Li"), refused(NO_SUCH_REFUSAL):
        take_step(db.session, 4711, RefusalStep.MENDED, said=None)


def test_a_plant_finds_its_own_entries_only(road: Road) -> None:
    refusal = entered(road)
    with road.app.app_context():
        assert kept_refusal(db.session, refusal, [road.plant_id]).refusal.id == refusal
        with refused(NO_SUCH_REFUSAL):
            kept_refusal(db.session, refusal, ["another"])


def struck_off(road: Road) -> int:
    refusal = entered(road, on=business_day() - timedelta(days=4))
    said_of(road, refusal, RefusalStep.NOT_MENDED, RefusalStep.WARNED, RefusalStep.STRIKE_PROPOSED)
    said_of(road, refusal, RefusalStep.STRUCK_OFF, by="Wang")
    return refusal


def remarks_of(road: Road, ticket_id: str) -> set[str]:
    with road.app.app_context():
        return set(db.session.scalars(select(TicketRemark.kind).where(TicketRemark.ticket_id == ticket_id)))


def test_a_load_to_a_plant_that_is_struck_off_is_remarked_until_it_is_taken_back(road: Road) -> None:
    before = road.sent()
    refusal = struck_off(road)
    after = road.sent(plate="浙F22222")
    assert RemarkKind.PLANT_STRUCK_OFF not in remarks_of(road, before)
    assert RemarkKind.PLANT_STRUCK_OFF in remarks_of(road, after)
    assert RemarkKind.PLANT_STRUCK_OFF in remarks_of(road, road.came_straight(plate="浙F33333"))
    said_of(road, refusal, RefusalStep.TAKEN_BACK)
    assert state_of(road, refusal) is RefusalState.TAKEN_BACK
    assert standing_of(road) is Standing.WARNED
    again = road.sent(plate="浙F44444")
    assert RemarkKind.PLANT_STRUCK_OFF not in remarks_of(road, again)


def test_a_plant_that_is_struck_off_is_planned_for_no_more(road: Road) -> None:
    def planned() -> set[str]:
        with road.app.app_context():
            found = scenario_from_register(db.session)
            assert {it.plant_id for it in found.direct_hauls} <= {it.plant_id for it in found.plants}
            return {it.plant_id for it in found.plants}

    everybody = planned()
    refusal = struck_off(road)
    assert planned() == everybody - {road.plant_id}
    with road.app.app_context():
        version = current_plan(db.session, current_season(db.session))
        [closed] = closed_plants(db.session, version, since=date.min)
        assert closed.place_id == road.plant_id
    said_of(road, refusal, RefusalStep.TAKEN_BACK)
    assert planned() == everybody
