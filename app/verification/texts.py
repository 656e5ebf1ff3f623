"""What detectors, states and verdicts are called, and what each detector says in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.texts import _
from app.verification.desk import SuspicionState
from app.verification.models import VerdictKind
from app.verification.queries import Standing


@dataclass(frozen=True, slots=True)
class Words:
    """Message ids; `seen` and `usual` hold the names of evidence."""

    title: str
    seen: str
    usual: str


STATE_TEXTS: Final[Mapping[str, str]] = {
    SuspicionState.OPEN: _("waits for a verdict"),
    SuspicionState.UPHELD: _("upheld"),
    SuspicionState.EXPLAINED: _("explained"),
    SuspicionState.GONE: _("not seen any more"),
}
STATE_BADGES: Final[Mapping[str, str]] = {
    SuspicionState.OPEN: "waiting",
    SuspicionState.UPHELD: "bad",
    SuspicionState.EXPLAINED: "good",
    SuspicionState.GONE: "ended",
}
VERDICT_TEXTS: Final[Mapping[str, str]] = {
    VerdictKind.EXPLAINED: _("Explained: the tickets count"),
    VerdictKind.UPHELD: _("Upheld: the tickets do not count"),
}
STANDING_TEXTS: Final[Mapping[str, str]] = {
    Standing.VERIFIED: _("verified"),
    Standing.UNVERIFIED: _("not verified yet"),
    Standing.SUSPECTED: _("waits for a verdict"),
    Standing.UPHELD: _("does not count"),
}
# By the detector; where it says two kinds of things, with the name of the evidence behind a colon.
DETECTOR_WORDS: Final[Mapping[str, Words]] = {
    "copied_ticket": Words(
        _("Copied ticket"),
        _("The same truck with the same weights, bales and moisture readings as on ticket %(like)s."),
        _("Two loads do not agree in all of this: scale and moisture meter show something else each time."),
    ),
    "used_photo": Words(
        _("Photo of another ticket"),
        _("A photo of this ticket was handed in with ticket %(like)s already."),
        _("Every weighing has photos of its own, and no two photos are the same file."),
    ),
    "receipt_again": Words(
        _("Receipt entered twice"),
        _("Receipt %(number)s was entered with ticket %(like)s of the same point already."),
        _("Both sign one receipt for each purchase, and each has its own number."),
    ),
    "same_purchase": Words(
        _("The same purchase again"),
        _("The same grower sold %(kg)s kg of the same material with ticket %(like)s, %(apart_d)s days before."),
        _("Within %(within_d)s days nobody brings the same weight to the kilogram, but by chance."),
    ),
    "near_copy": Words(
        _("Nearly a copy"),
        _(
            "The moisture readings go up and down as on ticket %(like)s of the same truck, and the gross weights are"
            " only %(gross_apart_kg)s kg apart."
        ),
        _("Readings of two loads go up and down independently of each other."),
    ),
    "copied_moisture": Words(
        _("Copied moisture"),
        _("The moisture readings go up and down as on ticket %(like)s of the same collecting body."),
        _("Readings of two loads go up and down independently of each other."),
    ),
    "field_claimed_twice": Words(
        _("Field of several collecting bodies"),
        _("Several collecting bodies delivered straw of field %(subject)s: %(bodies)s."),
        _("The straw of a field is one body's. The tickets of all but the one that brought most are held back."),
    ),
    "field_yield": Words(
        _("More straw than grows there"),
        _("%(tickets)s loads brought %(air_dry_kg)s kg of air-dry straw from field %(subject)s of %(area_mu)s mu."),
        _("About %(usual_kg)s kg would be usual for this crop and area."),
    ),
    "sequence": Words(
        _("Numbers that lack"),
        _("Of %(subject)s these ticket numbers lack: %(lacking)s."),
        _("The numbers of a place and day count without gaps, and void tickets keep theirs."),
    ),
    "round_weights": Words(
        _("Round weights"),
        _("%(round)s of %(of)s gross weights of %(subject)s are whole hundreds of kilograms."),
        _("A scale shows whole hundreds by chance: with a division of 20 kg one time in five."),
    ),
    "open_hours": Words(
        _("Outside open hours"),
        _("The truck came %(outside_min)s minutes outside the open hours."),
        _("Up to %(allowed_min)s minutes are usual, when trucks wait as the gate shuts."),
    ),
    "position": Words(
        _("Made far away"),
        _("The device was %(off_m)s m from the place of the ticket."),
        _("Up to %(allowed_m)s m come from positions that are not exact."),
    ),
    "travel": Words(
        _("Impossible trip"),
        _("From ticket %(first)s to ticket %(then)s the truck had %(took_min)s minutes."),
        _("Nobody drives this way and loads these bales in less than %(needed_min)s minutes."),
    ),
    "quick_trips": Words(
        _("Very quick trip"),
        _("From ticket %(first)s to ticket %(then)s the truck had %(took_min)s minutes."),
        _("%(needed_min)s minutes are the very least, and the county's trips take much longer than their least."),
    ),
    "two_weights": Words(
        _("Yard and plant weighed differently"),
        _("Ticket %(sent)s of the yard says %(sent_kg)s kg, ticket %(came)s of the plant %(came_kg)s kg."),
        _("Two scales and a person in the cab make %(limit_kg)s kg at most. The heavier ticket is held back."),
    ),
    "haul_without_other_end": Words(
        _("Haul with one end"),
        _("No ticket of the other end fits this load of truck %(plate)s."),
        _("What arrives has left a yard, and what leaves a yard arrives within a day."),
    ),
    "tare": Words(
        _("Unusual tare"),
        _(
            "Empty, truck %(plate)s weighed %(off_kg)s kg more (less, where negative) than before and after:"
            " %(spreads)s times its usual scatter."
        ),
        _("Fuel, mud and tools make up the usual scatter."),
    ),
    "kg_per_bale": Words(
        _("Heavy for its bales"),
        _(
            "A bale of this load of truck %(plate)s has %(over_percent)s %% more dry straw than those of the same body"
            " and field around it: %(spreads)s times the usual scatter."
        ),
        _("A baler presses much alike all day, and all bales of a field are of one crop."),
    ),
    "weights_together": Words(
        _("Heavy load, light truck"),
        _(
            "The load of truck %(plate)s is %(over_percent)s %% heavy for its bales, and its tare is %(off_kg)s kg off"
            " the usual one."
        ),
        _("Each alone may be chance. Nature does not couple the two: fuel and mud weigh in both passes."),
    ),
    "plate_history:bales": Words(
        _("More than the truck carries"),
        _("%(bales)s bales on truck %(plate)s."),
        _("Nine of ten of its loads have %(usual_bales)s bales at most."),
    ),
    "plate_history:net_kg": Words(
        _("More than the truck carries"),
        _("A load of %(net_kg)s kg on truck %(plate)s."),
        _("Nine of ten of its loads weigh %(usual_kg)s kg at most."),
    ),
    "regular_moisture": Words(
        _("Moisture too regular"),
        _("%(readings)s moisture readings scatter by %(spread_percent)s percentage points only."),
        _("At this place %(usual_percent)s percentage points are usual between bales."),
    ),
    "moisture_under_paid": Words(
        _("Just dry enough, too often"),
        _("%(close)s of %(damp)s damp loads of %(subject)s lie just under the moisture that is paid in full."),
        _("With the other collecting bodies it is %(usual_percent)s %%."),
    ),
    "heavy_and_just_dry": Words(
        _("Just dry enough, and heavy"),
        _(
            "%(moisture_percent)s %% moisture is just dry enough, and the load is %(over_percent)s %% heavy for its"
            " bales."
        ),
        _("A load that is really so dry weighs what the loads around it weigh; water is heavy."),
    ),
    "yard_balance:over_kg": Words(
        _("Stock does not add up"),
        _("By its tickets %(subject)s holds %(over_kg)s kg more than fits in."),
        _("It may hold %(capacity_kg)s kg; losses in storage and bales squeezed in are allowed for."),
    ),
    "yard_balance:lacking_kg": Words(
        _("Stock does not add up"),
        _("By its tickets %(subject)s sent out %(lacking_kg)s kg more than it had."),
        _("What leaves a yard came in before; a tenth of its capacity of %(capacity_kg)s kg is allowed for."),
    ),
    "yard_bales": Words(
        _("Bales lose weight in the yard"),
        _("Dry, the bales of %(subject)s were %(lost_percent)s %% lighter when they left than when they came."),
        _("Storage takes %(allowed_percent)s %% at most."),
    ),
}
# What filters call a detector.
DETECTOR_TITLES: Final[Mapping[str, str]] = {
    key.partition(":")[0]: words.title for key, words in DETECTOR_WORDS.items()
}
