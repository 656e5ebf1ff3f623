"""The accounts of the ledger by name: `plant/P1/owed` and the like."""

from __future__ import annotations

import re
from typing import Final

COMPANY_BANK: Final = "company/bank"
FEE_PROVISIONAL: Final = "company/fee_provisional"  # charged before the price is fixed
FEE: Final = "company/fee"
TOWN_PART: Final = "company/town_part"  # what of the fee goes to towns for direct hauls

_ACCOUNT: Final = re.compile(r"company/(bank|fee|fee_provisional|town_part)|plant/[^/]{1,64}/owed|town/[^/]{1,64}/part")


def owed_by_plant(plant_id: str) -> str:
    """What the plant still has to pay."""
    return f"plant/{plant_id}/owed"


def part_of_town(town_id: str) -> str:
    """What the company owes the town of direct hauls (H18)."""
    return f"town/{town_id}/part"


def is_account(name: str) -> bool:
    """Whether the ledger has such an account."""
    return _ACCOUNT.fullmatch(name) is not None
