"""What a load's moisture means at the gate: whether it is paid in full, and where its bales may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from yard_rules.dry_straw import WHOLE_PERMILLE
from yard_rules.rulebook import Figure, rulebook


class AcceptanceKind(StrEnum):
    """What is done with the bales, from dry to wet."""

    STACK_FREELY = "stack_freely"
    STACK_APART = "stack_apart"
    HOT_LANE = "hot_lane"  # a small low stack, shipped within days
    SEND_BACK = "send_back"  # direct use only (silage, compost), or back to dry


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacking:
    """One way to stack, for bales of up to `up_to_permille`, and what it asks of the yard.

    `probe_every_h` hours for `probe_for_days` days, where it asks for probing of its own; `ship_warn_h`,
    `ship_within_h`: hours after the load came in, where it must leave again. `figures`: its limits, and all of these.
    """

    kind: AcceptanceKind
    up_to_permille: int
    probe_every_h: int | None
    probe_for_days: int | None
    ship_warn_h: int | None
    ship_within_h: int | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """`paid_up_to`: the moisture up to which a load counts in full.

    `has_bales_to_set_aside`: the load may stay, yet at least one of its bales is too wet for any stack.
    """

    stacking: Stacking
    is_paid_in_full: bool
    paid_up_to: Figure
    has_bales_to_set_aside: bool

    @property
    def kind(self) -> AcceptanceKind:
        """What is done with the load."""
        return self.stacking.kind

    @property
    def thresholds(self) -> tuple[Figure, ...]:
        """Every figure that the answer rests on, with its source."""
        return (self.paid_up_to, *self.stacking.figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRow:
    """What holds for moistures from `from_permille` to `to_permille`, both included."""

    from_permille: int
    to_permille: int
    stacking: Stacking
    is_paid_in_full: bool


def acceptance(moisture_permille: int, day: date, *, wettest_bale_permille: int | None = None) -> Acceptance:
    """Return what is to be done with a load of this mean moisture, both moistures in per mille of the total mass.

    Pay goes by the mean: it is the unbiased estimate of the water in the load, and the load is what is paid (H6).
    Safety goes by the wettest bale that was probed, because a stack heats and burns from its wettest place,
    however dry the rest: the published limits are those of a bale. That bale counts with the mean of its probes, not
    with the highest single one, which may have hit a wet leaf. Of ten bales the wettest is near the ninetieth
    percentile of the load. Only the mean sends a load back: a soaked bale in a load that may stay is set aside, and
    the load goes to the hot lane. Without `wettest_bale_permille` (one number from the meter) the mean stands for both.

    Raises ValueError for a moisture outside 0 to 1,000 and for a wettest bale drier than the mean; NoFigure before the
    plan. The ways to stack follow published fire advice, see rulebooks/acceptance.toml.
    """
    wettest_permille = moisture_permille if wettest_bale_permille is None else wettest_bale_permille
    if not 0 <= moisture_permille <= wettest_permille <= WHOLE_PERMILLE:
        raise ValueError(f"a mean moisture of {moisture_permille}, the wettest bale of {wettest_permille} per mille")
    paid_up_to = rulebook("acceptance").figure("paid_permille", day)
    stacking = _stacking(wettest_permille, day)
    has_bales_to_set_aside = (
        stacking.kind is AcceptanceKind.SEND_BACK
        and _stacking(moisture_permille, day).kind is not AcceptanceKind.SEND_BACK
    )
    if has_bales_to_set_aside:
        stacking = _stacking(wettest_permille, day, at_most=AcceptanceKind.HOT_LANE)
    return Acceptance(
        stacking=stacking,
        is_paid_in_full=moisture_permille <= paid_up_to.value,
        paid_up_to=paid_up_to,
        has_bales_to_set_aside=has_bales_to_set_aside,
    )


def acceptance_table(day: date) -> list[AcceptanceRow]:
    """Return what holds for every moisture, from dry to wet, in rows that together cover 0 to 1,000 per mille.

    A tablet without a network finds a load in it. Raises NoFigure before the plan. Sources: rulebooks/acceptance.toml.
    """
    paid_permille = rulebook("acceptance").whole("paid_permille", day)
    rows: list[AcceptanceRow] = []
    from_permille = 0
    for stacking in _stackings(day):
        last_permille = stacking.up_to_permille
        # A row ends where the pay changes too, should that ever happen within one way to stack.
        ends_permille = [paid_permille] if from_permille <= paid_permille < last_permille else []
        for to_permille in (*ends_permille, last_permille):
            rows.append(
                AcceptanceRow(
                    from_permille=from_permille,
                    to_permille=to_permille,
                    stacking=stacking,
                    is_paid_in_full=to_permille <= paid_permille,
                )
            )
            from_permille = to_permille + 1
    return rows


def _stacking(permille: int, day: date, *, at_most: AcceptanceKind = AcceptanceKind.SEND_BACK) -> Stacking:
    return next(
        stacking for stacking in _stackings(day) if permille <= stacking.up_to_permille or stacking.kind is at_most
    )


def _stackings(day: date) -> list[Stacking]:
    in_force = rulebook("acceptance").in_force(day)
    return [_stacking_of(kind, in_force) for kind in AcceptanceKind]


_DUTIES: Final = ("probe_every_h", "probe_for_days", "ship_warn_h", "ship_within_h")


def _stacking_of(kind: AcceptanceKind, in_force: Mapping[str, Figure]) -> Stacking:
    drier = list(AcceptanceKind)[: list(AcceptanceKind).index(kind)][-1:]
    limits = [in_force[f"{it}_up_to_permille"] for it in (*drier, kind) if f"{it}_up_to_permille" in in_force]
    duties = {name: in_force[f"{kind}_{name}"] for name in _DUTIES if f"{kind}_{name}" in in_force}
    whole = {name: int(figure.value) for name, figure in duties.items()}
    return Stacking(
        kind=kind,
        up_to_permille=int(limits[-1].value) if kind is not AcceptanceKind.SEND_BACK else WHOLE_PERMILLE,
        probe_every_h=whole.get("probe_every_h"),
        probe_for_days=whole.get("probe_for_days"),
        ship_warn_h=whole.get("ship_warn_h"),
        ship_within_h=whole.get("ship_within_h"),
        figures=(*limits, *duties.values()),
    )
