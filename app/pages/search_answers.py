"""What the search of the top bar finds, by kinds, and nothing that whoever asks may not see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.login import may
from app.accounts.models import Account
from app.accounts.permissions import Permission
from app.accounts.scope import scope_of
from app.database.pinyin import pinyin_order
from app.i18n import reader_language
from app.intake.ticket_lists import TicketFilters, ticket_rows, ticket_sums
from app.pages.navigation import navigation
from app.registry.kinds import KINDS, RecordKind, kind_of
from app.registry.lists import list_page
from app.registry.queries import place_choices

LONGEST = 200
# What one looks for by name, in the order in which it is shown; a season's weather is found in its list.
KEYS = (
    "yards",
    "plants",
    "recycling_points",
    "fields",
    "trucks",
    "balers",
    "scales",
    "meters",
    "purchased_machines",
    "towns",
    "growers",
    "collecting_bodies",
    "materials",
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: what it is called, what tells it from others of that name, where it is shown."""

    text: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class FoundKind:
    """Some of what was found of one kind, how many there are in all, and where all of them are."""

    kind: str
    hits: Sequence[Hit]
    count: int
    all_address: str | None = None


def search_answer(session: Session, text: str, *, limit: int) -> list[FoundKind]:
    """Up to `limit` hits of each kind that contain every word of the text; kinds without a hit are left out."""
    sought = asked_words(text)
    if not sought:
        return []
    kinds = [_pages(sought)]
    if may(Permission.READ_TICKETS):
        kinds.append(_tickets(session, sought, limit))
    if may(Permission.READ_REGISTRY):
        kinds += _things(session, sought, limit)
    if may(Permission.READ_PEOPLE):
        kinds.append(_people(session, sought, limit))
    return [kind for kind in kinds if kind.count]


def asked_words(text: str) -> str:
    """The words to be looked for; none where they are too short to mean anything: a single Latin letter is, a single
    Chinese character is not."""
    sought = " ".join(text[:LONGEST].split())
    return "" if len(sought) < 2 and sought.isascii() else sought


def _pages(sought: str) -> FoundKind:
    """Pages of the menu, and the registry's lists."""
    pages = [(entry.text, "", entry.address) for entry in navigation()]
    if may(Permission.READ_REGISTRY):
        lists = (
            (kind.table.name(reader_language()), url_for("registry.list_of", key=key)) for key, kind in KINDS.items()
        )
        pages += [(name, gettext("Registry"), address) for name, address in lists]
    words = sought.casefold().split()
    hits = [Hit(*page) for page in pages if all(word in page[0].casefold() for word in words)]
    return FoundKind(gettext("Pages"), hits, len(hits))


def _things(session: Session, sought: str, limit: int) -> Iterator[FoundKind]:
    towns = dict(place_choices(session)["town"])
    for key in KEYS:
        kind = kind_of(key)
        found = list_page(session, key, scope=scope_of(current_user), sought=sought, limit=limit)
        hits = [_thing(kind, row, towns) for row in found.rows]
        all_address = url_for("registry.list_of", key=key, q=sought)
        yield FoundKind(kind.table.name(reader_language()), hits, found.count, all_address)


def _tickets(session: Session, sought: str, limit: int) -> FoundKind:
    """Tickets by number or plate, the newest first."""
    scope, filters = scope_of(current_user, Permission.READ_TICKETS), TicketFilters(sought=sought)
    hits = [
        Hit(row.number, row.plate, url_for("tickets.ticket", number=row.number))
        for row in ticket_rows(session, scope, filters, limit=limit)
    ]
    count = ticket_sums(session, scope, filters).tickets if hits else 0
    return FoundKind(gettext("Tickets"), hits, count, url_for("tickets.tickets", q=sought))


def _thing(kind: RecordKind, row: Any, towns: dict[str, str]) -> Hit:
    id_ = kind.id_of(row)
    name = getattr(row, "name", None)
    town = towns.get(getattr(row, "town_id", None) or "")
    details = (id_ if name else None, getattr(row, "plate", None), getattr(row, "grower", None), town)
    told = " · ".join(str(detail) for detail in details if detail and detail != name)
    return Hit(name or id_, told, url_for("registry.thing_page", key=kind.key, thing_id=id_))


def _people(session: Session, sought: str, limit: int) -> FoundKind:
    chosen = select(Account).where(
        *(
            or_(Account.name.icontains(word, autoescape=True), Account.email.icontains(word, autoescape=True))
            for word in sought.split()
        )
    )
    count = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    found = session.scalars(chosen.order_by(pinyin_order(Account.name), Account.id).limit(limit))
    hits = [Hit(row.name, row.email, url_for("people.person_page", account_id=row.id)) for row in found]
    return FoundKind(gettext("People"), hits, count, url_for("people.people", q=sought))
