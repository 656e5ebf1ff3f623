"""The first page: what needs doing now, for whoever asks."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, render_template
from flask_babel import gettext
from flask_login import current_user

from app.accounts.login import may
from app.accounts.people import names_of
from app.accounts.permissions import Door, Permission, needs
from app.clock import business_day, now
from app.database.engine import db
from app.intake.ticket_views import ticket_scope
from app.pages.home_tasks import gate_tasks, people_tasks, plan_tasks
from app.registry.procedures.tasks import register_tasks
from app.registry.queries import place_choices
from app.running.last_backup import last_backup
from app.texts import _

# One was missed when the last is older than a night and a day.
BACKUP_EVERY = timedelta(hours=36)

home_views = Blueprint("home", __name__)


@home_views.get("/")
@needs(Door.MEMBERS)
def first_page() -> str:
    today = business_day()
    sees_people = may(Permission.READ_PEOPLE)
    works_at_gate = may(Permission.VOID_TICKETS) or may(Permission.OWN_PIN)
    backed_up_at = last_backup(current_app.extensions["strawline.config"]) if sees_people else None
    roles = [role.name for role in current_user.roles]
    return render_template(
        "home.html",
        today=today,
        plan=plan_tasks(db.session, today) if may(Permission.READ_PLANS) else None,
        gate=gate_tasks(db.session, ticket_scope()) if works_at_gate else None,
        people=people_tasks(db.session) if sees_people else None,
        backed_up_at=backed_up_at,
        backup_is_old=backed_up_at is None or now() - backed_up_at > BACKUP_EVERY,
        register=register_tasks(db.session, today),
        waiting=[gettext(WAITING_ROLES[name]) for name in roles if name in WAITING_ROLES],
        places=names_of(place_choices(db.session), current_user.places),
        views=current_app.view_functions,
    )


# Roles whose own pages do not exist yet: what these will be.
WAITING_ROLES = {
    "yard_manager": _("Your yard: its drawing with the stacks, stock and tasks, people on watch, open findings."),
    "finance": _("Statements, charges and subsidies, each line with its weigh tickets."),
    "plant": _("The loads that come to your plant today and how many days your stock lasts."),
    "town_official": _("Your town's month: tonnes against the target, villages, collecting bodies."),
    "city_official": _("The city's screen: flows, tonnes today, the season's curve, open dangers."),
    "fire_brigade": _("The yards' drawings with stacks, lanes and water, and findings that are open."),
}
