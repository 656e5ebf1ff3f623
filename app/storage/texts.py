"""What the words of the stock mean to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask_babel import gettext

from app.pages.formats import shown_day
from app.storage.closing_days import QuestionKind
from app.storage.models import COUNT, DRYING, GATE, StackKind, WatchEvent
from app.storage.queries import LoadOutOrder, ShipState
from app.texts import _
from yard_rules.acceptance import AcceptanceKind
from yard_rules.stacks import HeatingAge

STACK_KIND_TEXTS: Final[Mapping[str, str]] = {
    StackKind.STACK_FREELY: _("dry bales"),
    StackKind.STACK_APART: _("damp bales, apart"),
    StackKind.HOT_LANE: _("hot lane"),
    StackKind.ANY: _("anything"),
}
WATCH_TEXTS: Final[Mapping[str, str]] = {
    WatchEvent.BEGIN: _("begins the watch"),
    WatchEvent.END: _("ends the watch"),
    WatchEvent.ROUND: _("has gone round"),
}
ACCOUNT_TEXTS: Final[Mapping[str, str]] = {
    GATE: _("Truck at the gate"),
    COUNT: _("Stock-taking"),
    DRYING: _("Dried or lost"),
}
HEATING_TEXTS: Final[Mapping[str, str]] = {
    HeatingAge.FRESH: _("fresh"),
    HeatingAge.DANGER: _("may heat"),
    HeatingAge.SETTLED: _("past heating"),
}
CLASS_TEXTS: Final[Mapping[str, str]] = {
    AcceptanceKind.STACK_FREELY: _("dry"),
    AcceptanceKind.STACK_APART: _("damp"),
    AcceptanceKind.HOT_LANE: _("wet"),
    AcceptanceKind.SEND_BACK: _("soaked"),
}
SHIP_TEXTS: Final[Mapping[str, str]] = {
    ShipState.PAST: _("overdue"),
    ShipState.SOON: _("leaves soon"),
    ShipState.LATER: _("has time"),
}
ORDER_TEXTS: Final[Mapping[str, str]] = {
    LoadOutOrder.RISK: _("by risk"),
    LoadOutOrder.FIRST_IN: _("first in, first out"),
}
_QUESTION_TEXTS: Final[Mapping[str, str]] = {
    QuestionKind.DIFFERENCE: _("%(stack)s: %(counted)s bales counted, %(reckoned)s in the books"),
    QuestionKind.OVERDRAWN: _("%(stack)s: more bales were taken than came (%(bales)s)"),
    QuestionKind.UNEXPLAINED_COUNT: _("%(stack)s: %(counted)s bales counted instead of %(reckoned)s, no reason given"),
    QuestionKind.OPEN_TICKET: _("Ticket %(number)s of %(plate)s is still open"),
    QuestionKind.MISSING_NUMBERS: _("%(count)s records of the tablet %(device)s have not come yet"),
    QuestionKind.LATE: _(
        "%(transfers)s entries came late for days up to %(day)s, which are closed: %(bales)s bales, %(kg)s kg in all"
    ),
}


def question_text(question: Mapping[str, Any], stack_names: Mapping[str, str]) -> str:
    """Return the sentence of what has to be explained, in the reader's language."""
    said = dict(question)
    if "stack_id" in said:
        said["stack"] = stack_names.get(said["stack_id"], said["stack_id"])
    if "day" in said:
        said["day"] = shown_day(date.fromisoformat(said["day"]))
    return str(gettext(_QUESTION_TEXTS[question["kind"]])) % said
