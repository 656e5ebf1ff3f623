"""How the dispute about a load's weight stands: it follows from both weights and from what people said of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.deliveries.models import DisputeEvent, DisputeStep
from yard_rules.both_ends import moistures_agree, weights_agree
from yard_rules.rulebook import rulebook
from yard_rules.tariffs import NOT_LOOKED_AT, Quality


class DisputeState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"  # a weight was corrected, and both agree


_OPEN: Final = frozenset({DisputeState.OPEN, DisputeState.ANSWERED})
_ENDS: Final = {DisputeStep.AGREED.value: DisputeState.SETTLED, DisputeStep.WITHDRAWN.value: DisputeState.WITHDRAWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class BothWeights:
    """Net weights and moistures of a load of that day; `known_at`: since when both are known as they are. `quality`:
    what the plant found beside."""

    yard_kg: int | None
    plant_kg: int | None
    yard_permille: int | None
    plant_permille: int | None
    day: date
    known_at: datetime | None
    quality: Quality = NOT_LOOKED_AT

    @property
    def agree(self) -> bool:
        """Whether nobody need ask which is right."""
        if self.yard_kg is None or self.plant_kg is None:
            return True
        return weights_agree(self.yard_kg, self.plant_kg, self.day) and self.moistures_agree

    @property
    def moistures_agree(self) -> bool:
        """Whether nobody need ask which moisture is right."""
        return moistures_agree(self.yard_permille, self.plant_permille, self.day)

    @property
    def moisture_permille(self) -> int | None:
        """What counts as long as nobody has settled it: the plant's, which is the later one, unless both lie too far
        apart; then what the yard measured."""
        if self.plant_permille is None or not self.moistures_agree:
            return self.yard_permille
        return self.plant_permille

    def are_those_of(self, event: DisputeEvent) -> bool:
        """Whether the step was taken on these weights and moistures, and what was found beside."""
        then = Quality(impurity_permille=event.impurity_permille, mould_grade=event.mould_grade)
        return (event.yard_kg, event.plant_kg, event.yard_permille, event.plant_permille, then) == (
            self.yard_kg,
            self.plant_kg,
            self.yard_permille,
            self.plant_permille,
            self.quality,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """`opened_by`: None where the difference opened it by itself. `proposal` waits for a second person. `events`: its
    steps, first to last."""

    state: DisputeState
    opened_at: datetime
    opened_by: DisputeEvent | None
    proposal: DisputeEvent | None
    agreed_kg: int | None
    agreed_permille: int | None
    agreed_quality: Quality | None
    events: Sequence[DisputeEvent]

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN

    @property
    def due_on(self) -> date:
        """The last day on which it is answered in time or, when it is answered, settled."""
        opened_on = business_day(self.opened_at)
        name = "dispute_answer_days" if self.state is DisputeState.OPEN else "dispute_settle_days"
        return opened_on + timedelta(days=rulebook("deliveries").whole(name, opened_on))

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due_on < today


def dispute_now(events: Sequence[DisputeEvent], weights: BothWeights) -> Dispute | None:
    """Return the newest dispute about a load, open or over; None where there never was one. `events` are all of the
    load, first to last.

    A difference above tolerance opens one by itself, unless one about these very weights was settled; it ends when they
    are corrected so that they agree.
    """
    at_ends = [at for at, event in enumerate(events) if event.step in _ENDS]
    began = at_ends[-1] + 1 if at_ends else 0
    last, now = events[:began], events[began:]
    if now:
        by_hand = now[0] if now[0].step == DisputeStep.OPENED else None
        if by_hand is None and weights.agree:
            return _dispute(DisputeState.CORRECTED, now, weights)
        is_answered = any(event.step == DisputeStep.ANSWERED for event in now)
        return _dispute(DisputeState.ANSWERED if is_answered else DisputeState.OPEN, now, weights)
    is_settled = bool(last) and last[-1].step == DisputeStep.AGREED and weights.are_those_of(last[-1])
    if not weights.agree and not is_settled:
        return _dispute(DisputeState.OPEN, (), weights)
    if not last:
        return None
    return _dispute(_ENDS[last[-1].step], last[at_ends[-2] + 1 if len(at_ends) > 1 else 0 :], weights)


def disputes_of(session: Session, plants: Collection[str] | None) -> Mapping[str, list[DisputeEvent]]:
    """Return all that was said of weights, by load; of these plants, None of all."""
    chosen = select(DisputeEvent).order_by(DisputeEvent.id)
    if plants is not None:
        chosen = chosen.where(DisputeEvent.plant_id.in_(plants))
    found: dict[str, list[DisputeEvent]] = {}
    for event in session.scalars(chosen):
        found.setdefault(event.delivery_id, []).append(event)
    return found


def agreed_quality(event: DisputeEvent) -> Quality:
    """Return what the step says that counts beside weight and moisture."""
    return Quality(impurity_permille=event.agreed_impurity_permille, mould_grade=event.agreed_mould_grade)


def _dispute(state: DisputeState, events: Sequence[DisputeEvent], weights: BothWeights) -> Dispute:
    by_hand = events[0] if events and events[0].step == DisputeStep.OPENED else None
    known_at = weights.known_at or (events[0].taken_at if events else None)
    assert known_at is not None, "weights that differ are known since some moment"
    opened_at = by_hand.taken_at if by_hand else min([known_at, *(event.taken_at for event in events)])
    return Dispute(
        state=state,
        opened_at=opened_at,
        opened_by=by_hand,
        proposal=_open_proposal(events),
        agreed_kg=events[-1].agreed_kg if state is DisputeState.SETTLED else None,
        agreed_permille=events[-1].agreed_permille if state is DisputeState.SETTLED else None,
        agreed_quality=agreed_quality(events[-1]) if state is DisputeState.SETTLED else None,
        events=events,
    )


def _open_proposal(events: Sequence[DisputeEvent]) -> DisputeEvent | None:
    """Return what waits for a second person: proposed, and nobody has answered it."""
    steps = [it for it in events if it.step in (DisputeStep.PROPOSED, DisputeStep.DECLINED, *_ENDS)]
    return steps[-1] if steps and steps[-1].step == DisputeStep.PROPOSED else None
