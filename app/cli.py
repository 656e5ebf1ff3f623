"""The one command line, `strawline`. A command's module is read only when the command is called."""

from __future__ import annotations

import click

from app.command_group import CommandsByName

# Name on the command line: where the command lives. A capability adds its commands here, one line each.
COMMANDS = {
    "init": "app.database_commands:init",
    "serve": "app.server:serve",
    "doctor": "app.running.commands:doctor",
    "backup": "app.running.commands:backup",
    "restore": "app.running.commands:restore",
    "audit": "app.audit_commands:audit_group",
    "ledger": "app.ledger_commands:ledger_group",
    "verification": "app.verification.commands:verification_group",
    "second-factor": "app.second_factor_commands:second_factor_group",
    "import": "app.dispatch.import_commands:import_group",
    "export": "app.dispatch.export_commands:export_group",
    "roads": "app.dispatch.roads_commands:roads",
    "plan": "app.dispatch.planning_commands:plan",
    "plan-counties": "app.dispatch.counties_command:plan_several",
    "simulate": "app.dispatch.simulate_command:simulate_plan",
    "as-of": "app.dispatch.planning_commands:as_of",
    "replan": "app.dispatch.replan_command:replan_command",
    "explain": "app.dispatch.explain_command:explain_command",
    "binding": "app.dispatch.binding_command:binding",
    "bench": "app.dispatch.bench_commands:bench_group",
    "check": "app.dispatch.check_command:check",
    "watch": "app.fire_safety.watch_command:watch",
    "weighbridge": "app.weighbridge.commands:weighbridge",
    "yard": "app.fire_safety.yard_commands:yard",
    "demo-gate": "app.tablet.demo_gate_command:demo_gate",
    "demo-money": "app.subsidies.demo_money_command:demo_money",
    "demo-data": "app.dispatch.demo_data_command:demo_data",
}


@click.group(cls=CommandsByName, found_at=COMMANDS)
@click.version_option(package_name="strawline")
def main() -> None:
    """Plan, check and show a county's straw season."""


if __name__ == "__main__":
    main()
