"""The reclamation deposit of a yard on agricultural facility land (H20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from yard_rules.rounding import whole_fen
from yard_rules.rulebook import Figure, rulebook

# The land that owes it, as the register calls it.
AGRICULTURAL_FACILITY_LAND = "agricultural_facility"


class DepositState(StrEnum):
    NOT_OWED = "not owed"
    MISSING = "missing"  # all of it, or a part
    PAID = "paid"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """`rate`: yuan per square metre, None where nothing is owed."""

    state: DepositState
    rate: Figure | None
    due_fen: int
    paid_fen: int

    @property
    def missing_fen(self) -> int:
        """What is still to be paid."""
        return max(self.due_fen - self.paid_fen, 0) if self.state is DepositState.MISSING else 0


def deposit(*, land_kind: str | None, area_mu: float, paid_yuan: float | None, is_returned: bool, day: date) -> Deposit:
    """Return what a yard owes on a day, and what of it is paid: rate (yuan/m²) × area in mu × m² in a mu."""
    paid_fen = whole_fen(Decimal(repr(float(paid_yuan or 0))))
    if land_kind != AGRICULTURAL_FACILITY_LAND:
        state = DepositState.RETURNED if is_returned and paid_fen else DepositState.NOT_OWED
        return Deposit(state=state, rate=None, due_fen=0, paid_fen=paid_fen)
    figures = rulebook("reclamation")
    rate = figures.figure("deposit_yuan_per_m2", day)
    square_metres = Decimal(repr(float(area_mu))) * figures.figure("mu_m2", day).value
    due_fen = whole_fen(rate.value * square_metres)
    state = DepositState.PAID if paid_fen >= due_fen else DepositState.MISSING
    if is_returned:
        state = DepositState.RETURNED
    return Deposit(state=state, rate=rate, due_fen=due_fen, paid_fen=paid_fen)
