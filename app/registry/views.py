"""The registry's pages: a list for each kind of thing, one thing, the list as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope, scope_of
from app.database.engine import db
from app.errors import NO_SUCH_LIST, NO_SUCH_THING, Refusal
from app.file_exchange.columns import Column
from app.file_exchange.kinds import NumberKind
from app.file_exchange.workbooks_out import write_workbook
from app.registry.lists import MODELS, columns_of, list_page, table_of, thing
from app.registry.models import Town
from app.registry.queries import current_season, place_choices

PAGE_ROWS = 100
# What is shown of numbers; the workbook has all of it.
_DECIMALS = {"degree": 5, "yuan": 2}
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

registry_views = Blueprint("registry", __name__, template_folder="templates")


@registry_views.get("/registry")
@needs(Permission.READ_REGISTRY)
def first_page() -> BaseResponse:
    season = current_season(db.session)
    seen = (key for key in MODELS if list_page(db.session, season, key, scope=_scope(), limit=1).count)
    return redirect(url_for("registry.list_of", key=next(seen, "truck_classes")))


@registry_views.get("/registry/<key>")
@needs(Permission.READ_REGISTRY)
def list_of(key: str) -> str:
    season, columns = current_season(db.session), _columns(key)
    page = max(request.args.get("page", 1, type=int), 1)
    asked, towns = _asked(), _town_names()
    found = list_page(db.session, season, key, scope=_scope(), offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS, **asked)
    return render_template(
        "registry/list.html",
        key=key,
        season=season,
        kinds=_kinds(),
        columns=[_heading(key, column, asked) for column in columns],
        rows=[(_id(key, row), [_cell(column, row, towns) for column in columns]) for row in found.rows],
        features=_features(key, found.rows),
        asked=asked,
        count=found.count,
        page=page,
        pages=-(-found.count // PAGE_ROWS),
    )


@registry_views.get("/registry/<key>.xlsx")
@needs(Permission.READ_REGISTRY)
def workbook_of(key: str) -> Response:
    season, columns = current_season(db.session), _columns(key)
    found = list_page(db.session, season, key, scope=_scope(), **_asked())
    rows = ({column.key: getattr(row, column.key) for column in columns} for row in found.rows)
    content = write_workbook([(table_of(key), rows)], language=_language(), translate=gettext)
    answer = Response(content, mimetype=_WORKBOOK)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{key}-{season.season_start.year}.xlsx")
    return answer


@registry_views.get("/registry/<key>/<thing_id>")
@needs(Permission.READ_REGISTRY)
def thing_page(key: str, thing_id: str) -> str:
    season, columns = current_season(db.session), _columns(key)
    row, towns = thing(db.session, season, key, thing_id, scope=_scope()), _town_names()
    if row is None:
        raise Refusal(NO_SUCH_THING, [thing_id])
    return render_template(
        "registry/thing.html",
        key=key,
        kind=table_of(key).name(_language()),
        name=getattr(row, "name", None) or thing_id,
        facts=[(_label(column), _cell(column, row, towns)) for column in columns],
        features=_features(key, [row]),
    )


def _scope() -> Scope | None:
    return scope_of(current_user)


def _town_names() -> dict[str, str]:
    return dict(place_choices(db.session)["town"])


def _columns(key: str) -> tuple[Column, ...]:
    if key not in MODELS:
        raise Refusal(NO_SUCH_LIST, [key])
    return columns_of(key)


def _asked() -> dict[str, Any]:
    sort = request.args.get("sort", "")
    return {
        "sought": request.args.get("q", "").strip()[:200],
        "sort": sort.removeprefix("-"),
        "descending": sort.startswith("-"),
    }


def _language() -> str:
    return str(get_locale() or "zh")


def _kinds() -> list[tuple[str, str]]:
    return [(key, table_of(key).name(_language())) for key in MODELS]


def _heading(key: str, column: Column, asked: dict[str, Any]) -> dict[str, object]:
    """What the table's macro takes; a click on the heading sorts, the next one the other way round."""
    sorted_ = asked["sort"] == column.key
    sort = f"-{column.key}" if sorted_ and not asked["descending"] else column.key
    return {
        "label": _label(column),
        "kind": "number" if isinstance(column.kind, NumberKind) else "text",
        "sorted": ("descending" if asked["descending"] else "ascending") if sorted_ else "none",
        "href": url_for("registry.list_of", key=key, q=asked["sought"] or None, sort=sort),
    }


def _label(column: Column) -> str:
    return column.name(_language())


def _id(key: str, row: Any) -> str:
    return str(getattr(row, columns_of(key)[0].key))


def _cell(column: Column, row: Any, towns: Mapping[str, str]) -> tuple[str, object]:
    """Whether a number, a day or a text is shown, and what; None where there is nothing. A town has its name."""
    value = getattr(row, column.key)
    if column.key == "town_id" and not isinstance(row, Town):
        return "text", towns.get(value, value)
    if value is None:
        return "text", None
    written = column.kind.written(value, _language())
    if isinstance(column.kind, NumberKind):
        return "number", (written, min(column.kind.decimals, _DECIMALS.get(column.kind.quantity, 1)))
    if hasattr(written, "strftime") and not hasattr(written, "year"):
        return "text", written.strftime("%H:%M")
    return ("day", written) if hasattr(written, "isoformat") and hasattr(written, "year") else ("text", written)


def _features(key: str, rows: Any) -> dict[str, object] | None:
    """The rows that lie somewhere, for the map."""
    if not hasattr(MODELS[key], "lon"):
        return None
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
                "properties": {
                    "name": getattr(row, "name", None) or _id(key, row),
                    "href": url_for("registry.thing_page", key=key, thing_id=_id(key, row)),
                },
            }
            for row in rows
        ],
    }
