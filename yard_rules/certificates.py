"""Until when an instrument may be used: the scale's verification, the meter's calibration."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class CertificateState(StrEnum):
    VALID = "valid"
    EXPIRES_SOON = "expires_soon"
    LAPSED = "lapsed"
    NONE = "none"

    @property
    def may_be_used(self) -> bool:
        """Whether the instrument is certified on the day asked for."""
        return self in (CertificateState.VALID, CertificateState.EXPIRES_SOON)


def certificate_state(valid_until: date | None, day: date, *, warn_days: int) -> CertificateState:
    """Return the state on a day of a certificate good to the end of `valid_until`, None where there is none.

    It expires soon from `warn_days` days before its last day on.
    """
    if valid_until is None:
        return CertificateState.NONE
    if day > valid_until:
        return CertificateState.LAPSED
    return CertificateState.EXPIRES_SOON if valid_until - day <= timedelta(days=warn_days) else CertificateState.VALID
