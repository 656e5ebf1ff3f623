"""A town's formulas, and how it divides what it was paid."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import business_day
from app.database.engine import db
from app.downloads import download
from app.errors import BAD_FORMULA, NO_FORMULA, NO_SUCH_CLAIM, Refusal
from app.registry.names import choices_of, names_of_codes
from app.subsidies.distribution_files import distribution_csv, distribution_workbook
from app.subsidies.distributions import (
    FormulaWish,
    decide_distribution,
    distribution_content,
    formulas,
    set_formula,
)
from app.subsidies.models import ClaimDistribution, ClaimStep
from app.subsidies.page_scope import own_claim, own_towns
from app.subsidies.queries import WholeClaim, said_of
from app.subsidies.texts import BONUS_TEXTS, STATE_BADGES, STATE_TEXTS
from yard_rules.distribution import BonusPer

_LONGEST: Final = 500

distribution_views = Blueprint("distributions", __name__, template_folder="templates")


@distribution_views.get("/subsidies/formulas")
@needs(Permission.READ_CLAIMS)
def formula_list() -> str:
    rows = formulas(db.session, own_towns())
    newest: dict[str, int] = {}
    for it in reversed(rows):
        if it.valid_from <= business_day():
            newest[it.town_id] = it.id
    return render_template(
        "subsidies/formulas.html",
        rows=rows,
        in_force=set(newest.values()),
        towns=names_of_codes(db.session, "towns", {it.town_id for it in rows}),
        choices=_town_choices(),
        bonus_texts=BONUS_TEXTS,
        today=business_day(),
    )


@distribution_views.post("/subsidies/formulas")
@needs(Permission.MAKE_CLAIMS)
def set_one() -> BaseResponse:
    town_id = request.form.get("town", "")[:64]
    if town_id not in {code for code, _name in _town_choices()}:
        raise Refusal(BAD_FORMULA, [gettext("Town")])
    set_formula(db.session, town_id, _wish())
    db.session.commit()
    flash(gettext("Stored."), "success")
    return redirect(url_for("distributions.formula_list"))


@distribution_views.get("/subsidies/claims/<int:claim_id>/distribution")
@needs(Permission.READ_CLAIMS)
def distribution_page(claim_id: int) -> str:
    whole = own_claim(claim_id)
    kept = db.session.get(ClaimDistribution, claim_id)
    content = _content(whole, kept)
    return render_template(
        "subsidies/distribution.html",
        whole=whole,
        kept=kept,
        content=content,
        may_decide=kept is None and content is not None and whole.state is ClaimStep.PAID and _is_of_town(whole),
        may_set=_is_of_town(whole),
        state_texts=STATE_TEXTS,
        state_badges=STATE_BADGES,
        bonus_texts=BONUS_TEXTS,
        day_of=date.fromisoformat,
    )


@distribution_views.post("/subsidies/claims/<int:claim_id>/distribution")
@needs(Permission.MAKE_CLAIMS)
def decide(claim_id: int) -> BaseResponse:
    own_claim(claim_id, Permission.MAKE_CLAIMS)
    decide_distribution(db.session, claim_id)
    db.session.commit()
    flash(gettext("Stored."), "success")
    return redirect(url_for("distributions.distribution_page", claim_id=claim_id))


@distribution_views.get("/subsidies/claims/<int:claim_id>/distribution.xlsx")
@needs(Permission.READ_CLAIMS)
def workbook(claim_id: int) -> Response:
    whole, content = _shown(claim_id)
    return download(distribution_workbook(content), f"distribution-{whole.number or claim_id}.xlsx")


@distribution_views.get("/subsidies/claims/<int:claim_id>/distribution.csv")
@needs(Permission.READ_CLAIMS)
def table(claim_id: int) -> Response:
    whole, content = _shown(claim_id)
    return download(distribution_csv(content), f"distribution-{whole.number or claim_id}.csv", "text/csv")


def _shown(claim_id: int) -> tuple[WholeClaim, dict[str, Any]]:
    whole = own_claim(claim_id)
    content = _content(whole, db.session.get(ClaimDistribution, claim_id))
    if content is None:
        raise Refusal(NO_FORMULA)
    return whole, content


def _content(whole: WholeClaim, kept: ClaimDistribution | None) -> dict[str, Any] | None:
    """What was decided, else what would be; None where the town has no formula."""
    if kept is not None:
        decided: dict[str, Any] = json.loads(kept.text)
        return decided
    if whole.state is ClaimStep.WITHDRAWN:
        raise Refusal(NO_SUCH_CLAIM, [str(whole.claim.id)])
    try:
        return distribution_content(db.session, whole.claim, said_of(db.session, whole))
    except Refusal as refused:
        if refused.kind is NO_FORMULA:
            return None
        raise


def _is_of_town(whole: WholeClaim) -> bool:
    if not may(Permission.MAKE_CLAIMS):
        return False
    towns = own_towns(Permission.MAKE_CLAIMS)
    return towns is None or whole.claim.town_id in towns


def _town_choices() -> list[tuple[str, str]]:
    if not may(Permission.MAKE_CLAIMS):
        return []
    return choices_of(db.session, "towns", scope_of(current_user, Permission.MAKE_CLAIMS))


def _wish() -> FormulaWish:
    """What the form says; raises Refusal naming every field that cannot be read."""
    faults = []
    base_fen, bonus_fen = _fen("base_yuan_per_t"), _fen("bonus_yuan")
    try:
        valid_from = date.fromisoformat(request.form.get("valid_from", "").strip())
    except ValueError:
        valid_from = None
        faults.append(gettext("Holds from"))
    per = request.form.get("bonus_per", "")
    if per not in set(BonusPer):
        faults.append(gettext("Bonus for removed stubble"))
    if base_fen is None:
        faults.append(gettext("Base"))
    if bonus_fen is None:
        faults.append(gettext("Bonus"))
    if faults or valid_from is None or base_fen is None or bonus_fen is None:
        raise Refusal(BAD_FORMULA, faults)
    reason = request.form.get("reason", "").strip()[:_LONGEST]
    return FormulaWish(
        valid_from=valid_from, base_fen_per_t=base_fen, bonus_per=BonusPer(per), bonus_fen=bonus_fen, reason=reason
    )


def _fen(name: str) -> int | None:
    """An amount in yuan with at most two decimals, as fen; None where it is none. What stays empty is nothing."""
    try:
        fen = Decimal(request.form.get(name, "").replace(",", "").strip() or "0") * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == int(fen) and abs(fen) < 10**12 else None
