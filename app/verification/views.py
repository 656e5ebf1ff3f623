"""The verification desk: what the detectors suspect, and what people say of it."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope, scope_of
from app.clock import business_day
from app.database.engine import db, read_from_here, write_from_here
from app.downloads import download
from app.errors import JUDGED_MEANWHILE, NO_SUCH_SUSPICION, NO_SUCH_THING, REASON_NEEDED, Refusal
from app.intake.ticket_lists import ticket_choices
from app.intake.ticket_names import names_for
from app.said import page_asked
from app.verification.desk import (
    DeskFilters,
    Raised,
    SuspicionState,
    month_states,
    next_open,
    others_beside,
    raised_suspicion,
    raised_suspicions,
    tickets_beside,
    verdicts_of,
)
from app.verification.models import VerdictKind
from app.verification.operations import judge
from app.verification.queries import is_maker
from app.verification.texts import DETECTOR_TITLES, STATE_BADGES, STATE_TEXTS, VERDICT_TEXTS
from app.verification.told import compared_tickets, told
from app.verification.workbook import desk_workbook

PAGE_ROWS: Final = 50
_MONTHS: Final = 6
_FILTERS: Final = ("month", "state", "detector", "town", "place")
_LONGEST_REASON: Final = 500

desk_views = Blueprint("desk", __name__, template_folder="templates")


@desk_views.get("/verification")
@needs(Permission.READ_VERIFICATION)
def desk() -> str:
    asked = _AskedDesk()
    scope = _scope()
    found = raised_suspicions(db.session, scope, asked.filters)
    page = page_asked()
    shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    choices = ticket_choices(db.session, scope)
    return render_template(
        "verification/desk.html",
        rows=shown,
        words=told(db.session, shown),
        count=len(found),
        at_stake_kg=sum(it.sighting.at_stake_kg for it in found),
        months=month_states(db.session, scope, most=_MONTHS),
        asked=asked,
        choices=choices,
        names=names_for(db.session, (), choices),
        detectors=sorted((key, gettext(title)) for key, title in DETECTOR_TITLES.items()),
        page=page,
        pages=-(-len(found) // PAGE_ROWS),
        may_verify=may(Permission.VERIFY_TICKETS),
        state_texts=STATE_TEXTS,
        state_badges=STATE_BADGES,
    )


@desk_views.get("/verification.xlsx")
@needs(Permission.READ_VERIFICATION)
def workbook() -> Response:
    found = raised_suspicions(db.session, _scope(), _AskedDesk().filters)
    return download(desk_workbook(db.session, found), f"verification-{business_day():%Y%m%d}.xlsx")


@desk_views.post("/verification/months/<month>/run")
@needs(Permission.VERIFY_TICKETS)
def run(month: str) -> BaseResponse:
    """Look without keeping the gates from writing; only what was seen is written."""
    # Here, for what the detectors reckon with takes half a second to load, and most processes never look.
    from app.verification.runs import look_at_month, store_look

    first = _month(month)
    if first is None:
        raise Refusal(NO_SUCH_THING, [month[:20]])
    read_from_here()
    look = look_at_month(db.session, first)
    write_from_here()
    store_look(db.session, look)
    db.session.commit()
    flash(
        gettext(
            "%(month)s: %(tickets)s tickets looked at, %(suspicions)s suspicions.",
            month=f"{first:%Y-%m}",
            tickets=look.tickets,
            suspicions=len(look.seen),
        ),
        "success",
    )
    return redirect(url_for("desk.desk", month=f"{first:%Y-%m}"))


@desk_views.get("/verification/<int:suspicion_id>")
@needs(Permission.READ_VERIFICATION)
def suspicion(suspicion_id: int) -> str:
    return _suspicion_page(_own(suspicion_id), {})


@desk_views.post("/verification/<int:suspicion_id>/verdict")
@needs(Permission.VERIFY_TICKETS)
def give_verdict(suspicion_id: int) -> BaseResponse | tuple[str, int]:
    """Keep the verdict and go on to what waits next."""
    found, faults = _own(suspicion_id, Permission.VERIFY_TICKETS), {}
    kind, reason = request.form.get("kind", ""), request.form.get("reason", "").strip()[:_LONGEST_REASON]
    if kind not in set(VerdictKind):
        faults["kind"] = gettext("Choose a verdict.")
    if not reason:
        faults["reason"] = gettext(REASON_NEEDED.what)
    if faults:
        return _suspicion_page(found, faults), 422
    known = request.form.get("known", "")
    if known and not known.isdecimal():
        raise Refusal(JUDGED_MEANWHILE)
    judge(db.session, suspicion_id, VerdictKind(kind), reason, known_verdict=int(known) if known else None)
    db.session.commit()
    flash(gettext("Stored: %(verdict)s", verdict=gettext(VERDICT_TEXTS[kind])), "success")
    following = next_open(db.session, _scope(), found.month)
    if following is None:
        return redirect(url_for("desk.desk", month=f"{found.month:%Y-%m}"))
    return redirect(url_for("desk.suspicion", suspicion_id=following))


class _AskedDesk:
    """What the address asks of the desk: what waits, in all months, where it says nothing."""

    def __init__(self) -> None:
        self.given = {name: request.args.get(name, "").strip()[:100] for name in _FILTERS}
        if "state" not in request.args:
            self.given["state"] = SuspicionState.OPEN.value

    @property
    def filters(self) -> DeskFilters:
        return DeskFilters(
            month=_month(self.given["month"]),
            state=self.given["state"],
            detector=self.given["detector"],
            town_id=self.given["town"],
            place=self.given["place"],
        )

    @property
    def address_parts(self) -> dict[str, str]:
        """What an address needs to ask for the same."""
        return {name: value for name, value in self.given.items() if value or name == "state"}

    @property
    def narrows(self) -> bool:
        """Whether more is asked than what waits."""
        return self.address_parts != {"state": SuspicionState.OPEN.value}


def _suspicion_page(found: Raised, faults: dict[str, str]) -> str:
    scope, may_verify = _scope(), may(Permission.VERIFY_TICKETS)
    tickets, left = tickets_beside(db.session, scope, found, compared_tickets(found))
    others = others_beside(db.session, scope, found)
    words, verdict = told(db.session, [found, *others]), found.verdict
    return render_template(
        "verification/suspicion.html",
        found=found,
        words=words[found.raised.id],
        others=[(it, words[it.raised.id]) for it in others],
        tickets=tickets,
        left=left,
        names=names_for(db.session, [it.ticket for it in tickets]),
        verdicts=verdicts_of(db.session, found.raised.id),
        may_verify=may_verify,
        is_own_verdict=verdict is not None and verdict.judged_by == current_user.id,
        is_own_ticket=may_verify and is_maker(db.session, found.raised.id, current_user.id),
        faults=faults,
        given=request.form,
        state_texts=STATE_TEXTS,
        state_badges=STATE_BADGES,
        verdict_texts=VERDICT_TEXTS,
    )


def _own(suspicion_id: int, permission: Permission = Permission.READ_VERIFICATION) -> Raised:
    found = raised_suspicion(db.session, scope_of(current_user, permission), suspicion_id)
    if found is None:
        raise Refusal(NO_SUCH_SUSPICION, [str(suspicion_id)])
    return found


def _scope() -> Scope | None:
    return scope_of(current_user, Permission.READ_VERIFICATION)


def _month(said: str) -> date | None:
    try:
        return date.fromisoformat(f"{said}-01") if said else None
    except ValueError:
        return None
