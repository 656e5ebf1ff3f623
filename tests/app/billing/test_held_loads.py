"""Loads that no rule charges by itself wait until somebody decides: of plants that are struck off, of tickets that are
not for settlement, without a town."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from app.accounts.actors import acting_as
from app.billing.charging.everything import charge_everything
from app.billing.charging.held import decide, held_loads
from app.billing.ledger.accounts import owed_by_plant, part_of_town
from app.billing.waiting import Uncharged, uncharged_loads
from app.clock import business_day
from app.database.engine import db
from app.deliveries.models import Hold, HoldAnswer
from app.deliveries.queries import delivered
from app.errors import NO_SUCH_TOWN, NOT_HELD, REASON_NEEDED, RefusalKind
from app.registry.models import Town
from app.registry.plant_strikes import say_struck_off
from tests.app.billing.money import actor, agreed_price, balance_fen
from tests.app.billing.pages import post
from tests.app.day_plan import PlannedTown
from tests.app.deliveries.road import Road, road_between
from tests.app.deliveries.test_disputes import refused
from tests.app.gate import gate_tablet
from tests.app.members import member


def priced(road: Road, delivery_id: str, **terms: object) -> None:
    material_id = road.one(delivery_id).material_id
    with road.app.app_context():
        agreed_price(db.session, material_id=material_id, **terms)
        charge_everything(db.session)
        db.session.commit()


def decided(road: Road, delivery_id: str, answer: HoldAnswer, town_id: str | None = None, reason: str = "seen") -> None:
    with road.app.app_context(), acting_as(actor(1)):
        decide(db.session, [delivery_id], answer, reason=reason, town_id=town_id)
        db.session.commit()


def owed_fen(road: Road) -> int:
    with road.app.app_context():
        return balance_fen(db.session, owed_by_plant(road.plant_id))


def waiting(road: Road) -> Uncharged:
    with road.app.app_context():
        return uncharged_loads(db.session, business_day())


def struck(road: Road, *, is_struck_off: bool = True) -> None:
    with road.app.app_context(), acting_as(actor(1)):
        say_struck_off(db.session, road.plant_id, is_struck_off=is_struck_off, reason="H16")
        db.session.commit()


def test_a_load_to_a_plant_that_is_struck_off_is_charged_when_somebody_says_so(road: Road) -> None:
    before = road.sent(5_000)
    struck(road)
    after = road.sent(4_000, plate="浙F54321")
    road.weighed(before, 5_000)
    road.weighed(after, 4_000)
    priced(road, before)
    assert owed_fen(road) == 100_000
    assert (waiting(road).held.number, waiting(road).held.kg) == (1, 4_000)
    decided(road, after, HoldAnswer.CHARGED)
    assert (owed_fen(road), bool(waiting(road))) == (180_000, False)
    decided(road, after, HoldAnswer.LEFT_OUT)
    assert (owed_fen(road), bool(waiting(road))) == (100_000, False)
    struck(road, is_struck_off=False)
    again = road.sent(3_000, plate="浙F65432")
    road.weighed(again, 3_000)
    assert not road.one(again).open_holds


@pytest.mark.parametrize("end", ["yard", "plant", "mean"])
def test_a_ticket_that_is_not_for_settlement_waits_where_its_weight_counts(
    county_app: Flask, town: PlannedTown, end: str
) -> None:
    road = road_between(county_app, town)
    lapsed = date.today() - timedelta(days=30)
    road.plant = gate_tablet(county_app, road.plant.place, "Gate 2", certified_until=lapsed)
    load = road.sent(5_000)
    road.arrived(5_000)
    priced(road, load, counted_end=end)
    is_held = end != "yard"
    assert road.one(load).open_holds == {Hold.PLANT_NOT_FOR_TRADE}
    assert (owed_fen(road), waiting(road).held.number) == ((0, 1) if is_held else (100_000, 0))
    with county_app.app_context():
        assert [it.load.ticket.id for it in held_loads(db.session)] == ([load] if is_held else [])
    decided(road, load, HoldAnswer.CHARGED)
    assert (owed_fen(road), waiting(road).held.number) == (100_000, 0)


def test_a_direct_haul_without_a_town_gives_its_part_once_the_town_is_named(road: Road) -> None:
    load = road.came_straight(5_000)
    assert Hold.NO_TOWN in road.one(load).open_holds
    decided(road, load, HoldAnswer.CHARGED)  # it has no approval
    priced(road, load, town_permille=300)
    assert (owed_fen(road), waiting(road).townless.number) == (100_000, 1)
    with road.app.app_context():
        town_id = db.session.query(Town.town_id).limit(1).scalar()
    for wrong, kind in ((("no-such", "seen"), NO_SUCH_TOWN), ((town_id, ""), REASON_NEEDED)):
        check_refused(road, load, HoldAnswer.TOWN_NAMED, *wrong, kind=kind)
    decided(road, load, HoldAnswer.TOWN_NAMED, town_id)
    assert road.one(load).town_id == town_id
    with road.app.app_context():
        assert balance_fen(db.session, part_of_town(town_id)) == -30_000
        assert not charge_everything(db.session).deliveries
    assert (owed_fen(road), waiting(road).townless.number) == (100_000, 0)


def test_what_was_charged_is_told_again_once_its_weight_is_contradicted_or_gone(road: Road) -> None:
    load, typed = road.sent(5_000), road.sent(4_000, plate="浙F54321")
    arrival = road.arrived(5_000)
    road.weighed(typed, 4_000)
    priced(road, load)
    assert owed_fen(road) == 180_000
    assert not waiting(road)
    road.weighed(typed, 3_000, reason="read wrongly")
    assert (waiting(road).disputed.number, waiting(road).disputed.kg) == (1, 3_000)
    road.plant.void(arrival)
    with road.app.app_context():
        later = uncharged_loads(db.session, business_day() + timedelta(days=4))
    assert (later.unweighed.number, later.unweighed.kg) == (1, 5_000)
    road.arrived(5_000, outcome="delivered")
    assert (waiting(road).unweighed.number, waiting(road).disputed.number) == (0, 1)
    road.yard.void(typed)
    assert not waiting(road)


def check_refused(
    road: Road, load: str, answer: HoldAnswer, town_id: str | None, reason: str, *, kind: RefusalKind
) -> None:
    with road.app.app_context(), acting_as(actor(1)), refused(kind):
        decide(db.session, [load], answer, reason=reason, town_id=town_id)


def test_what_does_not_wait_is_not_decided(road: Road) -> None:
    load = road.sent(5_000)
    road.weighed(load, 5_000)
    check_refused(road, load, HoldAnswer.CHARGED, None, "seen", kind=NOT_HELD)
    check_refused(road, load, HoldAnswer.TOWN_NAMED, "T01", "seen", kind=NOT_HELD)


def test_loads_that_wait_are_decided_on_their_page(road: Road) -> None:
    load = road.came_straight(5_000)
    priced(road, load)
    browser = member(road.app, "finance", email="first@tests.example")
    post(browser, "/language/en", "/")
    page = browser.get("/money/held").text
    assert "straight from the field, its town is not known" in page
    assert "wait until somebody decides" in browser.get("/money").text
    post(browser, "/money/held/decide", "/money/held", load=load, answer="charged", reason="agreed by telephone")
    assert owed_fen(road) == 100_000
    assert "agreed by telephone" in browser.get("/money/held?show=over").text
    assert "agreed by telephone" in browser.get(f"/deliveries/{load}").text
    with road.app.app_context():
        assert not delivered(db.session, ids=[load])[0].is_left_out
