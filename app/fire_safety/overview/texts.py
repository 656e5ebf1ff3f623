"""What open dangers say to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext

from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.texts import alarm_text
from app.fire_safety.drawings.rule_texts import told_findings
from app.fire_safety.equipment.texts import DUTY_TEXTS
from app.fire_safety.equipment.texts import KIND_TEXTS as EQUIPMENT_TEXTS
from app.fire_safety.inspections.queries import ActionNow, OverdueList
from app.fire_safety.inspections.texts import item_text
from app.fire_safety.overview.dangers import Danger, DangerKind
from app.fire_safety.patrols.lacks import WatchLack
from app.fire_safety.patrols.texts import lack_text
from app.registry.suspension_models import Suspension
from app.registry.suspension_texts import reason_text
from app.texts import _
from yard_rules.drills import DrillDue
from yard_rules.equipment import DutyDue
from yard_rules.finding import Finding, Severity

KIND_TEXTS: Final[Mapping[str, str]] = {
    DangerKind.LAYOUT: _("Drawing"),
    DangerKind.ACTION: _("Inspection"),
    DangerKind.INSPECTION: _("Inspection not done"),
    DangerKind.ALARM: _("Alarm nobody answered"),
    DangerKind.SUSPENSION: _("Closed"),
    DangerKind.EQUIPMENT: _("Equipment"),
    DangerKind.DRILL: _("Drill"),
    DangerKind.WATCH: _("Watch of the yard"),
}
SEVERITY_TEXTS: Final[Mapping[str, str]] = {
    Severity.BLOCKS: _("blocks"),
    Severity.MEND: _("mend"),
    Severity.ADVICE: _("advice"),
}
AGE_TEXTS: Final[Mapping[int | None, str]] = {
    1: _("less than a day"),
    7: _("up to 7 days"),
    30: _("up to 30 days"),
    None: _("longer"),
}


def danger_text(danger: Danger) -> str:
    """Return what is open, in the reader's language, without the yard and the thing that it is about."""
    match danger.what:
        case Finding():
            told = told_findings([danger.what])[0]
            return f"{told.title} {told.measure}".strip()
        case ActionNow():
            return item_text(danger.what.action.item_id)
        case OverdueList():
            return str(gettext("Overdue: %(list)s", list=gettext(danger.what.held.title)))
        case DutyDue():
            kind = gettext(EQUIPMENT_TEXTS[danger.what.kind])
            return str(gettext("%(kind)s: %(duty)s", kind=kind, duty=gettext(DUTY_TEXTS[danger.what.duty])))
        case DrillDue():
            return str(gettext("No fire drill was held in time"))
        case WatchLack():
            return lack_text(danger.what.kind, danger.what.begins, danger.what.ends)
        case Alarm():
            return alarm_text(danger.what)
        case Suspension() if danger.because is not None:
            return str(gettext("Stack closed. %(alarm)s", alarm=alarm_text(danger.because)))
        case Suspension():
            reason = reason_text(danger.what.reason)
            return str(
                gettext("Stack closed: %(reason)s", reason=reason)
                if danger.what.stack_id
                else gettext("Yard takes nothing in: %(reason)s", reason=reason)
            )
    return str(danger.what)
