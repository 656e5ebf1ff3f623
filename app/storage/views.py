"""The office's pages of the stock: all yards, one yard, one day of it, and the ledgers as workbooks."""

from __future__ import annotations

from datetime import date, timedelta

import pydantic
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import exists, func, select
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope, scope_of
from app.clock import business_day, now
from app.database.engine import db, write_from_here
from app.downloads import download
from app.errors import NO_SUCH_THING, NOT_A_DATE, Refusal
from app.file_exchange.workbooks_out import write_plain_workbook
from app.intake.arriving import RefusedHere
from app.intake.ledger_check import head_of
from app.intake.models import TicketClosing, TicketVoid, WeighTicket
from app.intake.office_records import store_office_record
from app.intake.remark_texts import PURPOSE_TEXTS, STATE_BADGES, STATE_TEXTS
from app.intake.remarks import RemarkKind
from app.registry.legal_capacity import drawn_capacity
from app.registry.models import TransferYard
from app.registry.suspension_texts import reason_text
from app.registry.suspensions import suspensions_in_force
from app.storage.amounts import kept_line
from app.storage.closing_days import open_questions
from app.storage.day_sheets import DaySheet, closing_of, day_sheet, last_closing, late_transfers, stock_change
from app.storage.layouts import ensure_stacks, has_stacks, stacks_of
from app.storage.ledger import counts_of, latest_transfers, vehicles, watch_entries, watch_gaps
from app.storage.ledger_workbooks import day_workbook, month_workbook
from app.storage.models import BaleStack
from app.storage.pictures import Colouring, picture
from app.storage.queries import (
    LoadOutOrder,
    YardStock,
    last_closed_days,
    load_out_order,
    not_to_be_loaded,
    proposals_of,
    ship_by_list,
    stacks_now,
    yard_stock,
    yard_within,
    yards_within,
)
from app.storage.record_kinds import STORAGE_KINDS
from app.storage.texts import (
    ACCOUNT_TEXTS,
    CLASS_TEXTS,
    HEATING_TEXTS,
    ORDER_TEXTS,
    SHIP_TEXTS,
    STACK_KIND_TEXTS,
    WATCH_TEXTS,
    question_text,
)
from app.storage.visitors import visits

_SHOWN_TRANSFERS = 40
_LONGEST_WORDS = 500

stock_views = Blueprint("stock", __name__, template_folder="templates")


@stock_views.get("/stock")
@needs(Permission.READ_STOCK)
def all_yards() -> str:
    yards = yards_within(db.session, stock_scope())
    open_tickets, closed = _open_tickets(), last_closed_days(db.session, [yard.yard_id for yard in yards])
    stocks = [_stock(yard, open_tickets.get(yard.yard_id, 0), closed.get(yard.yard_id)) for yard in yards]
    return render_template("storage/yards.html", stocks=stocks, closed=_closed_now(), today=business_day())


@stock_views.get("/stock/<yard_id>")
@needs(Permission.READ_STOCK)
def yard_page(yard_id: str) -> str:
    yard = own_yard(yard_id)
    stacks, today = stacks_now(db.session, yard_id), business_day()
    colouring = Colouring(request.args["colour"]) if request.args.get("colour") in set(Colouring) else Colouring.AGE
    order = LoadOutOrder(request.args["order"]) if request.args.get("order") in set(LoadOutOrder) else LoadOutOrder.RISK
    closed = last_closed_days(db.session, [yard_id]).get(yard_id)
    names = {stack.stack_id: stack.name for stack in stacks_of(db.session, yard_id, withdrawn=True)}
    return render_template(
        "storage/yard.html",
        yard=yard,
        stock=_stock(yard, _open_tickets().get(yard_id, 0), closed),
        stacks=stacks,
        picture=picture(stacks, colouring),
        colouring=colouring,
        order=order,
        next_out=load_out_order(stacks, order),
        not_out=not_to_be_loaded(stacks),
        to_ship=ship_by_list(stacks),
        proposals=proposals_of(stacks),
        transfers=latest_transfers(db.session, yard_id, _SHOWN_TRANSFERS),
        names=names,
        withdrawn=[stack for stack in stacks_of(db.session, yard_id, withdrawn=True) if stack.withdrawn_at],
        closed=[it for it in suspensions_in_force(db.session, yard_id) if it.stack_id is None],
        reason_text=reason_text,
        today=today,
        now=now(),
        may_write=may(Permission.WRITE_STACKS),
        texts=_texts(),
    )


