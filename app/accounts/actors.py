"""Who acts, and from where: the web app says it once a request, a command need not."""

from __future__ import annotations

import getpass
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ActorKind(StrEnum):
    ACCOUNT = "account"  # somebody who is logged in
    VISITOR = "visitor"  # somebody who is not
    DEVICE = "device"  # an enrolled tablet that nobody has signed in on
    COMMAND = "command"  # somebody at the server's command line


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """`where_from`: a network address, with the device where it is an enrolled one; the machine, for a command."""

    kind: ActorKind
    name: str
    where_from: str
    account_id: int | None = None


_who_acts: ContextVar[Callable[[], Actor] | None] = ContextVar("who_acts", default=None)


def acting_now() -> Actor:
    """Return who acts: whom the request or `acting_as` said, else the person at this machine's command line."""
    return (_who_acts.get() or _person_at_this_machine)()


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """What is recorded inside was done by this actor."""
    token = _who_acts.set(lambda: actor)
    try:
        yield
    finally:
        _who_acts.reset(token)


def set_actor(who_acts: Callable[[], Actor] | None) -> None:
    """Say for the rest of this request how to find out who acts; it is asked when something is recorded."""
    _who_acts.set(who_acts)


def _person_at_this_machine() -> Actor:
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user of a container need not have a name
        name = f"uid {os.getuid()}"
    return Actor(kind=ActorKind.COMMAND, name=name, where_from=f"{Path(sys.argv[0]).name} @ {platform.node()}")
