"""The list of loads to plants with the weights of both ends, and one load with all that was said of its weight."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.deliveries.delivery_lists import DeliveryFilters, delivery_sums, delivery_workbook, difference_kg
from app.deliveries.hold_states import decisions_of
from app.deliveries.models import Basis
from app.deliveries.names import place_names
from app.deliveries.operations import WeightSaid, enter_plant_weight, says_nothing_new, weight_faults
from app.deliveries.page_scope import own_load, own_plants, own_side
from app.deliveries.queries import DeliveryState, Load, loads, said_of_load, stray_arrivals, weights_of_load
from app.deliveries.refusal_states import refusals
from app.deliveries.texts import (
    BASIS_TEXTS,
    DISPUTE_BADGES,
    DISPUTE_TEXTS,
    HOLD_ANSWER_TEXTS,
    HOLD_TEXTS,
    REFUSAL_BADGES,
    REFUSAL_TEXTS,
    SIDE_TEXTS,
    STATE_BADGES,
    STATE_TEXTS,
    STEP_TEXTS,
)
from app.downloads import download
from app.errors import REASON_NEEDED
from app.said import day_said, page_asked, permille_said
from yard_rules.both_ends import may_differ_kg
from yard_rules.rulebook import rulebook
from yard_rules.tariffs import Quality

PAGE_ROWS = 100
# As long as nobody asks for other days: what the month's statement is made of.
_SHOWN_DAYS = 31
_FILTERS = ("from", "to", "plant", "origin", "state", "q")
_WEIGHT_FIELDS = (
    "net_kg",
    "weighed_on",
    "moisture_percent",
    "impurity_percent",
    "mould_grade",
    "slip_number",
    "reason",
)

delivery_views = Blueprint("deliveries", __name__, template_folder="templates")


@delivery_views.get("/deliveries")
@needs(Permission.READ_DELIVERIES)
def deliveries() -> str:
    asked = _AskedDeliveries()
    found, every = asked.loads()
    page = page_asked()
    shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    names = place_names(db.session, (it.delivery for it in every))
    origins = {it.delivery.yard_id or it.delivery.town_id: names.origin(it.delivery) for it in every}
    return render_template(
        "deliveries/deliveries.html",
        rows=shown,
        count=len(found),
        sums=delivery_sums(found),
        strays=stray_arrivals(db.session, plants=asked.plants, first_day=asked.first_day, last_day=asked.last_day),
        names=names,
        plants=sorted({(it.delivery.plant_id, names.plant(it.delivery.plant_id)) for it in every}),
        origins=sorted((code, name) for code, name in origins.items() if code is not None and name is not None),
        asked=asked,
        page=page,
        pages=-(-len(found) // PAGE_ROWS),
        difference_kg=difference_kg,
        today=business_day(),
        state_texts=STATE_TEXTS,
        state_badges=STATE_BADGES,
        hold_texts=HOLD_TEXTS,
    )


@delivery_views.get("/deliveries.xlsx")
@needs(Permission.READ_DELIVERIES)
def workbook() -> Response:
    found, _every = _AskedDeliveries().loads()
    return download(delivery_workbook(db.session, found), f"deliveries-{business_day():%Y%m%d}.xlsx")


@delivery_views.get("/deliveries/<delivery_id>")
@needs(Permission.READ_DELIVERIES)
def delivery(delivery_id: str) -> str:
    return _load_page(own_load(delivery_id))


@delivery_views.post("/deliveries/<delivery_id>/weight")
@needs(Permission.WRITE_PLANT_WEIGHTS)
def enter_weight(delivery_id: str) -> BaseResponse | tuple[str, int]:
    load = own_load(delivery_id, Permission.WRITE_PLANT_WEIGHTS)
    said, faults = _weight_said(load)
    if said is None or faults:
        return _load_page(load, faults), 422
    weight = enter_plant_weight(db.session, delivery_id, said, side=own_side(Permission.WRITE_PLANT_WEIGHTS))
    db.session.commit()
    flash(gettext("Stored.") if weight is not None else gettext("Known already: nothing was changed."), "success")
    return redirect(url_for("deliveries.delivery", delivery_id=delivery_id))


class _AskedDeliveries:
    """What the address asks of the list: days, plant, words, state."""

    def __init__(self) -> None:
        self.given = {name: request.args.get(name, "").strip()[:100] for name in _FILTERS}
        self.last_day = day_said(self.given["to"]) or business_day()
        self.first_day = day_said(self.given["from"]) or self.last_day - timedelta(days=_SHOWN_DAYS - 1)
        self.filters = DeliveryFilters(origin=self.given["origin"], state=self.given["state"], sought=self.given["q"])
        self.plants = own_plants()

    @property
    def address_parts(self) -> dict[str, str]:
        """What an address needs to ask for the same."""
        return {name: value for name, value in self.given.items() if value}

    def loads(self) -> tuple[list[Load], list[Load]]:
        """Those asked for, the newest first, and all of these days."""
        every = loads(db.session, plants=self.plants, first_day=self.first_day, last_day=self.last_day)
        found = [it for it in every if self.given["plant"] in ("", it.delivery.plant_id) and self.filters.fits(it)]
        return found[::-1], every


def _load_page(load: Load, faults: dict[str, str] | None = None) -> str:
    found = load.delivery
    known = load.weight
    given = {name: request.form.get(name, "") for name in _WEIGHT_FIELDS} if faults else None
    side = own_side(Permission.DISPUTE_WEIGHTS) if may(Permission.DISPUTE_WEIGHTS) else None
    both = found.yard_kg is not None and found.plant_kg is not None
    is_void = found.state is DeliveryState.VOID
    return render_template(
        "deliveries/delivery.html",
        load=load,
        found=found,
        dispute=load.dispute,
        names=place_names(db.session, [found]),
        difference_kg=difference_kg(load),
        may_differ_kg=may_differ_kg(found.yard_kg or 0, found.plant_kg or 0, found.day) if both else None,
        weights=weights_of_load(db.session, found.delivery_id),
        events=said_of_load(db.session, found.delivery_id),
        refused=[it for it in refusals(db.session, [found.plant_id]) if it.refusal.delivery_id == found.delivery_id],
        faults=faults or {},
        given=given,
        known=known,
        may_weigh=may(Permission.WRITE_PLANT_WEIGHTS) and not load.is_weighed_by_plant and not is_void,
        may_dispute=may(Permission.DISPUTE_WEIGHTS) and not is_void,
        side=side,
        grades=[(str(it), str(it)) for it in range(1, rulebook("deliveries").whole("mould_grades", found.day) + 1)],
        bases=[
            (basis, gettext(BASIS_TEXTS[basis]))
            for basis in Basis
            if found.yard_kg is not None or basis in (Basis.PLANT, Basis.REWEIGHED)
        ],
        me=current_user.id,
        today=business_day(),
        state_texts=STATE_TEXTS,
        state_badges=STATE_BADGES,
        dispute_texts=DISPUTE_TEXTS,
        dispute_badges=DISPUTE_BADGES,
        step_texts=STEP_TEXTS,
        basis_texts=BASIS_TEXTS,
        side_texts=SIDE_TEXTS,
        refusal_texts=REFUSAL_TEXTS,
        refusal_badges=REFUSAL_BADGES,
        decisions=decisions_of(db.session, found.delivery_id) if load.holds else (),
        hold_texts=HOLD_TEXTS,
        answer_texts=HOLD_ANSWER_TEXTS,
    )


def _weight_said(load: Load) -> tuple[WeightSaid | None, dict[str, str]]:
    """What the form says of the plant's weight, and what is wrong with it, by field."""
    given = {name: request.form.get(name, "").strip()[:500] for name in _WEIGHT_FIELDS}
    net_kg, weighed_on = _whole(given["net_kg"]), day_said(given["weighed_on"])
    moisture_permille = permille_said(given["moisture_percent"])
    faults: dict[str, str] = {}
    if net_kg is None:
        faults["net_kg"] = gettext("Type the net weight in whole kilograms.")
    if weighed_on is None:
        faults["weighed_on"] = gettext("Choose the day on which the plant weighed it.")
    impurity_permille, mould_grade = permille_said(given["impurity_percent"]), _whole(given["mould_grade"])
    if given["impurity_percent"] and impurity_permille is None:
        faults["impurity_percent"] = gettext("Type the impurities in percent, with one decimal at most.")
    if given["moisture_percent"] and moisture_permille is None:
        faults["moisture_percent"] = gettext("Type the moisture in percent, with one decimal at most.")
    if net_kg is None or weighed_on is None or faults:
        return None, faults
    said = WeightSaid(
        net_kg=net_kg,
        weighed_on=weighed_on,
        moisture_permille=moisture_permille,
        quality=Quality(impurity_permille=impurity_permille, mould_grade=mould_grade),
        slip_number=given["slip_number"][:64] or None,
        reason=given["reason"] or None,
    )
    faults = {column: what.text(gettext) for column, what in weight_faults(load, said)}
    if load.weight is not None and said.reason is None and not says_nothing_new(load.weight, said):
        faults["reason"] = gettext(REASON_NEEDED.what)
    return said, faults


def _whole(text: str) -> int | None:
    digits = text.replace(",", "").replace("，", "").replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None
