"""Which season and which plan are shown."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dispatch.models import PlanVersion
from app.dispatch.season_models import Season
from app.errors import NO_PLAN, NO_SEASON, Refusal


def current_season(session: Session) -> Season:
    """Return the season stored last; raises Refusal if there is none."""
    season = session.scalar(select(Season).order_by(Season.id.desc()).limit(1))
    if season is None:
        raise Refusal(NO_SEASON)
    return season


def season_with_digest(session: Session, digest: str) -> Season | None:
    """Return the season whose scenario had exactly this content, if it was stored."""
    return session.scalar(select(Season).where(Season.content_digest == digest))


def current_plan(session: Session, season: Season) -> PlanVersion:
    """Return the season's plan that was imported last; raises Refusal if there is none."""
    version = session.scalar(
        select(PlanVersion).where(PlanVersion.season_id == season.id).order_by(PlanVersion.id.desc()).limit(1)
    )
    if version is None:
        raise Refusal(NO_PLAN)
    return version
