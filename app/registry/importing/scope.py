"""Who may import what: the county's own records those who see all of it, a town's records its official."""

from __future__ import annotations

from app.accounts.scope import Scope
from app.errors import NO_SUCH_LIST, Refusal
from app.registry.importing.files import IMPORTED_KINDS, SCENARIO
from app.registry.kinds import KINDS
from app.registry.writing import may_write_kind


def importable_keys(scope: Scope | None) -> tuple[str, ...]:
    """Return the kinds that somebody who writes in this scope may import, in the order of the register."""
    return tuple(key for key in IMPORTED_KINDS if may_write_kind(KINDS[key], scope))


def refuse_other_keys(key: str, scope: Scope | None) -> None:
    """Raise Refusal where somebody who writes in this scope may not import this kind, or there is none such."""
    if key not in importable_keys(scope) and not (key == SCENARIO and scope is None):
        raise Refusal(NO_SUCH_LIST, [key])
