"""Loads to plants with the weights of both ends: what fees are reckoned from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deliveries.arrivals import arrivals_by_load
from app.deliveries.dispute_states import BothWeights, Dispute, dispute_now, disputes_of
from app.deliveries.hold_states import HoldsKnown, holds_known
from app.deliveries.load_rows import Asked, arrivals_asked, tickets_asked, weights_asked
from app.deliveries.models import DisputeEvent, Hold, PlantWeight
from app.deliveries.refusal_states import refused_loads
from app.intake.models import Outcome, Purpose
from yard_rules.dry_straw import DryStrawMethod, dry_straw_kg
from yard_rules.tariffs import NOT_LOOKED_AT, Quality


class DeliveryState(StrEnum):
    UNDER_WAY = "under_way"  # the plant's weight is not known
    WEIGHED = "weighed"  # both ends agree, a dispute was settled, or one weight is all there is to be
    DISPUTED = "disputed"
    REFUSED = "refused"
    VOID = "void"


# Of these a fee may be charged.
WEIGHED: Final = frozenset({DeliveryState.WEIGHED, DeliveryState.DISPUTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One load to a plant; `delivery_id` is the id of the yard's `linehaul_out` ticket, or of the plant's `direct_in`.

    `yard_id` is None straight from the field (H13), and then `town_id` is the town whose share it is. `day`: the
    business day on which it arrived, or left, as long as the plant's weight is not known. Weights are net;
    `dry_kg` is reckoned from the plant's weight, else from the yard's, None without a moisture. `agreed_kg`: what a
    dispute was settled on. `quality`: what counts beside moisture. `open_holds`: why it waits for a person;
    `is_left_out`: somebody decided that it costs nothing.
    """

    delivery_id: str
    plant_id: str
    yard_id: str | None
    town_id: str | None
    body_id: str | None
    material_id: str
    day: date
    state: DeliveryState
    yard_kg: int | None
    plant_kg: int | None
    moisture_permille: int | None
    dry_kg: int | None
    agreed_kg: int | None
    quality: Quality = NOT_LOOKED_AT
    open_holds: frozenset[Hold] = frozenset()
    is_left_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is known of one load: its ticket, the plant's own ticket of it, and what the office entered; `dispute`: the
    newest one, open or over; `holds`: why it waits for a person, or did before that was decided."""

    ticket: Any
    arrival: Any | None
    weight: Any | None
    dispute: Dispute | None
    weights: BothWeights
    delivery: Delivered
    holds: frozenset[Hold] = frozenset()

    @property
    def at_plant(self) -> Any | None:
        """The ticket of the plant: its own of what came from a yard, the only one of what came from the field."""
        return self.ticket if self.delivery.yard_id is None else self.arrival

    @property
    def is_weighed_by_plant(self) -> bool:
        """Whether the plant's weight is that of a ticket, which nobody types over."""
        return self.at_plant is not None and self.at_plant.outcome == Outcome.DELIVERED


def delivered(
    session: Session,
    *,
    plant_id: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    ids: Collection[str] | None = None,
    charged: Collection[str] = (),
) -> list[Delivered]:
    """Return the loads to plants, by day; of one plant, of days, of some loads only, where these are named.

    Not those that have not left their yard, nor those that left for nowhere and came to no plant. `charged`: ids of
    loads that are left out where nothing about them is open, which is found out without putting each together.
    """
    plants = None if plant_id is None else [plant_id]
    found = loads(session, plants=plants, first_day=first_day, last_day=last_day, ids=ids, charged=charged)
    return [load.delivery for load in found]


