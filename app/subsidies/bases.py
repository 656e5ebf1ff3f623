"""What a claim counts, by the stream that it is for: which tickets, by which weight, at which rate, and who collected.

Straw is claimed for as dry straw (H6). Any other stream is what recycling points bought: of price and handling fee a
town claims the city's part (H19).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.intake.models import Outcome, Purpose
from app.registry.models import Material
from yard_rules.purchases import PurchaseCost, purchase_cost, purchase_rates
from yard_rules.rulebook import rulebook
from yard_rules.subsidies import DryStraw, rate_fen_per_t, subsidy_rate, subsidy_shares_fen

STRAW: Final = "straw"
# What of a purchase stands on its claim beside what is claimed.
COST_FIELDS: Final = tuple(PurchaseCost.__slots__)

Told = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """`taken_in`: where a collection ends (H3). `collector`: the column of who collected, `collectors`: the list of the
    register that names them. `told` says of each ticket what it is claimed with; `rate` by which figures it is, from
    which day on. `sums`: what of that is summed up beside the amount."""

    taken_in: tuple[tuple[Purpose, Outcome], ...]
    collector: str
    collectors: str
    told: Callable[[Sequence[Any]], list[Told]]
    rate: Callable[[Any], Told]
    sums: tuple[str, ...] = ()


def basis_of(stream: str) -> Basis:
    """Return how a stream is claimed for."""
    return _OF_STRAW if stream == STRAW else _OF_PURCHASES


def counted_kg(row: Any) -> int | None:
    """Return the weight that a ticket counts with: dry straw, or what was bought as it was weighed."""
    kg: int | None = row.net_kg if row.purpose == Purpose.PURCHASE else row.dry_kg
    return kg


def is_priced(row: Any) -> bool:
    """Whether the ticket's material is claimed for: of what points buy it has to have a tariff."""
    return row.purpose != Purpose.PURCHASE or row.tariff is not None


def claimed_streams(session: Session) -> list[str]:
    """Return the streams for which there are claims: straw, and those whose materials recycling points buy."""
    bought = select(Material.stream).where(Material.tariff.is_not(None), Material.stream != STRAW).distinct()
    return [STRAW, *sorted(session.scalars(bought))]


def _straw_told(rows: Sequence[Any]) -> list[Told]:
    rates = {day: rate_fen_per_t(day) for day in {row.business_day for row in rows}}
    straw = [DryStraw(body_id=row.body_id, dry_kg=row.dry_kg, fen_per_t=rates[row.business_day]) for row in rows]
    return [
        {"fen_per_t": it.fen_per_t, "amount_fen": fen}
        for it, fen in zip(straw, subsidy_shares_fen(straw), strict=True)
    ]  # fmt: skip


def _straw_rate(row: Any) -> Told:
    day: date = row.business_day
    figure = subsidy_rate(day)
    return {"since": figure.since.isoformat(), "fen_per_t": rate_fen_per_t(day), "source": figure.source}


def _purchases_told(rows: Sequence[Any]) -> list[Told]:
    """Each is rounded by itself, as in the ledger."""
    found = []
    for row in rows:
        rates = purchase_rates(row.tariff, row.business_day)
        cost = asdict(purchase_cost(rates, row.net_kg, is_recyclable=bool(row.is_recyclable)))
        found.append({**cost, "amount_fen": cost["city_fen"]})
    return found


def _purchase_rate(row: Any) -> Told:
    figure = rulebook(row.tariff).figure("buying_yuan_per_kg", row.business_day)
    told: Mapping[str, Any] = asdict(purchase_rates(row.tariff, row.business_day))
    return {"since": figure.since.isoformat(), **told, "source": figure.source}


_OF_STRAW: Final = Basis(
    # at a yard, or at the plant to which a town hauls straight (H13)
    taken_in=((Purpose.INTAKE, Outcome.STORED), (Purpose.DIRECT_IN, Outcome.DELIVERED)),
    collector="body_id",
    collectors="collecting_bodies",
    told=_straw_told,
    rate=_straw_rate,
)
_OF_PURCHASES: Final = Basis(
    taken_in=((Purpose.PURCHASE, Outcome.BOUGHT),),
    collector="place_id",
    collectors="recycling_points",
    told=_purchases_told,
    rate=_purchase_rate,
    sums=COST_FIELDS,
)
