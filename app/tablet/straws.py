"""Which straw a tablet may name. The other streams have their own ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.registry.materials import straw_of_crop
from app.registry.models import FarmField, Material


def has_straws(session: Session) -> bool:
    """Return whether the register has ever had a straw."""
    return session.scalar(select(Material.id).where(Material.stream == "straw").limit(1)) is not None


def straws_in_use(session: Session) -> set[str]:
    """Return the codes of those that nobody has withdrawn."""
    in_use = select(Material.material_id).where(Material.stream == "straw", Material.withdrawn_at.is_(None))
    return set(session.scalars(in_use))


def straws(session: Session) -> Sequence[Any]:
    """Return the straws of the register (material_id, name, name_en), the county's usual one first: that of which its
    fields promise most.

    Where all were withdrawn it is those: a load that stands at the gate has some material all the same.
    """
    rows = session.execute(
        select(Material.material_id, Material.name, Material.name_en, Material.withdrawn_at)
        .where(Material.stream == "straw")
        .order_by(Material.id)
    ).all()
    found = [row for row in rows if row.withdrawn_at is None] or rows
    usual = _usual(session) if len(found) > 1 else []
    places = {material_id: place for place, material_id in enumerate(usual)}
    return sorted(found, key=lambda row: places.get(row.material_id, len(places)))


def _usual(session: Session) -> list[str]:
    """The straws of what the fields grow, the most first."""
    crops = session.scalars(
        select(FarmField.crop)
        .where(FarmField.withdrawn_at.is_(None))
        .group_by(FarmField.crop)
        .order_by(func.sum(FarmField.dry_straw_t).desc(), FarmField.crop)
    )
    return [straw_of_crop(crop) for crop in crops]
