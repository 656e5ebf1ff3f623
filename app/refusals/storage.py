"""What is refused of stacks and their days."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

NO_SUCH_STACK = RefusalKind(
    code="no-such-stack",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This yard has no such stack."),
    next_step=_("Choose a stack of this yard."),
)
STACK_NOT_EMPTY = RefusalKind(
    code="stack-not-empty",
    status=HTTPStatus.CONFLICT,
    what=_("There is still straw on this stack, so it stays in use."),
    next_step=_("Move or load out its bales first, or count it as empty."),
)
DAY_CLOSED_ALREADY = RefusalKind(
    code="day-closed-already",
    status=HTTPStatus.CONFLICT,
    what=_("This day, or a later one, is closed already."),
    next_step=_("Count the stacks now: what differs is booked today."),
)
DAY_STILL_AHEAD = RefusalKind(
    code="day-still-ahead",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This day has not come yet, so it cannot be closed."),
    next_step=_("Close it in its evening, or later."),
)
