"""A distribution as files: a workbook, and CSV for the bank or the village's books."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext

from app.file_exchange.workbooks_out import PlainSheet, PlainValue, write_plain_workbook
from app.texts import _

_BODIES: Final = (
    _("Collecting body"), _("Dry straw (kg)"), _("Removed stubble (mu)"), _("Off fields without stubble (kg)"),
    _("Base (yuan)"), _("Bonus (yuan)"), _("By weight (yuan)"), _("Taken off (yuan)"), _("Amount (yuan)"),
)  # fmt: skip
_FIELDS: Final = (_("Field"), _("Grower"), _("Inspected on"), _("Rewarded (mu)"), _("Rewarded before"))
# What a spreadsheet would take for the beginning of a formula, in full-width forms too.
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r")
_BOM: Final = "\ufeff"

Row = Sequence[PlainValue]


def distribution_workbook(content: Mapping[str, Any]) -> bytes:
    """Return the workbook of who gets what, and of the fields that were rewarded."""
    bodies = PlainSheet(title=gettext("Distribution"), headings=_translated(_BODIES), rows=_rows(content))
    fields = PlainSheet(
        title=gettext("Fields without stubble"),
        headings=_translated(_FIELDS),
        rows=[
            (
                it["field_id"],
                it["grower"],
                it["inspected_on"],
                it["centimu"] / 100,
                gettext("yes") if it["is_rewarded_before"] else gettext("no"),
            )
            for it in content["fields"]
        ],
    )
    return write_plain_workbook([bodies, fields])


def distribution_csv(content: Mapping[str, Any]) -> str:
    """Return the same table of bodies as CSV (UTF-8 with its mark, as Excel wants it); no text begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_translated(_BODIES))
    writer.writerows([_as_text(value) for value in row] for row in _rows(content))
    return _BOM + out.getvalue()


def _rows(content: Mapping[str, Any]) -> list[Row]:
    return [
        (
            it["name"] or gettext("no collecting body named"),
            it["dry_kg"],
            it["removed_centimu"] / 100,
            it["removed_kg"],
            it["base_fen"] / 100,
            it["bonus_fen"] / 100,
            it["rest_fen"] / 100,
            it["taken_back_fen"] / 100,
            it["amount_fen"] / 100,
        )
        for it in content["bodies"]
    ]


def _as_text(value: PlainValue) -> PlainValue:
    if isinstance(value, float):
        return f"{value:.2f}"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


def _translated(headings: Sequence[str]) -> list[str]:
    return [gettext(heading) for heading in headings]
