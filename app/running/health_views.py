"""What programs ask: is the server well (/healthz, anyone), and how does it fare (/metrics, with a token)."""

from __future__ import annotations

import hmac
from http import HTTPStatus

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.permissions import Door, needs
from app.config import Config
from app.database.engine import db
from app.running.metrics import CONTENT_TYPE, figures

health_views = Blueprint("health", __name__)


@health_views.get("/healthz")
@needs(Door.ANYONE)
def healthz() -> Response:
    """200 where the database answers, else 503; nothing more is told."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("not ok\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@health_views.get("/metrics")
@needs(Door.PROGRAMS)
def metrics() -> Response:
    """The figures for whoever shows the token of the settings; without one there is no such page."""
    config: Config = current_app.extensions["strawline.config"]
    if config.metrics_token is None:
        abort(HTTPStatus.NOT_FOUND)
    shown = request.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode(), f"Bearer {config.metrics_token}".encode()):
        return Response("", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    return Response(figures(config), content_type=CONTENT_TYPE)
