"""A phone with an app for codes (RFC 6238), made from the standard library only, to look at ours from outside."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from html import unescape

STEP_S = 30


def code_of(key: str, at_s: float | None = None) -> str:
    """The six digits that the app shows at this moment for a key as it stands on the page."""
    plain = re.sub(r"[\s-]", "", key).upper()
    secret = base64.b32decode(plain + "=" * (-len(plain) % 8))
    counter = int((time.time() if at_s is None else at_s) // STEP_S)
    digest = hmac.new(secret, struct.pack(">Q", counter), "sha1").digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


def key_on(page: str) -> str:
    """The key that the page of the set-up shows as text."""
    found = re.search(r'<code id="key"[^>]*>([^<]+)</code>', page)
    assert found is not None, page
    return unescape(found[1])


def recovery_codes_on(page: str) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<li><code>([0-9a-f-]+)</code></li>", page)
