"""The imports there were: the list, what each of them changed, undoing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope
from app.database.engine import db
from app.errors import NO_SUCH_IMPORT, Refusal
from app.i18n import reader_language
from app.registry.importing.done import import_page, imports_page, places_of
from app.registry.importing.scope import importable_keys
from app.registry.importing.texts import Showing, kind_names
from app.registry.importing.undo import import_of, undo_import
from app.registry.models import RegistryImport
from app.registry.writing import writing_scope
from app.said import page_asked

PAGE_ROWS = 100

imported_views = Blueprint("imported", __name__)


@imported_views.get("/registry/imports")
@needs(Permission.WRITE_REGISTRY)
def imports() -> str:
    page = page_asked()
    found, count = imports_page(
        db.session, scope=_scope(), account_id=current_user.id, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS
    )
    kinds = kind_names(reader_language(), gettext)
    return render_template(
        "registry/imports.html",
        imports=found,
        kinds=kinds,
        page=page,
        pages=-(-count // PAGE_ROWS),
        importable=[(key, kinds[key]) for key in importable_keys(_scope())],
        may_scenario=_scope() is None,
    )


@imported_views.get("/registry/imports/<int:import_id>")
@needs(Permission.WRITE_REGISTRY)
def import_page_of(import_id: int) -> str:
    return _import_page(_import(import_id))


@imported_views.post("/registry/imports/<int:import_id>/undo")
@needs(Permission.WRITE_REGISTRY)
def undo(import_id: int) -> BaseResponse | tuple[str, int]:
    done = _import(import_id, lock=True)
    try:
        undone = undo_import(db.session, done)
    except Refusal as refusal:
        db.session.rollback()
        return _import_page(_import(import_id), refusal=refusal), refusal.kind.status
    db.session.commit()
    if undone:
        flash(gettext("Undone. Every record of this import is as it was before."), "success")
    return redirect(url_for("imported.import_page_of", import_id=import_id))


def _import_page(done: RegistryImport, refusal: Refusal | None = None) -> str:
    page = page_asked()
    changes, count = import_page(db.session, done, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    showing = Showing(db.session, reader_language(), gettext)
    return render_template(
        "registry/import_done.html",
        done=done,
        kinds=kind_names(reader_language(), gettext),
        changes=[(change.kind, shown) for change, shown in zip(changes, showing.changes(changes), strict=True)],
        features=places_of(db.session, done, lambda key, name: url_for("registry.thing_page", key=key, thing_id=name)),
        page=page,
        pages=-(-count // PAGE_ROWS),
        refusal=refusal,
    )


def _import(import_id: int, *, lock: bool = False) -> RegistryImport:
    found = import_of(db.session, import_id, scope=_scope(), account_id=current_user.id, lock=lock)
    if found is None:
        raise Refusal(NO_SUCH_IMPORT, [str(import_id)])
    return found


def _scope() -> Scope | None:
    return writing_scope(current_user)
