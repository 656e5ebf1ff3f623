"""The main navigation: what stands in it, and which of it whoever asks now may open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app, url_for
from flask_babel import gettext
from flask_login import current_user

from app.accounts.login import may
from app.accounts.permissions import Permission, access_of
from app.texts import _


@dataclass(frozen=True, slots=True)
class Section:
    """A page says by `section` which entry is its own. Whom the entry is shown to follows from what its route needs."""

    section: str
    text: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """`waiting`: how many things wait there for whoever asks."""

    section: str
    text: str
    address: str
    waiting: int = 0


# From left to right. An endpoint that this installation does not have is left out.
SECTIONS = (
    Section("home", _("Start"), "home.first_page"),
    Section("day", _("Day"), "dispatch.shown_day"),
    Section("gate", _("Gate"), "queue.gate"),
    Section("stock", _("Stock"), "stock.all_yards"),
    Section("deliveries", _("Deliveries"), "deliveries.deliveries"),
    Section("safety", _("Fire safety"), "overview.county"),
    Section("alarms", _("Alarms"), "alarms.book"),
    Section("money", _("Money"), "billing.finance_page"),
    Section("subsidies", _("Subsidies"), "subsidies.board"),
    Section("verification", _("Ticket verification"), "desk.desk"),
    Section("registry", _("Registry"), "registry.first_page"),
    Section("people", _("People"), "people.people"),
    Section("devices", _("Tablets"), "devices.devices"),
    Section("audit", _("Audit trail"), "audit.audit"),
    Section("styleguide", _("Parts of the pages"), "styleguide.styleguide_page"),
)


def set_up_navigation(app: Flask, waiting: Mapping[str, Callable[[], int]]) -> None:
    """Give templates `navigation()`; `waiting` counts by section what waits there for whoever asks."""
    app.extensions["strawline.waiting"] = waiting
    app.context_processor(lambda: {"navigation": navigation})


def navigation() -> list[NavigationEntry]:
    """Return the entries for whoever asks now."""
    waiting: Mapping[str, Callable[[], int]] = current_app.extensions["strawline.waiting"]
    return [
        NavigationEntry(
            entry.section,
            gettext(entry.text),
            url_for(entry.endpoint),
            waiting[entry.section]() if entry.section in waiting else 0,
        )
        for entry in SECTIONS
        if entry.endpoint in current_app.view_functions and may_open(entry.endpoint)
    ]


def may_open(endpoint: str) -> bool:
    """Whether whoever asks now may open this page."""
    access = access_of(current_app, endpoint)
    return current_user.is_authenticated and (may(access) if isinstance(access, Permission) else access is not None)
