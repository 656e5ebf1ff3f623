"""The tables that the detectors look at, made from tickets, stock and the register as they are known now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, Final

import pandas as pd
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.clock import COUNTY_ZONE
from app.database.parts import in_parts
from app.intake.models import (
    MoistureSample,
    Outcome,
    Purpose,
    TicketClosing,
    TicketVoid,
    Weighing,
    WeighTicket,
    WeightSource,
)
from app.intake.record_models import GateRecord
from app.registry.legal_capacity import drawn_capacities
from app.registry.models import DayHours, EndUsePlant, FarmField, Material, Scale, TransferYard
from app.storage.balances import stack_contents
from app.storage.models import COUNT, DRYING, StockTransfer
from app.verification.queries import STRAW
from yard_rules.verification.records import CountyRecords

# As long as a season of straw lasts: what a field gave, what a truck carries, how a baler presses.
HISTORY: Final = timedelta(days=92)
_DAY_MIN: Final = 1440
# Of a scale that nobody entered in the register.
_USUAL_DIVISION_KG: Final = 20
_TICKET = (
    *(WeighTicket.id, WeighTicket.number, WeighTicket.place_kind, WeighTicket.place_id, WeighTicket.day_number),
    *(WeighTicket.business_day, WeighTicket.purpose, WeighTicket.plate, WeighTicket.body_id, WeighTicket.field_ids),
    *(WeighTicket.origin_yard_id, WeighTicket.destination_id, WeighTicket.material_id, WeighTicket.opened_at),
    *(TicketClosing.outcome, TicketClosing.bales, TicketClosing.gross_kg, TicketClosing.tare_kg, TicketClosing.net_kg),
    *(TicketClosing.moisture_permille, TicketClosing.sample_id, TicketClosing.photos, TicketClosing.closed_at),
    *(WeighTicket.record_id, TicketVoid.voided_at),
)
_COLUMNS = (
    *("ticket_id", "number", "place_kind", "place_id", "day_number", "business_day", "purpose", "plate", "body_id"),
    *("field_ids", "origin_yard_id", "destination_id", "bales", "gross_kg", "tare_kg", "net_kg", "moisture_permille"),
    *("readings", "is_typed", "is_void", "opened_at", "closed_at", "lon", "lat", "photos"),
)


def county_records(session: Session, first_day: date, last_day: date) -> CountyRecords:
    """Return the tables of these business days, with the tickets of the season before them as history.

    Loads that were sent back, are not closed or are no straw keep their numbers and count for nothing. Road distances
    are left to the detectors: they take the straight line, which is in the suspect's favour.
    """
    since = first_day - HISTORY
    rows = session.execute(
        select(*_TICKET)
        .outerjoin(TicketClosing, TicketClosing.ticket_id == WeighTicket.id)
        .outerjoin(TicketVoid, TicketVoid.ticket_id == WeighTicket.id)
        .where(WeighTicket.business_day.between(since, last_day))
        .order_by(WeighTicket.opened_at, WeighTicket.id)
    ).all()
    first = min((row.business_day for row in rows), default=first_day)
    return CountyRecords(
        tickets=_tickets(session, rows, first_day),
        places=_places(session, first, last_day),
        fields=_fields(session, {code for row in rows for code in row.field_ids}),
        distances=pd.DataFrame(columns=["from_id", "to_id", "km"]),
        zone=COUNTY_ZONE,
    )


def _tickets(session: Session, rows: Sequence[Any], first_day: date) -> pd.DataFrame:
    others = set(session.scalars(select(Material.material_id).where(Material.stream != STRAW)))
    readings = _readings(session, [row.sample_id for row in rows if row.sample_id])
    weighings = _weighings(session, [row.id for row in rows])
    wheres = _wheres(session, [row.record_id for row in rows if row.business_day >= first_day])
    made = pd.DataFrame(
        [
            _ticket(row, others, readings.get(row.sample_id, ()), weighings[row.id], wheres.get(row.record_id))
            for row in rows
        ],
        columns=list(_COLUMNS),
    )
    for column in ("opened_at", "closed_at"):
        made[column] = pd.to_datetime(made[column], utc=True)
    return made


def _ticket(
    row: Any,
    others: set[str],
    readings: tuple[int, ...],
    weighings: Sequence[Any],
    where: Mapping[str, Any] | None,
) -> tuple[Any, ...]:
    stands = row.voided_at is None and row.outcome not in (None, Outcome.SENT_BACK) and row.material_id not in others
    photos = dict.fromkeys(photo for photos in (*(it.photos for it in weighings), row.photos or ()) for photo in photos)
    # A direct haul's ticket may begin at its field: at the plant it is when it is weighed there.
    is_direct = row.purpose == Purpose.DIRECT_IN
    opened_at = min((it.weighed_at for it in weighings), default=row.opened_at) if is_direct else row.opened_at
    return (
        *(row.id, row.number, row.place_kind, row.place_id, row.day_number, row.business_day, row.purpose, row.plate),
        *(row.body_id, tuple(row.field_ids), row.origin_yard_id, row.destination_id, row.bales, row.gross_kg),
        *(row.tare_kg, row.net_kg, row.moisture_permille, readings),
        any(it.source == WeightSource.TYPED for it in weighings),
        not stands,
        *(opened_at, row.closed_at),
        *((None, None) if where is None or is_direct else (where["lon"], where["lat"])),
        tuple(photos),
    )


def _readings(session: Session, sample_ids: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """The readings that count, per mille, by their sample."""
    found = in_parts(
        session,
        list(sample_ids),
        lambda some: select(MoistureSample.record_id, MoistureSample.readings).where(
            MoistureSample.record_id.in_(some)
        ),
        whole=True,
    )
    return {row.record_id: tuple(permille for _bale, permille in row.readings) for row in found}


def _weighings(session: Session, ticket_ids: Iterable[str]) -> Mapping[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in in_parts(
        session,
        list(ticket_ids),
        lambda some: select(Weighing.ticket_id, Weighing.source, Weighing.photos, Weighing.weighed_at).where(
            Weighing.ticket_id.in_(some)
        ),
        whole=True,
    ):
        found[row.ticket_id].append(row)
    return found


def _wheres(session: Session, record_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Where devices were, by the record that they made, as far as they told it."""
    found = in_parts(
        session,
        list(record_ids),
        lambda some: select(GateRecord.id, GateRecord.text).where(GateRecord.id.in_(some)),
        whole=True,
    )
    told = {row.id: json.loads(row.text).get("where") for row in found}
    return {record_id: where for record_id, where in told.items() if where is not None}


