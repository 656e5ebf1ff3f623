"""What the day page reads of one day: the plan's rows where the day is planned, else the programme's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.dispatch import models as rows
from app.dispatch.field_timeline import FieldTimeline
from app.dispatch.models import PLAN, PROGRAMME, PlanVersion
from app.dispatch.season_models import Season, SeasonField, SeasonPlant, SeasonWeather, SeasonYard
from app.errors import OUTSIDE_SEASON, Refusal

MASS_DECIMALS = 3
KM_DECIMALS = 2


def day_answer(
    session: Session, season: Season, version: PlanVersion, timeline: FieldTimeline, day: date
) -> dict[str, Any]:
    """Return everything that is shown of the day; raises Refusal outside the season."""
    if not season.season_start <= day <= season.season_end:
        raise Refusal(OUTSIDE_SEASON, [f"{season.season_start} – {season.season_end}"])
    source = source_of(version, day)
    trucks = truck_answers(session, version, day) if source == PLAN else []
    balers = _balers(session, version, day) if source == PLAN else []
    flows = _planned_flows(session, version, day) if source == PLAN else _programme_flows(session, season, version, day)
    unserved = _unserved(session, season, version, timeline, day)
    column = timeline.index(day)
    return {
        "date": day.isoformat(),
        "source": source,
        "figures": _figures(session, version, timeline, day, flows=flows, unserved=unserved),
        "field_states": timeline.states[column],
        "field_left_t": _rounded(timeline.left_t[:, column].tolist()),
        "field_baled_t": _rounded(timeline.lying_t[:, column].tolist()),
        **_stocks(session, season, version, day, source),
        "trucks": trucks,
        "balers": balers,
        "flows": flows,
        "unserved": unserved,
        "deviations": _deviations(version, source, flows),
    }


def days_answer(session: Session, season: Season, version: PlanVersion, timeline: FieldTimeline) -> dict[str, Any]:
    """Return the strip of days: {days: [{date, source, workable_fraction, planned_t, done_t, left_t, baled_t}]}.

    `planned_t` is what the programme wants moved that day, `done_t` what the hauls of a day planned in detail move.
    """
    weather = dict(
        session.execute(
            select(SeasonWeather.day, SeasonWeather.workable_fraction).where(SeasonWeather.season_id == season.id)
        ).all()
    )
    wanted_t = _programme_t_by_day(session, version)
    hauled_t = dict(
        session.execute(
            select(rows.PlanHaul.day, func.sum(rows.PlanHaul.dry_t))
            .where(rows.PlanHaul.plan_id == version.id)
            .group_by(rows.PlanHaul.day)
        ).all()
    )
    days = []
    for column in range(timeline.left_t.shape[1]):
        day = date.fromordinal(season.season_start.toordinal() + column)
        planned = source_of(version, day) == PLAN
        done_t = float(hauled_t.get(day, 0.0)) if planned else 0.0
        fallback_t = done_t if planned else wanted_t.get(day, 0.0)
        days.append(
            {
                "date": day.isoformat(),
                "source": PLAN if planned else PROGRAMME,
                "workable_fraction": weather.get(day, 1.0),
                "planned_t": _mass(_hauling(version, day).get("wanted_t", fallback_t)),
                "done_t": _mass(done_t),
                "left_t": _mass(float(timeline.left_t[:, column].sum())),
                "baled_t": _mass(float(timeline.baled_t[column])),
            }
        )
    return {"days": days}


def busiest_day(session: Session, season: Season, version: PlanVersion) -> date:
    """Return the planned day with most tonnes hauled; the plan's first day if nothing is hauled."""
    haul = rows.PlanHaul
    found = session.execute(
        select(haul.day)
        .where(haul.plan_id == version.id)
        .group_by(haul.day)
        .order_by(func.sum(haul.dry_t).desc(), haul.day)
        .limit(1)
    ).scalar()
    return found or min(max(version.first_day, season.season_start), season.season_end)


def source_of(version: PlanVersion, day: date) -> str:
    """Whether the day is planned in detail ("plan") or only by the season's programme ("programme")."""
    return PLAN if version.first_day <= day <= version.last_day else PROGRAMME


