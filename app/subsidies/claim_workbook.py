"""A claim as a workbook: what it comes to, its bodies, tickets, what it takes back, what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext

from app.file_exchange.workbooks_out import PlainSheet, PlainValue, write_plain_workbook
from app.subsidies.texts import LEFT_OUT_TEXTS
from app.texts import _

_TICKETS: Final = (
    _("Collecting body"), _("Ticket number"), _("Date"), _("Net (kg)"), _("Moisture (%)"), _("Dry straw (kg)"),
    _("Rate (yuan/t)"), _("Amount (yuan)"),
)  # fmt: skip
_CORRECTIONS: Final = (
    _("Ticket number"), _("Date"), _("Collecting body"), _("Paid with the claim"), _("Dry straw (kg)"),
    _("Amount (yuan)"),
)  # fmt: skip
_LEFT_OUT: Final = (_("Ticket number"), _("Date"), _("Dry straw (kg)"), _("Reason"), _("Claim"))

Rows = list[Sequence[PlainValue]]


def claim_workbook(said: Mapping[str, Any], state: str) -> bytes:
    """Return the workbook of what a claim says; `state`: in what state it is, in words."""
    bodies = said["bodies"]
    sums: Rows = [
        (gettext("Town"), said["town_name"]),
        (gettext("First day"), said["first_day"]),
        (gettext("Last day"), said["last_day"]),
        (gettext("State"), state),
        (gettext("Tickets"), said["tickets"]),
        (gettext("Dry straw (kg)"), said["dry_kg"]),
        (gettext("Amount (yuan)"), said["amount_fen"] / 100),
    ]
    sheets = [
        _sheet(_("Claim"), [_("Claim"), said.get("number", "–")], sums),
        _sheet(
            _("Collecting bodies"),
            [_("Collecting body"), _("Tickets"), _("Dry straw (kg)"), _("Amount (yuan)")],
            [(_name(it), len(it["tickets"]), it["dry_kg"], it["amount_fen"] / 100) for it in bodies],
        ),
        _sheet(_("Tickets"), _TICKETS, [_ticket(body, it) for body in bodies for it in body["tickets"]]),
        _sheet(_("Taken off"), _CORRECTIONS, [_correction(it) for it in said["corrections"]]),
        _sheet(_("Left out"), _LEFT_OUT, [_left_out(it) for it in said["left_out"]]),
    ]
    return write_plain_workbook(sheets)


def _sheet(title: str, headings: Sequence[str], rows: Rows) -> PlainSheet:
    return PlainSheet(title=gettext(title), headings=[gettext(heading) for heading in headings], rows=rows)


def _name(line: Mapping[str, Any]) -> str:
    return str(line["name"] or gettext("no collecting body named"))


def _ticket(body: Mapping[str, Any], it: Mapping[str, Any]) -> Sequence[PlainValue]:
    moisture = it["moisture_permille"]
    return (
        _name(body),
        it["number"],
        it["day"],
        it["net_kg"],
        None if moisture is None else moisture / 10,
        it["dry_kg"],
        it["fen_per_t"] / 100,
        it["amount_fen"] / 100,
    )


def _correction(it: Mapping[str, Any]) -> Sequence[PlainValue]:
    return (it["number"], it["day"], _name(it), it["claim"], it["dry_kg"], it["amount_fen"] / 100)


def _left_out(it: Mapping[str, Any]) -> Sequence[PlainValue]:
    why = LEFT_OUT_TEXTS[it["why"]]
    return (it["number"], it["day"], it["dry_kg"], gettext(why), it["claim"])
