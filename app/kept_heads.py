"""How the commands that verify a chain are given a head that was printed earlier and kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import click

Head = TypeVar("Head")


class HeadType(click.ParamType[Head]):
    """A head as a command prints it: `read` makes it of what `pattern` finds; `example` is shown else."""

    def __init__(self, name: str, pattern: str, read: Callable[[re.Match[str]], Head], *, example: str) -> None:
        self.name = name
        self._pattern = re.compile(pattern)
        self._read = read
        self._example = example

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        found = self._pattern.fullmatch(value.strip())
        if found is None:
            self.fail(f"write a head as this command prints it: {self._example}", param, ctx)
        return self._read(found)
