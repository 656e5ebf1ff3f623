"""The planner's scenario into the register, and made from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.dispatch.scenario_rows import columns_of, hours_of, network_digest, packed_network, unpacked_network, value_of
from app.errors import NO_SEASON, Refusal
from app.registry import models as register
from app.registry.changes import Change, apply_import, propose
from app.registry.growers import named_growers
from app.registry.legal_capacity import drawn_capacities
from app.registry.models import CountyRoads, PlanningSeason, RegistryImport
from app.registry.plant_strikes import struck_off_plants
from app.registry.procedures.approvals import agreed_days
from app.registry.suspensions import suspended_yards
from app.storage.queries import closed_room_kg
from solver import scenario as values
from solver.scenario import RoadNetwork, Scenario

_SEASON_MEMBERS = tuple(
    field.name for field in fields(Scenario) if hasattr(PlanningSeason, field.name) and field.name != "id"
)
# Growers and seasons that a scenario does not name stay: it tells of one season.
_STAYING = ("growers", "seasons")


def register_scenario(session: Session, scenario: Scenario, *, source_name: str) -> RegistryImport | None:
    """Make the register say what the scenario says, as one import; None where it does.

    What the scenario does not name goes out of use.
    """
    rows = scenario_rows(scenario)
    growers, rows["fields"] = named_growers(session, rows["fields"])
    staying = {"growers": growers, "seasons": rows.pop("seasons")}
    changes: Sequence[Change] = [
        *propose(session, rows, withdraw_missing=True).changes,
        *propose(session, staying, withdraw_missing=False).changes,
    ]
    if scenario.roads is not None:
        store_roads(session, scenario.roads)
    return apply_import(session, changes, source_name=source_name) if changes else None


def scenario_from_register(session: Session, *, season_name: str | None = None) -> Scenario:
    """Return the scenario of a season, the latest one unless it is named; raises Refusal where there is none. Plants
    that are struck off are left out: nothing new is delivered to them (H16)."""
    season = _season(session, season_name)

    def in_use(model: Any) -> Any:
        return session.scalars(select(model).where(model.withdrawn_at.is_(None)).order_by(model.id))

    def stored(model: Any, value_type: type) -> tuple[Any, ...]:
        return tuple(value_of(row, value_type) for row in in_use(model))

    def within(day: date) -> bool:
        return season.season_start <= day <= season.season_end

    struck_off = struck_off_plants(session)
    network = session.scalar(select(CountyRoads.network).order_by(CountyRoads.id.desc()).limit(1))
    return Scenario(
        **{member: getattr(season, member) for member in _SEASON_MEMBERS},
        towns=stored(register.Town, values.Town),
        fields=tuple(f for f in stored(register.FarmField, values.FarmField) if _of_season(f, season)),
        yards=tuple(_lawful_yards(session, stored(register.TransferYard, values.TransferYard))),
        plants=tuple(it for it in stored(register.EndUsePlant, values.EndUsePlant) if it.plant_id not in struck_off),
        balers=stored(register.Baler, values.Baler),
        truck_classes=stored(register.TruckClass, values.TruckClass),
        trucks=stored(register.Truck, values.Truck),
        direct_hauls=tuple(
            it for it in _agreed_hauls(in_use(register.DirectHaulApproval)) if it.plant_id not in struck_off
        ),
        workable_fraction_by_date={
            row.day: row.workable_fraction for row in in_use(register.DayWeather) if within(row.day)
        },
        hours_by_place_and_date={
            (row.place_id, row.day): hours_of(row)
            for row in in_use(register.DayHours)
            if within(row.day) and row.place_id not in struck_off
        },
        roads=None if not network else unpacked_network(network),
    )


def _season(session: Session, name: str | None) -> PlanningSeason:
    chosen = select(PlanningSeason).where(PlanningSeason.withdrawn_at.is_(None))
    if name is not None:
        chosen = chosen.where(PlanningSeason.name == name)
    season = session.scalar(chosen.order_by(PlanningSeason.season_start.desc(), PlanningSeason.id.desc()).limit(1))
    if season is None:
        raise Refusal(NO_SEASON)
    return season


def _of_season(farm_field: values.FarmField, season: PlanningSeason) -> bool:
    return farm_field.clear_by >= season.season_start and farm_field.ready_date <= season.season_end


def _lawful_yards(session: Session, yards: Iterable[values.TransferYard]) -> Iterator[values.TransferYard]:
    """No yard is planned fuller than its drawing in force allows, less what could lie on stacks that are closed for a
    danger. What lies there already stays: a yard that holds more than it may counts as full, and so does one that is
    closed as a whole."""
    drawn, closed = drawn_capacities(session), suspended_yards(session)
    closed_kg = closed_room_kg(session, business_day())
    for yard in yards:
        lawful_t = yard.capacity_t
        if yard.yard_id in drawn:
            lawful_t = min(lawful_t, drawn[yard.yard_id].kg / 1000)
        lawful_t = 0.0 if yard.yard_id in closed else lawful_t - closed_kg.get(yard.yard_id, 0) / 1000
        yield yard if lawful_t == yard.capacity_t else replace(yard, capacity_t=max(lawful_t, yard.opening_stock_t))


def _agreed_hauls(approvals: Iterable[register.DirectHaulApproval]) -> Iterator[values.DirectHaulApproval]:
    """What the planner may use: approvals that all have agreed to, for the days that this covers."""
    for approval in approvals:
        days = agreed_days(approval)
        if days is not None:
            yield replace(value_of(approval, values.DirectHaulApproval), valid_from=days[0], valid_until=days[1])


def scenario_rows(scenario: Scenario) -> dict[str, Sequence[Mapping[str, Any]]]:
    """What the scenario says of each kind of record."""
    return {
        "towns": [columns_of(v) for v in scenario.towns],
        "truck_classes": [columns_of(v) for v in scenario.truck_classes],
        "plants": [columns_of(v) for v in scenario.plants],
        "yards": [columns_of(v) for v in scenario.yards],
        "fields": [columns_of(v) for v in scenario.fields],
        "trucks": [columns_of(v) for v in scenario.trucks],
        "balers": [columns_of(v) for v in scenario.balers],
        "approvals": [_approval(v) for v in scenario.direct_hauls],
        "seasons": [{member: getattr(scenario, member) for member in _SEASON_MEMBERS}],
        "weather": [{"day": d, "workable_fraction": f} for d, f in scenario.workable_fraction_by_date.items()],
        "hours": [
            {
                "place_id": place_id,
                "day": day,
                "open_min": None if hours is None else hours.open_min,
                "close_min": None if hours is None else hours.close_min,
            }
            for (place_id, day), hours in scenario.hours_by_place_and_date.items()
        ],
    }


def _approval(haul: values.DirectHaulApproval) -> dict[str, Any]:
    """An approval of the file is in force: both have agreed, by its first day at the latest."""
    return {
        "approval_id": f"{haul.town_id}-{haul.plant_id}-{haul.valid_from:%Y%m%d}",
        **columns_of(haul),
        "applied_on": haul.valid_from,
        "task_force_agreed_on": haul.valid_from,
        "company_agreed_on": haul.valid_from,
    }


def store_roads(session: Session, roads: RoadNetwork) -> None:
    """Make this network the one in use, if it is not."""
    digest = network_digest(roads)
    newest = session.scalar(select(CountyRoads.content_digest).order_by(CountyRoads.id.desc()).limit(1))
    if newest != digest:
        session.add(CountyRoads(content_digest=digest, network=packed_network(roads)))
