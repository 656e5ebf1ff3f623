"""Which season is shown."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NO_SEASON, Refusal
from app.registry.models import Season


def current_season(session: Session) -> Season:
    """Return the season imported last; raises Refusal if there is none."""
    season = session.scalar(select(Season).order_by(Season.id.desc()).limit(1))
    if season is None:
        raise Refusal(NO_SEASON)
    return season


def season_with_digest(session: Session, digest: str) -> Season | None:
    """Return the season whose scenario had exactly this content, if it was imported."""
    return session.scalar(select(Season).where(Season.content_digest == digest))
