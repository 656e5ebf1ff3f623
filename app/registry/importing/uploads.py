"""Files that wait for their import. Nothing here commits."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.clock import now
from app.file_exchange.coordinates import CoordinateSystem
from app.registry.importing.models import RegistryUpload

KEPT_FOR: Final = timedelta(days=1)
# Nobody needs more files at once; older ones make room.
_MOST_OF_ONE_ACCOUNT = 5


def keep_upload(
    session: Session, *, account_id: int, key: str, file_name: str, content: bytes, system: CoordinateSystem
) -> RegistryUpload:
    """Keep the file for a day and return it; what is older is dropped, whoever sent it."""
    session.execute(delete(RegistryUpload).where(RegistryUpload.uploaded_at < now() - KEPT_FOR))
    newest = (
        select(RegistryUpload.id)
        .where(RegistryUpload.account_id == account_id)
        .order_by(RegistryUpload.id.desc())
        .limit(_MOST_OF_ONE_ACCOUNT - 1)
    )
    kept = session.scalars(newest).all()
    session.execute(
        delete(RegistryUpload).where(RegistryUpload.account_id == account_id, RegistryUpload.id.not_in(kept))
    )
    upload = RegistryUpload(
        token=secrets.token_urlsafe(24),
        account_id=account_id,
        key=key,
        file_name=file_name[:255],
        coordinate_system=system.value,
        content=content,
    )
    session.add(upload)
    session.flush()
    return upload


def upload_of(session: Session, token: str, *, account_id: int, lock: bool = False) -> RegistryUpload | None:
    """Return the file with this token; None where it is gone or somebody else's."""
    chosen = select(RegistryUpload).where(
        RegistryUpload.token == token,
        RegistryUpload.account_id == account_id,
        RegistryUpload.uploaded_at >= now() - KEPT_FOR,
    )
    return session.scalar(chosen.with_for_update() if lock else chosen)


def upload_applied(upload: RegistryUpload, import_id: int) -> None:
    """Note what became of the file and drop its content."""
    upload.import_id, upload.content = import_id, b""
