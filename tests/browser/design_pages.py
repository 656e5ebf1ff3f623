"""The app with people of several roles and all its pages; the fixture `design` of conftest.py serves it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath

from flask import Flask, render_template_string, request
from sqlalchemy import select

from app.accounts.operations import open_account
from app.accounts.permissions import Access, Door, Permission, access_of, needs
from app.billing.ledger.models import LedgerEntry
from app.database.engine import db
from tests.app.addresses import every_address
from tests.app.billing.money import settled_month, trued_up_with_refund
from tests.app.day_plan import PlannedTown
from tests.app.purchases.point import point_with_payout
from tests.app.subsidies.claim_book import town_with_claims
from tests.conftest import PASSWORD

ROLES = ("dispatcher", "administrator", "plant")
# A form of no page in use: what is typed into it must survive.
NOTE_FORM = """{% extends "base.html" %}{% from "macros/forms.html" import form_field, csrf_input %}
{% block main %}<main class="page" id="content"><h1>Note</h1>
{% if stored %}<pre id="stored">{{ stored }}</pre>{% endif %}
<form method="post" action="/note?of=7">{{ csrf_input() }}{{ form_field("note", "Note", type="textarea") }}
{{ form_field("password", "Password", type="password") }}
<button class="btn" id="send">Send</button></form></main>{% endblock %}"""


@dataclass(frozen=True)
class DesignServer:
    """Address of the server, and the addresses of its pages with what it takes to reach them."""

    base_url: str
    pages: list[tuple[str, Access | None]]


def prepared_design(app: Flask, town: PlannedTown) -> list[tuple[str, Access | None]]:
    """Add the form and somebody of every role; returns the addresses of the app's pages, and who may reach them.

    For the app's own thread: in the test's an event loop runs.
    """

    @app.route("/note", methods=["GET", "POST"])
    @needs(Door.MEMBERS)
    def note() -> str:
        stored = json.dumps([request.form.get("note"), request.form.get("password"), request.args.get("of")])
        return render_template_string(NOTE_FORM, stored=stored if request.method == "POST" else "")

    with app.app_context():
        for role in ROLES:
            open_account(db.session, email=f"{role}@tests.example", name=role, password=PASSWORD, role_names=[role])
        plant_id, town_id = town.scenario.plants[0].plant_id, town.scenario.towns[0].town_id
        statement = settled_month(db.session, plant_id, town_id)
        # its refund waits on the page of payments
        correction = trued_up_with_refund(db.session, plant_id, town_id)
        # and what was paid to a recycling point on the first page of money
        point_with_payout(db.session)
        entry = db.session.scalars(select(LedgerEntry)).first()
        assert entry is not None
        of_money = [
            f"/money/statements/{statement.number}",
            f"/money/statements/{correction.number}",
            "/money/prices/2",
            f"/money/ledger/{entry.id}",
            "/money/reminders/1",
        ]
        claims = town_with_claims(db.session, town_id)
        of_subsidies = [f"/subsidies/claims/{claim_id}" for claim_id in claims.values()]
        of_subsidies += [f"/subsidies/claims/{claims['paid']}{rest}" for rest in ("?body=B1", "/distribution")]
        db.session.commit()
    return [
        (address, access_of(app, endpoint))
        for endpoint, method, address in every_address(app, town)
        if method == "GET" and endpoint not in ("static", "security.logout") and not _is_file(address)
    ] + [
        *((address, Permission.READ_MONEY) for address in of_money),
        *((address, Permission.READ_CLAIMS) for address in of_subsidies),
    ]


def _is_file(address: str) -> bool:
    """Whether data or a workbook lies there, not a page."""
    return address.startswith("/data/") or bool(PurePosixPath(address).suffix)
