"""Who may write which records: county-wide ones only those who see the whole county, others those of the own town."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.permissions import Permission
from app.accounts.scope import Scope, roles_held
from app.registry.kinds import RecordKind
from app.registry.lists import record_of

# What belongs to a town, or to a yard or plant that stands in one; all other kinds are the county's.
TOWN_KINDS: Final = frozenset(
    {
        "growers", "collecting_bodies", "plants", "yards", "recycling_points", "fields", "trucks", "balers",
        "purchased_machines", "material_uses",
    }
)  # fmt: skip
# What only a procedure writes (app/registry/procedures/approvals.py): no form and no import.
PROCEDURE_KINDS: Final = frozenset({"approvals"})
# Members of other kinds that a procedure writes (app/registry/procedures/filings.py).
PROCEDURE_MEMBERS: Final = {"collecting_bodies": frozenset({"filing_proposed_on", "filed_on", "filing_number"})}


def writing_scope(account: Account, permission: Permission = Permission.WRITE_REGISTRY) -> Scope | None:
    """Return where the account may do this: None everywhere, else in these towns.

    Other roles of the account may let it see more: what may be written goes by the roles that let it write.
    """
    roles = [kind for kind in roles_held(account) if permission in kind.permissions]
    if any(kind.place is None for kind in roles):
        return None
    is_of_town = any(kind.place == "town" for kind in roles)
    towns = (place.place_id for place in account.places if place.kind == "town")
    return Scope(town_ids=frozenset(towns) if is_of_town else frozenset())


def may_write_kind(kind: RecordKind, scope: Scope | None) -> bool:
    """Whether somebody who writes in this scope may write records of the kind at all."""
    return kind.key not in PROCEDURE_KINDS and (scope is None or kind.key in TOWN_KINDS)


def writable_record(session: Session, kind: RecordKind, record_id: str, scope: Scope | None) -> Any | None:
    """The record, where somebody who writes in this scope may change it; None where not, or where there is none."""
    return record_of(session, kind.key, record_id, scope=scope) if may_write_kind(kind, scope) else None
