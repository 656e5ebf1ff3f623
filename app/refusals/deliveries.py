"""What is refused of loads to plants, their disputes and plants' refusals."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

NOT_HELD = RefusalKind(
    code="not-held",
    status=HTTPStatus.CONFLICT,
    what=_("Nothing of this load waits for such a decision."),
    next_step=_("Open the page again: it shows which loads wait, and why."),
)
NO_SUCH_TOWN = RefusalKind(
    code="no-such-town",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("There is no such town in the register."),
    next_step=_("Choose a town from the list."),
)
NO_SUCH_DELIVERY = RefusalKind(
    code="no-such-delivery",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such load to a plant."),
    next_step=_("Search for it in the list of deliveries."),
)
NOT_A_PLANT_WEIGHT = RefusalKind(
    code="not-a-plant-weight",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This cannot be the plant's weight of this load. Nothing was stored."),
    next_step=_("Compare it with the plant's slip and enter it once more."),
)
WEIGHED_BY_PLANT = RefusalKind(
    code="weighed-by-plant",
    status=HTTPStatus.CONFLICT,
    what=_("The plant weighed this load on a ticket of its own, which counts."),
    next_step=_("Where that ticket is wrong, have it voided; where its weight is doubted, open a dispute."),
)
NO_PLANT_WEIGHT = RefusalKind(
    code="no-plant-weight",
    status=HTTPStatus.CONFLICT,
    what=_("The plant's weight of this load is not known, so there is nothing to argue about."),
    next_step=_("Enter what the plant's scale showed, or wait for its ticket."),
)
NOT_TO_SETTLE_ON = RefusalKind(
    code="not-to-settle-on",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This is no weight to settle on."),
    next_step=_("Choose one that this load has, or type what it weighed when it was weighed again."),
)
BOTH_OF_PLANT = RefusalKind(
    code="both-of-plant",
    status=HTTPStatus.CONFLICT,
    what=_("Two people of the plant do not settle a dispute between themselves."),
    next_step=_("Let somebody of the franchise company look and agree."),
)
BOTH_OF_COMPANY = RefusalKind(
    code="both-of-company",
    status=HTTPStatus.CONFLICT,
    what=_("Two people of the franchise company do not settle a dispute with a plant that has people of its own here."),
    next_step=_("Let somebody of the plant look and agree."),
)
TAKEN_BY_PLANT = RefusalKind(
    code="taken-by-plant",
    status=HTTPStatus.CONFLICT,
    what=_("The plant has weighed this load, so it has taken it: it is not refused any more."),
    next_step=_(
        "Where its weight or its straw is doubted, open a dispute; "
        "where its ticket is wrong, have it voided by two people."
    ),
)
NO_SUCH_REFUSAL = RefusalKind(
    code="no-such-refusal",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such entry in the register of refusals."),
    next_step=_("Choose one from the register."),
)
STILL_TIME_TO_MEND = RefusalKind(
    code="still-time-to-mend",
    status=HTTPStatus.CONFLICT,
    what=_("The plant still has time to take the straw."),
    next_step=_("Wait until the day has passed."),
)
BAD_WEIGHT_FILE = RefusalKind(
    code="bad-weight-file",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The file of plants' weights has faults. Nothing was stored."),
    next_step=_("Mend every fault listed and send the file again."),
)
