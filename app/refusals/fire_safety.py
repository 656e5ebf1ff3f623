"""What is refused of watching, alarms, drawings and suspensions."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

NO_SUCH_ALARM = RefusalKind(
    code="no-such-alarm",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This yard has no such alarm."),
    next_step=_("Choose one from the book of alarms."),
)
GATEWAY_NEEDED = RefusalKind(
    code="gateway-needed",
    status=HTTPStatus.UNAUTHORIZED,
    what=_("This is no known gateway of sensors, or it was revoked."),
    next_step=_("Have a new one made on the heat page of the yard."),
)
BAD_READINGS = RefusalKind(
    code="bad-readings",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("These readings cannot be understood. Nothing was stored."),
    next_step=_("Mend every fault listed and send them again."),
)
NO_SUCH_ACTION = RefusalKind(
    code="no-such-action",
    status=HTTPStatus.NOT_FOUND,
    what=_("This yard has no such corrective action, or it has not come yet."),
    next_step=_("Search for it in the list of what is to be mended."),
)
STILL_DRAWN = RefusalKind(
    code="still-drawn",
    status=HTTPStatus.CONFLICT,
    what=_("The drawing in force still shows this danger."),
    next_step=_("Hand in a drawing that shows the yard as it stands now, and put it in force; then check again."),
)
NO_SUCH_SUSPENSION = RefusalKind(
    code="no-such-suspension",
    status=HTTPStatus.NOT_FOUND,
    what=_("This yard has no such closure."),
    next_step=_("Open the yard's page again: it shows what is closed."),
)
ENDS_BY_ITSELF = RefusalKind(
    code="ends-by-itself",
    status=HTTPStatus.CONFLICT,
    what=_("Heat has closed this: it opens by itself when the readings allow it."),
    next_step=_("Measure the stack; only an emergency is released by two people."),
)
NO_SUCH_EQUIPMENT = RefusalKind(
    code="no-such-equipment",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The yard's drawing in force shows no such piece of equipment."),
    next_step=_("Fetch the newest lists, or put a drawing in force that shows it."),
)
PHOTO_NEEDED = RefusalKind(
    code="photo-needed",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("A photo is missing: what is mended is compared with it."),
    next_step=_("Take one, or choose a JPEG, PNG or WebP file."),
)
