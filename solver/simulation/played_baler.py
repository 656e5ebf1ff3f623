"""One baler's day: from field to field as ordered, until its hours, the weather or the straw end."""

from __future__ import annotations

import math
from collections.abc import Sequence

from solver.greedy.county import MARGIN_MIN
from solver.plan import BalerStop
from solver.simulation.day_world import DayWorld, Machine, Steps, whole_minute

LEAST_STINT_MIN = 5.0
CRUMB_MU = 0.05


class PlayedBaler:
    """Baler `number` of the scenario."""

    def __init__(self, world: DayWorld, number: int, machine: Machine) -> None:
        self._world, self._number, self._machine = world, number, machine
        self._county, self._env = world.county, world.env

    def steps(self, stops: Sequence[BalerStop]) -> Steps:
        """The fields as ordered, as far as the day reaches."""
        county, env, machine = self._county, self._env, self._machine
        baler = county.scenario.balers[self._number]
        home = county.hub_index[baler.home_yard_id]
        budget = math.floor(self._world.workable * baler.shift_hours * 60 + 1e-6)
        shift_end = baler.shift_start_min + 60 * baler.shift_hours
        fields = [self._world.known.field_index[s.field_id] for s in stops]
        at = -1
        if budget > 0:
            first_km = float(county.baler_from_home_km[home, fields[0]])
            leave = max(stops[0].arrive_min - first_km / baler.road_speed_km_h * 60, baler.shift_start_min)
            yield env.timeout(leave)
            for position, (stop, to) in enumerate(zip(stops, fields, strict=True)):
                km = float(county.baler_from_home_km[home, to] if at < 0 else county.baler_km[at, to])
                arrive = env.now + km / baler.road_speed_km_h * 60 * self._world.driving()
                back = float(county.baler_to_home_km[to, home]) / baler.road_speed_km_h * 60
                most = min(float(budget), shift_end - back - arrive - 1.0)
                share = self._world.baling()
                mu_per_min = baler.rate_mu_per_h / 60 / share
                left_mu = float(self._world.standing.unbaled_mu[to])
                mu = min(stop.area_mu, left_mu, (most - 1.0) * mu_per_min)
                repair = 0.0
                if machine.breakdown is not None and machine.breakdown[0] <= arrive + mu / mu_per_min:
                    repair, machine.breakdown = machine.breakdown[1], None
                    self._world.rows.baler_breakdowns += 1
                    mu = min(mu, (most - repair - 1.0) * mu_per_min)
                # No crumb is left that somebody would come for.
                mu = left_mu if mu >= left_mu - CRUMB_MU else math.floor(mu * 1e4) / 1e4
                if mu <= 0 or mu / mu_per_min < min(LEAST_STINT_MIN, stop.area_mu / mu_per_min / 2):
                    if repair:
                        self._cancelled(fields[position:])
                        return
                    self._cancelled([to])
                    continue
                yield env.timeout(arrive - env.now)
                minutes = mu / mu_per_min + repair + MARGIN_MIN
                self._bale(to, mu, minutes)
                yield env.timeout(minutes)
                budget -= math.floor(env.now) - math.floor(env.now - minutes)
                at = to
        else:
            self._cancelled(fields)

    def _bale(self, to: int, mu: float, minutes: float) -> None:
        """A baler begins at a field: when it will be done is known from now on."""
        start = self._env.now
        kg = self._world.standing.bale(to, self._world.day, mu, float(self._world.moisture[to]))
        straw = self._world.straw_of(to)
        straw.to_begin -= 1
        if kg > 0:
            straw.pieces.append([start + minutes, kg])
            straw.pieces.sort(key=lambda piece: piece[0])
        self._world.tell("field", to)
        self._machine.seq += 1
        self._world.rows.baler_stops.append(
            BalerStop(
                day=self._world.known.date(self._world.day),
                baler_id=self._county.scenario.balers[self._number].baler_id,
                seq=self._machine.seq,
                field_id=self._county.field_ids[to],
                arrive_min=whole_minute(start),
                start_min=whole_minute(start),
                end_min=whole_minute(start + minutes),
                area_mu=mu,
            )
        )

    def _cancelled(self, fields: Sequence[int]) -> None:
        for to in fields:
            self._world.straw_of(to).to_begin -= 1
            self._world.tell("field", to)