def _hauling(version: PlanVersion, day: date) -> dict[str, Any]:
    found = version.summary.get("hauling", {}).get(day.isoformat(), {})
    return found if source_of(version, day) == PLAN else {}


def _figures(
    session: Session,
    version: PlanVersion,
    timeline: FieldTimeline,
    day: date,
    *,
    flows: Sequence[dict[str, Any]],
    unserved: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """The strip of figures. `yuan_per_t` is the cost of the day's trucks and balers over the tonnes of its hauls."""
    hauled_t = sum(flow["dry_t"] for flow in flows)
    figures: dict[str, Any] = {
        "hauled_t": _mass(hauled_t),
        "wanted_t": _mass(_hauling(version, day).get("wanted_t", hauled_t)),
        "baled_t": _mass(float(timeline.baled_t[timeline.index(day)])),
        "unserved_t": _mass(sum(row["dry_t"] for row in unserved)),
        "cost_yuan": None,
        "yuan_per_t": None,
        "loaded_km": None,
        "empty_km": None,
        "baler_km": None,
        "gap_percent": _hauling(version, day).get("gap_percent"),
        "lower_bound_yuan": _hauling(version, day).get("lower_bound_yuan"),
        "trucks_used": 0,
        "balers_used": 0,
    }
    if source_of(version, day) == PROGRAMME:
        return figures
    truck, baler = rows.PlanTruckDay, rows.PlanBalerDay
    trucks = session.execute(
        select(func.count(), _sum(truck.cost_yuan), _sum(truck.loaded_km), _sum(truck.empty_km)).where(
            truck.plan_id == version.id, truck.day == day
        )
    ).one()
    balers = session.execute(
        select(func.count(), _sum(baler.cost_yuan), _sum(baler.km)).where(baler.plan_id == version.id, baler.day == day)
    ).one()
    cost_yuan = trucks[1] + balers[1]
    return figures | {
        "cost_yuan": round(cost_yuan, 2),
        "yuan_per_t": round(cost_yuan / hauled_t, 2) if hauled_t > 0 else None,
        "loaded_km": _km(trucks[2]),
        "empty_km": _km(trucks[3]),
        "baler_km": _km(balers[2]),
        "trucks_used": trucks[0],
        "balers_used": balers[0],
    }


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0.0)


def truck_answers(
    session: Session, version: PlanVersion, day: date, *, truck_id: str | None = None
) -> list[dict[str, Any]]:
    """Return the day's trucks, or one of them, with stops, kilometres, hours and tonnes; none on programme days."""
    stop, haul, truck_day = rows.PlanTruckStop, rows.PlanHaul, rows.PlanTruckDay
    of_day = [stop.plan_id == version.id, stop.day == day]
    if truck_id is not None:
        of_day.append(stop.truck_id == truck_id)
    kinds = {
        r.haul_id: r.kind
        for r in session.execute(
            select(haul.haul_id, haul.kind).where(
                haul.plan_id == version.id, haul.day == day, haul.haul_id.in_(select(stop.haul_id).where(*of_day))
            )
        )
    }
    totals = {
        r.truck_id: r
        for r in session.execute(
            select(truck_day.truck_id, truck_day.loaded_km, truck_day.empty_km, truck_day.hours, truck_day.dry_t).where(
                truck_day.plan_id == version.id, truck_day.day == day
            )
        )
    }
    found = session.execute(
        select(
            stop.truck_id, stop.seq, stop.haul_id, stop.place_id, stop.action,
            stop.arrive_min, stop.start_min, stop.end_min, stop.dry_t,
        )
        .where(*of_day)
        .order_by(stop.truck_id, stop.seq)
    ).all()  # fmt: skip
    return [
        {
            "id": its_id,
            "stops": [
                {
                    "seq": s.seq,
                    "haul_id": s.haul_id,
                    "kind": kinds.get(s.haul_id, ""),
                    "place_id": s.place_id,
                    "action": s.action,
                    "arrive": s.arrive_min,
                    "start": s.start_min,
                    "end": s.end_min,
                    "dry_t": _mass(s.dry_t),
                }
                for s in stops
            ],
            "loaded_km": _km(totals[its_id].loaded_km),
            "empty_km": _km(totals[its_id].empty_km),
            "hours": round(totals[its_id].hours, 2),
            "dry_t": _mass(totals[its_id].dry_t),
        }
        for its_id, stops in groupby(found, key=lambda s: s.truck_id)
    ]


