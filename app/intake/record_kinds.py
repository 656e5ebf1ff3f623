"""The kinds of records that are about tickets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from app.intake import bodies
from app.intake.arriving import RecordKind
from app.intake.closings import closed, foresee_closings
from app.intake.openings import counted_at_field, foresee_openings, opened, tare_stored
from app.intake.purchases import bought
from app.intake.reprints import reprinted
from app.intake.sampling import sampled
from app.intake.voiding import void_agreed, void_asked, void_declined

_YARD_OR_PLANT: Final = frozenset({"yard", "plant"})

_WITH_TICKETS: Final = _YARD_OR_PLANT | {"point"}

_kind = partial(RecordKind, reads_books=True)

INTAKE_KINDS: Final[Mapping[str, RecordKind]] = {
    "opening": _kind(bodies.Opening, opened, _YARD_OR_PLANT, foresee=foresee_openings),
    "sample": _kind(bodies.Sample, sampled, _YARD_OR_PLANT),
    "closing": _kind(bodies.Closing, closed, _YARD_OR_PLANT, foresee=foresee_closings),
    "purchase": _kind(bodies.Purchase, bought, frozenset({"point"})),
    "tare": _kind(bodies.Tare, tare_stored, _YARD_OR_PLANT),
    "field_count": _kind(
        bodies.FieldCounted,
        counted_at_field,
        frozenset({"body"}),
        other_places=lambda body: [("plant", body.plant_id)],
    ),
    "void_request": _kind(bodies.VoidAsked, void_asked, _WITH_TICKETS),
    "void": _kind(bodies.VoidAgreed, void_agreed, _WITH_TICKETS, from_devices=False),
    "reprint": _kind(bodies.Reprinted, reprinted, _WITH_TICKETS),
    "void_decline": _kind(bodies.VoidDeclined, void_declined, _WITH_TICKETS, from_devices=False),
}
