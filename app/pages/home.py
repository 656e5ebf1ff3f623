"""The first page: what needs doing now, for whoever asks."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, render_template
from flask_login import current_user

from app.accounts.login import may
from app.accounts.people import names_of
from app.accounts.permissions import Door, Permission, needs
from app.accounts.scope import roles_held
from app.billing.waiting import money_waiting
from app.clock import business_day, now
from app.database.engine import db
from app.fire_safety.alarms.readers import note_shown, own_audiences
from app.fire_safety.alarms.texts import alarm_kind, alarm_text
from app.fire_safety.inspections.views import own_yards, stack_names
from app.fire_safety.overview.first_page import lists_waiting, safety_now
from app.intake.ticket_views import ticket_scope
from app.pages.home_tasks import gate_tasks, people_tasks, plan_tasks
from app.registry.procedures.tasks import register_tasks
from app.registry.queries import place_choices
from app.registry.suspension_texts import reason_text
from app.running.last_backup import last_backup
from app.subsidies.texts import NEXT_TEXTS
from app.subsidies.turns import claims_waiting

# One was missed when the last is older than a night and a day.
BACKUP_EVERY = timedelta(hours=36)

home_views = Blueprint("home", __name__)


@home_views.get("/")
@needs(Door.MEMBERS)
def first_page() -> str:
    today, moment = business_day(), now()
    yards = own_yards() if may(Permission.READ_STOCK) else {}
    safety = safety_now(db.session, list(yards), moment)
    note_shown([alarm.id for alarm in safety.alarms])
    sees_people = may(Permission.READ_PEOPLE)
    works_at_gate = may(Permission.VOID_TICKETS) or may(Permission.OWN_PIN)
    backed_up_at = last_backup(current_app.extensions["strawline.config"]) if sees_people else None
    roles = roles_held(current_user)
    return render_template(
        "home.html",
        today=today,
        plan=plan_tasks(db.session, today) if may(Permission.READ_PLANS) else None,
        gate=gate_tasks(db.session, ticket_scope()) if works_at_gate else None,
        people=people_tasks(db.session) if sees_people else None,
        backed_up_at=backed_up_at,
        backup_is_old=backed_up_at is None or now() - backed_up_at > BACKUP_EVERY,
        register=register_tasks(db.session, today),
        claims=claims_waiting(),
        claim_texts=NEXT_TEXTS,
        money=money_waiting(db.session, today) if may(Permission.KEEP_MONEY) else None,
        safety=safety if may(Permission.READ_STOCK) else None,
        lists=lists_waiting(db.session, yards, own_audiences(), moment),
        yards=yards,
        stacks=stack_names(list(yards)),
        now=moment,
        alarm_text=alarm_text,
        alarm_kind=alarm_kind,
        reason_text=reason_text,
        lacks_place=not current_user.places and any(kind.place for kind in roles),
        places=names_of(place_choices(db.session), current_user.places),
        views=current_app.view_functions,
    )
