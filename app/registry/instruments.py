"""Weighbridges and moisture meters: each stands at one yard or one plant, and has a certificate that ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.texts import Message, _
from yard_rules.certificates import CertificateState
from yard_rules.moisture_sampling import calibration_state
from yard_rules.weighing import verification_state

SCALES: Final = "scales"
METERS: Final = "meters"
INSTRUMENT_KINDS: Final = frozenset({SCALES, METERS})
STATE_TEXTS: Final[Mapping[str, str]] = {
    CertificateState.VALID: _("certified"),
    CertificateState.EXPIRES_SOON: _("expires soon"),
    CertificateState.LAPSED: _("lapsed"),
    CertificateState.NONE: _("no certificate"),
}
STATE_BADGES: Final[Mapping[str, str]] = {
    CertificateState.VALID: "good",
    CertificateState.EXPIRES_SOON: "waiting",
    CertificateState.LAPSED: "bad",
    CertificateState.NONE: "bad",
}


def certificate_on(row: Any, day: date) -> CertificateState:
    """The state of an instrument's certificate: the verification of a scale, which has a number, the calibration of a
    meter."""
    if hasattr(row, "certified_until"):
        if not row.certificate_number:
            return CertificateState.NONE
        return verification_state(row.certified_until, day, certified_from=row.certified_from)
    return calibration_state(row.calibrated_until, day)


def certificate_ends(row: Any) -> date | None:
    """The last day of an instrument's certificate; None where it has none."""
    until: date | None = row.certified_until if hasattr(row, "certified_until") else row.calibrated_until
    return until


def place_of(row: Any) -> tuple[str, str]:
    """Kind and id of the yard or plant where an instrument stands."""
    return ("yard", row.yard_id) if row.yard_id is not None else ("plant", row.plant_id)


def place_fault(key: str, values: Mapping[str, Any]) -> tuple[str, Message] | None:
    """What is wrong with where an instrument stands, and at which column; None where nothing is, or for other kinds."""
    if key not in INSTRUMENT_KINDS:
        return None
    yard_id, plant_id = values.get("yard_id"), values.get("plant_id")
    if yard_id is None and plant_id is None:
        return "yard_id", Message(_("A yard or a plant is missing: an instrument stands at one of them."))
    if yard_id is not None and plant_id is not None:
        return "plant_id", Message(_("An instrument stands at a yard or at a plant, not at both."))
    return None
