"""Rows that go in once, whoever else puts the same ones in at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.database.base import Base


def insert_if_new(session: Session, model: type[Base], row: Mapping[str, Any]) -> None:
    """Add the row unless one with the same key is there."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(model).values(row).on_conflict_do_nothing())
