"""People who speak of loads, by their names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app.accounts.actors import Actor, ActorKind, acting_as
from app.database.engine import db

_NUMBERS = {"Li": 901, "Wang": 902, "Zhao": 903}


@contextmanager
def speaking(app: Flask, name: str) -> Iterator[None]:
    """Inside, this person acts; what they said is stored afterwards."""
    actor = Actor(kind=ActorKind.ACCOUNT, name=name, where_from="test", account_id=_NUMBERS[name])
    with app.app_context(), acting_as(actor):
        yield
        db.session.commit()
