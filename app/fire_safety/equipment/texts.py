"""What the words of equipment and of what is due on it mean to people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flask_babel import gettext

from app.texts import _
from yard_rules.equipment import DueState, Duty, EquipmentKind

KIND_TEXTS: Final[Mapping[str, str]] = {
    EquipmentKind.EXTINGUISHER: _("Extinguishers"),
    EquipmentKind.HYDRANT: _("Hydrants"),
    EquipmentKind.HOSE: _("Hoses"),
    EquipmentKind.PUMP: _("Pumps"),
    EquipmentKind.POND: _("Ponds"),
    EquipmentKind.CAMERA: _("Cameras"),
    EquipmentKind.LIGHTING: _("Lights"),
}
DUTY_TEXTS: Final[Mapping[str, str]] = {
    Duty.LOOK: _("look at it"),
    Duty.SERVICE: _("service by a workshop"),
    Duty.REPAIR: _("repair by a workshop"),
    Duty.SCRAP: _("replace it: too old"),
    Duty.FLOW_TEST: _("flow test"),
    Duty.UNROLL: _("unroll and look"),
    Duty.PRESSURE_TEST: _("pressure test"),
    Duty.START: _("start it"),
    Duty.LEVEL: _("water level and intake"),
    Duty.LINK: _("picture on the platform"),
    Duty.TEST: _("switch it on"),
}
DUE_TEXTS: Final[Mapping[str, str]] = {
    DueState.DONE: _("in time"),
    DueState.SOON: _("due soon"),
    DueState.OVERDUE: _("overdue"),
}
DUE_BADGES: Final[Mapping[str, str]] = {DueState.DONE: "good", DueState.SOON: "waiting", DueState.OVERDUE: "bad"}
_NUMBERED: Final = re.compile(r"[a-z_]+-(\d+)")


def piece_text(name: str) -> str:
    """Return what a piece is called beside the word for its kind: its name, or its number where the drawing numbers
    it (`camera-3`)."""
    found = _NUMBERED.fullmatch(name)
    return str(gettext("No. %(number)s", number=found[1])) if found else name
