"""The registry's lists: what there is of each kind, searched, sorted and limited to what somebody may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, and_, cast, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.registry.kinds import RecordKind, kind_of


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some of the records, and how many there are in all."""

    rows: Sequence[Any]
    count: int


def list_page(
    session: Session,
    key: str,
    *,
    scope: Scope | None,
    sought: str = "",
    withdrawn: bool = False,
    where: Sequence[ColumnElement[bool]] = (),
    order: Any | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> ListPage:
    """Records whose texts contain every word of `sought`, by `order`, then in the order they came in.

    Those in use, or with `withdrawn` those that are not; of them those for which every condition of `where` holds.
    app.registry.filters makes `where` and `order`.
    """
    kind = kind_of(key)
    chosen = select(kind.model).where(is_asked(kind, scope=scope, sought=sought, withdrawn=withdrawn), *where)
    count = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    if order is not None:
        chosen = chosen.order_by(order)
    rows = session.scalars(chosen.order_by(kind.model.id).offset(offset).limit(limit)).all()
    return ListPage(rows, count)


def points_of(session: Session, kind: RecordKind, where: ColumnElement[bool]) -> list[tuple[float, float, str, str]]:
    """Longitude, latitude, id and name of the records that lie somewhere, for a map of all of them."""
    own_id = getattr(kind.model, kind.table.id_keys[0])
    name = getattr(kind.model, "name", own_id)
    found = select(kind.model.lon, kind.model.lat, own_id, name).where(where).order_by(kind.model.id)
    return [(lon, lat, record_id, its_name) for lon, lat, record_id, its_name in session.execute(found)]


def is_asked(kind: RecordKind, *, scope: Scope | None, sought: str, withdrawn: bool) -> ColumnElement[bool]:
    """Whether a record may be seen, contains every word of `sought` and is in use, or with `withdrawn` is not."""
    in_use = kind.model.withdrawn_at.is_not(None) if withdrawn else kind.model.withdrawn_at.is_(None)
    return and_(seen_by(kind, scope), in_use, *(_contains(kind, word) for word in sought.split()))


def record_of(session: Session, key: str, record_id: str, *, scope: Scope | None) -> Any | None:
    """The record with this id, withdrawn or not; None where there is none, or none that may be seen."""
    kind = kind_of(key)
    try:
        is_record = kind.is_record(record_id)
    except ValueError:
        return None
    return session.scalar(select(kind.model).where(is_record, seen_by(kind, scope)))


def seen_by(kind: RecordKind, scope: Scope | None) -> ColumnElement[bool]:
    """Own places and what stands in one's own town; machines go with the yard that they start from."""
    if scope is None:
        return true()
    model: Any = kind.model
    within: ColumnElement[bool]
    match kind.key:
        case "truck_classes" | "materials" | "seasons" | "weather":
            within = true()
        case "towns" | "fields" | "growers" | "collecting_bodies" | "purchased_machines" | "material_uses":
            within = model.town_id.in_(scope.town_ids)
        case "yards":
            within = or_(model.yard_id.in_(scope.yard_ids), model.town_id.in_(scope.town_ids))
        case "recycling_points":
            within = or_(model.point_id.in_(scope.point_ids), model.town_id.in_(scope.town_ids))
        case "plants" | "approvals":
            within = or_(model.plant_id.in_(scope.plant_ids), model.town_id.in_(scope.town_ids))
        case "trucks" | "balers":
            within = model.home_yard_id.in_(_own_places("yards", scope))
        case "scales" | "meters":
            within = or_(
                model.yard_id.in_(_own_places("yards", scope)), model.plant_id.in_(_own_places("plants", scope))
            )
        case "hours":
            within = or_(
                model.place_id.in_(_own_places("yards", scope)), model.place_id.in_(_own_places("plants", scope))
            )
        case _:
            within = false()
    return within


def _own_places(key: str, scope: Scope) -> Select[Any]:
    kind = kind_of(key)
    return select(getattr(kind.model, kind.table.id_keys[0])).where(seen_by(kind, scope))


def _contains(kind: RecordKind, word: str) -> ColumnElement[bool]:
    texts = [getattr(kind.model, column.key) for column in kind.columns]
    return or_(
        *(text.icontains(word, autoescape=True) for text in texts if isinstance(text.type, String)),
        *(cast(text, String).startswith(word, autoescape=True) for text in texts if isinstance(text.type, Date)),
    )