def loads(
    session: Session,
    *,
    plants: Collection[str] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    ids: Collection[str] | None = None,
    charged: Collection[str] = (),
) -> list[Load]:
    """Return the same with all that is known of each; `plants`: of these only, None of all."""
    asked = Asked(session, plants, first_day, last_day, ids)
    if asked.ids is not None and not asked.ids:
        return []
    tickets = tickets_asked(session, asked)
    arrivals = arrivals_by_load(
        [it for it in tickets if it.purpose == Purpose.LINEHAUL_OUT and not it.is_void],
        arrivals_asked(session, asked),
        asked.slack,
    )
    weights = weights_asked(session, asked)
    said = _Said(
        disputes_of(session, asked.plants), refused_loads(session, asked.plants), holds_known(session, asked.plants)
    )
    ends = (
        _Ends(ticket, arrivals.get(ticket.id), weights.get(ticket.id)) for ticket in tickets if asked.wants(ticket.id)
    )
    found = (_load(it, said) for it in ends if it.ticket.id not in charged or _is_open(it, said))
    return sorted(
        (load for load in found if load is not None and asked.is_of(load.delivery.plant_id, load.delivery.day)),
        key=lambda load: (load.delivery.day, load.delivery.delivery_id),
    )


def stray_arrivals(session: Session, *, plants: Collection[str] | None, first_day: date, last_day: date) -> list[Any]:
    """Return the tickets of plants for loads from yards that no yard's ticket fits, of the days: nobody is charged for
    them until somebody has found out where they came from."""
    asked = Asked(session, plants, first_day, last_day, None)
    arrivals = arrivals_asked(session, asked)
    known = {
        it.id
        for it in arrivals_by_load(
            [it for it in tickets_asked(session, asked) if it.purpose == Purpose.LINEHAUL_OUT and not it.is_void],
            arrivals,
            asked.slack,
        ).values()
    }
    return [
        it
        for it in arrivals
        if it.id not in known and first_day <= it.business_day <= last_day and it.outcome != Outcome.SENT_BACK
    ]


@dataclass(frozen=True, slots=True)
class _Said:
    """What people said of loads: of their weights, that a plant refused them, and what was decided."""

    disputes: Mapping[str, Sequence[DisputeEvent]]
    refused: Collection[str]
    holds: HoldsKnown


class _Ends:
    """A load's tickets at both ends, and what they and the office say of its weight."""

    __slots__ = ("arrival", "at_plant", "is_direct", "plant", "ticket", "weight", "weights")

    def __init__(self, ticket: Any, arrival: Any | None, weight: Any | None) -> None:
        self.ticket, self.arrival, self.weight = ticket, arrival, weight
        self.is_direct = ticket.purpose == Purpose.DIRECT_IN
        self.at_plant = ticket if self.is_direct else arrival
        self.plant = _plant_end(self.at_plant, weight)
        self.weights = BothWeights(
            yard_kg=None if self.is_direct else ticket.net_kg,
            plant_kg=self.plant.net_kg,
            yard_permille=ticket.moisture_permille,
            plant_permille=self.plant.moisture_permille,
            day=self.plant.day or ticket.business_day,
            known_at=self.plant.known_at,
            quality=self.plant.quality,
        )


def _is_open(ends: _Ends, said: _Said) -> bool:
    """Whether something about a load that was charged may be open: it is void, its weight is not known any more or
    contradicted, or nobody knows its town."""
    ticket = ends.ticket
    return (
        ticket.is_void
        or ends.weights.plant_kg is None
        or (ends.is_direct and ticket.town_id is None)
        or ticket.id in said.disputes
        or not ends.weights.agree
    )


