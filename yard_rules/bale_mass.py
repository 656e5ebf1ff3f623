"""What a load weighs where there is no weighbridge: counted bales times the mass of one (H28).

The plan (annex 1, item 5) lets a yard without a weighbridge count standard bales, sample their moisture and estimate
the mass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from statistics import mean, variance
from typing import Final

from yard_rules.dry_straw import WHOLE_PERMILLE
from yard_rules.rounding import whole_kg
from yard_rules.rulebook import Figure, rulebook

_PI: Final = Decimal("3.14159265358979")
_CUBIC_MM_IN_M3: Final = Decimal(1000) ** 3
# Student's t, 95 % two-sided, in thousandths for 1, 2, … degrees of freedom. Beyond thirty the last one errs on the
# safe side.
_STUDENT_T_THOUSANDTHS: Final = (
    *(12706, 4303, 3182, 2776, 2571, 2447, 2365, 2306, 2262, 2228, 2201, 2179, 2160, 2145, 2131),
    *(2120, 2110, 2101, 2093, 2086, 2080, 2074, 2069, 2064, 2060, 2056, 2052, 2048, 2045, 2042),
)


class BaleKind(StrEnum):
    """The names under which rulebooks/bale_kinds.toml holds sizes and densities (H8)."""

    ROUND_1M = "round_1m"  # the standard bale: 1 m x 1 m
    SMALL_ROUND = "small_round"
    SMALL_SQUARE = "small_square"


class EstimateBasis(StrEnum):
    DENSITY = "density"  # size of the kind, usual density
    WEIGHED_BALES = "weighed_bales"  # some bales of this load, on a small scale


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedLoad:
    """`uncertainty_kg`: the load weighs between mass_kg less and plus this with about 95 %."""

    mass_kg: int
    uncertainty_kg: int
    basis: EstimateBasis


def estimated_load(
    bale_kind: BaleKind,
    bales: int,
    moisture_permille: int,
    day: date,
    *,
    weighed_bales_kg: Sequence[Decimal | int] = (),
    moisture_standard_error_permille: int = 0,
) -> EstimatedLoad:
    """Return what so many bales weigh as they are, in kg, and how sure that is (H28).

    From density: bales × volume × dry density / (1 − M), M the moisture of the total mass. Its uncertainty is that of
    the density, loose to hard, which is the same for all bales of one baler and does not even out over a load, and that
    of the moisture, both added as squares. From bales of this load, weighed on a small scale: bales × their mean; the
    uncertainty is Student's t × s / √n × √(1 − n / bales) for each bale of the load, but not less than
    `sample_uncertainty_permille`. Fewer weighed bales than `weighed_bales_minimum` do not count unless they are
    all.

    Raises ValueError for no bales, for more weighed than there are, a weighed bale of no mass, or a moisture outside 0
    to 999 per mille; NoFigure before 2023.
    """
    if bales < 1 or len(weighed_bales_kg) > bales:
        raise ValueError(f"{len(weighed_bales_kg)} weighed of {bales} bales")
    if not 0 <= moisture_permille < WHOLE_PERMILLE:
        raise ValueError(f"a moisture of {moisture_permille} per mille")
    if any(kg <= 0 for kg in weighed_bales_kg):
        raise ValueError("a weighed bale of no mass")
    if len(weighed_bales_kg) >= min(bales, rulebook("bale_kinds").whole("weighed_bales_minimum", day)):
        return _from_sample([Decimal(kg) for kg in weighed_bales_kg], bales, day)
    return _from_density(bale_kind, bales, moisture_permille, moisture_standard_error_permille, day)


def bale_volume_m3(bale_kind: BaleKind, day: date) -> Decimal:
    """Return the nominal volume of a bale in m³: a cylinder from diameter and length, or a block.

    Raises NoFigure before 2023. Source: H8 for the standard bale; rulebooks/bale_kinds.toml.
    """
    of_kind = rulebook("bale_kinds").in_force(day)
    length_mm = _figure(f"{bale_kind}_length_mm", day).value
    if diameter := of_kind.get(f"{bale_kind}_diameter_mm"):
        return _PI / 4 * diameter.value**2 * length_mm / _CUBIC_MM_IN_M3
    width, height = _figure(f"{bale_kind}_width_mm", day), _figure(f"{bale_kind}_height_mm", day)
    return width.value * height.value * length_mm / _CUBIC_MM_IN_M3


def bale_mass_range_kg(bale_kind: BaleKind, moisture_permille: int, day: date, *, times: int = 1) -> tuple[int, int]:
    """Return what one loose and one hard bale of the kind weigh at a moisture, in kg.

    `times`: the range stretched so many times from the usual density to both sides, not below nothing. Raises
    ValueError for a moisture outside 0 to 999 per mille, NoFigure before 2023.
    """
    if not 0 <= moisture_permille < WHOLE_PERMILLE:
        raise ValueError(f"a moisture of {moisture_permille} per mille")
    density, low, high = _densities(bale_kind, day)
    volume_m3 = bale_volume_m3(bale_kind, day) * WHOLE_PERMILLE / (WHOLE_PERMILLE - moisture_permille)
    loose, hard = max(Decimal(0), density - times * (density - low)), density + times * (high - density)
    return whole_kg(volume_m3 * loose), whole_kg(volume_m3 * hard)


def _from_density(
    bale_kind: BaleKind, bales: int, moisture_permille: int, standard_error_permille: int, day: date
) -> EstimatedLoad:
    density, low, high = _densities(bale_kind, day)
    dry_matter = Decimal(WHOLE_PERMILLE - moisture_permille) / WHOLE_PERMILLE
    mass_kg = bales * bale_volume_m3(bale_kind, day) * density / dry_matter
    of_density = max(high - density, density - low) / density
    of_moisture = 2 * Decimal(standard_error_permille) / WHOLE_PERMILLE / dry_matter
    return EstimatedLoad(
        mass_kg=whole_kg(mass_kg),
        uncertainty_kg=whole_kg(mass_kg * (of_density**2 + of_moisture**2).sqrt()),
        basis=EstimateBasis.DENSITY,
    )


def _from_sample(weighed_kg: Sequence[Decimal], bales: int, day: date) -> EstimatedLoad:
    count = len(weighed_kg)
    mass_kg = bales * mean(weighed_kg)
    uncertainty_kg = mass_kg * _figure("sample_uncertainty_permille", day).value / WHOLE_PERMILLE
    if 1 < count < bales:
        t = Decimal(_STUDENT_T_THOUSANDTHS[min(count, len(_STUDENT_T_THOUSANDTHS) + 1) - 2]) / 1000
        by_chance_kg = bales * t * (variance(weighed_kg) / count * (bales - count) / bales).sqrt()
        uncertainty_kg = max(uncertainty_kg, by_chance_kg)
    return EstimatedLoad(
        mass_kg=whole_kg(mass_kg),
        uncertainty_kg=whole_kg(uncertainty_kg),
        basis=EstimateBasis.WEIGHED_BALES,
    )


def _densities(bale_kind: BaleKind, day: date) -> tuple[Decimal, Decimal, Decimal]:
    """Usual, loose and hard, in kg of dry matter in a cubic metre."""
    usual, low, high = (
        _figure(f"{bale_kind}_dry_density_{which}kg_per_m3", day).value for which in ("", "low_", "high_")
    )
    return usual, low, high


def _figure(name: str, day: date) -> Figure:
    return rulebook("bale_kinds").figure(name, day)
