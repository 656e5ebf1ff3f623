"""The book of alarms in the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.models import Account
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import now
from app.config import Config
from app.database.engine import db
from app.errors import NO_SUCH_ALARM, Refusal
from app.fire_safety.alarms.queries import AlarmState, alarm_book, alarm_of, last_tick, unanswered_count
from app.fire_safety.alarms.readers import note_shown, recipient_names
from app.fire_safety.alarms.record_kinds import ALARM_KINDS
from app.fire_safety.alarms.texts import CHANNEL_TEXTS, alarm_bans, alarm_kind, alarm_tasks, alarm_text
from app.intake.office_records import store_office_record
from app.storage.queries import yards_within
from app.texts import _

_SHOWN = 100
_LONGEST_WORDS = 500

# What an alarm has come to: words, and how they are marked.
STATE_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    AlarmState.NEW: (_("new"), "bad"),
    AlarmState.SEEN: (_("seen"), "waiting"),
    AlarmState.ANSWERED: (_("answered"), "good"),
    AlarmState.OVER: (_("over"), "ended"),
}

alarm_views = Blueprint("alarms", __name__, template_folder="templates")


@alarm_views.get("/alarms")
@needs(Permission.READ_STOCK)
def book() -> str:
    names = _yard_names()
    chosen = request.args.get("yard")
    open_only = request.args.get("state") != "all"
    yard_ids = [chosen] if chosen in names else list(names)
    entries = alarm_book(db.session, yard_ids, limit=_SHOWN, open_only=open_only)
    if note_shown([entry.alarm.id for entry in entries]):
        entries = alarm_book(db.session, yard_ids, limit=_SHOWN, open_only=open_only)
    config: Config = current_app.extensions["strawline.config"]
    return render_template(
        "alarms/book.html",
        entries=entries,
        names=names,
        chosen=chosen,
        open_only=open_only,
        ticked_at=last_tick(db.session),
        now=now(),
        may_answer=may(Permission.WRITE_STACKS),
        may_test=may(Permission.TEST_ROBOTS),
        alarm_text=alarm_text,
        alarm_bans=alarm_bans,
        alarm_tasks=alarm_tasks,
        alarm_kind=alarm_kind,
        channel_texts=CHANNEL_TEXTS,
        recipients=recipient_names(db.session, config.all_robots),
        state_texts=STATE_TEXTS,
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
    flash(
        gettext("Answered.") if what else gettext("Noted as seen. It stays open until somebody answers it."), "success"
    )
    return redirect(url_for("alarms.book"))


def alarms_waiting() -> int:
    """Return how many alarms nobody has answered, of the yards of whoever asks now."""
    return unanswered_count(db.session, list(_yard_names()))


def _yard_names() -> dict[str, str]:
    yards = yards_within(db.session, scope_of(current_user, Permission.READ_STOCK))
    return {yard.yard_id: yard.name for yard in yards}
