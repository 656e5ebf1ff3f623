"""The pages of money: what waits, prices, months, the ledger down to its tickets."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.billing.charging.everything import Charged, charge_everything
from app.billing.charging.operations import Difference, differences_of
from app.billing.ledger.accounts import is_account
from app.billing.ledger.models import EntryKind
from app.billing.ledger.months import ask_to_reopen, close_month, decline_to_reopen, last_closed, reopen_month
from app.billing.ledger_check import money_head
from app.billing.page_forms import reason_said
from app.billing.payments.payouts import RECYCLER, payable_fen, payouts
from app.billing.price_form import BANDS, mould_grades, read_price_form
from app.billing.prices.models import CEILING, PriceDecision, PriceTerm
from app.billing.prices.operations import decide, propose
from app.billing.prices.queries import PriceBook
from app.billing.queries import (
    borne_by,
    entries_about,
    entries_shown,
    entry_with_id,
    fees,
    last_charged_at,
    lines_of,
    month_events,
    month_sums,
    names_of,
    plant_balances,
    point_balances,
    price_rows,
    ticket_numbers,
    town_parts,
)
from app.billing.statements.operations import issue_statements
from app.billing.statements.queries import statements_with
from app.billing.texts import BASIS_TEXTS, END_TEXTS, ENTRY_TEXTS, PRICE_TEXTS, account_text, deduction_texts, off_text
from app.billing.waiting import money_waiting
from app.clock import business_day
from app.database.engine import db
from app.deliveries.queries import delivered
from app.errors import NO_SUCH_PRICE, NO_SUCH_THING, Refusal
from app.said import page_asked

_EVENTS_SHOWN = 12
_PAYOUTS_SHOWN = 20

billing_views = Blueprint("billing", __name__, template_folder="templates")


@billing_views.get("/money")
@needs(Permission.READ_MONEY)
def finance_page() -> str:
    provisional_fen, final_fen = fees(db.session)
    return render_template(
        "billing/finance.html",
        balances=plant_balances(db.session),
        parts=town_parts(db.session),
        points=point_balances(db.session),
        borne=borne_by(db.session),
        payable=payable_fen(db.session),
        payouts=payouts(db.session)[:_PAYOUTS_SHOWN],
        recycler=RECYCLER,
        today=business_day(),
        provisional_fen=provisional_fen,
        final_fen=final_fen,
        months=month_sums(db.session),
        events=month_events(db.session, _EVENTS_SHOWN),
        closed=last_closed(db.session),
        waiting=money_waiting(db.session, business_day()),
        charged_at=last_charged_at(db.session),
        head=money_head(db.session),
        **_words(),
    )


@billing_views.post("/money/charge")
@needs(Permission.KEEP_MONEY)
def charge() -> Response:
    """Post what the ledger lacks of the loads that plants took."""
    made = charge_everything(db.session)
    db.session.commit()
    _flash_charged(made)
    return redirect(url_for("billing.finance_page"))


@billing_views.post("/money/months/<month>/close")
@needs(Permission.KEEP_MONEY)
def close(month: str) -> Response:
    """Charge what was delivered, close the month, and issue its statements."""
    first = _month(month)
    made = charge_everything(db.session)
    event = close_month(db.session, first)
    issued = issue_statements(db.session, event)
    head = f"money/ledger:{event.last_number}:{event.last_hash}"
    db.session.commit()
    _flash_charged(made)
    flash(
        gettext(
            "%(month)s is closed, %(count)s statements are issued. Keep this outside of this machine: %(head)s",
            month=month,
            count=len(issued),
            head=head,
        ),
        "success",
    )
    return redirect(url_for("billing.finance_page"))


@billing_views.post("/money/months/<month>/reopen")
@needs(Permission.KEEP_MONEY)
def reopen(month: str) -> Response:
    """Ask that the last closed month be opened again."""
    ask_to_reopen(db.session, _month(month), reason_said())
    db.session.commit()
    flash(gettext("Asked for. Another person has to agree."), "success")
    return redirect(url_for("billing.finance_page"))


@billing_views.post("/money/months/<month>/reopen/agree")
@needs(Permission.KEEP_MONEY)
def agree_to_reopen(month: str) -> Response:
    """Agree to the wish that the page showed."""
    reopen_month(db.session, _month(month), request.form.get("wish", 0, type=int))
    db.session.commit()
    flash(gettext("%(month)s is open again.", month=month), "success")
    return redirect(url_for("billing.finance_page"))


@billing_views.post("/money/months/<month>/reopen/decline")
@needs(Permission.KEEP_MONEY)
def decline_reopening(month: str) -> Response:
    """Decline the wish that the page showed, with a reason."""
    decline_to_reopen(db.session, _month(month), request.form.get("wish", 0, type=int), reason_said())
    db.session.commit()
    flash(gettext("Declined; the month stays closed."), "success")
    return redirect(url_for("billing.finance_page"))


@billing_views.get("/money/prices")
@needs(Permission.READ_MONEY)
def prices() -> str:
    return _prices_page([])


@billing_views.post("/money/prices")
@needs(Permission.KEEP_MONEY)
def propose_price() -> Response | tuple[str, int]:
    wish, faults = read_price_form(request.form)
    if wish is None:
        return _prices_page(faults), 422
    term = propose(db.session, wish)
    term_id = term.id
    db.session.commit()
    flash(gettext("Proposed. It holds once another person agrees."), "success")
    return redirect(url_for("billing.price", term_id=term_id))


@billing_views.get("/money/prices/<int:term_id>")
@needs(Permission.READ_MONEY)
def price(term_id: int) -> str:
    """A price, and what it would do while it waits."""
    term, decision = _term(term_id), db.session.get(PriceDecision, term_id)
    book = PriceBook(db.session, instead=[] if decision else [term])
    differences = None
    if decision is None and term.kind != CEILING:
        loads = delivered(db.session, plant_id=term.plant_id, first_day=term.valid_from, last_day=term.valid_to)
        differences = differences_of(db.session, loads, book)
    return render_template(
        "billing/price.html",
        term=term,
        decision=decision,
        by_plant=None if differences is None else _by_plant(differences),
        count=0 if differences is None else len(differences),
        is_ceiling=term.kind == CEILING,
        above=book.above(term) if decision is None and term.kind == CEILING else [],
        not_reached=book.not_reached(term) if decision is None or decision.is_agreed else [],
        is_own=term.asked_by == current_user.id,
        **_words(),
    )


@billing_views.post("/money/prices/<int:term_id>/<answer>")
@needs(Permission.KEEP_MONEY)
def answer_price(term_id: int, answer: str) -> Response:
    """Agree to a price, or decline it."""
    if answer not in ("agree", "decline"):
        raise Refusal(NO_SUCH_THING, [answer])
    is_agreed = answer == "agree"
    decide(db.session, term_id, is_agreed=is_agreed, reason=None if is_agreed else reason_said())
    made = charge_everything(db.session) if is_agreed else None
    db.session.commit()
    flash(gettext("The price is agreed.") if is_agreed else gettext("The price is declined."), "success")
    if made is not None:
        _flash_charged(made)
    return redirect(url_for("billing.prices"))


@billing_views.get("/money/ledger")
@needs(Permission.READ_MONEY)
def ledger() -> str:
    account, subject = request.args.get("account") or None, request.args.get("about") or None
    if account is not None and not is_account(account):
        raise Refusal(NO_SUCH_THING, [account[:100]])
    month = _month(request.args["month"]) if request.args.get("month") else None
    page = page_asked(first=0)
    entries, has_older = entries_shown(db.session, account=account, subject=subject, month=month, page=page)
    return render_template(
        "billing/ledger.html",
        entries=entries,
        lines=lines_of(db.session, [it.number for it in entries]),
        tickets=ticket_numbers(db.session, [it.subject_id for it in entries]),
        account=account,
        subject=subject,
        month=month,
        page=page,
        has_older=has_older,
        **_words(),
    )


@billing_views.get("/money/ledger/<entry_id>")
@needs(Permission.READ_MONEY)
def ledger_entry(entry_id: str) -> str:
    entry = entry_with_id(db.session, entry_id)
    if entry is None:
        raise Refusal(NO_SUCH_THING, [entry_id])
    about = entries_about(db.session, entry)
    lines = lines_of(db.session, [it.number for it in about])
    return render_template(
        "billing/entry.html",
        entry=entry,
        about=about,
        lines=lines,
        statements=statements_with(db.session, entry, {it.account for it in lines.get(entry.number, ())}),
        tickets=ticket_numbers(db.session, [entry.subject_id]),
        term=db.session.get(PriceTerm, entry.said["price"]) if "price" in entry.said else None,
        **_words(),
    )


def _prices_page(faults: list[tuple[str, str]]) -> str:
    words, book = _words(), PriceBook(db.session)
    return render_template(
        "billing/prices.html",
        still_provisional=book.still_provisional(),
        with_own=sorted(book.with_own_terms(business_day())),
        rows=price_rows(db.session),
        faults=faults,
        form=request.form,
        bands=range(1, BANDS + 1),
        mould_grades=mould_grades(),
        today=business_day(),
        **words,
    )


def _words() -> dict[str, Any]:
    """What all templates of money need."""
    names = names_of(db.session)
    return {
        "names": names,
        "account_text": lambda account: account_text(account, names),
        "entry_texts": ENTRY_TEXTS,
        "price_texts": PRICE_TEXTS,
        "end_texts": END_TEXTS,
        "basis_texts": BASIS_TEXTS,
        "translated": lambda texts: [(key, gettext(text)) for key, text in texts.items()],
        "deduction_texts": deduction_texts,
        "off_text": off_text,
        "may_keep": may(Permission.KEEP_MONEY),
    }


def _by_plant(differences: list[Difference]) -> list[tuple[str, int, int, int]]:
    """Plant, deliveries, and what they cost before and after, in fen."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for it in differences:
        for at, value in enumerate((1, it.before_fen, it.after_fen)):
            sums[it.delivery.plant_id][at] += value
    return [(plant_id, count, before, after) for plant_id, (count, before, after) in sorted(sums.items())]


def _flash_charged(made: Charged) -> None:
    charged = sum(it.kind is EntryKind.CHARGE for it in made.deliveries)
    taken_back = sum(it.kind is EntryKind.REVERSAL for it in made.deliveries)
    if made.purchases:
        flash(
            ngettext("%(num)s purchase posted.", "%(num)s purchases posted.", len(made.purchases)),
            "success",
        )
    if made.corrections:
        told = gettext(
            "Statements of the true-up: %(numbers)s", numbers=", ".join(it.number for it in made.corrections)
        )
        flash(told, "success")
    flash(
        gettext(
            "%(charged)s deliveries charged, %(corrected)s corrected, %(back)s taken back.",
            charged=charged,
            corrected=len(made.deliveries) - charged - taken_back,
            back=taken_back,
        ),
        "success",
    )


def _term(term_id: int) -> PriceTerm:
    found = db.session.get(PriceTerm, term_id)
    if found is None:
        raise Refusal(NO_SUCH_PRICE, [str(term_id)])
    return found


def _month(said: str) -> date:
    try:
        return date.fromisoformat(f"{said}-01")
    except ValueError:
        raise Refusal(NO_SUCH_THING, [said[:20]]) from None
