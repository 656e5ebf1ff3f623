"""What the words of the rounds and the roster mean to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flask_babel import gettext

from app.fire_safety.patrols.lacks import NO_POINTS, NO_WEATHER
from app.pages.formats import shown_moment
from app.texts import _
from yard_rules.patrols.interval import Danger, PatrolReason
from yard_rules.patrols.rounds import DueState

STATE_TEXTS: Final[Mapping[str, str]] = {
    DueState.PUNCTUAL: _("in time"),
    DueState.LATE: _("came late"),
    DueState.MISSED: _("missed"),
    DueState.OPEN: _("due"),
    DueState.OVERDUE: _("overdue"),
}
STATE_BADGES: Final[Mapping[str, str]] = {
    DueState.PUNCTUAL: "good",
    DueState.LATE: "waiting",
    DueState.MISSED: "bad",
    DueState.OPEN: "waiting",
    DueState.OVERDUE: "bad",
}
DANGER_TEXTS: Final[Mapping[str, str]] = {
    Danger.LIGHTNING: _("thunderstorm"),
    Danger.HOT_WORK: _("welding or cutting"),
    Danger.OVER_LICENCE: _("more straw than the yard may hold"),
    Danger.LANE_BLOCKED: _("fire lane is blocked"),
}
REASON_TEXTS: Final[Mapping[str, str]] = {
    PatrolReason.STOCK: _("straw in the yard"),
    PatrolReason.MUCH_STOCK: _("much straw in the yard"),
    PatrolReason.NIGHT: _("night"),
    PatrolReason.RED_FLAG: _("dry air or strong wind"),
    PatrolReason.FESTIVAL_NIGHT: _("night of a festival"),
    PatrolReason.LIGHTNING: _("thunderstorm"),
    PatrolReason.HOT_WORK: _("welding or cutting"),
    PatrolReason.OVER_LICENCE: _("more straw than the yard may hold"),
    PatrolReason.LANE_BLOCKED: _("fire lane is blocked"),
    PatrolReason.HEAT_WATCH: _("a stack to be watched"),
    PatrolReason.HEAT_WARNING: _("a stack with a heat warning"),
    PatrolReason.HEAT_ALARM: _("a stack with a heat alarm"),
    PatrolReason.HEAT_EMERGENCY: _("a stack in an emergency"),
}
ROSTER_TEXTS: Final[Mapping[str, str]] = {
    "watch_gap": _("nobody is on watch"),
    "watch_twice": _("one person is on two shifts"),
    "watch_overlap": _("two people for longer than a hand-over"),
    "watch_too_long": _("one person is on watch for too long"),
    "watch_rest": _("too little rest between two shifts"),
}


def lack_text(kind: str, begins: datetime, ends: datetime | None) -> str:
    """Return what the watch of a yard lacks, in the reader's language."""
    if kind == NO_POINTS:
        return str(
            gettext("There is straw in the yard, but no points of a round: nobody can show that they went round.")
        )
    if kind == NO_WEATHER:
        told = {"begins": shown_moment(begins)}
        return str(gettext("Humidity, wind and rain are not known since %(begins)s: look, and say them.", **told))
    if ends is None:
        return str(gettext("Nobody is on the roster of the watch from %(begins)s on.", begins=shown_moment(begins)))
    told = {"begins": shown_moment(begins), "ends": shown_moment(ends)}
    return str(gettext("Nobody is on the roster of the watch from %(begins)s to %(ends)s.", **told))
