"""Refusals and failures as pages, and as JSON where data was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.errors import DATA_PREFIX, Refusal, RefusalKind

_OWN_PAGES = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR}


def set_up_error_pages(app: Flask) -> None:
    """Answer every refusal and every HTTP error in the language of the visitor."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _http_error)
    app.register_error_handler(HTTPException, _http_error)


def refusal_told(kind: RefusalKind, details: Sequence[str] = ()) -> dict[str, Any]:
    """Return what is told of a refusal, in the language of the visitor."""
    return {
        "code": kind.code,
        "what": gettext(kind.what),
        "details": list(details),
        "next_step": gettext(kind.next_step),
    }


def _refusal(refusal: Refusal) -> tuple[str | Response, int]:
    kind, told = refusal.kind, refusal_told(refusal.kind, refusal.details)
    if request.path.startswith(DATA_PREFIX):
        return jsonify(error=told), kind.status
    page = kind.status.value if kind.status in _OWN_PAGES else HTTPStatus.NOT_FOUND.value
    return render_template(f"errors/{page}.html", **told), kind.status


def _http_error(error: HTTPException) -> tuple[str | Response, int] | HTTPException:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status < HTTPStatus.BAD_REQUEST:
        return error
    if request.path.startswith(DATA_PREFIX):
        # A program is told to come again later, rather than that it asked for something impossible.
        if isinstance(getattr(error, "original_exception", None), OperationalError):
            status = HTTPStatus.SERVICE_UNAVAILABLE
        return jsonify(error={"code": status.phrase.lower().replace(" ", "-"), "what": status.phrase}), status
    if status in _OWN_PAGES:
        return render_template(f"errors/{status.value}.html"), status
    return error
