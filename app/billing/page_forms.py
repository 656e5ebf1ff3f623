"""What the forms of several pages of money say."""

from __future__ import annotations

from flask import request

from app.errors import REASON_NEEDED, Refusal

_LONGEST_REASON = 500


def reason_said() -> str:
    """Return the reason in the form; raises Refusal where there is none."""
    reason = request.form.get("reason", "").strip()[:_LONGEST_REASON]
    if not reason:
        raise Refusal(REASON_NEEDED)
    return reason
