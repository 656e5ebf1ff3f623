"""A county made ready to be played many times: ways, indices and the evening's rule, computed once a process."""

from __future__ import annotations

from datetime import date

from solver.greedy.county import County
from solver.leg_lengths import LegLengths
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.simulation.evening import EveningRule
from solver.simulation.figures import SimulationFigures
from solver.simulation.weather import usual_fraction


class KnownCounty:
    """What no run changes."""

    def __init__(self, scenario: Scenario, ways: Ways) -> None:
        self.scenario, self.ways = scenario, ways
        self.county = County(scenario, ways)
        self.rule = EveningRule(self.county)
        self.lengths = LegLengths(scenario, ways)
        self.field_index = {field_id: i for i, field_id in enumerate(self.county.field_ids)}
        self._between: dict[tuple[int, int, int], float] = {}
        self._usual: dict[SimulationFigures, dict[int, float]] = {}

    def date(self, day: int) -> date:
        """The date of day `day` of the season."""
        return self.scenario.dates[day]

    def usual_fraction(self, figures: SimulationFigures) -> dict[int, float]:
        """By month of the season what of a shift is workable on average."""
        if figures not in self._usual:
            self._usual[figures] = usual_fraction(self.scenario, figures)
        return self._usual[figures]

    def field_to_field_min(self, truck_class: int, origin: int, to: int) -> float:
        """Minutes of a truck of the class between two fields, a plan's tours may join any two."""
        key = (truck_class, origin, to)
        if key not in self._between:
            county = self.county
            near = county.neighbours[origin].tolist()
            if to in near:
                self._between[key] = float(county.neighbour_min[truck_class, origin, near.index(to)])
            else:
                ids, name = county.field_ids, self.scenario.truck_classes[truck_class].truck_class
                self._between[key] = 60.0 * float(self.ways.table([ids[origin]], [ids[to]], name).hours[0, 0])
        return self._between[key]
