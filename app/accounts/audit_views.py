"""The page that searches the audit trail."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_babel import format_datetime, gettext, pgettext

from app.accounts.audit import AuditEntry
from app.accounts.audit_logins import watch_requests
from app.accounts.audit_queries import (
    AuditSearch,
    account_names,
    chain_head,
    changes_of,
    entries_found,
    kinds_in,
)
from app.accounts.audit_texts import subject_text, value_name, value_text, what_text
from app.accounts.audit_values import cleaned_text
from app.accounts.permissions import Permission, needs
from app.database.engine import db

_LONGEST = 120
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)  # beyond them was a slip of the pen
_NUMBER = re.compile("[0-9]{1,18}")

audit_views = Blueprint("audit", __name__)


def set_up_audit(app: Flask) -> None:
    """Record who does what from here on, and show it to those who may see it."""
    watch_requests(app)
    app.register_blueprint(audit_views)


@audit_views.get("/audit")
@needs(Permission.READ_AUDIT)
def audit() -> tuple[str, int]:
    search, faults = _search()
    entries, has_older = ([], False) if faults else entries_found(db.session, search)
    page = render_template(
        "accounts/audit.html",
        search=search,
        typed=defaultdict(str, request.args.items()),
        faults=defaultdict(str, faults),
        entries=entries,
        changes_of=changes_of,
        names=account_names(db.session, entries),
        whats=_choices(kinds_in(db.session, AuditEntry.what), what_text),
        subject_kinds=_choices(kinds_in(db.session, AuditEntry.subject_kind), subject_text),
        what_text=what_text,
        subject_text=subject_text,
        value_name=value_name,
        shown_value=_shown_value,
        older=_address(replace(search, older_than=entries[-1].id)) if has_older else None,
        newest=_address(replace(search, older_than=None)) if search.older_than else None,
        thing_address=_thing_address,
        moment_text=_moment_text,
        head=chain_head(db.session),
    )
    return page, 422 if faults else 200


def _search() -> tuple[AuditSearch, dict[str, str]]:
    """What is asked for, and what is wrong with it by the name of the part."""
    typed = {name: cleaned_text(text.strip(), _LONGEST) for name, text in request.args.items()}
    faults: dict[str, str] = {}
    days: dict[str, date | None] = {"since": None, "until": None}
    for name in days:
        try:
            days[name] = date.fromisoformat(typed[name]) if typed.get(name) else None
        except ValueError:
            faults[name] = gettext("Write dates as 2026-11-12.")
            continue
        if not _FIRST_DAY <= (days[name] or _FIRST_DAY) <= _LAST_DAY:
            faults[name] = gettext("There is nothing about this day.")
    since, until = days["since"], days["until"]
    if since and until and since > until:
        faults["until"] = gettext("The last day lies before the first.")
    number = typed.get("older_than", "")
    texts = {name: typed.get(name, "") for name in ("person", "what", "subject_kind", "subject")}
    search = AuditSearch(
        **texts, since=since, until=until, older_than=int(number) if _NUMBER.fullmatch(number) else None
    )
    return search, faults


def _choices(words: list[str], text_of: Any) -> list[tuple[str, str]]:
    return [("", gettext("all")), *sorted(((word, text_of(word)) for word in words), key=lambda pair: pair[1])]


def _address(search: AuditSearch) -> str:
    names = ("person", "what", "subject_kind", "subject", "since", "until", "older_than")
    return url_for("audit.audit", **{name: getattr(search, name) or None for name in names})


def _thing_address(entry: AuditEntry) -> str:
    return _address(AuditSearch(subject_kind=entry.subject_kind, subject=entry.subject_id))


def _moment_text(moment: datetime) -> str:
    return str(format_datetime(moment, pgettext("date pattern", "d MMM yyyy, HH:mm:ss")))


def _shown_value(name: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, list):
        return str(gettext(", ")).join(_shown_value(name, part) for part in value)
    return value_text(name, value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
