"""A yard whose watch lacks nothing: a point for rounds, and somebody on the roster."""

from __future__ import annotations

from datetime import timedelta

from app.clock import now
from app.database.engine import db
from app.fire_safety.patrols.operations import add_point, add_shift


def keep_watched(yard_id: str) -> str:
    """Give the yard a point and a roster; returns the point's code. Commits."""
    code = add_point(db.session, yard_id, "Pond", now()).code
    keep_on_roster(yard_id)
    return code


def keep_on_roster(yard_id: str) -> None:
    """Somebody is on watch for a month. Commits."""
    moment = now()
    add_shift(db.session, yard_id, "Li (demo)", moment - timedelta(days=1), moment + timedelta(days=30), moment)
    db.session.commit()
