"""The kind of records that tells of checks of equipment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from app.fire_safety.equipment.operations import equipment_checked
from app.intake.arriving import Body, RecordKind
from app.intake.bodies import Day, Sha, Words
from yard_rules.equipment import DUTIES, Duty, EquipmentKind

PieceId = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class EquipmentChecked(Body):
    """One duty done to pieces of one kind, as the drawing in force names them. What did not pass says why; a piece is
    renewed, or its plate read, by itself."""

    kind: Annotated[EquipmentKind, Field(strict=False)]
    duty: Annotated[Duty, Field(strict=False)]
    pieces: Annotated[list[PieceId], Field(min_length=1, max_length=200)]
    passed: bool
    is_new_piece: bool = False
    made_on: Day | None = None
    note: Words | None = None
    photos: Annotated[list[Sha], Field(max_length=10, default_factory=list)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.duty not in DUTIES[self.kind]:
            raise ValueError(f"no duty of {self.kind}: {self.duty}")
        if not self.passed and self.note is None:
            raise ValueError("failed without a note")
        if self.duty is Duty.SCRAP and not self.is_new_piece:
            raise ValueError("scrapped without a new piece")
        if (self.is_new_piece or self.made_on is not None) and len(self.pieces) > 1:
            raise ValueError("a plate is read piece by piece")
        return self


EQUIPMENT_KINDS: Final[Mapping[str, RecordKind]] = {
    "equipment_check": RecordKind(EquipmentChecked, equipment_checked, frozenset({"yard"})),
}
