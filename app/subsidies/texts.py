"""What states, steps and reasons of claims are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.subsidies.contents import LeftOut
from app.subsidies.inspections import Missing
from app.subsidies.models import ClaimStep
from app.texts import _
from yard_rules.distribution import BonusPer

STATE_TEXTS: Final[Mapping[str, str]] = {
    ClaimStep.DRAFTED: _("draft"),
    ClaimStep.CONFIRMED: _("confirmed by the town"),
    ClaimStep.CHECKED: _("checked by the city"),
    ClaimStep.APPROVED: _("approved"),
    ClaimStep.PAID: _("paid to the town"),
    ClaimStep.RETURNED: _("returned to the town"),
    ClaimStep.WITHDRAWN: _("withdrawn"),
}
STATE_BADGES: Final[Mapping[str, str]] = {
    ClaimStep.DRAFTED: "waiting",
    ClaimStep.CONFIRMED: "waiting",
    ClaimStep.CHECKED: "waiting",
    ClaimStep.APPROVED: "waiting",
    ClaimStep.PAID: "good",
    ClaimStep.RETURNED: "bad",
    ClaimStep.WITHDRAWN: "ended",
}
STEP_TEXTS: Final[Mapping[str, str]] = {
    ClaimStep.DRAFTED: _("drafted the claim"),
    ClaimStep.CONFIRMED: _("confirmed the claim for the town"),
    ClaimStep.CHECKED: _("checked the claim for the city"),
    ClaimStep.APPROVED: _("approved the claim"),
    ClaimStep.PAID: _("entered the payment"),
    ClaimStep.RETURNED: _("returned the claim"),
    ClaimStep.WITHDRAWN: _("withdrew the claim"),
}
# Who has to act next.
NEXT_TEXTS: Final[Mapping[str, str]] = {
    ClaimStep.DRAFTED: _("the town confirms it"),
    ClaimStep.CONFIRMED: _("the city checks it"),
    ClaimStep.CHECKED: _("the city approves it, by a third person"),
    ClaimStep.APPROVED: _("the city pays it"),
    ClaimStep.PAID: _("nobody"),
    ClaimStep.RETURNED: _("the town mends and confirms it, or withdraws it"),
    ClaimStep.WITHDRAWN: _("nobody"),
}
LEFT_OUT_TEXTS: Final[Mapping[str, str]] = {
    LeftOut.VOID: _("void"),
    LeftOut.CLAIMED: _("claimed already"),
    LeftOut.OPEN: _("not weighed out yet"),
    LeftOut.NOT_FOR_SETTLEMENT: _("not for settlement"),
    LeftOut.NO_DRY_WEIGHT: _("no dry-straw weight"),
    LeftOut.UNVERIFIED: _("not verified yet"),
    LeftOut.SUSPECTED: _("suspected, not decided"),
    LeftOut.UPHELD: _("suspicion upheld"),
    LeftOut.STANDS_AGAIN: _("stands again, not to be taken off"),
}
MISSING_TEXTS: Final[Mapping[str, str]] = {
    Missing.READINGS: _("without readings"),
    Missing.PHOTO: _("without photo"),
    Missing.POSITION: _("without position"),
}
BONUS_TEXTS: Final[Mapping[str, str]] = {
    BonusPer.NONE: _("no bonus"),
    BonusPer.MU: _("per mu without stubble"),
    BonusPer.T: _("per tonne off fields without stubble"),
}
