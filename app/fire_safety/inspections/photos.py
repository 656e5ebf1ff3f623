"""Photos that an office page takes in: drawn anew as small JPEGs without what a camera writes into them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from typing import Final

from flask import Response
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.errors import BAD_ATTACHMENT, NO_SUCH_ACTION, Refusal
from app.intake.attachments import keep_attachment
from app.intake.record_models import Attachment

# Of all photos of one form, as cameras of phones write them.
MOST_FORM_BYTES: Final = 60_000_000
_MOST_PIXELS: Final = 60_000_000
_LONGEST_PX: Final = 1280
_QUALITY: Final = 70
_MOST_PHOTOS: Final = 10


def kept_photos(session: Session, uploads: Iterable[FileStorage]) -> list[str]:
    """Keep the photos of a field of a form and return their hashes; raises Refusal where one is no picture."""
    hashes: list[str] = []
    for upload in uploads:
        if not upload.filename or len(hashes) == _MOST_PHOTOS:
            continue
        content = _small(upload)
        sha256 = hashlib.sha256(content).hexdigest()
        keep_attachment(session, sha256, content, device_id=None)
        hashes.append(sha256)
    return list(dict.fromkeys(hashes))


def photo_answer(session: Session, sha256: str, shown: Iterable[str]) -> Response:
    """Return the photo, if it is one of those shown; raises Refusal as if it were not there."""
    found = session.get(Attachment, sha256) if sha256 in set(shown) else None
    if found is None:
        raise Refusal(NO_SUCH_ACTION, [sha256[:12]])
    answer = Response(found.content, mimetype=found.content_type)
    # the address names the content: it is never another
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


def _small(upload: FileStorage) -> bytes:
    try:
        with Image.open(upload.stream, formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise Refusal(BAD_ATTACHMENT, [f"{picture.width} × {picture.height}"])
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise Refusal(BAD_ATTACHMENT, [type(fault).__name__]) from None
    upright.thumbnail((_LONGEST_PX, _LONGEST_PX))
    # pixels only: nothing of the camera's own goes along
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    content = io.BytesIO()
    plain.save(content, "JPEG", quality=_QUALITY)
    return content.getvalue()
