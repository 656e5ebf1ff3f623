"""What somebody can do who has the database itself in their hands."""

from __future__ import annotations

from sqlalchemy import text

from app.database.engine import db


def without_rules() -> None:
    """No trigger and no reference stands in their way."""
    if db.engine.dialect.name == "sqlite":
        names = db.session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for name in names:
            db.session.execute(text(f'DROP TRIGGER "{name}"'))
        db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
    else:
        db.session.execute(text("SET session_replication_role = replica"))
