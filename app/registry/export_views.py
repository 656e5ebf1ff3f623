"""The register as files: a list as GeoJSON, all of it as one workbook. (A list as Excel stands beside the list.)"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import shapely
from flask import Blueprint, Response, request
from flask_babel import gettext
from flask_login import current_user
from shapely.geometry.base import BaseGeometry

from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope, scope_of
from app.clock import business_day
from app.database.engine import db
from app.downloads import download
from app.errors import NO_SUCH_LIST, Refusal
from app.file_exchange.coordinates import CoordinateSystem
from app.file_exchange.geojson_out import in_system, write_geojson
from app.file_exchange.kinds import TimeKind
from app.file_exchange.workbooks_out import write_workbook
from app.i18n import reader_language
from app.registry.kinds import KINDS, RecordKind, kind_of
from app.registry.lists import list_page
from app.registry.views import AskedList

export_views = Blueprint("export", __name__)


@export_views.get("/registry/<key>.geojson")
@needs(Permission.READ_REGISTRY)
def geojson_of(key: str) -> Response:
    kind = kind_of(key)
    if not kind.has_place:
        raise Refusal(NO_SUCH_LIST, [key])
    system = CoordinateSystem.GCJ02 if request.args.get("system") == "gcj02" else CoordinateSystem.WGS84
    content = write_geojson(in_system(features(kind, AskedList(kind).rows().rows), system))
    mark = "" if system is CoordinateSystem.WGS84 else f"-{system}"
    return download(content, f"{key}-{business_day():%Y%m%d}{mark}.geojson", "application/geo+json")


@export_views.get("/registry/export/register.xlsx")
@needs(Permission.READ_REGISTRY)
def whole_register() -> Response:
    scope = scope_of(current_user)
    sheets = [(kind.table, _records(kind, scope)) for kind in KINDS.values()]
    content = write_workbook(sheets, language=reader_language(), translate=gettext)
    return download(content, f"register-{business_day():%Y%m%d}.xlsx")


def features(kind: RecordKind, rows: Any) -> Iterator[tuple[BaseGeometry, Mapping[str, object]]]:
    """Yield each record's outline, else its point, in WGS-84, with its members as an import reads them."""
    for row in rows:
        outline = getattr(row, "outline", None)
        shape = shapely.Point(row.lon, row.lat) if outline is None else shapely.from_geojson(json.dumps(outline))
        yield (
            shape,
            {
                column.key: value
                if value is None or not isinstance(column.kind, TimeKind)
                else column.kind.written(value, "en")
                for column in kind.columns
                if column.key not in ("lon", "lat")
                for value in [getattr(row, column.key)]
            },
        )


def _records(kind: RecordKind, scope: Scope | None) -> list[dict[str, Any]]:
    rows = list_page(db.session, kind.key, scope=scope).rows
    return [{column.key: getattr(row, column.key) for column in kind.columns} for row in rows]
