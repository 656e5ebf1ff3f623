"""What imports there were, and what each of them changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.registry.changes import Change, recorded_change
from app.registry.kinds import KINDS
from app.registry.models import RegistryChange, RegistryImport

_MOST_PLACES = 2_000
_IDS_AT_ONCE = 500


def imports_page(
    session: Session, *, scope: Scope | None, account_id: int, offset: int, limit: int
) -> tuple[Sequence[RegistryImport], int]:
    """Return some imports, newest first, and how many there are: somebody of a place sees their own."""
    seen = true() if scope is None else RegistryImport.account_id == account_id
    count = session.scalar(select(func.count()).select_from(RegistryImport).where(seen)) or 0
    found = session.scalars(
        select(RegistryImport).where(seen).order_by(RegistryImport.id.desc()).offset(offset).limit(limit)
    )
    return found.all(), count


def import_page(session: Session, done: RegistryImport, *, offset: int, limit: int) -> tuple[list[Change], int]:
    """Return some changes of an import, and how many there are."""
    of_import = RegistryChange.import_id == done.id
    count = session.scalar(select(func.count()).select_from(RegistryChange).where(of_import)) or 0
    found = session.scalars(
        select(RegistryChange).where(of_import).order_by(RegistryChange.id).offset(offset).limit(limit)
    )
    return [recorded_change(line) for line in found], count


def places_of(session: Session, done: RegistryImport, address: Callable[[str, str], str]) -> dict[str, Any] | None:
    """Return the places among an import's records as GeoJSON for the map, as they are now; None where there are none.

    `address` tells where a record's page is, by its kind and code.
    """
    touched: dict[str, list[str]] = {}
    lines = select(RegistryChange.key, RegistryChange.record_id).where(RegistryChange.import_id == done.id)
    placed = [key for key, kind in KINDS.items() if kind.has_place]
    for key, record_id in session.execute(
        lines.where(RegistryChange.key.in_(placed)).order_by(RegistryChange.id).limit(_MOST_PLACES)
    ):
        touched.setdefault(key, []).append(record_id)
    features = []
    for key, ids in touched.items():
        model = KINDS[key].model
        code = getattr(model, KINDS[key].table.id_keys[0])
        name = getattr(model, "name", code)
        for first in range(0, len(ids), _IDS_AT_ONCE):
            chosen = select(code, name, model.lon, model.lat).where(
                code.in_(ids[first : first + _IDS_AT_ONCE]), model.withdrawn_at.is_(None)
            )
            features += [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [lon, lat]},
                    "properties": {"name": shown, "href": address(key, record_id)},
                }
                for record_id, shown, lon, lat in session.execute(chosen)
            ]
    return {"type": "FeatureCollection", "features": features} if features else None
