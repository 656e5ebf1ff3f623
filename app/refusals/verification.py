"""What is refused at the verification desk."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

RUN_UNDER_WAY = RefusalKind(
    code="run-under-way",
    status=HTTPStatus.CONFLICT,
    what=_("A verification is just being stored."),
    next_step=_("Open the page again in a moment: it shows that run."),
)
NO_SUCH_SUSPICION = RefusalKind(
    code="no-such-suspicion",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such suspicion."),
    next_step=_("Choose one from the list."),
)
JUDGED_MEANWHILE = RefusalKind(
    code="judged-meanwhile",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody judged this after you opened the page. Nothing was stored."),
    next_step=_("Open it again, read what was said, and judge then if you still want to."),
)
SAME_JUDGE = RefusalKind(
    code="same-judge",
    status=HTTPStatus.CONFLICT,
    what=_("The verdict that holds is your own."),
    next_step=_("Only another person can judge otherwise: let them look at it."),
)
WEIGHED_BY_YOU = RefusalKind(
    code="weighed-by-you",
    status=HTTPStatus.CONFLICT,
    what=_("You weighed, sampled or wrote a ticket of this yourself."),
    next_step=_("Let somebody judge it who had no hand in these tickets."),
)
