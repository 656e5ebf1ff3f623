"""The roles there are; what each may do comes with the capabilities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoleKind:
    """`demo_email` logs in with this role in a demonstration; .example is nobody's domain (RFC 2606)."""

    name: str
    description: str
    demo_email: str


ROLES = (
    RoleKind("dispatcher", "Plans the hauls of the franchise company", "dispatcher@demo.example"),
    RoleKind("attendant", "Receives loads at a transfer yard", "attendant@demo.example"),
    RoleKind("plant", "Receives straw at an end-use plant", "plant@demo.example"),
    RoleKind("town_official", "Looks after one town's collection", "town@demo.example"),
    RoleKind("city_official", "Looks after the whole county", "city@demo.example"),
    RoleKind("administrator", "Runs this installation", "admin@demo.example"),
)
DISPATCHER = ROLES[0].name
