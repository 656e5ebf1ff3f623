"""Enrol tablets and revoke them. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.device_models import Device, DeviceCode
from app.accounts.models import Account
from app.accounts.pin_sessions import end_sessions
from app.accounts.scope import Scope
from app.accounts.secret_texts import CODE_MINUTES, digest_of, new_code, new_token, plain_code
from app.clock import now
from app.errors import DEVICE_CODE_OVER, Refusal

# Kind (yard, plant) and id.
Place = tuple[str, str]

# Asked with nearly every request of a tablet: put together once.
_OF_PAGE = select(Device).where(Device.page_token_digest == bindparam("digest"))
_OF_PROGRAM = select(Device).where(Device.sync_token_digest == bindparam("digest"), Device.revoked_at.is_(None))


def make_code(session: Session, *, name: str, place: Place, made_by: Account) -> tuple[DeviceCode, str]:
    """Add a code that enrols one tablet and return it with its text, which is kept nowhere."""
    text = new_code()
    code = DeviceCode(
        code_digest=digest_of(text),
        name=name,
        place_kind=place[0],
        place_id=place[1],
        made_by=made_by.id,
        expires_at=now() + timedelta(minutes=CODE_MINUTES),
    )
    session.add(code)
    session.flush()
    said = {"name": name, "places": [list(place)]}
    record(session, what="device.code_made", subject_kind="device", subject_id=name, after=said)
    return code, text


def open_code(session: Session, text: str) -> DeviceCode:
    """Which tablet the code makes, however it is typed; raises Refusal where it was used, expired or never was."""
    code = session.scalar(select(DeviceCode).where(DeviceCode.code_digest == digest_of(plain_code(text))))
    if code is None or code.used_at is not None or code.expires_at < now():
        raise Refusal(DEVICE_CODE_OVER)
    return code


def enrol(session: Session, text: str) -> tuple[Device, str]:
    """Use the code up and add the device; return it and the secret of its pages, which is kept nowhere."""
    code = open_code(session, text)
    # whoever comes second with the same code finds it used, on any number of processes
    used = session.execute(
        update(DeviceCode).where(DeviceCode.id == code.id, DeviceCode.used_at.is_(None)).values(used_at=now())
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal(DEVICE_CODE_OVER)
    token = new_token()
    device = Device(
        name=code.name,
        place_kind=code.place_kind,
        place_id=code.place_id,
        page_token_digest=digest_of(token),
        enrolled_by=code.made_by,
    )
    session.add(device)
    session.flush()
    _note(session, "device.enrolled", device, before=None)
    return device, token


def new_sync_token(session: Session, device: Device) -> str:
    """Return a new secret for programs on the device; the one before is worth nothing from here on."""
    token = new_token()
    device.sync_token_digest = digest_of(token)
    session.flush()
    _note(session, "device.key_made", device, before=said_of_device(device))
    return token


def revoke(session: Session, device: Device, by: Account) -> None:
    """Take the device out: its secrets are worth nothing from the next request on, and whoever is signed in is out."""
    if device.revoked_at is not None:
        return
    before = said_of_device(device)
    device.revoked_at, device.revoked_by = now(), by.id
    end_sessions(session, device_id=device.id)
    session.flush()
    _note(session, "device.revoked", device, before=before)


def device_of_page(session: Session, token: str) -> Device | None:
    """The device whose cookie holds this secret, revoked or not."""
    return session.scalar(_OF_PAGE, {"digest": digest_of(token)})


def device_of_program(session: Session, token: str) -> Device | None:
    """The device whose programs send this secret; None where there is none or it was revoked."""
    return session.scalar(_OF_PROGRAM, {"digest": digest_of(token)})


def devices_within(session: Session, scope: Scope | None) -> Sequence[Device]:
    """The devices that somebody with this scope may see: those in use first, then by name."""
    chosen = select(Device).order_by(Device.revoked_at.is_not(None), Device.name, Device.id)
    if scope is not None:
        chosen = chosen.where(tuple_(Device.place_kind, Device.place_id).in_(sorted(own_places(scope))))
    return session.scalars(chosen).all()


def own_places(scope: Scope) -> Collection[Place]:
    """The yards and plants of the scope."""
    return {
        *(("yard", yard_id) for yard_id in scope.yard_ids),
        *(("plant", plant_id) for plant_id in scope.plant_ids),
    }


def said_of_device(device: Device) -> dict[str, object]:
    """What the audit trail keeps."""
    return {
        "name": device.name,
        "places": [[device.place_kind, device.place_id]],
        "state": "open" if device.revoked_at is None else "revoked",
    }


def _note(session: Session, what: str, device: Device, *, before: dict[str, object] | None) -> None:
    record(
        session,
        what=what,
        subject_kind="device",
        subject_id=device.id,
        before=before,
        after=said_of_device(device),
    )
