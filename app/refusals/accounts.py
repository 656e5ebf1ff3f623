"""What is refused of people, logins and tablets."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

LOGIN_NEEDED = RefusalKind(
    code="login-needed",
    status=HTTPStatus.UNAUTHORIZED,
    what=_("You are not logged in any more."),
    next_step=_("Log in, then try again."),
)
NO_SUCH_PERSON = RefusalKind(
    code="no-such-person",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such person."),
    next_step=_("Choose somebody from the list."),
)
INVITATION_OVER = RefusalKind(
    code="invitation-over",
    status=HTTPStatus.NOT_FOUND,
    what=_("This link has been used, has expired or was replaced by a newer one."),
    next_step=_("Ask the administrator of this installation for a new one."),
)
PIN_PAGE_OVER = RefusalKind(
    code="pin-page-over",
    status=HTTPStatus.NOT_FOUND,
    what=_("This page was open for too long."),
    next_step=_("Choose your name on the tablet and type your one-time PIN again."),
)
DEVICE_CODE_OVER = RefusalKind(
    code="device-code-over",
    status=HTTPStatus.NOT_FOUND,
    what=_("This code has been used, has expired or never was."),
    next_step=_("Look whether it is typed right, or have a new one made."),
)
DEVICE_NEEDED = RefusalKind(
    code="device-needed",
    status=HTTPStatus.UNAUTHORIZED,
    what=_("This is no enrolled tablet, or it was revoked."),
    next_step=_("Have it enrolled by the yard manager or the administrator."),
)
TOO_MANY_TRIES = RefusalKind(
    code="too-many-tries",
    status=HTTPStatus.TOO_MANY_REQUESTS,
    what=_("Too many wrong tries from here."),
    next_step=_("Wait a quarter of an hour, then try again."),
)
NO_SUCH_DEVICE = RefusalKind(
    code="no-such-device",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such tablet."),
    next_step=_("Choose one from the list."),
)
LAST_ADMINISTRATOR = RefusalKind(
    code="last-administrator",
    status=HTTPStatus.CONFLICT,
    what=_("This is the last account that can let people in."),
    next_step=_("Make somebody else an administrator first."),
)
SECOND_FACTOR_NEEDED = RefusalKind(
    code="second-factor-needed",
    status=HTTPStatus.FORBIDDEN,
    what=_("This account has no second factor yet, and needs one."),
    next_step=_("Set it up on the page of your account."),
)
NO_SECOND_FACTOR = RefusalKind(
    code="no-second-factor",
    status=HTTPStatus.NOT_FOUND,
    what=_("This account has no second factor."),
    next_step=_("Set it up on the page of the account; yard attendants sign in on the tablet instead."),
)
