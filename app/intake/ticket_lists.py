"""The list of tickets: filters, order, sums; whoever is limited to places gets the tickets of these places only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.clock import business_day, now
from app.database.parts import in_parts
from app.intake.models import (
    Outcome,
    Purpose,
    TicketClosing,
    TicketRemark,
    TicketVoid,
    VoidRequest,
    Weighing,
    WeighTicket,
    WeightSource,
)
from app.intake.remarks import NOT_FOR_TRADE, RemarkKind
from app.intake.void_wishes import is_asked, is_open_wish
from yard_rules.rulebook import rulebook


class TicketState(StrEnum):
    """Follows from which rows exist."""

    OPEN = "open"
    CLOSED = "closed"
    SENT_BACK = "sent_back"
    VOID = "void"


class Mark(StrEnum):
    """How a ticket's weight came about and what it waits for, as filters ask for it."""

    TYPED = "typed"
    ESTIMATED = "estimated"
    LATE = "late"
    NOT_FOR_TRADE = "not_trade"
    VOID_ASKED = "void_asked"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilters:
    """What is asked of a list; what is empty asks nothing. `place`: kind and id with a colon between."""

    from_day: date | None = None
    to_day: date | None = None
    place: str = ""
    town_id: str = ""
    body_id: str = ""
    plate: str = ""
    purpose: str = ""
    state: str = ""
    remark: str = ""
    mark: str = ""
    sought: str = ""
    number: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is asked."""
        return any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSums:
    """Of the tickets that a list asks for: how many, and masses, bales and moisture of those that were weighed out and
    are not void. `moisture_permille` is weighted by mass, None where none was measured. What recycling points bought is
    no load: of that there is a number and a sum of its own."""

    tickets: int
    purchases: int
    bought_kg: int
    loads: int
    net_kg: int
    dry_kg: int
    bales: int
    moisture_permille: int | None


_STATE: Final[ColumnElement[str]] = case(
    (TicketVoid.ticket_id.is_not(None), TicketState.VOID.value),
    (TicketClosing.outcome == Outcome.SENT_BACK, TicketState.SENT_BACK.value),
    (TicketClosing.ticket_id.is_not(None), TicketState.CLOSED.value),
    else_=TicketState.OPEN.value,
)
_COUNTS: Final = and_(TicketClosing.ticket_id.is_not(None), TicketVoid.ticket_id.is_(None))
_IS_BLOCKED: Final = exists().where(
    TicketRemark.ticket_id == WeighTicket.id, TicketRemark.kind.in_(sorted(NOT_FOR_TRADE))
)
# Whether a ticket is for settlement: as it was closed, and as long as no remark forbids it, whenever that came.
IS_FOR_TRADE: Final[ColumnElement[bool]] = and_(TicketClosing.is_trade.is_(True), ~_IS_BLOCKED)
# What a row of the list holds.
_COLUMNS: Final = (
    WeighTicket.id,
    WeighTicket.number,
    WeighTicket.place_kind,
    WeighTicket.place_id,
    WeighTicket.business_day,
    WeighTicket.purpose,
    WeighTicket.plate,
    WeighTicket.town_id,
    WeighTicket.body_id,
    WeighTicket.grower,
    WeighTicket.origin_yard_id,
    WeighTicket.destination_id,
    WeighTicket.opened_at,
    WeighTicket.bales_declared,
    TicketClosing.closed_at,
    TicketClosing.outcome,
    TicketClosing.gross_kg,
    TicketClosing.tare_kg,
    TicketClosing.net_kg,
    TicketClosing.uncertainty_kg,
    TicketClosing.dry_kg,
    TicketClosing.bales,
    TicketClosing.moisture_permille,
    TicketClosing.acceptance,
    TicketClosing.is_estimated,
    IS_FOR_TRADE.label("is_trade"),
    TicketClosing.stored_tare_id,
    _STATE.label("state"),
)
# What a list can be sorted by, by the word in addresses.
SORTS: Final[Mapping[str, Any]] = {
    "number": WeighTicket.number,
    "opened_at": WeighTicket.opened_at,
    "place": WeighTicket.place_id,
    "plate": WeighTicket.plate,
    "net_kg": TicketClosing.net_kg,
    "dry_kg": TicketClosing.dry_kg,
    "bales": TicketClosing.bales,
    "moisture": TicketClosing.moisture_permille,
}


def ticket_rows(
    session: Session,
    scope: Scope | None,
    filters: TicketFilters,
    *,
    sort: str = "",
    descending: bool = True,
    offset: int = 0,
    limit: int | None = None,
) -> Sequence[Any]:
    """Return the tickets that are asked for, newest first where `sort` says nothing."""
    order: list[Any] = [WeighTicket.business_day.desc(), WeighTicket.opened_at.desc(), WeighTicket.id]
    if sort in SORTS:
        column = SORTS[sort]
        order.insert(0, column.desc().nulls_last() if descending else column.asc().nulls_last())
    which: Any = and_(*conditions(scope, filters))
    if limit is not None:
        # Sorting twenty thousand short rows for one page takes a fraction of what whole ones take.
        ids = session.scalars(_joined(select(WeighTicket.id)).where(which).order_by(*order).offset(offset).limit(limit))
        which = WeighTicket.id.in_(ids.all())
    return session.execute(_joined(select(*_COLUMNS)).where(which).order_by(*order)).all()


def ticket_sums(session: Session, scope: Scope | None, filters: TicketFilters) -> TicketSums:
    """Return what the tickets that are asked for come to."""
    is_load = and_(_COUNTS, TicketClosing.outcome != Outcome.BOUGHT)
    is_bought = and_(_COUNTS, TicketClosing.outcome == Outcome.BOUGHT)
    has_moisture = and_(_COUNTS, TicketClosing.moisture_permille.is_not(None))

    def summed(column: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, column), else_=0)), 0)

    row = session.execute(
        _joined(
            select(
                func.count().label("tickets"),
                summed(1, is_bought).label("purchases"),
                summed(TicketClosing.net_kg, is_bought).label("bought_kg"),
                summed(1, and_(is_load, TicketClosing.outcome != Outcome.SENT_BACK)).label("loads"),
                summed(TicketClosing.net_kg, is_load).label("net_kg"),
                summed(TicketClosing.dry_kg, is_load).label("dry_kg"),
                summed(TicketClosing.bales, and_(is_load, TicketClosing.outcome != Outcome.SENT_BACK)).label("bales"),
                summed(TicketClosing.net_kg, has_moisture).label("sampled_kg"),
                summed(TicketClosing.net_kg * TicketClosing.moisture_permille, has_moisture).label("water"),
            )
        ).where(*conditions(scope, filters))
    ).one()
    return TicketSums(
        tickets=row.tickets,
        purchases=int(row.purchases),
        bought_kg=int(row.bought_kg),
        loads=int(row.loads),
        net_kg=int(row.net_kg),
        dry_kg=int(row.dry_kg),
        bales=int(row.bales),
        moisture_permille=mean_permille(int(row.water), int(row.sampled_kg)),
    )


def marks_of(session: Session, rows: Sequence[Any]) -> dict[str, list[Mark]]:
    """Return by ticket how its weight came about, for rows of a list."""
    ids = [row.id for row in rows]
    tares = {row.stored_tare_id: row.id for row in rows if row.stored_tare_id}
    typed = set(in_parts(session, ids, lambda some: _typed(Weighing.ticket_id, some)))
    typed |= {tares[tare] for tare in in_parts(session, list(tares), lambda some: _typed(Weighing.record_id, some))}
    late = set(
        in_parts(
            session,
            ids,
            lambda some: select(TicketRemark.ticket_id).where(
                TicketRemark.ticket_id.in_(some), TicketRemark.kind == RemarkKind.LATE
            ),
        )
    )
    asked = set(
        in_parts(
            session,
            ids,
            lambda some: select(VoidRequest.ticket_id).where(VoidRequest.ticket_id.in_(some), is_open_wish()),
        )
    )
    stale = [row.id for row in rows if row.state == TicketState.OPEN and row.opened_at < forgotten_before()]
    forgotten = set(
        in_parts(session, stale, lambda some: select(WeighTicket.id).where(WeighTicket.id.in_(some), _has_come()))
    )
    found: dict[str, list[Mark]] = {}
    for row in rows:
        holds = {
            Mark.TYPED: row.id in typed,
            Mark.ESTIMATED: bool(row.is_estimated),
            Mark.LATE: row.id in late,
            Mark.NOT_FOR_TRADE: not row.is_trade and row.state == TicketState.CLOSED,
            Mark.VOID_ASKED: row.id in asked and row.state != TicketState.VOID,
            Mark.FORGOTTEN: row.id in forgotten,
        }
        found[row.id] = [mark for mark, is_so in holds.items() if is_so]
    return found


def remarks_of(session: Session, ticket_ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return by ticket its remarks (kind, said), for a list."""
    found: dict[str, list[Any]] = {}
    for row in in_parts(
        session,
        ticket_ids,
        lambda some: (
            select(TicketRemark.ticket_id, TicketRemark.kind, TicketRemark.said)
            .where(TicketRemark.ticket_id.in_(some))
            .order_by(TicketRemark.record_id, TicketRemark.kind)
        ),
        whole=True,
    ):
        found.setdefault(row.ticket_id, []).append(row)
    return found


