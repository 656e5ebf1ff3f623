"""What the office and plants say of a load's weight. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import business_day, now
from app.deliveries.models import PlantWeight, Side
from app.deliveries.queries import DeliveryState, Load, loads
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

# More than any truck and trailer may carry.
MOST_KG: Final = 60_000


def enter_plant_weight(
    session: Session,
    delivery_id: str,
    *,
    net_kg: int,
    weighed_on: date,
    side: Side,
    moisture_permille: int | None = None,
    slip_number: str | None = None,
    reason: str | None = None,
    file_id: int | None = None,
) -> PlantWeight | None:
    """Keep a load's net weight as the plant's own scale showed it, and return it; None where that is known already.

    One that replaces another says why. Raises Refusal for a load that is not there, is void or was weighed on the
    plant's ticket, for a weight, moisture or day that cannot be, and where a correction has no reason.
    """
    load = load_to_write(session, delivery_id)
    known = load.weight
    said = (net_kg, moisture_permille, weighed_on, slip_number)
    if known is not None:
        if said == (known.net_kg, known.moisture_permille, known.weighed_on, known.slip_number):
            return None
        if not reason:
            raise Refusal(REASON_NEEDED, [load.ticket.number])
    if faults := weight_faults(load, net_kg=net_kg, moisture_permille=moisture_permille, weighed_on=weighed_on):
        raise Refusal(NOT_A_PLANT_WEIGHT, [load.ticket.number, *(str(what) for _column, what in faults)])
    actor = acting_now()
    weight = PlantWeight(
        delivery_id=delivery_id,
        plant_id=load.delivery.plant_id,
        net_kg=net_kg,
        moisture_permille=moisture_permille,
        weighed_on=weighed_on,
        slip_number=slip_number,
        reason=reason,
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
        what="plant_weight.entered" if known is None else "plant_weight.corrected",
        subject_kind="delivery",
        subject_id=load.ticket.number,
        before=None if known is None else _said(known),
        after=_said(weight) | ({"reason": reason} if reason else {}),
    )
    return weight


def load_to_write(session: Session, delivery_id: str) -> Load:
    """Return the load, of which nobody else says anything before this transaction is over; raises Refusal where there
    is none."""
    session.execute(select(WeighTicket.id).where(WeighTicket.id == delivery_id).with_for_update())
    return the_load(session, delivery_id)


def the_load(session: Session, delivery_id: str, plants: Collection[str] | None = None) -> Load:
    """Return the load, if it is one of these plants' (None: of any); raises Refusal as if it were not there."""
    found = loads(session, plants=plants, ids=[delivery_id])
    if not found:
        raise Refusal(NO_SUCH_DELIVERY, [delivery_id])
    return found[0]


def weight_faults(
    load: Load, *, net_kg: int, moisture_permille: int | None, weighed_on: date
) -> list[tuple[str, Message]]:
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
    if not 0 < net_kg <= MOST_KG:
        faults.append(("net_kg", Message(_("A load weighs between 1 and %(most)s kg."), {"most": MOST_KG})))
    if moisture_permille is not None and not 0 <= moisture_permille <= WHOLE_PERMILLE:
        faults.append(("moisture_percent", Message(_("Moisture is between 0 and 100 %."))))
    if not first <= weighed_on <= last:
        said = {"first": first.isoformat(), "last": last.isoformat()}
        what = _("The load left on %(first)s: the plant weighed it on a day from then to %(last)s.")
        faults.append(("weighed_on", Message(what, said)))
    return faults


def _said(weight: PlantWeight) -> dict[str, object]:
    return {
        "net_kg": weight.net_kg,
        "moisture_permille": weight.moisture_permille,
        "weighed_on": weight.weighed_on,
        "slip_number": weight.slip_number,
    }
