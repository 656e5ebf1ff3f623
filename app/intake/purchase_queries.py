"""What recycling points bought, as others reckon with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select, true
from sqlalchemy.orm import Session

from app.intake.models import Purpose, TicketClosing, TicketVoid, WeighTicket
from app.intake.queries import WholeTicket
from app.intake.ticket_lists import IS_FOR_TRADE
from app.registry.models import Material
from yard_rules.purchases import PurchaseCost, PurchaseRates, purchase_cost, purchase_rates

# Of a ticket with its closing and its void, joined: whether it is a purchase that is paid for.
COUNTS_AS_BOUGHT = and_(
    WeighTicket.purpose == Purpose.PURCHASE,
    IS_FOR_TRADE,
    TicketVoid.ticket_id.is_(None),
    WeighTicket.town_id.is_not(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A purchase. `tariff`: the rulebook by which the material is bought now; `counts`: it is for settlement, not void,
    and of a town and a material that is bought."""

    ticket_id: str
    number: str
    day: date
    point_id: str
    town_id: str | None
    material_id: str
    tariff: str | None
    kg: int
    is_recyclable: bool
    is_void: bool
    counts: bool


def bought(session: Session, ids: Collection[str] | None = None) -> list[Bought]:
    """Return all purchases, or those with these ids, void ones too, in the order of their days and numbers."""
    rows = session.execute(
        select(
            WeighTicket.id,
            WeighTicket.number,
            WeighTicket.business_day,
            WeighTicket.place_id,
            WeighTicket.town_id,
            WeighTicket.material_id,
            Material.tariff,
            TicketClosing.net_kg,
            TicketClosing.is_recyclable,
            TicketVoid.ticket_id.is_not(None).label("is_void"),
            COUNTS_AS_BOUGHT.label("counts"),
        )
        .join(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .outerjoin(Material, Material.material_id == WeighTicket.material_id)
        .where(WeighTicket.purpose == Purpose.PURCHASE, true() if ids is None else WeighTicket.id.in_(ids))
        .order_by(WeighTicket.business_day, WeighTicket.number)
    )
    return [
        Bought(
            ticket_id=row.id,
            number=row.number,
            day=row.business_day,
            point_id=row.place_id,
            town_id=row.town_id,
            material_id=row.material_id,
            tariff=row.tariff,
            kg=row.net_kg,
            is_recyclable=bool(row.is_recyclable),
            is_void=bool(row.is_void),
            counts=bool(row.counts) and row.tariff is not None,
        )
        for row in rows
    ]


def bought_kg(session: Session, year: int) -> dict[tuple[str, str], int]:
    """Return what was bought of each material in each town in a year, in kg, by town and material."""
    days = (date(year, 1, 1), date(year, 12, 31))
    rows = session.execute(
        select(WeighTicket.town_id, WeighTicket.material_id, func.sum(TicketClosing.net_kg))
        .join(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(COUNTS_AS_BOUGHT, WeighTicket.business_day.between(*days))
        .group_by(WeighTicket.town_id, WeighTicket.material_id)
    )
    return {(str(town_id), material_id): int(kg) for town_id, material_id, kg in rows}


def bought_years(session: Session) -> list[int]:
    """Return the years in which anything was bought."""
    days = select(func.min(WeighTicket.business_day), func.max(WeighTicket.business_day))
    first, last = session.execute(days.where(WeighTicket.purpose == Purpose.PURCHASE)).one()
    return [] if first is None else list(range(first.year, last.year + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseTold:
    """What the page of a purchase says of it besides; `cost` is None of a material that points do not buy."""

    material: str
    rates: PurchaseRates | None
    cost: PurchaseCost | None


def purchase_told(session: Session, whole: WholeTicket) -> PurchaseTold | None:
    """Return what a purchase comes to by the rates of its day; None for any other ticket."""
    ticket, closing = whole.ticket, whole.closing
    if ticket.purpose != Purpose.PURCHASE or closing is None:
        return None
    found = session.scalar(select(Material).where(Material.material_id == ticket.material_id))
    if found is None or found.tariff is None:
        return PurchaseTold(material=ticket.material_id if found is None else found.name, rates=None, cost=None)
    rates = purchase_rates(found.tariff, ticket.business_day)
    cost = purchase_cost(rates, closing.net_kg, is_recyclable=bool(closing.is_recyclable))
    return PurchaseTold(material=found.name, rates=rates, cost=cost)
