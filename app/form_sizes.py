"""How much a form may hold: little, but where a route says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, current_app, request, session

# As large as all other forms and data may be.
USUAL_BYTES: Final = 1024 * 1024
_MARK = "takes_up_to_bytes"

View = TypeVar("View", bound=Callable[..., Any])


def takes_up_to(most_bytes: int) -> Callable[[View], View]:
    """Mark a view: what members send it may be so large. More is refused before it is read."""

    def mark(view: View) -> View:
        setattr(view, _MARK, most_bytes)
        return view

    return mark


def set_up_form_sizes(app: Flask) -> None:
    """Comes before whatever reads a form."""
    app.config["MAX_CONTENT_LENGTH"] = USUAL_BYTES
    app.url_value_preprocessor(_allow)


def _allow(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    view = current_app.view_functions.get(endpoint or "")
    if "_user_id" in session:
        request.max_content_length = getattr(view, _MARK, USUAL_BYTES)
