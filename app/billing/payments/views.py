"""The pages of payments: what came to the bank, whose it is, what is open and how long, reminders."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.billing.page_forms import reason_said
from app.billing.payments.ageing import OVERDUE_BY_DAYS, open_accounts
from app.billing.payments.alike import noted_payments
from app.billing.payments.days import believable_days
from app.billing.payments.matching import Matcher
from app.billing.payments.models import BankLine, PaymentReminder, UndoWish
from app.billing.payments.operations import (
    Movement,
    agree_to_undo,
    confirm_typed,
    decline_undo,
    keys_of,
    known_keys,
    match_to_plant,
    note,
    put_aside,
    undo_match,
)
from app.billing.payments.payments_page import done, fen_said, payments_page
from app.billing.payments.queries import reminders
from app.billing.payments.reminders import remind
from app.billing.queries import names_of
from app.clock import business_day
from app.database.engine import db
from app.errors import NO_SUCH_THING, Refusal
from app.said import day_said

_SHOWN = 100
_LONGEST = 200

payment_views = Blueprint("payments", __name__)


@payment_views.get("/money/payments")
@needs(Permission.READ_MONEY)
def payments() -> str:
    return payments_page([])


@payment_views.post("/money/payments")
@needs(Permission.KEEP_MONEY)
def type_in() -> Response | tuple[str, int]:
    """Note a movement that a person types in."""
    movement, faults = _read_form()
    if movement is not None:
        (key,) = keys_of([movement])
        alike = _noted_alike(movement)
        if known_keys(db.session, [key]):
            faults.append(("paid_on", gettext("The very same movement is noted already.")))
        elif alike is not None and not request.form.get("is_another"):
            told = gettext(
                "A payment of this amount is noted already, of %(day)s: %(payer)s. Tick here if this is another one.",
                day=alike.paid_on,
                payer=alike.payer or "–",
            )
            faults.append(("is_another", told))
        else:
            note(db.session, [(key, movement)])
            db.session.commit()
            flash(gettext("Stored."), "success")
            return redirect(url_for("payments.payments"))
    return payments_page(faults), 422


@payment_views.post("/money/payments/<int:line_id>/match")
@needs(Permission.KEEP_MONEY)
def match(line_id: int) -> Response:
    match_to_plant(db.session, line_id, request.form.get("plant", ""), request.form.get("statement") or None)
    return done(gettext("Posted as a payment."))


@payment_views.post("/money/payments/<int:line_id>/same")
@needs(Permission.KEEP_MONEY)
def same(line_id: int) -> Response:
    """Say that a line of the bank's is the payment that was typed in."""
    confirm_typed(db.session, line_id, request.form.get("typed", 0, type=int))
    return done(gettext("The typed payment is confirmed by the bank. Nothing was posted again."))


@payment_views.post("/money/payments/<int:line_id>/aside")
@needs(Permission.KEEP_MONEY)
def aside(line_id: int) -> Response:
    put_aside(db.session, line_id, reason_said())
    return done(gettext("Put aside: it is nobody's payment."))


@payment_views.post("/money/payments/<int:line_id>/undo")
@needs(Permission.KEEP_MONEY)
def undo(line_id: int) -> Response:
    made = undo_match(db.session, line_id, reason_said())
    told = gettext("Taken back; the movement waits again.")
    if isinstance(made, UndoWish):
        told = gettext("Its month is closed. Another person has to agree that it is taken back.")
    return done(told)


@payment_views.post("/money/payments/<int:line_id>/undo/agree")
@needs(Permission.KEEP_MONEY)
def agree_undo(line_id: int) -> Response:
    """Agree to the wish that the page showed."""
    agree_to_undo(db.session, line_id, request.form.get("wish", 0, type=int))
    return done(gettext("Taken back; the movement waits again."))


@payment_views.post("/money/payments/<int:line_id>/undo/decline")
@needs(Permission.KEEP_MONEY)
def refuse_undo(line_id: int) -> Response:
    """Decline the wish that the page showed, with a reason."""
    decline_undo(db.session, line_id, request.form.get("wish", 0, type=int), reason_said())
    return done(gettext("Declined; the payment stands."))


@payment_views.get("/money/open")
@needs(Permission.READ_MONEY)
def open_page() -> str:
    """What plants owe, by how long it is overdue."""
    day = business_day()
    return render_template(
        "billing/open.html",
        accounts=open_accounts(db.session),
        day=day,
        steps=list(zip(OVERDUE_BY_DAYS, (*OVERDUE_BY_DAYS[1:], None), strict=True)),
        reminders=reminders(db.session, _SHOWN),
        names=names_of(db.session),
        may_keep=may(Permission.KEEP_MONEY),
    )


@payment_views.post("/money/open/<plant_id>/remind")
@needs(Permission.KEEP_MONEY)
def remind_plant(plant_id: str) -> Response:
    made = remind(db.session, plant_id)
    address = url_for("payments.reminder", reminder_id=made.id)
    db.session.commit()
    return redirect(address)


@payment_views.get("/money/reminders/<int:reminder_id>")
@needs(Permission.READ_MONEY)
def reminder(reminder_id: int) -> str:
    found = db.session.get(PaymentReminder, reminder_id)
    if found is None:
        raise Refusal(NO_SUCH_THING, [str(reminder_id)])
    return render_template("billing/reminder.html", reminder=found, names=names_of(db.session))


def _noted_alike(movement: Movement) -> BankLine | None:
    matcher = Matcher(db.session)
    alike = noted_payments(db.session, matcher).like(
        amount_fen=movement.amount_fen,
        paid_on=movement.paid_on,
        plant_id=matcher.sure_plant(movement.payer, movement.said),
    )
    return next(iter(alike), None)


def _read_form() -> tuple[Movement | None, list[tuple[str, str]]]:
    """Return the movement that the form says, or all its faults by field."""
    said = {name: request.form.get(name, "").strip() for name in ("paid_on", "yuan", "payer", "said")}
    faults = []
    paid_on = day_said(said["paid_on"])
    first, last = believable_days(db.session)
    if paid_on is None:
        faults.append(("paid_on", gettext("Enter the day on which it came.")))
    elif not first <= paid_on <= last:
        told = gettext("Money cannot have come on this day: only from %(first)s to %(last)s.", first=first, last=last)
        faults.append(("paid_on", told))
    fen = fen_said(said["yuan"])
    if fen is None:
        faults.append(("yuan", gettext("Enter an amount in yuan above 0, with two decimals at most.")))
    if not said["payer"]:
        faults.append(("payer", gettext("Enter who paid.")))
    if faults or fen is None or paid_on is None:
        return None, faults
    movement = Movement(
        paid_on=paid_on,
        amount_fen=fen,
        payer=said["payer"][:_LONGEST],
        said=said["said"][:_LONGEST],
        bank_number=None,
    )
    return movement, []
