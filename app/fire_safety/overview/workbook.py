"""The open dangers as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from flask_babel import gettext

from app.clock import COUNTY_ZONE
from app.file_exchange.workbooks_out import PlainSheet, write_plain_workbook
from app.fire_safety.overview.dangers import Danger
from app.fire_safety.overview.texts import KIND_TEXTS, SEVERITY_TEXTS, danger_text
from app.texts import _

DANGER_HEADINGS: Final = (
    _("Yard"), _("What is open"), _("Concerns"), _("Kind"), _("Severity"), _("Since"), _("Days"),
    _("To be mended by"), _("Overdue"),
)  # fmt: skip


def danger_sheet(
    dangers: Sequence[Danger], yards: Mapping[str, str], stacks: Mapping[str, str], moment: datetime
) -> PlainSheet:
    """Return the dangers as a sheet; `yards` and `stacks` are names by id."""
    return PlainSheet(
        title=gettext("Open dangers"),
        headings=[gettext(heading) for heading in DANGER_HEADINGS],
        rows=[
            (
                yards.get(it.yard_id, it.yard_id),
                danger_text(it),
                stacks.get(it.subject_id or "", it.subject_id),
                gettext(KIND_TEXTS[it.kind]),
                gettext(SEVERITY_TEXTS[it.severity]),
                it.since.astimezone(COUNTY_ZONE),
                (moment - it.since).days,
                None if it.due_at is None else it.due_at.astimezone(COUNTY_ZONE),
                gettext("yes") if it.is_overdue else gettext("no"),
            )
            for it in dangers
        ],
    )


def danger_workbook(
    dangers: Sequence[Danger], yards: Mapping[str, str], stacks: Mapping[str, str], moment: datetime
) -> bytes:
    """Return the same as a workbook."""
    return write_plain_workbook([danger_sheet(dangers, yards, stacks, moment)])
