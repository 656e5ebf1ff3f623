"""The city's subsidy to towns for dry straw (H6), split so that every part adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from yard_rules.rounding import whole_fen
from yard_rules.rulebook import Figure, rulebook
from yard_rules.shares import split

_KG_PER_T: Final = 1000
_FEN_PER_YUAN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DryStraw:
    """Straw of one ticket. `body_id`: who collected it; None where the ticket names nobody."""

    body_id: str | None
    dry_kg: int
    fen_per_t: int


def subsidy_rate(day: date) -> Figure:
    """Return what a tonne of dry straw of that day is paid with, in yuan; raises NoFigure before the plan (H6)."""
    return rulebook("subsidies").figure("straw_yuan_per_t", day)


def rate_fen_per_t(day: date) -> int:
    """Return the same in fen; raises ValueError where it is no whole number of them."""
    fen = subsidy_rate(day).value * _FEN_PER_YUAN
    if fen != int(fen):
        raise ValueError(f"the subsidy of {day} is no whole number of fen: {fen}")
    return int(fen)


def subsidy_fen(straw: Sequence[DryStraw]) -> int:
    """Return what all of it is paid with together, in fen: rounded once, half a fen going up."""
    weight = sum(it.dry_kg * it.fen_per_t for it in straw)
    return whole_fen(Decimal(weight) / _KG_PER_T / _FEN_PER_YUAN)


def subsidy_shares_fen(straw: Sequence[DryStraw]) -> list[int]:
    """Return each ticket's part of `subsidy_fen`, in the same order.

    The amount is split among the bodies, and what a body has among its tickets, each time by largest remainder: so
    tickets add up to their body and bodies to the whole, and no body is off by a fen or more.
    """
    if not straw:
        return []
    tickets_of: dict[str, list[int]] = {}
    for at, it in enumerate(straw):
        tickets_of.setdefault(it.body_id or "", []).append(at)
    weights = [it.dry_kg * it.fen_per_t for it in straw]
    bodies = sorted(tickets_of)
    of_bodies = split(subsidy_fen(straw), [sum(weights[at] for at in tickets_of[body]) for body in bodies])
    shares = [0] * len(straw)
    for body, fen in zip(bodies, of_bodies, strict=True):
        places = tickets_of[body]
        for at, share in zip(places, split(fen, [weights[at] for at in places]), strict=True):
            shares[at] = share
    return shares
