"""The book of alarms in the office."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.models import Account
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import now
from app.database.engine import db
from app.errors import NO_SUCH_ALARM, Refusal
from app.fire_safety.alarms.queries import alarm_book, alarm_of, last_tick
from app.fire_safety.alarms.record_kinds import ALARM_KINDS
from app.fire_safety.alarms.texts import AUDIENCE_TEXTS, CHANNEL_TEXTS, KIND_TEXTS, alarm_tasks, alarm_text
from app.intake.office_records import store_office_record
from app.storage.queries import yards_within

_SHOWN = 100
_LONGEST_WORDS = 500

alarm_views = Blueprint("alarms", __name__, template_folder="templates")


@alarm_views.get("/alarms")
@needs(Permission.READ_STOCK)
def book() -> str:
    names = _yard_names()
    chosen = request.args.get("yard")
    open_only = request.args.get("state") != "all"
    yard_ids = [chosen] if chosen in names else list(names)
    return render_template(
        "alarms/book.html",
        entries=alarm_book(db.session, yard_ids, limit=_SHOWN, open_only=open_only),
        names=names,
        chosen=chosen,
        open_only=open_only,
        ticked_at=last_tick(db.session),
        now=now(),
        may_answer=may(Permission.WRITE_STACKS),
        may_test=may(Permission.TEST_ROBOTS),
        alarm_text=alarm_text,
        alarm_tasks=alarm_tasks,
        kind_texts=KIND_TEXTS,
        channel_texts=CHANNEL_TEXTS,
        audience_texts=AUDIENCE_TEXTS,
    )


@alarm_views.post("/alarms/<int:alarm_id>/answer")
@needs(Permission.WRITE_STACKS)
def answer(alarm_id: int) -> Response:
    alarm = alarm_of(db.session, alarm_id, list(_yard_names()))
    if alarm is None:
        raise Refusal(NO_SUCH_ALARM)
    what = request.form.get("what", "").strip()[:_LONGEST_WORDS]
    account: Account = current_user._get_current_object()
    store_office_record(
        db.session,
        kind="alarm_answer",
        place=("yard", alarm.yard_id),
        body={"alarm_id": alarm_id, "what": what or None},
        account=account,
        kinds=ALARM_KINDS,
    )
    db.session.commit()
    flash(gettext("Answered."), "success")
    return redirect(url_for("alarms.book"))


def _yard_names() -> dict[str, str]:
    yards = yards_within(db.session, scope_of(current_user, Permission.READ_STOCK))
    return {yard.yard_id: yard.name for yard in yards}
