"""Layouts of a yard searched for from the page: begun, watched, cancelled, kept as proposals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.config import Config
from app.database.engine import db
from app.errors import NO_SUCH_THING, Refusal
from app.fire_safety.drawings.design_runs import begin_run, cancel_run, proposals_of, run_of
from app.fire_safety.drawings.fault_texts import reason_text
from app.fire_safety.drawings.proposals import add_proposals
from app.fire_safety.drawings.queries import version_of
from app.registry.models import TransferYard
from app.storage.queries import yard_within

SEARCH_S = (15, 30, 60)

design_views = Blueprint("design", __name__, template_folder="templates")


@design_views.get("/yards/<yard_id>/drawing/design")
@needs(Permission.WRITE_STACKS)
def page(yard_id: str) -> str:
    yard = _yard(yard_id)
    return render_template(
        "drawings/design.html",
        yard=yard,
        version=version_of(db.session, yard_id, request.args.get("version", type=int)),
        run=run_of(_folder(), yard_id),
        reason_text=reason_text,
        choices=[(str(seconds), gettext("%(seconds)s s", seconds=seconds)) for seconds in SEARCH_S],
    )


@design_views.get("/data/yards/<yard_id>/drawing/design")
@needs(Permission.WRITE_STACKS)
def state(yard_id: str) -> dict[str, Any]:
    """How far the search is: `{"state", "elapsed_s", "seconds"}`, with null for no search."""
    _yard(yard_id)
    run = run_of(_folder(), yard_id)
    if run is None:
        return {"state": None, "elapsed_s": 0, "seconds": 0}
    return {"state": run.state.value, "elapsed_s": run.elapsed_s, "seconds": run.seconds}


@design_views.post("/yards/<yard_id>/drawing/design")
@needs(Permission.WRITE_STACKS)
def begin(yard_id: str) -> Response:
    _yard(yard_id)
    version = version_of(db.session, yard_id, request.form.get("version", type=int))
    if version is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    seconds = request.form.get("seconds", type=int)
    seconds = seconds if seconds in SEARCH_S else SEARCH_S[0]
    if not begin_run(_folder(), yard_id, version.version, version.geojson, seconds):
        flash(gettext("A search goes on already: one at a time. Wait for it, or cancel it."), "warning")
    return redirect(url_for("design.page", yard_id=yard_id))


@design_views.post("/yards/<yard_id>/drawing/design/cancel")
@needs(Permission.WRITE_STACKS)
def cancel(yard_id: str) -> Response:
    _yard(yard_id)
    cancel_run(_folder(), yard_id)
    flash(gettext("Cancelled. Nothing was kept."), "success")
    return redirect(url_for("design.page", yard_id=yard_id))


@design_views.post("/yards/<yard_id>/drawing/design/keep")
@needs(Permission.WRITE_STACKS)
def keep(yard_id: str) -> Response:
    """Keep what was found as versions that are not in force, beside the one that it began with."""
    yard, run = _yard(yard_id), run_of(_folder(), yard_id)
    files = proposals_of(_folder(), yard_id)
    if run is None or not files:
        raise Refusal(NO_SUCH_THING, [yard_id])
    versions = list(dict.fromkeys(version.version for version in add_proposals(db.session, yard, files)))
    db.session.commit()
    cancel_run(_folder(), yard_id)
    flash(gettext("%(count)s proposals are kept. None is in force yet.", count=len(versions)), "success")
    chosen = versions if len(versions) > 2 else [run.version, *versions]
    return redirect(url_for("compare.page", yard_id=yard_id, v=chosen))


def _folder() -> Path:
    config: Config = current_app.extensions["strawline.config"]
    return config.instance / "designs"


def _yard(yard_id: str) -> TransferYard:
    found = yard_within(db.session, yard_id, scope_of(current_user, Permission.WRITE_STACKS))
    if found is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    return found
