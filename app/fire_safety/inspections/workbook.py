"""The list of what is to be mended as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask_babel import gettext

from app.clock import COUNTY_ZONE
from app.file_exchange.workbooks_out import PlainSheet, write_plain_workbook
from app.fire_safety.inspections.queries import ActionNow
from app.fire_safety.inspections.texts import AUDIENCE_TEXTS, STATE_TEXTS, STEP_TEXTS, item_text
from app.texts import _

_HEADINGS: Final = (
    _("Yard"), _("What has to be so"), _("Concerns"), _("Severity"), _("State"), _("Overdue"), _("Answers for it"),
    _("What was seen"), _("Found"), _("Found by"), _("To be mended by"), _("What happened since"),
)  # fmt: skip
_SEVERITIES: Final = {"blocks": _("blocks"), "mend": _("mend"), "advice": _("advice")}


def action_workbook(rows: Sequence[ActionNow], yards: Mapping[str, str], stacks: Mapping[str, str]) -> bytes:
    """Return the corrective actions as a workbook; `yards` and `stacks` are names by id."""
    sheet = PlainSheet(
        title=gettext("To be mended"),
        headings=[gettext(heading) for heading in _HEADINGS],
        rows=[
            (
                yards.get(it.action.yard_id, it.action.yard_id),
                item_text(it.action.item_id),
                stacks.get(it.action.subject_id or "", it.action.subject_id),
                gettext(_SEVERITIES[it.action.severity]),
                gettext(STATE_TEXTS[it.state]),
                gettext("yes") if it.at.is_overdue or it.at.check_overdue else gettext("no"),
                it.owner_name or gettext(AUDIENCE_TEXTS[it.action.owner]),
                it.action.note,
                it.action.found_at.astimezone(COUNTY_ZONE),
                it.action.found_name,
                it.action.due_at.astimezone(COUNTY_ZONE),
                "; ".join(_told(step.step, step.taken_name, step.note) for step in it.steps),
            )
            for it in rows
        ],
    )
    return write_plain_workbook([sheet])


def _told(step: str, name: str, note: str | None) -> str:
    told = f"{gettext(STEP_TEXTS[step])} ({name})"
    return f"{told}: {note}" if note else told
