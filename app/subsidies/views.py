"""The board of claims, a claim with its tickets, and the steps that people take in it."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.billing.statements.capitals import in_capitals
from app.clock import business_day
from app.database.engine import db
from app.downloads import download
from app.errors import BAD_CLAIM_PERIOD, NO_SUCH_CLAIM, NOT_A_PAYMENT, REASON_NEEDED, Refusal
from app.registry.cells import choice_name
from app.registry.names import choices_of, names_of_codes
from app.said import page_asked
from app.subsidies.bases import STRAW, claimed_streams
from app.subsidies.claim_workbook import claim_workbook
from app.subsidies.contents import no_longer_standing
from app.subsidies.models import ClaimStep
from app.subsidies.operations import (
    TAKEN_BY_ANOTHER,
    Payment,
    approve_claim,
    check_claim,
    confirm_claim,
    draft_claim,
    may_take,
    pay_claim,
    return_claim,
    withdraw_claim,
)
from app.subsidies.page_scope import own_claim, own_towns
from app.subsidies.queries import ClaimRow, WholeClaim, claim_rows, claims_with, said_of
from app.subsidies.texts import LEFT_OUT_TEXTS, NEXT_TEXTS, STATE_BADGES, STATE_TEXTS, STEP_TEXTS
from app.subsidies.turns import STEP_NEEDS, is_my_turn

_LONGEST: Final = 500
_TICKET_ROWS: Final = 200
_LEFT_OUT_ROWS: Final = 300

subsidy_views = Blueprint("subsidies", __name__, template_folder="templates")


@subsidy_views.get("/subsidies")
@needs(Permission.READ_CLAIMS)
def board() -> str:
    every = claim_rows(db.session, own_towns())
    given = {name: request.args.get(name, "").strip()[:64] for name in ("state", "town", "year", "mine", "ticket")}
    holding = claims_with(db.session, given["ticket"]) if given["ticket"] else None
    rows = [it for it in every if _fits(it, given) and (holding is None or it.claim.id in holding)]
    return render_template(
        "subsidies/board.html",
        rows=rows,
        every=every,
        given=given,
        towns=names_of_codes(db.session, "towns", {it.claim.town_id for it in every}),
        years=sorted({it.claim.last_day.year for it in every}, reverse=True),
        by_state=_by_state(every),
        paid_fen=sum(it.kept.amount_fen for it in every if it.kept is not None and it.state is ClaimStep.PAID),
        under_way_fen=sum(
            it.kept.amount_fen for it in every if it.kept is not None and it.holds and it.state is not ClaimStep.PAID
        ),
        choices=_town_choices(),
        streams=[(it, _stream_name(it)) for it in claimed_streams(db.session)],
        last_month=business_day().replace(day=1) - timedelta(days=1),
        is_my_turn=is_my_turn,
        **_words(),
    )


@subsidy_views.post("/subsidies/claims")
@needs(Permission.MAKE_CLAIMS)
def draft() -> BaseResponse:
    town_id = request.form.get("town", "")[:64]
    if town_id not in {code for code, _name in _town_choices()}:
        raise Refusal(NO_SUCH_CLAIM, [town_id])
    stream = request.form.get("stream", STRAW)
    if stream not in claimed_streams(db.session):
        raise Refusal(NO_SUCH_CLAIM, [stream[:32]])
    first_day, last_day = _period()
    claim = draft_claim(db.session, town_id, first_day, last_day, stream)
    claim_id = claim.id
    db.session.commit()
    return redirect(url_for("subsidies.claim", claim_id=claim_id))


@subsidy_views.get("/subsidies/claims/<int:claim_id>")
@needs(Permission.READ_CLAIMS)
def claim(claim_id: int) -> str:
    whole = own_claim(claim_id)
    said = said_of(db.session, whole)
    body = next((it for it in said["bodies"] if (it["body_id"] or "-") == request.args.get("body")), None)
    page = page_asked()
    tickets = body["tickets"] if body else []
    fallen = no_longer_standing(db.session, claim_id) if whole.is_kept else []
    return render_template(
        "subsidies/claim.html",
        whole=whole,
        said=said,
        body=body,
        tickets=tickets[(page - 1) * _TICKET_ROWS : page * _TICKET_ROWS],
        page=page,
        pages=-(-len(tickets) // _TICKET_ROWS),
        left_out=said["left_out"][:_LEFT_OUT_ROWS],
        left_out_counts=Counter(it["why"] for it in said["left_out"]),
        fallen=fallen,
        capitals=in_capitals(said["amount_fen"]),
        steps={step: _may_take(whole, step) for step in STEP_NEEDS},
        is_third={step: may(STEP_NEEDS[step]) and whole.can(step) for step in TAKEN_BY_ANOTHER},
        approved_on=business_day(whole.events[-1].taken_at),
        today=business_day(),
        day_of=date.fromisoformat,
        **_words(),
    )


@subsidy_views.get("/subsidies/claims/<int:claim_id>.xlsx")
@needs(Permission.READ_CLAIMS)
def workbook(claim_id: int) -> Response:
    whole = own_claim(claim_id)
    content = claim_workbook(said_of(db.session, whole), gettext(STATE_TEXTS[whole.state]))
    return download(content, f"claim-{whole.number or claim_id}.xlsx")


@subsidy_views.get("/subsidies/claims/<int:claim_id>/as-confirmed/<int:version>.json")
@needs(Permission.READ_CLAIMS)
def as_confirmed(claim_id: int, version: int) -> Response:
    """The text as it was confirmed, byte for byte."""
    whole = own_claim(claim_id)
    for kept in whole.texts:
        if kept.version == version:
            return download(kept.text, f"{whole.number}-{version}.json", "application/json")
    raise Refusal(NO_SUCH_CLAIM, [f"{claim_id}/{version}"])


@subsidy_views.post("/subsidies/claims/<int:claim_id>/confirm")
@needs(Permission.MAKE_CLAIMS)
def confirm(claim_id: int) -> BaseResponse:
    return _step(claim_id, ClaimStep.CONFIRMED, lambda: confirm_claim(db.session, claim_id))


@subsidy_views.post("/subsidies/claims/<int:claim_id>/check")
@needs(Permission.CHECK_CLAIMS)
def check(claim_id: int) -> BaseResponse:
    return _step(claim_id, ClaimStep.CHECKED, lambda: check_claim(db.session, claim_id, _note()))


@subsidy_views.post("/subsidies/claims/<int:claim_id>/approve")
@needs(Permission.APPROVE_CLAIMS)
def approve(claim_id: int) -> BaseResponse:
    return _step(claim_id, ClaimStep.APPROVED, lambda: approve_claim(db.session, claim_id, _note()))


@subsidy_views.post("/subsidies/claims/<int:claim_id>/pay")
@needs(Permission.PAY_CLAIMS)
def pay(claim_id: int) -> BaseResponse:
    return _step(claim_id, ClaimStep.PAID, lambda: pay_claim(db.session, claim_id, _payment()))


@subsidy_views.post("/subsidies/claims/<int:claim_id>/return")
@needs(Permission.CHECK_CLAIMS)
def give_back(claim_id: int) -> BaseResponse:
    return _step(claim_id, ClaimStep.RETURNED, lambda: return_claim(db.session, claim_id, _reason()))


@subsidy_views.post("/subsidies/claims/<int:claim_id>/withdraw")
@needs(Permission.MAKE_CLAIMS)
def withdraw(claim_id: int) -> BaseResponse:
    return _step(claim_id, ClaimStep.WITHDRAWN, lambda: withdraw_claim(db.session, claim_id, _reason()))


def _step(claim_id: int, step: ClaimStep, take: Callable[[], Any]) -> BaseResponse:
    """Take a step in a claim of whoever asks. The form is read after that is known: of others' claims nobody hears what
    is wrong with it."""
    own_claim(claim_id, STEP_NEEDS[step])
    take()
    db.session.commit()
    flash(gettext("Stored."), "success")
    return redirect(url_for("subsidies.claim", claim_id=claim_id))


def _words() -> dict[str, Any]:
    return {
        "state_texts": STATE_TEXTS,
        "state_badges": STATE_BADGES,
        "step_texts": STEP_TEXTS,
        "next_texts": NEXT_TEXTS,
        "left_out_texts": LEFT_OUT_TEXTS,
        "stream_name": _stream_name,
    }


def _fits(row: ClaimRow, given: dict[str, str]) -> bool:
    return (
        given["state"] in ("", row.state)
        and given["town"] in ("", row.claim.town_id)
        and given["year"] in ("", str(row.claim.last_day.year))
        and (not given["mine"] or is_my_turn(row))
    )


def _by_state(rows: Sequence[ClaimRow]) -> list[tuple[ClaimStep, int, int, int]]:
    """State, claims in it, and what they come to in kg of dry straw and in fen; states without a claim too."""
    found = []
    for state in ClaimStep:
        held = [it for it in rows if it.state is state]
        kept = [it.kept for it in held if it.kept is not None and it.holds]
        # tonnes of straw and of what points bought are no sum
        dry_kg = sum(it.kept.dry_kg for it in held if it.kept is not None and it.holds and it.claim.stream == STRAW)
        found.append((state, len(held), dry_kg, sum(it.amount_fen for it in kept)))
    return found


def _stream_name(stream: str) -> str:
    """What the register calls a stream."""
    return choice_name("materials", "stream", stream)


def _may_take(whole: WholeClaim, step: ClaimStep) -> bool:
    """Whether whoever asks may take this step now."""
    if not whole.can(step) or not may(STEP_NEEDS[step]):
        return False
    towns = own_towns(STEP_NEEDS[step])
    if towns is not None and whole.claim.town_id not in towns:
        return False
    return step not in TAKEN_BY_ANOTHER or may_take(whole.events, step, current_user.id)


def _town_choices() -> list[tuple[str, str]]:
    """The towns that whoever asks claims for."""
    if not may(Permission.MAKE_CLAIMS):
        return []
    return choices_of(db.session, "towns", scope_of(current_user, Permission.MAKE_CLAIMS))


def _period() -> tuple[date, date]:
    """The days that the form names: those of its own, else the month."""
    first_text, last_text = request.form.get("first_day", "").strip(), request.form.get("last_day", "").strip()
    try:
        if first_text or last_text:
            return date.fromisoformat(first_text), date.fromisoformat(last_text)
        first = date.fromisoformat(f"{request.form.get('month', '').strip()}-01")
        last = first.replace(day=monthrange(first.year, first.month)[1])
    except ValueError:
        raise Refusal(BAD_CLAIM_PERIOD) from None
    return first, min(last, business_day())


def _payment() -> Payment:
    try:
        paid_on = date.fromisoformat(request.form.get("paid_on", "").strip())
    except ValueError:
        raise Refusal(NOT_A_PAYMENT) from None
    divided = request.form.get("divided", "").strip()[:_LONGEST] or None
    return Payment(paid_on=paid_on, reference=request.form.get("reference", "").strip()[:100], divided=divided)


def _note() -> str | None:
    return request.form.get("note", "").strip()[:_LONGEST] or None


def _reason() -> str:
    reason = request.form.get("reason", "").strip()[:_LONGEST]
    if not reason:
        raise Refusal(REASON_NEEDED)
    return reason
