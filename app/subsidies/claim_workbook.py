"""A claim as a workbook: what it comes to, its bodies, tickets, what it takes back, what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext

from app.file_exchange.workbooks_out import PlainSheet, PlainValue, write_plain_workbook
from app.subsidies.bases import STRAW
from app.subsidies.texts import LEFT_OUT_TEXTS
from app.texts import _

# What is said of a ticket by its name in the claim, and what its column is called; money is fen.
_OF_STRAW: Final = (
    ("net_kg", _("Net (kg)")), ("moisture_permille", _("Moisture (%)")), ("dry_kg", _("Dry straw (kg)")),
    ("fen_per_t", _("Rate (yuan/t)")), ("amount_fen", _("Amount (yuan)")),
)  # fmt: skip
_OF_PURCHASES: Final = (
    ("net_kg", _("Net (kg)")), ("price_fen", _("Paid to farmers (yuan)")), ("fee_fen", _("Handling fee (yuan)")),
    ("city_fen", _("The city's part (yuan)")), ("town_fen", _("The town's part (yuan)")),
    ("recycling_fen", _("For recycling, by the city (yuan)")), ("amount_fen", _("Amount (yuan)")),
)  # fmt: skip

Rows = list[Sequence[PlainValue]]


def claim_workbook(said: Mapping[str, Any], state: str) -> bytes:
    """Return the workbook of what a claim says; `state`: in what state it is, in words."""
    bodies, is_straw = said["bodies"], said.get("stream", STRAW) == STRAW
    columns = _OF_STRAW if is_straw else _OF_PURCHASES
    collector = _("Collecting body") if is_straw else _("Recycling point")
    mass = _("Dry straw (kg)") if is_straw else _("Bought (kg)")
    taken_off = (_("Ticket number"), _("Date"), collector, _("Paid with the claim"), mass, _("Amount (yuan)"))
    sums: Rows = [
        (gettext("Town"), said["town_name"]),
        (gettext("First day"), said["first_day"]),
        (gettext("Last day"), said["last_day"]),
        (gettext("State"), state),
        (gettext("Tickets"), said["tickets"]),
        (gettext(mass), said["dry_kg"]),
        (gettext("Amount (yuan)"), said["amount_fen"] / 100),
    ]
    sheets = [
        _sheet(_("Claim"), [_("Claim"), said.get("number", "–")], sums),
        _sheet(
            _("Collecting bodies") if is_straw else _("Recycling points"),
            [collector, _("Tickets"), mass, _("Amount (yuan)")],
            [(_name(it), len(it["tickets"]), it["dry_kg"], it["amount_fen"] / 100) for it in bodies],
        ),
        _sheet(
            _("Tickets"),
            [collector, _("Ticket number"), _("Date"), *(heading for _name, heading in columns)],
            [_ticket(body, it, [name for name, _heading in columns]) for body in bodies for it in body["tickets"]],
        ),
        _sheet(_("Taken off"), taken_off, [_correction(it) for it in said["corrections"]]),
        _sheet(
            _("Left out"),
            (_("Ticket number"), _("Date"), mass, _("Reason"), _("Claim")),
            [_left_out(it) for it in said["left_out"]],
        ),
    ]
    return write_plain_workbook(sheets)


def _sheet(title: str, headings: Sequence[str], rows: Rows) -> PlainSheet:
    return PlainSheet(title=gettext(title), headings=[gettext(heading) for heading in headings], rows=rows)


def _name(line: Mapping[str, Any]) -> str:
    return str(line["name"] or gettext("no collecting body named"))


def _ticket(body: Mapping[str, Any], it: Mapping[str, Any], names: Sequence[str]) -> Sequence[PlainValue]:
    return (_name(body), it["number"], it["day"], *(_shown(name, it[name]) for name in names))


def _shown(name: str, value: Any) -> PlainValue:
    """Money in yuan, moisture in per cent."""
    if value is None:
        return None
    if name.endswith("_permille"):
        return float(value / 10)
    return float(value / 100) if "fen" in name else int(value)


def _correction(it: Mapping[str, Any]) -> Sequence[PlainValue]:
    return (it["number"], it["day"], _name(it), it["claim"], it["dry_kg"], it["amount_fen"] / 100)


def _left_out(it: Mapping[str, Any]) -> Sequence[PlainValue]:
    why = LEFT_OUT_TEXTS[it["why"]]
    return (it["number"], it["day"], it["dry_kg"], gettext(why), it["claim"])
