"""What the words of drills mean to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.fire_safety.drills.models import Scenario
from app.texts import _

SCENARIO_TEXTS: Final[Mapping[str, str]] = {
    Scenario.STACK_BURNS: _("a stack burns"),
    Scenario.STACK_SMOULDERS: _("a stack smoulders inside"),
    Scenario.MACHINE_BURNS: _("a truck or machine burns beside a stack"),
    Scenario.PERSON_HURT: _("somebody is hurt, and it burns"),
    Scenario.NIGHT: _("fire at night, with the watch only"),
    Scenario.OTHER: _("another one, as the note says"),
}
# Where the figures of rulebooks/drills.toml stand.
FIGURE_TEXTS: Final[Mapping[str, str]] = {
    "key_unit_drill_every_days": _(
        "Order 61 of the Ministry of Public Security, article 40: key units, every half year"
    ),
    "drill_every_days": _("Order 61 of the Ministry of Public Security, article 40: other units, once a year"),
}
