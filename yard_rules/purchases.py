"""What a recycling point pays for a material, what it gets for that, and who bears it (H19).

Which rulebook a material is bought by is a property of the material: its tariff.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yard_rules.dry_straw import WHOLE_PERMILLE
from yard_rules.rounding import whole_fen, whole_permille
from yard_rules.rulebook import rulebook
from yard_rules.shares import split

_FEN_PER_YUAN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRates:
    """What holds on a day, in whole fen a kilogram and whole per mille."""

    buying_fen_per_kg: int
    handling_permille: int
    city_permille: int
    recycling_fen_per_kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseCost:
    """What a purchase comes to, in fen: `city_fen` and `town_fen` add up to price and fee. `recycling_fen` comes on top
    and is the city's alone."""

    price_fen: int
    fee_fen: int
    city_fen: int
    town_fen: int
    recycling_fen: int


def purchase_rates(tariff: str, day: date) -> PurchaseRates:
    """Return the rates of a tariff in force on the day.

    Raises FileNotFoundError where there is no such tariff, NoFigure before its first day, ValueError where an amount is
    no whole number of fen.
    """
    figures = rulebook(tariff)
    return PurchaseRates(
        buying_fen_per_kg=_whole_fen_per_kg(tariff, "buying_yuan_per_kg", day),
        handling_permille=figures.whole("handling_permille", day),
        city_permille=figures.whole("city_permille", day),
        recycling_fen_per_kg=_whole_fen_per_kg(tariff, "recycling_yuan_per_kg", day),
    )


def purchase_cost(rates: PurchaseRates, kg: int, *, is_recyclable: bool) -> PurchaseCost:
    """Return what a purchase comes to. The fee is rounded once, half a fen up; of an odd fen between city and town the
    larger part has it, of equal parts the city's."""
    price_fen = rates.buying_fen_per_kg * kg
    fee_fen = whole_fen(Decimal(price_fen * rates.handling_permille) / WHOLE_PERMILLE / _FEN_PER_YUAN)
    parts = [rates.city_permille, WHOLE_PERMILLE - rates.city_permille]
    city_fen, town_fen = split(price_fen + fee_fen, parts)
    return PurchaseCost(
        price_fen=price_fen,
        fee_fen=fee_fen,
        city_fen=city_fen,
        town_fen=town_fen,
        recycling_fen=rates.recycling_fen_per_kg * kg if is_recyclable else 0,
    )


def recovery_permille(bought_kg: int, used_kg: int) -> int | None:
    """Return how much of what was used came back; None where nothing was used."""
    return whole_permille(Decimal(bought_kg * WHOLE_PERMILLE) / used_kg) if used_kg > 0 else None


def recovery_least_permille(tariff: str, year: int) -> int:
    """Return how much has to come back in a year: the target at its end (H23). Raises as `purchase_rates` does."""
    return rulebook(tariff).whole("recovery_least_permille", date(year, 12, 31))


def _whole_fen_per_kg(tariff: str, name: str, day: date) -> int:
    fen = rulebook(tariff).figure(name, day).value * _FEN_PER_YUAN
    if fen != int(fen):
        raise ValueError(f"{tariff}: {name} of {day} is no whole number of fen: {fen}")
    return int(fen)
