"""Records of the gate as they came, and the chain that each place makes of them. Rows are only added: the triggers of
migration 0009 refuse everything else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base

RecordId = String(36)
Id = String(64)
Hash = String(64)
# Marks a table whose rows, made by a record, may wait for those of the next ones: app/intake/books.py knows what they
# say, or nobody asks before all is written.
MAY_WAIT: Final[dict[str, Any]] = {"info": {"may_wait": True}}


class GateRecord(Base):
    """Something that a device or the office reported of a yard or plant, with its place in the chain there.

    `text` are the bytes as they were sent. `made_at` and `sent_at` are the device's clock, `happened_at` is `made_at`
    mended by how far that clock was off when it sent. `receipt` is what the device was answered, then and ever after.
    """

    __tablename__ = "gate_record"
    __table_args__ = (
        UniqueConstraint("place_kind", "place_id", "position"),
        Index(None, "device_id", "device_number"),
        Index(None, "place_kind", "place_id", "business_day"),
        MAY_WAIT,
    )

    id: Mapped[str] = mapped_column(RecordId, primary_key=True)
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(Id)
    position: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    device_number: Mapped[int | None]
    # Who made it: an account's number, kept without a key because records outlive accounts.
    operator_id: Mapped[int | None]
    operator_name: Mapped[str] = mapped_column(String(255))
    operator_checked: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    business_day: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(Hash)
    receipt: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(Hash)
    record_hash: Mapped[str] = mapped_column(Hash)


class PlaceChain(Base):
    """Where the chain of a place ends; whoever adds to a place locks this row before anything else."""

    __tablename__ = "place_chain"
    __table_args__ = (PrimaryKeyConstraint("place_kind", "place_id"),)

    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(Id)
    last_position: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(Hash)


class RefusedRecord(Base):
    """A record that needs a person: it stays on its device, and is seen here without it. `settled_at`: somebody has
    dealt with it, and said how."""

    __tablename__ = "refused_record"
    __table_args__ = (UniqueConstraint("device_id", "text_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    device_number: Mapped[int | None]
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(Id)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(Hash)
    status: Mapped[int]
    code: Mapped[str] = mapped_column(String(64))
    details: Mapped[list[str]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(255))
    settled_how: Mapped[str | None] = mapped_column(String(500))


class Attachment(Base):
    """A photo or a drawn signature, by the hash of its bytes."""

    __tablename__ = "attachment"

    sha256: Mapped[str] = mapped_column(Hash, primary_key=True)
    content_type: Mapped[str] = mapped_column(String(32))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    received_at: Mapped[datetime] = mapped_column(default=now)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
