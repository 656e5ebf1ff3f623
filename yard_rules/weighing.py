"""What a weighbridge's weights mean: net weight, stored tare, overload, how sure a net weight is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median_low

from yard_rules.certificates import CertificateState, certificate_state
from yard_rules.dry_straw import WHOLE_PERMILLE
from yard_rules.rulebook import rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class NetWeight:
    """Truck with load, truck alone, load: `net_kg` is above zero. `is_loaded_first`: the heavier weight came first."""

    gross_kg: int
    tare_kg: int
    is_loaded_first: bool

    @property
    def net_kg(self) -> int:
        """The mass of the load."""
        return self.gross_kg - self.tare_kg


class StoredTareState(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    NONE = "none"


class TareDrift(StrEnum):
    NONE = "none"
    WARN = "warn"  # weigh the empty truck again before its stored tare is used
    ALARM = "alarm"  # another truck, or something in it that does not belong to it


class Overload(StrEnum):
    NONE = "none"
    WARN = "warn"
    BLOCK = "block"


def net_weight(first_kg: int, second_kg: int) -> NetWeight:
    """Return gross, tare and net of two passes in kg, in whichever order: the heavier one is gross.

    Raises ValueError where both are equal, for then nothing was carried, and where one is not above zero.
    Source: two passes, whichever is heavier sets the direction; net is never negative.
    """
    if min(first_kg, second_kg) <= 0:
        raise ValueError(f"a truck weighs more than nothing: {first_kg} kg, {second_kg} kg")
    if first_kg == second_kg:
        raise ValueError(f"both passes weigh {first_kg} kg: there is no load")
    return NetWeight(
        gross_kg=max(first_kg, second_kg), tare_kg=min(first_kg, second_kg), is_loaded_first=first_kg > second_kg
    )


def is_multiple_of_division(weight_kg: int, division_kg: int) -> bool:
    """Return whether a scale of that division could have shown the weight; raises ValueError for no division."""
    if division_kg <= 0:
        raise ValueError(f"a division of {division_kg} kg")
    return weight_kg % division_kg == 0


def net_uncertainty_kg(division_kg: int, day: date) -> int:
    """Return how far a net weight of two passes may be off at most, in kg: each pass by about one division.

    20 kg on a scale with a division of 10 kg, 40 kg with 20 kg, whatever the load: 2-4 % of a light truck's 900 kg. A
    stored tare was a pass too. Source: figure `error_per_pass_divisions`. Raises NoFigure before 2023.
    """
    return 2 * _whole("error_per_pass_divisions", day) * division_kg


def two_weights_tolerance_kg(weighed_kg: int, division_kg: int, day: date) -> int:
    """Return by how many kg two weights of one delivery may differ, the load weighing `weighed_kg` where it left.

    The greater of a share and of some divisions. Source: figures `two_weights_permille`, `two_weights_divisions`.
    Raises NoFigure before 2023.
    """
    share_kg = weighed_kg * _whole("two_weights_permille", day) // WHOLE_PERMILLE
    return max(share_kg, _whole("two_weights_divisions", day) * division_kg)


def stored_tare_state(weighed_on: date | None, day: date) -> StoredTareState:
    """Return whether a tare of that day may still be used: for `stored_tare_days` days after it.

    A tare of a later day than `day` does not count. Raises NoFigure before 2023.
    """
    if weighed_on is None or weighed_on > day:
        return StoredTareState.NONE
    is_valid = day - weighed_on <= timedelta(days=_whole("stored_tare_days", day))
    return StoredTareState.VALID if is_valid else StoredTareState.EXPIRED


def tare_drift(new_kg: int, known_kgs: Sequence[int], *, day: date, division_kg: int = 0) -> TareDrift:
    """Return how a truck's new tare compares with those known of it, in kg; none where none are known.

    Compared with their median, so that one bad tare of the past does not count. It warns from whichever of the share
    and the kilograms is exceeded first; what a scale of that division cannot tell apart in two passes is no drift.
    Source: figures `tare_drift_…`, `tare_alarm_…`. Raises NoFigure before 2023.
    """
    if not known_kgs:
        return TareDrift.NONE
    known_kg = median_low(known_kgs)
    drift_kg = abs(new_kg - known_kg)
    if drift_kg <= net_uncertainty_kg(division_kg, day):
        return TareDrift.NONE
    for drift, name in ((TareDrift.ALARM, "tare_alarm"), (TareDrift.WARN, "tare_drift")):
        is_beyond_share = drift_kg * WHOLE_PERMILLE > known_kg * _whole(f"{name}_permille", day)
        if is_beyond_share or drift_kg > _whole(f"{name}_kg", day):
            return drift
    return TareDrift.NONE


def overload(gross_kg: int, legal_gross_kg: int | None, day: date) -> Overload:
    """Return whether truck and load weigh more together than the law lets them (`vehicle_limits.legal_gross_kg`).

    None of it where the limit is not known. It warns above the limit, blocks at 5 % above it. Source: figures
    `overload_warn_permille`, `overload_block_permille`. Raises NoFigure before 2023.
    """
    if legal_gross_kg is None:
        return Overload.NONE
    over_by = (gross_kg - legal_gross_kg) * WHOLE_PERMILLE
    if over_by >= legal_gross_kg * _whole("overload_block_permille", day):
        return Overload.BLOCK
    return Overload.WARN if over_by > legal_gross_kg * _whole("overload_warn_permille", day) else Overload.NONE


def is_double_weighing(last: datetime, this: datetime, day: date) -> bool:
    """Return whether a plate was weighed for the same purpose again too soon, within `double_weighing_min` minutes.

    Whichever came first. The second pass of an open ticket is not meant. Raises TypeError for a time without a zone
    beside one with it, NoFigure before 2023.
    """
    return abs(this - last) <= timedelta(minutes=_whole("double_weighing_min", day))


def verification_state(
    certified_until: date | None, day: date, *, certified_from: date | None = None
) -> CertificateState:
    """Return the state on a day of a scale's verification, good to the end of `certified_until`, none before its first
    day where that is known.

    A trade ticket needs a state that `may_be_used`. Source: compulsory verification of scales for trade, yearly.
    """
    if certified_from is not None and day < certified_from:
        return CertificateState.NONE
    return certificate_state(certified_until, day, warn_days=_whole("verification_warn_days", day))


def _whole(name: str, day: date) -> int:
    return rulebook("weighing").whole(name, day)
