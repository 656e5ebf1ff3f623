"""The office's pages of tickets: the list with its sums, the list as a workbook, one ticket with all that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_login import current_user

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope, scope_of
from app.clock import business_day
from app.database.engine import db
from app.downloads import download
from app.errors import NO_SUCH_TICKET, Refusal
from app.intake.attachments import missing_attachments
from app.intake.dry_weights import DryWeight, dry_weight
from app.intake.models import WeighTicket
from app.intake.positions import positions_of
from app.intake.purchase_queries import purchase_told
from app.intake.queries import WholeTicket, ticket_by_number, whole_ticket
from app.intake.record_models import Attachment
from app.intake.remark_texts import (
    ACCEPTANCE_TEXTS,
    MARK_TEXTS,
    NOT_FOR_THE_ROAD,
    OUTCOME_TEXTS,
    PURPOSE_TEXTS,
    RECORD_TEXTS,
    REMARK_TEXTS,
    STATE_BADGES,
    STATE_TEXTS,
    remark_text,
    severity_of,
)
from app.intake.ticket_lists import (
    SORTS,
    TicketFilters,
    marks_of,
    remarks_of,
    sees_growers,
    ticket_choices,
    ticket_rows,
    ticket_sums,
)
from app.intake.ticket_names import names_for
from app.intake.ticket_workbook import ticket_workbook
from app.intake.weight_evidence import HEIGHT, WIDTH, evidence_of
from app.registry.names import names_of_codes
from app.said import day_said, page_asked

PAGE_ROWS = 100

ticket_views = Blueprint("tickets", __name__, template_folder="templates")


@ticket_views.get("/tickets")
@needs(Permission.READ_TICKETS)
def tickets() -> str:
    scope, asked = ticket_scope(), _AskedTickets()
    page = page_asked()
    rows = ticket_rows(
        db.session, scope, asked.filters,
        sort=asked.sort, descending=asked.descending, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS,
    )  # fmt: skip
    sums = ticket_sums(db.session, scope, asked.filters)
    remarks = remarks_of(db.session, [row.id for row in rows])
    choices = ticket_choices(db.session, scope)
    return render_template(
        "intake/tickets.html",
        rows=rows,
        names=names_for(db.session, rows),
        marks=marks_of(db.session, rows),
        remarks={id_: [(it.kind, remark_text(it.kind, it.said)) for it in those] for id_, those in remarks.items()},
        severity_of=severity_of,
        sums=sums,
        asked=asked,
        choices=choices,
        choice_names=names_for(db.session, (), choices),
        texts=_texts(),
        page=page,
        pages=-(-sums.tickets // PAGE_ROWS),
        sees_growers=sees_growers(scope),
        sees_drivers=may(Permission.READ_DRIVERS),
    )


@ticket_views.get("/tickets.xlsx")
@needs(Permission.READ_TICKETS)
def workbook() -> Response:
    scope, asked = ticket_scope(), _AskedTickets()
    rows = ticket_rows(db.session, scope, asked.filters, sort=asked.sort, descending=asked.descending)
    content = ticket_workbook(
        db.session, rows, with_growers=sees_growers(scope), with_sellers=may(Permission.READ_DRIVERS)
    )
    return download(content, f"tickets-{business_day():%Y%m%d}.xlsx")


@ticket_views.get("/tickets/<number>")
@needs(Permission.READ_TICKETS)
def ticket(number: str) -> str:
    found = own_ticket(number)
    whole = whole_ticket(db.session, found)
    return render_template(
        "intake/ticket.html",
        whole=whole,
        ticket=found,
        closing=whole.closing,
        names=names_for(db.session, [found], field_count=whole.field_count),
        texts=_texts(),
        evidence={weighing.record_id: evidence_of(weighing) for weighing in _all_weighings(whole)},
        curve_size=(WIDTH, HEIGHT),
        samples=[(sample, _by_bale(sample.readings)) for sample in whole.samples],
        dry=_dry(whole),
        purchase=purchase_told(db.session, whole),
        remarks=[
            (it, remark_text(it.kind, it.said), severity_of(it.kind))
            for it in sorted(whole.remarks, key=lambda it: _SEVERITIES.index(severity_of(it.kind)))
        ],
        not_for_the_road=NOT_FOR_THE_ROAD,
        missing=set(missing_attachments(db.session, [*whole.photos, *_signatures(whole)])),
        instruments=_instruments(whole),
        positions=positions_of(db.session, whole.records),
        sees_drivers=may(Permission.READ_DRIVERS),
        sees_growers=sees_growers(ticket_scope()),
        may_void=may_void(found),
        asked_here=whole.void_request is not None and whole.void_request.asked_by == current_user.id,
    )


@ticket_views.get("/tickets/<number>/attachments/<sha256>")
@needs(Permission.READ_TICKETS)
def attachment(number: str, sha256: str) -> Response:
    """A photo of the ticket, or the driver's signature for those who may know who drove."""
    whole = whole_ticket(db.session, own_ticket(number))
    shown = set(whole.photos)
    if may(Permission.READ_DRIVERS):
        shown.update(_signatures(whole))
    found = db.session.get(Attachment, sha256) if sha256 in shown else None
    if found is None:
        raise Refusal(NO_SUCH_TICKET, [sha256[:12]])
    answer = Response(found.content, mimetype=found.content_type)
    # the address names the content: it is never another
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


