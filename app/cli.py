"""The one command line, `strawline`. A command's module is read only when the command is called."""

from __future__ import annotations

from importlib import import_module

import click

# Name on the command line: where the command lives. A capability adds its commands here, one line each.
COMMANDS = {
    "init": "app.database_commands:init",
    "serve": "app.server:serve",
    "doctor": "app.running.commands:doctor",
    "backup": "app.running.commands:backup",
    "restore": "app.running.commands:restore",
    "audit": "app.audit_commands:audit_group",
    "second-factor": "app.second_factor_commands:second_factor_group",
    "import": "app.dispatch.import_commands:import_group",
    "export": "app.dispatch.export_commands:export_group",
    "roads": "app.dispatch.roads_commands:roads",
    "plan": "app.dispatch.planning_commands:plan",
    "as-of": "app.dispatch.planning_commands:as_of",
    "binding": "app.dispatch.binding_command:binding",
    "check": "app.dispatch.check_command:check",
    "demo-data": "app.dispatch.demo_data_command:demo_data",
}


class _Commands(click.Group):
    """Finds its commands in COMMANDS, so that one command does not wait for the libraries of all others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Commands)
@click.version_option(package_name="strawline")
def main() -> None:
    """Plan, check and show a county's straw season."""


if __name__ == "__main__":
    main()
