"""Invite people, change what they may do, take them out. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from flask_security import hash_password
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import Account, AccountPlace, Invitation
from app.accounts.operations import ensure_roles
from app.accounts.passwords import password_faults
from app.accounts.roles import BY_NAME
from app.accounts.secret_texts import digest_of, new_token
from app.clock import now
from app.errors import INVITATION_OVER, Refusal
from app.texts import Message, _

INVITATION_DAYS = 7


# Kind of place -> (id, name) of each that there is.
Places = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is said of somebody with an account; `places` by kind (town, yard, plant)."""

    email: str
    name: str
    role_names: tuple[str, ...]
    places: tuple[tuple[str, str], ...] = ()


def person_faults(session: Session, person: Person, *, account: Account | None = None) -> dict[str, Message]:
    """What is wrong with each part, all at once. `account`: whose data it is to become; None for somebody new."""
    faults: dict[str, Message] = {}
    if not person.name:
        faults["name"] = Message(_("A name is needed."))
    # what is possible in an address at all: whether it exists shows when the link is opened
    local, at, host = person.email.partition("@")
    if not local or not at or "." not in host.strip(".") or any(c.isspace() for c in person.email):
        faults["email"] = Message(_("This is not an email address."))
    taken = session.scalar(select(Account).where(Account.email == person.email))
    if taken is not None and taken is not account:
        faults["email"] = Message(_("Somebody with this address has an account already."))
    if not person.role_names or not all(name in BY_NAME for name in person.role_names):
        faults["roles"] = Message(_("Choose at least one role."))
    has = {kind for kind, _place_id in person.places}
    for name in person.role_names:
        needed = BY_NAME[name].place if name in BY_NAME else None
        if needed and needed not in has:
            faults["places"] = Message(PLACE_NEEDED[needed])
    return faults


def invite(session: Session, person: Person) -> tuple[Account, str]:
    """Add an account that waits for its owner to choose a password; return it and the token of the link."""
    unknown = hash_password(new_token())
    account = Account(email=person.email, name="", password=unknown, fs_uniquifier=uuid4().hex)
    session.add(account)
    _describe(session, account, person)
    _note(session, "account.invited", account, before=None)
    return account, _fresh_token(session, account)


def change(session: Session, account: Account, person: Person) -> None:
    """Give the account this name, address, roles and places; they hold from its next request on."""
    before = said_of(account)
    _describe(session, account, person)
    _note(session, "account.changed", account, before=before)


def new_link(session: Session, account: Account) -> str:
    """Return the token of a new one-time link with which a password is set; older links of the account end."""
    _note(session, "account.link_made", account, before=said_of(account))
    return _fresh_token(session, account)


def _fresh_token(session: Session, account: Account) -> str:
    _end_links(session, account)
    token = new_token()
    session.add(
        Invitation(
            account_id=account.id, token_digest=digest_of(token), expires_at=now() + timedelta(days=INVITATION_DAYS)
        )
    )
    session.flush()
    return token


def invited(session: Session, token: str) -> Account:
    """Whose link this is; raises Refusal where it was used, has expired or never was."""
    return _account_of(session, _open_invitation(session, token))


def accept(session: Session, token: str, password: str) -> list[Message]:
    """Set the password by the link, which is used up then and all sessions end; returns what is wrong with the password
    instead, if anything is."""
    invitation = _open_invitation(session, token)
    account = _account_of(session, invitation)
    faults = password_faults(password, (account.name, account.email.partition("@")[0]))
    if faults:
        return faults
    # whoever comes second with the same link finds it used, on any number of processes
    used = session.execute(
        update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None)).values(used_at=now())
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal(INVITATION_OVER)
    before = said_of(account)
    account.password, account.password_set_at = hash_password(password), now()
    account.fs_uniquifier = uuid4().hex
    session.flush()
    _note(session, "account.password_set", account, before=before)
    return []


def set_active(session: Session, account: Account, active: bool) -> None:
    """Let the account in again, or put it out: its sessions end, and so do its open links."""
    before = said_of(account)
    account.active = active
    account.fs_uniquifier = uuid4().hex
    if not active:
        _end_links(session, account)
    session.flush()
    _note(session, "account.opened" if active else "account.closed", account, before=before)


def last_administrator(session: Session, account: Account) -> bool:
    """Whether nobody else could let people in if this account went."""
    others = session.scalars(select(Account).where(Account.active, Account.id != account.id))
    mine = any(role.name == "administrator" for role in account.roles) and account.active
    return mine and not any(role.name == "administrator" for other in others for role in other.roles)


def names_of(places: Places, belongs_to: Iterable[AccountPlace]) -> list[tuple[str, str]]:
    """Kind and name of each place; its id where the county does not have it any more."""
    names = {(kind, id_): name for kind, those in places.items() for id_, name in those}
    return [(place.kind, names.get((place.kind, place.place_id), place.place_id)) for place in belongs_to]


def person_of(account: Account) -> Person:
    """What is said of the account's owner now."""
    return Person(
        email=account.email,
        name=account.name,
        role_names=tuple(role.name for role in account.roles),
        places=tuple((place.kind, place.place_id) for place in account.places),
    )


def said_of(account: Account) -> dict[str, object]:
    """What a list shows and the audit trail keeps; without the address, which is in the account."""
    waits = "invited" if account.password_set_at is None else "open"
    return {
        "name": account.name,
        "state": waits if account.active else "closed",
        "role_names": [role.name for role in account.roles],
        "places": [[place.kind, place.place_id] for place in account.places],
    }


def _describe(session: Session, account: Account, person: Person) -> None:
    roles = ensure_roles(session)
    account.email, account.name = person.email, person.name
    account.roles = [roles[name] for name in person.role_names]
    account.places = [AccountPlace(kind=kind, place_id=place_id) for kind, place_id in person.places]
    session.flush()


def _note(session: Session, what: str, account: Account, *, before: dict[str, object] | None) -> None:
    record(session, what=what, subject_kind="account", subject_id=account.id, before=before, after=said_of(account))


def _end_links(session: Session, account: Account) -> None:
    session.execute(
        update(Invitation)
        .where(Invitation.account_id == account.id, Invitation.used_at.is_(None))
        .values(used_at=now())
    )


def _open_invitation(session: Session, token: str) -> Invitation:
    invitation = session.scalar(select(Invitation).where(Invitation.token_digest == digest_of(token)))
    if invitation is None or invitation.used_at is not None or invitation.expires_at < now():
        raise Refusal(INVITATION_OVER)
    return invitation


def _account_of(session: Session, invitation: Invitation) -> Account:
    account = session.get_one(Account, invitation.account_id)
    if not account.active:
        raise Refusal(INVITATION_OVER)
    return account


PLACE_NEEDED = {
    "town": _("This role belongs to a town: choose it."),
    "yard": _("This role belongs to a yard: choose it."),
    "plant": _("This role belongs to a plant: choose it."),
    "point": _("This role belongs to a recycling point: choose it."),
}
