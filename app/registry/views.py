"""The registry's pages: a list for each kind of thing, one thing, the list as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope, scope_of
from app.clock import business_day
from app.database.engine import db
from app.downloads import download
from app.errors import NO_SUCH_THING, Refusal
from app.file_exchange.columns import Column
from app.file_exchange.kinds import NumberKind
from app.file_exchange.workbooks_out import write_workbook
from app.i18n import reader_language
from app.registry.cells import cell, columns_in_order, grouped
from app.registry.filters import (
    FILING_TEXTS,
    STATE,
    STEP_TEXTS,
    WITHDRAWN,
    asked_filters,
    conditions,
    list_filters,
    order_by,
)
from app.registry.forms import form_columns
from app.registry.history import HistoryLine, record_history
from app.registry.instruments import INSTRUMENT_KINDS, STATE_BADGES, STATE_TEXTS, certificate_on
from app.registry.kinds import KINDS, RecordKind, kind_of
from app.registry.lists import ListPage, is_asked, list_page, points_of, record_of
from app.registry.names import name_of, names_by_column, names_of_codes
from app.registry.procedures.approvals import state_on
from app.registry.procedures.filings import filing_state
from app.registry.procedures.panels import approval_panel, filing_panel
from app.registry.record_facts import Referring, notes_on, referring
from app.registry.writing import PROCEDURE_MEMBERS, may_write_kind, writable_record, writing_scope
from app.said import page_asked
from app.texts import _

# Under this name the app keeps what other parts of it add to the pages of records, by the kind's key.
PANELS_EXTENSION = "strawline.record_panels"
PAGE_ROWS = 100
HISTORY_LINES = 50
# The lists in the order of the pages.
SHOWN_KINDS = (
    "fields", "growers", "collecting_bodies", "yards", "plants", "trucks", "balers", "scales", "meters",
    "recycling_points", "purchased_machines", "material_uses", "truck_classes", "approvals", "materials", "towns",
    "seasons",
)  # fmt: skip

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
    asked = AskedList(kind)
    page = page_asked()
    found = asked.rows(offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    columns, names, spoken = columns_in_order(kind), names_by_column(db.session, kind, found.rows), reader_language()
    return render_template(
        "registry/list.html",
        key=key,
        kinds=_kinds(),
        columns=[_heading(asked, column) for column in columns],
        rows=[(kind.id_of(row), [cell(c, getattr(row, c.key), names, spoken) for c in columns]) for row in found.rows],
        states=[_state_text(kind, row) for row in found.rows],
        state_heading=gettext(_STATE_HEADINGS[key]) if key in _STATE_HEADINGS else None,
        points_address=_address("registry.points", key, asked.address_parts) if kind.has_place else None,
        asked=asked,
        filters=list_filters(db.session, kind, _scope(), asked.filters, reader_language()),
        count=found.count,
        page=page,
        pages=-(-found.count // PAGE_ROWS),
        new_address=_new_address(kind),
    )


@registry_views.get("/data/registry/<key>/points")
@needs(Permission.READ_REGISTRY)
def points(key: str) -> Response:
    """Where all records of the list lie, not only those of one page."""
    kind = kind_of(key)
    found = points_of(db.session, kind, AskedList(kind).condition) if kind.has_place else []
    return jsonify({"pages": f"{url_for('registry.list_of', key=key)}/", "points": found})


@registry_views.get("/registry/<key>.xlsx")
@needs(Permission.READ_REGISTRY)
def workbook_of(key: str) -> Response:
    kind = kind_of(key)
    found = AskedList(kind).rows()
    rows = ({column.key: getattr(row, column.key) for column in kind.columns} for row in found.rows)
    content = write_workbook([(kind.table, rows)], language=reader_language(), translate=gettext)
    return download(content, f"{key}-{business_day():%Y%m%d}.xlsx")


@registry_views.get("/registry/<key>/<thing_id>")
@needs(Permission.READ_REGISTRY)
def thing_page(key: str, thing_id: str) -> str:
    kind = kind_of(key)
    row = record_of(db.session, key, thing_id, scope=_scope())
    if row is None:
        raise Refusal(NO_SUCH_THING, [thing_id])
    names = names_by_column(db.session, kind, [row])
    history, history_count = record_history(db.session, kind, thing_id, limit=HISTORY_LINES)
    refers = referring(db.session, kind, thing_id, _scope())
    return render_template(
        "registry/thing.html",
        key=key,
        kind=kind.table.name(reader_language()),
        thing_id=thing_id,
        name=_title(kind, row, names),
        row=row,
        groups=[
            (title, [(label(c), cell(c, getattr(row, c.key), names, reader_language())) for c in columns])
            for title, columns in grouped(_shown_columns(kind))
        ],
        readable=_readable(kind, row),
        state=_state_text(kind, row),
        referring=[(each, _referring_text(each)) for each in refers],
        notes=notes_on(db.session, kind, row, business_day()),
        history=[(line, _changed(kind, line)) for line in history],
        history_count=history_count,
        may_write=_may_write(kind, thing_id),
        features=_features(kind, [row]),
        procedure=_procedure(kind, row),
        panel=_panel(kind, row),
    )


class AskedList:
    """What the address asks of a list: words, filters, order."""

    def __init__(self, kind: RecordKind) -> None:
        sort = request.args.get("sort", "")
        self.kind = kind
        self.sought = request.args.get("q", "").strip()[:200]
        self.sort, self.descending = sort.removeprefix("-"), sort.startswith("-")
        self.filters = asked_filters(kind, request.args)
        self.withdrawn = self.filters.get(STATE) == WITHDRAWN

    def rows(self, *, offset: int = 0, limit: int | None = None) -> ListPage:
        return list_page(
            db.session, self.kind.key, scope=_scope(), sought=self.sought, withdrawn=self.withdrawn,
            where=conditions(self.kind, self.filters, business_day()),
            order=order_by(db.session, self.kind, self.sort, descending=self.descending, language=reader_language()),
            offset=offset, limit=limit,
        )  # fmt: skip

    @property
    def condition(self) -> ColumnElement[bool]:
        """What holds for every record of the list."""
        asked = is_asked(self.kind, scope=_scope(), sought=self.sought, withdrawn=self.withdrawn)
        return and_(asked, *conditions(self.kind, self.filters, business_day()))

    @property
    def address_parts(self) -> dict[str, str]:
        """What an address needs to ask for the same."""
        sort = {"sort": f"{'-' if self.descending else ''}{self.sort}"} if self.sort else {}
        return {**self.filters, **({"q": self.sought} if self.sought else {}), **sort}

    @property
    def narrows(self) -> bool:
        return bool(self.sought or self.filters)


def label(column: Column) -> str:
    """What a column is called."""
    return column.name(reader_language())


def _scope() -> Scope | None:
    return scope_of(current_user)


def _kinds() -> list[tuple[str, str]]:
    return [(key, kind_of(key).table.name(reader_language())) for key in SHOWN_KINDS]


def _list_address(key: str, parts: Mapping[str, str]) -> str:
    """The address of a list with these filters, words and order."""
    return _address("registry.list_of", key, parts)


def _address(endpoint: str, key: str, parts: Mapping[str, str]) -> str:
    values: dict[str, Any] = {"key": key, **parts}
    return url_for(endpoint, **values)


def _heading(asked: AskedList, column: Column) -> dict[str, object]:
    """What the table's macro takes; a click on the heading sorts, the next one the other way round."""
    sorted_ = asked.sort == column.key
    sort = f"-{column.key}" if sorted_ and not asked.descending else column.key
    return {
        "label": label(column),
        "kind": "number" if isinstance(column.kind, NumberKind) else "text",
        "sorted": ("descending" if asked.descending else "ascending") if sorted_ else "none",
        "href": _list_address(asked.kind.key, {**asked.address_parts, "sort": sort}),
    }


