"""What a load is said to be and where it is said to come from, though the register has never heard of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from sqlalchemy import literal, select, union_all

from app.database.lists import among
from app.intake.arriving import Remark
from app.intake.books import Books, Key
from app.intake.remarks import RemarkKind
from app.registry.materials import first_materials
from app.registry.models import FarmField, Material, Town
from yard_rules.bale_mass import BaleKind

_FIELD, _MATERIAL, _TOWN = "field", "material", "town"
_REMARKS: Final = {
    _MATERIAL: RemarkKind.UNKNOWN_MATERIAL,
    "bales": RemarkKind.UNKNOWN_BALE_KIND,
    _TOWN: RemarkKind.UNKNOWN_TOWN,
    _FIELD: RemarkKind.UNKNOWN_FIELD,
}
# Those of past seasons, too: what is withdrawn was known once.
_KNOWN = union_all(
    *(
        select(literal(kind).label("kind"), column.label("id")).where(among(column, kind))
        for kind, column in (
            (_FIELD, FarmField.__table__.c.field_id),
            (_MATERIAL, Material.__table__.c.material_id),
            (_TOWN, Town.__table__.c.town_id),
        )
    )
)


class _Goods(Protocol):
    @property
    def material_id(self) -> str: ...
    @property
    def bale_kind(self) -> str: ...


class _Source(Protocol):
    @property
    def town_id(self) -> str | None: ...
    @property
    def field_ids(self) -> list[str]: ...


def unknown_things(books: Books, ticket_id: str, goods: _Goods, source: _Source) -> list[Remark]:
    """What of these ids is none. The truck is there all the same, so it is remarked and not refused."""
    keys = _asked(goods, source)
    known = _things(books, keys)
    lacking = {kind: [it for of, it in keys if of == kind and not known[of, it]] for kind in _REMARKS}
    if goods.bale_kind not in set(BaleKind):
        lacking["bales"] = [goods.bale_kind]
    return [Remark(_REMARKS[kind], ticket_id, {"ids": ids}) for kind, ids in lacking.items() if ids]


def foresee_things(books: Books, loads: Sequence[tuple[_Goods, _Source]]) -> None:
    """Ask at once for what `unknown_things` needs of all of these."""
    _things(books, [key for goods, source in loads for key in _asked(goods, source)])


def _asked(goods: _Goods, source: _Source) -> list[Key]:
    """What the register is asked for: not the straws that every installation knows."""
    keys: list[Key] = [(_FIELD, it) for it in dict.fromkeys(source.field_ids)]
    if source.town_id is not None:
        keys.append((_TOWN, source.town_id))
    if goods.material_id not in first_materials():
        keys.append((_MATERIAL, goods.material_id))
    return keys


def _things(books: Books, keys: Sequence[Key]) -> Any:
    def read(missing: Sequence[Key]) -> dict[Key, bool]:
        asked = {kind: [it for of, it in missing if of == kind] for kind in (_FIELD, _MATERIAL, _TOWN)}
        return {(row.kind, row.id): True for row in books.connection.execute(_KNOWN, asked)} if missing else {}

    return books.known("things", keys, read)
