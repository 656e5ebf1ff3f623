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
from app.clock import business_day
from app.database.engine import db
from app.errors import NO_SUCH_THING, Refusal
from app.file_exchange.columns import Column
from app.file_exchange.kinds import NumberKind
from app.file_exchange.workbooks_out import write_workbook
from app.registry.kinds import RecordKind, kind_of
from app.registry.lists import list_page, record_of
from app.registry.queries import place_choices

PAGE_ROWS = 100
# The lists in the order of the pages.
SHOWN_KINDS = (
    "fields", "growers", "collecting_bodies", "yards", "plants", "trucks", "balers", "truck_classes", "approvals",
    "materials", "towns", "seasons",
)  # fmt: skip
# What is shown of numbers; the workbook has all of it.
_DECIMALS = {"degree": 5, "yuan": 2}
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

registry_views = Blueprint("registry", __name__, template_folder="templates")


@registry_views.get("/registry")
@needs(Permission.READ_REGISTRY)
def first_page() -> BaseResponse:
    seen = (key for key in SHOWN_KINDS if list_page(db.session, key, scope=_scope(), limit=1).count)
    return redirect(url_for("registry.list_of", key=next(seen, SHOWN_KINDS[0])))


@registry_views.get("/registry/<key>")
@needs(Permission.READ_REGISTRY)
def list_of(key: str) -> str:
    kind = kind_of(key)
    page = max(request.args.get("page", 1, type=int), 1)
    asked, towns = _asked(), _town_names()
    found = list_page(db.session, key, scope=_scope(), offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS, **asked)
    return render_template(
        "registry/list.html",
        key=key,
        kinds=_kinds(),
        columns=[_heading(key, column, asked) for column in kind.columns],
        rows=[(_id(kind, row), [_cell(kind, column, row, towns) for column in kind.columns]) for row in found.rows],
        features=_features(kind, found.rows),
        asked=asked,
        count=found.count,
        page=page,
        pages=-(-found.count // PAGE_ROWS),
    )


@registry_views.get("/registry/<key>.xlsx")
@needs(Permission.READ_REGISTRY)
def workbook_of(key: str) -> Response:
    kind = kind_of(key)
    found = list_page(db.session, key, scope=_scope(), **_asked())
    rows = ({column.key: getattr(row, column.key) for column in kind.columns} for row in found.rows)
    content = write_workbook([(kind.table, rows)], language=_language(), translate=gettext)
    answer = Response(content, mimetype=_WORKBOOK)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{key}-{business_day():%Y%m%d}.xlsx")
    return answer


@registry_views.get("/registry/<key>/<thing_id>")
@needs(Permission.READ_REGISTRY)
def thing_page(key: str, thing_id: str) -> str:
    kind = kind_of(key)
    row, towns = record_of(db.session, key, thing_id, scope=_scope()), _town_names()
    if row is None:
        raise Refusal(NO_SUCH_THING, [thing_id])
    return render_template(
        "registry/thing.html",
        key=key,
        kind=kind.table.name(_language()),
        name=getattr(row, "name", None) or thing_id,
        facts=[(_label(column), _cell(kind, column, row, towns)) for column in kind.columns],
        features=_features(kind, [row]),
    )


def _scope() -> Scope | None:
    return scope_of(current_user)


def _town_names() -> dict[str, str]:
    return dict(place_choices(db.session)["town"])


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
    return [(key, kind_of(key).table.name(_language())) for key in SHOWN_KINDS]


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


def _id(kind: RecordKind, row: Any) -> str:
    return kind.record_id({name: getattr(row, name) for name in kind.table.id_keys})


def _cell(kind: RecordKind, column: Column, row: Any, towns: Mapping[str, str]) -> tuple[str, object]:
    """Whether a number, a day or a text is shown, and what; None where there is nothing. A town has its name."""
    value = getattr(row, column.key)
    if column.refers_to == "towns":
        return "text", towns.get(value, value)
    if value is None:
        return "text", None
    written = column.kind.written(value, _language())
    if isinstance(column.kind, NumberKind):
        return "number", (written, min(column.kind.decimals, _DECIMALS.get(column.kind.quantity, 1)))
    if hasattr(written, "strftime") and not hasattr(written, "year"):
        return "text", written.strftime("%H:%M")
    return ("day", written) if hasattr(written, "isoformat") and hasattr(written, "year") else ("text", written)


def _features(kind: RecordKind, rows: Any) -> dict[str, object] | None:
    """The records that lie somewhere, for the map."""
    if not kind.has_place:
        return None
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
                "properties": {
                    "name": getattr(row, "name", None) or _id(kind, row),
                    "href": url_for("registry.thing_page", key=kind.key, thing_id=_id(kind, row)),
                },
            }
            for row in rows
        ],
    }
