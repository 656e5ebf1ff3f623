"""Whose things somebody may see: all of them, or those of the town, yard, plant or point that they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.models import Account
from app.accounts.permissions import Permission
from app.accounts.roles import BY_NAME, RoleKind, gate_roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The places of somebody who sees nothing beyond them, by their ids."""

    town_ids: frozenset[str] = frozenset()
    yard_ids: frozenset[str] = frozenset()
    plant_ids: frozenset[str] = frozenset()
    point_ids: frozenset[str] = frozenset()

    def of(self, place_kind: str) -> frozenset[str]:
        """The own places of a kind."""
        by_kind = {"town": self.town_ids, "yard": self.yard_ids, "plant": self.plant_ids, "point": self.point_ids}
        return by_kind.get(place_kind, frozenset())


def roles_held(account: Account) -> tuple[RoleKind, ...]:
    """The account's roles; with a PIN only those of the gate where it was given: what offices may do takes a
    password."""
    roles = tuple(BY_NAME[role.name] for role in account.roles if role.name in BY_NAME)
    if account.signed_in_at is None:
        return roles
    return tuple(kind for kind in roles if not kind.office and kind.place == account.signed_in_at[0])


def works_at(account: Account, kind: str, place_id: str) -> bool:
    """Whether the account has a role of the gate of such places and belongs to this yard or plant."""
    at_the_gate = any(role.name in gate_roles(kind) for role in account.roles)
    return at_the_gate and any((place.kind, place.place_id) == (kind, place_id) for place in account.places)


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
        town_ids=own.get("town", nothing),
        yard_ids=own.get("yard", nothing),
        plant_ids=own.get("plant", nothing),
        point_ids=own.get("point", nothing),
    )
