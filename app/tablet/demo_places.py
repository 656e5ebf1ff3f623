"""What a demonstration's gates need of the register, and what stands for a camera and a scale's program."""

from __future__ import annotations

import hashlib
import io
import secrets
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.intake.models import ScaleAgent
from app.registry.models import EndUsePlant, FarmField, Grower, Scale, TransferYard
from app.weighbridge.signing import public_text

# Each gives a load or two in these days, which is what grows there.
_FIELDS: Final = 60


def plant_of(session: Session, number: int) -> str | None:
    """Each yard sends to another plant, as far as there are as many."""
    plants = session.scalars(
        select(EndUsePlant.plant_id).where(EndUsePlant.withdrawn_at.is_(None)).order_by(EndUsePlant.id)
    ).all()
    return plants[number % len(plants)] if plants else None


def origins_of(session: Session, yard: TransferYard) -> list[tuple[str, str, str | None]]:
    """Town, field and grower of some fields of the yard's town."""
    rows = session.execute(
        select(FarmField.town_id, FarmField.field_id, Grower.name)
        .outerjoin(Grower, Grower.grower_id == FarmField.grower_id)
        .where(FarmField.town_id == yard.town_id, FarmField.withdrawn_at.is_(None))
        .order_by(FarmField.id)
        .limit(_FIELDS)
    )
    return [(row.town_id, row.field_id, row.name) for row in rows]


def agent_of(scale: Scale, key: Ed25519PrivateKey, maker: Account, first: datetime) -> ScaleAgent:
    """Its key is known to nobody once the days are played; a real agent beside the scale is the newer one."""
    return ScaleAgent(
        scale_id=scale.scale_id,
        code_digest=hashlib.sha256(secrets.token_bytes()).hexdigest(),
        code_expires_at=first,
        made_at=first,
        made_by=maker.id,
        enrolled_at=first,
        public_key=public_text(key),
        addresses=[],
    )


def picture_of(words: str) -> bytes:
    """A truck on a scale, drawn; it says what it is."""
    image = Image.new("RGB", (480, 320), "#c9d3dc")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 240, 480, 320), fill="#8b9096")
    draw.rectangle((60, 110, 330, 230), fill="#d9b650", outline="#5b4a16", width=3)
    draw.rectangle((335, 140, 420, 230), fill="#3b6ea5", outline="#22364d", width=3)
    for x in (90, 150, 290, 360):
        draw.ellipse((x, 215, x + 45, 260), fill="#2b2b2b")
    draw.text((150, 20), words, fill="#22364d")
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    return content.getvalue()