def _balers(session: Session, version: PlanVersion, day: date) -> list[dict[str, Any]]:
    stop = rows.PlanBalerStop
    found = session.execute(
        select(stop.baler_id, stop.seq, stop.field_id, stop.arrive_min, stop.start_min, stop.end_min, stop.area_mu)
        .where(stop.plan_id == version.id, stop.day == day)
        .order_by(stop.baler_id, stop.seq)
    ).all()
    return [
        {
            "id": baler_id,
            "stops": [
                {
                    "seq": s.seq,
                    "field_id": s.field_id,
                    "arrive": s.arrive_min,
                    "start": s.start_min,
                    "end": s.end_min,
                    "area_mu": round(s.area_mu, 2),
                }
                for s in stops
            ],
        }
        for baler_id, stops in groupby(found, key=lambda s: s.baler_id)
    ]


def _planned_flows(session: Session, version: PlanVersion, day: date) -> list[dict[str, Any]]:
    """Tonnes by kind, origin and destination; a tour counts at each field with what it takes there."""
    stop, haul = rows.PlanTruckStop, rows.PlanHaul
    found = session.execute(
        select(haul.kind, stop.place_id, haul.destination_id, func.sum(stop.dry_t))
        .join(haul, (haul.plan_id == stop.plan_id) & (haul.day == stop.day) & (haul.haul_id == stop.haul_id))
        .where(stop.plan_id == version.id, stop.day == day, stop.action == "load")
        .group_by(haul.kind, stop.place_id, haul.destination_id)
        .order_by(haul.kind, stop.place_id, haul.destination_id)
    )
    return _flows(list(found))


def _programme_flows(session: Session, season: Season, version: PlanVersion, day: date) -> list[dict[str, Any]]:
    row, linehaul = rows.PlanSeasonRow, rows.ProgrammeLinehaul
    plant_ids = set(session.scalars(select(SeasonPlant.plant_id).where(SeasonPlant.season_id == season.id)))
    from_fields = session.execute(
        select(row.field_id, row.destination_id, func.sum(row.dry_t))
        .where(row.plan_id == version.id, row.source == PROGRAMME, row.haul_date == day)
        .group_by(row.field_id, row.destination_id)
        .order_by(row.field_id, row.destination_id)
    )
    from_yards = session.execute(
        select(linehaul.origin_id, linehaul.destination_id, linehaul.dry_t)
        .where(linehaul.plan_id == version.id, linehaul.day == day)
        .order_by(linehaul.origin_id, linehaul.destination_id)
    )
    return _flows(
        [("direct" if to in plant_ids else "collect", origin, to, dry_t) for origin, to, dry_t in from_fields]
        + [("linehaul", origin, to, dry_t) for origin, to, dry_t in from_yards]
    )


def _flows(found: Sequence[tuple[str, str, str, float]]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "origin_id": origin, "destination_id": destination, "dry_t": _mass(float(dry_t))}
        for kind, origin, destination, dry_t in found
    ]


def _programme_t_by_day(session: Session, version: PlanVersion) -> dict[date, float]:
    """Tonnes that the programme moves by day, from fields and from yards."""
    row, linehaul = rows.PlanSeasonRow, rows.ProgrammeLinehaul
    totals: dict[date, float] = defaultdict(float)
    for day, dry_t in session.execute(
        select(row.haul_date, func.sum(row.dry_t))
        .where(row.plan_id == version.id, row.source == PROGRAMME)
        .group_by(row.haul_date)
    ):
        totals[day] += dry_t
    for day, dry_t in session.execute(
        select(linehaul.day, func.sum(linehaul.dry_t)).where(linehaul.plan_id == version.id).group_by(linehaul.day)
    ):
        totals[day] += dry_t
    return totals


