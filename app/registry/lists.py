"""The registry's lists: what there is of each kind, searched, sorted and limited to what somebody may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, cast, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.file_exchange.columns import Column, Table
from app.file_exchange.registry_columns import REGISTRY_TABLES
from app.registry.models import Baler, EndUsePlant, FarmField, Season, Town, TransferYard, Truck, TruckClass

# By the key of their table in REGISTRY_TABLES, in the order of the pages.
MODELS: Final[Mapping[str, Any]] = {
    "fields": FarmField,
    "yards": TransferYard,
    "plants": EndUsePlant,
    "trucks": Truck,
    "balers": Baler,
    "truck_classes": TruckClass,
    "towns": Town,
}


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some of the rows, and how many there are in all."""

    rows: Sequence[Any]
    count: int


@cache
def columns_of(key: str) -> tuple[Column, ...]:
    """The columns of a table that the season's rows have; the first is the id."""
    return tuple(column for column in REGISTRY_TABLES[key].columns if hasattr(MODELS[key], column.key))


def table_of(key: str) -> Table:
    return REGISTRY_TABLES[key]


def list_page(
    session: Session,
    season: Season,
    key: str,
    *,
    scope: Scope | None,
    sought: str = "",
    sort: str = "",
    descending: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> ListPage:
    """Rows of a table whose texts contain every word of `sought`, by the column `sort`, else as they were imported."""
    model = MODELS[key]
    chosen = _visible(season, key, scope).where(*(_contains(key, word) for word in sought.split()))
    count = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    by = next((getattr(model, column.key) for column in columns_of(key) if column.key == sort), None)
    if by is not None:
        chosen = chosen.order_by(by.desc() if descending else by)
    rows = session.scalars(chosen.order_by(model.id).offset(offset).limit(limit)).all()
    return ListPage(rows, count)


def thing(session: Session, season: Season, key: str, id_: str, *, scope: Scope | None) -> Any | None:
    """The row with this id; None where there is none, or none that may be seen."""
    own_id = getattr(MODELS[key], columns_of(key)[0].key)
    return session.scalar(_visible(season, key, scope).where(own_id == id_))


def _visible(season: Season, key: str, scope: Scope | None) -> Select[Any]:
    model = MODELS[key]
    return select(model).where(model.season_id == season.id, true() if scope is None else _within(season, key, scope))


def _within(season: Season, key: str, scope: Scope) -> ColumnElement[bool]:
    """Own places and what stands in one's own town; machines go with the yard that they start from."""
    model: Any = MODELS[key]
    within: ColumnElement[bool]
    match key:
        case "truck_classes":
            within = true()
        case "towns" | "fields":
            within = model.town_id.in_(scope.town_ids)
        case "yards":
            within = or_(model.yard_id.in_(scope.yard_ids), model.town_id.in_(scope.town_ids))
        case "plants":
            within = or_(model.plant_id.in_(scope.plant_ids), model.town_id.in_(scope.town_ids))
        case "trucks" | "balers":
            own_yards = _within(season, "yards", scope)
            yards = select(TransferYard.yard_id).where(TransferYard.season_id == season.id, own_yards)
            within = model.home_yard_id.in_(yards)
        case _:
            within = false()
    return within


def _contains(key: str, word: str) -> ColumnElement[bool]:
    model = MODELS[key]
    texts = [getattr(model, column.key) for column in columns_of(key)]
    return or_(
        *(text.icontains(word, autoescape=True) for text in texts if isinstance(text.type, String)),
        *(
            cast(text, String).startswith(word, autoescape=True)
            for text in texts
            if text.key.endswith("_date") or text.key == "clear_by"
        ),
    )
