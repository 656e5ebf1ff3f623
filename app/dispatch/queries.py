"""Which plan is shown."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dispatch.models import PlanVersion
from app.errors import NO_PLAN, Refusal
from app.registry.models import Season


def current_plan(session: Session, season: Season) -> PlanVersion:
    """Return the season's plan that was imported last; raises Refusal if there is none."""
    version = session.scalar(
        select(PlanVersion).where(PlanVersion.season_id == season.id).order_by(PlanVersion.id.desc()).limit(1)
    )
    if version is None:
        raise Refusal(NO_PLAN)
    return version
