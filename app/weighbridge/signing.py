"""A taken weight as signed text: whoever has the scale's public key knows that no browser made it up.

The text is JSON; its exact bytes are signed (Ed25519), so it is passed on and stored as it came.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_FINGERPRINT_SIGNS: Final = 16


class BadSignature(Exception):
    """The text was not signed with that key, or does not say what a taken weight says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedReading:
    """A weight that the agent beside the scale took.

    `seq` counts the takes of the agent and rises over restarts. `kind` is what the indicator called the weight (gross
    or unknown). `frames` are the last raw frames in hex; `curve` the weights in kg since the truck came,
    `curve_step_ms` apart.
    """

    scale_id: str
    kg: int
    division_kg: int
    taken_at: datetime
    nonce: str
    seq: int
    steady_for_ms: int
    protocol: str
    kind: str
    zero_seen_at: datetime
    frames: tuple[str, ...]
    curve: tuple[int, ...]
    curve_step_ms: int


def signed(reading: SignedReading, key: Ed25519PrivateKey) -> tuple[str, str]:
    """Return the reading as text and the signature of that text (base64)."""
    members = asdict(reading)
    for name in ("taken_at", "zero_seen_at"):
        moment = members[name].astimezone(UTC)
        members[name] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    payload = json.dumps(members, separators=(",", ":"))
    return payload, base64.b64encode(key.sign(payload.encode())).decode()


def verified_reading(payload: str, signature: str, public_key: str) -> SignedReading:
    """Return what the text says; raises BadSignature unless the scale with this public key (base64) signed it."""
    try:
        _key(public_key).verify(base64.b64decode(signature, validate=True), payload.encode())
    except (InvalidSignature, ValueError, binascii.Error) as fault:
        raise BadSignature("the text was not signed with the key of this scale") from fault
    try:
        return _reading(json.loads(payload))
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise BadSignature(f"the signed text is no reading of a scale: {fault}") from fault


@lru_cache(maxsize=256)
def _key(public_key: str) -> Ed25519PublicKey:
    """A scale's key serves for all of its weights."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))


def said_nonce(payload: str) -> str | None:
    """Return the nonce that the text says, whoever wrote it; None where it says none."""
    try:
        nonce = json.loads(payload)["nonce"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return nonce if isinstance(nonce, str) else None


def public_text(key: Ed25519PrivateKey) -> str:
    """Return the public half of the key as base64 text."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def fingerprint(public_key: str) -> str:
    """Return the first signs of the key's SHA-256 in groups of four, as the scale's page on the server shows them."""
    signs = hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:_FINGERPRINT_SIGNS]
    return " ".join(signs[at : at + 4] for at in range(0, len(signs), 4))


def _reading(members: dict[str, Any]) -> SignedReading:
    """Members that this version does not know are left out, so that a newer agent can say more."""
    given = {field.name: members[field.name] for field in fields(SignedReading)}
    for name in ("kg", "division_kg", "seq", "steady_for_ms", "curve_step_ms"):
        if type(given[name]) is not int:
            raise ValueError(f"{name} is not a whole number")
    for name in ("scale_id", "nonce", "protocol", "kind"):
        if not isinstance(given[name], str):
            raise ValueError(f"{name} is not a text")
    for name in ("taken_at", "zero_seen_at"):
        given[name] = datetime.fromisoformat(given[name])
        if given[name].tzinfo is None:
            raise ValueError(f"{name} has no time zone")
    for name, kind in (("frames", str), ("curve", int)):
        if not isinstance(given[name], list) or any(type(entry) is not kind for entry in given[name]):
            raise ValueError(f"{name} is not a list of its kind")
        given[name] = tuple(given[name])
    return SignedReading(**given)
