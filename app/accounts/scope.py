"""Whose things somebody may see: all of them, or those of the town, yard or plant that they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.models import Account
from app.accounts.roles import BY_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The places of somebody who sees nothing beyond them, by their ids."""

    town_ids: frozenset[str] = frozenset()
    yard_ids: frozenset[str] = frozenset()
    plant_ids: frozenset[str] = frozenset()


def scope_of(account: Account) -> Scope | None:
    """What the account is limited to; None where one of its roles sees the whole county."""
    places = {BY_NAME[role.name].place for role in account.roles if role.name in BY_NAME}
    if None in places:
        return None
    own = {
        kind: frozenset(place.place_id for place in account.places if place.kind == kind)
        for kind in places
        if kind is not None
    }
    nothing: frozenset[str] = frozenset()
    return Scope(
        town_ids=own.get("town", nothing), yard_ids=own.get("yard", nothing), plant_ids=own.get("plant", nothing)
    )
