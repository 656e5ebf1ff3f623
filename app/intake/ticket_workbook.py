"""A list of tickets as a workbook: both weights, moisture, dry straw, marks and remarks in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.clock import COUNTY_ZONE
from app.file_exchange.workbooks_out import PlainSheet, PlainValue, write_plain_workbook
from app.intake.models import Purpose
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

_HEADINGS: Final = (
    _("Ticket number"), _("Yard or plant"), _("Day"), _("Opened"), _("Closed"), _("Purpose"), _("State"),
    _("Outcome"), _("Plate"), _("Comes from"), _("Collecting body"), _("Grower"), _("Goes to"), _("Bales"),
    _("Gross (kg)"), _("Tare (kg)"), _("Net (kg)"), _("Net may be off by (kg)"), _("Moisture (%)"), _("Dry straw (kg)"),
    _("Stacking"), _("Marks"), _("Remarks"),
)  # fmt: skip


def ticket_workbook(session: Session, rows: Sequence[Any], *, with_growers: bool, with_sellers: bool) -> bytes:
    """Return the tickets as a workbook; texts stay texts, whatever they begin with. `with_sellers`: who sold what
    recycling points bought is named, too."""
    sheet = PlainSheet(
        title=gettext("Tickets"),
        headings=[gettext(heading) for heading in _HEADINGS],
        rows=list(_rows(session, rows, with_growers=with_growers, with_sellers=with_sellers)),
    )
    return write_plain_workbook([sheet])


def _rows(
    session: Session, rows: Sequence[Any], *, with_growers: bool, with_sellers: bool
) -> Iterator[Sequence[PlainValue]]:
    names = names_for(session, rows)
    marks, remarks = marks_of(session, rows), remarks_of(session, [row.id for row in rows])
    purposes, states, outcomes, stacking, mark_texts = map(
        _translated, (PURPOSE_TEXTS, STATE_TEXTS, OUTCOME_TEXTS, ACCEPTANCE_TEXTS, MARK_TEXTS)
    )

    @cache
    def remark(kind: str, said: str) -> str:
        return remark_text(kind, json.loads(said))

    for row in rows:
        yield (
            row.number,
            names.place(row.place_kind, row.place_id),
            row.business_day,
            row.opened_at.astimezone(COUNTY_ZONE),
            row.closed_at and row.closed_at.astimezone(COUNTY_ZONE),
            purposes[row.purpose],
            states[row.state],
            outcomes[row.outcome] if row.outcome else None,
            row.plate,
            names.origin(row),
            names.body(row.body_id),
            row.grower if with_growers and (with_sellers or row.purpose != Purpose.PURCHASE) else None,
            names.plant(row.destination_id),
            row.bales if row.bales is not None else row.bales_declared,
            row.gross_kg,
            row.tare_kg,
            row.net_kg,
            row.uncertainty_kg,
            None if row.moisture_permille is None else row.moisture_permille / 10,
            row.dry_kg,
            stacking[row.acceptance] if row.acceptance else None,
            ", ".join(mark_texts[mark] for mark in marks[row.id]),
            "; ".join(remark(it.kind, json.dumps(it.said)) for it in remarks.get(row.id, ())),
        )


def _translated(texts: Mapping[str, str]) -> dict[str, str]:
    """Once for a workbook: twenty thousand rows say the same few things."""
    return {word: str(gettext(text)) for word, text in texts.items()}
