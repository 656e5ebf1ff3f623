"""The register as a scenario folder to take away: what the planner reads, zipped."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Blueprint, Response

from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.downloads import download
from app.file_exchange.archives import Limits
from app.registry.importing.files import FileRead

scenario_views = Blueprint("scenario", __name__)


@scenario_views.get("/registry/export/scenario.zip")
@needs(Permission.READ_PLANS)
def scenario_folder() -> Response:
    _name, content = _exchange().scenario_zip(db.session)
    return download(content, f"scenario-{business_day():%Y%m%d}.zip", "application/zip")


def read_scenario_zip(data: bytes, limits: Limits) -> FileRead:
    """Return what a zipped scenario folder says of each kind of record. Never raises."""
    read: FileRead = _exchange().read_scenario_zip(data, limits)
    return read


def _exchange() -> Any:
    """Read when it is needed: no other page waits for the planner's libraries, and no start does."""
    return import_module("app.dispatch.scenario_exchange")
