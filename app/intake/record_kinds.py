"""The kinds of records that are about tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.intake import bodies
from app.intake.arriving import RecordKind
from app.intake.closings import closed
from app.intake.openings import counted_at_field, opened, tare_stored
from app.intake.reprints import reprinted
from app.intake.sampling import sampled
from app.intake.voiding import void_agreed, void_asked, void_declined

_YARD_OR_PLANT: Final = frozenset({"yard", "plant"})

INTAKE_KINDS: Final[Mapping[str, RecordKind]] = {
    "opening": RecordKind(bodies.Opening, opened, _YARD_OR_PLANT),
    "sample": RecordKind(bodies.Sample, sampled, _YARD_OR_PLANT),
    "closing": RecordKind(bodies.Closing, closed, _YARD_OR_PLANT),
    "tare": RecordKind(bodies.Tare, tare_stored, _YARD_OR_PLANT),
    "field_count": RecordKind(
        bodies.FieldCounted,
        counted_at_field,
        frozenset({"body"}),
        other_places=lambda body: [("plant", body.plant_id)],
    ),
    "void_request": RecordKind(bodies.VoidAsked, void_asked, _YARD_OR_PLANT),
    "void": RecordKind(bodies.VoidAgreed, void_agreed, _YARD_OR_PLANT, from_devices=False),
    "reprint": RecordKind(bodies.Reprinted, reprinted, _YARD_OR_PLANT),
    "void_decline": RecordKind(bodies.VoidDeclined, void_declined, _YARD_OR_PLANT, from_devices=False),
}
