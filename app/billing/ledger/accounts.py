"""The accounts of the ledger by name: `plant/P1/owed` and the like."""

from __future__ import annotations

import re
from typing import Final

COMPANY_BANK: Final = "company/bank"
FEE_PROVISIONAL: Final = "company/fee_provisional"  # charged before the price is fixed
FEE: Final = "company/fee"
TOWN_PART: Final = "company/town_part"  # what of the fee goes to towns for direct hauls

CITY_PURCHASES: Final = "city/purchases"  # the city's part of what points paid and of their fees (H19)
CITY_RECYCLING: Final = "city/recycling"  # what the city owes for what is worth recycling, alone
CITY_SUBSIDIES: Final = "city/subsidies"  # what the city has approved of towns' claims and not paid yet (H6)
RECYCLING: Final = "recycler/recycling"  # and who gets it: the company that recycles

_ACCOUNT: Final = re.compile(
    r"company/(bank|fee|fee_provisional|town_part)|plant/[^/]{1,64}/owed|town/[^/]{1,64}/(part|purchases|subsidies)"
    r"|city/(purchases|recycling|subsidies)|recycler/recycling|point/[^/]{1,64}/(paid_out|fee)"
)


def owed_by_plant(plant_id: str) -> str:
    """What the plant still has to pay."""
    return f"plant/{plant_id}/owed"


def part_of_town(town_id: str) -> str:
    """What the company owes the town of direct hauls (H18)."""
    return f"town/{town_id}/part"


def purchases_of_town(town_id: str) -> str:
    """The town's part of what its points paid and of their fees."""
    return f"town/{town_id}/purchases"


def subsidies_of_town(town_id: str) -> str:
    """What the town is to get for its approved claims."""
    return f"town/{town_id}/subsidies"


def paid_out_by_point(point_id: str) -> str:
    """What a point paid farmers and gets back."""
    return f"point/{point_id}/paid_out"


def fee_of_point(point_id: str) -> str:
    """The point's handling fee."""
    return f"point/{point_id}/fee"


def is_account(name: str) -> bool:
    """Whether the ledger has such an account."""
    return _ACCOUNT.fullmatch(name) is not None
