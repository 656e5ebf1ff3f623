"""`strawline explain`: why a field's straw goes where and when it does, and what keeps the rest of it there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from flask_babel import gettext
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.command_group import LANGUAGES_OF_COMMANDS
from app.dispatch.plan_scenario import scenario_of
from app.dispatch.planning_commands import CACHE_FOLDER
from app.i18n import spoken
from app.texts import _
from solver.csv_tables import written_time
from solver.explain import Explanation, explain
from solver.explain.relaxing import Remedy
from solver.plan_files import PlanUnreadable, read_plan
from solver.roads.matrices import ways_of
from solver.scenario_files import ScenarioFaults

UNREADABLE = 2
SHOWN = 50
LIMITS = {
    "balers": _("one more baler at the nearest yard"),
    "weather": _("every day of its window dry"),
    "trucks": _("one more truck of class %(value)s at the nearest yard"),
    "roads": _("a road to it for every truck"),
    "bays": _("one more bay at every yard and plant"),
    "opening hours": _("yards and plants open round the clock"),
    "yard room": _("room in the yards"),
    "plant intake": _("more intake at the plants"),
    "deadline": _("its deadline later by %(value)s days"),
}


@click.command("explain")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.argument("field_id", metavar="FIELD")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--language", type=LANGUAGES_OF_COMMANDS, default="zh", show_default=True, help="Of what is told.")
def explain_command(scenario: Path, plan: Path, field_id: str, as_json: bool, language: str) -> None:
    """Say why the straw of FIELD goes where and when it does by the plan in folder PLAN, and what keeps the rest there.

    Exit status: 2 scenario or plan cannot be read, or there is no such field.
    """
    with spoken(language):
        console = Console()
        try:
            made = read_plan(plan)
            county = scenario_of(Console(stderr=True), scenario, plan, made)
        except (ScenarioFaults, PlanUnreadable) as error:
            _refuse([str(fault) for fault in error.faults])
        if field_id not in county.field_by_id:
            _refuse([gettext("The scenario has no field %(field)s.", field=field_id)])
        answer = explain(county, ways_of(county, cache_folder=CACHE_FOLDER), made, field_id)
        if as_json:
            click.echo(json.dumps(_members(answer), ensure_ascii=False, indent=1))
        else:
            _tell(console, answer)


def _refuse(faults: list[str]) -> NoReturn:
    for fault in faults[:SHOWN]:
        click.echo(fault, err=True)
    sys.exit(UNREADABLE)


def _tell(console: Console, answer: Explanation) -> None:
    farm_field = answer.farm_field
    console.print(
        gettext(
            "%(field)s: %(straw)s t of straw, from %(ready)s, to be clear by %(clear)s; %(left)s t stay.",
            field=escape(farm_field.field_id),
            straw=f"{farm_field.dry_straw_t:.3f}",
            ready=farm_field.ready_date,
            clear=farm_field.clear_by,
            left=f"{answer.left_t:.3f}",
        ),
        soft_wrap=True,
    )
    _tell_stops(console, answer)
    _tell_alternatives(console, answer)
    if answer.remedies:
        _tell_remedies(console, answer)
    elif answer.left_t > 0.01:
        console.print(gettext("Its deadline lies after the plan's last day, %(day)s.", day=answer.last_day))


def _tell_stops(console: Console, answer: Explanation) -> None:
    table = Table(title=gettext("Who comes when"), title_justify="left")
    for name in (gettext("Date"), gettext("Time"), gettext("Truck or baler"), gettext("Goes to"), gettext("t or mu")):
        table.add_column(name)
    for stop in answer.baled:
        span = f"{written_time(stop.start_min)}–{written_time(stop.end_min)}"
        table.add_row(str(stop.day), span, stop.baler_id, "", gettext("%(area)s mu", area=f"{stop.area_mu:.1f}"))
    for fetched in answer.fetched:
        load = fetched.load
        span = f"{written_time(load.start_min)}–{written_time(load.end_min)}"
        table.add_row(
            str(load.day),
            span,
            load.truck_id,
            fetched.haul.destination_id,
            gettext("%(mass)s t", mass=f"{load.dry_t:.3f}"),
        )
    if table.rows:
        console.print(table)


def _tell_alternatives(console: Console, answer: Explanation) -> None:
    for other in answer.alternatives:
        yuan = f"{other.yuan_per_t:+.1f}"
        if other.kind == "destination":
            text = gettext("To %(place)s instead: %(yuan)s yuan/t.", place=other.destination_id, yuan=yuan)
        else:
            text = gettext("Baled on %(day)s instead: %(yuan)s yuan/t.", day=other.day, yuan=yuan)
        console.print(text, soft_wrap=True)


def _tell_remedies(console: Console, answer: Explanation) -> None:
    as_it_is, *tried = answer.remedies
    if as_it_is.proven:
        console.print(
            gettext(
                "No limit is in the way: with the plan as it is, %(served)s t can be served for %(yuan)s yuan; left, "
                "they cost %(value)s yuan.",
                served=f"{as_it_is.served_t:.3f}",
                yuan=f"{as_it_is.yuan:,.0f}",
                value=f"{answer.value_yuan:,.0f}",
            ),
            soft_wrap=True,
        )
    elif as_it_is.possible:
        console.print(
            gettext(
                "With the plan as it is, %(served)s t could be served for %(yuan)s yuan; left, they cost %(value)s "
                "yuan: leaving it is cheaper, as long as a tonne is worth less than %(price)s yuan.",
                served=f"{as_it_is.served_t:.3f}",
                yuan=f"{as_it_is.yuan:,.0f}",
                value=f"{answer.value_yuan:,.0f}",
                price=f"{as_it_is.yuan / as_it_is.served_t:,.0f}",
            ),
            soft_wrap=True,
        )
    table = Table(title=gettext("Tried: the plan as it is, one limit relaxed, the field planned again"))
    for name in (gettext("Relaxed"), gettext("Served, t"), gettext("Yuan"), gettext("Proven to be in the way")):
        table.add_column(name)
    for remedy in tried:
        proven = gettext("yes") if remedy.proven else gettext("no")
        table.add_row(remedy_text(remedy), f"{remedy.served_t:.3f}", f"{remedy.yuan:,.0f}", proven)
    if tried:
        console.print(table)
    cheapest = answer.cheapest
    if cheapest is None:
        nothing = (
            gettext("None of this serves it for less.") if as_it_is.possible else gettext("None of this serves it.")
        )
        console.print(nothing)
    elif cheapest.limits:
        console.print(
            gettext(
                "The cheapest remedy: %(remedy)s (%(yuan)s yuan for balers and trucks; left, the straw costs %(value)s "
                "yuan).",
                remedy=remedy_text(cheapest),
                yuan=f"{cheapest.yuan:,.0f}",
                value=f"{answer.value_yuan:,.0f}",
            ),
            soft_wrap=True,
        )


def remedy_text(remedy: Remedy) -> str:
    """What was relaxed, in the language of the context."""
    texts = []
    for limit in remedy.limits:
        name = next(known for known in LIMITS if limit == known or limit.startswith(f"{known} "))
        value = limit[len(name) + 1 :]
        texts.append(gettext(LIMITS[name], value=value) if value else gettext(LIMITS[name]))
    return " + ".join(texts)


def _members(answer: Explanation) -> dict[str, Any]:
    farm_field = answer.farm_field
    return {
        "field_id": farm_field.field_id,
        "dry_straw_t": farm_field.dry_straw_t,
        "ready_date": farm_field.ready_date.isoformat(),
        "clear_by": farm_field.clear_by.isoformat(),
        "left_t": round(answer.left_t, 6),
        "value_of_left_yuan": round(answer.value_yuan, 2),
        "baled": [
            {
                "date": stop.day.isoformat(),
                "baler_id": stop.baler_id,
                "start": written_time(stop.start_min),
                "end": written_time(stop.end_min),
                "area_mu": stop.area_mu,
            }
            for stop in answer.baled
        ],
        "hauled": [
            {
                "date": fetched.load.day.isoformat(),
                "haul_id": fetched.haul.haul_id,
                "truck_id": fetched.load.truck_id,
                "start": written_time(fetched.load.start_min),
                "destination_id": fetched.haul.destination_id,
                "dry_t": fetched.load.dry_t,
            }
            for fetched in answer.fetched
        ],
        "alternatives": [
            {
                "kind": other.kind,
                "destination_id": other.destination_id or None,
                "date": other.day.isoformat(),
                "more_yuan_per_t": round(other.yuan_per_t, 2),
            }
            for other in answer.alternatives
        ],
        "tried": [_remedy(remedy) for remedy in answer.remedies],
        "limits": [limit for remedy in answer.remedies if remedy.proven for limit in remedy.limits],
        "cheapest": None if answer.cheapest is None else _remedy(answer.cheapest),
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "relaxed": list(remedy.limits),
        "text": remedy_text(remedy),
        "served_t": round(remedy.served_t, 6),
        "yuan": round(remedy.yuan, 2),
        "possible": remedy.possible,
        "proven": remedy.proven,
        "dates": [day.isoformat() for day in remedy.days],
        "truck_ids": list(remedy.trucks),
        "destination_ids": list(remedy.destinations),
    }
