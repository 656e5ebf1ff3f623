"""Pages of a yard's drawing: what it breaks, its versions, the editor, and a sheet for the brigade."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import business_day, now
from app.database.engine import db, write_from_here
from app.downloads import download
from app.errors import NO_SUCH_THING, REASON_NEEDED, STACK_NOT_EMPTY, Refusal
from app.fire_safety.drawings.fault_texts import fault_text
from app.fire_safety.drawings.models import YardDrawingVersion
from app.fire_safety.drawings.operations import add_version, put_in_force
from app.fire_safety.drawings.queries import Judged, drawing_of_yard, judged, version_of, versions_of
from app.fire_safety.drawings.rule_texts import KIND_TEXTS, limit_texts, told_findings
from app.fire_safety.drawings.sketch import sketch_of
from app.fire_safety.drawings.wishes import answer_wish, last_answer, open_wish, wish_in_force
from app.fire_safety.inspections.drawing_closings import watch_drawing
from app.registry.legal_capacity import drawn_capacity
from app.registry.models import TransferYard
from app.storage.queries import yard_within
from yard_rules.finding import Severity
from yard_rules.yard_drawing import DrawingFaults, to_geojson

_LONGEST_NOTE = 500
_PAPERS = ("a4", "a3")

drawing_views = Blueprint("drawings", __name__, template_folder="templates")


@drawing_views.get("/yards/<yard_id>/drawing")
@needs(Permission.READ_STOCK)
def drawing_page(yard_id: str) -> str:
    return _page(_yard(yard_id), ())


@drawing_views.post("/yards/<yard_id>/drawing")
@needs(Permission.WRITE_STACKS)
def upload(yard_id: str) -> BaseResponse | tuple[str, int]:
    """Keep a GeoJSON file as the next version; with faults nothing is kept and all are told."""
    yard = _yard(yard_id)
    chosen = request.files.get("file")
    if chosen is None or not chosen.filename:
        return _page(yard, [gettext("Choose a file.")]), 422
    content = chosen.read()
    try:
        drawing_of_yard(content, yard_id)
    except DrawingFaults as faults:
        return _page(yard, [fault_text(fault) for fault in faults.faults]), 422
    version = add_version(db.session, yard, content.decode("utf-8-sig"), note=_note(request.form.get("note")))
    number = version.version
    db.session.commit()
    flash(gettext("Kept as version %(number)s. It is not in force yet.", number=number), "success")
    return redirect(url_for("drawings.drawing_page", yard_id=yard_id, version=number))


@drawing_views.post("/yards/<yard_id>/drawing/in-force")
@needs(Permission.WRITE_STACKS)
def let_hold(yard_id: str) -> BaseResponse:
    """Put a version in force: its stacks become the yard's, its capacity the yard's limit. One with findings that block
    asks first, with all of them, and needs somebody who agrees."""
    write_from_here()
    yard, version = _yard(yard_id), _asked_version(yard_id)
    found = _judged(version)
    if found.counts[Severity.BLOCKS]:
        return redirect(url_for("drawings.wish_page", yard_id=yard_id, version=version.version))
    return _put_in_force(yard, version, found)


@drawing_views.get("/yards/<yard_id>/drawing/in-force")
@needs(Permission.READ_STOCK)
def wish_page(yard_id: str) -> str | BaseResponse:
    """What of a version blocks, and who wants it in force all the same; without a version, all of them."""
    if "version" not in request.args:
        return redirect(url_for("drawings.drawing_page", yard_id=yard_id))
    yard, version = _yard(yard_id), _asked_version(yard_id)
    found = _judged(version)
    wish = open_wish(db.session, yard_id, version.version)
    blocking = [it for it in told_findings(found.findings, found.drawing) if it.finding.severity is Severity.BLOCKS]
    return render_template(
        "drawings/wish.html",
        yard=yard,
        version=version,
        wish=wish,
        answer=last_answer(db.session, yard_id, version.version),
        may_wish=may(Permission.WRITE_STACKS) and wish is None,
        may_agree=may(Permission.AGREE_TO_DRAWINGS) and wish is not None and wish.wished_by != current_user.id,
        **(_shown(found, version) | {"told": blocking}),
    )


@drawing_views.post("/yards/<yard_id>/drawing/wish")
@needs(Permission.WRITE_STACKS)
def wish(yard_id: str) -> BaseResponse:
    """Ask the fire brigade or the town to agree."""
    write_from_here()
    yard, version, reason = _yard(yard_id), _asked_version(yard_id), _note(request.form.get("reason"))
    if reason is None:
        raise Refusal(REASON_NEEDED)
    number = version.version
    wish_in_force(db.session, yard, version, _judged(version), reason=reason)
    db.session.commit()
    flash(gettext("Asked for. It takes effect when the fire brigade or the town agrees."), "success")
    return redirect(url_for("drawings.wish_page", yard_id=yard_id, version=number))


@drawing_views.post("/yards/<yard_id>/drawing/wish/answer")
@needs(Permission.AGREE_TO_DRAWINGS)
def answer(yard_id: str) -> BaseResponse:
    """Agree, and the version is in force and closes what it shows to be dangerous; or decline with a reason."""
    write_from_here()
    yard, version = _yard(yard_id), _asked_version(yard_id)
    is_agreed, reason = request.form.get("answer") == "agree", _note(request.form.get("reason"))
    if not is_agreed and reason is None:
        raise Refusal(REASON_NEEDED)
    answer_wish(db.session, yard, version, is_agreed=is_agreed, reason=reason)
    if is_agreed:
        return _put_in_force(yard, version, _judged(version))
    number = version.version
    db.session.commit()
    flash(gettext("Declined: version %(number)s does not go in force.", number=number), "success")
    return redirect(url_for("drawings.wish_page", yard_id=yard_id, version=number))


@drawing_views.get("/yards/<yard_id>/drawing.geojson")
@needs(Permission.READ_STOCK)
def drawing_file(yard_id: str) -> Response | BaseResponse:
    _yard(yard_id)
    version = _version(yard_id)
    if version is None:
        return _nothing_drawn(yard_id)
    return download(version.geojson, f"{yard_id}-v{version.version}.geojson", "application/geo+json")


@drawing_views.get("/yards/<yard_id>/drawing/print")
@needs(Permission.READ_STOCK)
def sheet(yard_id: str) -> str | BaseResponse:
    """The drawing for the brigade, on A4 or A3."""
    yard = _yard(yard_id)
    version = _version(yard_id)
    if version is None:
        return _nothing_drawn(yard_id)
    found = _judged(version)
    return render_template(
        "drawings/sheet.html",
        yard=yard,
        version=version,
        held=drawn_capacity(db.session, yard_id),
        today=business_day(),
        paper=request.args["paper"] if request.args.get("paper") in _PAPERS else _PAPERS[0],
        papers=_PAPERS,
        **_shown(found, version),
    )


@drawing_views.get("/yards/<yard_id>/drawing/edit")
@needs(Permission.WRITE_STACKS)
def editor(yard_id: str) -> str | BaseResponse:
    yard = _yard(yard_id)
    version = _version(yard_id)
    if version is None:
        return _nothing_drawn(yard_id)
    found = _judged(version)
    return render_template(
        "drawings/editor.html", yard=yard, version=version, content=to_geojson(found.drawing), **_shown(found, version)
    )


@drawing_views.post("/data/yards/<yard_id>/drawing/check")
@needs(Permission.READ_STOCK)
def check(yard_id: str) -> tuple[dict[str, Any], int]:
    """What the drawing that was sent breaks: the list and the marks on the drawing as parts of the page, the findings
    as values. Keeps nothing."""
    _yard(yard_id)
    try:
        found = judged(drawing_of_yard(request.get_data(), yard_id))
    except DrawingFaults as faults:
        return {"faults": [fault_text(fault) for fault in faults.faults]}, 422
    shown = _shown(found)
    return {
        "findings": [finding.as_json(shown["mend_from"]) for finding in found.findings],
        "counts": found.counts,
        "legal_capacity": found.capacity.as_json(),
        "list": render_template("drawings/_findings.html", **shown),
        "marks": render_template("drawings/_marks.html", **shown),
        "summary": render_template("drawings/_summary.html", **shown),
    }, 200


@drawing_views.post("/data/yards/<yard_id>/drawing")
@needs(Permission.WRITE_STACKS)
def save(yard_id: str) -> tuple[dict[str, Any], int]:
    """Keep what the editor sent, `{"drawing": ..., "note": ...}`, as a new version."""
    yard = _yard(yard_id)
    sent = request.get_json(silent=True)
    sent = sent if isinstance(sent, dict) else {}
    text = json.dumps(sent.get("drawing"), ensure_ascii=False)
    try:
        drawing_of_yard(text, yard_id)
    except DrawingFaults as faults:
        return {"faults": [fault_text(fault) for fault in faults.faults]}, 422
    version = add_version(db.session, yard, text, note=_note(sent.get("note")))
    number = version.version
    db.session.commit()
    address = url_for("drawings.drawing_page", yard_id=yard_id, version=number)
    return {"version": number, "address": address}, 200


def _put_in_force(yard: TransferYard, version: YardDrawingVersion, found: Judged) -> BaseResponse:
    """… and close at once what it shows to be dangerous; commits."""
    yard_id, number = yard.yard_id, version.version
    here = redirect(url_for("drawings.drawing_page", yard_id=yard_id, version=number))
    try:
        put_in_force(db.session, yard, version, found)
        watch_drawing(db.session, yard_id, now())
        db.session.commit()
    except Refusal as refusal:
        if refusal.kind is not STACK_NOT_EMPTY:
            raise
        db.session.rollback()
        text = gettext(
            "Not put in force: the drawing does not show these stacks, and there is straw on them: %(names)s."
        )
        flash(f"{text % {'names': ', '.join(refusal.details)}} {gettext(STACK_NOT_EMPTY.next_step)}", "error")
        return here
    flash(
        gettext(
            "Version %(number)s is in force. The yard's stacks and its limit are those of the drawing.", number=number
        ),
        "success",
    )
    if found.counts[Severity.BLOCKS]:
        flash(gettext("What blocks is closed at once; each finding is to be mended and checked by two."), "warning")
    return here


def _page(yard: TransferYard, faults: Any) -> str:
    version = version_of(db.session, yard.yard_id, request.args.get("version", type=int))
    found = None if version is None else _judged(version)
    return render_template(
        "drawings/drawing.html",
        yard=yard,
        version=version,
        versions=versions_of(db.session, yard.yard_id),
        held=drawn_capacity(db.session, yard.yard_id),
        faults=faults,
        wish=None if version is None else open_wish(db.session, yard.yard_id, version.version),
        may_write=may(Permission.WRITE_STACKS),
        **({} if found is None else _shown(found, version)),
    )


def _shown(found: Judged, version: YardDrawingVersion | None = None) -> dict[str, Any]:
    """What the templates of a judged drawing need; `version`: where it is one that was kept."""
    held = None if version is None else drawn_capacity(db.session, version.yard_id)
    is_in_force = version is not None and held is not None and held.drawing_version == version.version
    return {
        # Of the drawing in force the days count from when it came in force; of any other as if it did today.
        "mend_from": business_day(held.since) if held is not None and is_in_force else business_day(),
        "found": found,
        "told": told_findings(found.findings, found.drawing),
        "sketch": sketch_of(found.drawing, found.findings),
        "kind_texts": {kind: gettext(text) for kind, text in KIND_TEXTS.items()},
        "limits": limit_texts(found.capacity),
    }


def _yard(yard_id: str) -> TransferYard:
    found = yard_within(db.session, yard_id, scope_of(current_user, Permission.READ_STOCK))
    if found is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    return found


def _version(yard_id: str) -> YardDrawingVersion | None:
    """The version that is asked for, else the one that counts; None for a yard that nobody has drawn yet.

    Raises Refusal where there is no such version.
    """
    number = request.values.get("version", type=int)
    found = version_of(db.session, yard_id, number)
    if found is None and number is not None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    return found


def _asked_version(yard_id: str) -> YardDrawingVersion:
    version = _version(yard_id)
    if version is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    return version


def _nothing_drawn(yard_id: str) -> BaseResponse:
    """The page of the drawing says how one is handed in."""
    return redirect(url_for("drawings.drawing_page", yard_id=yard_id))


def _judged(version: YardDrawingVersion) -> Judged:
    return judged(drawing_of_yard(version.geojson, version.yard_id))


def _note(typed: object) -> str | None:
    return (typed.strip()[:_LONGEST_NOTE] or None) if isinstance(typed, str) else None
