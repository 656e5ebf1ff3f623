"""The form in which a price is proposed."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from pydantic import ValidationError

from app.billing.prices.operations import Proposal
from app.clock import business_day
from app.said import permille_said
from app.texts import _
from yard_rules.rulebook import rulebook

# How many bands of moisture, and of impurities, the form has room for.
BANDS = 3
_FAULTS = {
    "kind": _("Choose what kind of price it is."),
    "material_id": _("Choose the material."),
    "valid_from": _("Enter the day from which it holds, in the years from 2000 to 2099."),
    "valid_to": _("The last day is no day of these years; leave it empty where none is known."),
    "yuan_per_t": _("Enter a price in yuan per tonne, with two decimals at most."),
    "town_permille": _("The town's part is a share from 0 to 100 %, with one decimal at most."),
    "deductions": _(
        "Deductions need a moisture and a share from 0 to 100 % each, with one decimal at most,"
        " and no two the same moisture."
    ),
    "impurity_deductions": _(
        "Deductions by impurities need two shares from 0 to 100 % each, with one decimal at most, and no two the same."
    ),
    "mould_deductions": _("What a grade of mould takes off is a share from 0 to 100 %, with one decimal at most."),
    "reason": _("Say why: whoever agrees reads it."),
    "": _("The last day lies before the first, a ceiling names a plant, or a price on account is not 0."),
}


# The field of the form that a value is typed in, where it has another name.
_FIELDS = {
    "town_permille": "town_percent",
    "deductions": "above-1",
    "impurity_deductions": "impurity-above-1",
    "mould_deductions": "mould-off-2",
}


def mould_grades() -> range:
    """Return the grades of mould that take something off: the first is without any."""
    return range(2, rulebook("deliveries").whole("mould_grades", business_day()) + 1)


def read_price_form(form: Mapping[str, str]) -> tuple[Proposal | None, list[tuple[str, str]]]:
    """Return what the form wishes for, or all its faults: the field's id and the text of each."""
    values: dict[str, object] = {
        name: form.get(name, "").strip() or None
        for name in ("plant_id", "material_id", "kind", "valid_from", "valid_to", "yuan_per_t", "reason")
    }
    values |= {name: form[name] for name in ("counted_end", "basis") if form.get(name)}
    faults: dict[str, str] = {}
    try:
        values["town_permille"] = _permille(form.get("town_percent", ""))
    except ValueError:
        faults["town_percent"] = _FAULTS["town_permille"]
    for name, prefix in (("deductions", ""), ("impurity_deductions", "impurity-")):
        try:
            bands = [
                (form.get(f"{prefix}above-{n}", "").strip(), form.get(f"{prefix}off-{n}", "").strip())
                for n in range(1, BANDS + 1)
            ]
            values[name] = tuple((_permille(above), _permille(off)) for above, off in bands if above or off)
        except ValueError:
            faults[f"{prefix}above-1"] = _FAULTS[name]
    try:
        by_grade = [(grade, form.get(f"mould-off-{grade}", "").strip()) for grade in mould_grades()]
        values["mould_deductions"] = tuple((grade, _permille(off)) for grade, off in by_grade if off)
    except ValueError:
        faults["mould-off-2"] = _FAULTS["mould_deductions"]
    proposal = None
    try:
        proposal = Proposal.model_validate(values)
    except ValidationError as fault:
        for one in fault.errors():
            name = str(one["loc"][0]) if one["loc"] else ""
            faults.setdefault(_FIELDS.get(name, name), _FAULTS[name])
    return (None if faults else proposal), [(name, gettext(text)) for name, text in faults.items()]


def _permille(percent: str) -> int:
    permille = permille_said(percent.strip() or "0")
    if permille is None:
        raise ValueError(percent)
    return permille
