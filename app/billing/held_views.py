"""The page of loads whose charge waits for a person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.billing.charging.held import decide, decided_loads, held_loads
from app.billing.page_forms import reason_said
from app.database.engine import db
from app.deliveries.models import HoldAnswer
from app.deliveries.names import place_names
from app.deliveries.texts import HOLD_ANSWER_TEXTS, HOLD_TEXTS
from app.errors import NO_SUCH_DELIVERY, NO_SUCH_THING, Refusal
from app.registry.queries import place_choices

# Somebody ticks the loads of a page; a form of more is no form of this page.
_MOST_AT_ONCE = 500

held_views = Blueprint("held", __name__)


@held_views.get("/money/held")
@needs(Permission.READ_MONEY)
def held() -> str:
    is_over = request.args.get("show") == "over"
    rows = (decided_loads if is_over else held_loads)(db.session)
    return render_template(
        "billing/held.html",
        rows=rows[:_MOST_AT_ONCE],
        count=len(rows),
        is_over=is_over,
        names=place_names(db.session, (it.load.delivery for it in rows)),
        towns=place_choices(db.session)["town"],
        hold_texts=HOLD_TEXTS,
        answer_texts=HOLD_ANSWER_TEXTS,
        may_keep=may(Permission.KEEP_MONEY),
    )


@held_views.post("/money/held/decide")
@needs(Permission.KEEP_MONEY)
def decide_here() -> Response:
    """Decide of the loads that were ticked."""
    try:
        answer = HoldAnswer(request.form.get("answer", ""))
    except ValueError:
        raise Refusal(NO_SUCH_THING, [request.form.get("answer", "")[:50]]) from None
    ids = list(dict.fromkeys(it[:64] for it in request.form.getlist("load")))[:_MOST_AT_ONCE]
    if not ids:
        raise Refusal(NO_SUCH_DELIVERY)
    town_id = request.form.get("town") or None
    number = decide(db.session, ids, answer, reason=reason_said(), town_id=town_id)
    db.session.commit()
    flash(ngettext("Decided for %(num)s load.", "Decided for %(num)s loads.", number), "success")
    return redirect(url_for("held.held"))
