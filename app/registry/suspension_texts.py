"""Why something is closed, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext


def reason_text(reason: str) -> str:
    """Return the reason of a suspension: what people typed stays as it is, words of a rule or checklist are
    translated."""
    return str(gettext(reason)) if reason else ""
