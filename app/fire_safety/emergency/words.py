"""What the templates of an emergency card need."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.fire_safety.drawings.rule_texts import KIND_TEXTS
from app.fire_safety.drawings.sketch import sketch_of
from app.fire_safety.emergency.queries import emergency_card
from app.fire_safety.emergency.texts import (
    BAN_TEXTS,
    NEIGHBOUR_TEXTS,
    ROAD_TEXTS,
    SIDE_TEXTS,
    TASK_TEXTS,
    WATER_TEXTS,
)
from app.fire_safety.equipment.texts import piece_text
from app.registry.models import TransferYard


def card_words(session: Session, yard: TransferYard, day: date) -> dict[str, Any]:
    """Return all that stands on a yard's card but for what changes from hour to hour, with the words for it."""
    found = emergency_card(session, yard, day)
    return {
        "yard": yard,
        "card": found,
        # A brigade looks for water, gates, lanes, stacks and lines; what cameras see would lie over them.
        "sketch": None if found.drawing is None else sketch_of(replace(found.drawing, cameras=()), ()),
        "told": (),
        "kind_texts": {kind: gettext(text) for kind, text in KIND_TEXTS.items()},
        "side_texts": [gettext(text) for text in SIDE_TEXTS],
        "task_texts": TASK_TEXTS,
        "ban_texts": BAN_TEXTS,
        "neighbour_texts": NEIGHBOUR_TEXTS,
        "road_texts": ROAD_TEXTS,
        "water_texts": WATER_TEXTS,
        "piece_text": piece_text,
    }
