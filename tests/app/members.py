"""People of a role, logged in."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.database.engine import db
from tests.conftest import PASSWORD, log_in


def member(app: Flask, role: str, *places: tuple[str, str], email: str | None = None) -> FlaskClient:
    """A browser in which somebody with this role, who belongs to these places, is logged in."""
    email = email or f"{role}@tests.example"
    with app.app_context():
        account = open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[role])
        account.places = [AccountPlace(kind=kind, place_id=place_id) for kind, place_id in places]
        db.session.commit()
    return log_in(app, email)
