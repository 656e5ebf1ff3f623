"""What money is to come."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select

from app.billing.charging.operations import post_charges
from app.billing.forecast.queries import cash_forecast
from app.billing.ledger.months import month_of
from app.billing.payments.ageing import due_on
from app.database.engine import db
from app.dispatch.models import PlanStock
from app.dispatch.queries import planned_arrivals
from tests.app.billing.money import agreed_price, load
from tests.app.day_plan import PlannedTown
from tests.app.deliveries.road import road_between
from tests.app.purchases.point import point_in


def test_what_is_open_and_what_the_plan_brings_is_due_after_its_month(county_app: Flask, town: PlannedTown) -> None:
    plant_id = town.scenario.plants[0].plant_id
    with county_app.app_context():
        session = db.session
        arrivals = planned_arrivals(session, since=town.day)
        assert arrivals
        assert {plant for _day, plant, _t in arrivals} == {plant_id}
        due = month_of(due_on(month_of(arrivals[0][0])))
        unpriced = cash_forecast(session, town.day)
        assert unpriced.planned_at is not None
        (first,) = [it for it in unpriced.months if it.month == due]
        assert (first.planned_fen, first.unpriced_t) == (0, first.planned_t)
        agreed_price(session, yuan_per_t=200, valid_from=date(2024, 1, 1))
        post_charges(session, [load("D1", plant_id=plant_id, day=town.day - timedelta(days=90))])
        priced = cash_forecast(session, town.day)
        (first,) = [it for it in priced.months if it.month == due]
        of_month = [t for day, _plant, t in arrivals if month_of(due_on(month_of(day))) == due]
        assert abs(first.planned_fen - 20_000 * sum(of_month)) <= len(of_month)
        assert first.unpriced_t == 0
        assert sum(it.overdue_fen for it in priced.months) == 200_000
        assert priced.months[-1].all_so_far_fen == sum(it.expected_fen for it in priced.months)


def test_what_points_buy_changes_nothing_of_what_the_plan_brings(county_app: Flask, town: PlannedTown) -> None:
    road = road_between(county_app, town)
    road.sent(5_000)
    with county_app.app_context():
        session = db.session
        agreed_price(session, material_id="rice_straw", yuan_per_t=200, valid_from=date(2024, 1, 1))
        agreed_price(session, material_id="mulch_film", yuan_per_t=900, valid_from=date(2024, 1, 1))
        before = cash_forecast(session, town.day)
        assert sum(it.planned_fen for it in before.months) > 0
        point_in(session).buy(kg=12)
        assert cash_forecast(session, town.day) == before


def test_before_the_first_load_the_plan_is_priced_as_straw_and_not_as_what_points_buy(
    county_app: Flask, town: PlannedTown
) -> None:
    with county_app.app_context():
        session = db.session
        point = point_in(session)
        agreed_price(session, material_id="rice_straw", yuan_per_t=200, valid_from=date(2024, 1, 1))
        before = cash_forecast(session, town.day)
        assert sum(it.planned_fen for it in before.months) > 0
        point.buy(kg=12)
        agreed_price(session, material_id="mulch_film", yuan_per_t=900, valid_from=date(2024, 1, 1))
        assert cash_forecast(session, town.day) == before


def test_days_planned_in_detail_are_not_counted_by_the_programme_too(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        rows = db.session.execute(
            select(PlanStock.in_t).where(
                PlanStock.day == town.day,
                PlanStock.place_id == town.scenario.plants[0].plant_id,
                PlanStock.source == "plan",
            )
        ).scalars()
        said = [t for day, _plant, t in planned_arrivals(db.session, since=town.day) if day == town.day]
        assert said == [t for t in rows if t > 0]


def test_without_a_plan_only_what_was_delivered_counts(app: Flask) -> None:
    with app.app_context():
        agreed_price(db.session)
        post_charges(db.session, [load("D1")])
        found = cash_forecast(db.session, date(2025, 11, 20))
        assert found.planned_at is None
        assert [(it.month, it.open_fen, it.planned_t) for it in found.months] == [(date(2025, 12, 1), 200_000, 0)]
