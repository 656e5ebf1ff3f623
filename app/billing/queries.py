"""What the ledger of money says, for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from app.billing.charging.operations import SUBJECT
from app.billing.ledger.accounts import FEE, FEE_PROVISIONAL
from app.billing.ledger.entries import Line
from app.billing.ledger.models import PAYMENT_SUBJECT, PAYOUT_SUBJECT, EntryKind, LedgerEntry, LedgerLine, MonthEvent
from app.billing.ledger.months import last_closed
from app.billing.prices.models import PriceDecision, PriceTerm
from app.intake.models import WeighTicket
from app.registry.models import EndUsePlant, Material, RecyclingPoint, Town

PAGE = 100
# What was weighed may have been taken out of the register since.
_WEIGHED_MATERIALS = select(WeighTicket.material_id, WeighTicket.material_id).distinct()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantBalance:
    """What a plant took and was charged, what it paid, and what it owes."""

    plant_id: str
    kg: int
    charged_fen: int
    paid_fen: int

    @property
    def owed_fen(self) -> int:
        """Below 0 where the plant has paid too much."""
        return self.charged_fen - self.paid_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class PointBalance:
    """What a recycling point bought, what it paid for that, its handling fee, and what it has got of both."""

    point_id: str
    kg: int = 0
    paid_out_fen: int = 0
    fee_fen: int = 0
    got_fen: int = 0

    @property
    def due_fen(self) -> int:
        """What it is still owed."""
        return self.paid_out_fen + self.fee_fen - self.got_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSums:
    """What stands in the books of a month. `differences_fen`: corrections, true-ups and reversals of deliveries among
    it; `points_fen`: what recycling points paid and earned, void purchases taken off."""

    month: date
    entries: int
    kg: int
    charged_fen: int
    differences_fen: int
    paid_fen: int
    points_fen: int
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A price with what became of it; `decision` is None while it waits."""

    term: PriceTerm
    decision: PriceDecision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people call things, by id."""

    plants: dict[str, str]
    towns: dict[str, str]
    materials: dict[str, str]
    points: dict[str, str]


def plant_balances(session: Session) -> list[PlantBalance]:
    """Return the plants that the ledger knows."""
    is_payment = LedgerEntry.subject_kind == PAYMENT_SUBJECT
    rows = session.execute(
        select(
            LedgerLine.account,
            func.sum(LedgerLine.kg),
            func.sum(case((is_payment, 0), else_=LedgerLine.amount_fen)),
            func.sum(case((is_payment, -LedgerLine.amount_fen), else_=0)),
        )
        .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
        .where(LedgerLine.account.like("plant/%/owed"))
        .group_by(LedgerLine.account)
        .order_by(LedgerLine.account)
    )
    return [
        PlantBalance(plant_id=account.split("/")[1], kg=int(kg), charged_fen=int(charged), paid_fen=int(paid))
        for account, kg, charged, paid in rows
    ]


def town_parts(session: Session) -> list[tuple[str, int]]:
    """Return what the company owes each town of direct hauls, in fen, by town (H18)."""
    rows = session.execute(
        select(LedgerLine.account, func.sum(LedgerLine.amount_fen))
        .where(LedgerLine.account.like("town/%/part"))
        .group_by(LedgerLine.account)
        .order_by(LedgerLine.account)
    )
    return [(account.split("/")[1], -int(fen)) for account, fen in rows]


def point_balances(session: Session) -> list[PointBalance]:
    """Return what recycling points paid farmers, earn and have got (H19)."""
    is_payout = LedgerEntry.subject_kind == PAYOUT_SUBJECT
    rows = session.execute(
        select(LedgerLine.account, is_payout, func.sum(LedgerLine.amount_fen), func.sum(LedgerLine.kg))
        .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
        .where(LedgerLine.account.like("point/%"))
        .group_by(LedgerLine.account, is_payout)
    )
    found: dict[str, PointBalance] = {}
    for account, is_paid, fen, kg in rows:
        _point, point_id, what = account.split("/")
        known = found.get(point_id, PointBalance(point_id=point_id))
        if is_paid:
            found[point_id] = replace(known, got_fen=known.got_fen + int(fen))
        elif what == "fee":
            found[point_id] = replace(known, fee_fen=known.fee_fen - int(fen))
        else:
            found[point_id] = replace(known, kg=known.kg - int(kg), paid_out_fen=known.paid_out_fen - int(fen))
    return [found[point_id] for point_id in sorted(found)]


def borne_by(session: Session) -> list[tuple[str, int]]:
    """Return the accounts of city and towns for purchases and subsidies, with what they still owe in fen: the city
    first. Below 0 a town has paid more than its part so far."""
    rows = session.execute(
        select(LedgerLine.account, func.sum(LedgerLine.amount_fen))
        .where(or_(LedgerLine.account.like("city/%"), LedgerLine.account.like("town/%/purchases")))
        .group_by(LedgerLine.account)
        .order_by(LedgerLine.account)
    )
    return [(account, int(fen)) for account, fen in rows]


def fees(session: Session) -> tuple[int, int]:
    """Return what was earned provisionally and for good, in fen."""
    rows = session.execute(
        select(LedgerLine.account, func.sum(LedgerLine.amount_fen))
        .where(LedgerLine.account.in_([FEE_PROVISIONAL, FEE]))
        .group_by(LedgerLine.account)
    )
    earned = {account: -int(fen) for account, fen in rows}
    return earned.get(FEE_PROVISIONAL, 0), earned.get(FEE, 0)


def month_sums(session: Session) -> list[MonthSums]:
    """Return the months with entries, newest first."""
    closed = last_closed(session)
    is_payment, is_charge = LedgerEntry.subject_kind == PAYMENT_SUBJECT, LedgerEntry.kind == EntryKind.CHARGE
    is_of_plant = LedgerLine.account.like("plant/%/owed")
    is_of_point = LedgerLine.account.like("point/%") & (LedgerEntry.subject_kind != PAYOUT_SUBJECT)
    fen = LedgerLine.amount_fen
    rows = session.execute(
        select(
            LedgerEntry.month,
            func.count(LedgerEntry.number.distinct()),
            func.sum(case((is_of_plant, LedgerLine.kg), else_=0)),
            func.sum(case((is_of_plant & is_charge, fen), else_=0)),
            func.sum(case((is_of_plant & ~is_charge & ~is_payment, fen), else_=0)),
            func.sum(case((is_of_plant & is_payment, -fen), else_=0)),
            func.sum(case((is_of_point, -fen), else_=0)),
        )
        .join(LedgerLine, LedgerLine.entry_number == LedgerEntry.number)
        .where(is_of_plant | is_of_point)
        .group_by(LedgerEntry.month)
        .order_by(LedgerEntry.month.desc())
    )
    return [
        MonthSums(
            month=month,
            entries=entries,
            kg=int(kg),
            charged_fen=int(charged),
            differences_fen=int(differences),
            paid_fen=int(paid),
            points_fen=int(points),
            is_closed=closed is not None and month <= closed,
        )
        for month, entries, kg, charged, differences, paid, points in rows
    ]


def month_events(session: Session, limit: int) -> Sequence[MonthEvent]:
    """Return who closed and opened months, newest first."""
    return session.scalars(select(MonthEvent).order_by(MonthEvent.id.desc()).limit(limit)).all()


def last_charged_at(session: Session) -> datetime | None:
    """Return when the ledger last learned of a delivery."""
    return session.scalar(select(func.max(LedgerEntry.recorded_at)).where(LedgerEntry.subject_kind == SUBJECT))


def price_rows(session: Session) -> list[PriceRow]:
    """Return all prices, newest first."""
    rows = session.execute(
        select(PriceTerm, PriceDecision)
        .outerjoin(PriceDecision, PriceDecision.term_id == PriceTerm.id)
        .order_by(PriceTerm.id.desc())
    )
    return [PriceRow(term=term, decision=decision) for term, decision in rows]


def entries_shown(
    session: Session,
    *,
    account: str | None = None,
    subject: str | None = None,
    month: date | None = None,
    page: int = 0,
) -> tuple[Sequence[LedgerEntry], bool]:
    """Return a page of entries, newest first, and whether there are older ones."""
    chosen = select(LedgerEntry).order_by(LedgerEntry.number.desc())
    if account:
        of_account = select(LedgerLine.entry_number).where(LedgerLine.account == account)
        chosen = chosen.where(LedgerEntry.number.in_(of_account))
    if subject:
        chosen = chosen.where(LedgerEntry.subject_id == subject)
    if month:
        chosen = chosen.where(LedgerEntry.month == month)
    found = session.scalars(chosen.limit(PAGE + 1).offset(page * PAGE)).all()
    return found[:PAGE], len(found) > PAGE


def lines_of(session: Session, numbers: Sequence[int]) -> dict[int, list[Line]]:
    """Return the lines of entries, by their numbers."""
    rows = session.scalars(
        select(LedgerLine)
        .where(LedgerLine.entry_number.in_(numbers))
        .order_by(LedgerLine.entry_number, LedgerLine.line)
    )
    lines: dict[int, list[Line]] = {}
    for row in rows:
        lines.setdefault(row.entry_number, []).append(Line(row.account, row.amount_fen, row.kg))
    return lines


def ticket_numbers(session: Session, ticket_ids: Sequence[str]) -> dict[str, str]:
    """Return the numbers of tickets, by id."""
    chosen = select(WeighTicket.id, WeighTicket.number).where(WeighTicket.id.in_(ticket_ids))
    return _by_id(session, chosen)


def entry_with_id(session: Session, entry_id: str) -> LedgerEntry | None:
    """Return the entry; None where there is none."""
    return session.scalar(select(LedgerEntry).where(LedgerEntry.id == entry_id))


def entries_about(session: Session, entry: LedgerEntry) -> Sequence[LedgerEntry]:
    """Return all entries of what the entry is about, oldest first."""
    return session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.subject_kind == entry.subject_kind, LedgerEntry.subject_id == entry.subject_id)
        .order_by(LedgerEntry.number)
    ).all()


def names_of(session: Session) -> Names:
    """Return what plants, towns and materials are called."""
    return Names(
        plants=_by_id(session, select(EndUsePlant.plant_id, EndUsePlant.name)),
        towns=_by_id(session, select(Town.town_id, Town.name)),
        points=_by_id(session, select(RecyclingPoint.point_id, RecyclingPoint.name)),
        materials=_by_id(session, _WEIGHED_MATERIALS) | _by_id(session, select(Material.material_id, Material.name)),
    )


def _by_id(session: Session, chosen: Select[str, str]) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(chosen)}
