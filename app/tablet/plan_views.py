"""The page that shows a day's plan beside what was weighed."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.accounts.people_views import PLACES_EXTENSION
from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.errors import NOT_A_DATE, Refusal
from app.intake.remark_texts import OUTCOME_TEXTS, PURPOSE_TEXTS
from app.tablet.plan_against_weighed import PlaceDay, clock_text, plan_against_weighed

plan_weighed_views = Blueprint("plan_weighed", __name__)


@plan_weighed_views.get("/gate/plan")
@needs(Permission.READ_PLANS)
def today() -> Response:
    return redirect(url_for("plan_weighed.day_page", text=business_day().isoformat()))


@plan_weighed_views.get("/gate/plan/<text>")
@needs(Permission.READ_PLANS)
def day_page(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refusal(NOT_A_DATE, [text]) from None
    version, found = plan_against_weighed(db.session, day)
    whole = PlaceDay(
        visits=[visit for place in found.values() for visit in place.visits],
        unplanned=[ticket for place in found.values() for ticket in place.unplanned],
    )
    places = current_app.extensions[PLACES_EXTENSION](db.session)
    return render_template(
        "tablet/plan_against_weighed.html",
        day=day,
        days=(day - timedelta(days=1), day + timedelta(days=1)),
        version=version,
        places=found,
        whole=whole,
        place_names={(kind, id_): name for kind in ("yard", "plant") for id_, name in places[kind]},
        purposes=PURPOSE_TEXTS,
        outcomes=OUTCOME_TEXTS,
        clock=clock_text,
        is_over=day < business_day(),
    )
