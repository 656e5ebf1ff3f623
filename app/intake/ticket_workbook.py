"""A list of tickets as a workbook: both weights, moisture, dry straw, marks and remarks in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.clock import COUNTY_ZONE
from app.file_exchange.workbooks_out import PlainSheet, PlainValue, write_plain_workbook
from app.intake.remark_texts import (
    ACCEPTANCE_TEXTS,
    MARK_TEXTS,
    OUTCOME_TEXTS,
    PURPOSE_TEXTS,
    STATE_TEXTS,
    remark_text,
)
from app.intake.ticket_lists import marks_of, remarks_of
from app.intake.ticket_names import names_for
from app.texts import _

MOST_ROWS: Final = 50_000
_HEADINGS: Final = (
    _("Ticket number"), _("Yard or plant"), _("Day"), _("Opened"), _("Closed"), _("Purpose"), _("State"),
    _("Outcome"), _("Plate"), _("From"), _("Collecting body"), _("Grower"), _("To"), _("Bales"), _("Gross (kg)"),
    _("Tare (kg)"), _("Net (kg)"), _("Net may be off by (kg)"), _("Moisture (%)"), _("Dry straw (kg)"), _("Stacking"),
    _("Marks"), _("Remarks"),
)  # fmt: skip


def ticket_workbook(session: Session, rows: Sequence[Any], *, with_growers: bool) -> bytes:
    """Return the tickets as a workbook; texts stay texts, whatever they begin with."""
    sheet = PlainSheet(
        title=gettext("Tickets"),
        headings=[gettext(heading) for heading in _HEADINGS],
        rows=list(_rows(session, rows, with_growers)),
    )
    return write_plain_workbook([sheet])


def _rows(session: Session, rows: Sequence[Any], with_growers: bool) -> Iterator[Sequence[PlainValue]]:
    names = names_for(session, rows)
    marks, remarks = marks_of(session, rows), remarks_of(session, [row.id for row in rows])
    for row in rows:
        yield (
            row.number,
            names.place(row.place_kind, row.place_id),
            row.business_day,
            row.opened_at.astimezone(COUNTY_ZONE),
            row.closed_at and row.closed_at.astimezone(COUNTY_ZONE),
            gettext(PURPOSE_TEXTS[row.purpose]),
            gettext(STATE_TEXTS[row.state]),
            gettext(OUTCOME_TEXTS[row.outcome]) if row.outcome else None,
            row.plate,
            names.origin(row),
            names.body(row.body_id),
            row.grower if with_growers else None,
            names.plant(row.destination_id),
            row.bales if row.bales is not None else row.bales_declared,
            row.gross_kg,
            row.tare_kg,
            row.net_kg,
            row.uncertainty_kg,
            None if row.moisture_permille is None else row.moisture_permille / 10,
            row.dry_kg,
            gettext(ACCEPTANCE_TEXTS[row.acceptance]) if row.acceptance else None,
            ", ".join(gettext(MARK_TEXTS[mark]) for mark in marks[row.id]),
            "; ".join(remark_text(it.kind, it.said) for it in remarks.get(row.id, ())),
        )