@stock_views.get("/stock/<yard_id>/days/<text>")
@needs(Permission.READ_STOCK)
def day_page(yard_id: str, text: str) -> str:
    yard, day = own_yard(yard_id), _day(text)
    sheet, closing, today = day_sheet(db.session, yard_id, day), closing_of(db.session, yard_id, day), business_day()
    is_closed = closing is not None and closing.is_closed
    names = {stack.stack_id: stack.name for stack in stacks_of(db.session, yard_id, withdrawn=True)}
    questions = (
        closing.questions
        if closing is not None and closing.is_closed
        else open_questions(db.session, yard_id, day)
        if day <= today
        else []
    )
    before = last_closing(db.session, yard_id, before=day)
    return render_template(
        "storage/day.html",
        yard=yard,
        day=day,
        today=today,
        sheet=sheet,
        closing=closing,
        is_closed=is_closed,
        kept={line["stack_id"]: kept_line(line) for line in closing.stacks} if closing and is_closed else {},
        late=stock_change(late_transfers(db.session, closing)) if closing and is_closed else None,
        came_after=(before, stock_change(late_transfers(db.session, before))) if before else None,
        questions=[question_text(question, names) for question in questions],
        vehicles=vehicles(db.session, yard_id, day, day),
        watch=watch_entries(db.session, yard_id, day, day),
        gaps=watch_gaps(db.session, yard_id, day, now()),
        visits=visits(db.session, yard_id, day, day, today=today, with_names=may(Permission.READ_DRIVERS)),
        counts=counts_of(db.session, yard_id, day),
        names=names,
        may_close=may(Permission.CLOSE_DAYS) and not is_closed and day <= today and not _closed_from(yard_id, day),
        countable=_countable(yard_id, sheet),
        wanted={line["stack_id"]: line["counted_bales"] for line in closing.stacks} if closing else {},
        earlier=day - timedelta(days=1),
        later=day + timedelta(days=1) if day < today else None,
        head=head_of(db.session, ("yard", yard_id)),
        read_at=now(),
        texts=_texts(),
    )


@stock_views.post("/stock/<yard_id>/days/<text>/close")
@needs(Permission.CLOSE_DAYS)
def close_day(yard_id: str, text: str) -> BaseResponse:
    """The office closes a day as a tablet does: with what was counted, and with an explanation where one is needed."""
    own_yard(yard_id)
    day, explanation = _day(text), request.form.get("explanation", "").strip()[:_LONGEST_WORDS] or None
    counts = [
        {"stack_id": stack.stack_id, "bales": typed}
        for stack in stacks_of(db.session, yard_id, withdrawn=True)
        if (typed := request.form.get(f"count-{stack.stack_id}", type=int)) is not None
    ]
    body = {"day": day.isoformat(), "counts": counts, "explanation": explanation}
    here = redirect(url_for("stock.day_page", yard_id=yard_id, text=text))
    try:
        receipt = store_office_record(
            db.session,
            kind="day_close",
            place=("yard", yard_id),
            body=body,
            account=current_user,
            kinds=STORAGE_KINDS,
        )
    except pydantic.ValidationError:
        flash(gettext("A count is no number of bales. The day stays open."), "error")
        return here
    except RefusedHere as refused:
        db.session.rollback()
        flash(f"{gettext(refused.kind.what)} {gettext(refused.kind.next_step)}", "error")
        return here
    db.session.commit()
    if any(remark["kind"] == RemarkKind.DAY_NOT_CLOSED for remark in receipt["remarks"]):
        flash(gettext("The day stays open: an explanation is missing. What was counted is kept."), "warning")
    else:
        flash(gettext("The day is closed."), "success")
    return here


