"""What the places of loads are called, each asked for once for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.deliveries.queries import Delivered
from app.registry.names import names_of_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNames:
    """Names by code; what the register does not name is called by its code."""

    yards: Mapping[str, str]
    plants: Mapping[str, str]
    towns: Mapping[str, str]
    bodies: Mapping[str, str]

    def plant(self, code: str) -> str:
        return self.plants.get(code, code)

    def origin(self, delivery: Delivered) -> str | None:
        """The yard that the load left, else the town whose field it came from."""
        if delivery.yard_id is not None:
            return self.yards.get(delivery.yard_id, delivery.yard_id)
        return None if delivery.town_id is None else self.towns.get(delivery.town_id, delivery.town_id)

    def body(self, code: str | None) -> str | None:
        return None if code is None else self.bodies.get(code, code)


def place_names(session: Session, deliveries: Iterable[Delivered], *, plants: Iterable[str] = ()) -> PlaceNames:
    """Return how all is called that these loads name, and these plants."""
    codes: dict[str, set[str | None]] = {
        "yards": set(),
        "plants": set(plants),
        "towns": set(),
        "collecting_bodies": set(),
    }
    for it in deliveries:
        codes["yards"].add(it.yard_id)
        codes["plants"].add(it.plant_id)
        codes["towns"].add(it.town_id)
        codes["collecting_bodies"].add(it.body_id)
    named = {key: names_of_codes(session, key, {code for code in those if code}) for key, those in codes.items()}
    return PlaceNames(
        yards=named["yards"], plants=named["plants"], towns=named["towns"], bodies=named["collecting_bodies"]
    )
