"""Every detector, one function each, and the verification of a county's tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from yard_rules.verification import (
    balance,
    copies,
    fields,
    moistures,
    numbers,
    presence,
    travel,
    two_weights,
    weights,
)
from yard_rules.verification.records import CountyRecords
from yard_rules.verification.suspicion import Suspicion, surest_first

Detector = Callable[[CountyRecords], Iterable[Suspicion]]

DETECTORS: Final[tuple[Detector, ...]] = (
    copies.check_copied_ticket,
    copies.check_used_photo,
    copies.check_near_copy,
    copies.check_copied_moisture,
    fields.check_field_claimed_twice,
    fields.check_field_yield,
    numbers.check_sequence,
    numbers.check_round_weights,
    presence.check_open_hours,
    presence.check_position,
    travel.check_travel,
    travel.check_quick_trips,
    two_weights.check_two_weights,
    two_weights.check_haul_without_other_end,
    weights.check_tare,
    weights.check_kg_per_bale,
    weights.check_weights_together,
    weights.check_plate_history,
    moistures.check_regular_moisture,
    moistures.check_moisture_under_paid,
    moistures.check_heavy_and_just_dry,
    balance.check_yard_balance,
    balance.check_yard_bales,
)


def verified(records: CountyRecords, *, since: date | None = None) -> tuple[Suspicion, ...]:
    """Return everything that is to be looked at, surest first; what each detector measures: docs/verification.md.

    Earlier tickets are history for the later ones: with `since`, what names only tickets of business days before it is
    left out. Raises NoFigure for tickets before 2023.
    """
    if records.standing.empty:
        return ()
    days = dict(zip(records.tickets["ticket_id"], records.tickets["business_day"], strict=True))
    return surest_first(
        found
        for detector in DETECTORS
        for found in detector(records)
        if since is None or max(found.until or date.min, *(days[it] for it in found.ticket_ids), date.min) >= since
    )
