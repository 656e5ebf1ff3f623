"""How much film came back, on a page and as a workbook."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.downloads import download
from app.file_exchange.workbooks_out import PlainSheet, write_plain_workbook
from app.registry.cells import choice_name
from app.registry.names import names_of_codes
from app.subsidies.page_scope import own_towns
from app.subsidies.recovery import Recovered, Recovery, recovery_of_year, recovery_years
from app.texts import _

recovery_views = Blueprint("recovery", __name__, template_folder="templates")

_HEADINGS: Final = (
    _("Tariff"), _("Town"), _("Used (kg)"), _("Bought (kg)"), _("Recovery rate (%)"), _("Target (%)"),
    _("Still to come (kg)"),
)  # fmt: skip


@recovery_views.get("/subsidies/recovery")
@needs(Permission.READ_CLAIMS)
def recovery() -> str:
    year = _year()
    found = recovery_of_year(db.session, year, own_towns())
    return render_template(
        "subsidies/recovery.html",
        found=found,
        year=year,
        years=sorted({year, *recovery_years(db.session)}, reverse=True),
        names=_names(found),
        tariff_name=lambda tariff: choice_name("materials", "tariff", tariff),
    )


@recovery_views.get("/subsidies/recovery.xlsx")
@needs(Permission.READ_CLAIMS)
def workbook() -> Response:
    year = _year()
    found = recovery_of_year(db.session, year, own_towns())
    names = _names(found)

    def row(tariff: str, it: Recovered) -> tuple[str | float | int | None, ...]:
        town = gettext("All towns") if it.town_id is None else names.get(it.town_id, it.town_id)
        rate = None if it.permille is None else it.permille / 10
        return (tariff, town, it.used_kg, it.bought_kg, rate, it.least_permille / 10, it.missing_kg)

    sheet = PlainSheet(
        title=gettext("Recovery rate"),
        headings=[gettext(heading) for heading in _HEADINGS],
        rows=[
            row(choice_name("materials", "tariff", one.tariff), it) for one in found for it in (*one.towns, one.whole)
        ],
    )
    return download(write_plain_workbook([sheet]), f"recovery-{year}.xlsx")


def _year() -> int:
    asked = request.args.get("year", type=int)
    return asked if asked is not None and 2020 <= asked <= 2100 else business_day().year


def _names(found: list[Recovery]) -> dict[str, str]:
    return names_of_codes(
        db.session, "towns", {it.town_id for one in found for it in one.towns if it.town_id is not None}
    )
