"""When money is to come: what is open, and what the plan will bring at the prices that hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.billing.ledger.months import month_of
from app.billing.payments.ageing import due_on, open_accounts
from app.billing.prices.models import PriceTerm
from app.billing.prices.queries import PriceBook
from app.billing.queries import borne_by
from app.dispatch.queries import planned_arrivals, planned_at
from app.intake.models import Outcome, Purpose, TicketClosing, TicketVoid, WeighTicket
from app.registry.models import Material
from yard_rules.rounding import whole_fen
from yard_rules.tariffs import PriceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastMonth:
    """What is due in a month: of charges that are open, and of straw that the plan brings to plants, in fen.

    `planned_t`: dry straw; `unpriced_t`: of it without a price, or on account, so that nothing is expected yet.
    """

    month: date
    overdue_fen: int
    open_fen: int
    planned_fen: int
    planned_t: float
    unpriced_t: float
    expected_fen: int
    all_so_far_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`planned_at`: when the plan was imported, None where there is none; `credit_fen`: paid too much already.
    `public`: the accounts of city and towns with what they still owe towns, points and recyclers, no day being set."""

    months: tuple[ForecastMonth, ...]
    credit_fen: int
    planned_at: datetime | None
    public: tuple[tuple[str, int], ...]


def cash_forecast(session: Session, day: date) -> Forecast:
    """Return what is to come from a day on, by the month in which it is due; what is overdue counts as due today."""
    overdue: defaultdict[date, int] = defaultdict(int)
    open_fen: defaultdict[date, int] = defaultdict(int)
    accounts = open_accounts(session)
    for account in accounts:
        for it in account.months:
            (overdue if it.due_on < day else open_fen)[month_of(max(it.due_on, day))] += it.open_fen
    planned_fen: defaultdict[date, int] = defaultdict(int)
    planned_t: defaultdict[date, float] = defaultdict(float)
    unpriced_t: defaultdict[date, float] = defaultdict(float)
    book, material_id = PriceBook(session), _usual_material(session)
    for on, plant_id, dry_t in planned_arrivals(session, since=day):
        month = month_of(due_on(month_of(on)))
        term = None if material_id is None else book.term(plant_id, material_id, on)
        planned_t[month] += dry_t
        if term is None or term.kind == PriceKind.ON_ACCOUNT:
            unpriced_t[month] += dry_t
        else:
            planned_fen[month] += whole_fen(Decimal(repr(dry_t)) * term.fen_per_t / 100)
    months, so_far = [], 0
    for month in sorted({*overdue, *open_fen, *planned_t}):
        expected = overdue[month] + open_fen[month] + planned_fen[month]
        so_far += expected
        months.append(
            ForecastMonth(
                month=month,
                overdue_fen=overdue[month],
                open_fen=open_fen[month],
                planned_fen=planned_fen[month],
                planned_t=planned_t[month],
                unpriced_t=unpriced_t[month],
                expected_fen=expected,
                all_so_far_fen=so_far,
            )
        )
    public = tuple((account, fen) for account, fen in borne_by(session) if fen)
    credit_fen = sum(it.credit_fen for it in accounts)
    return Forecast(months=tuple(months), credit_fen=credit_fen, planned_at=planned_at(session), public=public)


def _usual_material(session: Session) -> str | None:
    """The material of which most went to plants by mass, which plans do not name; where nothing went there yet, that of
    the price that was proposed last. What recycling points buy goes to no plant."""
    sent = session.scalar(
        select(WeighTicket.material_id)
        .join(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(
            or_(
                and_(WeighTicket.purpose == Purpose.LINEHAUL_OUT, TicketClosing.outcome == Outcome.SHIPPED),
                and_(WeighTicket.purpose == Purpose.DIRECT_IN, TicketClosing.outcome == Outcome.DELIVERED),
            ),
            TicketVoid.ticket_id.is_(None),
        )
        .group_by(WeighTicket.material_id)
        .order_by(func.sum(TicketClosing.net_kg).desc(), WeighTicket.material_id)
        .limit(1)
    )
    bought = select(Material.material_id).where(Material.tariff.is_not(None))
    priced = select(PriceTerm.material_id).where(PriceTerm.material_id.not_in(bought))
    return sent or session.scalar(priced.order_by(PriceTerm.id.desc()).limit(1))
