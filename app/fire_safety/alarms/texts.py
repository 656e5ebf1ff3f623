"""What alarms say to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.alarms.models import PAGE, ROBOT, TABLET, Alarm, AlarmEnd
from app.fire_safety.equipment.texts import DUTY_TEXTS, piece_text
from app.fire_safety.equipment.texts import KIND_TEXTS as EQUIPMENT_TEXTS
from app.fire_safety.heat.texts import level_bans, level_tasks
from app.fire_safety.inspections.texts import AUDIENCE_TEXTS as OWNER_TEXTS
from app.fire_safety.inspections.texts import item_text
from app.fire_safety.patrols.lacks import NO_POINTS, NO_WEATHER, WATCH_GAP
from app.fire_safety.patrols.texts import lack_text
from app.intake.remark_texts import remark_text
from app.intake.remarks import RemarkKind
from app.pages.formats import shown_date, shown_moment, shown_short
from app.registry.models import TransferYard
from app.texts import _
from yard_rules.audiences import Audience
from yard_rules.heat.ladder import HeatLevel
from yard_rules.heat.state import Cause

LEVEL_TEXTS: Final[Mapping[int, str]] = {
    HeatLevel.NORMAL: _("normal"),
    HeatLevel.WATCH: _("watch it"),
    HeatLevel.WARNING: _("warning"),
    HeatLevel.ALARM: _("heat alarm"),
    HeatLevel.EMERGENCY: _("emergency"),
}
CAUSE_TEXTS: Final[Mapping[str, str]] = {
    Cause.TEMPERATURE: _("temperature"),
    Cause.RISE: _("rises"),
    Cause.FAST_RISE: _("rises fast"),
    Cause.JUMP: _("jumped: measure by hand"),
    Cause.NONSENSE: _("probe is broken: measure by hand"),
    Cause.LOST_PROBE: _("probe is silent"),
    Cause.NOT_PROBED: _("nobody measured"),
    Cause.SMOKE: _("smoke"),
    Cause.RELEASED: _("released, still watched"),
}
KIND_TEXTS: Final[Mapping[str, str]] = {
    "heat_level": _("heat in a stack"),
    "lost_probe": _("probe is silent"),
    "smoke": _("smoke"),
    "round_overdue": _("round is overdue"),
    "action_overdue": _("mending is overdue"),
    "action_due": _("to be mended soon"),
    "action_found": _("closed for a danger"),
    NO_POINTS: _("no points for rounds"),
    WATCH_GAP: _("nobody is on watch"),
    NO_WEATHER: _("weather is not known"),
    "drawing_wished": _("drawing waits for brigade or town"),
    "action_unchecked": _("mending is not checked"),
    "equipment_overdue": _("equipment is overdue"),
    "drill_overdue": _("drill is overdue"),
    "vehicle_unsafe": _("vehicle inside without all that fire safety asks"),
    "double_weighing": _("one plate weighed twice within minutes"),
}
_ACTION_TEXTS: Final[Mapping[str, str]] = {
    "action_overdue": _("Not mended, due %(due)s: %(item)s"),
    "action_due": _("To be mended by %(due)s: %(item)s"),
    "action_unchecked": _("Mended, but no second person has checked it: %(item)s"),
}
_TELL_A_LEVEL: Final = ("heat_level", "smoke")
_MOST_TASKS_TOLD: Final = 3
CHANNEL_TEXTS: Final[Mapping[str, str]] = {PAGE: _("page"), TABLET: _("tablet"), ROBOT: _("group robot")}
AUDIENCE_TEXTS: Final[Mapping[str, str]] = {**OWNER_TEXTS, Audience.CITY: _("task force")}


def alarm_text(alarm: Alarm) -> str:
    """Return what an alarm says, in the reader's language, without the yard's name and the time."""
    said = alarm.said
    if alarm.kind == "heat_level":
        return _heat_text(said)
    if alarm.kind == "lost_probe":
        return str(gettext("Stack %(stack)s: probe %(probe)s is silent. Measure by hand.", **_known(said)))
    if alarm.kind == "smoke":
        return str(gettext("Smoke at stack %(stack)s. Call 119, open nothing.", stack=said.get("stack", "")))
    if alarm.kind == "round_overdue":
        due = shown_short(datetime.fromisoformat(said["due_at"]))
        return str(gettext("A round was due at %(due)s and has not come. Go round now.", due=due))
    if alarm.kind == "equipment_overdue":
        return _equipment_text(said)
    if alarm.kind == "drill_overdue":
        due = shown_date(date.fromisoformat(said["due_on"]))
        return str(gettext("A fire drill was due on %(due)s. Hold it, and enter it.", due=due))
    if alarm.kind in (NO_POINTS, WATCH_GAP, NO_WEATHER):
        ends = said.get("ends")
        begins = datetime.fromisoformat(said["begins"])
        return lack_text(alarm.kind, begins, None if ends is None else datetime.fromisoformat(ends))
    if alarm.kind == "drawing_wished":
        return str(
            gettext(
                "Agree or decline: version %(version)s of the drawing, with %(blocking)s blocking findings, in force.",
                version=said["version"],
                blocking=said["blocking"],
            )
        )
    if alarm.kind == "action_found":
        due = shown_short(datetime.fromisoformat(said["due_at"]))
        items = "; ".join(item_text(item_id) for item_id in dict.fromkeys(said["items"]))
        return str(gettext("Closed at once, to be mended by %(due)s: %(items)s", due=due, items=items))
    if alarm.kind == "vehicle_unsafe":
        missing = remark_text(RemarkKind.VEHICLE_UNSAFE, said)
        return str(gettext("%(plate)s: %(missing)s. See to it now.", plate=said["plate"], missing=missing))
    if alarm.kind == "double_weighing":
        return str(
            gettext(
                "%(plate)s opened %(number)s and %(other)s within minutes: one of them is one too many.",
                plate=said["plate"],
                number=said["number"],
                other=said["other"],
            )
        )
    if alarm.kind in _ACTION_TEXTS and "item" in said:
        due = shown_short(datetime.fromisoformat(said["due_at"]))
        return str(gettext(_ACTION_TEXTS[alarm.kind], item=item_text(said["item"]), due=due))
    return f"{alarm_kind(alarm)}: {said.get('what') or alarm.subject}"


def alarm_kind(alarm: Alarm) -> str:
    """Return in few words what kind of alarm it is."""
    return gettext(KIND_TEXTS[alarm.kind]) if alarm.kind in KIND_TEXTS else alarm.kind


def alarm_tasks(alarm: Alarm) -> list[str]:
    """Return what is to be done at the level that an alarm tells of, what is done first at the head; nothing for alarms
    of other things than how hot a stack is."""
    return level_tasks(*_level_told(alarm)) if alarm.kind in _TELL_A_LEVEL else []


def alarm_bans(alarm: Alarm) -> list[str]:
    """Return what is forbidden at the level that an alarm tells of; nothing for alarms of other things."""
    return level_bans(*_level_told(alarm)) if alarm.kind in _TELL_A_LEVEL else []


def message_of(session: Session, alarm: Alarm, address: str | None) -> str:
    """Return an alarm as a message for people who see nothing else, with what to do first, and a link where the
    `address` of the server is known."""
    yard = session.scalar(select(TransferYard.name).where(TransferYard.yard_id == alarm.yard_id)) or alarm.yard_id
    head = f"【{gettext('Strawline')}】{yard} {shown_moment(alarm.raised_at)}"
    first = [f"{number}. {task}" for number, task in enumerate(alarm_tasks(alarm), 1)]
    first = [*first, *alarm_bans(alarm)][:_MOST_TASKS_TOLD]
    ended_at = session.scalar(select(AlarmEnd.ended_at).where(AlarmEnd.alarm_id == alarm.id))
    if ended_at is not None:
        first = [gettext("Over since %(moment)s.", moment=shown_moment(ended_at))]
    link = [] if address is None else [f"{address}/alarms?state=all#alarm-{alarm.id}"]
    return "\n".join([head, alarm_text(alarm), *first, *link])


def _level_told(alarm: Alarm) -> tuple[HeatLevel, date]:
    return HeatLevel(alarm.said["level"]), business_day(alarm.raised_at)


def _heat_text(said: Mapping[str, Any]) -> str:
    level = gettext(LEVEL_TEXTS[said["level"]])
    cause = gettext(CAUSE_TEXTS[said["cause"]])
    measured = "" if said.get("celsius") is None else f" {said['celsius']:.1f} °C"
    probe = "" if said.get("probe") is None else f" {said['probe']}"
    stack = said.get("stack", "")
    return str(
        gettext("Stack %(stack)s: %(level)s (%(cause)s).", stack=stack, level=level, cause=f"{cause}{probe}{measured}")
    )


def _equipment_text(said: Mapping[str, Any]) -> str:
    kind, duty = EQUIPMENT_TEXTS[said["equipment"]], DUTY_TEXTS[said["duty"]]
    return str(
        gettext(
            "%(kind)s %(piece)s: “%(duty)s” was due on %(due)s. Do it now.",
            kind=gettext(kind),
            piece=piece_text(said["piece"]),
            duty=gettext(duty),
            due=shown_date(date.fromisoformat(said["due_on"])),
        )
    )


def _known(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"stack": said.get("stack", ""), "probe": said.get("probe", "")}
