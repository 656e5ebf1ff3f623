"""Inspections of stubble: the list, and the form that is filled in on a phone in the field."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import Final
from uuid import uuid4

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db, write_from_here
from app.downloads import download
from app.errors import BAD_INSPECTION, NO_SUCH_THING, Refusal
from app.file_exchange.workbooks_out import PlainSheet, write_plain_workbook
from app.fire_safety.inspections.photos import MOST_FORM_BYTES, kept_photos, photo_answer
from app.form_sizes import takes_up_to
from app.registry.models import FarmField
from app.registry.names import names_of_codes
from app.said import day_said
from app.subsidies.inspections import (
    Seen,
    fields_by_id,
    fields_found,
    inspections_shown,
    is_within_limit,
    keep_inspection,
    limit_mm,
    mean_cm,
    missing_of,
    newest_inspections,
)
from app.subsidies.models import StubbleInspection
from app.subsidies.page_scope import own_towns
from app.subsidies.texts import MISSING_TEXTS
from yard_rules.rulebook import rulebook

READINGS: Final = 5
_ROWS: Final = 300
_FILE_ROWS: Final = 20_000
_FIELDS: Final = 20
_CM: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9])?")

stubble_views = Blueprint("stubble", __name__, template_folder="templates")


@stubble_views.get("/subsidies/stubble")
@needs(Permission.READ_CLAIMS)
def inspections() -> str:
    sought = request.args.get("q", "").strip()[:100]
    rows = inspections_shown(db.session, own_towns(), limit=_ROWS)
    may_inspect = may(Permission.INSPECT_STUBBLE)
    found = (
        fields_found(db.session, own_towns(Permission.INSPECT_STUBBLE), sought, limit=_FIELDS) if may_inspect else []
    )
    return render_template(
        "subsidies/stubble.html",
        rows=rows,
        fields=fields_by_id(db.session, {it.field_id for it in rows}),
        towns=names_of_codes(db.session, "towns", {it.town_id for it in rows}),
        found=found,
        newest=newest_inspections(db.session, [it.field_id for it in found]),
        sought=sought,
        may_inspect=may_inspect,
        is_within_limit=is_within_limit,
        mean_cm=mean_cm,
        missing_of=missing_of,
        missing_texts=MISSING_TEXTS,
        limit_cm=limit_mm(business_day()) / 10,
    )


@stubble_views.get("/subsidies/stubble.xlsx")
@needs(Permission.READ_CLAIMS)
def workbook() -> Response:
    rows = inspections_shown(db.session, own_towns(), limit=_FILE_ROWS)
    fields = fields_by_id(db.session, {it.field_id for it in rows})
    headings = [
        gettext("Field"),
        gettext("Grower"),
        gettext("Town"),
        gettext("Inspected on"),
        gettext("Highest stubble (cm)"),
        gettext("Mean stubble (cm)"),
        gettext("Stubble removed"),
        gettext("Within the limit"),
        gettext("Photos"),
        gettext("What is missing"),
        gettext("Inspector"),
        gettext("Note"),
    ]
    sheet = PlainSheet(
        title=gettext("Stubble inspections"),
        headings=headings,
        rows=[
            (
                it.field_id,
                fields[it.field_id].grower if it.field_id in fields else None,
                it.town_id,
                it.inspected_on,
                max(it.readings_mm) / 10 if it.readings_mm else None,
                mean_cm(it),
                gettext("yes") if it.is_removed else gettext("no"),
                gettext("yes") if is_within_limit(it) else gettext("no"),
                len(it.photos),
                gettext(", ").join(gettext(MISSING_TEXTS[what]) for what in missing_of(it)) or None,
                it.inspected_name,
                it.note,
            )
            for it in rows
        ],
    )
    return download(write_plain_workbook([sheet]), f"stubble-{business_day():%Y%m%d}.xlsx")


@stubble_views.get("/subsidies/fields/<field_id>/stubble")
@needs(Permission.INSPECT_STUBBLE)
def form(field_id: str) -> BaseResponse:
    field = _own_field(field_id)
    page = render_template(
        "subsidies/stubble_form.html",
        field=field,
        last=newest_inspections(db.session, [field_id]).get(field_id),
        id=str(uuid4()),
        readings=range(1, READINGS + 1),
        needed=rulebook("subsidies").whole("stubble_readings", business_day()),
        limit_cm=limit_mm(business_day()) / 10,
        today=business_day(),
        is_within_limit=is_within_limit,
    )
    answer = make_response(page)
    answer.headers["Permissions-Policy"] = "geolocation=(self), camera=(self), microphone=()"
    return answer


@stubble_views.post("/subsidies/fields/<field_id>/stubble")
@needs(Permission.INSPECT_STUBBLE)
@takes_up_to(MOST_FORM_BYTES)
def inspect(field_id: str) -> BaseResponse:
    _own_field(field_id)
    write_from_here()
    missing = missing_of(keep_inspection(db.session, field_id, _seen()))
    db.session.commit()
    if missing:
        said = gettext(", ").join(gettext(MISSING_TEXTS[it]) for it in missing)
        flash(gettext("Stored, %(missing)s: what it says cannot be proven by that.", missing=said), "warning")
    else:
        flash(gettext("Stored."), "success")
    return redirect(url_for("stubble.inspections"))


@stubble_views.get("/subsidies/stubble/<inspection_id>/photos/<sha256>")
@needs(Permission.READ_CLAIMS)
def photo(inspection_id: str, sha256: str) -> Response:
    found = db.session.get(StubbleInspection, inspection_id[:36])
    towns = own_towns()
    if found is None or (towns is not None and found.town_id not in towns):
        raise Refusal(NO_SUCH_THING, [inspection_id[:36]])
    return photo_answer(db.session, sha256, found.photos)


def _own_field(field_id: str) -> FarmField:
    found: FarmField | None = fields_by_id(db.session, [field_id]).get(field_id)
    towns = own_towns(Permission.INSPECT_STUBBLE)
    if found is None or (towns is not None and found.town_id not in towns):
        raise Refusal(NO_SUCH_THING, [field_id])
    return found


def _seen() -> Seen:
    """What the form says; raises Refusal naming every field that cannot be read."""
    faults = []
    texts = [request.form.get(f"reading-{at}", "").strip() for at in range(1, READINGS + 1)]
    if not all(_CM.fullmatch(text) for text in texts if text):
        faults.append(gettext("Height of the stubble"))
    removed = request.form.get("removed", "")
    if removed not in ("yes", "no"):
        faults.append(gettext("Stubble removed"))
    inspected_on = day_said(request.form.get("inspected_on", "").strip())
    if inspected_on is None:
        faults.append(gettext("Inspected on"))
    if faults or inspected_on is None:
        raise Refusal(BAD_INSPECTION, faults)
    return Seen(
        id=request.form.get("id", "")[:36],
        inspected_on=inspected_on,
        readings_mm=tuple(int(Decimal(text) * 10) for text in texts if text),
        is_removed=removed == "yes",
        photos=kept_photos(db.session, request.files.getlist("photo")),
        position=_position(),
        note=request.form.get("note", "").strip()[:500] or None,
    )


def _position() -> tuple[float, float, float] | None:
    """Where the phone says that it was; None where it did not."""
    try:
        lon, lat, accuracy_m = (float(request.form[name]) for name in ("lon", "lat", "accuracy_m"))
    except (KeyError, ValueError):
        return None
    return (lon, lat, accuracy_m) if all(map(isfinite, (lon, lat, accuracy_m))) else None
