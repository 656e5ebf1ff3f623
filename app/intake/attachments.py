"""Photos and drawn signatures, kept under the hash of their bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection

from PIL import Image, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.database.upserts import insert_if_new
from app.errors import BAD_ATTACHMENT, Refusal
from app.intake.record_models import Attachment

MOST_BYTES = 1_000_000
_MOST_PIXELS = 12_000_000
_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def keep_attachment(session: Session, sha256: str, content: bytes, *, device_id: int | None) -> bool:
    """Keep the picture; return whether it is new.

    Raises Refusal where the bytes have another hash, are no such picture, are too large, or hold EXIF: a photo could
    tell more than it shows. They are kept as they came, because records hold their hash.
    """
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refusal(BAD_ATTACHMENT, [sha256])
    if session.scalar(select(Attachment.sha256).where(Attachment.sha256 == sha256)) is not None:
        return False
    row = {
        "sha256": sha256,
        "content_type": _type_of(content),
        "content": content,
        "received_at": now(),
        "device_id": device_id,
    }
    insert_if_new(session, Attachment, row)
    return True


def missing_attachments(session: Session, hashes: Collection[str]) -> list[str]:
    """Return those that have not come yet."""
    if not hashes:
        return []
    known = set(session.scalars(select(Attachment.sha256).where(Attachment.sha256.in_(sorted(hashes)))))
    return sorted(set(hashes) - known)


def _type_of(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Refusal(BAD_ATTACHMENT, [f"{len(content)} > {MOST_BYTES} B"])
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_TYPES)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise Refusal(BAD_ATTACHMENT, [f"{picture.width} × {picture.height}"])
            if picture.getexif():
                raise Refusal(BAD_ATTACHMENT, ["EXIF"])
            picture.load()
            return _TYPES[str(picture.format)]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise Refusal(BAD_ATTACHMENT, [type(fault).__name__]) from None
