"""Weighbridges and meters of a place as its tablets know them, and the agents beside its scales. Nothing here
commits."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import Account
from app.accounts.secret_texts import CODE_MINUTES, digest_of, new_code, plain_code
from app.clock import business_day, now
from app.errors import BAD_SCALE_AGENT, DEVICE_CODE_OVER, Refusal
from app.intake.models import ScaleAgent
from app.registry.instruments import certificate_ends, certificate_on
from app.registry.models import MoistureMeter, Scale
from app.weighbridge.signing import fingerprint

_KEY_BYTES: Final = 32
_MOST_ADDRESSES: Final = 8
_LONGEST_ADDRESS: Final = 100


def scale_addresses(session: Session, place_kind: str, place_id: str) -> tuple[str, ...]:
    """Where pages of this yard or plant may ask a scale, for the policy of what a page may connect to."""
    return tuple(
        dict.fromkeys(
            address
            for scale in _in_use(session, Scale, place_kind, place_id)
            if (agent := agent_of(session, scale.scale_id)) is not None
            for address in agent.addresses
            if "[" not in address  # a policy has no way to write an IPv6 address
        )
    )


def scales_for_notebook(
    session: Session, place_kind: str, place_id: str, day: date | None = None
) -> list[dict[str, Any]]:
    """The scales of a place as docs/gate_records.md has them; `address` None where no agent stands beside one.

    `address` is one on the yard's network where there is one: the tablet is rarely the machine beside the scale, whose
    own browser finds it by `addresses`.
    """
    found = []
    for scale in _in_use(session, Scale, place_kind, place_id):
        agent = agent_of(session, scale.scale_id)
        addresses = list(agent.addresses) if agent is not None else []
        found.append(
            {
                "id": scale.scale_id,
                "name": scale.name,
                "division_kg": scale.division_kg,
                "capacity_kg": scale.capacity_kg,
                "address": next((it for it in addresses if not _is_loopback(it)), next(iter(addresses), None)),
                "addresses": addresses,
                "certificate_number": scale.certificate_number,
                "certified_from": scale.certified_from and scale.certified_from.isoformat(),
                **_certificate(scale, "certified_until", day),
            }
        )
    return found


def meters_for_notebook(
    session: Session, place_kind: str, place_id: str, day: date | None = None
) -> list[dict[str, Any]]:
    """The moisture meters of a place as docs/gate_records.md has them."""
    return [
        {"id": meter.meter_id, "name": meter.name, **_certificate(meter, "calibrated_until", day)}
        for meter in _in_use(session, MoistureMeter, place_kind, place_id)
    ]


def agent_of(session: Session, scale_id: str) -> ScaleAgent | None:
    """The agent that signs for the scale: the newest that is not revoked."""
    return next((agent for agent in agents_of(session, scale_id) if agent.revoked_at is None), None)


def agents_of(session: Session, scale_id: str) -> Sequence[ScaleAgent]:
    """All agents that ever signed for the scale, the newest first."""
    enrolled = select(ScaleAgent).where(ScaleAgent.scale_id == scale_id, ScaleAgent.enrolled_at.is_not(None))
    return session.scalars(enrolled.order_by(ScaleAgent.id.desc())).all()


def make_agent_code(session: Session, scale: Scale, made_by: Account) -> str:
    """Add a code with which one agent can enrol for the scale, and return it; it is kept nowhere."""
    text = new_code()
    session.add(
        ScaleAgent(
            scale_id=scale.scale_id,
            code_digest=digest_of(text),
            code_expires_at=now() + timedelta(minutes=CODE_MINUTES),
            made_by=made_by.id,
            addresses=[],
        )
    )
    session.flush()
    record(session, what="scale.agent_code_made", subject_kind="scale", subject_id=scale.scale_id)
    return text


def scale_of_code(session: Session, text: str) -> Scale:
    """The scale that a code is for; raises Refusal where it was used, has expired or never was."""
    agent = session.scalar(select(ScaleAgent).where(ScaleAgent.code_digest == digest_of(plain_code(text))))
    if agent is None or agent.enrolled_at is not None or agent.code_expires_at < now():
        raise Refusal(DEVICE_CODE_OVER)
    return session.scalars(select(Scale).where(Scale.scale_id == agent.scale_id)).one()


def enrol_agent(session: Session, text: str, *, public_key: object, addresses: object) -> Scale:
    """Use the code up: from now on this key signs for the scale, and the agent before it no more.

    Returns the scale. Raises Refusal where the code is over, or the key or an address is none.
    """
    scale = scale_of_code(session, text)
    key, places = _public_key(public_key), _addresses(addresses)
    # whoever comes second with the same code finds it used
    used = session.execute(
        update(ScaleAgent)
        .where(ScaleAgent.code_digest == digest_of(plain_code(text)), ScaleAgent.enrolled_at.is_(None))
        .values(enrolled_at=now(), public_key=key, addresses=places)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal(DEVICE_CODE_OVER)
    session.expire_all()
    for before in agents_of(session, scale.scale_id)[1:]:
        if before.revoked_at is None:
            before.revoked_at = now()
    said = {"fingerprint": fingerprint(key), "addresses": places}
    record(session, what="scale.agent_enrolled", subject_kind="scale", subject_id=scale.scale_id, after=said)
    return scale


def revoke_agent(session: Session, agent: ScaleAgent) -> None:
    """What the agent signs from now on counts no more; what it signed before stays."""
    if agent.revoked_at is not None:
        return
    agent.revoked_at = now()
    assert agent.public_key is not None
    said = {"fingerprint": fingerprint(agent.public_key), "addresses": agent.addresses}
    record(session, what="scale.agent_revoked", subject_kind="scale", subject_id=agent.scale_id, before=said)


def _in_use(session: Session, model: Any, place_kind: str, place_id: str) -> Sequence[Any]:
    at_place: ColumnElement[bool] = (model.yard_id if place_kind == "yard" else model.plant_id) == place_id
    return session.scalars(select(model).where(at_place, model.withdrawn_at.is_(None)).order_by(model.id)).all()


def _certificate(row: Any, name: str, day: date | None) -> dict[str, Any]:
    until = certificate_ends(row)
    return {name: until and until.isoformat(), "state": certificate_on(row, day or business_day())}


def _public_key(given: object) -> str:
    try:
        raw = base64.b64decode(given, validate=True) if isinstance(given, str) else b""
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _KEY_BYTES:
        raise Refusal(BAD_SCALE_AGENT, ["public_key"])
    return base64.b64encode(raw).decode()


def _addresses(given: object) -> list[str]:
    """They end up in the policy of pages: only whole origins of machines, nothing else."""
    if not isinstance(given, list) or len(given) > _MOST_ADDRESSES:
        raise Refusal(BAD_SCALE_AGENT, ["addresses"])
    for address in given:
        if not isinstance(address, str) or len(address) > _LONGEST_ADDRESS or not _is_origin(address):
            raise Refusal(BAD_SCALE_AGENT, [str(address)[:_LONGEST_ADDRESS]])
    return list(dict.fromkeys(given))


def _is_origin(address: str) -> bool:
    """http on the same machine, https on the network; no path, no name and password, no sign that ends a policy."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    is_host = (host.replace("-", "").replace(".", "").isalnum() and host.isascii()) or _is_ip(host)
    whole = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port else "")
    return (
        is_host and address == whole and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(address)))
    )


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)
