"""What every map has below: the county's towns. Its roads are /data/roads.json, which the day's map reads too."""

from __future__ import annotations

from flask import Blueprint, Response

from app.accounts.permissions import Permission, needs
from app.database.engine import db
from app.dispatch.answer_cache import json_body, json_response
from app.registry.lists import list_page

base_map_views = Blueprint("base_map", __name__)


@base_map_views.get("/data/base_map.json")
@needs(Permission.READ_REGISTRY)
def base_map_data() -> Response:
    """Names and middles of all towns, as on any map on a wall: whose things somebody may see says nothing of these."""
    towns = list_page(db.session, "towns", scope=None).rows
    return json_response(
        json_body({"towns": [{"name": town.name, "lon": town.lon, "lat": town.lat} for town in towns]})
    )
