"""Secrets that somebody shows once or for a while: how they are made, and the digest that alone is kept of them."""

from __future__ import annotations

import hashlib
import secrets

CODE_MINUTES = 15
_TOKEN_BYTES = 32
# Without I, L, O, 0 and 1, which are taken for one another.
_CODE_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 8


def new_token() -> str:
    """Return a secret for programs and links: nobody types it."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def new_code() -> str:
    """Return a secret that is typed, good once and for CODE_MINUTES."""
    return "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))


def plain_code(text: str) -> str:
    """The code as it was made, whatever hyphens, blanks and small letters it is typed with."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