def seen_by(scope: Scope | None) -> ColumnElement[bool]:
    """Whether a ticket may be seen: of own yards, plants and points, loads to own plants, loads from own towns."""
    if scope is None:
        return true()
    return or_(
        and_(WeighTicket.place_kind == "yard", WeighTicket.place_id.in_(scope.yard_ids)),
        and_(WeighTicket.place_kind == "plant", WeighTicket.place_id.in_(scope.plant_ids)),
        and_(WeighTicket.place_kind == "point", WeighTicket.place_id.in_(scope.point_ids)),
        WeighTicket.destination_id.in_(scope.plant_ids),
        WeighTicket.town_id.in_(scope.town_ids),
    )


def sees_growers(scope: Scope | None) -> bool:
    """Whether whose straw it is concerns somebody: a plant need not know it."""
    return scope is None or bool(scope.town_ids or scope.yard_ids or scope.point_ids)


def conditions(scope: Scope | None, filters: TicketFilters) -> list[ColumnElement[bool]]:
    """Return what holds for every ticket that is asked for; closing and void are joined."""
    kind, _colon, place_id = filters.place.partition(":")
    asked: Iterable[tuple[object, Callable[[], ColumnElement[bool]]]] = (
        (filters.from_day, lambda: WeighTicket.business_day >= filters.from_day),
        (filters.to_day, lambda: WeighTicket.business_day <= filters.to_day),
        (filters.place, lambda: and_(WeighTicket.place_kind == kind, WeighTicket.place_id == place_id)),
        (filters.town_id, lambda: WeighTicket.town_id == filters.town_id),
        (filters.body_id, lambda: WeighTicket.body_id == filters.body_id),
        (filters.plate, lambda: WeighTicket.plate.icontains(filters.plate, autoescape=True)),
        (filters.purpose, lambda: WeighTicket.purpose == filters.purpose),
        (filters.state, lambda: _STATE.in_([filters.state])),
        (filters.remark, lambda: _is_remarked(filters.remark)),
        (filters.number, lambda: WeighTicket.number == filters.number),
        (filters.mark in set(Mark), lambda: _is_marked(filters.mark)),
    )
    words = (
        or_(
            WeighTicket.number.icontains(word, autoescape=True),
            WeighTicket.plate.icontains(word, autoescape=True),
            *(
                [and_(_is_named(scope), WeighTicket.grower.icontains(word, autoescape=True))]
                if sees_growers(scope)
                else []
            ),
        )
        for word in filters.sought.split()
    )
    return [seen_by(scope), *(condition() for is_asked, condition in asked if is_asked), *words]


