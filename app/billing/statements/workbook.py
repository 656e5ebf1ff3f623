"""A statement of a month or of a true-up as a workbook: what it comes to, and its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_babel import gettext

from app.billing.texts import COUNTED_TEXTS, ENTRY_TEXTS, PRICE_TEXTS, off_text
from app.file_exchange.workbooks_out import PlainSheet, write_plain_workbook
from app.texts import _

_HEADINGS: Final = (
    _("Date"), _("Kind of entry"), _("Ticket number"), _("Straw (kg)"), _("Price (yuan/t)"), _("Kind of price"),
    _("Amount (yuan)"), _("Of it to the town (yuan)"), _("Entry of the ledger"),
)  # fmt: skip

# What statements say since both weights stand on them.
_WEIGHED_HEADINGS: Final = (
    _("Yard's weight (kg)"), _("Plant's weight (kg)"), _("What counts"), _("Agreed weight (kg)"),
    _("Deductions (yuan)"), _("Disputed"), _("Deductions"),
)  # fmt: skip
_TRUE_UP_HEADINGS: Final = (
    _("Date"), _("Ticket number"), _("Straw (kg)"), _("Provisional price (yuan/t)"), _("Final price (yuan/t)"),
    _("Charged before (yuan)"), _("At the final price (yuan)"), _("Difference (yuan)"), _("Of it to the town (yuan)"),
    _("Month"), _("Entry of the ledger"), _("Deductions"),
)  # fmt: skip


def statement_workbook(said: Mapping[str, Any], facts: Callable[[Mapping[str, Any]], list[tuple[str, Any]]]) -> bytes:
    """Return the workbook of what a statement says; `facts` gives its sums as they are named on the page, in fen."""
    sums = PlainSheet(
        title=gettext("Statement"),
        headings=[gettext("Statement"), str(said["number"])],
        rows=[
            (gettext("Plant"), said["plant_name"]),
            (gettext("Month"), said["month"]),
            *((name, value / 100) for name, value in facts(said)),
            (gettext("Straw (kg)"), said["kg"]),
            (gettext("End of the ledger"), _ledger_end(said)),
        ],
    )
    lines = PlainSheet(
        title=gettext("Deliveries and payments"),
        headings=[gettext(it) for it in (*_HEADINGS, *(_WEIGHED_HEADINGS if said["format"] > 1 else ()))],
        rows=[(*_row(line), *(_weighed(line) if said["format"] > 1 else ())) for line in said["lines"]],
    )
    return write_plain_workbook([sums, lines])


def correction_workbook(said: Mapping[str, Any]) -> bytes:
    """Return the workbook of what the statement of a true-up says."""
    sums = PlainSheet(
        title=gettext("Statement of a true-up"),
        headings=[gettext("Statement"), str(said["number"])],
        rows=[
            (gettext("Plant"), said["plant_name"]),
            (gettext("Charged before"), said["before_fen"] / 100),
            (gettext("At the final price"), said["after_fen"] / 100),
            (gettext("Difference"), said["amount_fen"] / 100),
            *((month, fen / 100) for month, fen in said["months_fen"].items()),
            (gettext("Straw (kg)"), said["kg"]),
            (gettext("End of the ledger"), _ledger_end(said)),
        ],
    )
    lines = PlainSheet(
        title=gettext("Deliveries"),
        headings=[gettext(heading) for heading in _TRUE_UP_HEADINGS],
        rows=[
            (
                it["day"], it["ticket"], it["kg"], it["provisional_fen_per_t"] / 100, it["final_fen_per_t"] / 100,
                it["before_fen"] / 100, it["after_fen"] / 100, it["amount_fen"] / 100, it["town_part_fen"] / 100,
                it["month"], it["entry"], _off(it),
            )
            for it in said["lines"]
        ],
    )  # fmt: skip
    return write_plain_workbook([sums, lines])


def _ledger_end(said: Mapping[str, Any]) -> str:
    return f"money/ledger:{said['ledger']['length']}:{said['ledger']['hash']}"


def _row(line: Mapping[str, Any]) -> tuple[Any, ...]:
    entry_text, price_text = ENTRY_TEXTS[line["kind"]][0], PRICE_TEXTS.get(line["price_kind"])
    return (
        line["day"],
        gettext(entry_text),
        line.get("statement") or line["ticket"],
        line["kg"],
        None if line["fen_per_t"] is None else line["fen_per_t"] / 100,
        None if price_text is None else gettext(price_text),
        line["amount_fen"] / 100,
        line["town_part_fen"] / 100,
        line["entry"],
    )


def _weighed(line: Mapping[str, Any]) -> tuple[Any, ...]:
    counted, deduction_fen = COUNTED_TEXTS.get(line["counted"]), line["deduction_fen"]
    return (
        line["yard_kg"],
        line["plant_kg"],
        None if counted is None else gettext(counted),
        line["agreed_kg"],
        None if deduction_fen is None else deduction_fen / 100,
        gettext("disputed") if line["is_disputed"] else None,
        _off(line),
    )


def _off(line: Mapping[str, Any]) -> str | None:
    return off_text(line["off"]) if "off" in line else None
