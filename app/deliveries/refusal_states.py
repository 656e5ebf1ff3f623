"""How refusals of plants stand, and what that makes of the plants: registered, warned, struck off (H16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deliveries.models import LoadRefusal, RefusalEvent, RefusalStep


class RefusalState(StrEnum):
    OPEN = "open"
    MENDED = "mended"
    NOT_MENDED = "not_mended"
    WARNED = "warned"
    STRIKE_PROPOSED = "strike_proposed"
    STRUCK_OFF = "struck_off"
    TAKEN_BACK = "taken_back"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """What a plant's refusals make of it."""

    REGISTERED = "registered"
    WARNED = "warned"
    STRUCK_OFF = "struck_off"


_OVER: Final = frozenset({RefusalState.MENDED, RefusalState.WITHDRAWN})
_STATES: Final = {
    RefusalStep.MENDED.value: RefusalState.MENDED,
    RefusalStep.NOT_MENDED.value: RefusalState.NOT_MENDED,
    RefusalStep.WARNED.value: RefusalState.WARNED,
    RefusalStep.STRIKE_PROPOSED.value: RefusalState.STRIKE_PROPOSED,
    RefusalStep.STRIKE_DECLINED.value: RefusalState.WARNED,
    RefusalStep.STRUCK_OFF.value: RefusalState.STRUCK_OFF,
    RefusalStep.TAKEN_BACK.value: RefusalState.TAKEN_BACK,
    RefusalStep.WITHDRAWN.value: RefusalState.WITHDRAWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRefusal:
    """A refusal and what became of it, first to last."""

    refusal: LoadRefusal
    events: Sequence[RefusalEvent]

    @property
    def state(self) -> RefusalState:
        return _STATES[self.events[-1].step] if self.events else RefusalState.OPEN

    @property
    def is_over(self) -> bool:
        """Whether the load may be counted again."""
        return self.state in _OVER

    def is_overdue(self, today: date) -> bool:
        """Whether nobody has said by now that it was mended, nor that it was not."""
        return self.state is RefusalState.OPEN and self.refusal.mend_until < today


def refusals(
    session: Session, plants: Collection[str] | None, *, ids: Collection[int] | None = None
) -> list[KeptRefusal]:
    """Return what plants refused, the newest first; of these plants, None of all."""
    chosen = select(LoadRefusal).order_by(LoadRefusal.id.desc())
    if plants is not None:
        chosen = chosen.where(LoadRefusal.plant_id.in_(plants))
    if ids is not None:
        chosen = chosen.where(LoadRefusal.id.in_(ids))
    found = session.scalars(chosen).all()
    events: dict[int, list[RefusalEvent]] = {}
    asked = select(RefusalEvent).where(RefusalEvent.refusal_id.in_([it.id for it in found])).order_by(RefusalEvent.id)
    for event in session.scalars(asked):
        events.setdefault(event.refusal_id, []).append(event)
    return [KeptRefusal(refusal=it, events=events.get(it.id, ())) for it in found]


def refused_loads(session: Session, plants: Collection[str] | None) -> frozenset[str]:
    """Return the loads that a plant refused and has not taken since, by their ids."""
    return frozenset(
        it.refusal.delivery_id
        for it in refusals(session, plants)
        if it.refusal.delivery_id is not None and not it.is_over
    )


def standings(found: Sequence[KeptRefusal]) -> Mapping[str, Standing]:
    """Return what their refusals make of these plants; whoever is not in it is registered.

    A warning stays, whatever happens to its load: it is given once for the plant.
    """
    answer: dict[str, Standing] = {}
    for it in found:
        steps = {event.step for event in it.events}
        if it.state is RefusalState.STRUCK_OFF:
            answer[it.refusal.plant_id] = Standing.STRUCK_OFF
        elif RefusalStep.WARNED in steps and it.state is not RefusalState.WITHDRAWN:
            answer.setdefault(it.refusal.plant_id, Standing.WARNED)
    return answer
