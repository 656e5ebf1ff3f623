"""Files that wait to be imported: kept in the database, so that preview and apply work over several processes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base


class RegistryUpload(Base):
    """A file as it came. It belongs to whoever sent it; once applied its content is dropped and `import_id` says what
    became of it, so that a second click finds the first one's work."""

    __tablename__ = "registry_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(default=now, index=True)
    key: Mapped[str] = mapped_column(String(32))
    file_name: Mapped[str] = mapped_column(String(255))
    coordinate_system: Mapped[str] = mapped_column(String(16))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("registry_import.id"))
