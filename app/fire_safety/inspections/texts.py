"""What the words of inspections mean to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext

from app.fire_safety.drawings.rule_texts import RULE_TEXTS
from app.fire_safety.inspections.models import Step
from app.fire_safety.inspections.other_actions import DRILL_MENDED, EQUIPMENT_FIT
from app.fire_safety.inspections.queries import ActionState
from app.registry.suspension_models import LiftStep
from app.texts import _
from yard_rules.audiences import Audience
from yard_rules.checklists import checklist_book
from yard_rules.inspections import Outcome

STATE_TEXTS: Final[Mapping[str, str]] = {
    ActionState.OPEN: _("to be mended"),
    ActionState.MENDED: _("mended, to be checked"),
    ActionState.DONE: _("mended and checked"),
}
STATE_BADGES: Final[Mapping[str, str]] = {
    ActionState.OPEN: "bad",
    ActionState.MENDED: "waiting",
    ActionState.DONE: "good",
}
STEP_TEXTS: Final[Mapping[str, str]] = {
    Step.MENDED: _("mended"),
    Step.CHECKED: _("checked: it is mended"),
    Step.ASSIGNED: _("answers for it from now on"),
    Step.SENT_BACK: _("sent back: it is not mended"),
}
LIFT_TEXTS: Final[Mapping[str, str]] = {
    LiftStep.ASKED: _("opening again asked for"),
    LiftStep.LIFTED: _("opened again"),
    LiftStep.DECLINED: _("stays closed"),
}
OUTCOME_TEXTS: Final[Mapping[str, str]] = {
    Outcome.GOOD: _("good"),
    Outcome.FAILED: _("fails"),
    Outcome.NOT_HERE: _("not there"),
}
AUDIENCE_TEXTS: Final[Mapping[str, str]] = {
    Audience.ATTENDANT: _("whoever is on watch"),
    Audience.MANAGER: _("yard manager"),
    Audience.FRANCHISE: _("franchise company"),
    Audience.PLANT: _("plant beside the yard"),
    Audience.TOWN: _("town"),
    Audience.BRIGADE: _("fire brigade"),
    Audience.CITY: _("city"),
}
# What is demanded elsewhere than in a checklist.
OTHER_ITEM_TEXTS: Final[Mapping[str, str]] = {
    EQUIPMENT_FIT: _("The piece of fire equipment is fit for use"),
    DRILL_MENDED: _("What went wrong in the drill is mended"),
}


def item_text(item_id: str) -> str:
    """Return what an item of a checklist, a rule of drawings or something else that failed demands; its id where nobody
    knows it."""
    if item_id in OTHER_ITEM_TEXTS:
        return str(gettext(OTHER_ITEM_TEXTS[item_id]))
    if item_id in RULE_TEXTS:
        return str(gettext(RULE_TEXTS[item_id][0]))
    held = checklist_book().items.get(item_id)
    return str(gettext(held[-1].words)) if held else item_id
