"""Which season is shown."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NO_SEASON, Refusal
from app.registry.models import EndUsePlant, Season, Town, TransferYard


def current_season(session: Session) -> Season:
    """Return the season imported last; raises Refusal if there is none."""
    season = session.scalar(select(Season).order_by(Season.id.desc()).limit(1))
    if season is None:
        raise Refusal(NO_SEASON)
    return season


def season_with_digest(session: Session, digest: str) -> Season | None:
    """Return the season whose scenario had exactly this content, if it was imported."""
    return session.scalar(select(Season).where(Season.content_digest == digest))


def place_choices(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Id and name of every town, yard and plant of the season that is shown, by kind."""
    kinds = {
        "town": (Town.town_id, Town.name, Town.season_id),
        "yard": (TransferYard.yard_id, TransferYard.name, TransferYard.season_id),
        "plant": (EndUsePlant.plant_id, EndUsePlant.name, EndUsePlant.season_id),
    }
    season_id = session.scalar(select(func.max(Season.id)))
    return {
        kind: [(place_id, name) for place_id, name in session.execute(select(id_, name).where(of == season_id))]
        for kind, (id_, name, of) in kinds.items()
    }
