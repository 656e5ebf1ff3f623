"""What the audit trail's words mean to those who read it. A capability's own words go here, one line each."""

from __future__ import annotations

from flask_babel import gettext

from app.accounts.roles import BY_NAME
from app.texts import _


def what_text(what: str) -> str:
    """Return the text of "kind.verb" in the reader's language: its own where there is one, else of its verb."""
    return str(gettext(_WHAT[what])) if what in _WHAT else _text(_VERBS, what.rpartition(".")[2], what)


def subject_text(subject_kind: str) -> str:
    """Return what a kind of thing is called."""
    return _text(_SUBJECTS, subject_kind, subject_kind)


def value_name(name: str) -> str:
    """Return what a value in before and after is called."""
    return _text(_VALUES, name, name)


def value_text(name: str, value: str) -> str:
    """Return what a word stored under `name` means; other texts are shown as they are."""
    if name == "role_names" and value in BY_NAME:
        return str(gettext(BY_NAME[value].title))
    return _text(_WORDS.get(name, {}), value, value)


def _text(texts: dict[str, str], word: str, otherwise: str) -> str:
    return str(gettext(texts[word])) if word in texts else otherwise


_WHAT = {
    "login.right": _("Logged in"),
    "login.wrong": _("Login refused"),
    "login.ended": _("Logged out"),
    "device.code_made": _("Enrolment code made"),
    "device.key_made": _("Key for sending made"),
    "pin.given": _("One-time PIN made"),
    "pin.chosen": _("PIN chosen"),
    "login.locked": _("Locked after wrong logins"),
    "pin.locked": _("Locked after wrong PINs"),
    "account.link_made": _("One-time link made"),
    "account.password_set": _("Password set"),
    "account.opened": _("Account opened again"),
    "account.closed": _("Account closed"),
    "account.second_factor_set_up": _("Second factor set up"),
    "account.second_factor_off": _("Second factor turned off"),
    "account.second_factor_reset": _("Second factor reset"),
    "account.codes_renewed": _("Recovery codes renewed"),
    "account.proof_refused": _("Owner not confirmed"),
    "approval.asked": _("Direct haul applied for"),
    "approval.agreed": _("Direct haul agreed to"),
    "approval.refused": _("Direct haul refused"),
    "approval.ended": _("Direct haul withdrawn"),
    "filing.proposed": _("Filing proposed"),
    "filing.confirmed": _("Filing confirmed"),
    "filing.sent_back": _("Filing sent back"),
    "scale.agent_code_made": _("Enrolment code made"),
    "scale.agent_enrolled": _("Agent beside the scale enrolled"),
    "scale.agent_revoked": _("Agent beside the scale revoked"),
    "device.records_imported": _("Records of a tablet taken in from a file"),
    "refused_record.settled": _("Refused record settled"),
    "emergency_sheet.changed": _("Emergency card changed"),
    "yard_drawing.put_in_force": _("Drawing put in force"),
    "yard_drawing.wished": _("Drawing with blocking findings wanted in force"),
    "yard_drawing.agreed": _("Drawing with blocking findings agreed to"),
    "yard_drawing.declined": _("Drawing with blocking findings declined"),
    "robot.tested": _("Test message sent"),
    "verification.run": _("Month verified"),
    "suspicion.explained": _("Suspicion explained"),
    "suspicion.upheld": _("Suspicion upheld"),
    "price.proposed": _("Price proposed"),
    "price.agreed": _("Price agreed to"),
    "price.declined": _("Price declined"),
    "statement.issued": _("Statement issued"),
    "ledger.month_closed": _("Month closed"),
    "ledger.month_reopen_asked": _("Opening of a month asked for"),
    "ledger.month_reopened": _("Month opened again"),
    "plant_weight.entered": _("Plant's weight entered"),
    "plant_weight.corrected": _("Plant's weight corrected"),
    "plant_weight_file.taken_in": _("File of plants' weights taken in"),
    "dispute.opened": _("Weight of a load disputed"),
    "dispute.answered": _("Dispute about a weight answered"),
    "dispute.proposed": _("Settlement of a dispute proposed"),
    "dispute.declined": _("Settlement of a dispute declined"),
    "dispute.agreed": _("Dispute about a weight settled"),
    "dispute.withdrawn": _("Dispute about a weight withdrawn"),
    "refusal.entered": _("Refusal of a plant entered"),
    "refusal.mended": _("Refusal of a plant mended"),
    "refusal.not_mended": _("Refusal of a plant not mended in time"),
    "refusal.warned": _("Plant warned"),
    "refusal.strike_proposed": _("Plant proposed to be struck off"),
    "refusal.strike_declined": _("Striking off a plant declined"),
    "refusal.struck_off": _("Plant struck off"),
    "refusal.withdrawn": _("Refusal of a plant withdrawn"),
}
_VERBS = {
    "added": _("Added"),
    "changed": _("Changed"),
    "removed": _("Removed"),
    "invited": _("Invited"),
    "imported": _("Imported"),
    "applied": _("Import applied"),
    "undone": _("Import undone"),
    "exported": _("Exported"),
    "enrolled": _("Enrolled"),
    "revoked": _("Revoked"),
    "withdrawn": _("Withdrawn"),
    "restored": _("In use again"),
}
_SUBJECTS = {
    "stack": _("Stack"),
    "yard_drawing": _("Drawing of a yard"),
    "robot": _("Group robot"),
    "emergency_sheet": _("Emergency card"),
    "account": _("Account"),
    "device": _("Device"),
    "town": _("Town"),
    "grower": _("Grower"),
    "field": _("Field"),
    "collecting_body": _("Collecting body"),
    "baler": _("Baler"),
    "truck": _("Truck"),
    "truck_class": _("Truck class"),
    "yard": _("Transfer yard"),
    "plant": _("End-use plant"),
    "material": _("Material"),
    "approval": _("Direct-haul approval"),
    "import": _("Import"),
    "season": _("Season"),
    "scale": _("Weighbridge"),
    "meter": _("Moisture meter"),
    "refused_record": _("Refused record"),
    "delivery": _("Load to a plant"),
    "refusal": _("Refusal of a plant"),
    "plant_weight_file": _("File of plants' weights"),
    "verification": _("Verification"),
    "suspicion": _("Suspicion"),
    "price": _("Price"),
    "statement": _("Statement"),
    "month": _("Month"),
}
_VALUES = {
    "kind": _("Kind"),
    "x_m": _("From the left in m"),
    "y_m": _("From the top in m"),
    "width_m": _("Width in m"),
    "length_m": _("Length in m"),
    "most_bales": _("Most bales"),
    "most_kg": _("Most kg"),
    "version": _("Version"),
    "note": _("Note"),
    "name": _("Name"),
    "email": _("Email"),
    "role_names": _("Roles"),
    "places": _("Belongs to"),
    "state": _("State"),
    "reason": _("Reason"),
    "device": _("Device"),
    "minutes": _("Minutes"),
    "by": _("By"),
    "second_factor": _("Second factor"),
    "codes_left": _("Recovery codes left"),
    "file": _("File"),
    "added": _("Added"),
    "changed": _("Changed"),
    "removed": _("Removed"),
    "withdrawn": _("Withdrawn"),
    "restored": _("Restored"),
    "digest": _("Digest"),
    "town_id": _("Town"),
    "party": _("For"),
    "filed_on": _("Filed on"),
    "filing_number": _("Filing number"),
    "filing_proposed_on": _("Filing proposed on"),
    "applied_on": _("Applied on"),
    "valid_from": _("Valid from"),
    "task_force_agreed_on": _("Task force agreed on"),
    "company_agreed_on": _("Company agreed on"),
    "refused_on": _("Refused on"),
    "refused_by": _("Refused by"),
    "ended_on": _("Withdrawn on"),
    "ended_by": _("Withdrawn by"),
    "end_reason": _("Why refused or withdrawn"),
    "grower": _("Grower"),
    "crop": _("Crop"),
    "area_mu": _("Area in mu"),
    "ready_date": _("Ready on"),
    "clear_by": _("Clear by"),
    "lon": _("Longitude"),
    "lat": _("Latitude"),
    "capacity_t": _("Capacity in t"),
    "bays": _("Bays"),
    "plate": _("Plate"),
    "fingerprint": _("Fingerprint"),
    "records": _("Records"),
    "code": _("Code"),
    "addresses": _("Addresses"),
    "certified_from": _("Verified from"),
    "certified_until": _("Verified until"),
    "calibrated_until": _("Calibrated until"),
    "net_kg": _("Net (kg)"),
    "yard_kg": _("Yard's weight (kg)"),
    "plant_kg": _("Plant's weight (kg)"),
    "agreed_kg": _("Agreed weight (kg)"),
    "moisture_permille": _("Moisture (‰)"),
    "weighed_on": _("Weighed on"),
    "slip_number": _("Slip number"),
    "plant": _("Plant"),
    "mend_until": _("To be mended by"),
    "weights": _("Weights"),
    "tickets": _("Tickets"),
    "suspicions": _("Suspicions"),
    "verdict": _("Verdict"),
    "detector": _("Detector"),
}
# By the name of the value: what its words mean.
_WORDS = {
    "state": {"open": _("open"), "invited": _("waits for a password"), "closed": _("closed"), "revoked": _("revoked")},
    "by": {
        "password": _("password"),
        "authenticator": _("second factor"),
        "recovery code": _("recovery code"),
        "pin": _("PIN"),
    },
    "party": {"town": _("the town"), "task_force": _("the task force"), "company": _("the franchise company")},
    "second_factor": {"on": _("set up"), "off": _("not set up")},
    "reason": {
        "wrong": _("wrong password"),
        "wrong PIN": _("wrong PIN"),
        "no such account": _("no such account"),
        "account is closed": _("account is closed"),
        "wrong second factor": _("wrong second factor"),
    },
}
