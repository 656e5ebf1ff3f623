"""What the places, towns and bodies of tickets are called: a page names each of them once, whatever its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from app.intake.models import FieldCount
from app.intake.ticket_lists import TicketChoices
from app.registry.names import names_of_codes

# The lists of the register in which the places of tickets stand, by their kind.
_KEYS_OF_PLACES: Final = {"yard": "yards", "plant": "plants", "point": "recycling_points"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNames:
    """Names by code; what the register does not name is called by its code."""

    yards: Mapping[str, str]
    plants: Mapping[str, str]
    points: Mapping[str, str]
    towns: Mapping[str, str]
    bodies: Mapping[str, str]

    def place(self, kind: str, place_id: str) -> str:
        """A yard, plant or recycling point."""
        names = {"yard": self.yards, "plant": self.plants, "point": self.points}[kind]
        return names.get(place_id, place_id)

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
    codes: dict[str, set[str | None]] = {
        key: set() for key in (*_KEYS_OF_PLACES.values(), "towns", "collecting_bodies")
    }
    for ticket in tickets:
        codes[_KEYS_OF_PLACES[ticket.place_kind]].add(ticket.place_id)
        codes["towns"].add(ticket.town_id)
        for key, member in (
            ("yards", "origin_yard_id"),
            ("plants", "destination_id"),
            ("collecting_bodies", "body_id"),
        ):
            codes[key].add(getattr(ticket, member, None))
    if choices is not None:
        for kind, place_id in choices.places:
            codes[_KEYS_OF_PLACES[kind]].add(place_id)
        codes["towns"].update(choices.town_ids)
        codes["collecting_bodies"].update(choices.body_ids)
    if field_count is not None:
        codes["collecting_bodies"].add(field_count.body_id)
    named = {key: names_of_codes(session, key, {code for code in those if code}) for key, those in codes.items()}
    return TicketNames(
        yards=named["yards"],
        plants=named["plants"],
        points=named["recycling_points"],
        towns=named["towns"],
        bodies=named["collecting_bodies"],
    )
