"""What a tablet needs to know of equipment to enter checks without a network."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.fire_safety.equipment.queries import equipment_of
from app.fire_safety.equipment.texts import DUTY_TEXTS, KIND_TEXTS, piece_text
from yard_rules.equipment import DUTIES, Duty


def equipment_for_notebook(session: Session, yard_id: str) -> list[dict[str, Any]]:
    """Return each kind of equipment with the duties that are done beside it, and its pieces with what is due. A piece
    that is too old is replaced in the office: the new one's plate is read there."""
    return [
        {
            "kind": kind.value,
            "title": gettext(KIND_TEXTS[kind]),
            "duties": [{"id": it.value, "words": gettext(DUTY_TEXTS[it])} for it in DUTIES[kind] if it != Duty.SCRAP],
            "pieces": [
                {
                    "id": piece.equipment_id,
                    "name": piece_text(piece.name),
                    "state": piece.state.value,
                    "due": {it.duty.value: [it.due_on.isoformat(), it.state.value] for it in piece.due},
                }
                for piece in pieces
            ],
        }
        for kind, pieces in groupby(equipment_of(session, yard_id), key=lambda it: it.kind)
    ]
