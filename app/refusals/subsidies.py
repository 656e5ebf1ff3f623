"""What is refused of claims, inspections and distributions."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

NO_SUCH_CLAIM = RefusalKind(
    code="no-such-claim",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such claim."),
    next_step=_("Open the list of claims and choose one of yours."),
)
BAD_CLAIM_PERIOD = RefusalKind(
    code="bad-claim-period",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("A claim is for days that are over, at most a year of them."),
    next_step=_("Choose a first and a last day up to today."),
)
CLAIM_ELSEWHERE = RefusalKind(
    code="claim-elsewhere",
    status=HTTPStatus.CONFLICT,
    what=_("The claim is in another state by now. Nothing was done."),
    next_step=_("Open the claim again: it says who has to act next."),
)
NOTHING_TO_CLAIM = RefusalKind(
    code="nothing-to-claim",
    status=HTTPStatus.CONFLICT,
    what=_("No verified ticket of this period is left to be claimed."),
    next_step=_("The claim lists what is left out and why; confirm it when that has been settled."),
)
TICKETS_STAND_NO_MORE = RefusalKind(
    code="tickets-stand-no-more",
    status=HTTPStatus.CONFLICT,
    what=_("Tickets of this claim are void or doubted since the town confirmed it."),
    next_step=_("Return the claim with this as the reason; the town confirms it again without them."),
)
THREE_PEOPLE = RefusalKind(
    code="three-people",
    status=HTTPStatus.CONFLICT,
    what=_("A claim is confirmed, checked and approved by three different people."),
    next_step=_("Let another person take this step under their own name."),
)
PAYER_JUDGED = RefusalKind(
    code="payer-judged",
    status=HTTPStatus.CONFLICT,
    what=_("Whoever checked or approved a claim does not pay it."),
    next_step=_("Let another person enter the payment under their own name."),
)
CLAIM_BELOW_NOTHING = RefusalKind(
    code="claim-below-nothing",
    status=HTTPStatus.CONFLICT,
    what=_("More is taken off this claim than it claims: there is nothing to pay."),
    next_step=_("Its tickets and what is taken off are carried over: claim them together with those of later days."),
)
REFERENCE_USED = RefusalKind(
    code="reference-used",
    status=HTTPStatus.CONFLICT,
    what=_("This reference stands on the payment of another claim already."),
    next_step=_("Compare it with the order of payment. If one payment covers several claims, say how it is divided."),
)
NOT_A_PAYMENT = RefusalKind(
    code="not-a-payment",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("A payment has a reference and a day from the approval to today."),
    next_step=_("Copy both from the order of payment."),
)
BAD_INSPECTION = RefusalKind(
    code="bad-inspection",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The inspection has faults. Nothing was stored."),
    next_step=_("Go back and mend what is listed."),
)
FORMULA_TOO_EARLY = RefusalKind(
    code="formula-too-early",
    status=HTTPStatus.CONFLICT,
    what=_("The formula would begin in days that are paid and have a formula already."),
    next_step=_("Let it begin after the last day that was paid."),
)
BAD_FORMULA = RefusalKind(
    code="bad-formula",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The formula has faults. Nothing was stored."),
    next_step=_("Go back and mend what is listed."),
)
NO_FORMULA = RefusalKind(
    code="no-formula",
    status=HTTPStatus.CONFLICT,
    what=_("The town has set no formula for these days."),
    next_step=_("Set one on the page of formulas; it shows here at once."),
)
NOT_TO_DISTRIBUTE = RefusalKind(
    code="not-to-distribute",
    status=HTTPStatus.CONFLICT,
    what=_("Only what was paid is distributed, and only once."),
    next_step=_("Open the claim: it says in what state it is."),
)
