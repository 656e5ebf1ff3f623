"""Options of the commands whose work is shared out, and what is said of workers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.markup import escape

from solver.crew import Crew, WorkerLost, WrongCluster

NO_WORKERS = 2
Command = TypeVar("Command", bound=Callable[..., Any])


def crew_options(command: Command) -> Command:
    """`--workers` and `--cluster`."""
    command = click.option(
        "--cluster", metavar="ADDRESS", help="Work on a Dask scheduler, tcp://HOST:PORT, in place of this machine."
    )(command)
    return click.option(
        "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes of this machine."
    )(command)


@contextmanager
def crew_of(console: Console, *, workers: int, cluster: str | None) -> Iterator[Crew]:
    """The crew; a cluster that cannot be used, or a unit that no worker survives, ends the command with status 2."""
    try:
        yield Crew(workers=workers, cluster=cluster)
    except WrongCluster as error:
        console.print(escape(str(error)), soft_wrap=True)
        sys.exit(NO_WORKERS)
    except WorkerLost as error:
        console.print(escape(f"{error}. What was finished by then is kept."), soft_wrap=True)
        sys.exit(NO_WORKERS)
