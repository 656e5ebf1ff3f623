"""The catalogue of refusals: each says what was wrong, what is allowed and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from app.texts import _

# Below this address are answers for scripts: refusals there are JSON, not pages.
DATA_PREFIX = "/data/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalKind:
    """One entry of the catalogue; `what` and `next_step` are English message ids."""

    code: str
    status: HTTPStatus
    what: str
    next_step: str


UNFIXED_SQLITE = RefusalKind(
    code="unfixed-sqlite",
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    what=_("The SQLite in use can lose committed data."),
    next_step=_("Install the packages of requirements.txt: they bring a fixed SQLite."),
)
OTHER_SCHEMA = RefusalKind(
    code="other-schema",
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    what=_("The database is not there or not up to date."),
    next_step=_("Bring it up to date with: strawline init"),
)
BAD_SETTINGS = RefusalKind(
    code="bad-settings",
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    what=_("The settings of this installation have faults."),
    next_step=_("Mend every fault listed; README.md lists the settings."),
)
BAD_BACKUP = RefusalKind(
    code="bad-backup",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The backup cannot be restored. Nothing was stored."),
    next_step=_("Take another backup file, or the version of the program that made this one."),
)
NOT_EMPTY = RefusalKind(
    code="not-empty",
    status=HTTPStatus.CONFLICT,
    what=_("A backup is restored into an empty database only, and this one has tables."),
    next_step=_("Name another database in the setting database_url, or move the old one away."),
)
FILE_EXISTS = RefusalKind(
    code="file-exists",
    status=HTTPStatus.CONFLICT,
    what=_("This file is there already. Nothing was written."),
    next_step=_("Choose another name, or a folder: the file is then named after the moment."),
)
LOGIN_NEEDED = RefusalKind(
    code="login-needed",
    status=HTTPStatus.UNAUTHORIZED,
    what=_("You are not logged in any more."),
    next_step=_("Log in, then try again."),
)
NOT_ALLOWED = RefusalKind(
    code="not-allowed",
    status=HTTPStatus.FORBIDDEN,
    what=_("Your role does not include this."),
    next_step=_("Ask the administrator of this installation if you need it."),
)
NO_SUCH_PERSON = RefusalKind(
    code="no-such-person",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such person."),
    next_step=_("Choose somebody from the list."),
)
NO_SUCH_LIST = RefusalKind(
    code="no-such-list",
    status=HTTPStatus.NOT_FOUND,
    what=_("The registry has no such list."),
    next_step=_("Choose one of the lists at the top of the registry."),
)
CHANGED_MEANWHILE = RefusalKind(
    code="changed-meanwhile",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody else has changed this meanwhile."),
    next_step=_("Open it again, see what is new, and make your change once more."),
)
STILL_REFERRED_TO = RefusalKind(
    code="still-referred-to",
    status=HTTPStatus.CONFLICT,
    what=_("Other records refer to this, so it cannot be taken back."),
    next_step=_("Withdraw it instead, or change what refers to it first."),
)
IMPORT_WITH_FAULTS = RefusalKind(
    code="import-with-faults",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The file has faults. Nothing was changed."),
    next_step=_("Mend every fault and import the file again, or choose to leave the rows at fault out."),
)
CHANGED_SINCE_IMPORT = RefusalKind(
    code="changed-since-import",
    status=HTTPStatus.CONFLICT,
    what=_("Some records were changed again since this import, so it cannot be undone. Nothing was changed."),
    next_step=_("Change or withdraw these records themselves."),
)
NO_SUCH_IMPORT = RefusalKind(
    code="no-such-import",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such import."),
    next_step=_("Choose one from the list of imports."),
)
UPLOAD_OVER = RefusalKind(
    code="upload-over",
    status=HTTPStatus.NOT_FOUND,
    what=_("This file is not kept any more. Nothing was changed."),
    next_step=_("Choose the file once more."),
)
BAD_TABLE = RefusalKind(
    code="bad-table",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This is no table of a page, or one that is too large."),
    next_step=_("Load the page again, or show fewer rows of the list."),
)
FILE_TOO_LARGE = RefusalKind(
    code="file-too-large",
    status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    what=_("The file is too large; at most 20 MB are read. Nothing was stored."),
    next_step=_("Split it into several files."),
)
CODE_TAKEN = RefusalKind(
    code="code-taken",
    status=HTTPStatus.CONFLICT,
    what=_("This code is taken."),
    next_step=_("Choose another one; a withdrawn record keeps its code."),
)
REFERRED_TO_IN_USE = RefusalKind(
    code="referred-to-in-use",
    status=HTTPStatus.CONFLICT,
    what=_("Records in use cannot do without this one, so it stays in use."),
    next_step=_("Withdraw them first, or let them refer to another."),
)
REFERS_TO_WITHDRAWN = RefusalKind(
    code="refers-to-withdrawn",
    status=HTTPStatus.CONFLICT,
    what=_("What this record needs is itself withdrawn."),
    next_step=_("Put that back into use first."),
)
NOT_THEIR_TURN = RefusalKind(
    code="not-their-turn",
    status=HTTPStatus.CONFLICT,
    what=_("This step is not open: somebody has taken it meanwhile, or it comes later."),
    next_step=_("Open the page again: it shows which step is next and whose turn it is."),
)
REASON_NEEDED = RefusalKind(
    code="reason-needed",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("A reason is missing, and the others are to read one."),
    next_step=_("Go back and write it."),
)
ONE_FOR_BOTH = RefusalKind(
    code="one-for-both",
    status=HTTPStatus.CONFLICT,
    what=_("You have agreed for the other side already, and nobody agrees for both."),
    next_step=_("Let somebody else of this side answer."),
)
NO_SUCH_THING = RefusalKind(
    code="no-such-thing",
    status=HTTPStatus.NOT_FOUND,
    what=_("The registry has nothing with this id."),
    next_step=_("Search for it in the list."),
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
NO_SEASON = RefusalKind(
    code="no-season",
    status=HTTPStatus.NOT_FOUND,
    what=_("No county has been loaded yet."),
    next_step=_("Load one with: strawline import scenario FOLDER"),
)
NO_PLAN = RefusalKind(
    code="no-plan",
    status=HTTPStatus.NOT_FOUND,
    what=_("No plan has been loaded yet."),
    next_step=_("Make one with: strawline plan SCENARIO --out PLAN, then load it with: strawline import plan PLAN"),
)
OUTSIDE_SEASON = RefusalKind(
    code="outside-season",
    status=HTTPStatus.NOT_FOUND,
    what=_("This day lies outside the season."),
    next_step=_("Choose a day of the season."),
)
NOT_A_DATE = RefusalKind(
    code="not-a-date",
    status=HTTPStatus.NOT_FOUND,
    what=_("This is not a date."),
    next_step=_("Write dates as 2026-11-12."),
)
NO_SUCH_TRUCK = RefusalKind(
    code="no-such-truck",
    status=HTTPStatus.NOT_FOUND,
    what=_("This truck has no work on that day."),
    next_step=_("Choose a truck from the day's list."),
)
NO_SUCH_LANGUAGE = RefusalKind(
    code="no-such-language",
    status=HTTPStatus.NOT_FOUND,
    what=_("This language is not offered."),
    next_step=_("Choose Chinese or English."),
)
BAD_SCENARIO = RefusalKind(
    code="bad-scenario",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The scenario has faults. Nothing was stored."),
    next_step=_("Mend every fault listed and import the folder again."),
)
UNREADABLE_PLAN = RefusalKind(
    code="unreadable-plan",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The plan cannot be read. Nothing was stored."),
    next_step=_("Mend every fault listed and import the folder again."),
)
BROKEN_PLAN = RefusalKind(
    code="broken-plan",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The plan breaks rules. Nothing was stored."),
    next_step=_("Plan again; strawline check SCENARIO PLAN shows every violation."),
)
FOREIGN_PLAN = RefusalKind(
    code="foreign-plan",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The plan is not about the county that is loaded. Nothing was stored."),
    next_step=_("Import the scenario that the plan was made for, then the plan."),
)

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
OTHER_BYTES = RefusalKind(
    code="other-bytes",
    status=HTTPStatus.CONFLICT,
    what=_("Another record with this id is stored."),
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
NOT_MENDED = RefusalKind(
    code="not-mended",
    status=HTTPStatus.CONFLICT,
    what=_("Nobody has said that this is mended, so nobody can check it."),
    next_step=_("Enter first who mended it, with a photo."),
)
SETTLED_ALREADY = RefusalKind(
    code="settled-already",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody was faster: this step has been taken already."),
    next_step=_("Open the page again: it shows how it stands now."),
)
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
SAME_PERSON = RefusalKind(
    code="same-person",
    status=HTTPStatus.CONFLICT,
    what=_("Whoever asked for something or mended it does not agree to it too."),
    next_step=_("Let a second person look and answer under their own name."),
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
FILE_TAKEN_IN = RefusalKind(
    code="file-taken-in",
    status=HTTPStatus.CONFLICT,
    what=_("This very file was taken in already. Nothing was stored again."),
    next_step=_("Send a file with what is new; weights that are known do no harm in it."),
)
BAD_BANK_FILE = RefusalKind(
    code="bad-bank-file",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The bank's file has faults, or nothing new in it. Nothing of it was stored."),
    next_step=_("Look at the preview, mend the file and send it again."),
)
BAD_INVOICE_NUMBER = RefusalKind(
    code="bad-invoice-number",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This is no number of an invoice of that day: 20 digits, the first two of which are the year."),
    next_step=_("Copy it from the invoice, with the day that stands there."),
)
INVOICE_KNOWN = RefusalKind(
    code="invoice-known",
    status=HTTPStatus.CONFLICT,
    what=_("This invoice or one of this statement is noted already."),
    next_step=_("Look at the statement that it belongs to."),
)
TAKE_BACK_FIRST = RefusalKind(
    code="take-back-first",
    status=HTTPStatus.CONFLICT,
    what=_("The statement that this one replaces was invoiced, and that invoice is not taken back."),
    next_step=_("Make a red-letter invoice of its whole amount on the platform, and enter its number on this page."),
)
NO_INVOICE = RefusalKind(
    code="no-invoice",
    status=HTTPStatus.CONFLICT,
    what=_("No invoice can be made of this statement."),
    next_step=_("The statement's page says what is missing."),
)
NO_DAY_OF_A_PAYMENT = RefusalKind(
    code="no-day-of-a-payment",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("Money cannot have come on this day: it lies ahead, or too far back."),
    next_step=_("Mend the day as the bank says it."),
)
NOT_THE_SAME_MONEY = RefusalKind(
    code="not-the-same-money",
    status=HTTPStatus.CONFLICT,
    what=_("This typed payment is confirmed already, or is not the same money as this line of the bank's."),
    next_step=_("Look at the page again, and say whose payment the line is."),
)
WENT_OUT = RefusalKind(
    code="money-went-out",
    status=HTTPStatus.CONFLICT,
    what=_("This money went out: it cannot be a payment of a plant."),
    next_step=_("If it went back to a plant, ask for a refund; another person has to agree."),
)
MORE_THAN_OWED = RefusalKind(
    code="more-than-owed",
    status=HTTPStatus.CONFLICT,
    what=_("This is more than is owed, or nothing."),
    next_step=_("Look at what is still due on the page of money."),
)
MONTH_IS_CLOSED = RefusalKind(
    code="month-is-closed",
    status=HTTPStatus.CONFLICT,
    what=_("This payment stands in the books of a closed month."),
    next_step=_("Open the month again first: one person asks, another agrees."),
)
MOVEMENT_KNOWN = RefusalKind(
    code="movement-known",
    status=HTTPStatus.CONFLICT,
    what=_("The very same movement is noted already."),
    next_step=_("Look for it on the page of payments."),
)
MORE_THAN_CREDIT = RefusalKind(
    code="more-than-credit",
    status=HTTPStatus.CONFLICT,
    what=_("This is more than the plant has to its credit."),
    next_step=_("Look at the open amounts: only what a plant has paid too much can go back to it."),
)
REFUND_ASKED = RefusalKind(
    code="refund-asked",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody has said already that this money went back to a plant."),
    next_step=_("Read the reason beside the movement, and agree there if you do."),
)
REFUND_ANSWERED = RefusalKind(
    code="refund-answered",
    status=HTTPStatus.CONFLICT,
    what=_("There is no such refund waiting, or it was answered."),
    next_step=_("Look at the page of payments again."),
)
PAYOUT_ANSWERED = RefusalKind(
    code="payout-answered",
    status=HTTPStatus.CONFLICT,
    what=_("There is no such payment waiting, or it was answered."),
    next_step=_("Look at the page of money again."),
)
UNDO_ASKED = RefusalKind(
    code="undo-asked",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody has asked already that this payment be taken back."),
    next_step=_("Read the reason beside the payment, and agree there if you do."),
)
LINE_IS_MATCHED = RefusalKind(
    code="bank-line-matched",
    status=HTTPStatus.CONFLICT,
    what=_("It is known already whose payment this is."),
    next_step=_("Take that back first, if it is wrong."),
)
LINE_IS_OPEN = RefusalKind(
    code="bank-line-open",
    status=HTTPStatus.CONFLICT,
    what=_("Nobody has said yet whose payment this is."),
    next_step=_("There is nothing to take back."),
)
NOTHING_OVERDUE = RefusalKind(
    code="nothing-overdue",
    status=HTTPStatus.CONFLICT,
    what=_("Nothing of this plant is overdue."),
    next_step=_("Look at what is open again."),
)
REMINDED_TODAY = RefusalKind(
    code="reminded-today",
    status=HTTPStatus.CONFLICT,
    what=_("This plant was reminded today already."),
    next_step=_("Print that reminder, or wait a day."),
)
MONTH_IS_NOT_OVER = RefusalKind(
    code="month-is-not-over",
    status=HTTPStatus.CONFLICT,
    what=_("This month is not over yet."),
    next_step=_("Close it on a day of the month that follows."),
)
MONTH_IS_NOT_NEXT = RefusalKind(
    code="month-is-not-next",
    status=HTTPStatus.CONFLICT,
    what=_("Months are closed one after the other, and this one is not the next."),
    next_step=_("Open the page again: it shows which month is closed next."),
)
NOT_THE_LAST_MONTH = RefusalKind(
    code="not-the-last-month",
    status=HTTPStatus.CONFLICT,
    what=_("Only the month that was closed last can be opened again."),
    next_step=_("Book what is late: it stands in the next open month."),
)
REOPEN_ASKED = RefusalKind(
    code="reopen-asked",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody has asked already that this month be opened again."),
    next_step=_("Read the reason on the page of money, and agree there if you do."),
)
REOPEN_NOT_ASKED = RefusalKind(
    code="reopen-not-asked",
    status=HTTPStatus.CONFLICT,
    what=_("There is no such wish that this month be opened again, or it was answered."),
    next_step=_("Look at the page of money: let one person ask with a reason, and another agree."),
)
ABOVE_CEILING = RefusalKind(
    code="above-ceiling",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The price is above the ceiling that the task force has set."),
    next_step=_("Choose a lower price, or enter the new ceiling first."),
)
NOT_OF_REGISTER = RefusalKind(
    code="not-of-register",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("A price is for plants and materials of the register, and this one is not in it."),
    next_step=_("Choose from the lists, or enter it in the register first."),
)
NO_SUCH_PRICE = RefusalKind(
    code="no-such-price",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such price, or it has been answered already."),
    next_step=_("Open the list of prices again."),
)
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


class Refusal(Exception):
    """Something that was asked for and is not done; `details` are shown one a line."""

    def __init__(self, kind: RefusalKind, details: Sequence[str] = ()) -> None:
        super().__init__(kind.what)
        self.kind = kind
        self.details = tuple(details)
