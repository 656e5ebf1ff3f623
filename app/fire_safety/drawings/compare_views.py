"""Two or three drawings of a yard side by side, and proposals handed in as drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.database.engine import db
from app.errors import NO_SUCH_THING, Refusal
from app.fire_safety.drawings.comparing import Column, columns_of
from app.fire_safety.drawings.fault_texts import fault_text
from app.fire_safety.drawings.proposals import HandedIn, add_proposals
from app.fire_safety.drawings.queries import versions_of
from app.fire_safety.drawings.rule_texts import KIND_TEXTS, told_findings
from app.fire_safety.drawings.sketch import sketch_of
from app.form_sizes import takes_up_to
from app.registry.legal_capacity import drawn_capacity
from app.registry.models import TransferYard
from app.storage.queries import yard_within
from app.texts import _
from yard_rules.stack_design import Goal
from yard_rules.yard_drawing import DrawingFaults

MOST_COLUMNS = 3
_MOST_BYTES = 8_000_000
GOAL_TEXTS = {Goal.ROOM: _("most room"), Goal.FLOW: _("fastest flow"), Goal.COST: _("cheapest")}

compare_views = Blueprint("compare", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure of every column; `best`: which columns have the best one, none where all are the same or none is
    better."""

    label: str
    unit: str
    values: Sequence[float | None]
    decimals: int
    best: frozenset[int]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@compare_views.get("/yards/<yard_id>/drawing/compare")
@needs(Permission.READ_STOCK)
def page(yard_id: str) -> str:
    return _page(_yard(yard_id), ())


@compare_views.post("/yards/<yard_id>/drawing/proposals")
@needs(Permission.WRITE_STACKS)
@takes_up_to(_MOST_BYTES)
def hand_in(yard_id: str) -> Response | tuple[str, int]:
    """Keep the drawings that `strawline yard design` wrote as versions that are not in force."""
    yard = _yard(yard_id)
    files = [HandedIn(it.filename, it.read()) for it in request.files.getlist("file") if it.filename]
    try:
        versions = list(dict.fromkeys(version.version for version in add_proposals(db.session, yard, files)))
    except DrawingFaults as faults:
        db.session.rollback()
        return _page(yard, [fault_text(fault) for fault in faults.faults]), 422
    if not versions:
        return _page(yard, [gettext("Choose a file.")]), 422
    db.session.commit()
    flash(gettext("%(count)s proposals are kept. None is in force yet.", count=len(versions)), "success")
    return redirect(url_for("compare.page", yard_id=yard_id, v=versions[:MOST_COLUMNS]))


def _page(yard: TransferYard, faults: Sequence[str]) -> str:
    versions = versions_of(db.session, yard.yard_id)
    held = drawn_capacity(db.session, yard.yard_id)
    in_force = held.drawing_version if held else None
    asked = dict.fromkeys(request.args.getlist("v", type=int)) or _usual([it.version for it in versions], in_force)
    known = {it.version: it for it in versions}
    columns = columns_of(db.session, [known[it] for it in asked if it in known][:MOST_COLUMNS])
    return render_template(
        "drawings/compare.html",
        yard=yard,
        versions=versions,
        in_force=in_force,
        columns=[
            {
                "it": column,
                "sketch": sketch_of(column.found.drawing, column.found.findings),
                "told": told_findings(column.found.findings, column.found.drawing),
            }
            for column in columns
        ],
        rows=_rows(columns),
        chosen=[column.version.version for column in columns],
        goal_texts=GOAL_TEXTS,
        kind_texts={kind: gettext(text) for kind, text in KIND_TEXTS.items()},
        faults=faults,
        most=MOST_COLUMNS,
        may_write=may(Permission.WRITE_STACKS),
    )


def _usual(versions: Sequence[int], in_force: int | None) -> list[int]:
    """What is compared where nothing is chosen: what is in force with the newest others."""
    first = [] if in_force is None else [in_force]
    return (first + [it for it in versions if it != in_force])[:MOST_COLUMNS]


def _rows(columns: Sequence[Column]) -> list[Row]:
    found = [(column.found, column.figures, column) for column in columns]
    # A lane that is not drawn costs nothing: beside one that is, that is no merit.
    cheaper = -1 if len({bool(column.figures.lane_m2) for column in columns}) == 1 else 0

    def row(label: str, values: Sequence[float | None], unit: str = "", *, decimals: int = 0, better: int = 0) -> Row:
        """`better`: 1 where more is better, -1 where less is, 0 where neither."""
        known = [value for value in values if value is not None]
        best = frozenset[int]()
        if better and len(set(known)) > 1:
            top = max(known, key=lambda value: better * value)
            best = frozenset(number for number, value in enumerate(values) if value == top)
        return Row(label=label, unit=unit, values=values, decimals=decimals, best=best)

    return [
        row(gettext("Bales, by the rules"), [it.capacity.bales for it, _f, _c in found], better=1),
        row(
            gettext("Straw, by the rules"),
            [it.capacity.mass_kg / 1000 for it, _f, _c in found],
            "t",
            decimals=1,
            better=1,
        ),
        row(
            gettext("Of the most that any layout could hold"),
            [c.bound_share and 100 * c.bound_share for _it, _f, c in found],
            "%",
            better=1,
        ),
        row(gettext("Blocking findings"), [it.counts["blocks"] for it, _f, _c in found], better=-1),
        row(gettext("Findings to mend"), [it.counts["mend"] for it, _f, _c in found], better=-1),
        row(gettext("Advice"), [it.counts["advice"] for it, _f, _c in found], better=-1),
        row(gettext("Stacks"), [f.stacks for _it, f, _c in found]),
        row(gettext("Groups of stacks"), [f.groups for _it, f, _c in found]),
        row(gettext("Ground under stacks, share of the site"), [100 * c.stack_share for _it, _f, c in found], "%"),
        row(gettext("Area of the site"), [c.area_m2 for _it, _f, c in found], "m²"),
        row(gettext("Wheeled extinguishers"), [f.extinguishers for _it, f, _c in found]),
        row(gettext("Hydrants"), [f.hydrants for _it, f, _c in found]),
        row(gettext("Water in ponds"), [c.pond_m3 for _it, _f, c in found], "m³"),
        row(gettext("Hose"), [f.hose_m for _it, f, _c in found], "m"),
        row(gettext("Cameras"), [f.cameras for _it, f, _c in found]),
        row(gettext("Lights"), [f.lights for _it, f, _c in found]),
        row(gettext("Fire lane that is drawn"), [f.lane_m2 for _it, f, _c in found], "m²"),
        row(gettext("From gate to apron"), [f.truck_way_m for _it, f, _c in found], "m", better=-1),
        row(
            gettext("Minutes for a truck, from gate to gate"),
            [f.loading_min for _it, f, _c in found],
            "min",
            decimals=1,
            better=-1,
        ),
        row(gettext("Built new, estimated"), [f.cost_yuan for _it, f, _c in found], "¥", better=cheaper),
        row(gettext("Built new for a tonne of room"), [f.yuan_per_t for _it, f, _c in found], "¥/t", better=cheaper),
    ]


def _yard(yard_id: str) -> TransferYard:
    found = yard_within(db.session, yard_id, scope_of(current_user, Permission.READ_STOCK))
    if found is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    return found
