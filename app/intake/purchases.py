"""Something is bought at a recycling point: one record is the whole ticket, opened, weighed and closed (H19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from app.intake.arriving import Arrived, Effects, Remark
from app.intake.bodies import Purchase
from app.intake.books import Books
from app.intake.models import Outcome, Purpose, TicketClosing, TicketVoid, Weighing, WeighTicket
from app.intake.openings import new_ticket, replacing
from app.intake.remarks import NOT_FOR_TRADE, RemarkKind
from app.registry.models import Material, RecyclingPoint
from yard_rules.rulebook import rulebook

# What comes on foot has no plate, and what is no straw no bales.
_NONE = ""


def bought(books: Books, arrived: Arrived, body: Purchase) -> Effects:
    """The ticket with its number, its one weight and its end. The material has gone from hand to hand: what is wrong
    with it is remarked, and nothing is paid on for it where it is wrong enough."""
    point = books.register.scalar(select(RecyclingPoint).where(RecyclingPoint.point_id == arrived.place_id))
    material = books.register.scalar(select(Material).where(Material.material_id == body.material_id))
    effects = Effects(remarks=replacing(books, arrived, body.replaces, ticket_id=arrived.id, plate=_NONE))
    row: dict[str, Any] = {
        "purpose": Purpose.PURCHASE,
        "plate": _NONE,
        "town_id": None if point is None else point.town_id,
        "field_ids": [],
        "grower": body.seller.name,
        "grower_id": body.seller.grower_id,
        "material_id": body.material_id,
        "bale_kind": _NONE,
        "replaces": body.replaces,
    }
    effects.add(new_ticket(books, arrived, arrived.id, arrived.place, row))
    effects.remarks += _of_point(arrived, point)
    effects.remarks += _of_goods(books, arrived, body, material)
    if not body.is_signed:
        effects.remarks.append(Remark(RemarkKind.NOT_SIGNED, arrived.id))
    is_trade = not any(remark.kind in NOT_FOR_TRADE for remark in effects.remarks)
    effects.rows += [(Weighing, _weighing(arrived, body)), (TicketClosing, _closing(arrived, body, is_trade=is_trade))]
    return effects


def _of_point(arrived: Arrived, point: RecyclingPoint | None) -> list[Remark]:
    filed_on = None if point is None else point.filed_on
    if filed_on is not None and filed_on <= arrived.business_day:
        return []
    return [Remark(RemarkKind.POINT_NOT_FILED, arrived.id, {"point_id": arrived.place_id})]


def _of_goods(books: Books, arrived: Arrived, body: Purchase, material: Material | None) -> list[Remark]:
    """That the weight is typed is no remark: of all purchases it is, and the weight itself is marked."""
    if material is None:
        return [Remark(RemarkKind.UNKNOWN_MATERIAL, arrived.id, {"ids": [body.material_id]})]
    if material.tariff is None:
        return [Remark(RemarkKind.NOT_BOUGHT_HERE, arrived.id, {"material_id": body.material_id})]
    remarks = []
    figures = rulebook(material.tariff)
    most_kg = figures.whole("unusual_kg", arrived.business_day)
    if body.weighing.kg > most_kg:
        remarks.append(Remark(RemarkKind.UNUSUAL_WEIGHT, arrived.id, {"kg": body.weighing.kg, "most_kg": most_kg}))
    within = timedelta(minutes=figures.whole("double_purchase_min", arrived.business_day))
    others = _others(books, arrived, body, within)
    return remarks + [Remark(RemarkKind.DOUBLE_PURCHASE, arrived.id, {"other": number}) for number in others[:1]]


def _others(books: Books, arrived: Arrived, body: Purchase, within: timedelta) -> Sequence[str]:
    """The same seller's purchases of the same material around this one, here or elsewhere, that count."""
    same_name = WeighTicket.grower == body.seller.name
    same = (
        same_name if body.seller.grower_id is None else or_(WeighTicket.grower_id == body.seller.grower_id, same_name)
    )
    chosen = (
        select(WeighTicket.number)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(
            WeighTicket.purpose == Purpose.PURCHASE,
            WeighTicket.material_id == body.material_id,
            WeighTicket.opened_at.between(arrived.happened_at - within, arrived.happened_at + within),
            TicketVoid.ticket_id.is_(None),
            same,
        )
        .order_by(WeighTicket.opened_at)
    )
    return books.session.scalars(chosen).all()


def _weighing(arrived: Arrived, body: Purchase) -> dict[str, Any]:
    """By a small scale that nobody verifies for trade by the plan: typed, and marked for ever."""
    return {
        "record_id": arrived.id,
        "ticket_id": arrived.id,
        "place_kind": arrived.place_kind,
        "place_id": arrived.place_id,
        "plate": _NONE,
        "kg": body.weighing.kg,
        "source": body.weighing.source,
        "scale_id": body.weighing.scale_id,
        "nonce": None,
        "typed_reason": body.weighing.reason,
        "is_trade": True,
        "photos": body.weighing.photos,
        "weighed_at": arrived.happened_at,
    }


def _closing(arrived: Arrived, body: Purchase, *, is_trade: bool) -> dict[str, Any]:
    return {
        "ticket_id": arrived.id,
        "record_id": arrived.id,
        "outcome": Outcome.BOUGHT,
        "net_kg": body.weighing.kg,
        "is_estimated": False,
        "uncertainty_kg": 0,
        "bales": 0,
        "dry_method": arrived.dry_method,
        "dry_kg": 0,
        "signature": body.seller_signature,
        "photos": body.photos,
        "is_trade": is_trade,
        "closed_at": arrived.happened_at,
        "is_recyclable": body.is_recyclable,
        "point_signature": body.point_signature,
        "paper_number": body.paper_number,
    }
