"""Tablets, the PINs of those who work on them, and who is signed in where."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base


class Device(Base):
    """A tablet of one yard or plant. It has two secrets, of which only digests are kept: one in the browser's cookie,
    for pages, and one that programs send in a header. A device that was revoked stays, for what was done on it."""

    __tablename__ = "device"
    __table_args__ = (Index(None, "place_kind", "place_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(String(64))
    page_token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    sync_token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    enrolled_at: Mapped[datetime] = mapped_column(default=now)
    enrolled_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class DeviceCode(Base):
    """What turns a browser into the tablet with this name, once, before it expires. Only the code's digest is kept."""

    __tablename__ = "device_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AccountPin(Base):
    """The PIN of somebody who works on tablets. With `one_time_until` it was given to them and opens nothing but the
    page on which they choose their own."""

    __tablename__ = "account_pin"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    pin_hash: Mapped[str] = mapped_column(String(255))
    one_time_until: Mapped[datetime | None]
    set_at: Mapped[datetime] = mapped_column(default=now)


class PinSession(Base):
    """Somebody signed in on a device with their PIN; at most one of a device has not ended."""

    __tablename__ = "pin_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    begun_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