def _load(ends: _Ends, said: _Said) -> Load | None:
    """None where nobody knows to which plant it went."""
    ticket, at_plant, weights, is_direct = ends.ticket, ends.at_plant, ends.weights, ends.is_direct
    plant_id = ticket.place_id if is_direct else ticket.destination_id or (ends.arrival and ends.arrival.place_id)
    if plant_id is None:
        return None
    dispute = dispute_now(said.disputes.get(ticket.id, ()), weights)
    moisture_permille = weights.moisture_permille
    if dispute is not None and dispute.agreed_permille is not None:
        moisture_permille = dispute.agreed_permille
    state = _state(ticket, at_plant, weights.plant_kg, dispute, is_refused=ticket.id in said.refused)
    agreed_kg = dispute.agreed_kg if dispute is not None else None
    holds = (
        said.holds.holds(ticket, at_plant, plant_id, is_settled=agreed_kg is not None)
        if state in WEIGHED
        else frozenset()
    )
    return Load(
        ticket=ticket,
        arrival=ends.arrival,
        weight=ends.weight,
        dispute=dispute,
        weights=weights,
        delivery=Delivered(
            delivery_id=ticket.id,
            plant_id=plant_id,
            yard_id=None if is_direct else ticket.place_id,
            town_id=ticket.town_id or said.holds.town_of(ticket.id) if is_direct else None,
            body_id=ticket.body_id,
            material_id=ticket.material_id,
            day=weights.day,
            state=state,
            yard_kg=weights.yard_kg,
            plant_kg=weights.plant_kg,
            moisture_permille=moisture_permille,
            dry_kg=_dry_kg(
                weights.yard_kg if weights.plant_kg is None else weights.plant_kg, moisture_permille, ticket, at_plant
            ),
            agreed_kg=agreed_kg,
            quality=(dispute and dispute.agreed_quality) or weights.quality,
            open_holds=said.holds.open_of(holds, ticket.id),
            is_left_out=said.holds.is_left_out(holds, ticket.id),
        ),
        holds=holds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlantEnd:
    """What the plant's scale said, and since when that is known."""

    day: date | None = None
    net_kg: int | None = None
    moisture_permille: int | None = None
    known_at: datetime | None = None
    quality: Quality = NOT_LOOKED_AT


def _plant_end(at_plant: Any | None, weight: Any | None) -> _PlantEnd:
    """The plant's own ticket goes before what was typed: the scale signs its weights, and two people void it."""
    if at_plant is not None and at_plant.outcome == Outcome.DELIVERED:
        return _PlantEnd(
            day=at_plant.business_day,
            net_kg=at_plant.net_kg,
            moisture_permille=at_plant.moisture_permille,
            known_at=at_plant.closed_at,
        )
    if weight is not None:
        return _PlantEnd(
            day=weight.weighed_on,
            net_kg=weight.net_kg,
            moisture_permille=weight.moisture_permille,
            known_at=weight.entered_at,
            quality=quality_of(weight),
        )
    return _PlantEnd()


def quality_of(weight: Any) -> Quality:
    """Return what the plant found beside the moisture."""
    return Quality(impurity_permille=weight.impurity_permille, mould_grade=weight.mould_grade)


def _state(
    ticket: Any, at_plant: Any | None, plant_kg: int | None, dispute: Dispute | None, *, is_refused: bool
) -> DeliveryState:
    if ticket.is_void:
        return DeliveryState.VOID
    if plant_kg is None:
        # what was refused and weighed after all was taken
        is_sent_back = at_plant is not None and at_plant.outcome == Outcome.SENT_BACK
        return DeliveryState.REFUSED if is_refused or is_sent_back else DeliveryState.UNDER_WAY
    return DeliveryState.DISPUTED if dispute is not None and dispute.is_open else DeliveryState.WEIGHED


def _dry_kg(kg: int | None, moisture_permille: int | None, ticket: Any, at_plant: Any | None) -> int | None:
    method = (at_plant and at_plant.dry_method) or ticket.dry_method
    if kg is None or moisture_permille is None or method is None:
        return None
    return dry_straw_kg(kg, moisture_permille, method=DryStrawMethod(method), day=ticket.business_day)


def weights_of_load(session: Session, delivery_id: str) -> Sequence[PlantWeight]:
    """Return all weights that were typed of a load, first to last."""
    return session.scalars(
        select(PlantWeight).where(PlantWeight.delivery_id == delivery_id).order_by(PlantWeight.id)
    ).all()


def said_of_load(session: Session, delivery_id: str) -> Sequence[DisputeEvent]:
    """Return all that was ever said of its weight, first to last."""
    return session.scalars(
        select(DisputeEvent).where(DisputeEvent.delivery_id == delivery_id).order_by(DisputeEvent.id)
    ).all()
