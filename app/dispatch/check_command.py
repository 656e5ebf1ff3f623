"""`strawline check`: whether a plan keeps the seven rules."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from solver.faults import Fault
from solver.plan_check import Violation, check_plan
from solver.plan_files import PlanUnreadable, read_plan
from solver.scenario_files import ScenarioFaults, read_scenario

CLEAN, BROKEN, UNREADABLE = 0, 1, 2
SHOWN_PER_RULE = 10
SHOWN_FAULTS = 50
RULES = {
    1: "baled when ready, hauled after baling, clear in time or listed as unserved",
    2: "in one place at a time, no faster than the ways, within the shift, home at night",
    3: "no overload, no truck where a field does not admit it",
    4: "served within opening hours, long enough, and never more than the bays",
    5: "yard and plant stocks, daily intake and shortage within their limits",
    6: "direct hauls under an approval",
    7: "tonnes balance, stocks carry over, sums are those of the files",
}


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def check(scenario: Path, plan: Path, as_json: bool) -> None:
    """Check the plan in folder PLAN against the scenario in folder SCENARIO.

    Exit status: 0 no rule broken, 1 a rule broken, 2 the scenario or the plan cannot be read.
    """
    faults: list[tuple[str, Fault]] = []
    read_in = read_out = None
    try:
        read_in = read_scenario(scenario)
    except ScenarioFaults as error:
        faults.extend((str(scenario), fault) for fault in error.faults)
    try:
        read_out = read_plan(plan)
    except PlanUnreadable as error:
        faults.extend((str(plan), fault) for fault in error.faults)
    if read_in is None or read_out is None:
        _tell_faults(faults, as_json=as_json)
        sys.exit(UNREADABLE)
    violations = check_plan(read_in, read_out)
    if as_json:
        click.echo(json.dumps({"ok": not violations, "violations": [_members(v) for v in violations]}, indent=1))
    else:
        _tell_violations(violations)
    sys.exit(BROKEN if violations else CLEAN)


def _members(violation: Violation) -> dict[str, Any]:
    return {
        "rule": violation.rule,
        "file": violation.file,
        "row": violation.row,
        "message": violation.message,
    }


def _tell_faults(faults: Sequence[tuple[str, Fault]], *, as_json: bool) -> None:
    if as_json:
        told = [
            {
                "folder": folder,
                "file": fault.file,
                "row": fault.row,
                "column": fault.column,
                "value": fault.value,
                "allowed": fault.allowed,
            }
            for folder, fault in faults
        ]
        click.echo(json.dumps({"ok": False, "violations": [], "faults": told}, indent=1))
        return
    table = Table("folder", "file", "row", "column", "value", "allowed", title="Cannot be read")
    for folder, fault in faults[:SHOWN_FAULTS]:
        cells = (folder, fault.file, fault.row, fault.column, fault.value, fault.allowed)
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in cells))
    console = Console(stderr=True)
    console.print(table)
    if len(faults) > SHOWN_FAULTS:
        console.print(f"… and {len(faults) - SHOWN_FAULTS} more faults")


def _tell_violations(violations: Sequence[Violation]) -> None:
    console = Console()
    if not violations:
        console.print("The plan keeps all seven rules.")
        return
    by_rule: dict[int, list[Violation]] = defaultdict(list)
    for violation in violations:
        by_rule[violation.rule].append(violation)
    for rule, found in sorted(by_rule.items()):
        table = Table("file", "row", "message", title=f"Rule {rule}: {RULES[rule]}", title_justify="left")
        for violation in found[:SHOWN_PER_RULE]:
            table.add_row(violation.file, str(violation.row or ""), escape(violation.message))
        console.print(table)
        if len(found) > SHOWN_PER_RULE:
            console.print(f"… and {len(found) - SHOWN_PER_RULE} more under rule {rule}")
    console.print(
        f"{len(violations)} violation{'s' if len(violations) > 1 else ''} of {len(by_rule)} of the seven rules"
    )