def _shown_columns(kind: RecordKind) -> tuple[Column, ...]:
    """What stands among the facts: the steps of a procedure stand in its line."""
    steps = PROCEDURE_MEMBERS.get(kind.key, frozenset())
    columns = form_columns(kind, is_new=True) if kind.key == "approvals" else kind.columns
    return tuple(column for column in columns if column.key not in steps)


def _title(kind: RecordKind, row: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    """What the page is called: an approval after the town and the plant that it joins."""
    if kind.key != "approvals":
        return name_of(kind, row)
    return " → ".join(names[key].get(getattr(row, key), getattr(row, key)) for key in ("town_id", "plant_id"))


def _may_write(kind: RecordKind, thing_id: str) -> bool:
    if not may(Permission.WRITE_REGISTRY):
        return False
    return writable_record(db.session, kind, thing_id, writing_scope(current_user)) is not None


def _new_address(kind: RecordKind) -> str | None:
    """Where a record of the kind is added, for those who may."""
    if kind.key == "approvals":
        return url_for("procedures.new_application") if may(Permission.APPLY_FOR_TOWN) else None
    if may(Permission.WRITE_REGISTRY) and may_write_kind(kind, writing_scope(current_user)):
        return url_for("records.new_record", key=kind.key)
    return None


def _state_text(kind: RecordKind, row: Any) -> tuple[str, str] | None:
    """The state of what goes through a procedure, and the kind of its badge."""
    if kind.key == "approvals":
        state = state_on(row, business_day())
        return gettext(STEP_TEXTS[state]), _BADGES.get(state, "waiting")
    if kind.key == "collecting_bodies":
        filing = filing_state(row)
        return gettext(FILING_TEXTS[filing]), _BADGES.get(filing, "waiting")
    if kind.key in INSTRUMENT_KINDS:
        certificate = certificate_on(row, business_day())
        return gettext(STATE_TEXTS[certificate]), STATE_BADGES[certificate]
    return None


_STATE_HEADINGS = {
    "approvals": _("Procedure"), "collecting_bodies": _("Procedure"),
    "scales": _("Verification"), "meters": _("Calibration"),
}  # fmt: skip
_BADGES = {
    "in force": "good", "agreed": "good", "expired": "ended", "withdrawn": "ended", "refused": "bad", "filed": "good",
}  # fmt: skip


def _readable(kind: RecordKind, row: Any) -> set[tuple[str, str]]:
    """The records that this one names and that whoever asks may open."""
    found = set()
    for column in kind.columns:
        value = getattr(row, column.key)
        if column.refers_to is None or value is None:
            continue
        if record_of(db.session, column.refers_to, value, scope=_scope()) is not None:
            found.add((column.refers_to, value))
    return found


def _referring_text(each: Referring) -> dict[str, str | None]:
    of_this = {each.column_key: each.record_id}
    return {
        "kind": KINDS[each.key].table.name(reader_language()),
        "href": _list_address(each.key, of_this),
        "href_withdrawn": _list_address(each.key, {**of_this, STATE: WITHDRAWN}),
        "warning": gettext("not filed: %(count)d", count=each.not_filed) if each.not_filed else None,
    }


def _changed(kind: RecordKind, line: HistoryLine) -> list[dict[str, Any]]:
    columns = {column.key: column for column in kind.columns}
    shown = []
    for key, before, after in line.members:
        column = columns.get(key)
        if column is None:
            shown.append({"label": gettext("Outline"), "before": None, "after": None})
            continue
        codes = {value for value in (before, after) if value is not None} if column.refers_to else set()
        names = {key: names_of_codes(db.session, column.refers_to, codes)} if column.refers_to else {}
        shown.append(
            {
                "label": label(column),
                "before": cell(column, before, names, reader_language()),
                "after": cell(column, after, names, reader_language()),
            }
        )
    return shown


def _procedure(kind: RecordKind, row: Any) -> Mapping[str, Any] | None:
    """What the page of something that goes through a procedure shows of it."""
    if kind.key == "approvals":
        return approval_panel(row)
    return filing_panel(row) if kind.key == "collecting_bodies" else None


def _panel(kind: RecordKind, row: Any) -> Markup | None:
    """What another part of the app has to show of a record, as markup of its own template."""
    panels: Mapping[str, Callable[[Any], Markup]] = current_app.extensions.get(PANELS_EXTENSION, {})
    return panels[kind.key](row) if kind.key in panels else None


def _features(kind: RecordKind, rows: Sequence[Any]) -> dict[str, object] | None:
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
                    "name": name_of(kind, row),
                    "href": url_for("registry.thing_page", key=kind.key, thing_id=kind.id_of(row)),
                },
            }
            for row in rows
        ],
    }