def _stocks(session: Session, season: Season, version: PlanVersion, day: date, source: str) -> dict[str, Any]:
    stock = rows.PlanStock
    found: dict[str, Any] = {
        r.place_id: r
        for r in session.execute(
            select(
                stock.place_id, stock.opening_t, stock.in_t, stock.out_t, stock.used_t, stock.closing_t, stock.short_t
            ).where(stock.plan_id == version.id, stock.source == source, stock.day == day)
        )
    }
    yards = session.scalars(select(SeasonYard).where(SeasonYard.season_id == season.id).order_by(SeasonYard.id))
    plants = session.scalars(select(SeasonPlant).where(SeasonPlant.season_id == season.id).order_by(SeasonPlant.id))
    return {
        "yards": [
            {
                "id": yard.yard_id,
                **_members(found.get(yard.yard_id), ("opening_t", "in_t", "out_t", "closing_t")),
                "capacity_t": yard.capacity_t,
            }
            for yard in yards
        ],
        "plants": [
            {
                "id": plant.plant_id,
                **_members(found.get(plant.plant_id), ("opening_t", "in_t", "used_t", "closing_t", "short_t")),
                "storage_t": plant.storage_t,
                "cover_days": _cover_days(found.get(plant.plant_id), plant.daily_need_t),
            }
            for plant in plants
        ],
    }


def _members(row: Any, names: Sequence[str]) -> dict[str, float | None]:
    return {name: None if row is None else _mass(getattr(row, name)) for name in names}


def _cover_days(row: Any, daily_need_t: float) -> float | None:
    return None if row is None or daily_need_t <= 0 else round(row.closing_t / daily_need_t, 1)


def _unserved(
    session: Session, season: Season, version: PlanVersion, timeline: FieldTimeline, day: date
) -> list[dict[str, Any]]:
    """Fields that keep straw past their last day, up to this one: with the plan's or the programme's reasons.

    On its last day a plan has left whatever it leaves.
    """
    row = rows.PlanUnserved
    planned = session.execute(
        select(row.field_id, row.dry_t, row.reason, row.would_be_served_if, SeasonField.clear_by)
        .join(SeasonField, (SeasonField.season_id == season.id) & (SeasonField.field_id == row.field_id))
        .where(row.plan_id == version.id, (SeasonField.clear_by <= day) | (day >= version.last_day))
        .order_by(row.dry_t.desc(), row.field_id)
    ).all()
    answer = [
        {
            "field_id": r.field_id,
            "dry_t": _mass(r.dry_t),
            "reason": r.reason,
            "would_be_served_if": r.would_be_served_if,
        }
        for r in planned
    ]
    if source_of(version, day) == PLAN:
        return answer
    column, explained = timeline.index(day), {r.field_id for r in planned}
    blocked_by = (version.programme_summary or {}).get("blocked_by")
    left_states = "l" if day < season.season_end else "grdbl"  # what is there when the season ends stays
    for i, state in enumerate(timeline.states[column]):
        if state in left_states and timeline.field_ids[i] not in explained:
            left_t = _mass(float(timeline.left_t[i, column]))
            reason, remedy = _blocked(blocked_by, timeline.field_ids[i])
            answer.append(
                {"field_id": timeline.field_ids[i], "dry_t": left_t, "reason": reason, "would_be_served_if": remedy}
            )
    return answer


def _blocked(blocked_by: Any, field_id: str) -> tuple[str, str]:
    """Reason and remedy of the programme's summary, which a stranger may have written; empty where it has none."""
    match blocked_by:
        case {**known} if field_id in known:
            match known[field_id]:
                case [str(reason), str(remedy)]:
                    return reason, remedy
    return "", ""


def _deviations(version: PlanVersion, source: str, flows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Departures from nearest plant and own town (H15, H16) among the day's flows."""
    summary = version.summary if source == PLAN else version.programme_summary or {}
    moved = {(flow["origin_id"], flow["destination_id"]) for flow in flows}
    members = ("rule", "origin_id", "destination_id", "preferred_id", "dry_t", "reason")
    return [
        {member: deviation.get(member) for member in members}
        for deviation in summary.get("allocation_deviations", [])
        if (deviation.get("origin_id"), deviation.get("destination_id")) in moved
    ]


def _mass(dry_t: float) -> float:
    return round(dry_t, MASS_DECIMALS)


def _km(km: float) -> float:
    return round(km, KM_DECIMALS)


def _rounded(masses: Sequence[float]) -> list[float]:
    return [round(mass, MASS_DECIMALS) for mass in masses]
