"""The materials that a new installation knows."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.changes import apply_import, propose
from app.registry.models import Material

_FILE = Path(__file__).with_name("materials.toml")


def ensure_materials(session: Session) -> int:
    """Add the materials whose codes the register has never had; return how many.

    What somebody has changed or withdrawn stays as it is.
    """
    known = set(session.scalars(select(Material.material_id)))
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    rows = [{"material_id": code, **entry} for code, entry in entries.items() if code not in known]
    if rows:
        proposal = propose(session, {"materials": rows}, withdraw_missing=False)
        apply_import(session, proposal.changes, source_name=_FILE.name)
    return len(rows)


@cache
def first_materials() -> frozenset[str]:
    """Return the codes that a new installation knows."""
    return frozenset(tomllib.loads(_FILE.read_text(encoding="utf-8")))


def straw_of_crop(crop: str) -> str:
    """Return the code of a crop's straw, as materials.toml has them."""
    return f"{crop}_straw"