def _is_named(scope: Scope | None) -> ColumnElement[bool]:
    """Whether a ticket is found by its grower: who sold at a point is found by those only who work at points."""
    return true() if scope is not None and scope.point_ids else WeighTicket.purpose != Purpose.PURCHASE


def forgotten_before() -> datetime:
    """Return the moment before which no load that is open now can have been opened, unless somebody forgot it: two
    passes belong together only for so long."""
    at = now()
    return at - timedelta(hours=rulebook("weighing").whole("pair_within_h", business_day(at)))


def ticket_count(session: Session, scope: Scope | None, filters: TicketFilters) -> int:
    """Return how many tickets are asked for."""
    return int(session.scalar(_joined(select(func.count())).where(*conditions(scope, filters))) or 0)


def mean_permille(water: int, kg: int) -> int | None:
    """Return the moisture of several loads together, half a per mille going up; `water` in kg times per mille."""
    return (2 * water + kg) // (2 * kg) if kg else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChoices:
    """What the tickets that somebody may see name: what a list can be filtered by."""

    places: Sequence[tuple[str, str]]
    town_ids: Sequence[str]
    body_ids: Sequence[str]


def ticket_choices(session: Session, scope: Scope | None) -> TicketChoices:
    """Return which places, towns and collecting bodies stand on tickets."""
    places = select(WeighTicket.place_kind, WeighTicket.place_id).where(seen_by(scope)).distinct()
    towns = select(WeighTicket.town_id).where(WeighTicket.town_id.is_not(None), seen_by(scope)).distinct()
    bodies = select(WeighTicket.body_id).where(WeighTicket.body_id.is_not(None), seen_by(scope)).distinct()
    return TicketChoices(
        places=sorted((row.place_kind, row.place_id) for row in session.execute(places)),
        town_ids=sorted(filter(None, session.scalars(towns))),
        body_ids=sorted(filter(None, session.scalars(bodies))),
    )


