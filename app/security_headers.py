"""What every answer tells the browser to allow: this site's own files, and no other site's frames."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g

_KEPT_FOR_S = 365 * 24 * 3600


def set_up_security_headers(app: Flask) -> None:
    """Add the headers to every answer; templates get `csp_nonce()` for a script or style element of their own."""

    @app.context_processor
    def _nonce() -> dict[str, object]:
        return {"csp_nonce": csp_nonce}

    @app.after_request
    def _add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy(g.get("csp_nonce")))
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "geolocation=(), camera=(), microphone=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if app.config["SESSION_COOKIE_SECURE"]:
            headers.setdefault("Strict-Transport-Security", f"max-age={_KEPT_FOR_S}")
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response


def csp_nonce() -> str:
    """Return the nonce of this answer."""
    nonce: str = g.setdefault("csp_nonce", secrets.token_urlsafe(16))
    return nonce


def _policy(nonce: str | None) -> str:
    own = "'self'" if nonce is None else f"'self' 'nonce-{nonce}'"
    return (
        f"default-src 'self'; script-src {own}; style-src {own}; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
