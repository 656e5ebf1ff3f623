"""The emergency card as a tablet keeps it: markup of its own, to be shown without a network."""

from __future__ import annotations

import re
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.emergency.words import card_words
from app.registry.models import TransferYard

_BETWEEN_TAGS = re.compile(r">\s+<")


def emergency_for_notebook(session: Session, yard: TransferYard) -> dict[str, Any]:
    """Return `card`: the card's markup with its picture, but for what changes from hour to hour; the same until the
    office, the drawing in force or the rulebook says otherwise."""
    markup = render_template("emergency/_tablet_card.html", **card_words(session, yard, business_day()))
    return {"card": _BETWEEN_TAGS.sub("><", markup).strip()}
