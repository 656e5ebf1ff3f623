"""People: the list, the invitation, one person's page, and the page that a one-time link opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload
from werkzeug.wrappers import Response

from app.accounts.models import Account
from app.accounts.passwords import SHORTEST
from app.accounts.people import (
    INVITATION_DAYS,
    Person,
    Places,
    accept,
    change,
    invite,
    invited,
    last_administrator,
    names_of,
    new_link,
    person_faults,
    person_of,
    said_of,
    set_active,
)
from app.accounts.permissions import Door, Permission, needs
from app.accounts.roles import BY_NAME, PLACE_KINDS, ROLES
from app.accounts.two_factor import has_second_factor, reset
from app.database.engine import db
from app.database.pinyin import pinyin_order
from app.errors import LAST_ADMINISTRATOR, NO_SECOND_FACTOR, NO_SUCH_PERSON, NOT_ALLOWED, Refusal
from app.said import page_asked
from app.texts import Message, _

PLACES_EXTENSION = "strawline.places"
PAGE_ROWS = 100

people_views = Blueprint("people", __name__, template_folder="templates")


def set_up_people(app: Flask, places: Callable[[Session], Places]) -> None:
    """Add the pages. `places` tells what somebody may belong to, of which the accounts know nothing themselves."""
    app.extensions[PLACES_EXTENSION] = places
    app.add_template_filter(_told_text, "told")
    app.add_template_filter(_role_title, "role_title")
    app.register_blueprint(people_views)


@people_views.get("/people")
@needs(Permission.READ_PEOPLE)
def people() -> str:
    sought = request.args.get("q", "").strip()
    page = page_asked()
    chosen = select(Account).options(selectinload(Account.roles), selectinload(Account.places))
    if sought:
        chosen = chosen.where(
            or_(Account.name.icontains(sought, autoescape=True), Account.email.icontains(sought, autoescape=True))
        )
    count = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    places = _places()
    found = db.session.scalars(
        chosen.order_by(pinyin_order(Account.name), Account.id).offset((page - 1) * PAGE_ROWS).limit(PAGE_ROWS)
    )
    return render_template(
        "accounts/people.html", people=[_listed(account, places) for account in found], sought=sought, page=page,
        count=count, pages=-(-count // PAGE_ROWS),
    )  # fmt: skip


@people_views.get("/people/new")
@needs(Permission.WRITE_PEOPLE)
def new_person() -> str:
    return _form(Person(email="", name="", role_names=()), {})


@people_views.post("/people/new")
@needs(Permission.WRITE_PEOPLE)
def invite_person() -> str | tuple[str, int]:
    person = _typed()
    faults = person_faults(db.session, person) | _unknown_places(person)
    if faults:
        return _form(person, faults), 422
    account, token = invite(db.session, person)
    return _link_page(account, token)


@people_views.get("/people/<int:account_id>")
@needs(Permission.READ_PEOPLE)
def person_page(account_id: int) -> str:
    account = _account(account_id)
    return _form(person_of(account), {}, account)


@people_views.post("/people/<int:account_id>")
@needs(Permission.WRITE_PEOPLE)
def change_person(account_id: int) -> Response | tuple[str, int]:
    account, person = _account(account_id), _typed()
    faults = person_faults(db.session, person, account=account) | _unknown_places(person)
    if last_administrator(db.session, account) and "administrator" not in person.role_names:
        faults["roles"] = Message(LAST_ADMINISTRATOR.what)
    if faults:
        return _form(person, faults, account), 422
    change(db.session, account, person)
    db.session.commit()
    flash(gettext("Saved."), "success")
    return redirect(url_for("people.person_page", account_id=account.id))


@people_views.post("/people/<int:account_id>/link")
@needs(Permission.WRITE_PEOPLE)
def link_person(account_id: int) -> str:
    account = _account(account_id)
    token = new_link(db.session, account)
    return _link_page(account, token)


@people_views.post("/people/<int:account_id>/active")
@needs(Permission.WRITE_PEOPLE)
def switch_person(account_id: int) -> Response:
    account, active = _account(account_id), request.form.get("active") == "1"
    if not active and last_administrator(db.session, account):
        raise Refusal(LAST_ADMINISTRATOR)
    set_active(db.session, account, active)
    db.session.commit()
    flash(
        gettext("The account is open again.")
        if active
        else gettext("The account is closed, and its sessions have ended."),
        "success",
    )
    return redirect(url_for("people.person_page", account_id=account.id))


@people_views.post("/people/<int:account_id>/second-factor")
@needs(Permission.WRITE_PEOPLE)
def reset_second_factor(account_id: int) -> Response:
    account = _account(account_id)
    if account.id == current_user.id:
        raise Refusal(NOT_ALLOWED)  # one's own is turned off with a code of it
    if not has_second_factor(account):
        raise Refusal(NO_SECOND_FACTOR)
    reset(db.session, account)
    db.session.commit()
    flash(gettext("The second factor is taken away, and the sessions have ended."), "success")
    return redirect(url_for("people.person_page", account_id=account.id))


@people_views.get("/invitations/<token>")
@needs(Door.ANYONE)
def invitation_page(token: str) -> str:
    return _password_form(token, invited(db.session, token), [])


@people_views.post("/invitations/<token>")
@needs(Door.ANYONE)
def accept_invitation(token: str) -> Response | tuple[str, int]:
    account = invited(db.session, token)
    password, again = request.form.get("password", ""), request.form.get("again", "")
    if password != again:
        return _password_form(token, account, [Message(PASSWORDS_DIFFER)]), 422
    faults = accept(db.session, token, password)
    if faults:
        return _password_form(token, account, faults), 422
    db.session.commit()
    flash(gettext("Your password is set. Log in with it."), "success")
    return redirect(url_for("security.login"))


def _typed() -> Person:
    return Person(
        email=request.form.get("email", "").strip().lower()[:255],
        name=request.form.get("name", "").strip()[:80],
        role_names=tuple(request.form.getlist("role")),
        places=tuple(
            (kind, place_id)
            for kind in PLACE_KINDS
            for place_id in dict.fromkeys(request.form.getlist(kind))
            if place_id
        ),
    )


def _unknown_places(person: Person) -> dict[str, Message]:
    places = _places()
    known = {(kind, place_id) for kind, those in places.items() for place_id, _name in those}
    return {} if set(person.places) <= known else {"places": Message(UNKNOWN_PLACE)}


def _places() -> Places:
    """Those that people belong to."""
    choices: Callable[[Session], Places] = current_app.extensions[PLACES_EXTENSION]
    known = choices(db.session)
    return {kind: known[kind] for kind in PLACE_KINDS}


def _account(account_id: int) -> Account:
    account = db.session.get(Account, account_id)
    if account is None:
        raise Refusal(NO_SUCH_PERSON)
    return account


def _form(person: Person, faults: Mapping[str, Message], account: Account | None = None) -> str:
    return render_template(
        "accounts/person.html", person=person, faults=faults, account=account, places=_places(),
        role_options=[(kind.name, gettext(kind.title), gettext(kind.description)) for kind in ROLES],
        shown=_shown(account) if account else None, myself=account is not None and account.id == current_user.id,
        has_second_factor=account is not None and has_second_factor(account),
    )  # fmt: skip


def _link_page(account: Account, token: str) -> str:
    page = render_template(
        "accounts/link.html", account=account, days=INVITATION_DAYS,
        address=url_for("people.invitation_page", token=token, _external=True),
    )  # fmt: skip
    db.session.commit()
    return page


def _password_form(token: str, account: Account, faults: Sequence[Message]) -> str:
    return render_template("accounts/invitation.html", token=token, account=account, faults=faults, shortest=SHORTEST)


def _shown(account: Account) -> dict[str, object]:
    """What pages show of somebody."""
    return {"id": account.id, "email": account.email, **said_of(account)}


def _listed(account: Account, places: Places) -> dict[str, object]:
    """The same with the names of places."""
    return {**_shown(account), "place_names": [name for _kind, name in names_of(places, account.places)]}


def _told_text(message: object) -> str | None:
    return message.text(gettext) if isinstance(message, Message) else None


def _role_title(name: str) -> str:
    return str(gettext(BY_NAME[name].title)) if name in BY_NAME else name


PASSWORDS_DIFFER = _("The two passwords differ.")
UNKNOWN_PLACE = _("One of these places is not in the county's data any more.")