@stock_views.get("/stock/<yard_id>/days/<text>.xlsx")
@needs(Permission.READ_STOCK)
def day_ledger(yard_id: str, text: str) -> Response:
    yard, day = own_yard(yard_id), _day(text)
    sheets = day_workbook(db.session, yard_id, day, with_names=may(Permission.READ_DRIVERS))
    return download(write_plain_workbook(sheets), f"{yard.yard_id}-{day:%Y%m%d}.xlsx")


@stock_views.get("/stock/<yard_id>/months/<month>.xlsx")
@needs(Permission.READ_STOCK)
def month_ledger(yard_id: str, month: str) -> Response:
    yard, first = own_yard(yard_id), _day(f"{month}-01")
    sheets = month_workbook(db.session, yard_id, first, with_names=may(Permission.READ_DRIVERS))
    return download(write_plain_workbook(sheets), f"{yard.yard_id}-{first:%Y%m}.xlsx")


def stock_scope() -> Scope | None:
    """Whose stock whoever asks now may see."""
    return scope_of(current_user, Permission.READ_STOCK)


def own_yard(yard_id: str) -> TransferYard:
    """The yard with stacks to look at, if whoever asks may see it; raises Refusal as if it were not there."""
    found = yard_within(db.session, yard_id, stock_scope())
    if found is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    if has_stacks(db.session, yard_id):
        return found
    write_from_here()
    found = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
    ensure_stacks(db.session, found)
    db.session.commit()
    return found


def _closed_from(yard_id: str, day: date) -> bool:
    """Whether a later day is closed: this one then stays as it is."""
    closing = last_closing(db.session, yard_id)
    return closing is not None and closing.day >= day


def _countable(yard_id: str, sheet: DaySheet) -> list[tuple[BaleStack, int]]:
    """The stacks that somebody would count in the evening, with the bales that the books have then."""
    lines = {stack_id: line.closing.bales for stack_id, line in sheet.stacks.items()}
    return [
        (stack, lines.get(stack.stack_id, 0))
        for stack in stacks_of(db.session, yard_id, withdrawn=True)
        if stack.withdrawn_at is None or lines.get(stack.stack_id)
    ]


def _stock(yard: TransferYard, open_tickets: int, last_closed: date | None) -> YardStock:
    stacks, drawn = stacks_now(db.session, yard.yard_id), drawn_capacity(db.session, yard.yard_id)
    legal_kg = None if drawn is None else drawn.kg
    return yard_stock(
        yard, stacks, business_day(), open_tickets=open_tickets, last_closed=last_closed, legal_kg=legal_kg
    )


def _closed_now() -> dict[str, list[str | None]]:
    """What of each yard is closed: a stack, or (None) the yard."""
    found: dict[str, list[str | None]] = {}
    for it in suspensions_in_force(db.session):
        found.setdefault(it.yard_id, []).append(it.stack_id)
    return found


def _open_tickets() -> dict[str, int]:
    found = db.session.execute(
        select(WeighTicket.place_id, func.count().label("tickets"))
        .where(
            WeighTicket.place_kind == "yard",
            ~exists().where(TicketClosing.ticket_id == WeighTicket.id),
            ~exists().where(TicketVoid.ticket_id == WeighTicket.id),
        )
        .group_by(WeighTicket.place_id)
    )
    return {row.place_id: row.tickets for row in found}


def _texts() -> dict[str, dict[str, str]]:
    """Words of the code in the reader's language, by what they are about."""
    kinds = {
        "kinds": STACK_KIND_TEXTS,
        "heating": HEATING_TEXTS,
        "classes": CLASS_TEXTS,
        "ship": SHIP_TEXTS,
        "accounts": ACCOUNT_TEXTS,
        "orders": ORDER_TEXTS,
        "watch": WATCH_TEXTS,
        "purposes": PURPOSE_TEXTS,
        "states": STATE_TEXTS,
    }
    shown = {kind: {word: gettext(text) for word, text in texts.items()} for kind, texts in kinds.items()}
    return {**shown, "badges": dict(STATE_BADGES)}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(NOT_A_DATE, [text]) from None