class _AskedTickets:
    """What the address asks of the list: words, filters, order."""

    def __init__(self) -> None:
        given = {name: request.args.get(name, "").strip()[:100] for name in _FILTERS}
        sort = request.args.get("sort", "")
        self.sort, self.descending = sort.removeprefix("-"), sort.startswith("-")
        self.filters = TicketFilters(
            from_day=day_said(given["from"]),
            to_day=day_said(given["to"]),
            place=given["place"],
            town_id=given["town"],
            body_id=given["body"],
            plate=given["plate"],
            purpose=given["purpose"],
            state=given["state"],
            remark=given["remark"],
            mark=given["mark"],
            sought=given["q"],
        )
        self.given = {name: value for name, value in given.items() if value}

    @property
    def address_parts(self) -> dict[str, str]:
        """What an address needs to ask for the same."""
        sort = {"sort": f"{'-' if self.descending else ''}{self.sort}"} if self.sort in SORTS else {}
        return {**self.given, **sort}

    def heading(self, label: str, sort: str, kind: str = "text") -> dict[str, str]:
        """What the table's macro takes; a click on the heading sorts, the next one the other way round."""
        is_sorted = self.sort == sort
        order = f"-{sort}" if is_sorted and not self.descending else sort
        parts: dict[str, Any] = {**self.given, "sort": order}
        return {
            "label": label,
            "kind": kind,
            "sorted": ("descending" if self.descending else "ascending") if is_sorted else "none",
            "href": url_for("tickets.tickets", **parts),
        }


def ticket_scope() -> Scope | None:
    """Whose tickets whoever asks now may see."""
    return scope_of(current_user, Permission.READ_TICKETS)


def own_ticket(number: str) -> WeighTicket:
    """The ticket, if whoever asks may see it; raises Refusal as if it were not there."""
    found = ticket_by_number(db.session, number, ticket_scope())
    if found is None:
        raise Refusal(NO_SUCH_TICKET, [number])
    return found


def may_void(found: WeighTicket) -> bool:
    """Whether whoever asks may have this ticket voided: those of own places."""
    if not may(Permission.VOID_TICKETS):
        return False
    scope = scope_of(current_user, Permission.VOID_TICKETS)
    if scope is None:
        return True
    return found.place_id in scope.of(found.place_kind)


_FILTERS = ("from", "to", "place", "town", "body", "plate", "purpose", "state", "remark", "mark", "q")
_SEVERITIES = ("blocks", "mend", "advice")


def _texts() -> dict[str, Mapping[str, str]]:
    """Message ids by what they are texts of."""
    return {
        "purpose": PURPOSE_TEXTS,
        "state": STATE_TEXTS,
        "badge": STATE_BADGES,
        "mark": MARK_TEXTS,
        "outcome": OUTCOME_TEXTS,
        "acceptance": ACCEPTANCE_TEXTS,
        "remark": REMARK_TEXTS,
        "record": RECORD_TEXTS,
    }


def _all_weighings(whole: WholeTicket) -> list[Any]:
    return [*whole.weighings, *([whole.stored_tare] if whole.stored_tare else [])]


def _instruments(whole: WholeTicket) -> dict[str, str]:
    """The scales and meters of the ticket by their codes: what they are called now, with the code."""
    codes = {
        "scales": {it.scale_id for it in _all_weighings(whole) if it.scale_id},
        "meters": {it.meter_id for it in whole.samples if it.meter_id},
    }
    return {
        code: f"{name} ({code})"
        for key, those in codes.items()
        for code, name in names_of_codes(db.session, key, those).items()
    }


def _signatures(whole: WholeTicket) -> list[str]:
    signatures = [] if whole.closing is None else [whole.closing.signature, whole.closing.point_signature]
    return [it for it in signatures if it]


def _by_bale(readings: Sequence[Sequence[int]]) -> list[tuple[int, list[int]]]:
    """Readings in per mille by bale."""
    found: dict[int, list[int]] = {}
    for bale, permille in readings:
        found.setdefault(bale, []).append(permille)
    return sorted(found.items())


def _dry(whole: WholeTicket) -> DryWeight | None:
    closing = whole.closing
    if closing is None or closing.moisture_permille is None:
        return None
    return dry_weight(
        closing.net_kg, closing.moisture_permille, method=closing.dry_method, day=whole.ticket.business_day
    )
