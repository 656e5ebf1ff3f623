"""The detectors see in the database what they see in tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from flask import Flask

from app.database.engine import db, only_reading
from app.verification.runs import look_at_month, verify_month
from tests.app.verification.county_tickets import store_county
from tests.verification.county_year import county_month
from tests.verification.planted_frauds import plant_frauds
from yard_rules.verification.checks import verified
from yard_rules.verification.records import CountyRecords

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
