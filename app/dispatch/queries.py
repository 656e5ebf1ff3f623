"""Which season and which plan are shown, and what others ask of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.dispatch.models import PLAN, PROGRAMME, PlanStock, PlanVersion
from app.dispatch.season_models import Season, SeasonPlant
from app.errors import NO_PLAN, NO_SEASON, Refusal


def current_season(session: Session) -> Season:
    """Return the season stored last; raises Refusal if there is none."""
    season = _newest_season(session)
    if season is None:
        raise Refusal(NO_SEASON)
    return season


def season_with_digest(session: Session, digest: str) -> Season | None:
    """Return the season whose scenario had exactly this content, if it was stored."""
    return session.scalar(select(Season).where(Season.content_digest == digest))


def current_plan(session: Session, season: Season) -> PlanVersion:
    """Return the season's plan that was imported last; raises Refusal if there is none."""
    version = _newest_plan(session, season)
    if version is None:
        raise Refusal(NO_PLAN)
    return version


def planned_at(session: Session) -> datetime | None:
    """Return when the plan that is shown was imported; None where there is none."""
    version = _shown_plan(session)
    return None if version is None else version.imported_at


def planned_arrivals(session: Session, *, since: date) -> list[tuple[date, str, float]]:
    """Return day, plant and dry straw in tonnes that the plan that is shown brings from a day on: in detail where it
    plans in detail, else by the season's programme."""
    version = _shown_plan(session)
    if version is None:
        return []
    in_detail = PlanStock.day.between(version.first_day, version.last_day)
    plants = select(SeasonPlant.plant_id).where(SeasonPlant.season_id == version.season_id)
    rows = session.execute(
        select(PlanStock.day, PlanStock.place_id, PlanStock.in_t)
        .where(
            PlanStock.plan_id == version.id,
            PlanStock.day >= since,
            PlanStock.place_id.in_(plants),
            PlanStock.in_t > 0,
            or_(PlanStock.source == PLAN, ~in_detail),
            or_(PlanStock.source == PROGRAMME, in_detail),
        )
        .order_by(PlanStock.day, PlanStock.place_id)
    )
    return [(row.day, row.place_id, row.in_t) for row in rows]


def _shown_plan(session: Session) -> PlanVersion | None:
    season = _newest_season(session)
    return None if season is None else _newest_plan(session, season)


def _newest_season(session: Session) -> Season | None:
    return session.scalar(select(Season).order_by(Season.id.desc()).limit(1))


def _newest_plan(session: Session, season: Season) -> PlanVersion | None:
    return session.scalar(
        select(PlanVersion).where(PlanVersion.season_id == season.id).order_by(PlanVersion.id.desc()).limit(1)
    )
