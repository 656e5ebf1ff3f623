"""What records of inspections, corrective actions and suspensions say, as docs/gate_records.md has it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from app.intake.arriving import Body
from app.intake.bodies import Code, Day, Sha, Words
from yard_rules.checklists import ListKind
from yard_rules.inspections import Outcome

Photos = Annotated[list[Sha], Field(max_length=10, default_factory=list)]
ActionId = Annotated[str, StringConstraints(min_length=1, max_length=48)]


class ItemAnswer(Body):
    item_id: Code
    subject_id: Code | None = None
    outcome: Annotated[Outcome, Field(strict=False)]
    note: Words | None = None
    photos: Photos
    camera_failed: bool = False


class Inspected(Body):
    """A list gone through. `list_day` and `digest` say which list the inspector had before them."""

    list_kind: Annotated[ListKind, Field(strict=False)]
    list_day: Day
    digest: Sha
    answers: Annotated[list[ItemAnswer], Field(min_length=1, max_length=2000)]
    note: Words | None = None

    @property
    def photos(self) -> list[str]:
        """Of all answers, each once: the device is asked for those that have not come."""
        return list(dict.fromkeys(sha for answer in self.answers for sha in answer.photos))


class ActionMended(Body):
    action_id: ActionId
    note: Words | None = None
    photos: Annotated[list[Sha], Field(min_length=1, max_length=10)]


class ActionChecked(Body):
    """A second person looked: `is_good`, or it is sent back with a note."""

    action_id: ActionId
    is_good: bool
    note: Words | None = None
    photos: Photos

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if not self.is_good and self.note is None:
            raise ValueError("sent back without a note")
        return self


class SuspensionSet(Body):
    """Made by the server only, as it knows who may."""

    stack_id: Code | None = None
    reason: Words


class LiftAsked(Body):
    """Made by the server only."""

    suspension_id: ActionId
    evidence: Words
    photos: Photos


class LiftAnswered(Body):
    """Made by the server only: a second person agrees, or declines with a reason."""

    suspension_id: ActionId
    is_agreed: bool
    reason: Words | None = None
