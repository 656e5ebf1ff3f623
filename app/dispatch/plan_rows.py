"""A checked plan into rows, and back from them exactly as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.dispatch import models as rows
from app.dispatch.machine_days import baler_days, truck_days
from app.dispatch.models import PLAN, PROGRAMME, PlanVersion
from app.dispatch.programme_files import Programme
from app.dispatch.season_models import Season
from solver import plan as values
from solver.plan import Plan
from solver.roads.ways import Ways
from solver.scenario import Scenario

# A driver holds the parameters of one batch in memory at once.
BATCH_ROWS = 20_000
Value = TypeVar("Value")


def store_plan(
    session: Session, season: Season, scenario: Scenario, ways: Ways, plan: Plan, programme: Programme | None
) -> PlanVersion:
    """Add the plan as the season's newest version and return it; the newest, if equal, is returned as it is.

    `scenario` is the one the plan was checked against: the season's own or its state on the plan's first morning.
    """
    digest = _content_digest(plan, programme)
    newest = session.scalar(
        select(PlanVersion).where(PlanVersion.season_id == season.id).order_by(PlanVersion.id.desc()).limit(1)
    )
    if newest is not None and newest.content_digest == digest:
        return newest
    first_day, last_day = planned_days(scenario, plan)
    version = PlanVersion(
        season_id=season.id,
        content_digest=digest,
        first_day=first_day,
        last_day=last_day,
        summary=plan.summary,
        programme_summary=None if programme is None else programme.summary,
    )
    session.add(version)
    session.flush()
    for model, things in _things(scenario, ways, plan, programme):
        _insert_in_batches(session, model, ({"plan_id": version.id, **thing} for thing in things))
    return version


def planned_days(scenario: Scenario, plan: Plan) -> tuple[date, date]:
    """Return the first and last day that the plan covers: those of its summary, else the scenario's season."""
    first, last = plan.summary.get("from"), plan.summary.get("to")
    return (
        date.fromisoformat(first) if first else scenario.season_start,
        date.fromisoformat(last) if last else scenario.season_end,
    )


def stored_plan(session: Session, version: PlanVersion) -> Plan:
    """Return the plan that was stored as this version, its rows in the order of day, machine and number."""

    def of_plan(model: Any, *order: Any) -> Any:
        return session.scalars(select(model).where(model.plan_id == version.id).order_by(*order))

    season = [r for r in of_plan(rows.PlanSeasonRow, rows.PlanSeasonRow.id) if r.source == PLAN]
    stock = [r for r in of_plan(rows.PlanStock, rows.PlanStock.day, rows.PlanStock.place_id) if r.source == PLAN]
    truck, baler, haul = rows.PlanTruckStop, rows.PlanBalerStop, rows.PlanHaul
    return Plan(
        season=_values(season, values.SeasonRow),
        baler_stops=_values(of_plan(baler, baler.day, baler.baler_id, baler.seq), values.BalerStop),
        hauls=tuple(
            values.Haul(
                day=r.day,
                haul_id=r.haul_id,
                kind=r.kind,
                origin_ids=tuple(r.origin_ids.split("+")),
                destination_id=r.destination_id,
                dry_t=r.dry_t,
                bales=r.bales,
            )
            for r in of_plan(haul, haul.day, haul.haul_id)
        ),
        truck_stops=_values(of_plan(truck, truck.day, truck.truck_id, truck.seq), values.TruckStop),
        stock=_values(stock, values.StockRow),
        unserved=_values(of_plan(rows.PlanUnserved, rows.PlanUnserved.field_id), values.UnservedRow),
        summary=version.summary,
    )


def _things(
    scenario: Scenario, ways: Ways, plan: Plan, programme: Programme | None
) -> list[tuple[Any, Iterable[dict[str, Any]]]]:
    opening = (
        {
            "field_id": f.field_id,
            "area_mu": f.area_mu,
            "dry_straw_t": f.dry_straw_t,
            "already_baled_t": f.already_baled_t,
        }
        for f in scenario.fields
    )
    things: list[tuple[Any, Iterable[dict[str, Any]]]] = [
        (rows.PlanOpening, opening),
        (rows.PlanSeasonRow, ({"source": PLAN, **_columns(r)} for r in plan.season)),
        (rows.PlanHaul, ({**_columns(h), "origin_ids": "+".join(h.origin_ids)} for h in plan.hauls)),
        (rows.PlanTruckStop, map(_columns, plan.truck_stops)),
        (rows.PlanBalerStop, map(_columns, plan.baler_stops)),
        (rows.PlanStock, ({"source": PLAN, **_columns(r)} for r in plan.stock)),
        (rows.PlanUnserved, map(_columns, plan.unserved)),
        (rows.PlanTruckDay, truck_days(scenario, ways, plan)),
        (rows.PlanBalerDay, baler_days(scenario, ways, plan)),
    ]
    if programme is not None:
        things += [
            (rows.PlanSeasonRow, ({"source": PROGRAMME, **_columns(r)} for r in programme.season)),
            (rows.PlanStock, ({"source": PROGRAMME, **_columns(r)} for r in programme.stock)),
            (rows.ProgrammeLinehaul, (asdict(r) for r in programme.linehauls)),
        ]
    return things


def _insert_in_batches(session: Session, model: Any, things: Iterable[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == BATCH_ROWS:
            session.execute(insert(model.__table__), batch)
            batch = []
    if batch:
        session.execute(insert(model.__table__), batch)


def _columns(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _values(found: Iterable[Any], value_type: type[Value]) -> tuple[Value, ...]:
    names = [field.name for field in fields(value_type)]  # type: ignore[arg-type]
    return tuple(value_type(**{name: getattr(row, name) for name in names}) for row in found)


def _content_digest(plan: Plan, programme: Programme | None) -> str:
    return hashlib.sha256(repr((plan, programme)).encode()).hexdigest()