def _joined(chosen: Any) -> Any:
    return (
        chosen.select_from(WeighTicket)
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
    )


def _is_remarked(kind: str) -> ColumnElement[bool]:
    return exists().where(TicketRemark.ticket_id == WeighTicket.id, TicketRemark.kind == kind)


def _is_marked(mark: str) -> ColumnElement[bool]:
    typed = Weighing.source == WeightSource.TYPED
    match mark:
        case Mark.TYPED:
            return or_(
                exists().where(Weighing.ticket_id == WeighTicket.id, typed),
                exists().where(Weighing.record_id == TicketClosing.stored_tare_id, typed),
            )
        case Mark.ESTIMATED:
            return TicketClosing.is_estimated.is_(True)
        case Mark.LATE:
            return _is_remarked(RemarkKind.LATE)
        case Mark.NOT_FOR_TRADE:
            return and_(_COUNTS, not_(IS_FOR_TRADE), TicketClosing.outcome != Outcome.SENT_BACK)
        case Mark.VOID_ASKED:
            return and_(is_asked(), TicketVoid.ticket_id.is_(None))
        case Mark.FORGOTTEN:
            is_open = and_(TicketClosing.ticket_id.is_(None), TicketVoid.ticket_id.is_(None))
            return and_(is_open, WeighTicket.opened_at < forgotten_before(), _has_come())
    return true()


def _has_come() -> ColumnElement[bool]:
    """Not a direct haul that was only counted at its field."""
    return or_(WeighTicket.purpose != Purpose.DIRECT_IN, exists().where(Weighing.ticket_id == WeighTicket.id))


def _typed(column: Any, some: Sequence[str]) -> Any:
    return select(column).where(column.in_(some), Weighing.source == WeightSource.TYPED)
