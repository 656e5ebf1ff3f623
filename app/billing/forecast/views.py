"""The page of what money is to come."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.accounts.permissions import Permission, needs
from app.billing.forecast.queries import cash_forecast
from app.billing.queries import names_of
from app.billing.texts import account_text
from app.clock import business_day
from app.database.engine import db

forecast_views = Blueprint("forecast", __name__)


@forecast_views.get("/money/forecast")
@needs(Permission.READ_MONEY)
def forecast() -> str:
    day = business_day()
    names = names_of(db.session)
    return render_template(
        "billing/forecast.html",
        forecast=cash_forecast(db.session, day),
        day=day,
        account_text=lambda account: account_text(account, names),
    )
