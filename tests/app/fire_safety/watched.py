"""A yard whose watch lacks nothing: a point for rounds, and somebody on the roster."""

from __future__ import annotations

from datetime import timedelta

from app.clock import now
from app.database.engine import db
from app.fire_safety.patrols.operations import add_point, add_shift


def keep_watched(yard_id: str) -> str:
    """Give the yard a point and a roster for a month; returns the point's code. Commits."""
    moment = now()
    code = add_point(db.session, yard_id, "Pond", moment).code
    add_shift(db.session, yard_id, "Li (demo)", moment - timedelta(days=1), moment + timedelta(days=30), moment)
    db.session.commit()
    return code
