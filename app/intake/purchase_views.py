"""The office's page of a recycling point: what was bought is entered, and becomes a record of the point (H19)."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import business_day, now
from app.database.engine import db
from app.errors import Refusal
from app.i18n import reader_language
from app.intake.arriving import RefusedHere
from app.intake.attachments import keep_attachment
from app.intake.ids import new_record_id
from app.intake.office_records import store_office_record
from app.intake.remark_texts import remark_text, severity_of
from app.intake.void_views import record_kinds
from app.registry.models import Grower, Material, RecyclingPoint
from app.texts import Message, _
from yard_rules.purchases import PurchaseRates, purchase_rates

_MOST_KG: Final = 20_000
_RECORD_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_FIELDS: Final = ("record_id", "point", "seller", "material", "kg", "recyclable", "paper_number")
# What was drawn, as base64 of a PNG, and the member of the record that names it.
_DRAWN: Final = {"seller_png": "seller_signature", "point_png": "point_signature"}
_LONGEST_DRAWN: Final = 300_000

purchase_views = Blueprint("purchases", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What the form says: a record's body, or what is wrong with it by field."""

    place_id: str
    body: dict[str, Any]
    faults: dict[str, str]


@purchase_views.get("/purchases/new")
@needs(Permission.BUY_MATERIALS)
def new_purchase() -> str:
    return _form({"record_id": new_record_id(now())}, {})


@purchase_views.post("/purchases/new")
@needs(Permission.BUY_MATERIALS)
def buy() -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "").strip()[:200] for name in _FIELDS}
    drawn = {name: _drawn(name) for name in _DRAWN}
    typed = _read(given, drawn)
    if typed.faults:
        return _form(given, typed.faults), 422
    for content in filter(None, drawn.values()):
        keep_attachment(db.session, hashlib.sha256(content).hexdigest(), content, device_id=None)
    try:
        receipt = store_office_record(
            db.session,
            kind="purchase",
            place=("point", typed.place_id),
            body=typed.body,
            account=current_user,
            kinds=record_kinds(),
            record_id=given["record_id"],
        )
    except RefusedHere as refused:
        raise Refusal(refused.kind, refused.details) from None
    db.session.commit()
    flash(gettext("Bought: ticket %(number)s.", number=receipt["ticket_number"]), "success")
    for remark in receipt["remarks"]:
        if severity_of(remark["kind"]) != "advice":
            flash(remark_text(remark["kind"], remark["values"]), "warning")
    return redirect(url_for("tickets.ticket", number=receipt["ticket_number"]))


def own_points() -> list[RecyclingPoint]:
    """The recycling points in use at which whoever asks buys."""
    scope = scope_of(current_user, Permission.BUY_MATERIALS)
    chosen = select(RecyclingPoint).where(RecyclingPoint.withdrawn_at.is_(None)).order_by(RecyclingPoint.id)
    if scope is not None:
        chosen = chosen.where(RecyclingPoint.point_id.in_(scope.point_ids))
    return list(db.session.scalars(chosen))


def _drawn(name: str) -> bytes:
    """The picture of a signature; nothing where none was drawn, or where it is no base64."""
    try:
        return b64decode(request.form.get(name, "")[:_LONGEST_DRAWN], validate=True)
    except ValueError:
        return b""


def _read(given: dict[str, str], drawn: dict[str, bytes]) -> _Typed:
    points, materials = {it.point_id: it for it in own_points()}, {it.material_id for it in _materials()}
    kg = int(given["kg"]) if given["kg"].isascii() and given["kg"].isdecimal() and len(given["kg"]) < 7 else 0
    wrong = {
        "record_id": not _RECORD_ID.fullmatch(given["record_id"]),
        "point": given["point"] not in points,
        "seller": not given["seller"],
        "material": given["material"] not in materials,
        "kg": not 0 < kg <= _MOST_KG,
        "recyclable": given["recyclable"] not in ("yes", "no"),
        "paper_number": not given["paper_number"] and not all(drawn.values()),
    }
    faults = {name: Message(_FAULTS[name]).text(gettext) for name, is_wrong in wrong.items() if is_wrong}
    point = points.get(given["point"])
    body = {
        "seller": {"name": given["seller"], "grower_id": point and _grower_id(point.town_id, given["seller"])},
        "material_id": given["material"],
        "weighing": {"source": "typed", "kg": kg, "reason": gettext("small scale of the point")},
        "is_recyclable": given["recyclable"] == "yes",
        "paper_number": given["paper_number"][:64] or None,
        **{_DRAWN[name]: hashlib.sha256(content).hexdigest() for name, content in drawn.items() if content},
    }
    return _Typed(place_id=given["point"], body=body, faults=faults)


def _grower_id(town_id: str, name: str) -> str | None:
    """The grower of the register, where the town has one of this name and no second."""
    chosen = select(Grower.grower_id).where(
        Grower.town_id == town_id, Grower.name == name, Grower.withdrawn_at.is_(None)
    )
    found = db.session.scalars(chosen.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _materials() -> list[Material]:
    chosen = select(Material).where(Material.tariff.is_not(None), Material.withdrawn_at.is_(None))
    return list(db.session.scalars(chosen.order_by(Material.id)))


def _form(given: dict[str, str], faults: dict[str, str]) -> str:
    materials, language = _materials(), reader_language()
    return render_template(
        "intake/purchase.html",
        given=given,
        faults=faults,
        points=[(it.point_id, it.name) for it in own_points()],
        materials=[(it.material_id, _named(it, language)) for it in materials],
        rates=_rates(materials),
        most_kg=_MOST_KG,
    )


def _named(material: Material, language: str) -> str:
    return (material.name_en if language == "en" else None) or material.name


def _rates(materials: list[Material]) -> list[PurchaseRates]:
    """What is paid today, each rate once."""
    rates = (purchase_rates(str(it.tariff), business_day()) for it in materials)
    return list(dict.fromkeys(rates))


_FAULTS: Final = {
    "record_id": _("This form is not complete. Load the page again."),
    "point": _("Choose the recycling point."),
    "seller": _("Say who sells: a name, or \u201ca farmer\u201d."),
    "material": _("Choose what was bought."),
    "kg": _("A weight in whole kilograms, more than 0."),
    "recyclable": _("Say whether it is worth recycling."),
    "paper_number": _("Both sign here, or the number of the receipt that both have signed is entered."),
}
