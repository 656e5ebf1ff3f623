"""A year of deliveries closes month by month, and every sum is what somebody else reckons, to the fen."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.billing.ledger.models import EntryKind, LedgerEntry
from app.billing.ledger_check import first_money_fault
from app.billing.payments.check import first_payment_fault
from app.billing.statements.check import first_statement_fault
from app.billing.statements.models import Statement
from app.database.engine import db
from app.intake.ledger_check import first_ledger_fault
from app.storage.ledger_check import first_stock_fault
from tests.app.billing.year.book import News, year_book
from tests.app.billing.year.closing import YearOfMoney


@pytest.mark.slow
def test_every_sum_of_a_year_is_what_pandas_reckons(app: Flask) -> None:
    with app.app_context():
        year = YearOfMoney(db.session, year_book(deliveries=1_500, intakes=100, purchases=300, seed=20241112))
        year.live()
        year.check()
        kinds = dict(db.session.execute(select(LedgerEntry.kind, func.count()).group_by(LedgerEntry.kind)).all())
        # what the city owes for claims is of the capability above: tests/app/subsidies
        assert kinds.keys() == set(EntryKind) - {EntryKind.SUBSIDY}
        assert {step.news for trip in year.book.trips for step in trip.steps} == set(News)
        is_late = LedgerEntry.day < LedgerEntry.month
        assert db.session.scalar(select(func.count()).where(is_late, LedgerEntry.kind == EntryKind.CHARGE))
        assert db.session.scalar(select(func.count()).where(Statement.replaces.is_not(None))) == 1
        assert first_ledger_fault(db.session) is None
        for fault in (first_stock_fault, first_money_fault, first_payment_fault, first_statement_fault):
            assert fault(db.session) is None
