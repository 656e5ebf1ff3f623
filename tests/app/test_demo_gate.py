"""A demonstration whose yards have been at work looks to every check as if they had."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.operations import open_demo_accounts
from app.billing.ledger_check import first_money_fault, money_head
from app.billing.payments.ageing import open_accounts
from app.billing.payments.check import first_payment_fault
from app.billing.statements.check import first_statement_fault
from app.billing.statements.models import Statement
from app.billing.waiting import money_waiting
from app.clock import COUNTY_ZONE, business_day, now
from app.database.engine import db
from app.fire_safety.alarms.models import Alarm
from app.intake.ledger_check import first_ledger_fault
from app.intake.models import TicketRemark, WeighTicket
from app.intake.record_models import GateRecord
from app.registry.demo_instruments import ensure_demo_instruments
from app.registry.materials import ensure_materials
from app.registry.queries import place_choices
from app.storage.ledger_check import first_stock_fault
from app.subsidies.demo_money import play_demo_money
from app.subsidies.ledger_check import first_claim_fault
from app.subsidies.models import ClaimEvent
from app.tablet.demo_gate import play_demo_gate


@pytest.fixture
def demo_app(county_app: Flask) -> Flask:
    """The small county as `strawline init --demo` leaves it."""
    with county_app.app_context():
        ensure_materials(db.session)
        ensure_demo_instruments(db.session)
        open_demo_accounts(db.session, {}, places=place_choices(db.session))
        db.session.commit()
    return county_app


def test_three_days_are_played_once_every_check_holds_and_one_stack_warms_up(demo_app: Flask) -> None:
    with demo_app.app_context():
        moment = datetime.combine(business_day() - timedelta(days=1), time(15), COUNTY_ZONE).astimezone(UTC)
        made = play_demo_gate(db.session, moment)
        db.session.commit()
        # what the watch closes by itself is a record too
        assert 100 < made <= db.session.scalars(select(func.count()).select_from(GateRecord)).one()
        assert max(db.session.scalars(select(GateRecord.received_at))) <= moment
        assert first_ledger_fault(db.session) is None
        assert first_stock_fault(db.session) is None
        assert db.session.scalars(select(TicketRemark.kind)).all() == []
        assert set(db.session.scalars(select(Alarm.kind))) == {"heat_level"}
        assert play_demo_gate(db.session, moment) == 0


def test_the_month_before_is_settled_once_and_every_check_of_money_holds(demo_app: Flask) -> None:
    with demo_app.app_context():
        assert play_demo_money(db.session) == 0
        play_demo_gate(db.session, now())
        made = play_demo_money(db.session)
        db.session.commit()
        assert made == money_head(db.session).length > 10
        statements = db.session.scalars(select(Statement)).all()
        assert {it.is_correction for it in statements} == {True, False}
        assert [it.plant_id for it in open_accounts(db.session) if it.owed_fen > 0]
        waiting = money_waiting(db.session, business_day())
        assert (len(waiting.proposals), waiting.movements, waiting.to_close) == (1, 1, None)
        assert waiting.uncharged.disputed.number
        assert [it.step for it in db.session.scalars(select(ClaimEvent))] in ([], ["drafted", "confirmed"])
        for fault in (first_money_fault, first_payment_fault, first_statement_fault, first_claim_fault):
            assert fault(db.session) is None
        assert play_demo_money(db.session) == 0


def test_whoever_has_weighed_or_is_no_demonstration_is_left_alone(county_app: Flask) -> None:
    with county_app.app_context():
        assert play_demo_gate(db.session, now()) == play_demo_money(db.session) == 0
        assert db.session.scalar(select(func.count()).select_from(WeighTicket)) == 0
