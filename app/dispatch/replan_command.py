"""`strawline replan`: a plan repaired from now on, after what has happened."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click
from flask_babel import gettext
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.command_group import LANGUAGES_OF_COMMANDS
from app.dispatch.event_texts import fault_text
from app.dispatch.plan_scenario import scenario_of
from app.dispatch.planning_commands import CACHE_FOLDER
from app.i18n import spoken
from solver.plan_files import PlanUnreadable, read_plan, write_plan
from solver.programme_files import remove_programme
from solver.replan import MomentOutsidePlan, Replanned, changed_scenario, replan
from solver.replan.events import EventFaults, Events, read_events
from solver.replan.locks import read_locks, write_locks
from solver.roads.matrices import PlaceWithoutRoadError, ways_of
from solver.scenario import Scenario
from solver.scenario_files import ScenarioFaults, write_scenario

BROKEN, UNREADABLE = 1, 2
SHOWN = 50
MOMENT = click.DateTime(["%Y-%m-%d %H:%M"])


@click.command("replan")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--now", required=True, type=MOMENT, help='As "2026-11-12 10:40".')
@click.option("--events", "events_file", type=click.Path(path_type=Path), help="What has happened (docs/events.md).")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the new plan.")
@click.option("--days", type=click.IntRange(min=1), help="Plan only so many days, today the first; else all of PLAN.")
@click.option("--language", type=LANGUAGES_OF_COMMANDS, default="zh", show_default=True, help="Of what is told.")
def replan_command(
    scenario: Path, plan: Path, now: datetime, events_file: Path | None, out: Path, days: int | None, language: str
) -> None:
    """Repair the plan in folder PLAN from a moment on: what is past or locked (PLAN/locks.csv) stays.

    Writes the new plan to OUT and the changed scenario to OUT/scenario, by which `strawline check` judges it. Exit
    status: 0 written, 1 written, but an event leaves a rule broken, 2 something cannot be read.
    """
    with spoken(language):
        console = Console(stderr=True)
        try:
            before = read_plan(plan)
            county = scenario_of(console, scenario, plan, before)
            locks = read_locks(plan, before)
        except (ScenarioFaults, PlanUnreadable) as error:
            _refuse(console, [str(fault) for fault in error.faults])
        events = _events(console, events_file, county, now)
        county = changed_scenario(county, events)
        try:
            ways = ways_of(county, cache_folder=CACHE_FOLDER)
            answer = replan(county, ways, before, now=now, events=events, locks=locks, days=days)
        except MomentOutsidePlan as error:
            text = gettext(
                "%(now)s lies outside the plan, %(first)s to %(last)s.",
                now=f"{error.now:%Y-%m-%d %H:%M}",
                first=error.first,
                last=error.last,
            )
            _refuse(console, [text])
        except PlaceWithoutRoadError as error:
            _refuse(console, [str(error)])
        write_scenario(answer.scenario, out / "scenario")
        remove_programme(out / "programme")
        write_plan(answer.plan, out)
        kept = {haul.haul_id: haul.day for haul in answer.plan.hauls}
        write_locks([lock for lock in locks.values() if kept.get(lock.haul_id) == lock.day], out)
        _show(Console(), answer, now, out)
    sys.exit(BROKEN if answer.violations else 0)


def _events(console: Console, file: Path | None, county: Scenario, now: datetime) -> Events:
    if file is None:
        return Events()
    try:
        return read_events(file.read_text(encoding="utf-8-sig"), county, now)
    except EventFaults as faults:
        _refuse(console, [fault_text(fault) for fault in faults.faults])
    except (OSError, UnicodeDecodeError) as error:
        _refuse(console, [f"{file}: {error}"])


def _refuse(console: Console, faults: list[str]) -> NoReturn:
    console.print(gettext("Refused, nothing is written. Faults: %(count)s", count=len(faults)))
    for fault in faults[:SHOWN]:
        console.print(f"  {escape(fault)}", soft_wrap=True)
    if len(faults) > SHOWN:
        console.print(gettext("… and %(count)s more", count=len(faults) - SHOWN))
    sys.exit(UNREADABLE)


def _show(console: Console, answer: Replanned, now: datetime, out: Path) -> None:
    """Who has to be told today, what became of the rest, and what could not be kept."""
    today = [told for told in answer.told if told.day == now.date()]
    table = Table(
        title=gettext("%(folder)s: to be told today: %(count)s", folder=out, count=len(today)), title_justify="left"
    )
    for name in (gettext("Truck or baler"), gettext("Jobs more"), gettext("Jobs fewer"), gettext("Other times")):
        table.add_column(name, justify="left" if not table.columns else "right")
    for told in today[:SHOWN]:
        table.add_row(told.own_id, str(told.more), str(told.fewer), str(told.moved))
    console.print(table)
    if len(today) > SHOWN:
        console.print(gettext("… and %(count)s more", count=len(today) - SHOWN))
    later = {(told.kind, told.own_id) for told in answer.told} - {(told.kind, told.own_id) for told in today}
    if later:
        console.print(gettext("On later days only: %(count)s", count=len(later)))
    for haul_id in answer.dropped_locks:
        console.print(gettext("Locked, but an event makes it impossible: %(haul)s", haul=haul_id))
    for violation in answer.violations[:SHOWN]:
        console.print(gettext("Rule %(rule)s is broken:", rule=violation.rule), escape(violation.message))
    tonnes, cost = answer.plan.summary["tonnes"], answer.plan.summary["cost_yuan"]
    console.print(
        gettext(
            "Hauled from fields: %(hauled)s t; left: %(left)s t; cost: %(cost)s yuan; seconds: %(seconds)s",
            hauled=f"{tonnes['hauled']:,.1f}",
            left=f"{tonnes['left']:,.1f}",
            cost=f"{cost['total']:,.0f}",
            seconds=f"{answer.plan.summary['seconds']:.1f}",
        )
    )
