"""What the office and plants say of a load's weight. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import business_day, now
from app.database.parts import in_parts
from app.deliveries.models import PlantWeight, Side
from app.deliveries.queries import DeliveryState, Load, loads, quality_of
from app.errors import (
    NO_SUCH_DELIVERY,
    NOT_A_PLANT_WEIGHT,
    REASON_NEEDED,
    TICKET_VOID,
    WEIGHED_BY_PLANT,
    Refusal,
)
from app.intake.models import WeighTicket
from app.texts import Message, _
from yard_rules.dry_straw import WHOLE_PERMILLE
from yard_rules.rulebook import rulebook
from yard_rules.tariffs import NOT_LOOKED_AT, Quality

# More than any truck and trailer may carry.
MOST_KG: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightSaid:
    """What somebody says that a plant's scale showed; `quality`: what its reception found beside; `reason`: why it
    replaces what was said before."""

    net_kg: int
    weighed_on: date
    moisture_permille: int | None = None
    slip_number: str | None = None
    reason: str | None = None
    quality: Quality = NOT_LOOKED_AT


def enter_plant_weight(session: Session, delivery_id: str, said: WeightSaid, *, side: Side) -> PlantWeight | None:
    """Keep a load's net weight as the plant's own scale showed it, and return it; None where that is known already.

    Raises Refusal for a load that is not there, is void or was weighed on the plant's ticket, for a weight, moisture or
    day that cannot be, and where a correction has no reason.
    """
    load = load_to_write(session, delivery_id)
    if load.weight is not None and says_nothing_new(load.weight, said):
        return None
    if load.weight is not None and not said.reason:
        raise Refusal(REASON_NEEDED, [load.ticket.number])
    if faults := weight_faults(load, said):
        raise Refusal(NOT_A_PLANT_WEIGHT, [load.ticket.number, *(str(what) for _column, what in faults)])
    return keep_weight(session, load, said, side=side)


def keep_weight(
    session: Session, load: Load, said: WeightSaid, *, side: Side, file_id: int | None = None
) -> PlantWeight:
    """Add the row of a weight that was judged before, and note it in the audit trail."""
    actor = acting_now()
    weight = PlantWeight(
        delivery_id=load.delivery.delivery_id,
        plant_id=load.delivery.plant_id,
        net_kg=said.net_kg,
        moisture_permille=said.moisture_permille,
        impurity_permille=said.quality.impurity_permille,
        mould_grade=said.quality.mould_grade,
        weighed_on=said.weighed_on,
        slip_number=said.slip_number,
        reason=said.reason,
        file_id=file_id,
        side=side,
        entered_by=actor.account_id,
        entered_name=actor.name,
        entered_at=now(),
    )
    session.add(weight)
    session.flush()
    record(
        session,
        what="plant_weight.entered" if load.weight is None else "plant_weight.corrected",
        subject_kind="delivery",
        subject_id=load.ticket.number,
        before=None if load.weight is None else _noted(load.weight),
        after=_noted(weight) | ({"reason": said.reason} if said.reason else {}),
    )
    return weight


def says_nothing_new(known: PlantWeight, said: WeightSaid) -> bool:
    """Whether this is what was entered last."""
    return (known.net_kg, known.moisture_permille, known.weighed_on, known.slip_number, quality_of(known)) == (
        said.net_kg,
        said.moisture_permille,
        said.weighed_on,
        said.slip_number,
        said.quality,
    )


def load_to_write(session: Session, delivery_id: str) -> Load:
    """Return the load, of which nobody else says anything before this transaction is over; raises Refusal where there
    is none."""
    lock_loads(session, [delivery_id])
    return the_load(session, delivery_id)


def lock_loads(session: Session, ids: Collection[str]) -> None:
    """Wait until nobody else says anything of these loads."""
    in_parts(
        session,
        sorted(ids),
        lambda some: select(WeighTicket.id).where(WeighTicket.id.in_(some)).order_by(WeighTicket.id).with_for_update(),
    )


def the_load(session: Session, delivery_id: str, plants: Collection[str] | None = None) -> Load:
    """Return the load, if it is one of these plants' (None: of any); raises Refusal as if it were not there."""
    found = loads(session, plants=plants, ids=[delivery_id])
    if not found:
        raise Refusal(NO_SUCH_DELIVERY, [delivery_id])
    return found[0]


def weight_faults(load: Load, said: WeightSaid) -> list[tuple[str, Message]]:
    """Return what of a plant's weight cannot be, by the name of its column. Raises Refusal where the load takes no
    typed weight at all: it is void, or the plant weighed it on its own ticket."""
    ticket = load.ticket
    if load.delivery.state is DeliveryState.VOID:
        raise Refusal(TICKET_VOID, [ticket.number])
    if load.is_weighed_by_plant:
        raise Refusal(WEIGHED_BY_PLANT, [ticket.number])
    first = ticket.business_day
    last = first + timedelta(days=rulebook("deliveries").whole("arrives_within_days", first))
    last = min(last, business_day())
    faults: list[tuple[str, Message]] = []
    if load.weight is not None and not _may_be_mended(load.weight):
        what = _("This weight was entered too long ago: only a dispute changes it, by both sides.")
        faults.append(("net_kg", Message(what)))
    if not 0 < said.net_kg <= MOST_KG:
        faults.append(("net_kg", Message(_("A load weighs between 1 and %(most)s kg."), {"most": MOST_KG})))
    if said.moisture_permille is not None and not 0 <= said.moisture_permille <= WHOLE_PERMILLE:
        faults.append(("moisture_percent", Message(_("Moisture is between 0 and 100 %."))))
    faults += quality_faults(said.quality, said.weighed_on)
    if not first <= said.weighed_on <= last:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        what = _("The load left on %(first)s: the plant weighed it on a day from then to %(last)s.")
        faults.append(("weighed_on", Message(what, days)))
    return faults


def quality_faults(quality: Quality, day: date) -> list[tuple[str, Message]]:
    """Return what of a quality cannot be, by the name of its column."""
    faults: list[tuple[str, Message]] = []
    if quality.impurity_permille is not None and not 0 <= quality.impurity_permille <= WHOLE_PERMILLE:
        faults.append(("impurity_percent", Message(_("Impurities are between 0 and 100 %."))))
    most = rulebook("deliveries").whole("mould_grades", day)
    if quality.mould_grade is not None and not 1 <= quality.mould_grade <= most:
        faults.append(("mould_grade", Message(_("Grades of mould are from 1 to %(most)s."), {"most": most})))
    return faults


def noted_quality(quality: Quality) -> dict[str, object]:
    """Return what the audit trail keeps of it; nothing where nobody looked."""
    return asdict(quality) if quality.is_known else {}


def _may_be_mended(weight: PlantWeight) -> bool:
    """Whether one person may still type it anew: soon after it was entered, and before its month is over."""
    entered_on, today = business_day(weight.entered_at), business_day()
    within = timedelta(days=rulebook("deliveries").whole("weight_mended_within_days", entered_on))
    return today <= entered_on + within and (today.year, today.month) == (entered_on.year, entered_on.month)


def _noted(weight: PlantWeight) -> dict[str, object]:
    return {
        "net_kg": weight.net_kg,
        "moisture_permille": weight.moisture_permille,
        "weighed_on": weight.weighed_on,
        "slip_number": weight.slip_number,
    } | noted_quality(quality_of(weight))
