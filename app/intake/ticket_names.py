"""What the places, towns and bodies of tickets are called: a page names each of them once, whatever its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.intake.models import FieldCount
from app.intake.ticket_lists import TicketChoices
from app.registry.names import names_of_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNames:
    """Names by code; what the register does not name is called by its code."""

    yards: Mapping[str, str]
    plants: Mapping[str, str]
    towns: Mapping[str, str]
    bodies: Mapping[str, str]

    def place(self, kind: str, place_id: str) -> str:
        """A yard or plant."""
        return (self.yards if kind == "yard" else self.plants).get(place_id, place_id)

    def yard(self, code: str | None) -> str | None:
        return None if code is None else self.yards.get(code, code)

    def plant(self, code: str | None) -> str | None:
        return None if code is None else self.plants.get(code, code)

    def town(self, code: str | None) -> str | None:
        return None if code is None else self.towns.get(code, code)

    def body(self, code: str | None) -> str | None:
        return None if code is None else self.bodies.get(code, code)

    def origin(self, ticket: Any) -> str | None:
        """Where the load comes from: its town, or the yard that it left."""
        return self.town(ticket.town_id) or self.yard(ticket.origin_yard_id)


def names_for(
    session: Session,
    tickets: Iterable[Any],
    choices: TicketChoices | None = None,
    *,
    field_count: FieldCount | None = None,
) -> TicketNames:
    """Return how all is called that these tickets, or the choices of a filter, name."""
    codes: dict[str, set[str | None]] = {"yards": set(), "plants": set(), "towns": set(), "collecting_bodies": set()}
    for ticket in tickets:
        codes["yards" if ticket.place_kind == "yard" else "plants"].add(ticket.place_id)
        codes["towns"].add(ticket.town_id)
        for key, member in (
            ("yards", "origin_yard_id"),
            ("plants", "destination_id"),
            ("collecting_bodies", "body_id"),
        ):
            codes[key].add(getattr(ticket, member, None))
    if choices is not None:
        for kind, place_id in choices.places:
            codes["yards" if kind == "yard" else "plants"].add(place_id)
        codes["towns"].update(choices.town_ids)
        codes["collecting_bodies"].update(choices.body_ids)
    if field_count is not None:
        codes["collecting_bodies"].add(field_count.body_id)
    named = {key: names_of_codes(session, key, {code for code in those if code}) for key, those in codes.items()}
    return TicketNames(
        yards=named["yards"], plants=named["plants"], towns=named["towns"], bodies=named["collecting_bodies"]
    )
