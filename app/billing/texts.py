"""The words of money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask_babel import gettext

from app.billing.invoices.operations import InvoiceFault
from app.billing.ledger.accounts import CITY_PURCHASES, CITY_RECYCLING, CITY_SUBSIDIES, RECYCLING
from app.billing.ledger.models import EntryKind
from app.billing.prices.models import CEILING, PriceTerm
from app.billing.queries import Names
from app.texts import _
from yard_rules.tariffs import Counted, CountedEnd, OffFor, PriceKind, WeightBasis

ENTRY_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    EntryKind.CHARGE: (_("Charge"), "good"),
    EntryKind.CORRECTION: (_("Correction"), "waiting"),
    EntryKind.TRUE_UP: (_("True-up"), "waiting"),
    EntryKind.REVERSAL: (_("Taken back"), "ended"),
    EntryKind.PAYMENT: (_("Payment"), "good"),
    EntryKind.REFUND: (_("Refund to the plant"), "good"),
    EntryKind.PURCHASE: (_("Purchase"), "good"),
    EntryKind.SUBSIDY: (_("Approved subsidy"), "good"),
}
STATEMENT_SUMS: Final[Mapping[str, str]] = {
    EntryKind.CHARGE: _("Deliveries"),
    EntryKind.CORRECTION: _("Corrections of weight or price"),
    EntryKind.TRUE_UP: _("Differences to the final price"),
    EntryKind.REVERSAL: _("Deliveries taken back"),
    EntryKind.PAYMENT: _("Payments"),
    EntryKind.REFUND: _("Refunds to the plant"),
}
INVOICE_FAULTS: Final[Mapping[str, str]] = {
    InvoiceFault.NO_COMPANY: _("The company's invoice details are not entered."),
    InvoiceFault.NO_PLANT: _("The plant's invoice details are not entered."),
    InvoiceFault.REPLACED: _("Another statement holds instead."),
    InvoiceFault.NOTHING: _("Nothing was charged in this month."),
    InvoiceFault.RED_LETTER: _("It is below 0: an earlier invoice has to be taken back by a red-letter one."),
    InvoiceFault.MADE: _("Its invoice was made already."),
    InvoiceFault.TAKE_BACK: _("The statement that it replaces was invoiced: that invoice has to be taken back first."),
}
PRICE_TEXTS: Final[Mapping[str, str]] = {
    PriceKind.ON_ACCOUNT: _("on account: charged when the price is fixed"),
    PriceKind.PROVISIONAL: _("provisional: the difference follows"),
    PriceKind.FINAL: _("final"),
    CEILING: _("ceiling of the task force"),
}
END_TEXTS: Final[Mapping[str, str]] = {
    CountedEnd.PLANT: _("the plant's weight"),
    CountedEnd.YARD: _("the yard's weight"),
    CountedEnd.MEAN: _("the mean of both weights"),
}
# Short, for the lines of a statement.
COUNTED_TEXTS: Final[Mapping[str, str]] = {
    Counted.PLANT: _("plant's"),
    Counted.YARD: _("yard's"),
    Counted.MEAN: _("mean of both"),
    Counted.AGREED: _("agreed weight"),
}
BASIS_TEXTS: Final[Mapping[str, str]] = {
    WeightBasis.AS_WEIGHED: _("as weighed"),
    WeightBasis.DRY: _("as dry straw"),
}
_COMPANY_ACCOUNTS: Final[Mapping[str, str]] = {
    "bank": _("Bank"),
    "fee": _("Straw use fee"),
    "fee_provisional": _("Straw use fee, provisional"),
    "town_part": _("Towns' part of the fee"),
}

_CITY_ACCOUNTS: Final[Mapping[str, str]] = {
    CITY_SUBSIDIES: _("The city for approved subsidies"),
    CITY_PURCHASES: _("The city's part of purchases"),
    CITY_RECYCLING: _("The city for what is worth recycling"),
    RECYCLING: _("To the recycler, for what is worth recycling"),
}
# By whose it is and what: what it is called, and where the owner's name is found.
_OWNED_ACCOUNTS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("plant", "owed"): (_("%(name)s owes"), "plants"),
    ("town", "part"): (_("Part of %(name)s"), "towns"),
    ("town", "subsidies"): (_("Subsidies due to %(name)s"), "towns"),
    ("town", "purchases"): (_("%(name)s, its part of purchases"), "towns"),
    ("point", "paid_out"): (_("%(name)s paid to farmers"), "points"),
    ("point", "fee"): (_("Handling fee of %(name)s"), "points"),
}


_ABOVE_MOISTURE: Final = _("above %(at)s %% moisture %(off)s %% off")
_ABOVE_IMPURITIES: Final = _("above %(at)s %% impurities %(off)s %% off")
_OF_GRADE: Final = _("grade %(at)s of mould %(off)s %% off")
OFF_TEXTS: Final[Mapping[str, str]] = {
    OffFor.MOISTURE: _("moisture"),
    OffFor.IMPURITY: _("impurities"),
    OffFor.MOULD: _("mould"),
}


def deduction_texts(term: PriceTerm) -> list[tuple[str, str]]:
    """Return what a contract takes off for what, in words."""

    def said(text: str, rows: Sequence[Sequence[int]], *, divided_by: int) -> str:
        shown = [{"at": f"{at / divided_by:g}", "off": f"{off / 10:g}"} for at, off in rows]
        return "; ".join(gettext(text, **row) for row in shown)

    return [
        (gettext("Deductions by moisture"), said(_ABOVE_MOISTURE, term.deductions, divided_by=10)),
        (gettext("Deductions by impurities"), said(_ABOVE_IMPURITIES, term.impurity_deductions, divided_by=10)),
        (gettext("Deductions by mould"), said(_OF_GRADE, term.mould_deductions, divided_by=1)),
    ]


def off_text(off: Mapping[str, int]) -> str:
    """Return what was taken off a load's price for what, in words."""
    return ", ".join(f"{gettext(OFF_TEXTS[what])} {permille / 10:g} %" for what, permille in off.items())


def account_text(account: str, names: Names) -> str:
    """Return what an account is called."""
    whose, _slash, rest = account.partition("/")
    if whose == "company":
        return str(gettext(_COMPANY_ACCOUNTS[rest]))
    if account in _CITY_ACCOUNTS:
        return str(gettext(_CITY_ACCOUNTS[account]))
    owner, _slash, what = rest.partition("/")
    text, known = _OWNED_ACCOUNTS[whose, what]
    return str(gettext(text, name=getattr(names, known).get(owner, owner)))
