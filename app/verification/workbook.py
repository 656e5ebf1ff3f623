"""The desk's list as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.file_exchange.workbooks_out import PlainSheet, write_plain_workbook
from app.texts import _
from app.verification.desk import Raised
from app.verification.texts import STATE_TEXTS
from app.verification.told import told

_HEADINGS: Final = (
    _("No."), _("Month"), _("Suspicion"), _("About"), _("What was seen"), _("What would be usual"),
    _("At stake (kg)"), _("Sureness (%)"), _("Tickets held back"), _("State"), _("Reason"), _("By whom"),
)  # fmt: skip


def desk_workbook(session: Session, found: Sequence[Raised]) -> bytes:
    """Return the suspicions as a workbook, in the order of the list."""
    words = told(session, found)
    rows = [
        (
            it.raised.id,
            f"{it.month:%Y-%m}",
            words[it.raised.id].title,
            words[it.raised.id].about,
            words[it.raised.id].seen,
            words[it.raised.id].usual,
            it.sighting.at_stake_kg,
            it.sighting.score_permille / 10,
            it.held,
            gettext(STATE_TEXTS[it.state]),
            it.verdict.reason if it.verdict else None,
            it.verdict.judged_name if it.verdict else None,
        )
        for it in found
    ]
    headings = [gettext(heading) for heading in _HEADINGS]
    return write_plain_workbook([PlainSheet(title=gettext("Ticket verification"), headings=headings, rows=rows)])
