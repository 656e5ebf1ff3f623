"""What is wrong with events, in the reader's words: the solver names faults by code, here they are sentences."""

from __future__ import annotations

from flask_babel import gettext

from app.texts import _
from solver.replan.events import EventFault

_TEXTS = {
    "not_json": _("this is not JSON: %(error)s"),
    "too_large": _("this is too much: at most %(limit)s"),
    "no_object": _("a JSON object is needed here"),
    "no_list": _("a list with at least one entry is needed: %(name)s"),
    "missing": _("this is missing: %(name)s"),
    "unknown_member": _("there is no such member here: %(name)s"),
    "unknown_kind": _("there is no such kind of event; there are %(kinds)s"),
    "unknown_id": _("the scenario does not know %(value)s"),
    "no_moment": _("a moment as 2026-11-12 10:40 is needed"),
    "no_date": _("a date as 2026-11-12 is needed"),
    "not_after": _("this must be later than %(limit)s"),
    "over": _("this was over before %(limit)s already"),
    "outside": _("this lies outside the season, %(first)s to %(last)s"),
    "no_number": _("a number from %(least)s to %(most)s is needed"),
    "no_text": _("text that is not empty and has no + is needed: %(name)s"),
    "exclude": _("only one of these may stand here: %(name)s"),
    "known_id": _("the id %(name)s is taken already"),
    "double": _("%(name)s stands here twice"),
}


def fault_text(fault: EventFault) -> str:
    """The place of the fault as a JSON pointer, and what is wrong there, in the language of the context."""
    return f"{fault.pointer or '/'}: {gettext(_TEXTS[fault.code], **fault.values)}"
