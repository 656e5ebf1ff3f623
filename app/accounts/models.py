"""People and roles."""

from __future__ import annotations

from datetime import datetime

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.database.base import Base

account_roles = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base, RoleMixin):
    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))


class Account(Base, UserMixin):
    """Somebody who can log in. A new `fs_uniquifier` ends all their sessions; without `password_set_at` the account
    waits for its owner to choose a password, and has one that nobody knows.

    The second factor (two_factor.py): its secret enciphered, the number of the code that was used last, and digests of
    the recovery codes that are left."""

    __tablename__ = "account"

    # Kind and id of the yard or plant on whose tablet they signed in with a PIN; None with a password. It holds for one
    # request and is not stored: what they may do and see then ends there (scope.py).
    signed_in_at = None  # type: tuple[str, str] | None

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password: Mapped[str] = mapped_column(String(255))
    password_set_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_set_up_at: Mapped[datetime | None]
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=account_roles, order_by=Role.name
    )
    places: Mapped[list[AccountPlace]] = relationship(
        cascade="all, delete-orphan", order_by="AccountPlace.kind, AccountPlace.place_id"
    )


class AccountPlace(Base):
    """What somebody belongs to: a town, yard or plant by its id in the county's data. They see nothing beyond it."""

    __tablename__ = "account_place"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    place_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class Invitation(Base):
    """A link by which somebody sets a password, once, before it expires. Only the digest of its token is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class WrongLogin(Base):
    """One login that failed (see throttle.py)."""

    __tablename__ = "wrong_login"
    __table_args__ = (Index(None, "account", "address", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
