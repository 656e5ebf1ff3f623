"""How the moisture of a load is measured: which bales, how many probes, and what the readings say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import Final

from yard_rules.certificates import CertificateState, certificate_state
from yard_rules.dry_straw import WHOLE_PERMILLE, DryStrawMethod
from yard_rules.rounding import whole_permille
from yard_rules.rulebook import rulebook

# Iglewicz & Hoaglin 1993: what turns a median absolute deviation into a standard deviation, and a mean one where the
# median one is nothing because half of the bales are alike.
_PER_MEDIAN_DEVIATION: Final = Fraction("1.4826")
_PER_MEAN_DEVIATION: Final = Fraction("1.253314")


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPlan:
    """`bale_numbers`: which bales to probe, counted from 1 in the order of unloading."""

    bales_to_probe: int
    probes_per_bale: int
    bale_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One reading of the meter, in per mille of the total mass: what it touched was so wet."""

    bale_number: int
    moisture_permille: int

    def __post_init__(self) -> None:
        if not 0 <= self.moisture_permille <= WHOLE_PERMILLE:
            raise ValueError(f"a moisture of {self.moisture_permille} per mille")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStage:
    """So many bales with one probe each are enough where no reading is above `at_most_permille`."""

    bales: int
    at_most_permille: int


class HintKind(StrEnum):
    """Why somebody should look again before the readings are trusted; none of them refuses a load."""

    TOO_FEW_BALES = "too_few_bales"
    ALL_EQUAL = "all_equal"  # a meter that hangs, or numbers that nobody measured
    OUTSIDE_METER_RANGE = "outside_meter_range"
    OUTLIER = "outlier"  # measure this bale again; if it stays so, it is so


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """`bale_numbers`: the bales that are meant, none where it is all of them."""

    kind: HintKind
    bale_numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoistureSummary:
    """What the readings of one load say, in whole per mille of the total mass.

    `lowest_permille`, `highest_permille`: single readings; `wettest_bale_permille`: the highest mean of a bale, for
    `acceptance`. `spread_permille`: standard deviation of the bales' means; `standard_error_permille`: that of the
    load's mean; both None for a single bale.
    """

    bales: int
    readings: int
    mean_permille: int
    lowest_permille: int
    highest_permille: int
    wettest_bale_permille: int
    spread_permille: int | None
    standard_error_permille: int | None
    hints: tuple[Hint, ...]


def sampling_plan(bales: int, day: date) -> SamplingPlan:
    """Return which of a load's bales are probed and how often: ten as usual, all where there are fewer.

    Weight does not matter: what differs is from bale to bale. Raises ValueError for a load without bales, NoFigure
    before 2023. Source: figures `usual_bales`, `probes_per_bale`; the plan demands sampling without figures (H28).
    """
    if bales < 1:
        raise ValueError(f"a load of {bales} bales")
    to_probe = min(bales, _whole("usual_bales", day))
    return SamplingPlan(
        bales_to_probe=to_probe,
        probes_per_bale=_whole("probes_per_bale", day),
        bale_numbers=bale_numbers(bales, to_probe),
    )


def sampling_table(day: date) -> list[tuple[int | None, SamplingPlan]]:
    """Return, for a tablet without a network, rows of (loads of up to so many bales, their sampling plan).

    The last row is for all larger loads, without a number of bales; its `bale_numbers` are empty, as they depend on the
    load. Source and errors: those of `sampling_plan`.
    """
    usual = _whole("usual_bales", day)
    larger = SamplingPlan(bales_to_probe=usual, probes_per_bale=_whole("probes_per_bale", day), bale_numbers=())
    return [*((bales, sampling_plan(bales, day)) for bales in range(1, usual)), (None, larger)]


def first_stage(method: DryStrawMethod, day: date) -> FirstStage | None:
    """Return what is probed first; None where all of the plan is always asked for.

    With `full` every per mille is paid for, so that the mean must be known well however dry the load is. Source:
    figures `first_bales`, `first_at_most_permille`. Raises NoFigure before 2023.
    """
    bales = _whole("first_bales", day)
    if method is DryStrawMethod.FULL or not bales:
        return None
    return FirstStage(bales=bales, at_most_permille=_whole("first_at_most_permille", day))


def readings_asked(bales: int | None, probes: Sequence[Probe], method: DryStrawMethod, day: date) -> tuple[int, int]:
    """Return how many of the readings count, and how many are asked for of a load of so many bales; of a load that
    nobody counted, as of a large one. More probes in one bale make up for no other bale.

    Raises NoFigure before 2023.
    """
    plan = sampling_plan(bales, day) if bales else sampling_table(day)[-1][1]
    probed = Counter(probe.bale_number for probe in probes)
    first = first_stage(method, day)
    if first is not None and all(probe.moisture_permille <= first.at_most_permille for probe in probes):
        to_probe = min(first.bales, plan.bales_to_probe)
        return min(len(probed), to_probe), to_probe
    done = sum(min(number, plan.probes_per_bale) for _bale, number in probed.most_common(plan.bales_to_probe))
    return done, plan.bales_to_probe * plan.probes_per_bale


