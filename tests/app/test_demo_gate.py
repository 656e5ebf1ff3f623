"""A demonstration whose yards have been at work looks to every check as if they had."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.operations import open_demo_accounts
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


def test_whoever_has_weighed_or_is_no_demonstration_is_left_alone(county_app: Flask) -> None:
    with county_app.app_context():
        assert play_demo_gate(db.session, now()) == 0
        assert db.session.scalar(select(func.count()).select_from(WeighTicket)) == 0
