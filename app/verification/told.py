"""A suspicion in words of the reader's language: what it is about, what was seen, what would be usual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.parts import in_parts
from app.intake.models import WeighTicket
from app.pages.formats import figure, shown_date
from app.registry.names import names_of_codes
from app.verification.desk import Raised
from app.verification.texts import DETECTOR_WORDS, Words

# Evidence that is the id of a ticket.
_TICKETS: Final = ("like", "first", "then", "sent", "came")
_DECIMALS: Final = {"took_min": 1, "needed_min": 1, "spreads": 1, "area_mu": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    title: str
    about: str
    seen: str
    usual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What tickets, places and bodies are called, by their ids."""

    tickets: Mapping[str, str]
    places: Mapping[str, str]
    bodies: Mapping[str, str]


def told(session: Session, found: Sequence[Raised]) -> dict[int, Told]:
    """Return the words of suspicions, by their ids."""
    names = _names(session, found)
    return {it.raised.id: _told(it, names) for it in found}


def compared_tickets(found: Raised) -> list[str]:
    """Return the ids of tickets that the evidence names."""
    return [found.sighting.evidence[name] for name in _TICKETS if name in found.sighting.evidence]


def _told(found: Raised, names: Names) -> Told:
    evidence = found.sighting.evidence
    about = _about(found, names)
    words = _words(found.raised.detector, evidence)
    values = {name: _value(name, value, names) for name, value in evidence.items()} | {"subject": about}
    for name in ("spread", "usual", "moisture"):
        if f"{name}_permille" in evidence:
            values[f"{name}_percent"] = figure(evidence[f"{name}_permille"] / 10, 1)
    return Told(
        title=gettext(words.title), about=about, seen=gettext(words.seen) % values, usual=gettext(words.usual) % values
    )


def _words(detector: str, evidence: Mapping[str, Any]) -> Words:
    variants = (DETECTOR_WORDS[key] for name in evidence if (key := f"{detector}:{name}") in DETECTOR_WORDS)
    return DETECTOR_WORDS.get(detector) or next(variants)


def _value(name: str, value: Any, names: Names) -> str:
    if name in _TICKETS:
        return names.tickets.get(value, value)
    if name == "bodies":
        return _listed(f"{names.bodies.get(body, body)} {figure(kg)} kg" for body, kg in value.items())
    if isinstance(value, list):
        return _listed(str(it) for it in value)
    if isinstance(value, str):
        return value
    return figure(value, 1 if name.endswith("_percent") else _DECIMALS.get(name, 0))


def _listed(texts: Iterable[str]) -> str:
    return str(gettext(", ")).join(texts)


def _about(found: Raised, names: Names) -> str:
    kind, code = found.raised.subject_kind, found.raised.subject_id
    if kind == "place_day":
        place, _slash, day = code.rpartition("/")
        return f"{names.places.get(place, place)}, {shown_date(date.fromisoformat(day))}"
    named = {"ticket": names.tickets, "place": names.places, "body": names.bodies}.get(kind, {})
    return named.get(code, code)


def _names(session: Session, found: Sequence[Raised]) -> Names:
    def subjects(kind: str) -> set[str]:
        return {it.raised.subject_id for it in found if it.raised.subject_kind == kind}

    tickets = subjects("ticket") | {ticket for it in found for ticket in compared_tickets(it)}
    places = subjects("place") | {code.rpartition("/")[0] for code in subjects("place_day")}
    bodies = subjects("body") | {body for it in found for body in it.sighting.evidence.get("bodies", ())}
    return Names(
        tickets=_numbers(session, tickets),
        places=names_of_codes(session, "plants", places)
        | names_of_codes(session, "yards", places)
        | names_of_codes(session, "recycling_points", places),
        bodies=names_of_codes(session, "collecting_bodies", bodies),
    )


def _numbers(session: Session, ticket_ids: Iterable[str]) -> dict[str, str]:
    rows = in_parts(
        session,
        sorted(ticket_ids),
        lambda some: select(WeighTicket.id, WeighTicket.number).where(WeighTicket.id.in_(some)),
        whole=True,
    )
    return {row.id: row.number for row in rows}