def bale_numbers(bales: int, to_probe: int) -> tuple[int, ...]:
    """Return `to_probe` numbers from 1 to `bales`, evenly spread: the middle of each of as many equal parts.

    Raises ValueError where there are not so many bales.
    """
    if not 0 < to_probe <= bales:
        raise ValueError(f"{to_probe} of {bales} bales")
    return tuple((2 * part + 1) * bales // (2 * to_probe) + 1 for part in range(to_probe))


def summarised(probes: Sequence[Probe], day: date, *, bales_of_load: int | None = None) -> MoistureSummary:
    """Return mean, spread and hints of a load's readings.

    The mean is that of the bales' means, so that a bale that was probed more often does not count for more; half a per
    mille goes up. Outliers among the bales' means have a modified z-score above `outlier_z` (Iglewicz & Hoaglin 1993):
    the deviation from the median over the scaled median of all deviations, which a single odd bale cannot move. They
    stay in the mean. `bales_of_load`: a load of two bales that were both probed is not too few.

    Raises ValueError without readings, NoFigure before 2023.
    """
    by_bale: dict[int, list[int]] = {}
    for probe in probes:
        by_bale.setdefault(probe.bale_number, []).append(probe.moisture_permille)
    if not by_bale:
        raise ValueError("no readings")
    # Whole parts of a per mille, so many to one that the medians below are whole too: exact, and far cheaper than
    # fractions where a tablet waits for it.
    parts = 4 * lcm(*map(len, by_bale.values()))
    means = {bale: sum(readings) * parts // len(readings) for bale, readings in sorted(by_bale.items())}
    readings_permille = [probe.moisture_permille for probe in probes]
    count, total = len(means), sum(means.values())
    squares = count * sum(bale_mean**2 for bale_mean in means.values()) - total**2
    of_means = Fraction(squares, count * (count - 1) * parts**2) if count > 1 else None
    return MoistureSummary(
        bales=count,
        readings=len(readings_permille),
        mean_permille=whole_permille(Fraction(total, count * parts)),
        lowest_permille=min(readings_permille),
        highest_permille=max(readings_permille),
        wettest_bale_permille=whole_permille(Fraction(max(means.values()), parts)),
        spread_permille=None if of_means is None else _root(of_means),
        standard_error_permille=None if of_means is None else _root(of_means / count),
        hints=tuple(_hints(probes, means, parts, day, bales_of_load)),
    )


def calibration_state(calibrated_until: date | None, day: date) -> CertificateState:
    """Return the state on a day of a moisture meter's calibration, good to the end of `calibrated_until`.

    Source: moisture meters are equipment of a yard (H28). Raises NoFigure before 2023.
    """
    return certificate_state(calibrated_until, day, warn_days=_whole("calibration_warn_days", day))


def _hints(
    probes: Sequence[Probe], means: dict[int, int], parts: int, day: date, bales_of_load: int | None
) -> list[Hint]:
    fewest = _whole("minimum_bales", day)
    lowest, highest = _whole("meter_lowest_permille", day), _whole("meter_highest_permille", day)
    outside = {probe.bale_number for probe in probes if not lowest <= probe.moisture_permille <= highest}
    hints = []
    if len(means) < (fewest if bales_of_load is None else min(fewest, bales_of_load)):
        hints.append(Hint(kind=HintKind.TOO_FEW_BALES))
    if len(probes) >= fewest and len({probe.moisture_permille for probe in probes}) == 1:
        hints.append(Hint(kind=HintKind.ALL_EQUAL))
    if outside:
        hints.append(Hint(kind=HintKind.OUTSIDE_METER_RANGE, bale_numbers=tuple(sorted(outside))))
    if odd := _outliers(means, parts, day):
        hints.append(Hint(kind=HintKind.OUTLIER, bale_numbers=odd))
    return hints


def _outliers(means: dict[int, int], parts: int, day: date) -> tuple[int, ...]:
    if len(means) < _whole("outlier_bales", day):
        return ()
    middle = _median(means.values())
    off_by = {bale: abs(bale_mean - middle) for bale, bale_mean in means.items()}
    usual = _PER_MEDIAN_DEVIATION * _median(off_by.values())
    usual = usual or _PER_MEAN_DEVIATION * Fraction(sum(off_by.values()), len(off_by))
    limit = max(Fraction(_outlier_z(day)) * usual, Fraction(_whole("outlier_least_permille", day) * parts))
    return tuple(bale for bale, deviation in off_by.items() if deviation > limit)


def _median(values: Iterable[int]) -> int:
    """Of numbers whose halves are whole."""
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2


def _outlier_z(day: date) -> Decimal:
    return rulebook("moisture_sampling").figure("outlier_z", day).value


def _root(exact: Fraction) -> int:
    return whole_permille((Decimal(exact.numerator) / exact.denominator).sqrt())


def _whole(name: str, day: date) -> int:
    return rulebook("moisture_sampling").whole(name, day)
