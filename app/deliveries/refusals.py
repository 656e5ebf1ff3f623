"""The register of refusals (H16): a plant must take what yards bring; what it refuses it mends in the set time, or it
is warned and struck off. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import business_day, now
from app.deliveries.models import LoadRefusal, RefusalEvent, RefusalStep
from app.deliveries.operations import load_to_write
from app.deliveries.refusal_states import KeptRefusal, RefusalState, refusals
from app.errors import (
    NO_SUCH_DELIVERY,
    NO_SUCH_REFUSAL,
    SAME_PERSON,
    SETTLED_ALREADY,
    STILL_TIME_TO_MEND,
    TAKEN_BY_PLANT,
    Refusal,
)
from app.registry.models import EndUsePlant
from app.registry.plant_strikes import say_struck_off
from yard_rules.rulebook import rulebook

# What may follow on what. A plant that was warned can still mend; one that is struck off is taken back with a reason.
STEPS: Final[Mapping[RefusalState, frozenset[RefusalStep]]] = {
    RefusalState.OPEN: frozenset({RefusalStep.MENDED, RefusalStep.NOT_MENDED, RefusalStep.WITHDRAWN}),
    RefusalState.NOT_MENDED: frozenset({RefusalStep.MENDED, RefusalStep.WARNED, RefusalStep.WITHDRAWN}),
    RefusalState.WARNED: frozenset({RefusalStep.MENDED, RefusalStep.STRIKE_PROPOSED}),
    RefusalState.STRIKE_PROPOSED: frozenset({RefusalStep.STRUCK_OFF, RefusalStep.STRIKE_DECLINED}),
    RefusalState.MENDED: frozenset(),
    RefusalState.STRUCK_OFF: frozenset({RefusalStep.TAKEN_BACK}),
    RefusalState.TAKEN_BACK: frozenset({RefusalStep.MENDED}),
    RefusalState.WITHDRAWN: frozenset(),
}
# What the task force says; the rest the franchise company, whose straw it is.
JUDGED: Final = frozenset(
    {
        RefusalStep.WARNED,
        RefusalStep.STRIKE_PROPOSED,
        RefusalStep.STRIKE_DECLINED,
        RefusalStep.STRUCK_OFF,
        RefusalStep.TAKEN_BACK,
    }
)
# With these steps a plant's registration ends, or begins again.
_OF_REGISTRATION: Final = frozenset({RefusalStep.STRUCK_OFF, RefusalStep.TAKEN_BACK})


def enter_refusal(
    session: Session,
    *,
    plant_id: str,
    delivery_id: str | None,
    refused_on: date,
    reason: str,
    photos: Sequence[str] = (),
) -> LoadRefusal:
    """Enter that a plant did not take a load, or straw that no ticket tells of. Raises Refusal for a load of another
    plant, and for one that is in the register already and not mended."""
    if session.scalar(select(EndUsePlant.id).where(EndUsePlant.plant_id == plant_id)) is None:
        raise Refusal(NO_SUCH_DELIVERY, [plant_id])
    if delivery_id is not None:
        load = load_to_write(session, delivery_id)
        if load.delivery.plant_id != plant_id:
            raise Refusal(NO_SUCH_DELIVERY, [load.ticket.number])
        if load.delivery.plant_kg is not None:
            raise Refusal(TAKEN_BY_PLANT, [load.ticket.number])
        known = [it for it in refusals(session, [plant_id]) if it.refusal.delivery_id == delivery_id]
        if any(not it.is_over for it in known):
            raise Refusal(SETTLED_ALREADY, [load.ticket.number])
    actor = acting_now()
    refusal = LoadRefusal(
        plant_id=plant_id,
        delivery_id=delivery_id,
        refused_on=refused_on,
        reason=reason,
        photos=list(photos),
        mend_until=refused_on + timedelta(days=rulebook("deliveries").whole("refusal_mend_days", refused_on)),
        entered_by=actor.account_id,
        entered_name=actor.name,
        entered_at=now(),
    )
    session.add(refusal)
    session.flush()
    said = {"plant": plant_id, "reason": reason, "refused_on": refused_on, "mend_until": refusal.mend_until}
    record(session, what="refusal.entered", subject_kind="refusal", subject_id=refusal.id, after=said)
    return refusal


def take_step(
    session: Session, refusal_id: int, step: RefusalStep, *, said: str | None, photos: Sequence[str] = ()
) -> RefusalEvent:
    """Say what became of a refusal. Raises Refusal where that does not follow on what was said before, where a plant
    still has time to mend, and where whoever proposed to strike a plant off would do it too."""
    found = kept_refusal(session, refusal_id, None, is_written=True)
    if step not in STEPS[found.state]:
        raise Refusal(SETTLED_ALREADY, [str(refusal_id)])
    if step is RefusalStep.NOT_MENDED and business_day() <= found.refusal.mend_until:
        raise Refusal(STILL_TIME_TO_MEND, [found.refusal.mend_until.isoformat()])
    actor = acting_now()
    if step is RefusalStep.STRUCK_OFF and actor.account_id in (None, found.events[-1].taken_by):
        raise Refusal(SAME_PERSON, [actor.name])
    event = RefusalEvent(
        refusal_id=refusal_id,
        step=step,
        said=said,
        photos=list(photos),
        taken_by=actor.account_id,
        taken_name=actor.name,
        taken_at=now(),
    )
    session.add(event)
    session.flush()
    if step in _OF_REGISTRATION:
        is_struck_off = any(it.state is RefusalState.STRUCK_OFF for it in refusals(session, [found.refusal.plant_id]))
        say_struck_off(session, found.refusal.plant_id, is_struck_off=is_struck_off, reason=said)
    after = {"plant": found.refusal.plant_id, **({"reason": said} if said else {})}
    record(session, what=f"refusal.{step}", subject_kind="refusal", subject_id=refusal_id, after=after)
    return event


def kept_refusal(
    session: Session, refusal_id: int, plants: Collection[str] | None, *, is_written: bool = False
) -> KeptRefusal:
    """Return the entry, if it is of one of these plants; raises Refusal as if it were not there. `is_written`: nobody
    else takes a step at the same moment."""
    if is_written:
        session.execute(select(LoadRefusal.id).where(LoadRefusal.id == refusal_id).with_for_update())
    found = refusals(session, plants, ids=[refusal_id])
    if not found:
        raise Refusal(NO_SUCH_REFUSAL, [str(refusal_id)])
    return found[0]