def _places(session: Session, first_day: date, last_day: date) -> pd.DataFrame:
    """Yards and plants, also those that are out of use by now."""
    divisions = _divisions(session)
    hours = _widest_hours(session, first_day, last_day)
    drawn = drawn_capacities(session)
    rows: list[dict[str, Any]] = []
    for yard in session.scalars(select(TransferYard).order_by(TransferYard.id)):
        capacity_kg = yard.capacity_t * 1000
        if yard.yard_id in drawn:
            capacity_kg = min(capacity_kg, drawn[yard.yard_id].kg)
        held = {"capacity_kg": capacity_kg, "opening_kg": _opening_kg(session, yard, first_day, last_day)}
        rows.append({"place_kind": "yard", **_place(yard.yard_id, yard, hours, divisions), **held})
    plants = session.scalars(select(EndUsePlant).order_by(EndUsePlant.id))
    rows += [{"place_kind": "plant", **_place(it.plant_id, it, hours, divisions)} for it in plants]
    columns = ["place_kind", "place_id", "lon", "lat", "opens", "closes", "division_kg", "capacity_kg", "opening_kg"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates("place_id")


def _place(
    code: str, hub: TransferYard | EndUsePlant, hours: Mapping[str, tuple[int, int]], divisions: Mapping[str, int]
) -> dict[str, Any]:
    open_min, close_min = hours.get(code, (hub.open_min, hub.close_min))
    open_min, close_min = min(open_min, hub.open_min), max(close_min, hub.close_min)
    # A place that is open past midnight is never surely shut.
    if close_min >= _DAY_MIN:
        open_min, close_min = 0, _DAY_MIN - 1
    return {
        "place_id": code,
        "lon": hub.lon,
        "lat": hub.lat,
        "opens": time(open_min // 60, open_min % 60),
        "closes": time(close_min // 60, close_min % 60),
        "division_kg": divisions.get(code, _USUAL_DIVISION_KG),
    }


def _divisions(session: Session) -> dict[str, int]:
    """The coarsest scale of each place."""
    code = func.coalesce(Scale.yard_id, Scale.plant_id)
    return {
        place: division
        for place, division in session.execute(select(code, func.max(Scale.division_kg)).group_by(code))
        if place is not None
    }


def _widest_hours(session: Session, first_day: date, last_day: date) -> dict[str, tuple[int, int]]:
    """From the earliest opening to the latest closing of days that have hours of their own."""
    found: dict[str, tuple[int, int]] = {}
    for row in session.scalars(
        select(DayHours).where(DayHours.withdrawn_at.is_(None), DayHours.day.between(first_day, last_day))
    ):
        if row.open_min is not None and row.close_min is not None:
            open_min, close_min = found.get(row.place_id, (row.open_min, row.close_min))
            found[row.place_id] = min(open_min, row.open_min), max(close_min, row.close_min)
    return found


def _opening_kg(session: Session, yard: TransferYard, first_day: date, last_day: date) -> float:
    """What lay in the yard before the first day, and what counting found there or missed since; what the register says
    where nothing was ever brought in before."""
    before = stack_contents(session, yard.yard_id, until_day=first_day - timedelta(days=1))
    stored_kg = sum(it.kg for it in before.values()) if before else 1000 * yard.opening_stock_t
    beside, kg = (COUNT, DRYING), StockTransfer.kg
    signed = case((StockTransfer.from_account.in_(beside), kg), (StockTransfer.to_account.in_(beside), -kg), else_=0)
    counted_kg = session.scalar(
        select(func.sum(signed)).where(
            StockTransfer.yard_id == yard.yard_id, StockTransfer.business_day.between(first_day, last_day)
        )
    )
    return float(stored_kg) + int(counted_kg or 0)


def _fields(session: Session, codes: set[str]) -> pd.DataFrame:
    """The fields that tickets name. All straw of a field may be collected: what a harvest leaves is in its favour."""
    columns = (FarmField.field_id, FarmField.crop, FarmField.area_mu, FarmField.lon, FarmField.lat)
    found = in_parts(
        session,
        sorted(codes),
        lambda some: select(*columns, FarmField.dry_straw_t).where(FarmField.field_id.in_(some)),
        whole=True,
    )
    return pd.DataFrame(
        [(*row[:5], 1000 * row.dry_straw_t if row.dry_straw_t > 0 else None) for row in found],
        columns=["field_id", "crop", "area_mu", "lon", "lat", "collectable_kg"],
    )
