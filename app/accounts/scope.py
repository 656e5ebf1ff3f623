"""Whose things somebody may see: all of them, or those of the town, yard or plant that they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.models import Account
from app.accounts.permissions import Permission
from app.accounts.roles import BY_NAME, RoleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The places of somebody who sees nothing beyond them, by their ids."""

    town_ids: frozenset[str] = frozenset()
    yard_ids: frozenset[str] = frozenset()
    plant_ids: frozenset[str] = frozenset()


def roles_held(account: Account) -> tuple[RoleKind, ...]:
    """The account's roles; with a PIN only those of the yard: what offices may do takes a password."""
    roles = (BY_NAME[role.name] for role in account.roles if role.name in BY_NAME)
    return tuple(kind for kind in roles if account.signed_in_at is None or not kind.office)


def works_at(account: Account, kind: str, place_id: str) -> bool:
    """Whether the account has a role of the yard and belongs to this yard or plant."""
    in_the_yard = any(BY_NAME[role.name].office is False for role in account.roles if role.name in BY_NAME)
    return in_the_yard and any((place.kind, place.place_id) == (kind, place_id) for place in account.places)


def scope_of(account: Account, permission: Permission | None = None) -> Scope | None:
    """What the account is limited to; None where one of its roles sees the whole county. With a PIN it is the place of
    the tablet. `permission`: only roles that include it count, for other roles may see more than they let do."""
    if account.signed_in_at is not None:
        kind_here, id_here = account.signed_in_at
        here = frozenset({id_here})
        return Scope(yard_ids=here) if kind_here == "yard" else Scope(plant_ids=here)
    roles = roles_held(account)
    places = {kind.place for kind in roles if permission is None or permission in kind.permissions}
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
