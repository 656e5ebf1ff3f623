"""Loads between a yard and a plant of the small town, weighed on a tablet at each end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.clock import business_day
from app.database.engine import db
from app.deliveries.models import Side
from app.deliveries.operations import WeightSaid, enter_plant_weight
from app.deliveries.queries import Delivered, delivered
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet, id_of

EMPTY_KG = 8_000


@dataclass
class Road:
    """`yard` and `plant`: the tablets at both ends."""

    app: Flask
    yard: GateTablet
    plant: GateTablet

    @property
    def plant_id(self) -> str:
        return self.plant.place[1]

    def sent(self, net_kg: int = 5_000, *, plate: str = "浙F12345", **opening: Any) -> str:
        """A load that left the yard for the plant; its ticket's id."""
        said = {"purpose": "linehaul_out", "destination_id": self.plant_id, **opening}
        first = self.yard.opening(plate, kg=EMPTY_KG, **said)
        ticket_id = id_of(first)
        out = self.yard.closing(ticket_id, kg=EMPTY_KG + net_kg, outcome="shipped")
        accepted(self.yard.send(first, self.yard.sample(ticket_id), out))
        return ticket_id

    def arrived(
        self, net_kg: int = 5_000, *, plate: str = "浙F12345", outcome: str = "delivered", **opening: Any
    ) -> str:
        """A load from the yard on the plant's scale; its ticket's id."""
        said = {"purpose": "linehaul_in", "origin": {"yard_id": self.yard.place[1], "field_ids": []}, **opening}
        return self._at_plant(net_kg, plate, outcome, said)

    def came_straight(self, net_kg: int = 5_000, *, plate: str = "浙F12345", outcome: str = "delivered") -> str:
        """A load straight from the field (H13)."""
        return self._at_plant(net_kg, plate, outcome, {"purpose": "direct_in"})

    def weighed(self, delivery_id: str, net_kg: int, **changed: Any) -> None:
        """The office types the plant's weight."""
        with self.app.app_context():
            said = WeightSaid(**{"net_kg": net_kg, "weighed_on": business_day(), **changed})
            enter_plant_weight(db.session, delivery_id, said, side=Side.COMPANY)
            db.session.commit()

    def one(self, delivery_id: str) -> Delivered:
        with self.app.app_context():
            [found] = delivered(db.session, ids=[delivery_id])
            return found

    def all(self, **asked: Any) -> dict[str, Delivered]:
        with self.app.app_context():
            return {it.delivery_id: it for it in delivered(db.session, **asked)}

    def _at_plant(self, net_kg: int, plate: str, outcome: str, said: dict[str, Any]) -> str:
        first = self.plant.opening(plate, kg=EMPTY_KG + net_kg, **said)
        ticket_id = id_of(first)
        how = {"stacks": []} if outcome == "delivered" else {"stacks": [], "reason": "full"}
        end = self.plant.closing(ticket_id, kg=EMPTY_KG, outcome=outcome, **how)
        accepted(self.plant.send(first, self.plant.sample(ticket_id), end))
        return ticket_id


def accepted(answer: Any) -> None:
    assert [result["status"] for result in answer["results"]] == [201] * len(answer["results"]), answer


def road_between(app: Flask, town: PlannedTown) -> Road:
    return Road(
        app,
        gate_tablet(app, ("yard", town.scenario.yards[0].yard_id)),
        gate_tablet(app, ("plant", town.scenario.plants[0].plant_id)),
    )
