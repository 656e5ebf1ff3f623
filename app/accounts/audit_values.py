"""What may stand in an audit entry: plain values, no secrets."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

# Words that name a secret, in a key's parts or written together ("sessiontoken").
_SECRET_WORDS = re.compile(
    r"passw|passphrase|passcode|token|secret|credential|totp|otp|uniquifier|cookie|recovery_?code|webauthn|csrf"
    r"|(^|_)(pin|pins|pw|pwd|hash|key)(_|$)"
)
_PASSWORD_HASH = re.compile(r"^\$(argon2|2[aby]|pbkdf2|scrypt|bcrypt|5|6|y)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def stored_values(values: Mapping[str, object] | None) -> dict[str, Any] | None:
    """Return the values as JSON knows them (moments, dates, decimals as text); None stays None.

    Raises ValueError for a key that names a secret or a value that looks like a password hash, TypeError for a value
    that has no plain form.
    """
    return None if values is None else _stored_mapping(values)


def cleaned_text(text: str, longest: int) -> str:
    """Return the text without characters that a database may refuse, cut at `longest`: what a stranger typed must not
    keep an entry from being written."""
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)[:longest]


def names_a_secret(key: str) -> bool:
    """Whether a value under this key would be a password, a token or the like."""
    words = re.sub(r"[^a-z0-9]+", "_", _CAMEL.sub("_", key).lower())
    return _SECRET_WORDS.search(words) is not None


def _stored_mapping(values: Mapping[Any, object]) -> dict[str, Any]:
    for key in values:
        if not isinstance(key, str):
            raise TypeError(f"keys of an audit entry are text, not {key!r}")
        if names_a_secret(key):
            raise ValueError(f"{key!r} names a secret, which must not get into the audit trail")
    return {_NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", key): _stored(value) for key, value in values.items()}


def _stored(value: Any) -> Any:
    match value:
        case Enum():
            return _stored(value.value)
        case None | bool() | int():
            return value
        case str():
            if _PASSWORD_HASH.match(value):
                raise ValueError("a password's hash must not get into the audit trail")
            return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", value)
        case float() if math.isfinite(value):
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return _stored_mapping(value)
        case list() | tuple():
            return [_stored(part) for part in value]
        case set() | frozenset():
            return sorted(_stored(part) for part in value)
    raise TypeError(f"{type(value).__name__} has no plain form for the audit trail")
