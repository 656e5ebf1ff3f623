"""Ids of records that the server itself makes, in the manner of devices (UUIDv7, RFC 9562)."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID


def new_record_id(moment: datetime) -> str:
    """Return an id that begins with the moment in milliseconds, so that later ids sort later."""
    value = int(moment.timestamp() * 1000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return str(UUID(int=value & ~(0x3 << 62) | 0x2 << 62))
