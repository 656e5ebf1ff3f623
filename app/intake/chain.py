"""The chain of a place: each record of the gate holds the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

HASH_OF_NOTHING: Final = "0" * 64
# What the hash of a record speaks for, in this order.
_HASHED: Final = (
    "place_kind",
    "place_id",
    "position",
    "id",
    "kind",
    "device_id",
    "device_number",
    "operator_id",
    "operator_name",
    "operator_checked",
    "made_at",
    "sent_at",
    "happened_at",
    "received_at",
    "business_day",
    "text_hash",
    "receipt",
)


def text_hash(text: str) -> str:
    """Return the SHA-256 of a record's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def record_hash(record: Mapping[str, Any], previous_hash: str) -> str:
    """Return the hash of a record (columns of GateRecord by name) that follows the one with `previous_hash`.

    The receipt counts without the hash that it tells the device.
    """
    said = [previous_hash, *(_said(record[name]) for name in _HASHED)]
    whole = json.dumps(said, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode("ascii")).hexdigest()


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: member for name, member in value.items() if name != "hash"}
    return value.isoformat() if hasattr(value, "isoformat") else value
