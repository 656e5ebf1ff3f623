"""Take scenarios and plans in from their folders. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from app.dispatch.models import PlanVersion
from app.dispatch.plan_rows import store_plan
from app.dispatch.programme_files import Programme, read_programme
from app.dispatch.queries import current_season
from app.dispatch.register_scenario import register_scenario, scenario_from_register
from app.dispatch.scenario_rows import scenario_of, store_scenario
from app.dispatch.season_models import Season
from app.errors import BAD_SCENARIO, BROKEN_PLAN, FOREIGN_PLAN, UNREADABLE_PLAN, Refusal
from solver.plan_check import check_plan
from solver.plan_files import PlanUnreadable, read_plan
from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import ScenarioFaults, read_scenario

SCENARIO_FOLDER = "scenario"
PROGRAMME_FOLDER = "programme"
UNKNOWN_SHOWN = 20


def import_scenario(session: Session, folder: Path) -> Season:
    """Make the register say what `folder` says, and return the season made of it; raises Refusal with every fault."""
    scenario = _read_scenario(folder)
    register_scenario(session, scenario, source_name=folder.resolve().name)
    return store_scenario(session, scenario_from_register(session, season_name=scenario.name))


def import_plan(session: Session, folder: Path, *, cache_folder: Path | None = None) -> PlanVersion:
    """Store the plan in `folder` as its season's newest version.

    It is checked against the scenario that lies beside it (`scenario`), else against the county as it is. Raises
    Refusal where it cannot be read, breaks a rule or is about another county.
    """
    own_scenario = folder / SCENARIO_FOLDER
    scenario = _read_scenario(own_scenario) if own_scenario.is_dir() else None
    try:
        plan = read_plan(folder)
    except PlanUnreadable as unreadable:
        raise Refusal(UNREADABLE_PLAN, [str(fault) for fault in unreadable.faults]) from unreadable
    programme = read_programme(folder / PROGRAMME_FOLDER)
    season, scenario = _season_of(session, scenario, programme)
    violations = check_plan(scenario, plan)
    if violations:
        raise Refusal(BROKEN_PLAN, [_violation_text(v) for v in violations])
    return store_plan(session, season, scenario, ways_of(scenario, cache_folder=cache_folder), plan, programme)


def _season_of(session: Session, own: Scenario | None, programme: Programme | None) -> tuple[Season, Scenario]:
    """The season that knows all that a plan speaks of, and what the plan is checked against: its own scenario, if any.

    A plan is made of the register as it was a while ago: the season made of what it says now goes before the one that
    is shown, which is right where something has been withdrawn meanwhile.
    """
    shown = current_season(session)
    county = scenario_from_register(session, season_name=shown.name)
    unknown = list(_unknown_things(county, own or county, programme))
    if not unknown:
        return store_scenario(session, county), own or county
    county = scenario_of(session, shown)
    if any(_unknown_things(county, own or county, programme)):
        raise Refusal(FOREIGN_PLAN, _shortened(unknown))
    return shown, own or county


def _read_scenario(folder: Path) -> Scenario:
    try:
        return read_scenario(folder)
    except ScenarioFaults as faulty:
        raise Refusal(BAD_SCENARIO, [str(fault) for fault in faulty.faults]) from faulty


def _unknown_things(county: Scenario, scenario: Scenario, programme: Programme | None) -> Iterator[str]:
    """What the plan speaks of and the imported county does not know; a checked plan speaks of `scenario` only."""
    if scenario.season_start < county.season_start or scenario.season_end > county.season_end:
        yield f"{scenario.season_start} – {scenario.season_end}: {county.season_start} – {county.season_end}"
    for known, named in (
        (county.field_by_id, scenario.field_by_id),
        (county.yard_by_id, scenario.yard_by_id),
        (county.plant_by_id, scenario.plant_by_id),
        (county.baler_by_id, scenario.baler_by_id),
        (county.truck_by_id, scenario.truck_by_id),
    ):
        yield from (thing_id for thing_id in named if thing_id not in known)
    if programme is None:
        return
    places = {*county.yard_by_id, *county.plant_by_id}
    named_places = {row.destination_id for row in programme.season} | {row.place_id for row in programme.stock}
    named_places |= {thing for row in programme.linehauls for thing in (row.origin_id, row.destination_id)}
    yield from sorted(named_places - places)
    yield from sorted({row.field_id for row in programme.season} - set(county.field_by_id))


def _shortened(unknown: list[str]) -> list[str]:
    rest = len(unknown) - UNKNOWN_SHOWN
    return [*unknown[:UNKNOWN_SHOWN], f"… + {rest}"] if rest > 0 else unknown


def _violation_text(violation: object) -> str:
    rule, file, row, message = (getattr(violation, name) for name in ("rule", "file", "row", "message"))
    place = file if row is None else f"{file}, row {row}"
    return f"rule {rule}: {place}: {message}"
