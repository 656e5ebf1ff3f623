"""The search of the top bar: its page, and the part of it that is shown while one types."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.accounts.permissions import Door, needs
from app.database.engine import db
from app.pages.search_answers import LONGEST, asked_words, search_answer

# As one types there is room for few; on the page for what one looks through before one asks again.
TYPED_HITS = 5
PAGE_HITS = 20

search_views = Blueprint("search", __name__)


@search_views.get("/search")
@needs(Door.MEMBERS)
def search_page() -> str:
    return render_template("search.html", sought=_sought(), asked=asked_words(_sought()), found=_found(PAGE_HITS))


@search_views.get("/data/search")
@needs(Door.MEMBERS)
def search_part() -> str:
    """A part of a page, for scripts; like all data it refuses in JSON, so that no login page is put into another."""
    return render_template("_search_found.html", asked=asked_words(_sought()), found=_found(TYPED_HITS))


def _found(limit: int) -> list[object]:
    return list(search_answer(db.session, _sought(), limit=limit))


def _sought() -> str:
    return request.args.get("q", "").strip()[:LONGEST]
