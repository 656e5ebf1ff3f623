"""The certificate of a scale's verification that was in force on a day: the register holds the newest, its history
those before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.instruments import SCALES
from app.registry.models import RegistryChange
from yard_rules.certificates import CertificateState
from yard_rules.weighing import verification_state

# What of a scale tells its certificate, and so many changes back it is looked for.
_MEMBERS: Final = {
    "certificate_number": "number",
    "certified_from": "valid_from",
    "certified_until": "valid_until",
}
_CHANGES_BACK: Final = 20


@dataclass(frozen=True, slots=True)
class Certificate:
    """Number, first and last day; where the first is not known it was always good."""

    number: str | None
    valid_from: date | None
    valid_until: date | None

    def state_on(self, day: date) -> CertificateState:
        """Its state on the day; one without a number is none."""
        if not self.number:
            return CertificateState.NONE
        return verification_state(self.valid_until, day, certified_from=self.valid_from)


def certificate_on_day(session: Session, scale_id: str, newest: Certificate, day: date) -> Certificate:
    """Return the certificate in force on the day, or the last one before it; the newest where there was none.

    What a tablet weighed before a certificate was renewed may come after, and was weighed under the one before.
    """
    if newest.valid_from is None or day >= newest.valid_from:
        return newest
    befores = session.scalars(
        select(RegistryChange.before)
        .where(RegistryChange.key == SCALES, RegistryChange.record_id == scale_id, RegistryChange.before.is_not(None))
        .order_by(RegistryChange.id.desc())
        .limit(_CHANGES_BACK)
    )
    known = newest
    for before in befores:
        known = replace(known, **_told(before or {}))
        if known.valid_from is None or known.valid_from <= day:
            return known
    return newest


def _told(members: Mapping[str, Any]) -> dict[str, Any]:
    """What a line of the history says of the certificate; days stand there as text."""
    return {
        name: date.fromisoformat(members[member])
        if member != "certificate_number" and members[member]
        else members[member]
        for member, name in _MEMBERS.items()
        if member in members
    }
