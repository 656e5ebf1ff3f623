"""What remarks of tickets say to people, and how much they matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext

from app.intake.models import Outcome, Purpose
from app.intake.remarks import NOT_FOR_TRADE, RemarkKind
from app.intake.ticket_lists import Mark, TicketState
from app.registry.suspension_texts import reason_text
from app.texts import _
from yard_rules.acceptance import AcceptanceKind
from yard_rules.moisture_sampling import HintKind
from yard_rules.vehicle_checks import words_of

PURPOSE_TEXTS: Final[Mapping[str, str]] = {
    Purpose.INTAKE: _("in from the field"),
    Purpose.LINEHAUL_OUT: _("out to a plant"),
    Purpose.LINEHAUL_IN: _("at the plant from a yard"),
    Purpose.DIRECT_IN: _("at the plant from the field"),
    Purpose.PURCHASE: _("bought at a recycling point"),
}
STATE_TEXTS: Final[Mapping[str, str]] = {
    TicketState.OPEN: _("on the yard"),
    TicketState.CLOSED: _("weighed out"),
    TicketState.SENT_BACK: _("sent back"),
    TicketState.VOID: _("void"),
}
STATE_BADGES: Final[Mapping[str, str]] = {
    TicketState.OPEN: "waiting",
    TicketState.CLOSED: "good",
    TicketState.SENT_BACK: "ended",
    TicketState.VOID: "bad",
}
MARK_TEXTS: Final[Mapping[str, str]] = {
    Mark.TYPED: _("weight typed by hand"),
    Mark.ESTIMATED: _("weight estimated by bales"),
    Mark.LATE: _("came after its day"),
    Mark.NOT_FOR_TRADE: _("not for settlement"),
    Mark.VOID_ASKED: _("to be voided"),
    Mark.FORGOTTEN: _("weighed in and forgotten"),
}
OUTCOME_TEXTS: Final[Mapping[str, str]] = {
    Outcome.STORED: _("stored on the yard"),
    Outcome.SHIPPED: _("shipped"),
    Outcome.DELIVERED: _("delivered"),
    Outcome.SENT_BACK: _("sent back"),
    Outcome.BOUGHT: _("bought"),
}
ACCEPTANCE_TEXTS: Final[Mapping[str, str]] = {
    AcceptanceKind.STACK_FREELY: _("stack freely"),
    AcceptanceKind.STACK_APART: _("stack apart, probe daily"),
    AcceptanceKind.HOT_LANE: _("hot lane, ship within days"),
    AcceptanceKind.SEND_BACK: _("too wet for any stack"),
}
# What a record of the gate tells, by its kind.
RECORD_TEXTS: Final[Mapping[str, str]] = {
    "opening": _("ticket opened"),
    "field_count": _("counted at the field"),
    "sample": _("moisture measured"),
    "closing": _("weighed out"),
    "purchase": _("bought from a farmer"),
    "tare": _("tare stored"),
    "void_request": _("voiding asked for"),
    "void": _("voiding agreed to"),
    "void_decline": _("voiding declined"),
    "reprint": _("ticket printed again"),
    "stack_move": _("bales moved between stacks"),
    "stack_count": _("stacks counted"),
    "stack_care": _("stack covered or uncovered"),
    "watch": _("watch"),
    "visitor": _("visitor came"),
    "visitor_left": _("visitor left"),
    "day_close": _("day closed"),
    "inspection": _("inspection"),
    "action_mended": _("mended"),
    "action_checked": _("mending checked"),
    "suspension_set": _("closed for a danger"),
    "suspension_lift_asked": _("opening again asked for"),
    "suspension_lift_answered": _("opening again answered"),
    "alarm_answer": _("alarm answered"),
    "heat_reading": _("heat measured"),
    "smoke": _("smoke reported"),
    "patrol_round": _("round made"),
}
# In a few words, for lists and filters.
REMARK_TEXTS: Final[Mapping[str, str]] = {
    RemarkKind.TYPED_WEIGHT: _("weight typed by hand"),
    RemarkKind.TYPED_WITHOUT_SCALE: _("typed weight names no scale"),
    RemarkKind.ESTIMATED: _("weight estimated by bales"),
    RemarkKind.ESTIMATE_ODD: _("estimated bales are too light or too heavy for their kind"),
    RemarkKind.ESTIMATED_BESIDE_SCALE: _("estimated, though there is a scale"),
    RemarkKind.SCALE_LAPSED: _("scale not verified"),
    RemarkKind.AGENT_REVOKED: _("signed with a key that was revoked since"),
    RemarkKind.OFF_DIVISION: _("no multiple of the division"),
    RemarkKind.READING_OLD: _("reading of the scale was old"),
    RemarkKind.READING_OFF_DIVISION: _("signed weight is no multiple of the scale's division"),
    RemarkKind.ABOVE_CAPACITY: _("weighs more than the scale can"),
    RemarkKind.CERTIFICATE_UNNUMBERED: _("verification of the scale has no number"),
    RemarkKind.UNKNOWN_MATERIAL: _("material is not in the register"),
    RemarkKind.UNKNOWN_BALE_KIND: _("no such kind of bales"),
    RemarkKind.UNKNOWN_TOWN: _("town is not in the register"),
    RemarkKind.UNKNOWN_FIELD: _("field is not in the register"),
    RemarkKind.NO_BALES: _("a load without a single bale"),
    RemarkKind.OVERLOAD: _("overloaded"),
    RemarkKind.OVERLOAD_BLOCK: _("heavily overloaded"),
    RemarkKind.OVERLOAD_PERHAPS: _("perhaps overloaded: the truck is not in the register"),
    RemarkKind.DOUBLE_WEIGHING: _("weighed twice within minutes"),
    RemarkKind.TARE_DRIFT: _("empty weight has drifted"),
    RemarkKind.TARE_ALARM: _("empty weight of another truck"),
    RemarkKind.TARE_DOUBTFUL: _("stored tare is doubtful"),
    RemarkKind.PASSES_TURNED: _("empty and full the wrong way round for this purpose"),
    RemarkKind.STALE_PAIR: _("weighings too far apart"),
    RemarkKind.NO_PHOTO: _("weighed without a photo"),
    RemarkKind.NO_SAMPLE: _("no moisture measured"),
    RemarkKind.SAMPLE_AFTER_CLOSING: _("moisture came after the load was weighed out; it does not count"),
    RemarkKind.FEW_READINGS: _("fewer moisture readings than the rule asks for"),
    RemarkKind.ODD_READINGS: _("odd moisture readings"),
    RemarkKind.METER_LAPSED: _("moisture meter not calibrated"),
    RemarkKind.BALES_DIFFER: _("bales differ from those declared"),
    RemarkKind.PLATES_DIFFER: _("plates of field and plant differ"),
    RemarkKind.PLATE_OF_REPLACED: _("plate differs from that of the replaced ticket"),
    RemarkKind.NOT_FILED: _("collecting body not filed"),
    RemarkKind.NOT_APPROVED: _("direct haul without approval"),
    RemarkKind.CLOCK_OFF: _("clock of the device was off"),
    RemarkKind.LATE: _("came after its day"),
    RemarkKind.NO_OPERATOR: _("nobody was signed in"),
    RemarkKind.OPERATOR_ELSEWHERE: _("operator belongs elsewhere"),
    RemarkKind.NUMBER_TWICE: _("number of the device twice"),
    RemarkKind.STACK_OVERDRAWN: _("more taken from a stack than it held"),
    RemarkKind.STACK_WITHDRAWN: _("stack is out of use"),
    RemarkKind.STACKS_DIFFER: _("stacks do not hold the bales of the load"),
    RemarkKind.COUNT_DIFFERS: _("count differs, no reason given"),
    RemarkKind.DAY_NOT_CLOSED: _("day not closed: an explanation is missing"),
    RemarkKind.WET_BALES: _("single bales too wet for a stack"),
    RemarkKind.TOO_WET: _("too wet: should have gone back"),
    RemarkKind.WET_ON_DRY: _("too wet for the stack it lies on"),
    RemarkKind.SUSPENDED: _("came in although the yard or stack is closed"),
    RemarkKind.TAKEN_THOUGH_CLOSED: _("taken off a stack from which nothing may be loaded"),
    RemarkKind.VEHICLE_UNSAFE: _("vehicle came in without all that fire safety asks"),
    RemarkKind.PLANT_STRUCK_OFF: _("goes to a plant that is struck off"),
    RemarkKind.NOT_SIGNED: _("seller or point has not signed"),
    RemarkKind.NOT_BOUGHT_HERE: _("recycling points do not buy this material"),
    RemarkKind.POINT_NOT_FILED: _("recycling point not filed"),
    RemarkKind.DOUBLE_PURCHASE: _("the same seller twice within minutes"),
    RemarkKind.UNUSUAL_WEIGHT: _("unusually heavy for one seller"),
}
# A truck like this may not leave, whoever pays for its load.
NOT_FOR_THE_ROAD: Final = frozenset(
    {RemarkKind.OVERLOAD_BLOCK, RemarkKind.TAKEN_THOUGH_CLOSED, RemarkKind.PLANT_STRUCK_OFF}
)
_BLOCKS: Final = NOT_FOR_TRADE | NOT_FOR_THE_ROAD
_LOOK_AGAIN: Final = frozenset(
    {
        RemarkKind.DOUBLE_WEIGHING,
        RemarkKind.TARE_ALARM,
        RemarkKind.TYPED_WEIGHT,
        RemarkKind.ESTIMATED_BESIDE_SCALE,
        RemarkKind.AGENT_REVOKED,
        RemarkKind.PLATES_DIFFER,
        RemarkKind.PLATE_OF_REPLACED,
        RemarkKind.OFF_DIVISION,
        RemarkKind.STALE_PAIR,
        RemarkKind.NO_OPERATOR,
        RemarkKind.OPERATOR_ELSEWHERE,
        RemarkKind.NUMBER_TWICE,
        RemarkKind.STACK_OVERDRAWN,
        RemarkKind.STACKS_DIFFER,
        RemarkKind.WET_BALES,
        RemarkKind.WET_ON_DRY,
        RemarkKind.SUSPENDED,
        RemarkKind.VEHICLE_UNSAFE,
        RemarkKind.DOUBLE_PURCHASE,
        RemarkKind.UNUSUAL_WEIGHT,
    }
)
_HINT_TEXTS: Final[Mapping[str, str]] = {
    HintKind.TOO_FEW_BALES: _("too few bales were probed"),
    HintKind.ALL_EQUAL: _("all readings are equal"),
    HintKind.OUTSIDE_METER_RANGE: _("readings outside the meter's range"),
    HintKind.OUTLIER: _("readings far from the others"),
}
# With the figures; where what was said lacks one, the few words must do.
_WITH_FIGURES: Final[Mapping[str, str]] = {
    RemarkKind.TYPED_WEIGHT: _("%(kg)s kg typed by hand: %(reason)s"),
    RemarkKind.ESTIMATED: _("estimated by bales, at most %(uncertainty_kg)s kg off"),
    RemarkKind.ESTIMATE_ODD: _("%(bale_kg)s kg a bale; its kind weighs %(low_kg)s to %(high_kg)s kg at most"),
    RemarkKind.OFF_DIVISION: _("%(kg)s kg is no multiple of the division of %(division_kg)s kg"),
    RemarkKind.READING_OLD: _("the scale signed its weight at %(taken_at)s, the record was made long before or after"),
    RemarkKind.READING_OFF_DIVISION: _("%(kg)s kg is no multiple of the division of %(division_kg)s kg"),
    RemarkKind.ABOVE_CAPACITY: _("%(kg)s kg on a scale that weighs up to %(capacity_kg)s kg"),
    RemarkKind.CERTIFICATE_UNNUMBERED: _("verification of scale %(scale_id)s has no certificate number"),
    RemarkKind.UNKNOWN_MATERIAL: _("material %(ids)s is not in the register"),
    RemarkKind.UNKNOWN_BALE_KIND: _("no such kind of bales: %(ids)s"),
    RemarkKind.UNKNOWN_TOWN: _("town %(ids)s is not in the register"),
    RemarkKind.UNKNOWN_FIELD: _("not in the register: fields %(ids)s"),
    RemarkKind.NO_BALES: _("%(net_kg)s kg without a single bale"),
    RemarkKind.SCALE_LAPSED: _("verification of scale %(scale_id)s ended: %(until)s"),
    RemarkKind.OVERLOAD: _("%(kg)s kg on the road, %(limit_kg)s kg are allowed"),
    RemarkKind.OVERLOAD_BLOCK: _("%(kg)s kg on the road, %(limit_kg)s kg are allowed: far too much"),
    RemarkKind.OVERLOAD_PERHAPS: _(
        "%(kg)s kg on the road; the truck is not in the register, and one with two axles may weigh %(limit_kg)s kg"
    ),
    RemarkKind.DOUBLE_WEIGHING: _("the same plate opened %(other)s within minutes"),
    RemarkKind.TARE_DRIFT: _("empty weight %(tare_kg)s kg, before %(before_kg)s kg"),
    RemarkKind.TARE_ALARM: _("empty weight %(tare_kg)s kg, before %(before_kg)s kg: perhaps another truck"),
    RemarkKind.TARE_DOUBTFUL: _(
        "stored tare of %(weighed_on)s is doubtful: it differs from those before, or its scale was not verified"
    ),
    RemarkKind.PASSES_TURNED: _(
        "first pass %(first_kg)s kg, second %(second_kg)s kg: wrong way round for this purpose"
    ),
    RemarkKind.STALE_PAIR: _("more than %(within_h)s hours between the weighings"),
    RemarkKind.NO_PHOTO: _("%(weighings)s of its weighings without a photo"),
    RemarkKind.FEW_READINGS: _("%(done)s moisture readings of the %(asked)s that the rule asks for"),
    RemarkKind.METER_LAPSED: _("calibration of meter %(meter_id)s ended: %(until)s"),
    RemarkKind.BALES_DIFFER: _("%(declared)s bales declared, %(counted)s counted"),
    RemarkKind.PLATES_DIFFER: _("plate at the field %(at_field)s, at the plant %(at_plant)s"),
    RemarkKind.PLATE_OF_REPLACED: _("plate %(plate)s, that of the replaced ticket was %(replaced)s"),
    RemarkKind.NOT_FILED: _("collecting body %(body_id)s is not filed with the task force"),
    RemarkKind.CLOCK_OFF: _("clock of the device off by %(off_s)s s when it sent"),
    RemarkKind.LATE: _("came after its day, at %(received_at)s"),
    RemarkKind.STACKS_DIFFER: _(
        "%(stacks)s bales on stacks, %(bales)s on the ticket: the rest was booked on the proposed stack"
    ),
    RemarkKind.SUSPENDED: _("came in although it is closed: %(why)s"),
    RemarkKind.TAKEN_THOUGH_CLOSED: _("taken although nothing of it may be loaded: %(why)s"),
    RemarkKind.VEHICLE_UNSAFE: _("vehicle came in without: %(missing)s"),
    RemarkKind.POINT_NOT_FILED: _("recycling point %(point_id)s is not filed with the task force"),
    RemarkKind.DOUBLE_PURCHASE: _("the same seller sold the same material within minutes: %(other)s"),
    RemarkKind.UNUSUAL_WEIGHT: _("%(kg)s kg of one seller; more than %(most_kg)s kg are unusual"),
    RemarkKind.TOO_WET: _("%(permille)s per mille, more than is paid: should have gone back, yet it was stored"),
    RemarkKind.WET_ON_DRY: _("too wet for stack %(stack_ids)s: its wettest bale has %(permille)s per mille"),
    RemarkKind.WET_BALES: _("the wettest bale has %(permille)s per mille: set such bales aside"),
}


def remark_text(kind: str, said: Mapping[str, Any] | None = None) -> str:
    """Return what a remark says, with its figures where it was told any, in the reader's language."""
    if kind == RemarkKind.VEHICLE_UNSAFE:
        said = {"missing": [_check_words(check_id) for check_id in (said or {}).get("missing") or ()] or None}
    if kind in (RemarkKind.SUSPENDED, RemarkKind.TAKEN_THOUGH_CLOSED):
        said = {"why": [_why(text) for text in (said or {}).get("why") or ()] or None}
    told = {name: _shown(value) for name, value in (said or {}).items() if value is not None}
    if kind == RemarkKind.ODD_READINGS and (hints := _hints(said or {})):
        return f"{gettext(REMARK_TEXTS.get(kind, kind))}: {hints}"
    if told and kind in _WITH_FIGURES:
        try:
            return str(gettext(_WITH_FIGURES[kind]) % told)
        except KeyError:
            pass  # of what is not known the few words must do
    return str(gettext(REMARK_TEXTS[kind])) if kind in REMARK_TEXTS else kind


def severity_of(kind: str) -> str:
    """Return how much a remark matters: "blocks" keeps the ticket from settlement or the truck from the road, "mend"
    wants a look, "advice"."""
    if kind in _BLOCKS:
        return "blocks"
    return "mend" if kind in _LOOK_AGAIN else "advice"


def _check_words(check_id: str) -> str:
    words = words_of(check_id)
    return check_id if words is None else str(gettext(words))


def _why(text: str) -> str:
    """The reason of a closing, perhaps behind the stack that is closed."""
    stack, colon, reason = text.partition(": ")
    return f"{stack}: {reason_text(reason)}" if colon else reason_text(text)


def _hints(said: Mapping[str, Any]) -> str:
    found = said.get("all") if isinstance(said.get("all"), list) else [said] if "hint" in said else []
    texts = []
    for one in found or []:
        hint = str(one.get("hint", ""))
        text = str(gettext(_HINT_TEXTS[hint])) if hint in _HINT_TEXTS else hint
        bales = ", ".join(map(str, one.get("bales") or ()))
        texts.append(f"{text} ({bales})" if bales else text)
    return "; ".join(texts)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return " / ".join(_shown(part) for part in value)
    return "–" if value is None else str(value)
