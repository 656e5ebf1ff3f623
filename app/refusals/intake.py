"""What is refused of records and tickets of the gates."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

UNKNOWN_SCALE = RefusalKind(
    code="unknown-scale",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This place has no such scale."),
    next_step=_("Choose a scale of this yard or plant, or have it entered in the register."),
)
UNSIGNED_WEIGHT = RefusalKind(
    code="unsigned-weight",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This weight was not signed by the scale that it names."),
    next_step=_("Weigh again; if it happens again, have the program beside the scale enrolled anew."),
)
READING_USED = RefusalKind(
    code="reading-used",
    status=HTTPStatus.CONFLICT,
    what=_("This reading of the scale was used before."),
    next_step=_("Weigh the truck again."),
)
NOT_AT_THIS_PLACE = RefusalKind(
    code="not-at-this-place",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This does not happen at this place."),
    next_step=_("Look whether the load belongs to another yard or plant."),
)
OPENED_ALREADY = RefusalKind(
    code="opened-already",
    status=HTTPStatus.CONFLICT,
    what=_("This load was weighed in already."),
    next_step=_("Open it in the list of loads on the yard."),
)
CLOSED_ALREADY = RefusalKind(
    code="closed-already",
    status=HTTPStatus.CONFLICT,
    what=_("This load was weighed out already."),
    next_step=_("Have the ticket voided and replaced if it is wrong."),
)
NOT_VOID_YET = RefusalKind(
    code="not-void-yet",
    status=HTTPStatus.FAILED_DEPENDENCY,
    what=_("The ticket that is to be replaced is still good."),
    next_step=_("Have a second person agree that it is void; this is sent again by itself."),
)
REPLACED_ALREADY = RefusalKind(
    code="replaced-already",
    status=HTTPStatus.CONFLICT,
    what=_("Another ticket replaces that one already."),
    next_step=_("Look for it in the list of tickets, or weigh the load in without naming the void one."),
)
WEIGHED_ALREADY = RefusalKind(
    code="weighed-already",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This load was weighed on a scale, so it is not estimated."),
    next_step=_("Weigh the truck out, or use its stored tare."),
)
BALES_TOO_HEAVY = RefusalKind(
    code="bales-too-heavy",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("No bale of this kind weighs that much."),
    next_step=_("Weigh the bales again, or choose their kind."),
)
TARE_NOT_USABLE = RefusalKind(
    code="tare-not-usable",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This stored tare cannot be used for this load."),
    next_step=_("Weigh the empty truck."),
)
TICKET_NOT_KNOWN = RefusalKind(
    code="ticket-not-known",
    status=HTTPStatus.FAILED_DEPENDENCY,
    what=_("The ticket has not come yet."),
    next_step=_("It is sent again by itself; look whether another tablet still holds it."),
)
TICKET_VOID = RefusalKind(
    code="ticket-void",
    status=HTTPStatus.GONE,
    what=_("This ticket was voided."),
    next_step=_("Open a new ticket for the load that replaces it."),
)
WEIGHT_MISSING = RefusalKind(
    code="weight-missing",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("A weight is missing."),
    next_step=_("Weigh the truck, use its stored tare, or estimate by bales."),
)
NO_LOAD = RefusalKind(
    code="no-load",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("Both weights are the same: there is no load."),
    next_step=_("Weigh again."),
)
OTHER_PLATE = RefusalKind(
    code="other-plate",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This stored tare is another truck's."),
    next_step=_("Weigh the empty truck."),
)
ASKED_ALREADY = RefusalKind(
    code="asked-already",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody has asked for this already."),
    next_step=_("Let another person agree."),
)
VOID_DECLINED = RefusalKind(
    code="void-declined",
    status=HTTPStatus.CONFLICT,
    what=_("This wish was declined: the ticket stays."),
    next_step=_("Ask anew where it still has to be void."),
)
BAD_RECORD = RefusalKind(
    code="bad-record",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This record cannot be understood."),
    next_step=_("Keep it and show it to the office."),
)
OLD_CLIENT = RefusalKind(
    code="old-client",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This version of the tablet's program is not understood any more."),
    next_step=_("Open the tablet's page with a network, so that it renews itself. Nothing is lost."),
)
BAD_ATTACHMENT = RefusalKind(
    code="bad-attachment",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This is no picture that can be kept."),
    next_step=_("Send a JPEG, PNG or WebP of at most 1 MB without EXIF, named by its SHA-256."),
)
BAD_SCALE_AGENT = RefusalKind(
    code="bad-scale-agent",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The agent's key or one of its addresses is none."),
    next_step=_("Enrol with the command strawline weighbridge enrol; it sends both."),
)
BAD_RECORD_FILE = RefusalKind(
    code="bad-record-file",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This is no file of records that a tablet saved. Nothing was stored."),
    next_step=_("Save it once more on the tablet, under unsent records."),
)
NO_SUCH_RECORD = RefusalKind(
    code="no-such-record",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such record."),
    next_step=_("Choose one from the list of refused records."),
)
NO_SUCH_TICKET = RefusalKind(
    code="no-such-ticket",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such ticket."),
    next_step=_("Search for it in the list of tickets."),
)
