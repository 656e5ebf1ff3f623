"""Make roles and accounts. Nothing here commits."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, AccountPlace, Role
from app.accounts.roles import ROLES, RoleKind
from app.clock import now

_DEMO_PEOPLE: Final = Path(__file__).with_name("demo_people.toml")


def ensure_roles(session: Session) -> dict[str, Role]:
    """Return every role by name, adding those that are missing."""
    found = {role.name: role for role in session.scalars(select(Role))}
    for kind in ROLES:
        if kind.name not in found:
            found[kind.name] = Role(name=kind.name, description=kind.description)
            session.add(found[kind.name])
    session.flush()
    return found


def open_account(
    session: Session, *, email: str, name: str, password: str, role_names: Sequence[str], is_demo: bool = False
) -> Account:
    """Add an account that can log in at once and return it; needs an app context for the hashing settings."""
    roles = ensure_roles(session)
    account = Account(
        email=email,
        name=name,
        password=hash_password(password),
        password_set_at=now(),
        fs_uniquifier=uuid4().hex,
        is_demo=is_demo,
        roles=[roles[role_name] for role_name in role_names],
    )
    session.add(account)
    session.flush()
    return account


def open_demo_accounts(
    session: Session, known_passwords: Mapping[str, str], *, places: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, str]:
    """Make sure that one demo account a role exists; return the password of each by email.

    `places`: id and name of the towns, yards and plants there are; who belongs to one gets the first.

    `known_passwords` are those told before (by email): an account that exists keeps its own. One whose password
    nobody knows any more gets a new one, and its sessions end. An account with such an address that is no demo
    account is left alone.
    """
    passwords: dict[str, str] = {}
    names = tomllib.loads(_DEMO_PEOPLE.read_text(encoding="utf-8"))
    for kind in ROLES:
        account = session.scalar(select(Account).where(Account.email == kind.demo_email))
        if account is not None and account.is_demo:
            _give_place(account, kind, places)
        if account is not None and not account.is_demo:
            continue
        if account is not None and kind.demo_email in known_passwords:
            passwords[kind.demo_email] = known_passwords[kind.demo_email]
            continue
        password = passwords[kind.demo_email] = _demo_password()
        if account is None:
            account = open_account(
                session,
                email=kind.demo_email,
                name=names[kind.name],
                password=password,
                role_names=[kind.name],
                is_demo=True,
            )
            _give_place(account, kind, places)
        else:
            account.password = hash_password(password)
            account.fs_uniquifier = uuid4().hex
    session.flush()
    return passwords


def _give_place(account: Account, kind: RoleKind, places: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    if kind.place is not None and not account.places and places.get(kind.place):
        account.places = [AccountPlace(kind=kind.place, place_id=places[kind.place][0][0])]


def _demo_password() -> str:
    return f"straw-{secrets.randbelow(10**4):04d}-{secrets.randbelow(10**4):04d}"
