"""The detectors see in the database what they see in tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from flask import Flask

from app.accounts.scope import Scope
from app.database.engine import db, only_reading
from app.verification.desk import DeskFilters, month_states, raised_suspicions, tickets_beside
from app.verification.queries import FROM_FIELDS, Standing, standing_of
from app.verification.runs import look_at_month, verify_month, without_known_ends
from tests.app.day_plan import PlannedTown
from tests.app.deliveries.road import road_between
from tests.app.verification.county_tickets import store_county
from tests.verification.county_year import county_month
from tests.verification.planted_frauds import plant_frauds
from yard_rules.verification.checks import verified
from yard_rules.verification.records import CountyRecords
from yard_rules.verification.suspicion import Suspicion

MONTH = date(2026, 11, 1)


def test_from_the_database_the_detectors_raise_what_they_raise_of_the_same_tables(app: Flask) -> None:
    tables, _plants = plant_frauds(county_month(5, bodies=8, days=6, yards=3), 6, of_each=1)
    straight = replace(tables, distances=tables.distances.iloc[:0])
    expected = verified(
        CountyRecords(straight.tickets, straight.places, straight.fields, straight.distances, ZoneInfo("Asia/Shanghai"))
    )
    with app.app_context():
        store_county(db.session, tables)
        db.session.commit()
        with only_reading():
            found = look_at_month(db.session, MONTH)
            db.session.rollback()
        assert len(expected) > 5
        assert [it.suspicion.as_json() for it in found.seen] == [it.as_json() for it in expected]
        assert all(it.held for it in found.seen)
        verify_month(db.session, MONTH)
        db.session.commit()


def test_a_town_is_shown_what_holds_back_its_own_tickets(app: Flask) -> None:
    tables, _plants = plant_frauds(county_month(5, bodies=8, days=6, yards=3), 6, of_each=1)
    with app.app_context():
        store_county(db.session, tables)
        verify_month(db.session, MONTH)
        db.session.commit()
        every = raised_suspicions(db.session, None, DeskFilters())
        for town_id in sorted(set(tables.fields["town_id"])):
            own = raised_suspicions(db.session, Scope(town_ids=frozenset({town_id})), DeskFilters())
            named = raised_suspicions(db.session, None, DeskFilters(town_id=town_id))
            assert [it.raised.id for it in own] == [it.raised.id for it in named]
            assert len(own) < len(every)
            for it in own:
                beside, _left = tickets_beside(db.session, Scope(town_ids=frozenset({town_id})), it, [])
                assert beside
                assert {one.ticket.town_id for one in beside} == {town_id}
        states = month_states(db.session, None, most=3)
        november = next(it for it in states if it.month == MONTH)
        assert november.open == sum(it.month == MONTH for it in every)
        kg = {row.ticket_id: row.net_kg for row in tables.tickets.itertuples() if row.purpose in FROM_FIELDS}
        standing = standing_of(db.session, list(kg))
        assert november.verified_kg == sum(kg[it] for it, stands in standing.items() if stands is Standing.VERIFIED)


def test_a_load_whose_plant_typed_its_weight_has_both_ends(county_app: Flask, town: PlannedTown) -> None:
    road = road_between(county_app, town)
    load = road.sent(6_000)
    alone = Suspicion(
        detector="haul_without_other_end",
        subject=("ticket", load),
        ticket_ids=(load,),
        evidence={},
        score=0.6,
        at_stake_kg=6_000,
    )
    with county_app.app_context():
        assert without_known_ends(db.session, [alone]) == [alone]
    road.weighed(load, 6_000)
    with county_app.app_context():
        assert without_known_ends(db.session, [alone]) == []
