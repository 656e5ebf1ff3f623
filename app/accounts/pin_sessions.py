"""Who is signed in on which device with a PIN. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.actors import Actor
from app.accounts.audit import record
from app.accounts.device_models import Device, PinSession
from app.accounts.models import Account
from app.accounts.scope import works_at
from app.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long somebody stays signed in, at work and without touching the tablet."""

    longest: timedelta
    idle: timedelta


def begin_session(session: Session, *, device: Device, account: Account, actor: Actor) -> PinSession:
    """Sign the account in on the device, where whoever was signed in before is out."""
    end_sessions(session, device_id=device.id)
    begun = PinSession(device_id=device.id, account_id=account.id)
    session.add(begun)
    session.flush()
    record(
        session,
        what="login.right",
        subject_kind="account",
        subject_id=account.id,
        after={"by": ["pin"], "device": device.name},
        actor=actor,
    )
    return begun


def open_session(
    session: Session, number: int, *, device: Device, account: Account, limits: SessionLimits
) -> PinSession | None:
    """The session with this number if it is this account's on this device, where they still work, and has not ended."""
    found = session.get(PinSession, number)
    if found is None or found.ended_at is not None:
        return None
    if (found.device_id, found.account_id) != (device.id, account.id):
        return None
    if not works_at(account, device.place_kind, device.place_id):
        return None
    return found if _lasts(found, limits, now()) else None


def latest_session(session: Session, device: Device, limits: SessionLimits) -> PinSession | None:
    """Who works on the device now, if anybody does."""
    chosen = select(PinSession).where(PinSession.device_id == device.id, PinSession.ended_at.is_(None))
    found = session.scalar(chosen.order_by(PinSession.id.desc()).limit(1))
    return found if found is not None and _lasts(found, limits, now()) else None


def end_sessions(session: Session, *, device_id: int | None = None, account_id: int | None = None) -> None:
    """End what is open on a device, or of an account; they are out at their next request."""
    ended = update(PinSession).where(PinSession.ended_at.is_(None)).values(ended_at=now())
    if device_id is not None:
        ended = ended.where(PinSession.device_id == device_id)
    if account_id is not None:
        ended = ended.where(PinSession.account_id == account_id)
    session.execute(ended)


def _lasts(found: PinSession, limits: SessionLimits, moment: datetime) -> bool:
    return moment - found.begun_at < limits.longest and moment - found.last_seen_at < limits.idle
