"""What there is in a yard to look at: its stacks, and what its drawing in force shows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fire_safety.drawings.models import YardDrawingVersion
from app.fire_safety.drawings.queries import drawing_of_yard
from app.fire_safety.drawings.rule_texts import thing_name
from app.registry.legal_capacity import drawn_capacity
from app.storage.layouts import stacks_of
from yard_rules.checklists import Per
from yard_rules.yard_drawing import BuildingUse, Thing

# As the column of an answer's subject has it.
_LONGEST_ID: Final = 64


def things_of(session: Session, yard_id: str) -> dict[Per, list[str]]:
    """Return what there is in a yard for which items are asked one by one, by kind: stacks as the stock has them,
    stores, cameras, hydrants, ponds, pumps and extinguishers as the drawing in force has them."""
    found = {Per.STACK: [stack.stack_id for stack in stacks_of(session, yard_id)]}
    for per, thing_id in _drawn(session, yard_id):
        found.setdefault(per, []).append(thing_id)
    return found


def thing_names(session: Session, yard_id: str) -> dict[str, str]:
    """Return what the drawn things are called, by id."""
    return {thing_id: thing_name(thing) for (_per, thing_id), thing in _drawn(session, yard_id).items()}


def _drawn(session: Session, yard_id: str) -> Mapping[tuple[Per, str], Thing]:
    held = drawn_capacity(session, yard_id)
    if held is None:
        return {}
    geojson = session.scalar(
        select(YardDrawingVersion.geojson).where(
            YardDrawingVersion.yard_id == yard_id, YardDrawingVersion.version == held.drawing_version
        )
    )
    return {} if geojson is None else _things_in(geojson, yard_id)


@lru_cache(maxsize=64)
def _things_in(geojson: str, yard_id: str) -> Mapping[tuple[Per, str], Thing]:
    """Each thing by kind and id. A pump stands in each pump house and at each pond with hose."""
    drawing = drawing_of_yard(geojson, yard_id)
    kinds = (
        (Per.BUILDING, [it for it in drawing.buildings if it.use is BuildingUse.STORE]),
        (Per.CAMERA, drawing.cameras),
        (Per.HYDRANT, drawing.hydrants),
        (Per.POND, drawing.ponds),
        (Per.PUMP, [it for it in drawing.buildings if it.use is BuildingUse.PUMP_HOUSE]),
        (Per.PUMP, [it for it in drawing.ponds if it.hose_m]),
        (Per.EXTINGUISHER, drawing.extinguishers),
    )
    return {(per, thing.id): thing for per, things in kinds for thing in things if len(thing.id) <= _LONGEST_ID}
