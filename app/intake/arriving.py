"""A record of the gate on its way in, and what it makes: rows and remarks, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import pydantic

from app.database.base import Base
from app.errors import RefusalKind
from app.intake.remarks import RemarkKind
from yard_rules.dry_straw import DryStrawMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Who reported it of which place, and when: by the device's clock (`made_at`, `sent_at`), by that clock mended
    (`happened_at`), by the server's (`received_at`). `dry_method`: how this installation reads H6."""

    id: str
    kind: str
    number: int | None
    made_at: datetime
    sent_at: datetime
    happened_at: datetime
    received_at: datetime
    business_day: date
    place_kind: str
    place_id: str
    device_id: int | None
    operator_id: int | None
    operator_name: str
    operator_checked: str
    dry_method: DryStrawMethod

    @property
    def place(self) -> tuple[str, str]:
        """Kind and id."""
        return self.place_kind, self.place_id


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that somebody should know, of a ticket where it is about one."""

    kind: RemarkKind
    ticket_id: str | None = None
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Effects:
    """What a record makes: `rows` go in after the record itself, in this order."""

    rows: list[tuple[type[Base], dict[str, Any]]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    ticket_number: str | None = None

    def add(self, other: Effects) -> Effects:
        """Take over what the other makes, and return this."""
        self.rows += other.rows
        self.remarks += other.remarks
        self.ticket_number = other.ticket_number or self.ticket_number
        return self


class RefusedHere(Exception):
    """The record is not stored; its device keeps it: 409, 410 and 422 need a person, 424 is sent again later."""

    def __init__(self, status: HTTPStatus, kind: RefusalKind, details: Sequence[str] = ()) -> None:
        super().__init__(kind.code)
        self.status = status
        self.kind = kind
        self.details = tuple(details)


class Body(pydantic.BaseModel):
    """What a kind of record says; what it does not know is refused."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True)
class RecordKind:
    """`effects` only reads, where the chain of the place is locked; it raises RefusedHere where the record contradicts
    what is stored. It is given the session, with all that came before in the database, or (`reads_books`) the Books,
    which know it without; `foresee` then asks at once for what many of the kind will need. `places` are those that may
    report it; `other_places` what else is locked."""

    body: type[Body]
    effects: Callable[[Any, Arrived, Any], Effects]
    places: frozenset[str]
    other_places: Callable[[Any], Sequence[tuple[str, str]]] = lambda _body: ()
    from_devices: bool = True
    reads_books: bool = False
    foresee: Callable[[Any, Sequence[tuple[Arrived, Any]]], None] | None = None
