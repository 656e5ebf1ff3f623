"""What others ask of the register."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.models import CollectingBody, EndUsePlant, RecyclingPoint, Town, TransferYard


def place_choices(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Id and name of every town, yard, plant, recycling point and collecting body ("body") in use, by kind."""
    kinds: dict[str, tuple[Any, Any, Any]] = {
        "town": (Town.town_id, Town.name, Town),
        "yard": (TransferYard.yard_id, TransferYard.name, TransferYard),
        "plant": (EndUsePlant.plant_id, EndUsePlant.name, EndUsePlant),
        "point": (RecyclingPoint.point_id, RecyclingPoint.name, RecyclingPoint),
        "body": (CollectingBody.body_id, CollectingBody.name, CollectingBody),
    }
    return {
        kind: [
            (place_id, name)
            for place_id, name in session.execute(
                select(id_, name).where(model.withdrawn_at.is_(None)).order_by(model.id)
            )
        ]
        for kind, (id_, name, model) in kinds.items()
    }
