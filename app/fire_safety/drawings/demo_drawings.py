"""The made-up drawings of the demo county's yards, handed in and put in force for a demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.fire_safety.drawings.operations import add_version, put_in_force
from app.fire_safety.drawings.queries import drawing_of_yard, judged, version_of
from app.registry.models import TransferYard

DEMO_YARDS: Final = Path(__file__).resolve().parents[3] / "data" / "yards"


def ensure_demo_drawings(session: Session, folder: Path = DEMO_YARDS) -> int:
    """Add a drawing to each yard of the demo county that is in use and has none; return how many. It comes into force
    but where the yard holds straw on stacks that the drawing does not show."""
    added = 0
    for file in sorted(folder.glob("*.geojson")):
        chosen = select(TransferYard).where(TransferYard.yard_id == file.stem, TransferYard.withdrawn_at.is_(None))
        yard = session.scalar(chosen)
        if yard is None or version_of(session, yard.yard_id, None) is not None:
            continue
        text = file.read_text(encoding="utf-8")
        drawing = drawing_of_yard(text, yard.yard_id)
        # another county may have a yard of this number
        if not drawing.is_synthetic or drawing.name != yard.name:
            continue
        version = add_version(session, yard, text, note=None)
        added += 1
        try:
            put_in_force(session, yard, version, judged(drawing))
        except Refusal:
            # refused before anything was changed: the version waits for somebody to clear the stacks
            continue
    return added
