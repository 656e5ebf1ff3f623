"""The list of loads to plants: what is asked of it, its sums, and the same as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.deliveries.names import place_names
from app.deliveries.queries import DeliveryState, Load
from app.deliveries.texts import STATE_TEXTS
from app.file_exchange.workbooks_out import PlainSheet, write_plain_workbook
from app.texts import _

_HEADINGS: Final = (
    _("Ticket number"), _("Plant's ticket"), _("Date"), _("Plant"), _("Comes from"), _("Collecting body"), _("Plate"),
    _("Material"), _("Yard's weight (kg)"), _("Plant's weight (kg)"), _("Difference (kg)"), _("Agreed weight (kg)"),
    _("Moisture (%)"), _("Dry straw (kg)"), _("State"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilters:
    """What is asked of the list beside days and plant; what is empty asks nothing."""

    origin: str = ""
    state: str = ""
    sought: str = ""

    def fits(self, load: Load) -> bool:
        """Whether the load is one of those asked for; `sought`: words of which each is in a number or the plate."""
        texts = [load.ticket.number, load.ticket.plate, load.arrival.number if load.arrival else ""]
        return (
            self.origin in ("", load.delivery.yard_id, load.delivery.town_id)
            and self.state in ("", load.delivery.state)
            and all(any(word.lower() in text.lower() for text in texts) for word in self.sought.split())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySums:
    """Of loads that are not void; weights of those that have both ends, so that they can be compared."""

    loads: int
    yard_kg: int
    plant_kg: int
    disputed: int
    missing: int


def delivery_sums(found: Sequence[Load]) -> DeliverySums:
    """Return what these loads come to."""
    kept = [it.delivery for it in found if it.delivery.state is not DeliveryState.VOID]
    both = [(it.yard_kg, it.plant_kg) for it in kept if it.yard_kg is not None and it.plant_kg is not None]
    return DeliverySums(
        loads=len(kept),
        yard_kg=sum(yard_kg for yard_kg, _plant_kg in both),
        plant_kg=sum(plant_kg for _yard_kg, plant_kg in both),
        disputed=sum(it.state is DeliveryState.DISPUTED for it in kept),
        missing=sum(it.state is DeliveryState.UNDER_WAY for it in kept),
    )


def difference_kg(load: Load) -> int | None:
    """Return by how much more the plant weighed than the yard; None where one of them is not known."""
    yard_kg, plant_kg = load.delivery.yard_kg, load.delivery.plant_kg
    return None if yard_kg is None or plant_kg is None else plant_kg - yard_kg


def delivery_workbook(session: Session, found: Sequence[Load]) -> bytes:
    """Return the list as a workbook."""
    names = place_names(session, (it.delivery for it in found))
    rows: list[tuple[str | int | float | date | None, ...]] = [
        (
            it.ticket.number,
            it.arrival.number if it.arrival else None,
            it.delivery.day,
            names.plant(it.delivery.plant_id),
            names.origin(it.delivery),
            names.body(it.delivery.body_id),
            it.ticket.plate,
            it.delivery.material_id,
            it.delivery.yard_kg,
            it.delivery.plant_kg,
            difference_kg(it),
            it.delivery.agreed_kg,
            None if it.delivery.moisture_permille is None else it.delivery.moisture_permille / 10,
            it.delivery.dry_kg,
            gettext(STATE_TEXTS[it.delivery.state]),
        )
        for it in found
    ]
    headings = [gettext(heading) for heading in _HEADINGS]
    return write_plain_workbook([PlainSheet(title=gettext("Deliveries"), headings=headings, rows=rows)])
