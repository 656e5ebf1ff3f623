"""What commands share: a group whose modules are read only when a command is called, languages to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import click

# Of what a command writes for others to read: workbooks, pictures. Chinese first.
LANGUAGES_OF_COMMANDS: Final = click.Choice(["zh", "en"])


class CommandsByName(click.Group):
    """Finds its commands by name, so that one does not wait for the libraries of all others.

    `found_at` says for each name `module:object`.
    """

    def __init__(self, *args: Any, found_at: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._found_at = found_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._found_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._found_at:
            return None
        module, _, name = self._found_at[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command
